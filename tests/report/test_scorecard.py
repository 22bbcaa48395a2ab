"""Scorecards: every number reckoned again another way for random stores, and each verdict at its boundaries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from followup_filter.events.event import Card, Event, EventList, Owner
from followup_filter.labels import KINDS_OF_OUTCOME, OUTCOME_OF_KIND, OUTCOMES, Kind, Outcome
from followup_filter.report.scorecard import Scorecard, Verdict
from followup_filter.report.summary import build_summary
from followup_filter.store import corrections
from followup_filter.store.database import Database
from followup_filter.store.events import save_events
from followup_filter.store.lead_notes import Note, add_hand_lead, add_note
from tests.builders import at, event, judge, mail, scratch

SENDERS = ("a@one.example", "b@two.example", "c@three.example")
EVENT_IDS = ("e0", "e1", "e2")


@dataclass(frozen=True)
class Row:
    """One mail of a random store, in the simplest terms: its thread is a number, its day counts from 1 May."""

    sender: str
    thread: int
    day: int
    kind: Kind
    event: str | None
    review: bool
    corrected_kind: Kind | None
    corrected_event: str | None
    note: tuple[Note, int | None] | None


@dataclass(frozen=True)
class ByHand:
    """One lead entered by hand, and what its order is worth (0: nobody said), or None without an order."""

    event: str | None
    order: int | None


_BY_HAND = st.lists(
    st.builds(ByHand, st.sampled_from([*EVENT_IDS, "gone", None]), st.none() | st.sampled_from([0, 700])), max_size=3
)
_NOTES = st.tuples(st.sampled_from([Note.WON, Note.LOST, Note.DONE, Note.SNOOZED]), st.none() | st.integers(0, 9_000))


_ROWS = st.lists(
    st.builds(
        Row,
        sender=st.sampled_from(SENDERS),
        thread=st.integers(0, 2),
        day=st.integers(0, 60),
        kind=st.sampled_from(Kind) | st.sampled_from(KINDS_OF_OUTCOME[Outcome.LEAD]),
        event=st.sampled_from([*EVENT_IDS, None]),
        review=st.booleans(),
        corrected_kind=st.none() | st.none() | st.sampled_from(Kind),
        corrected_event=st.none() | st.none() | st.sampled_from([*EVENT_IDS, "none"]),
        note=st.none() | _NOTES,
    ),
    max_size=14,
    unique_by=lambda row: row.day,
)


@st.composite
def _event_lists(draw: st.DrawFn) -> list[Event]:
    ids = draw(st.lists(st.sampled_from(EVENT_IDS), unique=True))
    return [
        Event(
            id=name,
            name=name,
            date=date(2026, 5, 1) + timedelta(days=draw(st.integers(0, 40))),
            start=time(draw(st.integers(0, 23)), 30),
            timezone=draw(st.sampled_from(["Asia/Tokyo", "America/Los_Angeles"])),
            series=draw(st.sampled_from(["", "series"])),
            window_days=draw(st.sampled_from([1, 7, 45])),
            fee=draw(st.none() | st.integers(0, 9_000)),
            cards=tuple(Card(address=address) for address in draw(st.lists(st.sampled_from([*SENDERS, ""])))),
        )
        for name in ids
    ]


def _fill(connection: Connection, rows: list[Row], by_hand: list[ByHand], events: list[Event]) -> None:
    save_events(connection, EventList(Owner(), tuple(events)))
    for row in rows:
        message = mail(sender=row.sender, when=at("2026-05-01T12:00") + timedelta(days=row.day))
        message = mail(sender=row.sender, when=message.date, references=(f"<{row.sender}-{row.thread}>",))
        outcome = OUTCOME_OF_KIND[row.kind]
        number = judge(connection, message, outcome, row.kind, event=row.event, review=row.review)
        if row.corrected_kind:
            corrections.correct_outcome(
                connection, number, OUTCOME_OF_KIND[row.corrected_kind], row.corrected_kind, "test"
            )
        if row.corrected_event:
            moved = None if row.corrected_event == "none" else row.corrected_event
            corrections.correct_event(connection, number, moved, "test")
        if row.note:
            note, yen = row.note
            value = "2026-12-01" if note is Note.SNOOZED else str(yen) if note is Note.WON and yen is not None else None
            add_note(connection, str(number), note, "test", value)
    for lead in by_hand:
        added = add_hand_lead(connection, event=lead.event, name="x", company="", matter="", day=date(2026, 5, 1))
        if lead.order is not None:
            add_note(connection, added.id, Note.WON, "test", str(lead.order) if lead.order else None)


def _counted(row: Row, ids: set[str]) -> tuple[Kind, str | None, bool]:
    """What counts for a mail: kind, event (None for one that is not in the list) and whether it is in doubt."""
    belongs = row.corrected_event or row.event
    return row.corrected_kind or row.kind, belongs if belongs in ids else None, row.review and not row.corrected_kind


def _expected(
    rows: list[Row], by_hand: list[ByHand], events: list[Event], now: datetime
) -> dict[str | None, dict[str, Any]]:
    """All scorecards, reckoned from the rows without the code under test."""
    ids = {item.id for item in events}
    orders: dict[tuple[str, int], int | None] = {}
    for row in rows:
        # Notes were made in the order of the rows, and count for the whole matter.
        if row.note and row.note[0] in (Note.WON, Note.LOST):
            orders.pop((row.sender, row.thread), None)
            if row.note[0] is Note.WON:
                orders[row.sender, row.thread] = row.note[1]
    rows = sorted(rows, key=lambda row: row.day)
    leads: dict[tuple[str, int], list[Row]] = {}
    for row in rows:
        if OUTCOME_OF_KIND[_counted(row, ids)[0]] is Outcome.LEAD:
            leads.setdefault((row.sender, row.thread), []).append(row)
    lead_events = [_counted(mails[0], ids)[1] for mails in leads.values()]
    sure_events = [
        _counted(mails[0], ids)[1] for mails in leads.values() if not any(_counted(row, ids)[2] for row in mails)
    ]
    order_yen = [(_counted(mails[0], ids)[1], orders[key] or 0) for key, mails in leads.items() if key in orders]
    hand_events = [lead.event if lead.event in ids else None for lead in by_hand]
    order_yen += [
        (event, lead.order) for event, lead in zip(hand_events, by_hand, strict=True) if lead.order is not None
    ]
    over = {item.id: _midnight_after(item) <= now for item in events}
    cards = {}
    for item in [*events, None]:
        key = item.id if item else None
        mails = [row for row in rows if _counted(row, ids)[1] == key]
        kinds = Counter(_counted(row, ids)[0] for row in mails)
        values: dict[str, Any] = {
            "mails": len(mails),
            "by_outcome": {name: sum(kinds[kind] for kind in KINDS_OF_OUTCOME[name]) for name in OUTCOMES},
            "by_kind": kinds,
            "review": sum(_counted(row, ids)[2] for row in mails),
            "leads": lead_events.count(key),
            "leads_sure": sure_events.count(key),
            "leads_by_hand": hand_events.count(key),
            "orders": len([event for event, _yen in order_yen if event == key]),
            "order_yen": sum(yen for event, yen in order_yen if event == key),
            "cards": 0,
            "cards_written": 0,
            "days_left": 0,
            "visits": 0,
            "verdict": None,
            "yen_per_lead": None,
        }
        if item:
            name = item.series or item.name
            closed = [other.id for other in events if (other.series or other.name) == name and over[other.id]]
            both = values["leads"] + values["leads_by_hand"]
            began = now >= datetime.combine(item.date, item.start, ZoneInfo(item.timezone))
            values |= {
                "cards": len(item.cards),
                "cards_written": len([card for card in item.cards if card.address in [row.sender for row in mails]]),
                "days_left": 0 if over[item.id] else _days_to_count(item, now),
                "visits": len(closed),
                "yen_per_lead": item.fee / both if item.fee is not None and both else None,
                "verdict": "upcoming"
                if not began
                else "counting"
                if not over[item.id]
                else "worthwhile"
                if both >= 3 or values["orders"]
                else "consider_skipping"
                if len(closed) >= 2 and not any(name in [*lead_events, *hand_events] for name in closed)
                else "wait_and_see",
            }
        cards[key] = values
    return cards


def _midnight_after(item: Event) -> datetime:
    last = datetime(item.date.year, item.date.month, item.date.day, tzinfo=ZoneInfo(item.timezone))
    return last + timedelta(days=item.window_days + 1)


def _days_to_count(item: Event, now: datetime) -> int:
    """Calendar days from today to the last day of the window, both included."""
    days, today = 0, now.astimezone(ZoneInfo(item.timezone)).date()
    while today + timedelta(days=days) <= item.date + timedelta(days=item.window_days):
        days += 1
    return days


@given(_ROWS, _BY_HAND, _event_lists(), st.integers(0, 90), st.integers(0, 23))
@settings(deadline=None, max_examples=40)
def test_every_number_is_what_counting_by_hand_gives(
    database: Database, rows: list[Row], by_hand: list[ByHand], events: list[Event], day: int, hour: int
) -> None:
    now = at("2026-05-01T00:00") + timedelta(days=day, hours=hour)
    with scratch(database) as connection:
        _fill(connection, rows, by_hand, events)
        summary = build_summary(connection, now)
    expected = _expected(rows, by_hand, events, now)
    assert {card.event.id if card.event else None for card in summary.scorecards} == set(expected)
    for card in summary.scorecards:
        for name, value in expected[card.event.id if card.event else None].items():
            assert getattr(card, name) == value, name
    assert sum(card.mails for card in summary.scorecards) == len(rows)
    assert sum(card.all_leads for card in summary.scorecards) == len(summary.leads)
    dates = [card.event.date for card in summary.scorecards if card.event]
    assert dates == sorted(dates)
    assert summary.scorecards[-1].event is None


def _card(connection: Connection, now: str, leads: int = 0, events: tuple[Event, ...] = (event(),)) -> Scorecard:
    save_events(connection, EventList(Owner(), events))
    for _ in range(leads):
        judge(connection, mail(), Outcome.LEAD, event=events[0].id)
    return build_summary(connection, at(now)).scorecards[0]


@pytest.mark.parametrize(
    ("now", "verdict", "days_left"),
    [
        ("2026-05-11T23:59", Verdict.UPCOMING, 47),
        ("2026-05-12T18:59:59", Verdict.UPCOMING, 46),
        ("2026-05-12T19:00", Verdict.COUNTING, 46),
        ("2026-06-25T23:59", Verdict.COUNTING, 2),
        ("2026-06-26T00:00", Verdict.COUNTING, 1),
        ("2026-06-26T23:59:59", Verdict.COUNTING, 1),
        ("2026-06-27T00:00", Verdict.WAIT_AND_SEE, 0),
    ],
)
def test_counting_lasts_from_the_start_to_the_end_of_the_window(
    now: str, verdict: Verdict, days_left: int, database: Database
) -> None:
    with scratch(database) as connection:
        card = _card(connection, now, events=(event(start=time(19, 0)),))
        assert (card.verdict, card.days_left) == (verdict, days_left)


@pytest.mark.parametrize(
    ("leads", "verdict"), [(0, Verdict.WAIT_AND_SEE), (2, Verdict.WAIT_AND_SEE), (3, Verdict.WORTHWHILE)]
)
def test_three_people_with_work_make_an_event_worthwhile(leads: int, verdict: Verdict, database: Database) -> None:
    with scratch(database) as connection:
        assert _card(connection, "2026-07-01T00:00", leads).verdict is verdict


def test_no_verdict_is_given_before_counting_ends_however_many_people_wrote(database: Database) -> None:
    with scratch(database) as connection:
        assert _card(connection, "2026-06-01T00:00", leads=5).verdict is Verdict.COUNTING


_FIRST, _SECOND = event("一回目", date(2026, 3, 3), series="商いの輪"), event("二回目", series="商いの輪")


@pytest.mark.parametrize(
    ("now", "leads", "verdict", "visits"),
    [
        ("2026-06-26T23:59", 0, Verdict.WAIT_AND_SEE, 1),
        ("2026-06-27T00:00", 0, Verdict.CONSIDER_SKIPPING, 2),
        ("2026-06-27T00:00", 1, Verdict.WAIT_AND_SEE, 2),
    ],
)
def test_skipping_is_suggested_only_after_two_closed_events_of_the_series_without_work(
    now: str, leads: int, verdict: Verdict, visits: int, database: Database
) -> None:
    with scratch(database) as connection:
        card = _card(connection, now, leads, (_FIRST, _SECOND))
        assert (card.verdict, card.visits) == (verdict, visits)


def test_two_events_of_different_series_say_nothing_of_each_other(database: Database) -> None:
    with scratch(database) as connection:
        card = _card(connection, "2026-12-01T00:00", events=(event("a", date(2026, 3, 3)), event("b")))
        assert (card.verdict, card.visits) == (Verdict.WAIT_AND_SEE, 1)


def test_two_events_of_one_name_are_a_series(database: Database) -> None:
    same = (event("朝会", date(2026, 3, 3), id="march"), event("朝会", id="may"))
    with scratch(database) as connection:
        assert _card(connection, "2026-12-01T00:00", events=same).verdict is Verdict.CONSIDER_SKIPPING


@pytest.mark.parametrize(("fee", "leads", "yen"), [(3000, 2, 1500.0), (0, 2, 0.0), (3000, 0, None), (None, 2, None)])
def test_yen_for_each_person_with_work(fee: int | None, leads: int, yen: float | None, database: Database) -> None:
    with scratch(database) as connection:
        assert _card(connection, "2026-07-01T00:00", leads, (event(fee=fee),)).yen_per_lead == yen


def test_mail_of_an_event_that_is_no_longer_listed_counts_as_mail_of_no_event(database: Database) -> None:
    with scratch(database) as connection:
        judge(connection, mail(), Outcome.LEAD, event="gone")
        (card,) = build_summary(connection, at("2026-07-01T00:00")).scorecards
        assert (card.event, card.mails, card.leads) == (None, 1, 1)
