"""Which elements of HTML are hidden, tiny or one pixel large."""

from __future__ import annotations

import re
from collections.abc import Mapping

Attributes = Mapping[str, str | None]

_STYLE_LENGTH = 2_000
_NAMES_LENGTH = 500
_HIDDEN = re.compile(
    r"(?:^|;)(?:display:none|visibility:hidden|max-height:0(?:px)?(?:;|!|$)|opacity:0(?:\.0+)?(?:;|!|$))"
)
_PREHEADER = re.compile(r"pre-?header|preview-?text", re.IGNORECASE)
_FONT_SIZE = re.compile(r"(?:^|;)font-size:(\d{1,4}(?:\.\d{0,4})?|\.\d{1,4})(px|pt|r?em|%)?")
_TINY_UP_TO = {"px": 1.0, "pt": 1.0, "": 1.0, "%": 5.0}
_TINY_EM = 0.08
_ONE_PIXEL = re.compile(r"\s*[01](?:px)?\s*")
_ONE_PIXEL_STYLE = re.compile(r"(?:^|;)(?:width|height):[01](?:px)?(?=;|!|$)")


def _style(attributes: Attributes) -> str:
    """The inline style in lower case and without blanks."""
    return re.sub(r"\s", "", (attributes.get("style") or "")[:_STYLE_LENGTH]).lower()


def is_hidden(attributes: Attributes) -> bool:
    """True for an element that a reader does not see, and for a preheader (the line that a list of mails shows)."""
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:_NAMES_LENGTH]
    return "hidden" in attributes or _HIDDEN.search(_style(attributes)) is not None or bool(_PREHEADER.search(names))


def tiny_font(attributes: Attributes) -> bool | None:
    """Whether an element sets letters of at most one pixel; None when it sets no size."""
    size = _FONT_SIZE.search(_style(attributes))
    return float(size[1]) <= _TINY_UP_TO.get(size[2] or "", _TINY_EM) if size else None


def is_one_pixel(attributes: Attributes) -> bool:
    """True for an image of at most one pixel each way: it is there to tell that the mail was opened."""
    sides = (attributes.get("width") or "", attributes.get("height") or "")
    return all(_ONE_PIXEL.fullmatch(side) for side in sides) or len(_ONE_PIXEL_STYLE.findall(_style(attributes))) >= 2
