"""What each stored mail is and which event caused it: for new mail, and again for whatever is out of date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from followup_filter.events.attribution import Attribution, History, attribute, judged_with
from followup_filter.events.event import EventList
from followup_filter.labels import Outcome
from followup_filter.model.bundle import Model
from followup_filter.model.prediction import Prediction, deciding_sentences, mailbox_shares, predict
from followup_filter.model.shares import distance, estimated_shares
from followup_filter.store import events as event_store
from followup_filter.store import messages as store
from followup_filter.store import results
from followup_filter.store.contacts import first_contacts
from followup_filter.store.pins import lift_answered

BATCH_MAILS = 500
"""Mails that are judged at a time, so that memory stays flat."""
SHARES_MOVED = 0.02
"""How far the mix of the mailbox may move (total variation distance) before all stored mail is judged anew."""


def judge_new(
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
    received = [item for item in stored if not item.sent_by_owner]
    shares = _shares(connection)
    if shares is None:
        shares = mailbox_shares(model, [item.message for item in received])
        results.save_shares(connection, shares.tolist())
    _predict_and_save(connection, received, model, max_lead_loss, shares)
    everyday = results.read_everyday(connection, numbers)
    for item in stored:
        if item.sent_by_owner:
            history.add(item.message, history.thread_event(item.message))
        else:
            found = attribute(item.message, events, history, everyday=everyday[item.number])
            results.save_attribution(connection, item.number, attribution_values(found, ""))
            history.add(item.message, found.event, found.of_any_event)


def judge_stored(connection: Connection, model: Model, max_lead_loss: float) -> None:
    """Bring every stored result up to date with the model and the event list.

    Outcomes are computed anew where the model is another one, and all of them where the mix of the mailbox has moved.
    Events are computed anew from the earliest mail on whose result was not made with this event list. Corrections are
    kept apart and always win. Pins of senders to whom the owner has written since end.
    """
    outdated = results.outdated_numbers(connection, model.version)
    before = _shares(connection)
    _judge_again(connection, outdated, model, max_lead_loss, model.prior if before is None else before)
    numbers, raw = results.read_raw(connection)
    if numbers:
        shares = estimated_shares(np.array(raw), model.prior)
        if before is None or distance(shares, before) > SHARES_MOVED:
            results.save_shares(connection, shares.tolist())
            _judge_again(connection, numbers, model, max_lead_loss, shares)
    lift_answered(connection)
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
    version = judged_with(events)
    traces = results.read_traces(connection)
    first = next((row for row, trace in enumerate(traces) if trace.events_version not in (None, version)), None)
    if first is None:
        return
    history = history_of(connection, traces[:first])
    for start in range(first, len(traces), BATCH_MAILS):
        part = traces[start : start + BATCH_MAILS]
        corrected = {trace.number: trace.event for trace in part if trace.event_corrected}
        numbers = [trace.number for trace in part]
        everyday = results.read_everyday(connection, numbers)
        for item in store.read_messages(connection, numbers):
            if item.sent_by_owner:
                history.add(item.message, history.thread_event(item.message))
                continue
            # A mail that was the owner's own until an address was taken back has no result yet.
            found = attribute(item.message, events, history, everyday=everyday.get(item.number, 0.0))
            results.save_attribution(connection, item.number, attribution_values(found, version))
            if item.number not in corrected:
                history.add(item.message, found.event, found.of_any_event)
                continue
            said = corrected[item.number]
            history.add(item.message, said, None if found.of_any_event is None else float(said is not None))
            sender = item.message.from_address
            if said is None and sender:
                history.cut_off(sender.address)


def history_of(connection: Connection, traces: Sequence[results.Trace]) -> History:
    """What these mails tell about later ones, and who wrote or was written to before the first event."""
    history = History(first_mail=first_contacts(connection))
    for trace in traces:
        event = trace.event
        if trace.sent_by_owner:
            event = next(
                (history.event_of_thread[name] for name in trace.names if name in history.event_of_thread), None
            )
        history.add_facts(trace.address, trace.when, trace.names, event, trace.of_any_event)
        if trace.event_corrected and event is None:
            history.cut_off(trace.address)
    return history


def _shares(connection: Connection) -> NDArray[np.float64] | None:
    shares = results.read_shares(connection)
    return None if shares is None else np.array(shares)


def _judge_again(
    connection: Connection, numbers: Sequence[int], model: Model, max_lead_loss: float, shares: NDArray[np.float64]
) -> None:
    for start in range(0, len(numbers), BATCH_MAILS):
        stored = store.read_messages(connection, numbers[start : start + BATCH_MAILS])
        _predict_and_save(connection, stored, model, max_lead_loss, shares)


def _predict_and_save(
    connection: Connection,
    stored: Sequence[store.StoredMessage],
    model: Model,
    max_lead_loss: float,
    shares: NDArray[np.float64],
) -> None:
    """Predict stored mails and save the results; the deciding sentence only where a person will read it."""
    predictions = predict(model, [item.message for item in stored], max_lead_loss, shares)
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
    """A prediction and its deciding sentence as columns of the result table; the event is to be looked at again."""
    return {
        "events_version": "",
        "outcome": prediction.outcome,
        "kind": prediction.kind,
        "probabilities": prediction.probabilities,
        "kinds": prediction.kinds,
        "raw": list(prediction.raw),
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
