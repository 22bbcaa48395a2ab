"""What one night leaves for the next: how far folders were looked through, what failed, and which faults stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, update

from followup_filter.store import schema
from followup_filter.store.messages import Place, now_text

WHOLE_ACCOUNT, WARNING = "", "*"
"""What stands in place of a folder for a fault, or a warning, of the whole account; no server allows them as names."""


@dataclass(frozen=True, slots=True)
class Scan:
    """The last whole look at a folder: all mail that arrived from the day `since` to the moment `scanned` was seen.

    `mails` is how many of them were in the folder then, `next_uid` the UID that the next mail was to get (0: unknown).
    """

    uidvalidity: int
    since: date
    scanned: datetime
    mails: int
    next_uid: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that stands: of an account, or of one folder of it. `nights` counts the nights on which it showed.

    `exit_status` as in errors.py; 0 for a warning. `fingerprint` tells the settings under which it showed.
    """

    account: str
    folder: str
    exit_status: int
    sentence: str
    fingerprint: str
    first_night: date
    last_night: date
    nights: int


def read_scan(connection: Connection, account: str, folder: str) -> Scan | None:
    """The last whole look at a folder; None when there was none."""
    row = connection.execute(select(schema.scan).where(*_key(schema.scan, account, folder))).mappings().first()
    if row is None:
        return None
    scanned = datetime.fromisoformat(row["scanned"])
    return Scan(row["uidvalidity"], date.fromisoformat(row["since"]), scanned, row["mails"], row["next_uid"])


def save_scan(connection: Connection, account: str, folder: str, role: str, scan: Scan) -> None:
    """Record a whole look at a folder with this role, in place of the one before."""
    values = {
        "role": role,
        "uidvalidity": scan.uidvalidity,
        "since": scan.since.isoformat(),
        "scanned": scan.scanned.isoformat(),
        "mails": scan.mails,
        "next_uid": scan.next_uid,
    }
    _put(connection, schema.scan, account, folder, values)


def count_scanned(connection: Connection, role: str) -> int:
    """How many mails were in the folders of this role at the last look."""
    return sum(connection.execute(select(schema.scan.c.mails).where(schema.scan.c.role == role)).scalars())


def history_since(connection: Connection, account: str, folder: str) -> date | None:
    """From which day on the addresses of earlier mail in this folder are known; None when they were never read."""
    table = schema.history
    day = connection.execute(select(table.c.since).where(*_key(table, account, folder))).scalar()
    return date.fromisoformat(day) if day else None


def save_history(connection: Connection, account: str, folder: str, since: date) -> None:
    """Record from which day on the addresses of earlier mail in this folder are known."""
    _put(connection, schema.history, account, folder, {"since": since.isoformat()})


def count_attempt(connection: Connection, place: Place, uid: str, night: date, reason: str) -> int:
    """Note that a mail could not be had; returns on how many nights so far. Twice in one night counts once."""
    table = schema.attempt
    key = _place_key(table, place, [uid])
    row = connection.execute(select(table.c.nights, table.c.last_night).where(*key)).first()
    nights = 1 if row is None else row.nights + (row.last_night != night.isoformat())
    connection.execute(delete(table).where(*key))
    values: dict[str, Any] = {"nights": nights, "last_night": night.isoformat(), "reason": reason}
    connection.execute(
        insert(table).values(
            account=place.account, folder=place.folder, uidvalidity=place.uidvalidity, uid=uid, **values
        )
    )
    return nights


def attempted_uids(connection: Connection, place: Place) -> list[int]:
    """The UIDs of mails in a folder that could not be had so far and have no place in the store."""
    table = schema.attempt
    key = (*_key(table, place.account, place.folder), table.c.uidvalidity == place.uidvalidity)
    return [int(uid) for uid in connection.execute(select(table.c.uid).where(*key)).scalars()]


