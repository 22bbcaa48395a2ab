"""What the header lines of a mail say: words, dates and identifiers."""

from __future__ import annotations

import binascii
import re
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_tz

from followup_filter.mail.charset import decode_text
from followup_filter.mail.charset_labels import codec_of
from followup_filter.mail.jis import JIS_SIGN
from followup_filter.mail.text import limit_marks, one_line

HEADER_LENGTH = 64_000
"""Bytes of one header that are read at most."""
HEADER_COUNT = 500
"""Headers of one part that are read at most."""
IDENTIFIER_COUNT = 200
"""Message-IDs of one header that are read at most; the newest stand last and are kept."""

JAPAN = timezone(timedelta(hours=9))

ENCODED_WORD = re.compile(r"=\?([\w.:+*()'-]{1,60})\?([bBqQ])\?([^?]{0,4000})\?=")
_QUOTED_PAIR = re.compile(r"=([0-9A-Fa-f]{2})")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,990})>")
_UTC = re.compile(r"[+-]00:?00\b|\b(?:GMT|UTC?|Z)\b", re.IGNORECASE)
_BARE_ID = re.compile(r"[^\s<>]{1,400}@[^\s<>]{1,400}")


def unfolded(value: str | bytes) -> bytes:
    """The bytes of a header on one line, cut at 64 kB; a `str` is one that the `email` package made of raw bytes."""
    data = value[:HEADER_LENGTH].encode("utf-8", "surrogateescape") if isinstance(value, str) else value[:HEADER_LENGTH]
    return re.sub(rb"[\r\n]+[ \t]?", lambda match: b" " if match[0][-1:] in b" \t" else b"", data).strip()


def decode_raw(data: bytes, hint: str | None) -> tuple[str, bool]:
    """The text of a header that may hold bare 8-bit or JIS bytes, encoded words left as they are.

    `hint` is the charset of the mail's text. Returns the text and whether anything was outside of the standard.
    """
    if data.isascii() and not JIS_SIGN.search(data):
        return data.decode("ascii").replace("\0", ""), b"\0" in data
    return decode_text(data, hint)[0], True


def decode_header(value: str | bytes, hint: str | None = None) -> tuple[str, bool]:
    """The text of an unstructured header on one line, and whether it was repaired. Never raises.

    RFC 2047 as programs write it: characters split across words, missing padding, words in quotes or stuck together,
    bare 8-bit bytes (read like a text whose label is `hint`), words encoded twice.
    """
    text, repaired = decode_raw(unfolded(value), hint)
    decoded, odd = decode_words(text)
    if decoded.isascii() and "=?" in decoded and ENCODED_WORD.search(decoded):
        decoded, odd = decode_words(decoded)[0], True
    return one_line(limit_marks(decoded)), repaired or odd


def decode_words(text: str) -> tuple[str, bool]:
    """`text` with its encoded words (RFC 2047) decoded, and whether one of them was broken."""
    if "=?" not in text:
        return text, False
    pieces: list[str] = []
    group: list[re.Match[str]] = []
    repaired = False
    position = 0
    for word in ENCODED_WORD.finditer(text):
        between = text[position : word.start()]
        if group and (between.strip() or _charset(word) != _charset(group[0])):
            repaired = _flush(group, pieces) or repaired
            group = []
            pieces.append(between if between.strip() else "")
        elif not group:
            pieces.append(between)
        group.append(word)
        position = word.end()
    repaired = _flush(group, pieces) or repaired
    return "".join([*pieces, text[position:]]), repaired


def _charset(word: re.Match[str]) -> str:
    label = word[1].partition("*")[0].lower()
    return codec_of(label) or label


