"""The people of an event: who of those on its cards wrote, and whom nobody can place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from followup_filter.events.event import Card, Event, EventList
from followup_filter.events.evidence import WEIGHTS
from followup_filter.events.names import person
from followup_filter.labels import Kind, Outcome
from followup_filter.report.leads import sender_company, sender_name
from followup_filter.store.messages import StoredMessage
from followup_filter.store.results import Decision

SURE = 0.95
"""The event of a stranger is asked for where the answer is less likely than that."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One card of an event. `mails`: numbers of the mails of the event that its person wrote; `leads`: those of leads.

    `written_to`: whether the owner wrote to the person since; None where the card has no address or no mail of the
    owner is seen at all.
    """

    card: Card
    mails: tuple[int, ...]
    leads: int
    written_to: bool | None


@dataclass(frozen=True, slots=True)
class Stranger:
    """A person who wrote and on whose event nothing but time and tone says anything; `event`: the likeliest, or None.

    `numbers`: the mails, the oldest first. `may_be`: the events that the mail may be of.
    """

    address: str
    name: str
    company: str
    numbers: tuple[int, ...]
    received: datetime | None
    subject: str
    lead: bool
    event: str | None
    probability: float
    may_be: tuple[str, ...]


def contacts(event: Event, decisions: Sequence[Decision], own_mail: Sequence[StoredMessage]) -> list[Contact]:
    """The cards of `event` in their order, with what came from each; `decisions`: all mails, of any event."""
    of_event = [decision for decision in decisions if decision.event == event.id]
    written_to = {
        address.address
        for mail in own_mail
        if mail.message.date and mail.message.date >= event.window_start
        for address in (*mail.message.to, *mail.message.cc)
    }
    found = []
    for card in event.cards:
        mails = [decision for decision in of_event if _wrote(card, decision)]
        seen = bool(own_mail) and bool(card.address)
        found.append(
            Contact(
                card,
                tuple(decision.stored.number for decision in mails),
                sum(decision.outcome is Outcome.LEAD for decision in mails),
                card.address in written_to if seen else None,
            )
        )
    return found


def _wrote(card: Card, decision: Decision) -> bool:
    sender = decision.stored.message.from_address
    if sender is None:
        return False
    if card.address and sender.address == card.address:
        return True
    return bool(card.name) and any(
        item["type"] == "card_name" and person(item["detail"]) == person(card.name) for item in decision.evidence
    )


def strangers(decisions: Sequence[Decision], events: EventList) -> list[Stranger]:
    """The people whose event the owner should be asked for, those with work first, then the least sure.

    Left out are mass and automatic mail, everyday mail, whoever left a trace of an event, and everybody of whom the
    owner has said it.
    """
    by_sender: dict[str, list[Decision]] = {}
    for decision in decisions:
        sender = decision.stored.message.from_address
        if sender and sender.address:
            by_sender.setdefault(sender.address, []).append(decision)
    names = {event.id for event in events.events}
    found = []
    for address, mails in by_sender.items():
        newest, doubtful = mails[-1], min(mails, key=lambda mail: mail.event_probability)
        likely = {doubtful.event, doubtful.runner_up["event"] if doubtful.runner_up else None} & names
        if not likely or doubtful.event_probability >= SURE or any(_placed(mail) for mail in mails):
            continue
        found.append(
            Stranger(
                address=address,
                name=sender_name(newest.stored.message),
                company=sender_company(newest.stored.message, events),
                numbers=tuple(mail.stored.number for mail in mails),
                received=newest.stored.message.date,
                subject=newest.stored.message.subject,
                lead=any(mail.outcome is Outcome.LEAD for mail in mails),
                event=doubtful.event,
                probability=doubtful.event_probability,
                may_be=tuple(event.id for event in events.events if any(_open_for(event, mail) for mail in mails)),
            )
        )
    return sorted(found, key=lambda stranger: (not stranger.lead, stranger.probability, stranger.numbers))


def _open_for(event: Event, mail: Decision) -> bool:
    when = mail.stored.message.date
    return when is not None and event.window_start <= when < event.window_end


def _placed(decision: Decision) -> bool:
    """True when the event of a mail is known, or need not be."""
    form = decision.stored.message.form
    return (
        decision.event_confirmed
        or form.bulk_headers
        or form.opt_out
        or form.auto_submitted
        or decision.outcome is Outcome.NEWSLETTER
        or decision.kind in (Kind.UNRELATED, Kind.LOGISTICS)
        or any(item["type"] in WEIGHTS for item in decision.evidence)
    )
