"""How much of an HTML text may be given to the HTML parser."""

from __future__ import annotations

import re
from collections import Counter

HTML_LENGTH = 1_000_000
TAG_COUNT = 100_000
"""Tags that are read at most; a long newsletter has a few thousand."""
NESTING = 1_000
"""Elements open at once; the parser's time grows with their number times the number of tags."""
REOPENED = 200_000
"""Formatting elements that the parser may have to open again: HTML repeats every open <font> in every paragraph."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_FORMATTING = frozenset(
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"]
)
_NEVER_NESTED = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "dd",
        "dt",
        "embed",
        "hr",
        "img",
        "input",
        "li",
        "link",
        "meta",
        "option",
        "p",
        "param",
        "source",
        "td",
        "th",
        "tr",
        "track",
        "wbr",
    ]
)


def within_limits(html: str) -> tuple[str, bool]:
    """The start of `html` that can be parsed in little time and memory, and whether anything was left out."""
    kept = html[:HTML_LENGTH]
    opened: Counter[str] = Counter()
    nesting = formatting = reopened = 0
    for count, match in enumerate(_TAG.finditer(kept)):
        tag = match[2].lower()
        reopened += formatting
        if tag in _NEVER_NESTED:
            pass
        elif not match[1]:
            opened[tag] += 1
            nesting += 1
            formatting += tag in _FORMATTING
        elif opened[tag]:
            opened[tag] -= 1
            nesting -= 1
            formatting -= tag in _FORMATTING
        if nesting > NESTING or reopened > REOPENED or count >= TAG_COUNT:
            return kept[: match.start()], True
    return kept, len(kept) < len(html)
