"""Builds messages, events and judged mail for tests; all have defaults, so that a test names what it is about."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from followup_filter.events.event import Event
from followup_filter.labels import KINDS, KINDS_OF_OUTCOME, OUTCOMES, Kind, Outcome
from followup_filter.mail.message import Address, FormFacts, Message
from followup_filter.store import messages, results
from followup_filter.store.database import Database

JAPAN = ZoneInfo("Asia/Tokyo")
MET = date(2026, 5, 12)
"""The day of the event that most tests are about: a Tuesday."""

_numbers = itertools.count(1)


def at(text: str) -> datetime:
    """The moment "2026-05-13T10:00" in Japan; with an offset in the text, there."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=JAPAN)


def mail(
    text: str = "",
    *,
    sender: str = "jiro@sato.example",
    name: str = "",
    when: str | datetime | None = "2026-05-20T10:00",
    **facts: Any,
) -> Message:
    """A message with a content and a Message-ID of its own."""
    number = next(_numbers)
    message = Message(
        content_hash=hashlib.sha256(str(number).encode()).hexdigest(),
        message_id=f"<{number}@mail.example>",
        in_reply_to=(),
        references=(),
        date=at(when) if isinstance(when, str) else when,
        from_address=Address(name, sender) if sender else None,
        reply_to=(),
        to=(Address("", "hanako@example.jp"),),
        cc=(),
        subject="",
        text=text,
        quoted="",
        signature="",
        forwarded=False,
        list_headers=(),
        links=(),
        form=FormFacts(),
    )
    return replace(message, **facts)


def event(name: str = "港北ものづくり交流会", day: date = MET, **facts: Any) -> Event:
    """An event whose id is its name."""
    return Event(**{"id": name, "name": name, "date": day, **facts})


def judge(
    connection: Connection,
    message: Message,
    outcome: Outcome = Outcome.OTHER,
    kind: Kind | None = None,
    *,
    event: str | None = None,
    review: bool = False,
    plausible: Sequence[Outcome] | None = None,
    probability: float = 0.8,
    sentence: str = "",
    model_version: str = "1",
) -> int:
    """Store a message to the owner with a result, as a run would have left them; returns its number."""
    number = messages.add_message(connection, message, sent_by_owner=False)
    kind = kind or KINDS_OF_OUTCOME[outcome][0]
    rest = (1 - probability) / (len(OUTCOMES) - 1)
    prediction = {
        "outcome": outcome,
        "kind": kind,
        "probabilities": {other: probability if other is outcome else rest for other in OUTCOMES},
        "kinds": {other: probability if other is kind else 0.01 for other in KINDS},
        "plausible": list(plausible) if plausible is not None else [outcome],
        "review": review,
        "reasons": [],
        "sentence": sentence,
        "model_version": model_version,
    }
    attribution: dict[str, Any] = {
        "event": event,
        "event_probability": 0.9,
        "runner_up": None,
        "evidence": [],
        "events_version": "1",
    }
    results.save_prediction(connection, number, prediction)
    results.save_attribution(connection, number, attribution)
    return number


def answer(connection: Connection, to: Message, when: str | datetime, **facts: Any) -> Message:
    """Store the owner's answer to a message; returns it."""
    assert to.message_id
    facts = {"in_reply_to": (to.message_id,), "references": (*to.references, to.message_id), **facts}
    message = mail(sender="hanako@example.jp", when=when, **facts)
    messages.add_message(connection, message, sent_by_owner=True)
    return message


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Stops its block with a failure once it has used that much processor time (regular expressions included)."""

    def stop(_signal: int, _frame: object) -> None:
        raise AssertionError(f"not done after {seconds} seconds")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


class _UndoneError(Exception):
    """Ends a `scratch` transaction."""


@contextlib.contextmanager
def scratch(database: Database) -> Iterator[Connection]:
    """A transaction that is rolled back at its end, so that many tests can share one database file."""
    with contextlib.suppress(_UndoneError), database.transaction() as connection:
        yield connection
        raise _UndoneError
