"""Text is compared in one form, and nothing in it takes effect where it is shown."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup_filter.mail.text import (
    limit_marks,
    normalize,
    normalize_line_ends,
    one_line,
    scrub,
    strip_controls,
)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("㈱①ﾊﾝｶｸ㍿℡", "(株)1ハンカク株式会社TEL"),
        ("10〜12時", "10~12時"),
        ("10～12時", "10~12時"),
        ("−5 ‐6 ‑7 –8 －9", "-5 -6 -7 -8 -9"),
        ("1⁻²", "1-2"),
        ("山田 太郎\u3000様", "山田 太郎 様"),
        ("ｶﾞﾊﾟｳﾞ", "ガパヴ"),
        ("zero\u200bwidth\ufeff\u2060", "zerowidth"),
        ("長音ー と ダッシュ—", "長音ー と ダッシュ—"),
        ("髙﨑", "髙﨑"),
        ("plain ASCII - stays~", "plain ASCII - stays~"),
    ],
)
def test_one_normal_form(text: str, normal: str) -> None:
    assert normalize(text) == normal


@given(st.text())
def test_normalizing_twice_changes_nothing(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


@pytest.mark.parametrize("marks", ["\u0316\u0300", "\uff9e\u0300", "\u3099\u0300", "\u0f73\u0300"])
def test_normalizing_endless_marks_takes_no_time(marks: str) -> None:
    text = "a" + marks * 200_000
    start = time.perf_counter()
    unicodedata.normalize("NFKC", limit_marks(text))
    normalize(text)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("text", ["が" * 100, "é" * 100, "👍🏽👨‍👩‍👧" * 50, "สวัสดี" * 50, "Việt " * 50, "e\u0301" * 100])
def test_marks_of_real_languages_stay(text: str) -> None:
    assert limit_marks(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("\x1b[31mred", "␛[31mred"),
        ("a\x9b31m", "a\\x9b31m"),
        ("bell\x07\x7f", "bell␇␡"),
        ("one\ntwo\tthree", "one\ntwo\tthree"),
        ("over\rwritten", "over␍written"),
        ("exe\u202egpj.", "exe\\u202egpj."),
        ("\u2066isolate\u2069", "\\u2066isolate\\u2069"),
        ("line\u2028separator\u0085", "line\\u2028separator\\x85"),
        ("zero\u200b\ufeff\u00adwidth", "zerowidth"),
        ("\U000e0041tag", "tag"),
        ("lone \ud800", "lone \ufffd"),
        ("日本語 ①㈱ 👍", "日本語 ①㈱ 👍"),
    ],
)
def test_controls_become_visible_or_go(text: str, shown: str) -> None:
    assert strip_controls(text) == shown


@given(st.text(st.characters(exclude_categories=())))
def test_nothing_that_is_shown_is_obeyed(text: str) -> None:
    shown = strip_controls(text)
    assert all(c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in shown)
    assert shown.splitlines() == re.split("\n", shown)[: len(shown.splitlines())]
    assert strip_controls(shown) == shown


def test_line_ends_of_all_kinds_are_one() -> None:
    assert normalize_line_ends("a\r\nb\rc\r\r\nd\x0be\x0cf\u2028g\x85h\n") == "a\nb\nc\nd\ne\nf\ng\nh\n"


def test_scrubbed_text_can_be_stored() -> None:
    assert scrub("a\0b\udc80") == "ab\ufffd"


def test_one_line() -> None:
    assert one_line(" a\r\n\tb \u3000c ") == "a b c"
