"""Where the mails of an mbox file begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

LINE_BYTES = 1_000_000
"""Bytes of a line that are read at once."""

_DATED = re.compile(rb"From .{0,1000}\d{1,2}:\d\d")
"""A "From " line as programs write it; prose that begins with "From" has no time in it."""


def begins_like_one(start: bytes) -> bool:
    """True when the first bytes of a file are those of an mbox."""
    return start.lstrip(b"\r\n").startswith(b"From ")


def _starts(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """The lines of the file, each with whether a mail begins with it (its "From " line)."""
    dated: bool | None = None
    after_blank = True
    while line := file.readline(LINE_BYTES):
        begins = after_blank and line.startswith(b"From ")
        if begins:
            matches = _DATED.match(line) is not None
            if dated is None:
                # The first line shows how this file writes them.
                dated = matches
            begins = matches or not dated
        yield line, begins
        after_blank = line in (b"\n", b"\r\n")


def split(file: BinaryIO, largest: int) -> Iterator[bytes]:
    """The mails of an mbox, one at a time, without their "From " lines and with ">From " as "From " again.

    Of a mail larger than `largest` bytes only so many are kept.
    """
    lines: list[bytes] = []
    size = 0
    begun = False
    for line, begins in _starts(file):
        if begins:
            if begun:
                yield _mail(lines, largest)
            lines, size, begun = [], 0, True
        elif begun and size < largest:
            lines.append(re.sub(rb"\A>(>*From )", rb"\1", line))
            size += len(line)
    if begun:
        yield _mail(lines, largest)


def _mail(lines: list[bytes], largest: int) -> bytes:
    if lines and lines[-1] in (b"\n", b"\r\n"):
        lines.pop()
    return b"".join(lines)[:largest]


def count(file: BinaryIO) -> int:
    """The number of mails in an mbox."""
    return sum(begins for _, begins in _starts(file))
