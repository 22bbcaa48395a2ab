"""Which parameters a Content-Type or Content-Disposition header carries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from followup_filter.mail.charset import decode_text
from followup_filter.mail.headers import decode_raw, decode_words, unfolded
from followup_filter.mail.text import limit_marks, one_line

PARAMETER_COUNT = 100
"""Parameters of one header that are read at most."""
_HEADER_LENGTH = 16_000

_VALUE = re.compile(r"^\s*([^;\s\"]*)")
_PARAMETER = re.compile(
    r"([\w!#$%&+.^`{}|~*-]{1,80})[ \t]*=[ \t]*(?:\"((?:[^\"\\]|\\.){0,4000})\"?|([^;\"\r\n]{0,4000}))", re.DOTALL
)
_SECTION = re.compile(r"(.+?)\*(\d{1,3})(\*?)$")


@dataclass(frozen=True, slots=True)
class Parameters:
    """A header taken apart: its main value in lower case, and its parameters (names in lower case, values raw)."""

    value: str
    raw: Mapping[str, str]

    def text(self, name: str) -> str | None:
        """The value of a parameter as people read it (RFC 2231 and 2047, bare 8-bit, all of them), None without one."""
        if f"{name}*" in self.raw:
            return _extended(self.raw[f"{name}*"])
        sections = self._sections(name)
        if sections:
            return sections
        return one_line(limit_marks(decode_words(self.raw[name])[0])) if name in self.raw else None

    def _sections(self, name: str) -> str | None:
        """The value that was cut into `name*0`, `name*1*` … pieces."""
        pieces: dict[int, tuple[str, bool]] = {}
        for key, value in self.raw.items():
            match = _SECTION.fullmatch(key)
            if match and match[1] == name:
                pieces[int(match[2])] = (value, bool(match[3]))
        if not pieces:
            return None
        encoded = any(extended for _, extended in pieces.values())
        joined = "".join(
            value if extended or not encoded else value.replace("%", "%25")
            for _, (value, extended) in sorted(pieces.items())
        )
        return _extended(joined) if encoded else one_line(limit_marks(decode_words(joined)[0]))


def _extended(value: str) -> str:
    charset, _, rest = value.partition("'")
    _, quote, data = rest.partition("'")
    text = decode_text(unquote_to_bytes(data if quote else value), charset if quote else None)[0]
    return one_line(limit_marks(text))


def parse_parameters(header: str | bytes, hint: str | None = None) -> Parameters:
    """A structured MIME header taken apart, 100 parameters at most. Never raises; the first of equal names wins."""
    text = decode_raw(unfolded(header)[:_HEADER_LENGTH], hint)[0]
    main = _VALUE.match(text)
    value = main[1].lower() if main else ""
    raw: dict[str, str] = {}
    for match in _PARAMETER.finditer(text, main.end() if main else 0):
        quoted, bare = match[2], match[3]
        content = re.sub(r'\\(["\\])', r"\1", quoted) if quoted is not None else bare.strip()
        raw.setdefault(match[1].lower(), content)
        if len(raw) >= PARAMETER_COUNT:
            break
    return Parameters(value, raw)
