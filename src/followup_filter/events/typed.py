"""What people type: an event as a name and a day on one line, a day to come, an amount of yen."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

from followup_filter.errors import UsageError
from followup_filter.events.dates import named_days
from followup_filter.events.event import Event
from followup_filter.language import gettext as _
from followup_filter.mail.text import normalize

MOST_YEN = 1_000_000_000_000
"""More than that is taken for a slip of the finger."""
_YEN = re.compile(
    r"[¥\\]?(?:(?P<oku>\d{1,6}(?:\.\d{1,8})?)億)?(?:(?P<man>\d{1,8}(?:\.\d{1,4})?)万)?(?:(?P<sen>\d{1,4})千)?(?P<yen>\d{1,15})?(?:円|yen|JPY)?",
    re.IGNORECASE,
)
_TYPED_AHEAD = timedelta(days=183)
_TO_COME = timedelta(days=62)
"""A day without a year further ahead than this is taken for last year's."""


def make_id(name: str, day: date, taken: Collection[str]) -> str:
    """An id of letters, digits and hyphens, from name and day, that is not taken yet."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "event"
    plain = f"{stem}-{day:%m%d}"
    count = 2
    event_id = plain
    while event_id in taken:
        event_id, count = f"{plain}-{count}", count + 1
    return event_id


def typed_event(line: str, today: date, taken: Collection[str]) -> Event:
    """The event on a line such as 「経営者朝食会 9/18」; without a name it is called after its day.

    Raises UsageError, with an example, when no day can be made out.
    """
    text = normalize(line)
    days = named_days(text, today)
    if not days:
        raise UsageError(_("There is no day in “{line}”. Write it like this: Breakfast meeting 9/18").format(line=line))
    # A day in digits is meant before a weekday in the name.
    found = next((day for day in days if any(map(str.isdecimal, day.words))), days[0])
    day = found.day
    if day > today + _TO_COME and str(day.year) not in text:
        day = named_days(f"{day.year - 1}-{day:%m-%d}", today)[0].day
    name = " ".join(f"{text[: found.start]} {text[found.end :]}".split()).strip(" 、,:()")
    name = name or _("Event of {day}").format(day=f"{day.month}/{day.day}")
    return Event(id=make_id(name, day, taken), name=name, date=day)


def typed_day_to_come(text: str, today: date) -> date:
    """The day after `today` that is meant by +3, 3日後, 来週, 来月, 明日, 来週の金曜, 10/14, 2026-10-14 and such.

    来週 is next Monday, 来月 the first of next month. A day without a year may lie in the next half year.
    Raises UsageError, with examples, when no day can be made out or the day is not to come.
    """
    typed = normalize(text).strip()
    day = _day_named(typed, today)
    if day is None:
        raise UsageError(
            _("“{text}” is no day. Write it like this: 10/14, 2026-10-14, tomorrow, +3 (in three days)").format(
                text=text
            )
        )
    if day <= today or (day > today + _TYPED_AHEAD and str(day.year) not in typed):
        raise UsageError(
            _("“{text}” is not a day to come. If you mean another year, write it: {day}").format(
                text=text, day=f"{today.year + 1}-{day:%m-%d}"
            )
        )
    return day


def typed_past_day(text: str, today: date) -> date:
    """The day, `today` at the latest, that is meant by 昨日, 6/12, 2026-06-12 and such; without a year the last such.

    Raises UsageError, with examples, when no day can be made out or the day is to come.
    """
    typed = normalize(text).strip()
    day = _single_day(typed, today)
    if day is None:
        raise UsageError(_("“{text}” is no day. Write it like this: 6/12, 2026-06-12, yesterday").format(text=text))
    if day > today and _has_no_year(typed, day):
        day = _single_day(f"{day.year - 1}-{day:%m-%d}", today) or day
    if day > today:
        raise UsageError(_("{day} is still to come.").format(day=day.isoformat()))
    return day


def _day_named(typed: str, today: date) -> date | None:
    if count := re.fullmatch(r"\+(\d{1,3})日?|(\d{1,3})日後|in (\d{1,3}) days?", typed):
        return today + timedelta(days=int(next(filter(None, count.groups()))))
    if weeks := re.fullmatch(r"(\d{1,2})週間後|in (\d{1,2}) weeks?", typed):
        return today + timedelta(weeks=int(next(filter(None, weeks.groups()))))
    if typed in ("来週", "next week"):
        return today + timedelta(days=7 - today.weekday())
    if typed in ("来月", "next month"):
        return (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    day = _single_day(typed, today)
    if day and day < today and _has_no_year(typed, day):
        return _single_day(f"{day.year + 1}-{day:%m-%d}", today)
    return day


def _single_day(typed: str, today: date) -> date | None:
    """The day that the whole of `typed` names."""
    days = named_days(typed, today)
    return days[0].day if len(days) == 1 and days[0].words.strip() == typed else None


def _has_no_year(typed: str, day: date) -> bool:
    """True for a month and a day alone."""
    return f"{day.month}" in typed and str(day.year) not in typed and "年" not in typed


def typed_yen(text: str) -> int:
    """The amount in yen that is meant by 120000, 120,000, 12万円, 1.5万, ￥120,000, １２万 and such.

    Raises UsageError, with examples, when it is no amount of whole yen.
    """
    typed = normalize(text).replace(",", "").replace(" ", "")
    match = _YEN.fullmatch(typed)
    parts = (
        [(match["oku"], 100_000_000), (match["man"], 10_000), (match["sen"], 1_000), (match["yen"], 1)] if match else []
    )
    amount = sum((Decimal(number) * unit for number, unit in parts if number), Decimal(0))
    if not any(number for number, _unit in parts) or amount != int(amount) or amount > MOST_YEN:
        raise UsageError(
            _("“{text}” is no amount. Write it in yen, like this: 120000, 120,000, 12万円").format(text=text)
        )
    return int(amount)
