"""Lines of a fixed number of terminal cells: full-width characters take two (rich.cells)."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, chop_cells, set_cell_size

from followup_filter.mail.text import strip_controls

WIDTH = 80
"""Columns of the terminal report: what a plain cron mail shows without wrapping."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report. `style`: "" or one of title, heading, urgent, quiet."""

    text: str
    style: str = ""


def safe(line: Line) -> Line:
    """The line without anything that steers a terminal, and on one line."""
    return Line(strip_controls(line.text).replace("\n", " ").replace("\t", " "), line.style)


def shortened(text: str, width: int) -> str:
    """`text` on one line in at most `width` cells, with "…" where something was cut off."""
    text = strip_controls(" ".join(text.split()))
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(0, width - 2)).rstrip() + "…"


def padded(text: str, width: int) -> str:
    """`text` in exactly `width` cells, left-aligned."""
    return set_cell_size(shortened(text, width), width)


def right_aligned(text: str, width: int) -> str:
    """`text` in `width` cells or more, right-aligned."""
    return " " * max(0, width - cell_len(text)) + text


def both_ends(left: str, right: str, width: int = WIDTH) -> str:
    """One line with `left` (its indent kept) at its start and `right` at its end; `left` gives way."""
    indent = left[: len(left) - len(left.lstrip(" "))]
    left = indent + shortened(left, max(10, width - cell_len(indent) - cell_len(right) - 1))
    return left + " " * max(1, width - cell_len(left) - cell_len(right)) + right


def wrapped(text: str, width: int = WIDTH, indent: str = "") -> list[str]:
    """`text` in lines of at most `width` cells, broken at blanks where there are any, each after `indent`."""
    room = width - cell_len(indent)
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        candidate = f"{line} {word}" if line else word
        if cell_len(candidate) <= room:
            line = candidate
            continue
        pieces = chop_cells(candidate, room) if cell_len(word) > room else [line, word]
        lines += [piece for piece in pieces[:-1] if piece]
        line = pieces[-1]
    return [indent + piece for piece in [*lines, line] if piece]


def heading(left: str, right: str = "") -> list[Line]:
    """The heading of a section, ruled off."""
    return [Line(both_ends(left, right), "heading"), Line("-" * WIDTH, "quiet")]
