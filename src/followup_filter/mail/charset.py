"""What Japanese bytes say, whatever their label claims."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from followup_filter.mail.charset_labels import JIS, WESTERN, codec_of
from followup_filter.mail.jis import JIS_SIGN, NOT_IN_CP932, REPLACEMENT, decode_euc, decode_jis
from followup_filter.mail.text import scrub

NO_CODEC = "none"
_HALF_KANA = re.compile("[\uff61-\uff9f]")
_FULL_KANA = re.compile("[ぁ-んァ-ヶ]")
_SEVEN_BIT = frozenset({"utf-7", "hz", "iso2022_kr"})
"""Codecs whose text looks like ASCII: only the label tells."""


def decode_text(data: bytes, declared: str | None) -> tuple[str, bool]:
    """The text of `data`, and whether it was repaired: a false or missing label, or bytes that are no text.

    Order: JIS escapes, strict UTF-8, the declared charset (from an allow-list), EUC-JP, cp932; else the reading with
    the fewest U+FFFD. Never raises; the text holds no NUL and no lone surrogate, and no byte order mark in front.
    """
    codec = codec_of(declared)
    if data.isascii() and b"\0" not in data and codec not in _SEVEN_BIT and not JIS_SIGN.search(data):
        return data.decode("ascii"), False
    text, used = _decode(data, codec)
    clean = scrub(text).removeprefix("\ufeff")
    false_label = used != codec and not data.isascii()
    return clean, false_label or (used == JIS != codec) or REPLACEMENT in clean or "\0" in text


def _decode(data: bytes, codec: str | None) -> tuple[str, str]:
    """The text, and the codec that read it (NO_CODEC when nothing fitted)."""
    if codec is not None and codec.startswith("utf-16") and (b"\0" in data or _strict(data, "utf-8") is None):
        text = _strict(data, codec)
        if text is not None:
            return text, codec
    if JIS_SIGN.search(data):
        return decode_jis(data), JIS
    if codec in _SEVEN_BIT and codec is not None and (text := _strict(data, codec)) is not None:
        return text, codec
    for candidate, text in _candidates(data, codec):
        if text is not None:
            return text, candidate
    names = [name for name in (codec, "utf-8", "cp932", "euc_jp") if name not in (None, JIS)]
    readings = [NOT_IN_CP932.sub(REPLACEMENT, data.decode(name or "ascii", "replace")) for name in names]
    return min(readings, key=lambda reading: reading.count(REPLACEMENT)), NO_CODEC


def _candidates(data: bytes, codec: str | None) -> Iterator[tuple[str, str | None]]:
    yield "utf-8", _strict(data, "utf-8")
    yield "utf-8", _mostly_utf8(data)
    if codec is not None and codec not in ("utf-8", JIS):
        yield codec, _as_declared(data, codec)
    # Python's codec decides and ours reads, so that "～" is the same character under every label.
    yield "euc_jp", decode_euc(data) if _strict(data, "euc_jp") is not None else None
    text = _strict(data, "cp932")
    if text is None or _mostly_half_kana(text):
        # EUC-JP with NEC characters, which the euc_jp codec lacks, is half-width kana to cp932.
        yield "euc_jp", decode_euc(data)
    yield "cp932", text


def _as_declared(data: bytes, codec: str) -> str | None:
    if codec == "euc_jp":
        return decode_euc(data)
    text = _strict(data, codec)
    if codec == "cp932" and text is not None and _mostly_half_kana(text) and decode_euc(data):
        return None
    if codec in WESTERN:
        # Every byte is a letter there, so the label is believed only where no kana come out otherwise.
        for japanese in (decode_euc(data), _strict(data, "cp932")):
            if len(_FULL_KANA.findall(japanese or "")) >= 2:
                return None
        return data.decode("latin-1") if text is None and codec != "ascii" else text
    return text


def _strict(data: bytes, codec: str) -> str | None:
    try:
        text = data.decode(codec)
    except ValueError:
        return None
    return None if codec == "cp932" and NOT_IN_CP932.search(text) else text


def _mostly_utf8(data: bytes) -> str | None:
    """UTF-8 that is cut off within a character or damaged in a few places; None for anything else."""
    text = data.decode("utf-8", "replace")
    bad = text.count(REPLACEMENT)
    good = _beyond_ascii(text) - bad
    if good >= 8 * bad:
        return text
    if good and bad == 1:
        try:
            codecs.getincrementaldecoder("utf-8")().decode(data)
        except UnicodeDecodeError:
            return None
        return text
    return None


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _mostly_half_kana(text: str) -> bool:
    half = len(_HALF_KANA.findall(text))
    return half > 0 and half * 2 >= _beyond_ascii(text)
