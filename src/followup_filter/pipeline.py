"""The run: the only place that knows the order of the stages, for stored mail and for `classify` alike.

read → parse → attribute → classify → store. Content, result and position of a batch are one transaction, so that a
run killed at any point leaves whole batches behind, and the next run takes up what is missing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from followup_filter.errors import FollowupError, UnreadableMailError
from followup_filter.events.attribution import Attribution, History, attribute
from followup_filter.events.event import EventList
from followup_filter.labels import Outcome
from followup_filter.mail.message import Message
from followup_filter.mail.parse import parse_message
from followup_filter.mail.server import Folder, Role
from followup_filter.mail.sources import MailSource, RawMail
from followup_filter.model.bundle import Model
from followup_filter.model.prediction import Prediction, deciding_sentences, predict
from followup_filter.store import events as event_store
from followup_filter.store import messages as store
from followup_filter.store import records, results
from followup_filter.store.database import Database

if TYPE_CHECKING:
    from followup_filter.mail.imap import ImapSource

BATCH_MAILS = 500
"""Mails of one transaction at most (design.md, promise 2)."""
BATCH_BYTES = 16_000_000
ACCOUNT_OF_FILES = "files"
DAYS_WITHOUT_EVENTS = 60
DATE_TOLERANCE = timedelta(hours=48)

Progress = Callable[[int], None]
"""Called with the number of mails taken in since the last call."""

LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run did: mails read, how many of them were new, how many new ones could not be read, new by outcome."""

    mails: int = 0
    new: int = 0
    unreadable: int = 0
    by_outcome: Counter[Outcome] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Judged:
    """One mail of a stateless run: its path with message, prediction and attribution, or with the error."""

    path: str
    message: Message | None = None
    prediction: Prediction | None = None
    attribution: Attribution | None = None
    error: str = ""


def by_date(message: Message) -> datetime:
    """Sort key: the Date header; mail without one comes last."""
    return message.date or LATEST


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


def classify(
    mails: Iterable[RawMail], events: EventList, model: Model, max_lead_loss: float, progress: Progress
) -> list[Judged]:
    """Judge mails without any store, in input order; all of them, ordered by date, are each other's history."""
    judged: list[Judged] = []
    messages: dict[int, Message] = {}
    for mail in mails:
        try:
            messages[len(judged)] = read(mail)
            judged.append(Judged(mail.path))
        except UnreadableMailError as error:
            judged.append(Judged(mail.path, error=str(error)))
        progress(1)
    history = History()
    attributions: dict[int, Attribution] = {}
    for index in sorted(messages, key=lambda index: (by_date(messages[index]), index)):
        attributions[index] = attribute(messages[index], events, history)
        history.add(messages[index], attributions[index].event)
    predictions = predict(model, list(messages.values()), max_lead_loss)
    for index, prediction in zip(messages, predictions, strict=True):
        judged[index] = Judged(judged[index].path, messages[index], prediction, attributions[index])
    return judged


def run(source: MailSource, database: Database, model: Model, max_lead_loss: float, progress: Progress) -> RunSummary:
    """Take every mail of `source` into the store and judge what is new or out of date.

    Mail is recognised by its content, so that a second run adds nothing. Raises StorageError when the database or
    the disk refuses; whole batches stay.
    """
    intake = _Intake.begin(database, source.name, model, max_lead_loss)
    place = store.Place(ACCOUNT_OF_FILES, source.name, 0)
    for batch in _batches(source.mails()):
        intake.take(place, [Incoming(mail.path, mail.raw, mail.error) for mail in batch])
        progress(len(batch))
    return intake.end()


def run_account(
    source: ImapSource, database: Database, model: Model, max_lead_loss: float, since: date, progress: Progress
) -> RunSummary:
    """Take new mail of an account into the store: what arrived on or after the day `since` and was not seen before.

    Of folders for sent mail only headers are read. Raises ServerError when the connection is lost for good and
    StorageError when the database refuses; whole batches stay in both cases.
    """
    intake = _Intake.begin(database, source.account.address, model, max_lead_loss)
    try:
        for folder in folders_to_read(source):
            opened = source.open(folder, since)
            place = store.Place(source.account.address, folder.name, opened.uidvalidity)
            known = intake.known_uids(place)
            new = [uid for uid in opened.uids if str(uid) not in known]
            for mails in source.fetch(new, headers_only=folder.role is Role.SENT):
                intake.take(place, [Incoming(str(mail.uid), mail.raw, mail.error, mail.received) for mail in mails])
                progress(len(mails))
    except FollowupError:
        # What has arrived whole is kept and judged; only the run itself stays marked as cut off.
        intake.judge()
        raise
    return intake.end()


