"""Events out of calendars and tables, in the styles of the programs that write them (tests/data/calendars)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from followup_filter.errors import UsageError
from followup_filter.events.calendars import is_calendar, joined, read_calendar, read_event_table
from followup_filter.events.event import Card, Event
from tests.builders import at_most

DATA = Path(__file__).parents[1] / "data" / "calendars"
NOW = datetime(2026, 9, 20, tzinfo=UTC)


def test_google_times_in_utc_are_told_in_japan_and_called_off_events_are_left_out() -> None:
    first, second, dentist = read_calendar(DATA / "google.ics", NOW)
    assert (first.name, first.date, first.start) == ("梅田ビジネス交流会, 五月", date(2026, 5, 14), time(19, 0))
    assert (first.venue, first.timezone, first.series) == ("大阪市北区, 会議室3F", "Asia/Tokyo", "")
    assert (second.name, second.date, second.start) == ("港北ものづくり交流会", date(2026, 6, 10), time(0, 0))
    assert dentist.name == "歯医者"


def test_only_some_entries_are_meant() -> None:
    assert len(read_calendar(DATA / "google.ics", NOW, only="交流会")) == 2
    with pytest.raises(UsageError, match="no event"):
        read_calendar(DATA / "google.ics", NOW, only="朝食会")


def test_a_meeting_of_every_month_becomes_a_series_without_its_exceptions() -> None:
    events = read_calendar(DATA / "outlook.ics", NOW)
    assert [event.date for event in events] == [date(2026, 4, 1), date(2026, 6, 3), date(2026, 7, 1)]
    for event in events:
        assert (event.start, event.series, event.venue) == (time(7, 30), "あさめし交流会", "駅前会館")
        assert (event.organizer, event.organizer_addresses) == ("あさめし会 事務局", ("office@asameshi.example",))


def test_another_time_zone_stays() -> None:
    (event,) = read_calendar(DATA / "apple.ics", NOW)
    assert (event.timezone, event.start, event.venue) == ("Asia/Seoul", time(18, 30), "Seoul Hall B")


def test_an_organisers_entry_card_names_its_address_and_the_owner_is_no_organiser() -> None:
    (event,) = read_calendar(DATA / "organiser.ics", NOW)
    assert (event.organizer, event.organizer_addresses) == ("", ("jimukyoku@koryu.example",))
    (own,) = read_calendar(DATA / "organiser.ics", NOW, own=["jimukyoku@koryu.example"])
    assert own.organizer_addresses == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\n",
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:no day\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:x\r\nDTSTART:20261399T000000\r\nEND:VEVENT\r\n"
        b"END:VCALENDAR\r\n",
    ],
)
def test_what_is_no_calendar_is_refused_with_a_sentence(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "bad.ics"
    file.write_bytes(content)
    with pytest.raises(UsageError):
        read_calendar(file, NOW)


def test_a_calendar_of_everything_asks_which_are_meant(tmp_path: Path) -> None:
    file = tmp_path / "daily.ics"
    file.write_text(
        "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:1\nSUMMARY:朝礼\nDTSTART:20260101T000000Z\n"
        "RRULE:FREQ=DAILY\nEND:VEVENT\nEND:VCALENDAR\n",
        "utf-8",
    )
    with pytest.raises(UsageError, match="--only"):
        read_calendar(file, NOW)


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=MINUTELY", "freq=hourly", "FREQ=DAILY;BYHOUR=1,2"])
def test_entries_of_several_times_a_day_are_left_out_soon(tmp_path: Path, rule: str) -> None:
    file = tmp_path / "often.ics"
    file.write_text(
        f"BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:1\nSUMMARY:often\nDTSTART:20260101T000000Z\nRRULE:{rule}\n"
        "END:VEVENT\nBEGIN:VEVENT\nUID:2\nSUMMARY:交流会\nDTSTART:20260901T100000Z\nEND:VEVENT\nEND:VCALENDAR\n",
        "utf-8",
    )
    with at_most(30):
        assert [event.name for event in read_calendar(file, NOW)] == ["交流会"]


def test_tables_with_japanese_and_english_headings() -> None:
    umeda, breakfast = read_event_table(DATA / "events.csv", NOW.date())
    assert (umeda.name, umeda.date, umeda.start) == ("梅田ビジネス交流会", date(2026, 5, 12), time(19, 0))
    assert (umeda.venue, umeda.organizer, umeda.fee) == ("梅田会館", "梅田商工の会", 5000)
    assert umeda.organizer_addresses == ("office@umeda.example",)
    assert (breakfast.date, breakfast.start, breakfast.fee) == (date(2026, 6, 17), time(7, 30), None)
    (english,) = read_event_table(DATA / "english.csv", NOW.date())
    assert (english.name, english.date, english.fee) == ("Breakfast meeting", date(2026, 9, 18), 3000)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a,b\n1,2\n", "no columns"),
        ("名称,日付\n朝食会,いつか\n", "row 1.*no date"),
        ("名称,日付\n,2026-05-12\n", "row 1.*no name"),
        ("名称,日付\n朝食会,2026-05-12\n夕食会,0\n", "row 2"),
        ("名称,日付\n", "no event"),
    ],
)
def test_a_table_with_a_mistake_names_the_row(content: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(content, "utf-8")
    with pytest.raises(UsageError, match=reason):
        read_event_table(file, NOW.date())


def test_a_known_event_keeps_its_id_and_cards() -> None:
    known = Event("umeda", "梅田ビジネス交流会", date(2026, 5, 12), fee=4000, hours=3.5, cards=(Card("甲"),))
    found = read_event_table(DATA / "events.csv", NOW.date())
    first, second = joined(found, [known])
    assert (first.id, first.cards, first.hours, first.fee, first.venue) == (
        "umeda",
        (Card("甲"),),
        3.5,
        5000,
        "梅田会館",
    )
    assert second.id not in ("", "umeda")
    assert joined(found, [first, second]) == [first, second]


def test_two_events_of_one_name_and_day_are_one() -> None:
    event = Event("", "朝食会", date(2026, 5, 12), venue="甲")
    assert len(joined([event, event], [])) == 1


def test_calendars_are_told_by_name_and_by_content(tmp_path: Path) -> None:
    assert is_calendar(DATA / "google.ics")
    assert not is_calendar(DATA / "events.csv")
    (tmp_path / "download").write_bytes((DATA / "outlook.ics").read_bytes())
    assert is_calendar(tmp_path / "download")
