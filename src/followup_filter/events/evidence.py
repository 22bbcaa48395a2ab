"""What in one mail points to one event: small pure functions, each naming what it found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from followup_filter.events import names
from followup_filter.events.dates import NamedDay, named_days
from followup_filter.events.event import DEFAULT_TIMEZONE, Event
from followup_filter.mail.message import Message

WEIGHTS: Mapping[str, float] = {
    "reply_thread": 20.0,
    "event_named": 9.0,
    "alias": 9.0,
    "quoted_event": 8.0,
    "series_named": 7.5,
    "card_address": 7.0,
    "card_name": 6.2,
    "company_domain": 6.1,
    "card_company": 6.0,
    "organizer_address": 5.5,
    "organizer_domain": 5.0,
    "organizer_named": 4.7,
    "card_mentioned": 4.5,
    "venue_named": 4.2,
    "date_named": 3.4,
    "gathering_mentioned": 2.8,
}
"""The strength of each sort of trace, in the order in which labels.md ranks them ("Which event").

What a strength is worth in log-odds is learned (`likelihood`).
"""

_GATHERING = (
    "交流会",
    "名刺交換",
    "お名刺",
    "朝食会",
    "ランチ会",
    "懇親会",
    "朝会",
    "夜会",
    "例会",
    "お会いし",
    "ご一緒し",
    "お目にかか",
    "networking",
    "met you",
    "meeting you",
    "meet you",
)
_BACK_REFERENCE = (
    "先日",
    "昨日",
    "昨晩",
    "昨夜",
    "先週",
    "この前",
    "この間",
    "こないだ",
    "その節",
    "先だって",
    "last week",
    "last night",
    "the other day",
    "yesterday",
)
_INTRODUCTION = ("はじめまして", "初めまして", "突然のメール", "突然のご連絡", "突然失礼")
_WHO_WROTE_WHEN = re.compile(
    r"^[>\s]*(?:from|date|sent|to|cc|subject|差出人|送信者|送信日時|日時|日付|宛先|件名)\s*[:\uff1a]|@|\d{1,2}:\d\d|[:\uff1a]\s*$",
    re.IGNORECASE,
)
CLOSING_LINES, CLOSING_LENGTH = 6, 40
"""Short lines at the end of a text without a marked signature count as one: so many at most, so long at most."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One trace or hint: its type, the event it points to, what was found, and its log-odds (`likelihood`)."""

    type: str
    event: str
    detail: str
    weight: float


@dataclass(frozen=True, slots=True)
class MailFacts:
    """One mail in the forms that matching needs: folded texts, and the days it names."""

    message: Message
    when: datetime
    address: str
    domain: str
    sender_name: str
    recipients: frozenset[str]
    text: str
    quoted: str
    signature: str
    days: tuple[NamedDay, ...]

    @classmethod
    def of(cls, message: Message, when: datetime) -> MailFacts:
        """The facts of `message`, which reached the mailbox at `when`."""
        sender = message.from_address
        newest = f"{message.subject}\n{message.text}"
        return cls(
            message=message,
            when=when,
            address=sender.address if sender else "",
            domain=sender.domain if sender else "",
            sender_name=names.folded(sender.name) if sender else "",
            recipients=frozenset(address.address for address in (*message.to, *message.cc)),
            text=names.folded(newest),
            quoted=names.folded(message.quoted),
            signature=names.folded(f"{message.signature}\n{_closing(message.text)}"),
            days=tuple(named_days(f"{newest}\n{_quoted_words(message.quoted)}", _day_in_japan(when))),
        )


def _closing(text: str) -> str:
    """The short lines at the end of a text, as people sign without a ruled signature."""
    lines = [line for line in text.splitlines() if line.strip()][-CLOSING_LINES:]
    return "\n".join(line for line in lines if len(line) <= CLOSING_LENGTH and "。" not in line)


def _quoted_words(quoted: str) -> str:
    """Quoted text without the lines that only say who wrote when: those name the day of writing, not of the event."""
    return "\n".join(line for line in quoted.splitlines() if not _WHO_WROTE_WHEN.search(line[:200]))


def _day_in_japan(when: datetime) -> date:
    return when.astimezone(ZoneInfo(DEFAULT_TIMEZONE)).date()


def _reply_thread(facts: MailFacts, event: Event, thread: Mapping[str, str]) -> str | None:
    for reference in (*facts.message.in_reply_to, *facts.message.references):
        if thread.get(reference) == event.id:
            return facts.message.subject or reference
    return None


def _alias(facts: MailFacts, event: Event) -> str | None:
    return event.alias if event.alias and event.alias in facts.recipients else None


def _event_named(facts: MailFacts, event: Event) -> str | None:
    return next((form for form in names.event_short_forms(event.name) if form in facts.text), None)