def first_day_to_read(connection: Connection, now: datetime) -> date:
    """From which day on mail is looked for: two days before the earliest event, or 60 days ago where there is none.

    Servers take the day in their own time zone (reliability.md section 1, fault 28), hence the two days.
    """
    days = [event.date for event in event_store.read_events(connection).events]
    return min(days, default=now.date() - timedelta(days=DAYS_WITHOUT_EVENTS)) - timedelta(days=2)


def folders_to_read(source: ImapSource) -> list[Folder]:
    """The folders of an account that are read: every one that takes in mail, Junk to rescue leads, and Sent.

    Where one folder holds all mail (Gmail), it stands for the others. Trash and drafts are left out, and what the
    settings name.
    """
    folders = [folder for folder in source.folders() if folder.name not in source.account.leave_out]
    folders = [folder for folder in folders if folder.role not in (Role.TRASH, Role.DRAFTS)]
    if any(folder.role is Role.ALL for folder in folders):
        return [folder for folder in folders if folder.role in (Role.ALL, Role.JUNK, Role.SENT)]
    return folders


@dataclass(frozen=True, slots=True)
class Incoming:
    """One mail on its way into the store: its UID (for files: the path), bytes or error, when the server took it in."""

    uid: str
    raw: bytes
    error: str = ""
    received: datetime | None = None


class _Intake:
    """One run's way into the store, a batch at a time; guards what is known, the counts and the history."""

    def __init__(self, database: Database, model: Model, max_lead_loss: float, run_id: int) -> None:
        self._database, self._model, self._max_lead_loss, self._run_id = database, model, max_lead_loss, run_id
        self._hashes: dict[str, int] = {}
        self._places: dict[store.Place, dict[str, int]] = {}
        self._events = EventList()
        self._history = History()
        self._added: list[int] = []
        self._mails = self._unreadable = 0

    @classmethod
    def begin(cls, database: Database, name: str, model: Model, max_lead_loss: float) -> _Intake:
        """Record that a run begins, and bring what is stored up to date."""
        with database.transaction() as connection:
            intake = cls(database, model, max_lead_loss, records.start_run(connection, name, model.version))
            judge_stored(connection, model, max_lead_loss)
            intake._events = event_store.read_events(connection)
            intake._hashes = store.known_hashes(connection)
            intake._history = _history(results.read_traces(connection))
        return intake

    def known_uids(self, place: store.Place) -> Mapping[str, int]:
        """The message number of every UID seen in this folder."""
        if place not in self._places:
            with self._database.transaction() as connection:
                self._places[place] = store.known_uids(connection, place)
        return self._places[place]

    def take(self, place: store.Place, batch: Sequence[Incoming]) -> None:
        """Store a batch with its results and positions, in one transaction."""
        self.known_uids(place)
        with self._database.transaction() as connection:
            numbers, failed = self._store(connection, place, batch)
            _judge_new(connection, numbers, self._events, self._history, self._model, self._max_lead_loss)
        self._added += numbers
        self._mails, self._unreadable = self._mails + len(batch), self._unreadable + failed

    def judge(self) -> None:
        """Look at everything again that later mail may have changed."""
        with self._database.transaction() as connection:
            judge_stored(connection, self._model, self._max_lead_loss)

    def end(self) -> RunSummary:
        """Judge, record that the run ended, and say what it did."""
        self.judge()
        new = len(self._added) + self._unreadable
        with self._database.transaction() as connection:
            by_outcome = results.outcome_counts(connection, self._added)
            counts = {"mails": self._mails, "new": new, "unreadable": self._unreadable}
            records.end_run(connection, self._run_id, counts)
        return RunSummary(self._mails, new, self._unreadable, by_outcome)

    def _store(self, connection: Connection, place: store.Place, batch: Sequence[Incoming]) -> tuple[list[int], int]:
        """The numbers of the new readable mails and the count of unreadable ones."""
        uids = self._places[place]
        added: list[int] = []
        failed = 0
        for mail in batch:
            if mail.error and place.account != ACCOUNT_OF_FILES:
                # No position is recorded, so that the next run asks the server again.
                failed += 1
                continue
            content_hash = hashlib.sha256(mail.raw or mail.uid.encode("utf-8", "surrogateescape")).hexdigest()
            number = self._hashes.get(content_hash)
            if number is None:
                try:
                    message = read(mail)
                    number = store.add_message(connection, message, self._is_own(message))
                    added.append(number)
                except UnreadableMailError as error:
                    number = store.add_unreadable(connection, content_hash, mail.raw, str(error))
                    failed += 1
                self._hashes[content_hash] = number
            if uids.get(mail.uid) != number:
                store.add_position(connection, place, mail.uid, number)
                uids[mail.uid] = number
        return added, failed

    def _is_own(self, message: Message) -> bool:
        sender = message.from_address
        return sender is not None and sender.address in self._events.owner.addresses


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


