"""Texts as business mail has them, for tests of charsets."""

from __future__ import annotations

import re

from followup_filter.mail.render import encode_jis

_OPENINGS = (
    "お世話になっております。㈱サトウ印刷の佐藤です。",
    "先日の交流会ではありがとうございました。",
    "山田様、はじめまして。髙橋と申します。",
    "ｻﾄｳです。①名刺②封筒のお見積もりをお願いします。",
    "拝啓　新緑の候、益々ご清祥のこととお慶び申し上げます。",
    "こんにちは！山﨑です。",
    "Hello, this is 田中 from Osaka.",
    "３０部、来週の火曜までに間に合いますか？",
)
_MIDDLES = (
    "チラシ500部の見積もりをお願いできますか。",
    "会費は5,000円(税込)、10～12時です。",
    "№12の件、℡ 06-0000-0001までお電話ください。",
    "第Ⅱ期の募集です。先着20名様。",
    "用紙はコート紙90kg、納期は6月9日(火)です。",
)
_ENDINGS = (
    "よろしくお願いいたします。",
    "取り急ぎご連絡まで",
    "敬具",
    "ﾖﾛｼｸお願いします。",
    "それでは、また。",
)
TEXTS = tuple(f"{opening}\n{middle}\n\n{ending}" for opening in _OPENINGS for middle in _MIDDLES for ending in _ENDINGS)
"""Two hundred of them."""


_NEC_TWIN = {"髙": b"\x7c\x62", "﨑": b"\x79\x75"}


def in_jis_ms(text: str) -> bytes:
    """`text` in ISO-2022-JP as Windows programs write it: IBM characters by their NEC twins."""
    return b"".join(
        b"\x1b$B%b\x1b(B" % _NEC_TWIN[run] if run in _NEC_TWIN else encode_jis(run)
        for run in re.split("([髙﨑])", text)
    )


def in_eucjp_ms(text: str) -> bytes:
    """`text` in EUC-JP as Windows programs write it: NEC characters too, IBM ones by their NEC twins."""
    output = bytearray()
    for character in text:
        cp932 = character.encode("cp932")
        if len(cp932) == 1:
            output += cp932 if cp932[0] < 0x80 else b"\x8e" + cp932
        elif cp932[0] >= 0xF0:
            output += bytes(byte | 0x80 for byte in _NEC_TWIN[character])
        else:
            output += bytes(byte | 0x80 for byte in encode_jis(character)[3:5])
    return bytes(output)
