"""Events and the owner in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date, time

from sqlalchemy import Connection, delete, insert, select, update

from followup_filter.events.event import Card, Event, EventList, Owner
from followup_filter.store import schema
from followup_filter.store.contacts import imported_addresses


def read_events(connection: Connection) -> EventList:
    """The owner and all events, in order of date; the owner knows imported addresses too, except those on cards."""
    stored = stored_owner(connection)
    rows = connection.execute(select(schema.event.c.facts).order_by(schema.event.c.date, schema.event.c.id)).scalars()
    events = tuple(_event(facts) for facts in rows)
    imported = imported_addresses(connection) - _on_cards(events) - set(stored.known_addresses)
    known = (*stored.known_addresses, *sorted(imported))
    return EventList(replace(stored, known_addresses=known), events)


def card_addresses(connection: Connection) -> set[str]:
    """The addresses on the cards of all events."""
    return _on_cards(read_events(connection).events)


def stored_owner(connection: Connection) -> Owner:
    """The owner as the events file describes them."""
    row = connection.execute(select(schema.owner)).mappings().first()
    if row is None:
        return Owner()
    return Owner(row["name"], row["business"], tuple(row["addresses"]), tuple(row["known_addresses"]))


def save_events(connection: Connection, imported: EventList) -> tuple[int, int]:
    """Insert or replace events by id, and the owner when one is given; returns (new, changed). Never deletes."""
    before = {event.id: event for event in read_events(connection).events}
    new = changed = 0
    for event in imported.events:
        if before.get(event.id) == event:
            continue
        new, changed = (new + 1, changed) if event.id not in before else (new, changed + 1)
        connection.execute(delete(schema.event).where(schema.event.c.id == event.id))
        connection.execute(
            insert(schema.event).values(id=event.id, date=event.date.isoformat(), facts=event_values(event))
        )
    if imported.owner != Owner():
        connection.execute(delete(schema.owner))
        connection.execute(insert(schema.owner).values(id=1, **asdict(imported.owner)))
    return new, changed


def add_own_address(connection: Connection, address: str) -> bool:
    """Add an address to the owner's own; False when it was known."""
    owner = stored_owner(connection)
    if address in owner.addresses:
        return False
    addresses = [*owner.addresses, address]
    if not connection.execute(update(schema.owner).values(addresses=addresses)).rowcount:
        connection.execute(insert(schema.owner).values(id=1, **asdict(Owner(addresses=tuple(addresses)))))
    return True


def event_values(event: Event) -> dict[str, object]:
    """The event as JSON values, by the keys of the events file."""
    return {**asdict(event), "date": event.date.isoformat(), "start": event.start.isoformat()}


def _on_cards(events: Iterable[Event]) -> set[str]:
    return {card.address for event in events for card in event.cards if card.address}


def _event(facts: dict[str, object]) -> Event:
    values = dict(facts)
    values["date"] = date.fromisoformat(str(values["date"]))
    values["start"] = time.fromisoformat(str(values["start"]))
    values["organizer_addresses"] = tuple(values["organizer_addresses"])  # type: ignore[arg-type]
    values["cards"] = tuple(Card(**card) for card in values["cards"])  # type: ignore[attr-defined]
    return Event(**values)  # type: ignore[arg-type]


def read_headings(connection: Connection) -> dict[str, str]:
    """The fields of headings that the owner named before, by heading."""
    return {row.heading: row.field for row in connection.execute(select(schema.heading))}


def save_headings(connection: Connection, fields: Mapping[str, str]) -> None:
    """Keep which fields stand below these headings."""
    for name, field in fields.items():
        connection.execute(delete(schema.heading).where(schema.heading.c.heading == name))
        connection.execute(insert(schema.heading).values(heading=name, field=field))


def declined_events(connection: Connection) -> set[str]:
    """The keys of suggested events to which the owner did not go."""
    return set(connection.execute(select(schema.declined_event.c.key)).scalars())


def decline_event(connection: Connection, key: str) -> None:
    """Keep that the owner did not go to a suggested event, so that it is not asked again."""
    if key not in declined_events(connection):
        connection.execute(insert(schema.declined_event).values(key=key))
