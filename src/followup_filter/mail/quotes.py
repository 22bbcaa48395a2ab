"""What of a text is new, and what is quoted, signature or forwarded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from followup_filter.mail import markers
from followup_filter.mail.signatures import split_signature

LINE_LENGTH = 400
"""Characters of a line that are compared with the markers, so that no pattern can take long."""
HEADER_BLOCK_LINES = 10
ATTRIBUTION_LINES = 3

_FORWARD_SUBJECT = re.compile(r"^\s*(?:\[[^\]]{0,40}\]\s*)?(?:fwd?|転送|tr|wg)\s*[:：]", re.IGNORECASE)
_REPLY_SUBJECT = re.compile(r"^\s*(?:\[[^\]]{0,40}\]\s*)?(?:re|返信|aw|sv)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Split:
    """A text taken apart; `text` is what is new, forwarded text included."""

    text: str
    quoted: str = ""
    signature: str = ""
    forwarded: bool = False


def is_forward(subject: str) -> bool:
    """True when the subject says that the mail hands on another one."""
    return _FORWARD_SUBJECT.match(subject) is not None


def is_reply(subject: str) -> bool:
    """True when the subject says that the mail answers another one."""
    return _REPLY_SUBJECT.match(subject) is not None


def split_text(text: str, subject: str = "", answers: bool = False) -> Split:
    """Newest text, quoted text and signature of a mail's text; `answers`: its headers name an earlier mail.

    One pass over the lines. Answers between quoted lines are new; forwarded text is news and stays.
    """
    scan = _Scan(text.split("\n"), hands_on=is_forward(subject), answers=answers or is_reply(subject))
    while scan.position < len(scan.lines):
        scan.step()
    return scan.result()


@dataclass(slots=True)
class _Scan:
    """The scanner: where it stands, and what it has found so far."""

    lines: list[str]
    hands_on: bool
    answers: bool
    heads: list[str] = field(init=False)
    position: int = 0
    new: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    forward_start: int | None = None

    def __post_init__(self) -> None:
        self.heads = [line[:LINE_LENGTH].rstrip() for line in self.lines]

    def step(self) -> None:
        """Read the next line, or all lines that belong to it."""
        head = self.heads[self.position]
        if self.forward_start is None and markers.FORWARDED.match(head.lstrip("> ")):
            self._begin_forward(1)
        elif length := marker_length(self.heads, self.position):
            if self.hands_on and self.forward_start is None and not self._quotes_follow(length):
                self._begin_forward(marker_length(self.heads, self.position) - _block_length(self.heads, self.position))
            elif self._quotes_follow(length):
                self.answers = True
                self._take(length, self.quoted)
            else:
                self._take(len(self.lines) - self.position, self.quoted)
        elif length := self._quoted_run():
            self._take(length, self.quoted)
        elif markers.FOOTER.match(head):
            self.position += 1
        else:
            self._take(1, self.new)

    def _take(self, count: int, where: list[str]) -> None:
        where += self.lines[self.position : self.position + count]
        self.position += count

    def _begin_forward(self, marker_lines: int) -> None:
        """Leave out the marker, keep the forwarded headers, and take the quote marks off what follows."""
        self.forward_start = len(self.new)
        self.answers = True
        self.position += marker_lines
        self._unquote(_next_text(self.heads, self.position))
        following = _next_text(self.heads, self.position)
        if following < len(self.heads) and markers.SEPARATOR.match(self.heads[following]):
            # Becky! writes "Forwarded by" above its usual line.
            self.position = following + 1
            following = _next_text(self.heads, self.position)
        block = header_block(self.heads, following)
        self._take(following - self.position + block, self.new)
        if block:
            self._unquote(_next_text(self.heads, self.position))

    def _unquote(self, start: int) -> None:
        """Take one quote mark off the lines from `start` on: Apple Mail marks what it forwards."""
        for index in range(start, len(self.lines)):
            if not markers.QUOTED.match(self.heads[index]):
                break
            self.lines[index] = re.sub(r"^\s{0,2}[>＞] ?", "", self.lines[index])
            self.heads[index] = self.lines[index][:LINE_LENGTH].rstrip()

    def _quotes_follow(self, length: int) -> bool:
        following = _next_text(self.heads, self.position + length)
        return following < len(self.heads) and markers.QUOTED.match(self.heads[following]) is not None

    def _quoted_run(self) -> int:
        """How many lines from here on are quoted by a mark in front of each."""
        end = self.position
        while end < len(self.heads) and markers.QUOTED.match(self.heads[end]):
            end += 1
        length = end - self.position
        if self.answers or not length:
            return length
        # Newsletters set ">" before links: where nothing speaks of an answer, three plain lines are wanted.
        plain = sum(not markers.NO_QUOTE.match(head) for head in self.heads[self.position : end])
        return length if plain >= 3 and plain * 2 > length else 0

    def result(self) -> Split:
        """What was found."""
        start = len(self.new) if self.forward_start is None else self.forward_start
        own, signature = split_signature(self.new[:start])
        handed_on = self.new[start:]
        return Split(
            text=tidy([*own, "", *handed_on]),
            quoted=tidy(self.quoted),
            signature=tidy(signature),
            forwarded=self.forward_start is not None,
        )


def marker_length(heads: Sequence[str], position: int) -> int:
    """How many lines from `position` on say that older text follows; 0 when they say no such thing."""
    head = heads[position]
    if not head:
        return 0
    if markers.SEPARATOR.match(head):
        return _with_block(heads, position)
    if markers.HEADER_LINE.match(head):
        return header_block(heads, position)
    if markers.RULE.match(head):
        following = _next_text(heads, position + 1)
        block = header_block(heads, following) if following <= position + 3 else 0
        return following - position + block if block else 0
    return attribution_length(heads, position)


def _with_block(heads: Sequence[str], position: int) -> int:
    following = _next_text(heads, position + 1)
    block = header_block(heads, following)
    return following - position + block if block else 1


def _block_length(heads: Sequence[str], position: int) -> int:
    """How many of the lines of a marker are headers of the older mail."""
    following = position if markers.HEADER_LINE.match(heads[position]) else _next_text(heads, position + 1)
    return header_block(heads, following)


def header_block(heads: Sequence[str], position: int) -> int:
    """The number of lines of the header block that Outlook and phones write above an older mail; 0 without one."""
    if position >= len(heads):
        return 0
    first = markers.HEADER_LINE.match(heads[position])
    if first is None or first["name"].lower() not in markers.HEADER_FROM:
        return 0
    names = set()
    end = position
    for index in range(position, min(position + HEADER_BLOCK_LINES, len(heads))):
        match = markers.HEADER_LINE.match(heads[index])
        if match is not None:
            names.add(match["name"].lower())
            end = index + 1
        elif not heads[index] or not heads[index - 1].endswith((";", ",", ":", "：", "、")):
            break
    return end - position if len(names) >= 3 else 0


def attribution_length(heads: Sequence[str], position: int) -> int:
    """The number of lines that say who wrote what follows; 0 when it is not such a line.

    A line with day, time and writer is enough; one that lacks some of them counts when quoted lines follow.
    """
    head = heads[position]
    whole = head
    starts = markers.TIME.search(head) is not None or (markers.DIGIT.search(head) and markers.DATE.search(head))
    for length in range(1, ATTRIBUTION_LINES + 1):
        if length > 1:
            if not starts or position + length > len(heads) or not heads[position + length - 1]:
                return 0
            whole = f"{whole} {heads[position + length - 1].lstrip()}"
        if not whole.endswith((":", "：")):
            continue
        says = markers.SAYS.search(whole) or markers.ADDRESS_LAST.search(whole)
        dated = markers.DATE.search(whole) and markers.TIME.search(whole)
        if says and dated:
            return length
        if says or dated or markers.NAME_LAST.search(whole):
            following = _next_text(heads, position + length)
            close = following <= position + length + 1 and following < len(heads)
            return length if close and markers.QUOTED.match(heads[following]) else 0
        return 0
    return 0


def _next_text(heads: Sequence[str], position: int) -> int:
    """The first line at or behind `position` that is not empty, at most five lines on."""
    end = min(position + 5, len(heads))
    return next((index for index in range(position, end) if heads[index].strip()), end)


def tidy(lines: Sequence[str]) -> str:
    """The lines as text: no blanks at line ends, no empty line at either end, at most one in a row between."""
    kept: list[str] = []
    for line in lines:
        stripped = line.rstrip()
        if stripped or (kept and kept[-1]):
            kept.append(stripped)
    return "\n".join(kept).strip("\n")