def _flush(words: list[re.Match[str]], pieces: list[str]) -> bool:
    """Append the text of neighbouring words of one charset to `pieces`; says whether something was broken."""
    if not words:
        return False
    data = bytearray()
    broken = False
    waiting = ""
    for number, word in enumerate(words):
        last = number == len(words) - 1
        if word[2] in "bB":
            waiting += re.sub(r"\s", "", word[3])
            # Some programs cut the Base64 of a whole header anywhere: such a word waits for its continuation.
            if not last and len(waiting) % 4 and not waiting.endswith("=") and words[number + 1][2] in "bB":
                broken = True
                continue
            decoded, faulty = decode_base64(waiting.encode("ascii", "replace"))
            waiting = ""
        else:
            decoded, faulty = _decode_q(word[3])
        data += decoded
        broken = broken or faulty
    text, mended = decode_text(bytes(data), words[0][1])
    pieces.append(text)
    return broken or mended


def _decode_q(text: str) -> tuple[bytes, bool]:
    data = text.replace("_", " ").encode("utf-8", "surrogateescape" if text.isascii() else "replace")
    decoded = re.sub(rb"=([0-9A-Fa-f]{2})", lambda match: bytes((int(match[1], 16),)), data)
    return decoded, decoded.count(b"=") > 0 and re.search(rb"=(?![0-9A-Fa-f]{2})", data) is not None


_NOT_BASE64 = bytes(byte for byte in range(256) if not (chr(byte).isalnum() and byte < 0x80) and byte not in b"+/=")


def decode_base64(data: bytes) -> tuple[bytes, bool]:
    """What decodes of Base64 `data`, and whether anything was wrong with it (foreign bytes, padding, cut off)."""
    letters = data.translate(None, _NOT_BASE64)
    faulty = len(letters) != len(data.translate(None, b" \t\r\n"))
    pieces = []
    blocks = re.split(rb"=+", letters)
    for block in blocks:
        surplus = len(block) % 4
        faulty = faulty or surplus == 1
        block = block[:-1] if surplus == 1 else block + b"=" * (-surplus % 4)
        pieces.append(binascii.a2b_base64(block))
    padding = len(letters) - len(letters.rstrip(b"="))
    expected = -len(blocks[0]) % 4 if len(blocks) > 1 else 0
    return b"".join(pieces), faulty or len(letters) % 4 != 0 or len(
        [block for block in blocks if block]
    ) > 1 or padding != expected


def parse_date(value: str | bytes) -> datetime | None:
    """The aware time of a Date header; None for one that is missing, unreadable or outside of the years 1990 to 2100.

    A time without zone is taken as Japanese, "-0000" as UTC.
    """
    text = decode_raw(unfolded(value)[:200], None)[0]
    moment = _rfc_date(text) or _iso_date(text)
    return moment if moment is not None and 1990 <= moment.year <= 2100 else None


def _rfc_date(text: str) -> datetime | None:
    try:
        fields = parsedate_tz(text)
        if fields is None:
            return None
        # The parser answers 0 for a missing zone, too.
        zone = timezone(timedelta(seconds=fields[9] or 0)) if fields[9] or _UTC.search(text) else JAPAN
        return datetime(*fields[:6], tzinfo=zone)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _iso_date(text: str) -> datetime | None:
    match = re.match(
        r"(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?[T ]*(\d{1,2}):(\d\d)(?::(\d\d))?\s*([+-]\d\d:?\d\d|Z)?", text
    )
    if match is None:
        return None
    try:
        zone = datetime.strptime(match[7], "%z").tzinfo if match[7] else JAPAN
        return datetime(*(int(field or 0) for field in match.groups()[:6]), tzinfo=zone)  # type: ignore[arg-type, misc]
    except ValueError:
        return None


def message_ids(value: str | bytes) -> tuple[str, ...]:
    """The Message-IDs of a header, each in angle brackets and once, the last 200 at most."""
    text = unfolded(value).decode("utf-8", "replace").replace("\0", "")
    found = [f"<{identifier}>" for identifier in _MESSAGE_ID.findall(text)]
    if not found and "<" not in text and (bare := _BARE_ID.fullmatch(text)):
        found = [f"<{bare[0]}>"]
    return tuple(dict.fromkeys(found))[-IDENTIFIER_COUNT:]
