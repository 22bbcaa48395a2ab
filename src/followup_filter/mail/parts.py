"""Which parts a raw mail has, and the bytes of each."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from email.message import Message as MimeMessage
from email.parser import BytesParser
from email.policy import compat32
from functools import cached_property
from itertools import islice

from followup_filter.mail.headers import HEADER_COUNT, decode_base64
from followup_filter.mail.limits import BOUNDARY_LENGTH, LINE_BYTES, PART_BYTES, within_limits
from followup_filter.mail.parameters import Parameters, parse_parameters

_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,80}", re.ASCII)
_SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")
_BROKEN_QP = re.compile(rb"=(?![0-9A-Fa-f]{2}|\r?\n|\Z)")
_BOUNDARY_LINE = re.compile(r"^--([^\s\"]{1,180})[ \t]*\r?\n(?=content-|\r?\n)", re.IGNORECASE | re.MULTILINE)
_PROSE = re.compile(rb" [A-Za-z]{2,20} [A-Za-z]")


class Part(MimeMessage):
    """A part of a mail as the standard library's parser builds it, its headers read in bounded time.

    The parser itself asks for content type and boundary; the standard ways to find them are quadratic.
    """

    _payload: list[Part] | str | None
    """Set by the parser. `get_payload` would decode bare 8-bit text by its label, true or false."""

    @cached_property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """The first 500 headers: name in lower case and value as it stands, undecodable bytes as surrogates."""
        return tuple((name.lower(), value) for name, value in islice(self.raw_items(), HEADER_COUNT))

    def field(self, name: str) -> str:
        """The first header of that name (in lower case), or an empty string."""
        return next((value for key, value in self.fields if key == name), "")

    @cached_property
    def type_header(self) -> Parameters:
        """The Content-Type header taken apart."""
        return parse_parameters(self.field("content-type"))

    @cached_property
    def disposition(self) -> Parameters:
        """The Content-Disposition header taken apart."""
        return parse_parameters(self.field("content-disposition"))

    def get_content_type(self) -> str:
        """Type and subtype in lower case; "text/plain" for one that is missing or senseless."""
        value = self.type_header.value
        if _TYPE.fullmatch(value):
            return value
        return "text/plain" if value else self.get_default_type()

    def get_boundary(self, failobj=None):  # type: ignore[no-untyped-def]
        """The boundary of a multipart, or `failobj` where none of sensible length is given."""
        boundary = self.type_header.raw.get("boundary", "").rstrip()
        return boundary if 0 < len(boundary) <= BOUNDARY_LENGTH else failobj

    @property
    def charset_label(self) -> str | None:
        """The charset the part claims, as it stands."""
        label = self.type_header.text("charset")
        return label.split()[0] if label and label.split() else None

    @property
    def file_name(self) -> str:
        """The name of an attached file as people read it, or an empty string; never a path to write to."""
        return self.disposition.text("filename") or self.type_header.text("name") or ""

    @property
    def children(self) -> tuple[Part, ...]:
        """The parts of a multipart, the mail in an enclosed mail; none for a leaf."""
        return tuple(self._payload) if isinstance(self._payload, list) else ()

    @property
    def is_long(self) -> bool:
        """True for a leaf that may have been shortened by the limits."""
        return isinstance(self._payload, str) and len(self._payload) >= PART_BYTES - LINE_BYTES

    def content(self, limit: int) -> tuple[bytes, str]:
        """The first `limit` bytes of a leaf, decoded, and the name of what was broken in its encoding (or "")."""
        if not isinstance(self._payload, str):
            return b"", ""
        encoding = self.field("content-transfer-encoding").partition(";")[0].strip().lower()
        data = self._payload[: limit * 3].encode("utf-8", "surrogateescape")
        decoded, fault = decode_transfer(data, encoding)
        return decoded[:limit], fault


def decode_transfer(data: bytes, encoding: str) -> tuple[bytes, str]:
    """`data` without its transfer encoding, as far as it decodes, and what was broken: the encoding's name, or ""."""
    if encoding == "base64":
        start = data[:4_000]
        if not start.isascii() or b"\x1b" in start or _PROSE.search(start):
            # Text that only claims to be Base64.
            return data, encoding
        decoded, faulty = decode_base64(data)
        return decoded, encoding if faulty else ""
    if encoding == "quoted-printable":
        data = _SOFT_BREAK.sub(b"=", data)
        return binascii.a2b_qp(data), encoding if _BROKEN_QP.search(data) else ""
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return decode_uuencode(data.splitlines()), "uuencode"
    return data, "" if encoding in ("", "7bit", "8bit", "binary") else "transfer-encoding"


def decode_uuencode(lines: list[bytes]) -> bytes:
    """The bytes of uuencoded lines; lines that are none are left out."""
    pieces = []
    for line in lines:
        if line.startswith((b"begin ", b"end")):
            continue
        try:
            pieces.append(binascii.a2b_uu(line))
        except binascii.Error:
            continue
    return b"".join(pieces)


def parse_parts(raw: bytes) -> tuple[Part, bool]:
    """The mail as a tree of parts, and whether something was left out because of a limit."""
    kept, cut = within_limits(raw)
    part = BytesParser(Part, policy=compat32).parsebytes(kept)
    assert isinstance(part, Part)
    return part, cut


def with_guessed_boundary(part: Part) -> Part | None:
    """A multipart whose boundary is missing or false, parsed by the one its text seems to have; None without one."""
    payload = part._payload
    match = _BOUNDARY_LINE.search(payload[:4_000]) if isinstance(payload, str) else None
    if match is None:
        return None
    head = f'Content-Type: multipart/mixed; boundary="{match[1]}"\n\n'
    guessed, _ = parse_parts(f"{head}{payload}".encode("utf-8", "surrogateescape"))
    return guessed if guessed.children else None


def walk(part: Part) -> Iterator[Part]:
    """A part and all below it, in order."""
    waiting = [part]
    while waiting:
        current = waiting.pop()
        yield current
        waiting += reversed(current.children)
