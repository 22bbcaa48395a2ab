"""Judging mails without any store: `classify`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from followup_filter.errors import UnreadableMailError
from followup_filter.events.attribution import Attribution, History, attribute
from followup_filter.events.event import EventList
from followup_filter.labels import Kind
from followup_filter.mail.message import Message
from followup_filter.mail.sources import RawMail
from followup_filter.model.bundle import Model
from followup_filter.model.prediction import Prediction, mailbox_shares, predict
from followup_filter.pipeline.intake import Progress, read

LATEST = datetime.max.replace(tzinfo=UTC)


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


def classify(
    mails: Iterable[RawMail], events: EventList, model: Model, max_lead_loss: float, progress: Progress
) -> list[Judged]:
    """Judge mails without any store, in input order; all of them, ordered by date, are each other's history.

    They are taken for one mailbox: how common each outcome is among them counts.
    """
    judged: list[Judged] = []
    messages: dict[int, Message] = {}
    for mail in mails:
        try:
            messages[len(judged)] = read(mail)
            judged.append(Judged(mail.path))
        except UnreadableMailError as error:
            judged.append(Judged(mail.path, error=str(error)))
        progress(1)
    all_messages = list(messages.values())
    found = predict(model, all_messages, max_lead_loss, mailbox_shares(model, all_messages))
    predictions = dict(zip(messages, found, strict=True))
    history = History()
    for index in sorted(messages, key=lambda index: (by_date(messages[index]), index)):
        message, prediction = messages[index], predictions[index]
        attribution = attribute(message, events, history, everyday=prediction.kinds[Kind.UNRELATED])
        history.add(message, attribution.event, attribution.of_any_event)
        judged[index] = Judged(judged[index].path, message, prediction, attribution)
    return judged
