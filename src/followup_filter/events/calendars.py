"""Events out of calendars (ICS) and tables (CSV), as owners have them: whole files or none of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from followup_filter.errors import UsageError
from followup_filter.events.contacts import good_addresses
from followup_filter.events.dates import named_days
from followup_filter.events.event import DEFAULT_TIMEZONE, Event
from followup_filter.events.exports import Table, folded_heading, read_table, read_text, shown_headings
from followup_filter.events.names import folded
from followup_filter.events.typed import make_id, typed_yen
from followup_filter.language import gettext as _

PAST, AHEAD = timedelta(days=730), timedelta(days=92)
"""Entries of a calendar further back or ahead than that are left out."""
MOST_EVENTS = 200
"""A file with more events than that is a calendar of everything: the owner says which are meant."""

_CALENDAR = re.compile(r"^\s*BEGIN:VCALENDAR", re.IGNORECASE)
_HEADINGS: Mapping[str, str] = {
    "name": "名称 名前 イベント名 イベント 会名 会の名前 交流会名 件名 タイトル name title subject event eventname "
    "summary",
    "date": "日付 日 日にち 開催日 開催日時 日時 date startdate eventdate 開始日",
    "start": "開始 開始時刻 開始時間 時刻 start starttime time",
    "venue": "会場 場所 venue location place",
    "organizer": "主催 主催者 主催団体 organizer organiser host",
    "organizer_addresses": "主催者メール 主催メール 主催者アドレス organizeremail organizeraddress organizeraddresses",
    "series": "シリーズ series",
    "fee": "会費 参加費 料金 費用 fee price cost",
}
_FIELD_OF = {folded_heading(name): field for field, names in _HEADINGS.items() for name in names.split()}
_TIME = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:時]([0-5]\d)?")


def is_calendar(path: Path) -> bool:
    """Whether the file looks like an ICS calendar, by its name or its first line."""
    return path.suffix.lower() in (".ics", ".ical", ".ifb") or bool(_CALENDAR.match(read_text(path)[:200]))


def read_calendar(path: Path, now: datetime, own: Collection[str] = (), only: str = "") -> list[Event]:
    """The events of an ICS file from two years back to three months ahead, each day of a repeated one by itself.

    `own`: addresses that are no organiser's; `only`: text that the name must have in it. Raises UsageError when the
    file is missing, no calendar, holds no such event or too many.
    """
    import icalendar

    try:
        calendars = icalendar.Calendar.from_ical(read_text(path), multiple=True)
        masters = [entry for calendar in calendars for entry in calendar.walk("VEVENT")]
        repeated = {str(entry.get("UID")) for entry in masters if "RRULE" in entry or "RDATE" in entry}
        entries = [entry for calendar in calendars for entry in _entries(calendar, now)]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError) as error:
        raise UsageError(
            _("{file} is no calendar that can be read: {reason}.").format(file=path, reason=error)
        ) from None
    events: list[Event] = []
    for entry in entries:
        event = _calendar_event(entry, own, repeated=str(entry.get("UID")) in repeated)
        if event and folded(only) in folded(event.name):
            events.append(event)
    return _checked(sorted(events, key=lambda event: (event.date, event.start, event.name)), path)


def read_event_table(path: Path, today: date) -> list[Event]:
    """The events of a CSV file with headings for name and date. Raises UsageError naming the row that is wrong."""

    def is_header(row: Sequence[str]) -> bool:
        return {"name", "date"} <= {_FIELD_OF.get(folded_heading(cell)) for cell in row}

    table = read_table(read_text(path), is_header)
    if not isinstance(table, Table):
        raise UsageError(
            _("{file} has no columns of names and dates (such as 名称 and 日付). Its headings: {headings}.").format(
                file=path, headings=shown_headings(table)
            )
        )
    fields = [_FIELD_OF.get(folded_heading(heading)) for heading in table.headings]
    events = []
    for number, row in table.rows:
        values = (
            row if isinstance(row, str) else {field: cell for field, cell in zip(fields, row, strict=False) if field}
        )
        try:
            if isinstance(values, str):
                raise UsageError(values)
            events.append(_table_event(values, today))
        except UsageError as error:
            raise UsageError(
                _("{file}, row {number}: {reason} Nothing was taken over.").format(
                    file=path, number=number, reason=error
                )
            ) from None
    return _checked(events, path)


def joined(found: Sequence[Event], known: Sequence[Event]) -> list[Event]:
    """The events with ids: one of the same name and day keeps its id, its cards and whatever the file does not say."""
    by_name = {(folded(event.name), event.date): event for event in known}
    taken = {event.id for event in known}
    events: dict[str, Event] = {}
    for event in found:
        before = by_name.get((folded(event.name), event.date))
        if before is None:
            event = replace(event, id=make_id(event.name, event.date, taken))
            taken.add(event.id)
            by_name[folded(event.name), event.date] = event
        else:
            event = replace(
                before,
                start=event.start if event.start != time(0, 0) else before.start,
                venue=event.venue or before.venue,
                organizer=event.organizer or before.organizer,
                organizer_addresses=event.organizer_addresses or before.organizer_addresses,
                series=event.series or before.series,
                fee=before.fee if event.fee is None else event.fee,
            )
        events[event.id] = event
    return list(events.values())


def _entries(calendar: Any, now: datetime) -> list[Any]:
    """The entries from two years back to three months ahead, without those that come several times a day.

    Nothing that an owner goes to does; spelled out by the second or minute they would take minutes and gigabytes.
    """
    import recurring_ical_events

    calendar.subcomponents = [part for part in calendar.subcomponents if not _several_a_day(part.get("RRULE"))]
    return list(recurring_ical_events.of(calendar).between((now - PAST).date(), (now + AHEAD).date()))


def _several_a_day(rules: Any) -> bool:
    """Whether one of the recurrence rules (RFC 5545, 3.3.10) gives more than one time a day."""
    return any(
        rule.get("FREQ", [""])[0].upper() in ("SECONDLY", "MINUTELY", "HOURLY")
        or any(len(rule.get(part, ())) > 1 for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
        for rule in (rules if isinstance(rules, list) else [rules] if rules else [])
    )


def _checked(events: list[Event], path: Path) -> list[Event]:
    if not events:
        raise UsageError(_("{file} has no event of the last two years.").format(file=path))
    if len(events) > MOST_EVENTS:
        raise UsageError(
            _("{file} has {count} events. Say which are meant, such as --only 交流会.").format(
                file=path, count=len(events)
            )
        )
    return events


def _calendar_event(entry: Any, own: Collection[str], *, repeated: bool) -> Event | None:
    """The event of one entry; None where it was called off or has no name or day."""
    name = _line(entry.get("SUMMARY", ""))
    if not name or "DTSTART" not in entry or str(entry.get("STATUS", "")).upper() == "CANCELLED":
        return None
    begins = entry["DTSTART"].dt
    zone = DEFAULT_TIMEZONE
    if isinstance(begins, datetime):
        if begins.tzinfo is not None:
            key = getattr(begins.tzinfo, "key", "")
            if key and key != "UTC" and begins.tzinfo is not UTC:
                zone = key
            begins = begins.astimezone(ZoneInfo(zone))
        day, start = begins.date(), begins.time().replace(second=0, microsecond=0)
    else:
        day, start = begins, time(0, 0)
    organizer = entry.get("ORGANIZER", "")
    address = [found for found in good_addresses(str(organizer).partition(":")[2]) if found not in own]
    person = _line(getattr(organizer, "params", {}).get("CN", "")) if address else ""
    return Event(
        id="",
        name=name,
        date=day,
        start=start,
        timezone=zone,
        venue=_line(entry.get("LOCATION", "")),
        organizer="" if person in address else person,
        organizer_addresses=tuple(address),
        series=name if repeated else "",
    )


def _table_event(values: Mapping[str, str], today: date) -> Event:
    name = _line(values.get("name", ""))
    if not name:
        raise UsageError(_("The event has no name."))
    written = unicodedata.normalize("NFKC", values.get("date", ""))
    days = named_days(written, today)
    if not days:
        raise UsageError(_("“{text}” is no date.").format(text=written.strip()[:40]))
    clock = _TIME.search(unicodedata.normalize("NFKC", values.get("start", "")) or written)
    fee = values.get("fee", "").strip()
    return Event(
        id="",
        name=name,
        date=days[0].day,
        start=time(int(clock[1]), int(clock[2] or 0)) if clock else time(0, 0),
        venue=_line(values.get("venue", "")),
        organizer=_line(values.get("organizer", "")),
        organizer_addresses=tuple(good_addresses(values.get("organizer_addresses", ""))),
        series=_line(values.get("series", "")),
        fee=typed_yen(fee) if fee else None,
    )


def _line(value: object) -> str:
    return " ".join(str(value).split())
