"""Which codec a charset label of a mail means, if it is one that may be used."""

from __future__ import annotations

JIS = "iso-2022-jp"
"""Stands for our own decoder (jis.py): no codec of Python reads what mail programs send under this name."""

WESTERN = frozenset({"ascii", "cp1252", "latin-1", "iso8859-15", "mac_roman"})
"""Codecs under whose labels Japanese bytes are often sent."""

_LABELS_OF_CODEC = {
    JIS: "iso-2022-jp iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3 iso-2022-jp-2004 iso-2022-jp-ext iso-2022-jp-ms "
    "csiso2022jp iso2022jp jis x-jis cp50220 cp50221 cp50222 x-windows-50220 x-windows-50221 x-windows-iso2022jp",
    "cp932": "shift-jis shiftjis sjis x-sjis x-shift-jis ms-kanji csshiftjis windows-31j cswindows31j ms932 cp932 "
    "windows-932 sjis-win cp943 x-ms-cp932 shift-jis-2004 shift-jisx0213 sjis-open x-mac-japanese ibm-943",
    "euc_jp": "euc-jp eucjp x-euc-jp x-eucjp x-euc ujis euc cseucpkdfmtjapanese cp51932 eucjp-ms eucjpms eucjp-win "
    "euc-jp-ms euc-jis-2004 euc-jisx0213 eucjp-open",
    "utf-8": "utf-8 utf8 utf8mb4 unicode-1-1-utf-8 x-unicode20utf8 cp65001 utf-8-sig",
    "ascii": "us-ascii ascii ansi-x3.4-1968 iso646-us 646 us 7bit",
    "cp1252": "iso-8859-1 iso8859-1 iso-ir-100 latin1 latin-1 l1 windows-1252 cp1252 x-cp1252 cp819",
    "iso8859-15": "iso-8859-15 iso8859-15 latin-9 latin9",
    "mac_roman": "macintosh mac x-mac-roman macroman",
    "koi8-r": "koi8-r koi8 cskoi8r",
    "koi8-u": "koi8-u",
    "cp874": "tis-620 windows-874 cp874 iso-8859-11",
    "gb18030": "gb2312 gb-2312 csgb2312 x-gbk gbk cp936 windows-936 gb18030",
    "hz": "hz hz-gb-2312",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "cp950": "cp950 windows-950",
    "cp949": "euc-kr ks-c-5601-1987 ksc5601 cseuckr windows-949 cp949 uhc",
    "iso2022_kr": "iso-2022-kr csiso2022kr",
    "utf-16": "utf-16 utf16 unicode",
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be",
    "utf-7": "utf-7 unicode-1-1-utf-7",
}
_CODEC_OF_LABEL = {
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (*range(2, 11), 13, 14, 16)},
    **{f"{prefix}{page}": f"cp{page}" for prefix in ("windows-", "cp") for page in (1250, 1251, *range(1253, 1259))},
    **{label: codec for codec, labels in _LABELS_OF_CODEC.items() for label in labels.split()},
}


def codec_of(label: str | None) -> str | None:
    """The codec for a label; None for one that is missing, unknown, or names no charset of mail (`idna`, `rot13` …)."""
    if label is None:
        return None
    # RFC 2231 allows a language behind a star; quotes and underscores are how mail programs err.
    name = label.strip(" \t\r\n\"'").partition("*")[0].lower().replace("_", "-").removeprefix("charset=")
    return _CODEC_OF_LABEL.get(name)
