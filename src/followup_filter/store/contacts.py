"""Whom the owner knew before the events: addresses with the moment of the first mail from or to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select, update

from followup_filter.store import schema

FROM_MAILBOX = "mailbox"


def first_contacts(connection: Connection) -> dict[str, datetime]:
    """The moment of the first known mail from or to each address."""
    table = schema.known_address
    rows = connection.execute(select(table.c.address, table.c.timestamp).where(table.c.timestamp.is_not(None)))
    return {row.address: datetime.fromtimestamp(row.timestamp, UTC) for row in rows}


def add_first_contacts(connection: Connection, contacts: Mapping[str, datetime]) -> int:
    """Keep the earlier moment of each address; returns how many addresses are new or earlier than known."""
    table = schema.known_address
    known = {row.address: row.timestamp for row in connection.execute(select(table))}
    changed = 0
    for address, moment in contacts.items():
        timestamp = moment.timestamp()
        if address not in known:
            connection.execute(insert(table).values(address=address, source=FROM_MAILBOX, timestamp=timestamp))
        elif known[address] is not None and timestamp < known[address]:
            connection.execute(update(table).where(table.c.address == address).values(timestamp=timestamp))
        else:
            continue
        changed += 1
    return changed