def forget_attempts(connection: Connection, place: Place, uids: Iterable[str]) -> None:
    """These mails have a place in the store now."""
    connection.execute(delete(schema.attempt).where(*_place_key(schema.attempt, place, list(uids))))


def read_faults(connection: Connection) -> list[Fault]:
    """The faults that stand, worst first."""
    rows = connection.execute(select(schema.fault)).mappings()
    faults = [
        Fault(
            account=row["account"],
            folder=row["folder"],
            exit_status=row["exit_status"],
            sentence=row["sentence"],
            fingerprint=row["fingerprint"],
            first_night=date.fromisoformat(row["first_night"]),
            last_night=date.fromisoformat(row["last_night"]),
            nights=row["nights"],
        )
        for row in rows
    ]
    return sorted(faults, key=lambda fault: (not fault.exit_status, fault.exit_status, fault.account, fault.folder))


def read_fault(connection: Connection, account: str, folder: str = "") -> Fault | None:
    """The fault of this account (or of one folder) that stands; None when there is none."""
    return next(
        (fault for fault in read_faults(connection) if (fault.account, fault.folder) == (account, folder)), None
    )


def save_fault(
    connection: Connection,
    account: str,
    folder: str,
    *,
    exit_status: int,
    sentence: str,
    fingerprint: str = "",
    night: date,
) -> None:
    """Note a fault; the same one on another night counts on. Twice in one night counts once."""
    before = read_fault(connection, account, folder)
    same = before is not None and (before.exit_status, before.fingerprint) == (exit_status, fingerprint)
    first, nights = night, 1
    if before and same:
        first, nights = before.first_night, before.nights + (before.last_night != night)
    values = {
        "exit_status": exit_status,
        "sentence": sentence,
        "fingerprint": fingerprint,
        "first_night": first.isoformat(),
        "last_night": night.isoformat(),
        "nights": nights,
    }
    _put(connection, schema.fault, account, folder, values)


def clear_fault(connection: Connection, account: str, folder: str = "") -> None:
    """The fault is over."""
    connection.execute(delete(schema.fault).where(*_key(schema.fault, account, folder)))


def forget_faults_of_other_folders(connection: Connection, account: str, folders: Iterable[str]) -> None:
    """Faults of folders of an account that are no longer read are over; what concerns the whole account stays."""
    table = schema.fault
    connection.execute(
        delete(table).where(table.c.account == account, table.c.folder.not_in([WHOLE_ACCOUNT, WARNING, *folders]))
    )


def forget_faults_of_others(connection: Connection, accounts: Iterable[str]) -> None:
    """Faults of accounts that are no longer in the settings are over."""
    connection.execute(delete(schema.fault).where(schema.fault.c.account.not_in(list(accounts))))


def mark_answered(connection: Connection, numbers: Iterable[int]) -> None:
    """Note that the server marks these mails as answered, with the moment it was first seen."""
    known = set(connection.execute(select(schema.answered.c.number)).scalars())
    for number in sorted(set(numbers) - known):
        connection.execute(insert(schema.answered).values(number=number, seen=now_text()))


def answered_numbers(connection: Connection) -> set[int]:
    """The mails that the server marks as answered."""
    return set(connection.execute(select(schema.answered.c.number)).scalars())


def _key(table: Table, account: str, folder: str) -> tuple[ColumnElement[bool], ...]:
    return (table.c.account == account, table.c.folder == folder)


def _place_key(table: Table, place: Place, uids: list[str]) -> tuple[ColumnElement[bool], ...]:
    return (*_key(table, place.account, place.folder), table.c.uidvalidity == place.uidvalidity, table.c.uid.in_(uids))


def _put(connection: Connection, table: Table, account: str, folder: str, values: dict[str, Any]) -> None:
    key = _key(table, account, folder)
    if not connection.execute(update(table).where(*key).values(**values)).rowcount:
        connection.execute(insert(table).values(account=account, folder=folder, **values))
