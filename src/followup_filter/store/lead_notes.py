"""What people say about leads: answered by telephone, put off, won, lost; and leads that never came by mail."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update

from followup_filter.store import schema
from followup_filter.store.messages import now_text

_HAND_LEAD_ID = re.compile(r"h([1-9]\d{0,8})", re.IGNORECASE)


class Note(StrEnum):
    """What a note says. The newest standing note of each kind counts; of `won` and `lost`, the newer one.

    `snoozed` carries the day on which the lead comes back, `won` the order's worth in yen where it is known.
    """

    DONE = "done"
    SNOOZED = "snoozed"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class LeadNote:
    """One standing note: what it says, when it was said, and its value as stored ("2026-10-14", "120000").

    Notes with a higher `id` were said later.
    """

    id: int
    note: Note
    moment: datetime
    value: str | None

    @property
    def until(self) -> date | None:
        """The day on which a lead that was put off comes back."""
        return date.fromisoformat(self.value) if self.note is Note.SNOOZED and self.value else None

    @property
    def yen(self) -> int | None:
        """What a won order is worth, in yen; None where nobody said."""
        return int(self.value) if self.note is Note.WON and self.value else None


@dataclass(frozen=True, slots=True)
class HandLead:
    """A lead that came by telephone, LINE or in person. `event`: the id of the event it is owed to, or None.

    `notes`: what was said about it since, as in `read_notes`.
    """

    id: str
    event: str | None
    name: str
    company: str
    matter: str
    date: date
    notes: Mapping[Note, LeadNote] = field(default_factory=dict)


def add_note(connection: Connection, lead: str, note: Note, source: str, value: str | None = None) -> None:
    """Record a note on a lead, named by a mail's number as text or "h1"; `source` says where it was said ("cli")."""
    connection.execute(
        insert(schema.lead_note).values(lead=lead, note=note, value=value, source=source, time=now_text(), undone=False)
    )


def undo_note(connection: Connection, leads: Collection[str], note: Note) -> bool:
    """Take back the newest note of this kind that still stands on any of `leads`; False when there is none."""
    table = schema.lead_note
    query = (
        select(table.c.id)
        .where(table.c.lead.in_(leads), table.c.note == note, table.c.undone.is_(False))
        .order_by(table.c.id.desc())
        .limit(1)
    )
    newest = connection.execute(query).scalar()
    if newest is None:
        return False
    connection.execute(update(table).where(table.c.id == newest).values(undone=True))
    return True


def read_notes(connection: Connection) -> dict[str, Mapping[Note, LeadNote]]:
    """The newest standing note of each kind, by lead ("41" or "h1")."""
    newest: dict[str, dict[Note, LeadNote]] = {}
    query = select(schema.lead_note).where(schema.lead_note.c.undone.is_(False)).order_by(schema.lead_note.c.id)
    for row in connection.execute(query).mappings():
        note = Note(row["note"])
        moment = datetime.fromisoformat(row["time"])
        newest.setdefault(row["lead"], {})[note] = LeadNote(row["id"], note, moment, row["value"])
    return dict(newest)


def add_hand_lead(
    connection: Connection, *, event: str | None, name: str, company: str, matter: str, day: date
) -> HandLead:
    """Store a lead that did not come by mail; it gets the next number h1, h2, …"""
    values = {"event": event, "name": name, "company": company, "matter": matter, "date": day.isoformat()}
    result = connection.execute(insert(schema.hand_lead).values(**values, time=now_text(), undone=False))
    key = result.inserted_primary_key
    assert key is not None
    return HandLead(f"h{key[0]}", event, name, company, matter, day)


def set_hand_lead_removed(connection: Connection, lead: str, removed: bool) -> bool:
    """Take a hand-entered lead away, or bring it back; False when there is none of that number to change."""
    match = _HAND_LEAD_ID.fullmatch(lead)
    if match is None:
        return False
    table = schema.hand_lead
    changed = connection.execute(
        update(table).where(table.c.id == int(match[1]), table.c.undone.is_not(removed)).values(undone=removed)
    )
    return bool(changed.rowcount)


def read_hand_leads(connection: Connection) -> list[HandLead]:
    """The leads entered by hand that still stand, in order of number."""
    table = schema.hand_lead
    notes = read_notes(connection)
    leads = []
    for row in connection.execute(select(table).where(table.c.undone.is_(False)).order_by(table.c.id)).mappings():
        facts = {key: row[key] for key in ("event", "name", "company", "matter")}
        name = f"h{row['id']}"
        leads.append(HandLead(name, date=date.fromisoformat(row["date"]), notes=notes.get(name, {}), **facts))
    return leads


def is_hand_lead_id(text: str) -> bool:
    """True for h1, h2, … (H1 as well)."""
    return _HAND_LEAD_ID.fullmatch(text) is not None
