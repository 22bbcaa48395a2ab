"""Senders whose mail the owner judged once for all: below a correction of a single mail, above the model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update

from followup_filter.labels import Outcome
from followup_filter.store import schema
from followup_filter.store.messages import now_text


class EndedBy(StrEnum):
    """What ended a pin: the owner's word, or a mail that the owner wrote to the sender."""

    OWNER = "owner"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class Pin:
    """All mail of `address` is `outcome`, since `moment`, for `reason` ("" where none was given)."""

    address: str
    outcome: Outcome
    reason: str
    moment: datetime


def add_pin(connection: Connection, address: str, outcome: Outcome, reason: str) -> None:
    """Pin a sender; a pin that stands for the same address ends."""
    end_pin(connection, address, EndedBy.OWNER)
    values = {"address": address, "outcome": outcome, "reason": reason, "time": now_text()}
    connection.execute(insert(schema.pin).values(**values))


def end_pin(connection: Connection, address: str, ended_by: EndedBy) -> bool:
    """Lift the pin of a sender; False where none stood."""
    table = schema.pin
    ended = connection.execute(
        update(table)
        .where(table.c.address == address, table.c.ended.is_(None))
        .values(ended=now_text(), ended_by=ended_by)
    )
    return bool(ended.rowcount)


def standing_pins(connection: Connection) -> dict[str, Pin]:
    """The pins that stand, by address."""
    table = schema.pin
    rows = connection.execute(select(table).where(table.c.ended.is_(None)).order_by(table.c.id))
    return {
        row.address: Pin(row.address, Outcome(row.outcome), row.reason, datetime.fromisoformat(row.time))
        for row in rows
    }


def lift_answered(connection: Connection) -> list[str]:
    """End the pins of senders to whom the owner has written since; returns their addresses."""
    pins = standing_pins(connection)
    if not pins:
        return []
    message = schema.message
    earliest = min(pin.moment for pin in pins.values())
    written = connection.execute(
        select(message.c.to, message.c.cc, message.c.timestamp).where(
            message.c.sent_by_owner, message.c.timestamp > earliest.timestamp()
        )
    )
    lifted = sorted(
        {
            address
            for row in written
            for recipient in (*row.to, *row.cc)
            if (address := recipient["address"]) in pins and row.timestamp > pins[address].moment.timestamp()
        }
    )
    for address in lifted:
        end_pin(connection, address, EndedBy.REPLY)
    return lifted
