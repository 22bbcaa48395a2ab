"""Which event caused a mail: the answer, its probability, the runner-up, and the evidence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from followup_filter.events.card_index import card_index
from followup_filter.events.event import Event, EventList
from followup_filter.events.evidence import Evidence, MailFacts, event_evidence, speaks_of_organizer
from followup_filter.mail.message import Message

NONE_LOG_ODDS = 2.2
"""The head start of "no event", in log-odds: a date alone (3.4) just passes it, weaker traces alone do not."""

SAYS_NOTHING_OF_IT = frozenset(
    {"organizer_address", "organizer_domain", "card_address", "company_domain", "card_name", "card_company", "recent"}
)
"""Evidence that a sender known from before the event carries anyway; it proves nothing (labels.md, "Which event")."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """The event id (None: no event) with its probability, the next likely answer, and the evidence."""

    event: str | None
    probability: float
    runner_up: tuple[str | None, float] | None
    evidence: tuple[Evidence, ...] = ()


@dataclass(slots=True)
class History:
    """What earlier mails tell about later ones: when each sender first wrote, and the event of each thread."""

    first_mail: dict[str, datetime] = field(default_factory=dict)
    event_of_thread: dict[str, str] = field(default_factory=dict)

    def add(self, message: Message, event: str | None, received: datetime | None = None) -> None:
        """Take one more message, with its event, into the history. Call in order of date."""
        sender = message.from_address
        names = (message.message_id or "", *message.in_reply_to, *message.references)
        self.add_facts(sender.address if sender else "", received or message.date, names, event)

    def add_facts(self, address: str, when: datetime | None, names: Iterable[str], event: str | None) -> None:
        """The same from stored facts: sender's address, moment, and the Message-IDs that the mail has or names."""
        if address and when:
            self.first_mail[address] = min(when, self.first_mail.get(address, when))
        if event:
            for name in names:
                if name:
                    self.event_of_thread.setdefault(name, event)

    def thread_event(self, message: Message) -> str | None:
        """The event of the thread that the message continues; None when it continues none that is known."""
        names = (*message.in_reply_to, *reversed(message.references))
        return next((self.event_of_thread[name] for name in names if name in self.event_of_thread), None)


def had_prior_contact(address: str, event: Event, events: EventList, first_mail: Mapping[str, datetime]) -> bool:
    """True when the sender wrote before this event: a known address, or an earlier mail (design.md 5).

    The organiser's mail of the same day before the start belongs to the event and is not earlier contact.
    """
    if address in events.owner.known_addresses:
        return True
    first = first_mail.get(address)
    begin = event.day_start if address in event.organizer_addresses else event.window_start
    return first is not None and first < begin


def in_window(message: Message, when: datetime, event: Event) -> bool:
    """True when mail of that moment may belong to the event; before its start only the organiser's mail may."""
    if not event.day_start <= when < event.window_end:
        return False
    if when >= event.window_start:
        return True
    sender = message.from_address
    return sender is not None and sender.address in event.organizer_addresses


def attribute(message: Message, events: EventList, history: History, received: datetime | None = None) -> Attribution:
    """The event that caused `message`, by summed evidence in log-odds against "no event".

    `received` is the moment the mailbox took the mail in, if known; else the Date header counts. Events outside
    whose window the mail lies are never the answer; without a date there is no event.
    """
    when = received or message.date
    if when is None or not events.events:
        return Attribution(None, 1.0, None)
    facts = MailFacts.of(message, when)
    evidence: list[Evidence] = []
    scores: dict[str | None, float] = {None: NONE_LOG_ODDS}
    of_cards = card_index(events).hits(facts)
    for event in events.events:
        if not in_window(message, when, event):
            continue
        found = event_evidence(facts, event, events, history.event_of_thread, of_cards.get(event.id, {}))
        if had_prior_contact(facts.address, event, events, history.first_mail):
            found = [item for item in found if item.type not in SAYS_NOTHING_OF_IT]
            if not speaks_of_organizer(facts, event):
                found = [item for item in found if item.type != "organizer_named"]
        if any(item.type != "recent" for item in found):
            evidence += found
            scores[event.id] = _combined(found)
    return _answer(scores, evidence)


def _combined(found: Iterable[Evidence]) -> float:
    """The summed log-odds of one event; the strongest counts whole, each further trace half as much again."""
    weights = sorted((item.weight for item in found), reverse=True)
    return sum(weight / (1 << rank) for rank, weight in enumerate(weights))


def _answer(scores: Mapping[str | None, float], evidence: list[Evidence]) -> Attribution:
    top = max(scores.values())
    total = sum(math.exp(score - top) for score in scores.values())
    ranked = sorted(
        ((event, math.exp(score - top) / total) for event, score in scores.items()),
        key=lambda item: (-item[1], item[0] or ""),
    )
    event, probability = ranked[0]
    order = sorted(evidence, key=lambda item: (item.event != event, -item.weight, item.type))
    return Attribution(event, probability, ranked[1] if len(ranked) > 1 else None, tuple(order))
