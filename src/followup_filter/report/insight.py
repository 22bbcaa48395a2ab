"""What the mail of an event says beside its counts: its tendency, warnings by name, observations, the purpose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from followup_filter.events.event import Event
from followup_filter.labels import Kind, Outcome
from followup_filter.store.messages import StoredMessage
from followup_filter.store.results import Decision

_REFUSAL = re.compile(
    r"お断り(?:し|いた|させ|申)|辞退(?:いた|させ|し)|ご?遠慮(?:いた|させ|します)|見送(?:らせ|ります)|配信を?停止して|送らないで|"
    r"\bnot interested|\bno,? thank you|please stop|unsubscribe me|must decline",
    re.IGNORECASE,
)
_OF_ORGANIZER = frozenset({"organizer_address", "organizer_domain"})
FEWEST_MAILS = 4
"""Mails of an event from which on a tendency is spoken of."""


class Tendency(StrEnum):
    """What stands out in the mail of an event; each has a rule in `tendency`."""

    ORGANIZER_WORK = "organizer_work"
    NETWORK_MARKETING = "network_marketing"
    ORGANIZER_BROADCASTS = "organizer_broadcasts"
    PARTICIPANT_PITCHES = "participant_pitches"
    FELLOWSHIP = "fellowship"
    VARIED = "varied"


class Notice(StrEnum):
    """Something that is told with its count: the first four by kind of mail, the others as observations."""

    FREE_ADVICE = "free_advice"
    BLIND_REFERRAL = "blind_referral"
    SALES_PITCH = "sales_pitch"
    ORGANIZER_BROADCAST = "organizer_broadcast"
    NO_OPT_OUT = "no_opt_out"
    AFTER_REFUSAL = "after_refusal"
    BROADCAST_BEGAN = "broadcast_began"
    ALIAS_PASSED_ON = "alias_passed_on"


@dataclass(frozen=True, slots=True)
class Insight:
    """`count` of `mails` mails make the tendency (None: too few mails); `notices`: counts of what there was.

    `served`: how many mails or people serve the purpose the owner went for; None where mail cannot tell.
    """

    mails: int
    tendency: Tendency | None
    count: int
    notices: tuple[tuple[Notice, int], ...]
    served: int | None


def insight(event: Event, mails: Sequence[Decision], refused: Mapping[str, float], leads: int) -> Insight:
    """What the mails of `event` say; `refused`: see `refusals`; `leads`: the people with work, by mail and by hand."""
    found, count = tendency(event, mails)
    return Insight(len(mails), found, count, tuple(_notices(event, mails, refused)), _served(event, mails, leads))


def tendency(event: Event, mails: Sequence[Decision]) -> tuple[Tendency | None, int]:
    """The first rule that holds, with how many mails it rests on; None for fewer than FEWEST_MAILS mails.

    Work from the organiser: one lead of theirs. Network marketing: two mails and one in seven. Broadcasts of the
    organiser: three and a third. Pitches of participants: three and a quarter. Fellowship: three thanks or notices and
    a third. Else: many sorts of people, with how many there are.
    """
    of_organizer = [mail for mail in mails if from_organizer(mail, event)]
    rest = [mail for mail in mails if not from_organizer(mail, event)]
    size = len(mails)
    if size < FEWEST_MAILS:
        return None, 0
    rules = (
        (Tendency.ORGANIZER_WORK, [mail for mail in of_organizer if mail.outcome is Outcome.LEAD], 1, 0.0),
        (Tendency.NETWORK_MARKETING, [m for m in mails if m.outcome is Outcome.NETWORK_MARKETING], 2, 1 / 7),
        (Tendency.ORGANIZER_BROADCASTS, [mail for mail in of_organizer if _is_bulk(mail)], 3, 1 / 3),
        (Tendency.PARTICIPANT_PITCHES, [mail for mail in rest if mail.kind is Kind.SALES_PITCH], 3, 1 / 4),
        (Tendency.FELLOWSHIP, [m for m in mails if m.kind in (Kind.COURTESY, Kind.LOGISTICS)], 3, 1 / 3),
    )
    for found, matching, fewest, share in rules:
        if len(matching) >= fewest and len(matching) >= share * size:
            return found, len(matching)
    return Tendency.VARIED, len({_sender(mail) for mail in mails})


def from_organizer(mail: Decision, event: Event) -> bool:
    """True when the mail comes from the organiser of the event, as far as its evidence or address tells."""
    sender = mail.stored.message.from_address
    if sender and sender.address in event.organizer_addresses:
        return True
    return any(item["type"] in _OF_ORGANIZER and item["event"] == event.id for item in mail.evidence)


def _is_bulk(mail: Decision) -> bool:
    form = mail.stored.message.form
    return mail.outcome is Outcome.NEWSLETTER or form.bulk_headers or form.opt_out


def _notices(event: Event, mails: Sequence[Decision], refused: Mapping[str, float]) -> Iterable[tuple[Notice, int]]:
    on_cards = {card.address for card in event.cards if card.address} | set(event.organizer_addresses)
    broadcasts = [mail for mail in mails if from_organizer(mail, event) and _is_bulk(mail)]
    counts = {
        Notice.FREE_ADVICE: sum(mail.kind is Kind.FREE_ADVICE for mail in mails),
        Notice.BLIND_REFERRAL: sum(mail.kind is Kind.BLIND_REFERRAL for mail in mails),
        Notice.SALES_PITCH: sum(mail.kind is Kind.SALES_PITCH for mail in mails),
        Notice.ORGANIZER_BROADCAST: len(broadcasts),
        Notice.NO_OPT_OUT: sum(
            mail.outcome is Outcome.NEWSLETTER and not mail.stored.message.form.opt_out for mail in mails
        ),
        Notice.AFTER_REFUSAL: sum(_after_refusal(mail, refused) for mail in mails),
        Notice.BROADCAST_BEGAN: int(len(broadcasts) >= 2),
        Notice.ALIAS_PASSED_ON: sum(
            bool(event.alias and event.cards)
            and any(to.address == event.alias for to in mail.stored.message.to)
            and _sender(mail) not in on_cards
            for mail in mails
        ),
    }
    return [(notice, count) for notice, count in counts.items() if count]


def _sender(mail: Decision) -> str:
    return mail.stored.message.from_address.address if mail.stored.message.from_address else ""


def refusals(own_mail: Iterable[StoredMessage]) -> dict[str, float]:
    """When (POSIX time) the owner first declined something, by the address it was written to."""
    refused: dict[str, float] = {}
    for mail in own_mail:
        message = mail.message
        if message.date and _REFUSAL.search(message.text[:2_000]):
            for to in message.to:
                refused[to.address] = min(refused.get(to.address, message.date.timestamp()), message.date.timestamp())
    return refused


def _after_refusal(mail: Decision, refused: Mapping[str, float]) -> bool:
    when = mail.stored.message.date
    sender = _sender(mail)
    unwanted = mail.outcome is not Outcome.LEAD and mail.kind not in (Kind.COURTESY, Kind.LOGISTICS)
    return bool(when and unwanted and sender in refused and when.timestamp() > refused[sender])


def _served(event: Event, mails: Sequence[Decision], leads: int) -> int | None:
    if event.purpose == "leads":
        return leads
    if event.purpose == "organizer":
        return sum(from_organizer(mail, event) and not _is_bulk(mail) for mail in mails)
    if event.purpose == "community":
        return sum(mail.kind is Kind.COURTESY and not from_organizer(mail, event) for mail in mails)
    return None
