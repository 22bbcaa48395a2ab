"""What an event, a card and the owner are."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DEFAULT_TIMEZONE = "Asia/Tokyo"
DEFAULT_WINDOW_DAYS = 45


@dataclass(frozen=True, slots=True)
class Card:
    """A contact met at an event; any of the three may be empty, not all."""

    name: str = ""
    company: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A gathering the owner attended. `fee` is in yen, `hours` count travel; None means unknown."""

    id: str
    name: str
    date: date
    start: time = time(0, 0)
    timezone: str = DEFAULT_TIMEZONE
    venue: str = ""
    organizer: str = ""
    series: str = ""
    alias: str = ""
    organizer_addresses: tuple[str, ...] = ()
    fee: int | None = None
    hours: float | None = None
    window_days: int = DEFAULT_WINDOW_DAYS
    purpose: str = "leads"
    cards: tuple[Card, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The event's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def day_start(self) -> datetime:
        """The first moment of the event's day."""
        return datetime.combine(self.date, time(0, 0), self.zone)

    @property
    def window_start(self) -> datetime:
        """From when on mail may belong to the event."""
        return datetime.combine(self.date, self.start, self.zone)

    @property
    def window_end(self) -> datetime:
        """The first moment after the window: date + window_days at 24:00 in the event's zone (design.md 5)."""
        return datetime.combine(self.date + timedelta(days=self.window_days + 1), time(0, 0), self.zone)


@dataclass(frozen=True, slots=True)
class Owner:
    """The person whose mailbox it is; `known_addresses` wrote before the first event."""

    name: str = ""
    business: str = ""
    addresses: tuple[str, ...] = ()
    known_addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventList:
    """The owner and the events attended."""

    owner: Owner = Owner()
    events: tuple[Event, ...] = ()

    @property
    def version(self) -> str:
        """A short digest that changes with any fact in the list; results carry it."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]
