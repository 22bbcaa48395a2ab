"""What people said about messages: corrections of outcome and event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from followup_filter.labels import Kind, Outcome
from followup_filter.store import schema
from followup_filter.store.messages import now_text


class Field(StrEnum):
    """What a correction speaks of; the newest correction of each field counts."""

    OUTCOME = "outcome"
    EVENT = "event"


def _add(connection: Connection, number: int, field: Field, source: str, **values: Any) -> None:
    connection.execute(
        insert(schema.correction).values(
            number=number, field=field, source=source, time=now_text(), undone=False, **values
        )
    )


def correct_outcome(connection: Connection, number: int, outcome: Outcome, kind: Kind | None, source: str) -> None:
    """Record a person's outcome and kind for a message; `source` says where it was said ("cli", "review")."""
    _add(connection, number, Field.OUTCOME, source, outcome=outcome, kind=kind)


def correct_event(connection: Connection, number: int, event: str | None, source: str) -> None:
    """Record a person's event for a message (None: no event), and mark the results from it on as out of date."""
    _add(connection, number, Field.EVENT, source, event=event)
    forget_attribution(connection, number)


def undo_newest(connection: Connection, number: int, fields: Iterable[Field] = tuple(Field)) -> Field | None:
    """Take back the newest correction of a message (of these fields) that still stands; returns its field, or None."""
    correction = schema.correction
    newest = (
        connection.execute(
            select(correction)
            .where(correction.c.number == number, correction.c.undone.is_(False), correction.c.field.in_(list(fields)))
            .order_by(correction.c.id.desc())
            .limit(1)
        )
        .mappings()
        .first()
    )
    if newest is None:
        return None
    connection.execute(update(correction).where(correction.c.id == newest["id"]).values(undone=True))
    if newest["field"] == Field.EVENT:
        forget_attribution(connection, number)
    return Field(newest["field"])


def forget_attribution(connection: Connection, number: int) -> None:
    """Mark the event of a message as out of date, so that it and later mail of its thread are looked at again."""
    connection.execute(update(schema.result).where(schema.result.c.number == number).values(events_version=""))


def newest_corrections(connection: Connection) -> dict[int, Mapping[Field, RowMapping]]:
    """The newest standing correction of each field, by message number."""
    newest: dict[int, dict[Field, RowMapping]] = {}
    query = select(schema.correction).where(schema.correction.c.undone.is_(False)).order_by(schema.correction.c.id)
    for row in connection.execute(query).mappings():
        newest.setdefault(row["number"], {})[Field(row["field"])] = row
    return dict(newest)


def corrected_labels(connection: Connection) -> dict[int, tuple[Outcome, Kind | None]]:
    """The outcome and kind that a person gave, by message number."""
    labels = {}
    for number, fields in newest_corrections(connection).items():
        if row := fields.get(Field.OUTCOME):
            labels[number] = (Outcome(row["outcome"]), Kind(row["kind"]) if row["kind"] else None)
    return labels


def label_times(connection: Connection) -> list[datetime]:
    """When each label that stands was given, a moment a message."""
    newest = newest_corrections(connection).values()
    return [datetime.fromisoformat(fields[Field.OUTCOME]["time"]) for fields in newest if Field.OUTCOME in fields]


def count_corrections(connection: Connection) -> int:
    """How many messages carry a person's outcome or event."""
    query = select(func.count(schema.correction.c.number.distinct())).where(schema.correction.c.undone.is_(False))
    return int(connection.execute(query).scalar_one())
