"""Which event caused a mail: the answer, its probability, the runner-up, and the evidence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from followup_filter.events.card_index import card_index
from followup_filter.events.event import Event, EventList
from followup_filter.events.evidence import WEIGHTS, Evidence, MailFacts, event_traces, hints, speaks_of_organizer
from followup_filter.events.likelihood import SHIPPED, Candidate, Learned, with_features
from followup_filter.mail.message import Message

LEAST_TOLD = 0.1
"""An event that is less likely than that, and of which there is no trace, is not spoken of."""
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)

SAYS_NOTHING_OF_IT = frozenset(
    {"organizer_address", "organizer_domain", "card_address", "company_domain", "card_name", "card_company"}
)
"""Evidence that a sender known from before the event carries anyway; it proves nothing (labels.md, "Which event")."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """The event id (None: no event) with its probability, the next likely answer, and the evidence."""

    event: str | None
    probability: float
    runner_up: tuple[str | None, float] | None
    evidence: tuple[Evidence, ...] = ()

    @property
    def of_any_event(self) -> float | None:
        """The probability that some event caused the mail, or a little less; None where no event could have."""
        if self.event is None:
            return None if self.runner_up is None else 1 - self.probability
        return self.probability


@dataclass(slots=True)
class History:
    """What earlier mails tell about later ones.

    When each sender first wrote, the event of each thread and of each sender's newest mail, and of how many mails that
    an event could have caused how many were caused by one, as far as is known.
    """

    first_mail: dict[str, datetime] = field(default_factory=dict)
    event_of_thread: dict[str, str] = field(default_factory=dict)
    event_of_sender: dict[str, str] = field(default_factory=dict)
    candidates: int = 0
    caused: float = 0.0

    def add(
        self,
        message: Message,
        event: str | None,
        of_any_event: float | None = None,
        received: datetime | None = None,
    ) -> None:
        """Take one more message, with its event, into the history. Call in order of date."""
        sender = message.from_address
        names = (message.message_id or "", *message.in_reply_to, *message.references)
        self.add_facts(sender.address if sender else "", received or message.date, names, event, of_any_event)

    def add_facts(
        self,
        address: str,
        when: datetime | None,
        names: Iterable[str],
        event: str | None,
        of_any_event: float | None = None,
    ) -> None:
        """The same from stored facts: sender's address, moment, and the Message-IDs that the mail has or names."""
        if address and when:
            self.first_mail[address] = min(when, self.first_mail.get(address, when))
        if event and address:
            self.event_of_sender[address] = event
        if event:
            for name in names:
                if name:
                    self.event_of_thread.setdefault(name, event)
        if of_any_event is not None:
            self.candidates += 1
            self.caused += of_any_event

    def cut_off(self, address: str) -> None:
        """The owner said that a mail of this sender came of no event: from then on the sender must speak of one."""
        if address:
            self.first_mail[address] = BEFORE_ALL

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


def candidates(
    message: Message, events: EventList, history: History, received: datetime | None = None, everyday: float = 0.0
) -> list[Candidate]:
    """The events that may have caused `message`: in whose window it lies, and of which there is a trace or no contrary.

    A sender who wrote before an event must speak of it (design.md 5, "Prior contact"). `everyday`: see `attribute`.
    """
    when = received or message.date
    if when is None:
        return []
    opened = [event for event in events.events if in_window(message, when, event)]
    opened.sort(key=lambda event: event.date, reverse=True)
    if not opened:
        return []
    facts = MailFacts.of(message, when)
    of_cards = card_index(events).hits(facts)
    found: list[Candidate] = []
    for event in opened:
        traces = event_traces(facts, event, history.event_of_thread, of_cards.get(event.id, {}))
        if prior := had_prior_contact(facts.address, event, events, history.first_mail):
            traces = {sort: detail for sort, detail in traces.items() if sort not in SAYS_NOTHING_OF_IT}
            if not speaks_of_organizer(facts, event):
                traces.pop("organizer_named", None)
        if traces or not prior:
            found.append(Candidate(event, traces))
    if all(candidate.traces for candidate in found):
        return with_features(found, when)
    said = hints(facts)
    before = history.event_of_sender.get(facts.address)
    return with_features(found, when, said, before, any_card=bool(of_cards), everyday=everyday)


def attribute(
    message: Message,
    events: EventList,
    history: History,
    received: datetime | None = None,
    everyday: float = 0.0,
    learned: Learned = SHIPPED,
) -> Attribution:
    """The event that caused `message`, by learned log-odds of each candidate against "no event".

    `received` is the moment the mailbox took the mail in, if known; else the Date header counts. Events outside
    whose window the mail lies are never the answer; without a date there is no event. `everyday`: how likely the mail
    is everyday work or private (kind unrelated), as the classifier sees it. How many of the mailbox's mails
    came of events so far is counted in (`History`), for mails without a trace.
    """
    found = candidates(message, events, history, received, everyday)
    if not found:
        return Attribution(None, 1.0, None)
    shift = learned.shift(history.caused, history.candidates)
    log_odds = {
        candidate.event.id: learned.log_odds(candidate) + (0.0 if candidate.traces else shift) for candidate in found
    }
    return _answer(log_odds, [item for candidate in found for item in learned.evidence(candidate)])


def judged_with(events: EventList) -> str:
    """A name that changes with the events and with what was learned; stored attributions carry it."""
    return f"{events.version}.{SHIPPED.version}"


def _answer(log_odds: Mapping[str, float], evidence: list[Evidence]) -> Attribution:
    """One answer out of the log-odds of each event by itself: it was that one, or none of them, scaled to sum to 1."""
    shares: dict[str | None, float] = {event: _probability(value) for event, value in log_odds.items()}
    shares[None] = math.prod(_probability(-value) for value in log_odds.values())
    total = sum(shares.values())
    ranked = sorted(
        ((event, share / total) for event, share in shares.items()), key=lambda item: (-item[1], item[0] or "")
    )
    event, probability = ranked[0]
    told = {event for event, probability in ranked if probability >= LEAST_TOLD}
    order = sorted(
        (item for item in evidence if item.event in told or item.type in WEIGHTS),
        key=lambda item: (item.event != event, -item.weight, item.type),
    )
    return Attribution(event, probability, ranked[1] if len(ranked) > 1 else None, tuple(order))


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds)) if log_odds > -500 else 0.0
