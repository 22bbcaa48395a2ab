"""Leads: one person and one matter each, with who waits for whom; later mails of the thread join them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from followup_filter.events.asks import read_ask
from followup_filter.events.event import DEFAULT_TIMEZONE, EventList
from followup_filter.labels import Kind, Outcome
from followup_filter.mail.message import Message
from followup_filter.store.messages import StoredMessage
from followup_filter.store.results import Decision

_COMPANY_IN_NAME = re.compile(
    r"\s*[(\uff08【\[](?P<inside>[^)\uff09】\]]{2,40})[)\uff09】\]]|\s*[@\uff20/\uff0f|\uff5c](?P<behind>.{2,40})$"
)
_COMPANY_LINE = re.compile(
    r"株式会社|有限会社|合同会社|\(株\)|\(有\)|㈱|㈲|法人|協会|組合|事務所|製作所|工業|図書館|病院|医院|クリニック|大学|学園|学校|"
    r"保育園|商店|書店|工房|食堂|旅館|ホテル|Inc\.?\b|LLC|Ltd\.?\b|Co\.",
    re.IGNORECASE,
)
_RULE = re.compile(r"^[\W_]+$")


class Waiting(StrEnum):
    """Who owes whom an answer.

    `done`: the owner answered, and they thanked for it or the owner said so. `unknown`: no mail of the owner is seen
    at all, so that nobody can tell.
    """

    OWNER = "owner"
    THEM = "them"
    DONE = "done"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Lead:
    """One person and one matter. `number` is that of the first mail, `numbers` are those of all its mails.

    `received` is the moment of the newest mail of the sender, `days` the whole days since. `sure`: no mail of it is
    in doubt. `in_junk`: all mail of it lies in folders for spam. `deadline` and `days_named` are of the newest mail
    that names any.
    """

    number: int
    numbers: tuple[int, ...]
    name: str
    company: str
    address: str
    kind: Kind
    event: str | None
    received: datetime | None
    days: int
    waiting: Waiting
    deadline: date | None
    days_named: tuple[date, ...]
    amount: str
    sentence: str
    sure: bool
    confirmed: bool
    in_junk: bool


def local(when: datetime) -> datetime:
    """The moment in the owner's time zone (Japan's)."""
    return when.astimezone(ZoneInfo(DEFAULT_TIMEZONE))


def sender_name(message: Message) -> str:
    """The name beside the address, without a company in brackets; the address where there is no name."""
    sender = message.from_address
    if sender is None:
        return ""
    return _COMPANY_IN_NAME.sub("", sender.name).strip() or sender.name.strip() or sender.address


def sender_company(message: Message, events: EventList) -> str:
    """The sender's company: from the card with this address, the name in the From, or the signature; else ""."""
    sender = message.from_address
    if sender is None:
        return ""
    for event in events.events:
        for card in event.cards:
            if card.address == sender.address and card.company:
                return card.company
    if in_name := _COMPANY_IN_NAME.search(sender.name):
        return (in_name["inside"] or in_name["behind"]).strip()
    for line in message.signature.splitlines()[:6]:
        line = line.strip(" 　|■◆●-=*_━─")
        if 2 <= len(line) <= 40 and _COMPANY_LINE.search(line) and not _RULE.match(line):
            return line
    return ""


def build_leads(
    decisions: Sequence[Decision], own_mail: Iterable[StoredMessage], events: EventList, now: datetime
) -> list[Lead]:
    """The leads among `decisions`, those that wait for the owner first: nearest deadline, then longest waiting."""
    threads = _Threads(decisions, own_mail)
    leads = [_lead(mails, threads, events, now) for mails in threads.matters()]
    order = {Waiting.OWNER: 0, Waiting.UNKNOWN: 0, Waiting.THEM: 1, Waiting.DONE: 2}
    return sorted(leads, key=lambda lead: (order[lead.waiting], lead.deadline or date.max, -lead.days, lead.number))


