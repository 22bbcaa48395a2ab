"""Leads: one person and one matter each, with who waits for whom; later mails of the thread join them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from followup_filter.events.asks import read_ask
from followup_filter.events.event import DEFAULT_TIMEZONE, EventList
from followup_filter.labels import Kind, Outcome
from followup_filter.mail.message import Message
from followup_filter.store.lead_notes import HandLead, LeadNote, Note
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

    `done`: the owner answered, and they thanked for it or the owner said so, or the matter is settled. `snoozed`: the
    owner put it off until a day to come. `unknown`: no mail of the owner is seen at all, so that nobody can tell.
    """

    OWNER = "owner"
    THEM = "them"
    DONE = "done"
    SNOOZED = "snoozed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Lead:
    """One person and one matter. `id` is what commands take: the number of its first mail, or h1, h2, … by hand.

    `numbers` are those of all its mails, none for a lead entered by hand, which has no `kind` either.

    `received` is the moment of the newest mail of the sender, `days` the whole days since. `sure`: no mail of it is
    in doubt. `in_junk`: all mail of it lies in folders for spam. `deadline` and `days_named` are of the newest mail
    that names any. `snoozed_until`: the day it comes back, or came back, when the owner put it off. `result`: won, lost
    or None; `order_yen`: what a won order is worth, None where nobody said.
    """

    id: str
    numbers: tuple[int, ...]
    name: str
    company: str
    address: str
    kind: Kind | None
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
    snoozed_until: date | None = None
    result: Note | None = None
    order_yen: int | None = None

    @property
    def by_hand(self) -> bool:
        """True when the lead did not come by mail."""
        return not self.numbers

    @property
    def number(self) -> int | None:
        """The number of its first mail; None for a lead entered by hand."""
        return self.numbers[0] if self.numbers else None


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
    decisions: Sequence[Decision],
    own_mail: Iterable[StoredMessage],
    events: EventList,
    now: datetime,
    hand_leads: Iterable[HandLead] = (),
) -> list[Lead]:
    """The leads among `decisions` and those entered by hand; those that wait for the owner come first.

    They are in order of the nearest deadline, then of the longest waiting.
    """
    threads = _Threads(decisions, own_mail)
    leads = [_lead(mails, threads, events, now) for mails in threads.matters()]
    leads += [_hand_lead(entered, now) for entered in hand_leads]
    order = {Waiting.OWNER: 0, Waiting.UNKNOWN: 0, Waiting.SNOOZED: 1, Waiting.THEM: 2, Waiting.DONE: 3}

    def place(lead: Lead) -> tuple[object, ...]:
        until = lead.snoozed_until or date.min
        back = until if lead.waiting is Waiting.SNOOZED else date.min
        by_number = (lead.by_hand, len(lead.id), lead.id)
        return (order[lead.waiting], back, lead.deadline or date.max, -lead.days, *by_number)

    return sorted(leads, key=place)


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
    notes = [note for decision in matter.theirs for note in decision.notes.values()]
    result = _result(notes)
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
        id=str(first.stored.number),
        numbers=tuple(decision.stored.number for decision in mails),
        name=sender_name(message),
        company=sender_company(message, events),
        address=_address(message),
        kind=newest.kind,
        event=first.event,
        received=received,
        days=_days_since(local(received).date(), now) if received else 0,
        waiting=_waiting(matter, notes, threads, now),
        deadline=deadline,
        days_named=days_named,
        amount=amount,
        sentence=newest.sentence or first.sentence,
        sure=not any(decision.review for decision in mails),
        confirmed=any(decision.confirmed for decision in mails),
        in_junk=all(decision.in_junk for decision in mails),
        snoozed_until=_snoozed_until(notes, _moment(matter.theirs[-1].stored)),
        result=result.note if result else None,
        order_yen=result.yen if result else None,
    )


def _hand_lead(entered: HandLead, now: datetime) -> Lead:
    """A lead that came by telephone: it waits for nobody unless the owner put it off until a day."""
    notes = list(entered.notes.values())
    received = datetime.combine(entered.date, time(0, 0), ZoneInfo(DEFAULT_TIMEZONE))
    until, result = _snoozed_until(notes, received), _result(notes)
    waiting = Waiting.DONE
    if until:
        waiting = Waiting.SNOOZED if local(now).date() < until else Waiting.OWNER
    return Lead(
        id=entered.id,
        numbers=(),
        name=entered.name,
        company=entered.company,
        address="",
        kind=None,
        event=entered.event,
        received=received,
        days=_days_since(entered.date, now),
        waiting=waiting,
        deadline=None,
        days_named=(),
        amount="",
        sentence=entered.matter,
        sure=True,
        confirmed=True,
        in_junk=False,
        snoozed_until=until,
        result=result.note if result else None,
        order_yen=result.yen if result else None,
    )


def _days_since(day: date, now: datetime) -> int:
    return max(0, (local(now).date() - day).days)


def _newest(notes: Iterable[LeadNote]) -> LeadNote | None:
    return max(notes, key=lambda note: note.id, default=None)


def _result(notes: Iterable[LeadNote]) -> LeadNote | None:
    """The newer of won and lost."""
    return _newest(note for note in notes if note.note in (Note.WON, Note.LOST))


def _snoozed_until(notes: Iterable[LeadNote], newest_mail: datetime) -> date | None:
    """The day of the newest note, when that is a putting off and no mail came after it."""
    note = _newest(notes)
    return note.until if note and note.moment >= newest_mail else None


def _waiting(matter: _Matter, notes: Sequence[LeadNote], threads: _Threads, now: datetime) -> Waiting:
    """Who is to write next: the newest of the notes and of the thread's mails decides."""
    newest, said = matter.theirs[-1], _newest(notes)
    if said and said.moment >= _moment(newest.stored):
        if said.until is None:
            return Waiting.DONE
        if local(now).date() < said.until:
            return Waiting.SNOOZED
        return Waiting.THEM if any(_moment(stored) > said.moment for stored in matter.own) else Waiting.OWNER
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
