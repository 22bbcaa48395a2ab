"""Japanese bytes are read right, whatever their label claims."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup_filter.mail.charset import decode_text
from followup_filter.mail.charset_labels import codec_of
from followup_filter.mail.jis import decode_euc, decode_jis
from followup_filter.mail.render import encode_jis
from tests.mail.japanese import TEXTS, in_eucjp_ms, in_jis_ms

DIFFERENT_ON_PURPOSE = {"〜": "～", "‖": "∥", "−": "－", "¢": "￠", "£": "￡", "¬": "￢"}
"""What Windows, and so every mail program, sees in six cells of JIS X 0208."""


def _jis_x_0208() -> list[tuple[int, int, str]]:
    cells = []
    for row in range(0x21, 0x7F):
        for cell in range(0x21, 0x7F):
            try:
                character = b"\x1b$B%c%c\x1b(B" % (row, cell)
                cells.append((row, cell, character.decode("iso2022_jp")))
            except UnicodeDecodeError:
                continue
    return cells


def test_every_jis_cell_is_read_as_the_standard_library_reads_it_but_for_six() -> None:
    cells = _jis_x_0208()
    assert len(cells) == 6879
    for row, cell, character in cells:
        read = decode_jis(b"\x1b$B%c%c\x1b(B" % (row, cell))
        assert read == DIFFERENT_ON_PURPOSE.get(character, character), (row, cell)


def test_every_jis_cell_is_read_in_euc_jp_too() -> None:
    for row, cell, character in _jis_x_0208():
        assert decode_euc(bytes((row | 0x80, cell | 0x80))) == DIFFERENT_ON_PURPOSE.get(character, character)


_TEXT_OF_JIS = st.text(st.sampled_from([character for _, _, character in _jis_x_0208()]) | st.characters(codec="ascii"))


@given(_TEXT_OF_JIS.filter(lambda text: "\x1b" not in text and "\x0e" not in text and "\x0f" not in text))
def test_what_the_standard_library_encodes_is_read_back(text: str) -> None:
    expected = "".join(DIFFERENT_ON_PURPOSE.get(character, character) for character in text)
    assert decode_jis(text.encode("iso2022_jp")) == expected


@given(st.text(st.characters(codec="cp932", exclude_categories=("Cc", "Co"), exclude_characters="¢£¬‖−〜")))
def test_what_render_writes_is_read_back(text: str) -> None:
    written = encode_jis(text)
    # render.py writes "?" for the IBM rows of cp932, which lie outside of JIS.
    assert decode_jis(written) == "".join("?" if c.encode("cp932")[0] >= 0xF0 else c for c in text)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x1b$B\x2d\x21\x2d\x6a\x2d\x36\x1b(B", "①㈱Ⅱ"),  # NEC row 13
        (b"\x1b$B\x7c\x62\x1b(B", "髙"),  # NEC selected IBM extensions
        (b"\x1b$B\x79\x75\x1b(B", "﨑"),
        (b"\x1b(I\x4a\x5d\x36\x38\x1b(B ok", "ﾊﾝｶｸ ok"),
        (b"\x0e\x4a\x5d\x0f \x0e\x36\x38\x0f", "ﾊﾝ ｶｸ"),
        (b"\x1b(J\\5,000 ~\x1b(B", "¥5,000 ~"),
        (b"\x1b$B\x24\x22\x1b(B" + "ｶﾅ".encode("cp932"), "あｶﾅ"),
        (b"\x1b$@\x24\x22\x1b(B", "あ"),
        (b"\x1b&@\x1b$B\x24\x22\x1b(B", "あ"),
        (b"\x1b$B\x24\x22\nabc", "あ\nabc"),  # a line end means ASCII
        (b"\x1b$B\x24\x22\n\x24\x24\x1b(Babc", "あ\nいabc"),  # unless the text goes on to an escape
        (b"\x1b$B\x24\x22 \x24\x24\x1b(B", "あ い"),
        (b"\x1b$B\x24\x22\x24\x1b(B.", "あ\ufffd."),  # half a character
        (b"\x1b$B\x7f\x21\x1b(B", "\x7f\ufffd"),
        (b"\x1b$(D\x30\x21\x1b(B", "丂"),  # JIS X 0212
        (b"\x1b$(Q\x2e\x21\x1b(B", "俱"),  # JIS X 0213, plane 1
        (b"\x1b$(P\x21\x22\x1b(B", "丂"),  # plane 2
        (b"\x1b$A\x44\x63\x1b(B", "你"),
        (b"\x1b$(C\x30\x21\x1b(B", "가"),
        (b"\x1b$B\x24\x22\x1b(B " + "ＵＴＦ".encode(), "あ ＵＴＦ"),
        (b"\x1b$B\x24\x22\x1b(B \xff", "あ \ufffd"),
    ],
)
def test_iso_2022_jp_as_it_is(data: bytes, text: str) -> None:
    assert decode_jis(data) == text


ENCODERS: dict[str, Callable[[str], bytes]] = {
    "iso-2022-jp": in_jis_ms,
    "shift_jis": lambda text: text.encode("cp932"),
    "euc-jp": in_eucjp_ms,
    "utf-8": str.encode,
}
LABELS = ("iso-2022-jp", "shift_jis", "euc-jp", "utf-8", "us-ascii", "iso-8859-1", "unknown-8bit", "", None)


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("encoding", ENCODERS)
def test_business_texts_are_read_under_true_false_and_missing_labels(encoding: str, label: str | None) -> None:
    """Promise P10 of reliability.md: right, or flagged as repaired; at least 99.5 of 100 right."""
    wrong = []
    for text in TEXTS:
        read, repaired = decode_text(ENCODERS[encoding](text), label)
        same = unicodedata.normalize("NFKC", read) == unicodedata.normalize("NFKC", text)
        assert repaired or same, (text, read)
        assert repaired == (codec_of(label) != codec_of(encoding)) or text.isascii() or not same
        if not same:
            wrong.append((text, read))
    assert len(wrong) <= len(TEXTS) * 0.005, wrong


@pytest.mark.parametrize(
    "label", ["unicode_escape", "idna", "punycode", "undefined", "rot13", "zlib", "raw_unicode_escape"]
)
def test_codecs_that_are_no_charsets_are_never_used(label: str) -> None:
    assert codec_of(label) is None
    assert decode_text(rb"\u0041 =41 +AEE-", label) == (r"\u0041 =41 +AEE-", False)


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("Shift_JIS", "cp932"),
        ("x-sjis", "cp932"),
        ("windows-31j", "cp932"),
        ("SJIS-win", "cp932"),
        ("MS932", "cp932"),
        ("shift_jisx0213", "cp932"),
        ("x-euc-jp", "euc_jp"),
        ("eucJP-ms", "euc_jp"),
        ("CP51932", "euc_jp"),
        ("cp50220", "iso-2022-jp"),
        ("CP50221", "iso-2022-jp"),
        ("ISO-2022-JP-MS", "iso-2022-jp"),
        (' "utf8" ', "utf-8"),
        ("iso-8859-2", "iso8859-2"),
        ("windows-1251", "cp1251"),
        ("koi8-r", "koi8-r"),
        ("gb2312", "gb18030"),
        ("big5", "big5hkscs"),
        ("euc-kr", "cp949"),
        ("utf-16", "utf-16"),
    ],
)
def test_labels_that_python_does_not_know(label: str, codec: str) -> None:
    assert codec_of(label) == codec


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Árvíztűrő tükörfúrógép", "iso-8859-2"),
        ("Привет, Ханако", "windows-1251"),
        ("Привет, Ханако", "koi8-r"),
        ("您好，山田女士", "gb2312"),
        ("您好，山田女士", "big5"),
        ("안녕하세요", "euc-kr"),
        ("สวัสดี", "windows-874"),
        ("café déjà vu", "iso-8859-1"),
        ("“quoted” – €5", "windows-1252"),
        ("打ち合わせ", "utf-16"),
        ("打ち合わせ", "utf-7"),
    ],
)
def test_other_languages_are_read_by_their_label(text: str, label: str) -> None:
    assert decode_text(text.encode(codec_of(label) or label), label) == (text, False)


def test_utf_7_is_never_guessed() -> None:
    assert decode_text(b"+AGE-", None) == ("+AGE-", False)


def test_text_under_a_false_utf_16_label_is_read_as_what_it_is() -> None:
    assert decode_text("お礼".encode(), "utf-16") == ("お礼", True)


def test_a_character_cut_off_at_the_end_does_not_spoil_the_rest() -> None:
    whole = "先日はありがとうございました。"
    for label in ("utf-8", None, "shift_jis"):
        text, repaired = decode_text(whole.encode()[:-1], label)
        assert (text.rstrip("\ufffd"), repaired) == (whole[:-1], True)
    assert decode_text(whole.encode("cp932")[:-1], "shift_jis") == (whole[:-1] + "\ufffd", True)


@given(st.binary(max_size=200), st.sampled_from([*LABELS, "utf-7", "utf-16", "hz", "iso-2022-kr", "gb18030", "big5"]))
def test_any_bytes_under_any_label_give_clean_text(data: bytes, label: str | None) -> None:
    text, _ = decode_text(data, label)
    assert "\0" not in text
    assert not re.search("[\ud800-\udfff]", text)
    text.encode()


@given(
    st.lists(
        st.sampled_from(
            [
                b"\x1b$B",
                b"\x1b(B",
                b"\x1b(I",
                b"\x1b(J",
                b"\x0e",
                b"\x0f",
                b'$"',
                b"\xb1",
                b"\n",
                b"a",
                b"\x82\xa0",
                b"\xa4\xa2",
                b"\xe3\x81\x82",
                b"\x1b$(D",
                b"\x00",
            ]
        ),
        max_size=30,
    )
)
def test_any_mixture_of_escapes_gives_clean_text(pieces: list[bytes]) -> None:
    text, _ = decode_text(b"".join(pieces), "iso-2022-jp")
    assert "\0" not in text
    text.encode()
