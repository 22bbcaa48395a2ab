"""In which form text is compared, and in which form it may be shown."""

from __future__ import annotations

import re
import unicodedata

MARKS_IN_A_ROW = 30
"""Combining marks kept on one character (the limit of Unicode's stream-safe format): NFKC is quadratic beyond."""

_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
_SAME = {"〜": "~", "−": "-", "‐": "-", "‑": "-", "–": "-", **dict.fromkeys(_ZERO_WIDTH, "")}
_UNLIKE = re.compile(f"[{''.join(_SAME)}]")
_LINE_ENDS = re.compile("[\r\v\f\x85\u2028\u2029]")
# Everything but the scripts of everyday mail: only long runs of these are looked at one by one.
_EXOTIC_RUN = re.compile(
    "[^\0-\u02ff\u3000-\u3098\u309b-\u9fff\uac00-\ud7ff\ue000-\uf8ff\uff00-\uff9d\uffa0-\uffff]{31,}"
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def normalize(text: str) -> str:
    """`text` in the form in which words are compared: NFKC, one wave dash, one hyphen, no zero-width marks."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", limit_marks(_UNLIKE.sub(_same, text)))
    return _UNLIKE.sub(_same, text)


def _same(match: re.Match[str]) -> str:
    return _SAME[match[0]]


def limit_marks(text: str) -> str:
    """`text` with at most 30 combining marks in a row, so that normalising it takes linear time."""
    return text if text.isascii() else _EXOTIC_RUN.sub(_without_surplus_marks, text)


def _without_surplus_marks(run: re.Match[str]) -> str:
    kept = []
    marks = 0
    for character in run[0]:
        # Half-width ゛ and a few others are no marks themselves but become marks.
        is_mark = unicodedata.combining(unicodedata.normalize("NFKD", character)[0])
        marks = marks + 1 if is_mark else 0
        if marks <= MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)


def normalize_line_ends(text: str) -> str:
    r"""`text` with "\n" at every line end, whatever the mail used, alone or mixed."""
    if "\r" in text:
        # "\r\r\n" comes from programs that translate twice. (A pattern such as "\r+\n" would be quadratic.)
        text = text.replace("\r\r\n", "\n").replace("\r\n", "\n")
    return _LINE_ENDS.sub("\n", text)


def scrub(text: str) -> str:
    """`text` without NUL and with U+FFFD for lone surrogates: what databases and MeCab can take."""
    if "\0" in text:
        text = text.replace("\0", "")
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def one_line(text: str) -> str:
    """`text` on one line, runs of white space as one blank: for subjects, names and file names."""
    return " ".join(text.split())


class _Visible(dict[int, str]):
    """What each character is shown as, found out when it first turns up."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if character in "\n\t":
            shown = character
        elif code < 0x20 or code == 0x7F:
            shown = chr(0x2400 + code) if code < 0x20 else "␡"
        elif category in ("Cc", "Zl", "Zp") or unicodedata.bidirectional(character) in _BIDI_CONTROLS:
            shown = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
        elif category == "Cs":
            shown = "\ufffd"
        else:
            shown = "" if category == "Cf" else character
        self[code] = shown
        return shown


_BIDI_CONTROLS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_VISIBLE = _Visible()


def strip_controls(text: str) -> str:
    r"""`text` with nothing in it that a terminal, log or page obeys; newline and tab stay.

    Control characters become visible ("\x1b" as "␛"), so do marks that turn the direction of writing and
    Unicode's line separators; other format characters go.
    """
    return text if text.isprintable() else text.translate(_VISIBLE)
