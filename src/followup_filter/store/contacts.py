"""Whom the owner knew before the events: by the mail of the year before them, and by an imported address book."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select, update

from followup_filter.store import schema

FROM_MAILBOX = "mailbox"
IMPORTED = "import"


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
        elif known[address] is None or timestamp < known[address]:
            connection.execute(update(table).where(table.c.address == address).values(timestamp=timestamp))
        else:
            continue
        changed += 1
    return changed


def imported_addresses(connection: Connection) -> set[str]:
    """The addresses of imported address books: known before all events."""
    table = schema.known_address
    return set(connection.execute(select(table.c.address).where(table.c.source == IMPORTED)).scalars())


def import_addresses(connection: Connection, addresses: Collection[str]) -> int:
    """Mark these addresses as known before all events; returns how many were not so marked."""
    table = schema.known_address
    sources = {row.address: row.source for row in connection.execute(select(table))}
    new = [address for address in dict.fromkeys(addresses) if sources.get(address) != IMPORTED]
    for address in new:
        if address in sources:
            connection.execute(update(table).where(table.c.address == address).values(source=IMPORTED))
        else:
            connection.execute(insert(table).values(address=address, source=IMPORTED, timestamp=None))
    return len(new)


def forget_imported(connection: Connection, addresses: Collection[str]) -> int:
    """Take the mark of `import_addresses` back; what the mailbox told stays. Returns how many had it."""
    table = schema.known_address
    marked = imported_addresses(connection).intersection(addresses)
    for address in marked:
        row = (table.c.address == address, table.c.source == IMPORTED)
        connection.execute(delete(table).where(*row, table.c.timestamp.is_(None)))
        connection.execute(update(table).where(*row).values(source=FROM_MAILBOX))
    return len(marked)
