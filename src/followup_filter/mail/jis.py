"""How ISO-2022-JP and EUC-JP are read as mail programs really send them."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from functools import lru_cache

REPLACEMENT = "\ufffd"

JIS_SIGN = re.compile(rb"\x1b(?:\([IJ]|\$\(?[@BDOPQ])|\x0e[\x21-\x5f]*\x0f")
"""Bytes that only text in ISO-2022-JP has."""

NOT_IN_CP932 = re.compile("[\x80-\xa0\uf8f0-\uf8ff]")
"""What Python's cp932 makes of bytes that are not assigned."""

# A designation of a character set (ISO 2022), or shift out and in.
_ESCAPE = re.compile(rb"((?:\x1b&@)?\x1b(?:\([@-JTZ]|\$\([@-DOPQ]|\$[@AB])|\x0e|\x0f)")
_PAIR_RUNS = re.compile(rb"((?:[\x21-\x7e]{2})+)")
_HIGH_RUNS = re.compile(rb"([\x80-\xff]+)")
_KANA_RUN = re.compile(rb"[\xa1-\xdf]+")
_EUC_FORM = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xfe]{2}|\x8e[\xa1-\xdf]|\x8f[\xa1-\xfe]{2})*+")
_EUC_RUNS = re.compile(rb"((?:[\xa1-\xfe]{2})+)|(?:\x8e[\xa1-\xdf])+|(?:\x8f[\xa1-\xfe]{2})+")
_FOREIGN_SETS = {
    b"$(D": ("euc_jp", b"\x8f"),  # JIS X 0212
    b"$(O": ("euc_jis_2004", b""),  # JIS X 0213, plane 1
    b"$(Q": ("euc_jis_2004", b""),
    b"$(P": ("euc_jis_2004", b"\x8f"),  # JIS X 0213, plane 2
    b"$A": ("gb2312", b""),
    b"$(A": ("gb2312", b""),
    b"$(C": ("euc_kr", b""),
}
_LOWER = bytes(byte & 0x7F for byte in range(256))
_ASCII = b"(B"
_KANA = b"(I"
_UPPER = bytes(byte | 0x80 for byte in range(256))
_KANA_BYTES = bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in range(256))
_GRAPHIC = bytes(range(0x21, 0x7F))


def decode_jis(data: bytes) -> str:
    """The text of ISO-2022-JP as Windows, phones and old programs write it (cp50221); U+FFFD for what is no text.

    Read are NEC and IBM characters in JIS rows 13 and 89 to 92, half-width kana by ESC ( I, by SO and SI and as 8-bit
    bytes, JIS-Roman, JIS X 0212 and 0213. A line end means ASCII (RFC 1468) unless a later escape says so itself.
    """
    fields = _ESCAPE.split(data)
    sets: list[bytes] = []
    for escape in fields[1::2]:
        sets.append(_designated(escape, sets[-1] if sets else _ASCII))
    pieces = [_single(fields[0])]
    for number, run in enumerate(fields[2::2]):
        charset = sets[number]
        if charset[:1] != b"$":
            pieces.append(_one_byte(run, charset))
            continue
        closed = number + 1 < len(sets) and sets[number + 1][:1] != b"$"
        line, end, rest = (run, b"", b"") if closed else run.partition(b"\n")
        pieces += [_double(line, charset), end.decode("ascii"), _single(rest)]
    return "".join(pieces)


def _designated(escape: bytes, charset: bytes) -> bytes:
    """The character set that an escape, or a shift while `charset` is in use, calls for."""
    if escape == b"\x0e":
        return _KANA
    if escape == b"\x0f":
        return _ASCII if charset == _KANA else charset
    return escape.rpartition(b"\x1b")[2]


def _one_byte(run: bytes, charset: bytes) -> str:
    if charset == _KANA:
        return run.translate(_KANA_BYTES).decode("cp932") if run.isascii() else _single(run.translate(_KANA_BYTES))
    # Of JIS-Roman only the yen sign differs in practice: its overline is typed and meant as a tilde.
    return _single(run).replace("\\", "¥") if charset == b"(J" else _single(run)


def _double(run: bytes, charset: bytes) -> str:
    """Two-byte characters, with blanks and line ends as they are and U+FFFD for half a pair."""
    foreign = _FOREIGN_SETS.get(charset)
    if foreign is None and len(run) % 2 == 0 and not run.translate(None, _GRAPHIC):
        return _pairs(run)
    pieces = []
    for number, piece in enumerate(_PAIR_RUNS.split(run)):
        if number % 2 == 0:
            pieces.append(re.sub("[!-~]", REPLACEMENT, _single(piece)))
        elif foreign is None:
            pieces.append(_pairs(piece))
        else:
            codec, prefix = foreign
            raised = piece.translate(_UPPER)
            data = b"".join(prefix + raised[at : at + 2] for at in range(0, len(raised), 2)) if prefix else raised
            pieces.append(data.decode(codec, "replace"))
    return "".join(pieces)


def _single(run: bytes) -> str:
    """ASCII, with 8-bit runs as half-width kana, UTF-8 or cp932, whichever they are."""
    if run.isascii():
        return run.decode("ascii")
    return "".join(
        _high(piece) if number % 2 else piece.decode("ascii") for number, piece in enumerate(_HIGH_RUNS.split(run))
    )


def _high(run: bytes) -> str:
    if _KANA_RUN.fullmatch(run):
        return run.decode("cp932")
    try:
        return run.decode("utf-8")
    except UnicodeDecodeError:
        return NOT_IN_CP932.sub(REPLACEMENT, run.decode("cp932", "replace"))


@lru_cache(maxsize=1)
def _jis_table() -> dict[int, str]:
    """The character of every JIS pair, read as the cp932 pair that lies at the same row and cell.

    So NEC row 13 (①㈱Ⅱ) and the IBM characters NEC put into rows 89 to 92 (髙﨑) are found as well.
    """
    table = {}
    for row in range(0x21, 0x7F):
        lead = ((row - 0x21) >> 1) + 0x81
        lead += 0x40 if lead > 0x9F else 0
        for cell in range(0x21, 0x7F):
            trail = cell + (0x7E if row % 2 == 0 else 0x1F if cell < 0x60 else 0x20)
            try:
                table[row << 8 | cell] = bytes((lead, trail)).decode("cp932")
            except UnicodeDecodeError:
                continue
    return table


def _pairs(data: bytes) -> str:
    table = _jis_table()
    return "".join([table.get(code, REPLACEMENT) for code in struct.unpack(f">{len(data) // 2}H", data)])


def decode_euc(data: bytes) -> str | None:
    """The text of EUC-JP with NEC and IBM characters, which Python's codec lacks (cp51932); None for anything else."""
    if not _EUC_FORM.fullmatch(data):
        return None
    text = "".join(_euc_pieces(data))
    return None if REPLACEMENT in text else text


def _euc_pieces(data: bytes) -> Iterator[str]:
    position = 0
    for match in _EUC_RUNS.finditer(data):
        yield data[position : match.start()].decode("ascii")
        pairs = match[1]
        yield _pairs(pairs.translate(_LOWER)) if pairs else match[0].decode("euc_jp", "replace")
        position = match.end()
    yield data[position:].decode("ascii")
