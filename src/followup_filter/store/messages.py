"""Messages and where they lie, in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, RowMapping, and_, delete, func, insert, or_, select, update

from followup_filter.mail.message import Address, FormFacts, Message
from followup_filter.mail.server import Role
from followup_filter.store import schema

PARSER_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder in one generation of its UIDs (for files: account "files", the source's path, 0)."""

    account: str
    folder: str
    uidvalidity: int


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message with its number, which never changes."""

    number: int
    message: Message
    sent_by_owner: bool
    error: str | None
    first_seen: datetime


def new_key(result: CursorResult[Any]) -> int:
    """The primary key of the row just inserted."""
    key = result.inserted_primary_key
    assert key is not None  # Only a statement that inserts no single row has none.
    return int(key[0])


def now_text() -> str:
    """This moment, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def known_uids(connection: Connection, place: Place) -> dict[str, int]:
    """The number of the message behind every UID seen in this folder."""
    location = schema.location
    rows = connection.execute(
        select(location.c.uid, location.c.number).where(
            location.c.account == place.account,
            location.c.folder == place.folder,
            location.c.uidvalidity == place.uidvalidity,
        )
    )
    return {row.uid: row.number for row in rows}


def known_hashes(connection: Connection) -> dict[str, int]:
    """The number of every message by the hash of its content."""
    rows = connection.execute(select(schema.message.c.content_hash, schema.message.c.number))
    return {row.content_hash: row.number for row in rows}


def add_position(connection: Connection, place: Place, uid: str, number: int) -> None:
    """Record that the message lies at this UID; whatever was there before is forgotten."""
    location = schema.location
    key = (
        location.c.account == place.account,
        location.c.folder == place.folder,
        location.c.uidvalidity == place.uidvalidity,
        location.c.uid == uid,
    )
    connection.execute(delete(location).where(*key))
    connection.execute(insert(location).values(**asdict(place), uid=uid, number=number))


def add_message(connection: Connection, message: Message, sent_by_owner: bool) -> int:
    """Store a message and return its number."""
    sender = message.from_address
    values = {
        "content_hash": message.content_hash,
        "message_id": message.message_id,
        "in_reply_to": message.in_reply_to,
        "reference_ids": message.references,
        "date": message.date.isoformat() if message.date else None,
        "timestamp": message.date.timestamp() if message.date else None,
        "first_seen": now_text(),
        "from_name": sender.name if sender else None,
        "from_address": sender.address if sender else None,
        "reply_to": [asdict(address) for address in message.reply_to],
        "to": [asdict(address) for address in message.to],
        "cc": [asdict(address) for address in message.cc],
        "subject": message.subject,
        "text": message.text,
        "quoted": message.quoted,
        "signature": message.signature,
        "forwarded": message.forwarded,
        "list_headers": message.list_headers,
        "links": message.links,
        "form": asdict(message.form),
        "repairs": message.repairs,
        "sent_by_owner": sent_by_owner,
        "error": None,
        "raw": None,
        "parser_version": PARSER_VERSION,
    }
    return new_key(connection.execute(insert(schema.message).values(values)))


def add_unreadable(connection: Connection, content_hash: str, raw: bytes, error: str) -> int:
    """Store a mail that could not be read, raw bytes and reason, and return its number."""
    empty: dict[str, Any] = {
        key: [] for key in ("in_reply_to", "reference_ids", "reply_to", "to", "cc", "list_headers", "links", "repairs")
    }
    values = {
        **empty,
        **dict.fromkeys(("subject", "text", "quoted", "signature"), ""),
        "content_hash": content_hash,
        "first_seen": now_text(),
        "forwarded": False,
        "form": {},
        "sent_by_owner": False,
        "error": error,
        "raw": raw,
        "parser_version": PARSER_VERSION,
    }
    return new_key(connection.execute(insert(schema.message).values(values)))


def mark_own_mail(connection: Connection, addresses: Collection[str]) -> None:
    """Mark the messages that the owner sent, and no others; own mail has no result.

    They come from one of these addresses, or lie in a folder for sent mail.
    """
    location, scan = schema.location, schema.scan
    in_sent = (
        select(location.c.number)
        .join(scan, and_(scan.c.account == location.c.account, scan.c.folder == location.c.folder))
        .where(scan.c.role == Role.SENT)
    )
    own = or_(schema.message.c.from_address.in_(list(addresses)), schema.message.c.number.in_(in_sent))
    connection.execute(update(schema.message).values(sent_by_owner=func.coalesce(own, False)))
    of_owner = select(schema.message.c.number).where(schema.message.c.sent_by_owner)
    connection.execute(delete(schema.result).where(schema.result.c.number.in_(of_owner)))


def read_messages(connection: Connection, numbers: Iterable[int] | None = None) -> list[StoredMessage]:
    """Stored messages in order of date (those without a date last), all or those with these numbers."""
    query = select(schema.message).order_by(
        schema.message.c.timestamp.is_(None), schema.message.c.timestamp, schema.message.c.number
    )
    if numbers is not None:
        query = query.where(schema.message.c.number.in_(list(numbers)))
    return [_stored(row) for row in connection.execute(query).mappings()]


def read_own_mail(connection: Connection) -> list[StoredMessage]:
    """The mails that the owner sent, in order of number."""
    query = select(schema.message).where(schema.message.c.sent_by_owner).order_by(schema.message.c.number)
    return [_stored(row) for row in connection.execute(query).mappings()]


def unreadable(connection: Connection) -> list[StoredMessage]:
    """The mails that could not be read, by number."""
    query = select(schema.message).where(schema.message.c.error.is_not(None)).order_by(schema.message.c.number)
    return [_stored(row) for row in connection.execute(query).mappings()]


def numbers_only_in_junk(connection: Connection) -> set[int]:
    """The messages that lie in folders for spam and in no other that was looked through."""
    location, scan = schema.location, schema.scan
    rows = connection.execute(
        select(location.c.number, scan.c.role).join(
            scan, and_(scan.c.account == location.c.account, scan.c.folder == location.c.folder)
        )
    ).all()
    return {number for number, role in rows if role == Role.JUNK} - {
        number for number, role in rows if role != Role.JUNK
    }


def count_messages(connection: Connection) -> int:
    """How many different mails are stored, unreadable and own ones included."""
    return int(connection.execute(select(func.count()).select_from(schema.message)).scalar_one())


def _stored(row: RowMapping) -> StoredMessage:
    form = dict(row["form"])
    for key in ("link_hosts", "attachment_names"):
        if key in form:
            form[key] = tuple(form[key])
    sender = Address(row["from_name"] or "", row["from_address"]) if row["from_address"] is not None else None
    message = Message(
        content_hash=row["content_hash"],
        message_id=row["message_id"],
        in_reply_to=tuple(row["in_reply_to"]),
        references=tuple(row["reference_ids"]),
        date=datetime.fromisoformat(row["date"]) if row["date"] else None,
        from_address=sender,
        reply_to=tuple(Address(**address) for address in row["reply_to"]),
        to=tuple(Address(**address) for address in row["to"]),
        cc=tuple(Address(**address) for address in row["cc"]),
        subject=row["subject"],
        text=row["text"],
        quoted=row["quoted"],
        signature=row["signature"],
        forwarded=row["forwarded"],
        list_headers=tuple((name, value) for name, value in row["list_headers"]),
        links=tuple(row["links"]),
        form=FormFacts(**form),
        repairs=tuple(row["repairs"]),
    )
    return StoredMessage(
        row["number"], message, row["sent_by_owner"], row["error"], datetime.fromisoformat(row["first_seen"])
    )
