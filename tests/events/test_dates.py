"""Days named in a text: which ones, and which day each means."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followup_filter.events.dates import named_days
from tests.builders import at_most

WRITTEN = date(2026, 5, 13)
"""A Wednesday."""
SECONDS = 1.5
"""For a text of 50,000 characters: it takes a few tenths, quadratic work takes many seconds."""


def _days(text: str, written: date = WRITTEN) -> list[str]:
    return [named.day.isoformat() for named in named_days(text, written)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("5/12", "2026-05-12"),
        ("05/12", "2026-05-12"),
        ("5/12(火)", "2026-05-12"),
        ("5月12日", "2026-05-12"),
        ("5月 12 日", "2026-05-12"),
        ("5月12日(火)", "2026-05-12"),
        ("2026年5月12日", "2026-05-12"),
        ("2025年5月12日", "2025-05-12"),
        ("2026 年 5 月 12 日", "2026-05-12"),
        ("2026/5/12", "2026-05-12"),
        ("2026/05/12", "2026-05-12"),
        ("2025/5/12", "2025-05-12"),
        ("2026-05-12", "2026-05-12"),
        ("1998年5月12日", "1998-05-12"),
        ("令和8年5月12日", "2026-05-12"),
        ("令和元年5月12日", "2019-05-12"),
        ("平成30年5月12日", "2018-05-12"),
        ("五月十二日", "2026-05-12"),
        ("十月三十一日", "2026-10-31"),
        ("五月二十日", "2026-05-20"),
        ("５／１２", "2026-05-12"),
        ("５月１２日", "2026-05-12"),
        ("２０２６年５月１２日", "2026-05-12"),
        ("２０２６／５／１２", "2026-05-12"),
        ("13日(水)", "2026-05-13"),
        ("20日(土)", "2026-06-20"),
        ("20日(月)", "2026-04-20"),
        ("１３日（水）", "2026-05-13"),
        ("本日", "2026-05-13"),
        ("今朝", "2026-05-13"),
        ("昨日", "2026-05-12"),
        ("昨晩", "2026-05-12"),
        ("昨夜", "2026-05-12"),
        ("ゆうべ", "2026-05-12"),
        ("一昨日", "2026-05-11"),
        ("おととい", "2026-05-11"),
        ("明日", "2026-05-14"),
        ("明後日", "2026-05-15"),
        ("あさって", "2026-05-15"),
        ("しあさって", "2026-05-16"),
        ("先週の火曜", "2026-05-05"),
        ("先週火曜", "2026-05-05"),
        ("先週の日曜", "2026-05-10"),
        ("今週の金曜", "2026-05-15"),
        ("来週の金曜", "2026-05-22"),
        ("この前の火曜", "2026-05-12"),
        ("先日の水曜", "2026-05-06"),
        ("月末", "2026-05-31"),
        ("今月末", "2026-05-31"),
        ("来月末", "2026-06-30"),
        ("先月末", "2026-04-30"),
        ("再来月末", "2026-07-31"),
        ("9月末", "2026-09-30"),
    ],
)
def test_a_japanese_form_names_one_day(text: str, day: str) -> None:
    assert _days(f"それでは{text}にお会いしましょう") == [day]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("May 12", "2026-05-12"),
        ("May 12th", "2026-05-12"),
        ("12 May", "2026-05-12"),
        ("12th May", "2026-05-12"),
        ("Sept. 3", "2026-09-03"),
        ("AUGUST 20", "2026-08-20"),
        ("May 12, 2025", "2025-05-12"),
        ("12 May 2025", "2025-05-12"),
        ("Yesterday", "2026-05-12"),
        ("last night", "2026-05-12"),
        ("tomorrow", "2026-05-14"),
    ],
)
def test_an_english_form_names_one_day(text: str, day: str) -> None:
    assert _days(f"We met {text}, I think") == [day]


@pytest.mark.parametrize(
    "text",
    [
        "10:30に開場",
        "10時30分から",
        "24/7で対応",
        "1/1000の縮尺",
        "5/10%",
        "2/30",
        "2月29日",
        "4月31日",
        "13月1日",
        "18月3日",
        "0/5",
        "5/32",
        "5月32日",
        "2026-02-30",
        "2026年13月1日",
        "三月三十二日",
        "十三月一日",
        "十十月一日",
        "一月一二十日",
        "二月二一十日",
        "03-5123-4567",
        "090-1234-5678",
        "0120-12-12-12",
        "〒530-0001",
        "1/2/3丁目",
        "毎月末",
        "翌月末払い",
        "v1.5/2",
        "the market 12 times",
        "2 separate quotes",
        "decision 12",
        "3 marketing ideas",
        "20日",
        "",
    ],
)
def test_a_number_a_time_or_an_impossible_day_names_none(text: str) -> None:
    assert _days(text) == []


@pytest.mark.parametrize(
    ("text", "written", "day"),
    [
        ("1/10", date(2026, 12, 20), "2027-01-10"),
        ("12/25", date(2027, 1, 5), "2026-12-25"),
        ("12月31日", date(2026, 12, 31), "2026-12-31"),
        ("1月1日", date(2026, 12, 31), "2027-01-01"),
        ("Jan 5", date(2026, 12, 31), "2027-01-05"),
        ("一月五日", date(2026, 12, 31), "2027-01-05"),
        ("昨日", date(2027, 1, 1), "2026-12-31"),
        ("来週の月曜", date(2026, 12, 31), "2027-01-04"),
        ("先週の金曜", date(2027, 1, 4), "2027-01-01"),
        ("5日(火)", date(2026, 12, 28), "2027-01-05"),
        ("28日(月)", date(2027, 1, 4), "2026-12-28"),
        ("1月末", date(2026, 12, 20), "2027-01-31"),
        ("来月末", date(2026, 12, 20), "2027-01-31"),
        ("12月末", date(2027, 1, 5), "2026-12-31"),
        ("2/29", date(2028, 2, 1), "2028-02-29"),
        ("2月末", date(2028, 1, 5), "2028-02-29"),
        ("2月末", date(2027, 1, 5), "2027-02-28"),
    ],
)
def test_a_day_without_a_year_is_the_nearest_one(text: str, written: date, day: str) -> None:
    assert _days(text, written) == [day]


def test_days_stand_in_the_order_of_the_text_and_each_says_where_it_stands() -> None:
    text = "昨日はどうも。5/20か5月22日、または来週の金曜はいかがですか"
    found = named_days(text, WRITTEN)
    assert [named.words for named in found] == ["昨日", "5/20", "5月22日", "来週の金曜"]
    assert [text[named.start : named.end] for named in found] == [named.words for named in found]


_PIECES = st.sampled_from(
    [
        "十",
        "一",
        "月",
        "日",
        "5",
        "12",
        "/",
        "-",
        "20",
        "2026",
        "年",
        "令和",
        "元",
        "末",
        "来",
        "先週の",
        "火",
        "曜",
        "May ",
    ]
)


@given(
    st.text() | st.text("一二十月日") | st.lists(_PIECES, max_size=12).map("".join),
    st.dates(date(1990, 1, 1), date(2100, 12, 31)),
)
@settings(max_examples=200, deadline=None)
def test_no_text_is_too_odd(text: str, written: date) -> None:
    for named in named_days(text, written):
        assert named.words
        assert named.start < named.end


@pytest.mark.parametrize(
    "repeated",
    [
        *["1", "0", " ", "/", "十", "月", "日", "-", "(", "\n", "¥", ",", "\u0300", "\u0316\u0300", "\ufdfa", "ﾞ", "a"],
        *["5/1 ", "1 ", "2026", "2026/", "2026年", "令和", "may ", "1日(月)", "月末", "昨日", "先週の火曜", "1月"],
    ],
)
def test_fifty_thousand_characters_are_read_at_once(repeated: str) -> None:
    text = (repeated * 50_000)[:50_000]
    with at_most(SECONDS):
        named_days(text, WRITTEN)
