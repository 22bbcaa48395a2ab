"""What happened to leads outside of the mailbox: answered by telephone, put off, won, lost."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, insert, select, update

from followup_filter.store import schema
from followup_filter.store.messages import now_text


class Note(StrEnum):
    """What a note says; the newest of each kind that still stands counts."""

    DONE = "done"


def add_note(connection: Connection, lead: str, note: Note, source: str, value: str | None = None) -> None:
    """Record a note on a lead, named by a mail's number as text; `source` says where it was said ("cli")."""
    connection.execute(
        insert(schema.lead_note).values(lead=lead, note=note, value=value, source=source, time=now_text(), undone=False)
    )


def undo_note(connection: Connection, lead: str, note: Note) -> bool:
    """Take back the newest note of this kind that still stands; False when there is none."""
    table = schema.lead_note
    query = (
        select(table.c.id)
        .where(table.c.lead == lead, table.c.note == note, table.c.undone.is_(False))
        .order_by(table.c.id.desc())
        .limit(1)
    )
    newest = connection.execute(query).scalar()
    if newest is None:
        return False
    connection.execute(update(table).where(table.c.id == newest).values(undone=True))
    return True


def newest_notes(connection: Connection) -> dict[str, Mapping[Note, RowMapping]]:
    """The newest standing note of each kind, by lead."""
    newest: dict[str, dict[Note, RowMapping]] = {}
    query = select(schema.lead_note).where(schema.lead_note.c.undone.is_(False)).order_by(schema.lead_note.c.id)
    for row in connection.execute(query).mappings():
        newest.setdefault(row["lead"], {})[Note(row["note"])] = row
    return dict(newest)
