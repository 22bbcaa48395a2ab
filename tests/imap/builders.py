"""What the tests of a night share: an account on the test server, mails, settings, one night's reading."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from followup_filter import pipeline
from followup_filter.config import Account
from followup_filter.mail.deadline import Deadline
from followup_filter.mail.imap import ImapSource
from followup_filter.mail.parse import has_text
from followup_filter.model.bundle import Model
from followup_filter.secret import Password
from followup_filter.store.database import Database
from followup_filter.store.results import read_decisions
from tests.imap.dovecot import PASSWORD, USER, Dovecot

ALLOWED = re.compile(
    r"EXAMINE |UID SEARCH |LIST |CAPABILITY|NOOP|LOGOUT|ID |UID FETCH [\d,:*]+ \((?:"
    r"RFC822\.SIZE INTERNALDATE|BODY\.PEEK\[(?:HEADER)?\](?:<[\d.]+>)?|UID|FLAGS"
    r"|INTERNALDATE BODY\.PEEK\[HEADER\.FIELDS \(FROM TO CC DATE\)\])\)"
)
FOLDERS = ("INBOX", "Junk", "Sent", "Trash")
NOON = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


def account_of(server: Dovecot, **changes: object) -> Account:
    values: dict[str, object] = {
        "address": USER,
        "user": USER,
        "host": "localhost",
        "port": server.tls_port,
        "ca_file": str(server.ca_file),
    }
    return Account(**{**values, **changes})  # type: ignore[arg-type]


def plain_mail(number: int, text: str = "hello", sender: str = "a@b.example") -> bytes:
    head = f"From: {sender}\r\nSubject: mail {number}\r\nMessage-ID: <{number}@b.example>\r\n"
    head += "Date: Wed, 20 May 2026 21:00:00 +0900"
    return f"{head}\r\n\r\n{text} {number}\r\n".encode()


def write_settings(server: Dovecot, path: Path, **changes: object) -> None:
    values = {
        "address": USER,
        "host": "localhost",
        "port": server.tls_port,
        "ca_file": str(server.ca_file),
        "password_command": [sys.executable, "-c", f"print('{PASSWORD}')"],
        **changes,
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    path.write_text("[[accounts]]\n" + "\n".join(lines) + "\n")


def source_of(account: Account, password: str = PASSWORD, deadline: Deadline | None = None) -> ImapSource:
    """The account's mail, to be used as a context manager."""
    return ImapSource(account, Password(password), has_text, deadline)


def run_night(
    server: Dovecot, database: Database, model: Model, now: datetime = NOON, **changes: object
) -> pipeline.RunSummary:
    """Read the account once; `changes` as for account_of."""
    with source_of(account_of(server, **changes)) as source:
        return pipeline.run_account(source, database, model, 0.02, now, lambda *_counts: None)


def subjects(database: Database) -> list[str]:
    with database.transaction() as connection:
        return sorted(item.stored.message.subject for item in read_decisions(connection))
