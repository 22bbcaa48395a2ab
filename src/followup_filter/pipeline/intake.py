"""The way of mails into the store, a batch at a time; and the run on files."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from followup_filter.errors import UnreadableMailError
from followup_filter.events.attribution import History
from followup_filter.events.event import EventList
from followup_filter.labels import Outcome
from followup_filter.mail.message import Message
from followup_filter.mail.parse import parse_message
from followup_filter.mail.sources import MailSource, RawMail
from followup_filter.model.bundle import Model
from followup_filter.pipeline.judging import history_of, judge_new, judge_stored
from followup_filter.store import events as event_store
from followup_filter.store import messages as store
from followup_filter.store import nights, records, results
from followup_filter.store.database import Database

BATCH_MAILS = 500
"""Mails of one transaction at most (design.md, promise 2)."""
BATCH_BYTES = 16_000_000
NIGHTS_OF_TRYING = 3
"""On so many nights a mail is asked for that the server does not hand out; then it is listed as unreadable."""
ACCOUNT_OF_FILES = "files"
DATE_TOLERANCE = timedelta(hours=48)


class Progress(Protocol):
    """Called with the number of mails taken in since the last call, and how many more than known are to come."""

    def __call__(self, taken: int, more: int = 0, /) -> None:
        """Note what was done, and what is still to be done."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run did: mails read, how many of them were new, how many new ones could not be read, new by outcome.

    `faults`: sentences on folders that could not be read.
    """

    mails: int = 0
    new: int = 0
    unreadable: int = 0
    by_outcome: Counter[Outcome] = field(default_factory=Counter)
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Incoming:
    """One mail on its way into the store: its UID (for files: the path), bytes or error, when the server took it in.

    `gmail_number`: Gmail's number of the mail, the same in all its folders. `sent`: the owner wrote it.
    """

    uid: str
    raw: bytes
    error: str = ""
    received: datetime | None = None
    gmail_number: str = ""
    sent: bool = False


def read(mail: RawMail | Incoming) -> Message:
    """The parsed mail; raises UnreadableMailError with the reason, also when its bytes could not be had.

    Its date is the Date header where that lies within 48 hours of the moment the server took the mail in, else that
    moment (reliability.md section 1, fault 29).
    """
    if mail.error:
        raise UnreadableMailError(mail.error)
    message = parse_message(mail.raw)
    received = mail.received if isinstance(mail, Incoming) else None
    if received and (message.date is None or abs(message.date - received) > DATE_TOLERANCE):
        return replace(message, date=received)
    return message


def run(source: MailSource, database: Database, model: Model, max_lead_loss: float, progress: Progress) -> RunSummary:
    """Take every mail of `source` into the store and judge what is new or out of date.

    Mail is recognised by its content, so that a second run adds nothing. Raises StorageError when the database or
    the disk refuses; whole batches stay.
    """
    intake = Intake.begin(database, source.name, model, max_lead_loss, date.today())
    place = store.Place(ACCOUNT_OF_FILES, source.name, 0)
    for batch in _batches(source.mails()):
        intake.take(place, [Incoming(mail.path, mail.raw, mail.error) for mail in batch])
        progress(len(batch))
    return intake.end()


class Intake:
    """One run's way into the store, a batch at a time; guards what is known, the counts and the history."""

    def __init__(self, database: Database, model: Model, max_lead_loss: float, run_id: int, night: date) -> None:
        self._night = night
        self._database, self._model, self._max_lead_loss, self._run_id = database, model, max_lead_loss, run_id
        self._hashes: dict[str, int] = {}
        self._places: dict[store.Place, dict[str, int]] = {}
        self._events = EventList()
        self._history = History()
        self._added: list[int] = []
        self._mails = self._unreadable = 0

    @classmethod
    def begin(cls, database: Database, name: str, model: Model, max_lead_loss: float, night: date) -> Intake:
        """Record that a run begins, and bring what is stored up to date."""
        with database.transaction() as connection:
            run_id = records.start_run(connection, name, model.version)
            intake = cls(database, model, max_lead_loss, run_id, night)
            judge_stored(connection, model, max_lead_loss)
            intake._events = event_store.read_events(connection)
            intake._hashes = store.known_hashes(connection)
            intake._history = history_of(connection, results.read_traces(connection))
        return intake

    def known_uids(self, place: store.Place) -> Mapping[str, int]:
        """The message number of every UID seen in this folder."""
        if place not in self._places:
            with self._database.transaction() as connection:
                self._places[place] = store.known_uids(connection, place)
        return self._places[place]

    def recognise(self, place: store.Place, gmail_numbers: Mapping[int, str]) -> dict[int, str]:
        """Of these UIDs with Gmail's numbers (elsewhere ""), those that must be fetched.

        What is known from another folder by its number gets its position here, in one transaction.
        """
        self.known_uids(place)
        known = self.known_uids(_gmail_place(place)) if any(gmail_numbers.values()) else {}
        with self._database.transaction() as connection:
            for uid, gmail_number in gmail_numbers.items():
                if number := known.get(gmail_number):
                    self._add_position(connection, place, str(uid), number)
        return {uid: gmail_number for uid, gmail_number in gmail_numbers.items() if gmail_number not in known}

    def take(self, place: store.Place, batch: Sequence[Incoming]) -> None:
        """Store a batch with its results and positions, in one transaction."""
        self.known_uids(place)
        if any(mail.gmail_number for mail in batch):
            self.known_uids(_gmail_place(place))
        with self._database.transaction() as connection:
            numbers, failed = self._store(connection, place, batch)
            judge_new(connection, numbers, self._events, self._history, self._model, self._max_lead_loss)
        self._added += numbers
        self._mails, self._unreadable = self._mails + len(batch), self._unreadable + failed

    def judge(self) -> None:
        """Look at everything again that later mail may have changed."""
        with self._database.transaction() as connection:
            judge_stored(connection, self._model, self._max_lead_loss)

    def end(self, faults: tuple[str, ...] = ()) -> RunSummary:
        """Judge, record that the run ended, and say what it did."""
        self.judge()
        new = len(self._added) + self._unreadable
        with self._database.transaction() as connection:
            by_outcome = results.outcome_counts(connection, self._added)
            counts = {"mails": self._mails, "new": new, "unreadable": self._unreadable}
            records.end_run(connection, self._run_id, counts)
        return RunSummary(self._mails, new, self._unreadable, by_outcome, faults)

    def _store(self, connection: Connection, place: store.Place, batch: Sequence[Incoming]) -> tuple[list[int], int]:
        """The numbers of the new readable mails and the count of unreadable ones."""
        added: list[int] = []
        failed = 0
        for mail in batch:
            if mail.error and place.account != ACCOUNT_OF_FILES:
                tried = nights.count_attempt(connection, place, mail.uid, self._night, mail.error)
                if tried < NIGHTS_OF_TRYING:
                    # No position is recorded, so that the next night asks the server again.
                    failed += 1
                    continue
            name = f"{place.account}\n{place.folder}\n{place.uidvalidity}\n{mail.uid}" if mail.error else mail.uid
            content_hash = hashlib.sha256(mail.raw or name.encode("utf-8", "surrogateescape")).hexdigest()
            number = self._hashes.get(content_hash)
            if number is None:
                try:
                    message = read(mail)
                    number = store.add_message(connection, message, mail.sent or self._is_own(message))
                    added.append(number)
                except UnreadableMailError as error:
                    number = store.add_unreadable(connection, content_hash, mail.raw, str(error))
                    failed += 1
                self._hashes[content_hash] = number
            self._add_position(connection, place, mail.uid, number)
            if mail.gmail_number and not mail.error:
                self._add_position(connection, _gmail_place(place), mail.gmail_number, number)
        if place.account != ACCOUNT_OF_FILES:
            stored = [mail.uid for mail in batch if mail.uid in self._places[place]]
            nights.forget_attempts(connection, place, stored)
        return added, failed

    def _add_position(self, connection: Connection, place: store.Place, uid: str, number: int) -> None:
        uids = self._places[place]
        if uids.get(uid) != number:
            store.add_position(connection, place, uid, number)
            uids[uid] = number

    def _is_own(self, message: Message) -> bool:
        sender = message.from_address
        return sender is not None and sender.address in self._events.owner.addresses


def _gmail_place(place: store.Place) -> store.Place:
    """Where Gmail's numbers of an account are kept; no server has a folder of that name in generation 0."""
    return store.Place(place.account, "X-GM-MSGID", 0)


def _batches(mails: Iterable[RawMail]) -> Iterator[list[RawMail]]:
    batch: list[RawMail] = []
    size = 0
    for mail in mails:
        batch.append(mail)
        size += len(mail.raw)
        if len(batch) == BATCH_MAILS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
