"""How much of a raw mail may be given to the MIME parser."""

from __future__ import annotations

import re

NESTING = 50
"""Levels of multiparts and enclosed mails; the standard parser dies at about 1,000 (reliability.md section 2)."""
PART_COUNT = 1_000
PART_BYTES = 3_000_000
"""Bytes of one part that are kept: more than the text of any mail, and attachments are never decoded."""
LINE_BYTES = 2_000
"""A long part is shortened at a line end when there is one within so many bytes."""
MAIL_BYTES = 24_000_000
LINE_LEVELS = 1_200_000
"""Lines times the levels they lie in: the parser compares every line with every boundary that is open."""
BOUNDARY_LENGTH = 200

_SIGN = re.compile(
    rb"^--([^\r\n]{1,202})|^content-type[ \t]*:[ \t]*(message/)"
    rb"|\bboundary[ \t]*=[ \t]*(?:\"([^\"\r\n]{1,200})|([^\s;\"]{1,200}))",
    re.IGNORECASE | re.MULTILINE,
)


def within_limits(raw: bytes) -> tuple[bytes, bool]:
    """`raw` without what lies beyond a limit, and whether whole parts may be missing; lone CRs become LFs.

    Counted on the bytes, before the parser can recurse: behind 50 levels or 1,000 parts nothing is kept. A long part
    is shortened, those behind it stay.
    """
    kept = raw[:MAIL_BYTES]
    if kept.count(b"\r") != kept.count(b"\r\n"):
        kept = kept.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    containers = _containers(kept)
    small = len(kept) <= PART_BYTES and kept.count(b"\n") * (containers + 1) <= LINE_LEVELS
    if small and containers <= NESTING and kept.count(b"\n--") <= PART_COUNT:
        return kept, len(raw) > MAIL_BYTES
    pieces, whole = _measured(kept)
    return b"".join(pieces), not whole or len(raw) > MAIL_BYTES


def _containers(raw: bytes) -> int:
    """How many multiparts and enclosed mails there can be at most."""
    lower = raw.lower()
    return lower.count(b"boundary") + lower.count(b"message/")


def _measured(raw: bytes) -> tuple[list[bytes], bool]:
    """The pieces of `raw` that may be parsed, and whether that is all of it."""
    containers: list[bytes] = []
    level_of: dict[bytes, int] = {}
    pieces: list[bytes] = []
    whole = True
    parts = start = 0
    budget = LINE_LEVELS
    for sign in _SIGN.finditer(raw):
        line, enclosed, quoted, bare = sign.groups()
        if line is None:
            containers.append(b"" if enclosed else (quoted or bare).rstrip())
            level_of[containers[-1]] = len(containers)
        else:
            name = line.rstrip()
            closes = name not in level_of and name.endswith(b"--")
            level = level_of.get(name.removesuffix(b"--") if closes else name, 0) if name else 0
            if not level:
                continue
            piece, complete, budget = _shortened(raw[start : sign.start()], len(containers) + 1, budget)
            pieces.append(piece)
            whole = whole and complete
            start = sign.start()
            parts += 1
            for closed in containers[level - closes :]:
                level_of.pop(closed, None)
            del containers[level - closes :]
        if parts > PART_COUNT or len(containers) > NESTING or budget <= 0:
            return [*pieces, _shortened(raw[start : sign.start()], len(containers) + 1, budget)[0]], False
    piece, complete, _ = _shortened(raw[start:], len(containers) + 1, budget)
    return [*pieces, piece], whole and complete


def _shortened(piece: bytes, levels: int, budget: int) -> tuple[bytes, bool, int]:
    """The start of `piece` that the limits allow, whether that is every line of it, and what is left of the budget."""
    kept = piece
    if len(kept) > PART_BYTES:
        kept = kept[: kept.rfind(b"\n", PART_BYTES - LINE_BYTES, PART_BYTES) + 1 or PART_BYTES]
    allowed = max(0, budget // levels)
    whole = kept.count(b"\n") <= allowed
    if not whole:
        kept = b"\n".join([*kept.split(b"\n", allowed)[:allowed], b""])
    return kept, whole, budget - kept.count(b"\n") * levels
