"""Events and the owner in the database: read as they were saved, brought up to date by id, never deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from followup_filter.events.event import Card, Event, EventList, Owner
from followup_filter.store.database import Database
from followup_filter.store.events import read_events, save_events
from tests.builders import event, scratch

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
_TEXTS = st.lists(_TEXT, max_size=3).map(tuple)
_EVENTS = st.builds(
    Event,
    id=_TEXT.filter(bool),
    name=_TEXT,
    date=st.dates(),
    start=st.times(),
    timezone=st.sampled_from(["Asia/Tokyo", "Europe/Paris", "UTC"]),
    venue=_TEXT,
    organizer=_TEXT,
    series=_TEXT,
    alias=_TEXT,
    organizer_addresses=_TEXTS,
    fee=st.none() | st.integers(0, 10**9),
    hours=st.none() | st.floats(0, 100),
    window_days=st.integers(1, 365),
    purpose=st.sampled_from(["leads", "organizer", "learning", "community"]),
    cards=st.lists(st.builds(Card, _TEXT, _TEXT, _TEXT), max_size=3).map(tuple),
)
_OWNERS = st.builds(Owner, _TEXT, _TEXT, _TEXTS, _TEXTS)
_LISTS = st.builds(EventList, _OWNERS, st.lists(_EVENTS, max_size=4, unique_by=lambda event: event.id).map(tuple))


@given(_LISTS)
@settings(deadline=None, max_examples=60)
def test_events_and_owner_are_read_as_they_were_saved(database: Database, saved: EventList) -> None:
    with scratch(database) as connection:
        assert save_events(connection, saved) == (len(saved.events), 0)
        read = read_events(connection)
        assert read.owner == saved.owner
        assert {item.id: item for item in read.events} == {item.id: item for item in saved.events}
        assert [item.date for item in read.events] == sorted(item.date for item in saved.events)
        assert save_events(connection, saved) == (0, 0)
        assert read_events(connection) == read


def test_new_and_changed_events_are_counted_and_none_is_deleted(database: Database) -> None:
    one, two, three = event("a"), event("b"), event("c")
    with scratch(database) as connection:
        assert save_events(connection, EventList(Owner(), (one, two))) == (2, 0)
        changed = replace(two, fee=3000, cards=(Card("佐藤 次郎"),))
        assert save_events(connection, EventList(Owner(), (changed, three))) == (1, 1)
        assert read_events(connection).events == (one, changed, three)


def test_events_come_in_order_of_date(database: Database) -> None:
    days = [date(2026, 6, 9), date(2025, 12, 1), date(2026, 5, 12)]
    with scratch(database) as connection:
        save_events(connection, EventList(Owner(), tuple(event(str(day), day) for day in days)))
        assert [item.date for item in read_events(connection).events] == sorted(days)


def test_an_owner_is_replaced_and_a_file_without_one_leaves_it(database: Database) -> None:
    first, second = Owner("山田 花子", addresses=("hanako@example.jp",)), Owner("山田 花子", "Webデザイン")
    with scratch(database) as connection:
        assert read_events(connection).owner == Owner()
        save_events(connection, EventList(first))
        save_events(connection, EventList(Owner(), (event(),)))
        assert read_events(connection).owner == first
        save_events(connection, EventList(second))
        assert read_events(connection).owner == second


@given(_LISTS, _LISTS)
@settings(deadline=None, max_examples=60)
def test_the_version_tells_lists_apart(one: EventList, other: EventList) -> None:
    assert (one.version == other.version) == (one == other)
    assert replace(one, owner=replace(one.owner, name=one.owner.name + "x")).version != one.version