class _Threads:
    """Which mails belong to one conversation, the owner's own among them; guards the map from names to threads."""

    def __init__(self, decisions: Sequence[Decision], own_mail: Iterable[StoredMessage]) -> None:
        self._thread_of_name: dict[str, int] = {}
        self._theirs: dict[int, list[Decision]] = defaultdict(list)
        self._own: dict[int, list[StoredMessage]] = defaultdict(list)
        mails: list[tuple[StoredMessage, Decision | None]] = [
            *((decision.stored, decision) for decision in decisions),
            *((stored, None) for stored in own_mail),
        ]
        self.sees_answers = len(mails) > len(decisions)
        for number, (stored, decision) in enumerate(sorted(mails, key=lambda mail: (_moment(mail[0]), mail[0].number))):
            thread = self._thread(stored.message, number)
            if decision is None:
                self._own[thread].append(stored)
            else:
                self._theirs[thread].append(decision)

    def _thread(self, message: Message, new: int) -> int:
        names = [name for name in (message.message_id, *message.in_reply_to, *message.references) if name]
        thread = next((self._thread_of_name[name] for name in names if name in self._thread_of_name), new)
        for name in names:
            self._thread_of_name.setdefault(name, thread)
        return thread

    def matters(self) -> Iterator[_Matter]:
        """One matter for every person and thread with a lead in it."""
        for thread, decisions in self._theirs.items():
            by_person: dict[str, list[Decision]] = defaultdict(list)
            for decision in decisions:
                by_person[_address(decision.stored.message)].append(decision)
            for theirs in by_person.values():
                leads = [decision for decision in theirs if decision.outcome is Outcome.LEAD]
                if leads:
                    yield _Matter(leads, theirs, self._own[thread])


@dataclass(frozen=True, slots=True)
class _Matter:
    """The lead mails of one person in a thread, all mails of that person in it, and the owner's; each by date."""

    leads: list[Decision]
    theirs: list[Decision]
    own: list[StoredMessage]


def _address(message: Message) -> str:
    return message.from_address.address if message.from_address else ""


def _lead(matter: _Matter, threads: _Threads, events: EventList, now: datetime) -> Lead:
    mails = matter.leads
    newest, first = mails[-1], mails[0]
    message = newest.stored.message
    received = message.date
    deadline: date | None = None
    days_named: tuple[date, ...] = ()
    amount = ""
    for decision in reversed(mails):
        mail = decision.stored.message
        ask = read_ask(f"{mail.subject}\n{mail.text}", local(mail.date or now).date())
        deadline = deadline or ask.deadline
        days_named = days_named or ask.days
        amount = amount or ask.amount
    return Lead(
        number=first.stored.number,
        numbers=tuple(decision.stored.number for decision in mails),
        name=sender_name(message),
        company=sender_company(message, events),
        address=_address(message),
        kind=newest.kind,
        event=first.event,
        received=received,
        days=max(0, (local(now).date() - local(received).date()).days) if received else 0,
        waiting=_waiting(matter, threads),
        deadline=deadline,
        days_named=days_named,
        amount=amount,
        sentence=newest.sentence or first.sentence,
        sure=not any(decision.review for decision in mails),
        confirmed=any(decision.confirmed for decision in mails),
        in_junk=all(decision.in_junk for decision in mails),
    )


def _waiting(matter: _Matter, threads: _Threads) -> Waiting:
    """Who is to write next: the newest mail of the thread decides."""
    newest = matter.theirs[-1]
    by_hand = [decision.answered_by_hand for decision in matter.theirs if decision.answered_by_hand]
    if by_hand and max(by_hand) >= _moment(newest.stored):
        return Waiting.DONE
    if newest.marked_answered:
        return Waiting.THEM
    if not threads.sees_answers:
        return Waiting.UNKNOWN
    answers = [_moment(stored) for stored in matter.own if _moment(stored) >= _moment(matter.leads[0].stored)]
    if not answers:
        return Waiting.OWNER
    if max(answers) >= _moment(newest.stored):
        return Waiting.THEM
    # Only thanks for an answer end the matter.
    return Waiting.DONE if newest.kind is Kind.COURTESY else Waiting.OWNER


def _moment(stored: StoredMessage) -> datetime:
    return stored.message.date or stored.first_seen
