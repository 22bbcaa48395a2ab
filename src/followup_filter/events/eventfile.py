"""Reads the events file (TOML, design.md section 5) and says exactly where it is wrong."""

from __future__ import annotations

import re
import tomllib
from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from followup_filter.errors import UsageError
from followup_filter.events.event import DEFAULT_TIMEZONE, DEFAULT_WINDOW_DAYS, Card, Event, EventList, Owner
from followup_filter.language import gettext as _
from followup_filter.language import marked

Address = Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")]


LATEST_DATE = date(9000, 1, 1)
"""Dates later than that leave no room for a window."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_string_is_missing(cls, table: object) -> object:
        if isinstance(table, dict):
            return {key: value for key, value in table.items() if value != ""}
        return table


class _Card(_Table):
    name: str = ""
    company: str = ""
    address: Address = ""

    @model_validator(mode="after")
    def _one_is_given(self) -> _Card:
        if not (self.name or self.company or self.address):
            raise ValueError("empty_card")
        return self


class _Event(_Table):
    id: str
    name: str
    date: Annotated[date, Field(le=LATEST_DATE)]
    start: time = time(0, 0)
    timezone: str = DEFAULT_TIMEZONE
    venue: str = ""
    organizer: str = ""
    series: str = ""
    alias: Address = ""
    organizer_addresses: list[Address] = []
    fee: Annotated[int, Field(ge=0)] | None = None
    hours: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    window_days: Annotated[int, Field(ge=1, le=365)] = DEFAULT_WINDOW_DAYS
    purpose: Literal["leads", "organizer", "learning", "community"] = "leads"
    cards: list[_Card] = []

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("unknown_timezone") from None
        return name


class _Owner(_Table):
    name: str = ""
    business: str = ""
    addresses: list[Address] = []
    known_addresses: list[Address] = []


class _File(_Table):
    owner: _Owner = _Owner()
    events: list[_Event] = []


_SENTENCES = {
    "extra_forbidden": marked("unknown key"),
    "missing": marked("this required key is missing"),
    "empty_card": marked("a card needs a name, a company or an address"),
    "unknown_timezone": marked("no such time zone; write an IANA name such as Asia/Tokyo"),
    "date": marked("should be a date without quotes, such as 2026-05-12"),
    "time": marked("should be a time without quotes, such as 19:00:00"),
    "string_type": marked('should be text in quotes, such as "…"'),
    "string_pattern_mismatch": marked("should be a mail address such as name@company.example"),
    "int": marked("should be a whole number"),
    "float": marked("should be a number"),
    "range": marked("is out of range (window_days: 1 to 365; fee and hours: 0 or more)"),
    "literal_error": marked("should be one of leads, organizer, learning, community"),
    "list_type": marked('should be a list, such as ["a@b.example"]'),
    "other": marked("has the wrong form"),
}


def _sentence(error_type: str, message: str) -> str:
    if error_type == "value_error":
        error_type = message.rpartition(" ")[2]
    for prefix in ("date", "time", "int", "float"):
        if error_type.startswith(prefix + "_") or error_type == prefix:
            error_type = prefix
    if error_type in ("greater_than_equal", "less_than_equal", "finite_number"):
        error_type = "range"
    sentence = _SENTENCES.get(error_type, _SENTENCES["other"])
    return _(sentence)


def _line_of(text: str, location: tuple[int | str, ...]) -> int:
    """The line on which the thing at `location` stands complete; of a missing key, the line of its table.

    Found by reading the file's beginning, longer or shorter by halves: a thing that is there once stays there.
    """
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    if not _holds(tomllib.loads(text), location):
        location = location[:-1]
    low, high = 1, len(lines)
    while low < high:
        middle = (low + high) // 2
        end, data = _readable_beginning(lines, middle)
        if _holds(data, location):
            high = middle
        else:
            low = max(middle, end if end <= high else middle) + 1 if end < high else high
    return low


def _readable_beginning(lines: list[str], count: int) -> tuple[int, dict[str, object]]:
    """The first `count` lines as data, with as many more as it takes to end a value that goes over several lines."""
    for end in range(count, len(lines) + 1):
        try:
            return end, tomllib.loads("".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue
    return len(lines), {}


def _holds(data: object, location: tuple[int | str, ...]) -> bool:
    for part in location:
        if isinstance(data, dict) and part in data:
            data = data[part]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[int(part)]
        else:
            return False
    return True


def parse_events(text: str, name: str) -> EventList:
    """The events written in `text`; `name` is the file's name for the error.

    Raises UsageError with the file, the line and the key when anything is wrong.
    """
    try:
        data = tomllib.loads(text)
        parsed = _File.model_validate(data)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        last_line = text.rstrip("\n").count("\n") + 1
        raise UsageError(
            _("{file}, line {line}: this is not valid TOML ({reason}). Nothing was taken over.").format(
                file=name, line=place[1] if place else last_line, reason=str(error).split(" (at")[0]
            )
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        location = first["loc"]
        raise UsageError(
            _("{file}, line {line}, {key}: {problem}. Nothing was taken over.").format(
                file=name,
                line=_line_of(text, location),
                key=".".join(str(part) for part in location if isinstance(part, str)),
                problem=_sentence(first["type"], first["msg"]),
            )
        ) from None
    seen: set[str] = set()
    for number, event in enumerate(parsed.events):
        if event.id in seen:
            raise UsageError(
                _(
                    "{file}, line {line}: two events have the id {id}. Give each its own; nothing was taken over."
                ).format(file=name, line=_line_of(text, ("events", number, "id")), id=event.id)
            )
        seen.add(event.id)
    return EventList(
        owner=Owner(
            name=parsed.owner.name,
            business=parsed.owner.business,
            addresses=_lowered(parsed.owner.addresses),
            known_addresses=_lowered(parsed.owner.known_addresses),
        ),
        events=tuple(_event(event) for event in parsed.events),
    )


def read_events(path: Path) -> EventList:
    """The events in the file at `path`; raises UsageError when it is missing, unreadable or wrong."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise UsageError(_("There is no events file {file}. Check the path.").format(file=path)) from None
    except UnicodeDecodeError as error:
        raise UsageError(
            _("{file} is not UTF-8 (byte {position}). Save it as UTF-8.").format(file=path, position=error.start)
        ) from None
    except OSError as error:
        raise UsageError(_("{file} cannot be read: {reason}.").format(file=path, reason=error.strerror)) from None
    return parse_events(text, str(path))


def _event(event: _Event) -> Event:
    facts = event.model_dump()
    facts["organizer_addresses"] = _lowered(event.organizer_addresses)
    facts["alias"] = event.alias.lower()
    facts["cards"] = tuple(Card(card.name, card.company, card.address.lower()) for card in event.cards)
    return Event(**facts)


def _lowered(addresses: list[str]) -> tuple[str, ...]:
    return tuple(address.lower() for address in addresses)