def _quoted_event(facts: MailFacts, event: Event) -> str | None:
    forms = names.event_short_forms(event.name) + names.event_short_forms(event.series)
    return next((form for form in forms if form in facts.quoted), None)


def _series_named(facts: MailFacts, event: Event) -> str | None:
    return next((form for form in names.event_short_forms(event.series) if form in facts.text), None)


def _organizer_address(facts: MailFacts, event: Event) -> str | None:
    return facts.address if facts.address in event.organizer_addresses else None


def _organizer_domain(facts: MailFacts, event: Event) -> str | None:
    domains = {address.rpartition("@")[2] for address in event.organizer_addresses}
    return facts.domain if facts.domain in domains and not names.is_freemail(facts.domain) else None


def _organizer_named(facts: MailFacts, event: Event) -> str | None:
    organizer = names.company(event.organizer)
    if len(organizer) < 3:
        return None
    places = (facts.text, facts.quoted, facts.sender_name, facts.signature)
    return event.organizer if any(organizer in place for place in places) else None


def speaks_of_organizer(facts: MailFacts, event: Event) -> bool:
    """True when the text itself, or what it quotes, names the organiser; signing as the organiser is not enough."""
    organizer = names.company(event.organizer)
    text = facts.text.removesuffix(names.folded(_closing(facts.message.text)))
    return len(organizer) >= 3 and (organizer in text or organizer in facts.quoted)


def _venue_named(facts: MailFacts, event: Event) -> str | None:
    venue = names.folded_name(event.venue)
    return event.venue if len(venue) >= 4 and (venue in facts.text or venue in facts.quoted) else None


def _date_named(facts: MailFacts, event: Event) -> str | None:
    """The event's own day; a bare "today" does not count, everything happens today."""
    for day in facts.days:
        if day.day == event.date and day.words not in ("本日", "今日", "今朝"):
            return day.words
    return None


def _gathering_mentioned(facts: MailFacts, event: Event) -> str | None:
    """A gathering of the past spoken of without its name ("先日の交流会では"), while the event is fresh."""
    if facts.when - event.day_start > timedelta(days=event.window_days):
        return None
    gathering, back = _first_of(_GATHERING, facts.text), _first_of(_BACK_REFERENCE, facts.text)
    return f"{back} {gathering}" if gathering and back else None


_SORTS: tuple[tuple[str, Callable[[MailFacts, Event], str | None]], ...] = (
    ("alias", _alias),
    ("event_named", _event_named),
    ("series_named", _series_named),
    ("quoted_event", _quoted_event),
    ("organizer_address", _organizer_address),
    ("organizer_domain", _organizer_domain),
    ("organizer_named", _organizer_named),
    ("venue_named", _venue_named),
    ("date_named", _date_named),
    ("gathering_mentioned", _gathering_mentioned),
)

_SAME_TRACE = (
    ("event_named", "series_named"),
    ("organizer_address", "organizer_domain"),
    ("card_address", "company_domain"),
    ("card_name", "card_mentioned"),
)
"""Pairs in which the first already says what the second says."""


def event_traces(
    facts: MailFacts, event: Event, thread: Mapping[str, str], of_cards: Mapping[str, str]
) -> dict[str, str]:
    """Every trace in the mail that leads to `event`: its sort (of WEIGHTS), and what was found.

    `thread` maps Message-IDs to the event of their mail; `of_cards`: what the event's cards give (`CardIndex.hits`).
    """
    found: dict[str, str] = {}
    if detail := _reply_thread(facts, event, thread):
        found["reply_thread"] = detail
    for sort, find in _SORTS:
        if detail := find(facts, event):
            found[sort] = detail
    found.update(of_cards)
    for strong, weak in _SAME_TRACE:
        if strong in found:
            found.pop(weak, None)
    return found


def hints(facts: MailFacts) -> dict[str, str]:
    """What the mail says that points to a meeting or away from it, but to no event: sort and words found."""
    message = facts.message
    found = {
        "speaks_of_meeting": _first_of(_GATHERING, facts.text),
        "looks_back": _first_of(_BACK_REFERENCE, facts.text),
        "introduces_itself": _first_of(_INTRODUCTION, facts.text),
        "addresses_by_name": next((part for part in _addressee_names(message) if part in facts.text), None),
        "automatic": message.subject if message.form.auto_submitted else None,
        "broadcast": message.subject if message.form.bulk_headers or message.form.opt_out else None,
    }
    return {sort: words for sort, words in found.items() if words is not None}


def _first_of(words: Iterable[str], text: str) -> str | None:
    return next((word for word in words if names.folded_name(word) in text), None)


def _addressee_names(message: Message) -> list[str]:
    """The parts of the names in To and Cc, folded, of two characters or more."""
    parts = (names.folded_name(part) for address in (*message.to, *message.cc) for part in address.name.split())
    return [part for part in parts if len(part) >= 2 and names.company(part)]
