"""What people type: events on one line, days to come and past, amounts of yen."""

from __future__ import annotations

from datetime import date

import pytest

from followup_filter.errors import UsageError
from followup_filter.events.typed import make_id, typed_day_to_come, typed_event, typed_past_day, typed_yen

TODAY = date(2026, 10, 7)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-10-14", "2026-10-14"),
        ("10/14", "2026-10-14"),
        ("１０月１４日", "2026-10-14"),
        ("1/15", "2027-01-15"),
        ("2027/12/24", "2027-12-24"),
        ("明日", "2026-10-08"),
        ("tomorrow", "2026-10-08"),
        ("明後日", "2026-10-09"),
        ("来週", "2026-10-12"),
        ("来週の金曜", "2026-10-16"),
        ("今週の金曜日", "2026-10-09"),
        ("来月", "2026-11-01"),
        ("月末", "2026-10-31"),
        ("+3", "2026-10-10"),
        ("＋３", "2026-10-10"),
        ("3日後", "2026-10-10"),
        ("2週間後", "2026-10-21"),
        ("in 10 days", "2026-10-17"),
        ("next week", "2026-10-12"),
        ("Oct 20", "2026-10-20"),
    ],
)
def test_a_day_to_come_is_read_as_people_write_it(text: str, day: str) -> None:
    assert typed_day_to_come(text, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no day"),
        ("そのうち", "no day"),
        ("3日", "no day"),
        ("10/14か10/15", "no day"),
        ("10/14に電話", "no day"),
        ("2/30", "no day"),
        ("+0", "not a day to come"),
        ("今日", "not a day to come"),
        ("昨日", "not a day to come"),
        ("2026-10-07", "not a day to come"),
        ("10/6", "2027-10-06"),
        ("7/1", "2027-07-01"),
    ],
)
def test_what_is_no_day_to_come_gets_a_sentence(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        typed_day_to_come(text, TODAY)


@pytest.mark.parametrize(
    ("text", "day"),
    [("今日", "2026-10-07"), ("昨日", "2026-10-06"), ("9/2", "2026-09-02"), ("12/24", "2025-12-24")],
)
def test_a_past_day_is_the_last_such(text: str, day: str) -> None:
    assert typed_past_day(text, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize(("text", "said"), [("いつか", "no day"), ("明日", "to come"), ("2026-12-24", "to come")])
def test_what_is_no_past_day_gets_a_sentence(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        typed_past_day(text, TODAY)


@pytest.mark.parametrize(
    ("text", "yen"),
    [
        ("120000", 120_000),
        ("120,000", 120_000),
        ("１２０，０００円", 120_000),
        ("¥120,000", 120_000),
        ("￥120000", 120_000),
        ("12万", 120_000),
        ("１２万円", 120_000),
        ("1.5万円", 15_000),
        ("16万5千円", 165_000),
        ("12万3456円", 123_456),
        ("8千円", 8_000),
        ("1億2000万円", 120_000_000),
        ("0", 0),
        ("500 yen", 500),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, yen: int) -> None:
    assert typed_yen(text) == yen


@pytest.mark.parametrize("text", ["", "円", "abc", "-5", "12.5円", "1.00005万円", "約12万", "9" * 15, "12万円か15万円"])
def test_what_is_no_amount_gets_a_sentence(text: str) -> None:
    with pytest.raises(UsageError, match="120000"):
        typed_yen(text)


def test_an_event_on_one_line_has_a_name_and_a_day() -> None:
    event = typed_event("経営者朝食会 9/18", TODAY, ())
    assert (event.name, event.date) == ("経営者朝食会", date(2026, 9, 18))
    assert make_id(event.name, event.date, {event.id}) == f"{event.id}-2"
    with pytest.raises(UsageError, match="no day"):
        typed_event("経営者朝食会", TODAY, ())