def _judge_new(
    connection: Connection,
    numbers: Sequence[int],
    events: EventList,
    history: History,
    model: Model,
    max_lead_loss: float,
) -> None:
    """Results for the new mails of a batch, of the events as far as they can be told from what is stored so far.

    They carry no version of the event list: `judge_stored` looks at them again when all mail is in, since mail of a
    later batch may be older, and so their prior contact or their thread.
    """
    stored = store.read_messages(connection, numbers)
    _predict_and_save(connection, [item for item in stored if not item.sent_by_owner], model, max_lead_loss)
    for item in stored:
        if item.sent_by_owner:
            event = history.thread_event(item.message)
        else:
            found = attribute(item.message, events, history)
            results.save_attribution(connection, item.number, attribution_values(found, ""))
            event = found.event
        history.add(item.message, event)


def judge_stored(connection: Connection, model: Model, max_lead_loss: float) -> None:
    """Bring every stored result up to date with the model and the event list.

    Outcomes are computed anew where the model is another one. Events are computed anew from the earliest mail on whose
    result was not made with this event list. Corrections are kept apart and always win.
    """
    outdated = results.outdated_numbers(connection, model.version)
    for start in range(0, len(outdated), BATCH_MAILS):
        stored = store.read_messages(connection, outdated[start : start + BATCH_MAILS])
        _predict_and_save(connection, stored, model, max_lead_loss)
    attribute_stored(connection)


def import_events(connection: Connection, imported: EventList) -> tuple[int, int]:
    """Save events and owner, and look at stored mail again with them; returns (new, changed) events."""
    counts = event_store.save_events(connection, imported)
    store.mark_own_mail(connection, event_store.read_events(connection).owner.addresses)
    attribute_stored(connection)
    return counts


def attribute_stored(connection: Connection) -> None:
    """The part of `judge_stored` that needs no model: which event caused each mail."""
    events = event_store.read_events(connection)
    version = events.version
    traces = results.read_traces(connection)
    first = next((row for row, trace in enumerate(traces) if trace.events_version not in (None, version)), None)
    if first is None:
        return
    history = _history(traces[:first])
    for start in range(first, len(traces), BATCH_MAILS):
        part = traces[start : start + BATCH_MAILS]
        corrected = {trace.number: trace.event for trace in part if trace.event_corrected}
        for item in store.read_messages(connection, [trace.number for trace in part]):
            if item.sent_by_owner:
                event = history.thread_event(item.message)
            else:
                found = attribute(item.message, events, history)
                results.save_attribution(connection, item.number, attribution_values(found, version))
                event = corrected.get(item.number, found.event)
            history.add(item.message, event)


def _history(traces: Sequence[results.Trace]) -> History:
    history = History()
    for trace in traces:
        event = trace.event
        if trace.sent_by_owner:
            event = next(
                (history.event_of_thread[name] for name in trace.names if name in history.event_of_thread), None
            )
        history.add_facts(trace.address, trace.when, trace.names, event)
    return history


def _predict_and_save(
    connection: Connection, stored: Sequence[store.StoredMessage], model: Model, max_lead_loss: float
) -> None:
    """Predict stored mails and save the results; the deciding sentence only where a person will read it."""
    predictions = predict(model, [item.message for item in stored], max_lead_loss)
    shown = [
        (item, prediction)
        for item, prediction in zip(stored, predictions, strict=True)
        if prediction.review or prediction.outcome is Outcome.LEAD
    ]
    sentences = deciding_sentences(model, [(item.message, prediction.outcome) for item, prediction in shown])
    sentence_of = {item.number: sentence for (item, _prediction), sentence in zip(shown, sentences, strict=True)}
    for item, prediction in zip(stored, predictions, strict=True):
        values = prediction_values(prediction, sentence_of.get(item.number, ""))
        results.save_prediction(connection, item.number, values)


def prediction_values(prediction: Prediction, sentence: str) -> dict[str, Any]:
    """A prediction and its deciding sentence as columns of the result table."""
    return {
        "outcome": prediction.outcome,
        "kind": prediction.kind,
        "probabilities": prediction.probabilities,
        "kinds": prediction.kinds,
        "plausible": prediction.plausible,
        "review": prediction.review,
        "reasons": [asdict(reason) for reason in prediction.reasons],
        "sentence": sentence,
        "model_version": prediction.model_version,
    }


def attribution_values(found: Attribution, events_version: str) -> dict[str, Any]:
    """An attribution as columns of the result table."""
    return {
        "event": found.event,
        "event_probability": found.probability,
        "runner_up": {"event": found.runner_up[0], "probability": found.runner_up[1]} if found.runner_up else None,
        "evidence": [asdict(item) for item in found.evidence],
        "events_version": events_version,
    }
