"""The run: the only place that knows the order of the stages, for stored mail and for `classify` alike.

read → parse → attribute → classify → store. Content, result and position of a batch are one transaction, so that a
run killed at any point leaves whole batches behind, and the next run takes up what is missing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from followup_filter.errors import UnreadableMailError
from followup_filter.events.attribution import Attribution, History, attribute
from followup_filter.events.event import EventList
from followup_filter.labels import Outcome
from followup_filter.mail.message import Message
from followup_filter.mail.parse import parse_message
from followup_filter.mail.sources import MailSource, RawMail
from followup_filter.model.bundle import Model
from followup_filter.model.prediction import Prediction, deciding_sentences, predict
from followup_filter.store import events as event_store
from followup_filter.store import messages as store
from followup_filter.store import records, results
from followup_filter.store.database import Database

BATCH_MAILS = 500
"""Mails of one transaction at most (design.md, promise 2)."""
BATCH_BYTES = 16_000_000
ACCOUNT_OF_FILES = "files"

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


def read(mail: RawMail) -> Message:
    """The parsed mail; raises UnreadableMailError with the reason, also when its file could not be read."""
    if mail.error:
        raise UnreadableMailError(mail.error)
    return parse_message(mail.raw)


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
    with database.transaction() as connection:
        run_id = records.start_run(connection, source.name, model.version)
        judge_stored(connection, model, max_lead_loss)
        events = event_store.read_events(connection)
        known = _Known(store.known_hashes(connection), store.known_positions(connection, ACCOUNT_OF_FILES, source.name))
        history = _history(results.read_traces(connection))
    mails = unreadable = 0
    added: list[int] = []
    for batch in _batches(source.mails()):
        with database.transaction() as connection:
            numbers, failed = _take_in(connection, source.name, batch, known)
            _judge_new(connection, numbers, events, history, model, max_lead_loss)
        added += numbers
        mails, unreadable = mails + len(batch), unreadable + failed
        progress(len(batch))
    with database.transaction() as connection:
        judge_stored(connection, model, max_lead_loss)
        by_outcome = results.outcome_counts(connection, added)
        records.end_run(connection, run_id, {"mails": mails, "new": len(added) + unreadable, "unreadable": unreadable})
    return RunSummary(mails, len(added) + unreadable, unreadable, by_outcome)


@dataclass(slots=True)
class _Known:
    """What is stored already: message numbers by content hash, and by path within the source."""

    hashes: dict[str, int]
    positions: dict[str, int]


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


def _take_in(connection: Connection, folder: str, batch: Sequence[RawMail], known: _Known) -> tuple[list[int], int]:
    """Store what is new in a batch; returns the numbers of the new readable mails and the count of unreadable ones."""
    owner = event_store.read_events(connection).owner
    added: list[int] = []
    failed = 0
    for mail in batch:
        content_hash = hashlib.sha256(mail.raw or mail.path.encode("utf-8", "surrogateescape")).hexdigest()
        number = known.hashes.get(content_hash)
        if number is None:
            try:
                message = read(mail)
                sender = message.from_address
                number = store.add_message(
                    connection, message, sender is not None and sender.address in owner.addresses
                )
                added.append(number)
            except UnreadableMailError as error:
                number = store.add_unreadable(connection, content_hash, mail.raw, str(error))
                failed += 1
            known.hashes[content_hash] = number
        if known.positions.get(mail.path) != number:
            store.add_position(connection, store.Position(ACCOUNT_OF_FILES, folder, 0, mail.path), number)
            known.positions[mail.path] = number
    return added, failed


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
