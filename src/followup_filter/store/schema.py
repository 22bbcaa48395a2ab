"""The tables (SQLAlchemy Core): what is kept of mails, results, corrections, events and models.

Times are ISO 8601 texts with offset; `timestamp` is the same moment in seconds since 1970, for sorting.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

SCHEMA_VERSION = "0004"
"""The newest Alembic revision; a database with another one is migrated when it is opened."""

metadata = MetaData()

owner = Table(
    "owner",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("business", Text, nullable=False),
    Column("addresses", JSON, nullable=False),
    Column("known_addresses", JSON, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("date", String(10), nullable=False),
    Column("facts", JSON, nullable=False),
)

message = Table(
    "message",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("content_hash", String(64), nullable=False, unique=True),
    Column("message_id", Text),
    Column("in_reply_to", JSON, nullable=False),
    Column("reference_ids", JSON, nullable=False),
    Column("date", Text),
    Column("timestamp", Float),
    Column("first_seen", Text, nullable=False),
    Column("from_name", Text),
    Column("from_address", Text),
    Column("reply_to", JSON, nullable=False),
    Column("to", JSON, nullable=False),
    Column("cc", JSON, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("quoted", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("forwarded", Boolean, nullable=False),
    Column("list_headers", JSON, nullable=False),
    Column("links", JSON, nullable=False),
    Column("form", JSON, nullable=False),
    Column("repairs", JSON, nullable=False),
    Column("sent_by_owner", Boolean, nullable=False),
    Column("error", Text),
    Column("raw", LargeBinary),
    Column("parser_version", String(40), nullable=False),
    Index("message_from", "from_address"),
    Index("message_timestamp", "timestamp"),
    sqlite_autoincrement=True,
)

location = Table(
    "location",
    metadata,
    Column("account", String(200), primary_key=True),
    Column("folder", String(1000), primary_key=True),
    Column("uidvalidity", Integer, primary_key=True),
    Column("uid", String(1000), primary_key=True),
    Column("number", Integer, ForeignKey("message.number"), nullable=False),
)

result = Table(
    "result",
    metadata,
    Column("number", Integer, ForeignKey("message.number"), primary_key=True),
    Column("outcome", String(40), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("probabilities", JSON, nullable=False),
    Column("kinds", JSON, nullable=False),
    Column("raw", JSON, nullable=False, server_default="[]"),
    Column("plausible", JSON, nullable=False),
    Column("review", Boolean, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("event", String(200)),
    Column("event_probability", Float, nullable=False),
    Column("runner_up", JSON),
    Column("evidence", JSON, nullable=False),
    Column("model_version", String(80), nullable=False),
    Column("events_version", String(40), nullable=False),
)

correction = Table(
    "correction",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("number", Integer, ForeignKey("message.number"), nullable=False),
    Column("field", String(20), nullable=False),
    Column("outcome", String(40)),
    Column("kind", String(40)),
    Column("event", String(200)),
    Column("source", String(40), nullable=False),
    Column("time", Text, nullable=False),
    Column("undone", Boolean, nullable=False, default=False),
    Index("correction_number", "number"),
)

heading = Table(
    "heading",
    metadata,
    Column("heading", Text, primary_key=True),
    Column("field", String(20), nullable=False),
)
"""Headings of card files that the owner named with `cards import --map`, and what stands below them."""

declined_event = Table(
    "declined_event",
    metadata,
    Column("key", Text, primary_key=True),
)
"""Events found in the owner's mail to which the owner said that they were not there (`suggestion_key`)."""

mailbox_share = Table(
    "mailbox_share",
    metadata,
    Column("outcome", String(40), primary_key=True),
    Column("share", Float, nullable=False),
)
"""How common each outcome is in the mailbox, as all results were made with; empty before the first."""

