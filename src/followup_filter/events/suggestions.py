"""Events that the owner may have gone to, found in the owner's own mail: confirmations and thank-you mails."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from followup_filter.events.dates import named_days
from followup_filter.events.event import DEFAULT_TIMEZONE, Event
from followup_filter.mail.message import Message

_CONFIRMED = re.compile(
    r"(?:お?申し?込み?|参加|予約|受講|来場|出席)(?:の|を|登録|受付)?(?:完了|確定|受け?付け?(?:ました|完了|のお知らせ)|確認)"
    r"|(?:お?申し?込み?|ご参加登録|ご予約)(?:いただき|頂き|くださり)?、?ありがとう"
    r"|(?:参加|受講|入場)(?:票|証|券)|受付(?:票|番号)|registration (?:is )?confirmed"
    r"|your (?:ticket|registration)|you're (?:going|in)",
    re.IGNORECASE,
)
_THANKED = re.compile(
    r"(?:ご参加|ご来場|ご出席|お越し)(?:いただき|頂き|くださり|下さり)|thank you for (?:attending|joining|coming)",
    re.IGNORECASE,
)
_GATHERING = re.compile(
    r"交流|名刺交換|朝食会|朝会|朝活|夜会|ランチ会|昼食会|例会|懇親|ミートアップ|マッチング|商談会|オフ会|パーティ|サロン|会(?=$|[\s\d一二三四五六七八九十]|合)"
    r"|meet-?up|mixer|networking|lunch|party",
    re.IGNORECASE,
)
_NAMED = re.compile(r"[「『【\[]([^」』】\]\n]{4,60})[」』】\]]")
_LABELLED = re.compile(r"(?:イベント名|会\s*名|催し|名\s*称|event|title)\s*[::]\s*([^\n]{4,60})", re.IGNORECASE)
_NO_NAME = re.compile(
    r"参加票|受付|完了|会費|領収|忘れ物|確認|重要|お礼|御礼|お知らせ|ご案内|リマインド|confirmed|ticket", re.IGNORECASE
)
_START = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:時](?!間)([0-5]\d)?")

_LIMIT = re.compile(r"^[^。\n]{0,12}(?:まで|締切|〆切)")
_HELD = re.compile(r"(?:開催日|日\s*時|会\s*期|date)[^\n]{0,8}$", re.IGNORECASE)

AHEAD = timedelta(days=92)
"""A confirmation names a day at most so far ahead."""
BEHIND = timedelta(days=7)
"""A thank-you mail comes at most so long after the event."""
TEXT_LENGTH = 4_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An event that the owner may have gone to: as found, and the mail that speaks of it (`source`: its number)."""

    event: Event
    source: int

    @property
    def key(self) -> str:
        """What tells suggestions apart."""
        return suggestion_key(self.event)


def suggestion_key(event: Event) -> str:
    """The day of an event: the same evening is called by several names."""
    return event.date.isoformat()


def suggested(
    mails: Iterable[tuple[int, Message]], known: Collection[Event], answered: Collection[str], today: date
) -> list[Suggestion]:
    """The events up to today that confirmations and thank-you mails name, the oldest first.

    `known`: events entered, on whose days nothing is suggested; `answered`: keys that the owner was asked about.
    """
    days = {event.date for event in known}
    found: dict[date, Suggestion] = {}
    for number, message in mails:
        event = event_of_mail(message)
        if event is None or event.date > today or event.date in days:
            continue
        suggestion = Suggestion(event, number)
        if suggestion.key not in answered:
            found.setdefault(event.date, suggestion)
    return [found[day] for day in sorted(found)]


def event_of_mail(message: Message) -> Event | None:
    """The event that a confirmation or a thank-you mail of its organiser is about; None for other mail."""
    if message.date is None:
        return None
    text = unicodedata.normalize("NFKC", f"{message.subject}\n{message.text[:TEXT_LENGTH]}")
    confirmed, thanked = _CONFIRMED.search(text), _THANKED.search(text)
    if not (confirmed or thanked):
        return None
    name = _name(message.subject) or _name(text)
    written = _day(message.date)
    day = _event_day(text, written, confirmed=bool(confirmed))
    if not name or day is None:
        return None
    clock = _START.search(text)
    sender = message.from_address
    return Event(
        id="",
        name=name,
        date=day,
        start=time(int(clock[1]), int(clock[2] or 0)) if clock else time(),
        organizer=sender.name if sender and thanked else "",
        organizer_addresses=(sender.address,) if sender and sender.address and thanked else (),
    )


def _name(text: str) -> str:
    """The first name in brackets or behind a label that is one of a gathering."""
    text = unicodedata.normalize("NFKC", text)
    for match in (*_LABELLED.finditer(text), *_NAMED.finditer(text)):
        name = match[1].strip(" 　:・-")
        if _GATHERING.search(name) and not _NO_NAME.search(name):
            return name
    return ""


def _event_day(text: str, written: date, *, confirmed: bool) -> date | None:
    """The day that is named: ahead in a confirmation, just past in a thank-you mail."""
    found = [named for named in named_days(text, written) if not _LIMIT.match(text[named.end : named.end + 20])]
    labelled = [named.day for named in found if _HELD.search(text[max(0, named.start - 12) : named.start])]
    days = labelled or [named.day for named in found]
    if confirmed:
        return next((day for day in days if timedelta() < day - written <= AHEAD), None)
    return next((day for day in days if timedelta() <= written - day <= BEHIND), None)


def _day(when: datetime) -> date:
    return when.astimezone(ZoneInfo(DEFAULT_TIMEZONE)).date()
