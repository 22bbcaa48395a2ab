"""Events as people type them: a name and a day on one line."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, timedelta

from followup_filter.errors import UsageError
from followup_filter.events.dates import named_days
from followup_filter.events.event import Event
from followup_filter.language import gettext as _
from followup_filter.mail.text import normalize

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