model = Table(
    "model",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("version", String(80), nullable=False),
    Column("file", Text, nullable=False),
    Column("made", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("facts", JSON, nullable=False, server_default="{}"),
)
"""Model files that this program made or was told to trust. `facts`: what went into one, and how it did."""

model_use = Table(
    "model_use",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("digest", String(64)),
    Column("time", Text, nullable=False),
    Column("source", String(20), nullable=False),
)
"""Which model was put to use when (None: the shipped one), and by what: "train", "night" or "owner"."""

pin = Table(
    "pin",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("address", Text, nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("time", Text, nullable=False),
    Column("ended", Text),
    Column("ended_by", String(20)),
    Index("pin_address", "address"),
)
"""Senders whose mail the owner judged once for all; `ended_by`: "owner", or "reply" when the owner wrote to them."""

run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("started", Text, nullable=False),
    Column("ended", Text),
    Column("source", Text, nullable=False),
    Column("model_version", String(80), nullable=False),
    Column("mails", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("unreadable", Integer, nullable=False),
)

known_address = Table(
    "known_address",
    metadata,
    Column("address", Text, primary_key=True),
    Column("source", String(20), nullable=False),
    Column("timestamp", Float),
)
"""Who was known before the events. `source`: "mailbox" (known from `timestamp` on) or "import" (known before all)."""

scan = Table(
    "scan",
    metadata,
    Column("account", String(200), primary_key=True),
    Column("folder", String(1000), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("uidvalidity", Integer, nullable=False),
    Column("since", String(10), nullable=False),
    Column("scanned", Text, nullable=False),
    Column("mails", Integer, nullable=False),
    Column("next_uid", Integer, nullable=False),
)
"""The last whole look at each folder: from which day on, when, and how many mails of that time were in it.

`next_uid`: the UID that the next mail was to get; 0 where the server did not tell.
"""

history = Table(
    "history",
    metadata,
    Column("account", String(200), primary_key=True),
    Column("folder", String(1000), primary_key=True),
    Column("since", String(10), nullable=False),
)
"""From which day on the addresses of mail from before the first event were read in each folder."""

attempt = Table(
    "attempt",
    metadata,
    Column("account", String(200), primary_key=True),
    Column("folder", String(1000), primary_key=True),
    Column("uidvalidity", Integer, primary_key=True),
    Column("uid", String(1000), primary_key=True),
    Column("nights", Integer, nullable=False),
    Column("last_night", String(10), nullable=False),
    Column("reason", Text, nullable=False),
)
"""Mails that a server did not hand out, and on how many nights they were asked for."""

fault = Table(
    "fault",
    metadata,
    Column("account", String(200), primary_key=True),
    Column("folder", String(1000), primary_key=True),
    Column("exit_status", Integer, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("first_night", String(10), nullable=False),
    Column("last_night", String(10), nullable=False),
    Column("nights", Integer, nullable=False),
)
"""Faults that stand: of an account (folder "") or of one folder. `fingerprint`: of the settings that failed."""

answered = Table(
    "answered",
    metadata,
    Column("number", Integer, ForeignKey("message.number"), primary_key=True),
    Column("seen", Text, nullable=False),
)
"""Mails that the server marks as answered, and when that was seen first."""

hand_lead = Table(
    "hand_lead",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("event", String(200)),
    Column("name", Text, nullable=False),
    Column("company", Text, nullable=False),
    Column("matter", Text, nullable=False),
    Column("date", String(10), nullable=False),
    Column("time", Text, nullable=False),
    Column("undone", Boolean, nullable=False),
)
"""Leads that came by telephone or otherwise; their number is written h1, h2, …"""

lead_note = Table(
    "lead_note",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("lead", String(20), nullable=False),
    Column("note", String(20), nullable=False),
    Column("value", Text),
    Column("source", String(40), nullable=False),
    Column("time", Text, nullable=False),
    Column("undone", Boolean, nullable=False),
    Index("lead_note_lead", "lead"),
)
"""What happened to a lead outside of the mailbox. `lead`: a mail's number, or h1, h2, …; `note`: done, snoozed, …"""
