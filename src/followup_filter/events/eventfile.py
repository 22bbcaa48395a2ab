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
    address: Address | Literal[""] = ""

    @model_validator(mode="after")
    def _one_is_given(self) -> _Card:
        if not (self.name or self.company or self.address):
            raise ValueError("empty_card")
        return self


class _Event(_Table):
    id: str
    name: str
    date: date
    start: time = time(0, 0)
    timezone: str = DEFAULT_TIMEZONE
    venue: str = ""
    organizer: str = ""
    series: str = ""
    alias: Address | Literal[""] = ""
    organizer_addresses: list[Address] = []
    fee: Annotated[int, Field(ge=0)] | None = None
    hours: Annotated[float, Field(ge=0)] | None = None
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
    if error_type in ("greater_than_equal", "less_than_equal"):
        error_type = "range"
    sentence = _SENTENCES.get(error_type, _SENTENCES["other"])
    return _(sentence)


def _line_of(text: str, location: tuple[int | str, ...]) -> int:
    """The line of a key: follows table headers such as [[events]] and [[events.cards]] in order of appearance."""
    lines = text.splitlines()
    tables = [part for part in location if isinstance(part, str)]
    indexes = {part: location[i + 1] for i, part in enumerate(location[:-1]) if isinstance(location[i + 1], int)}
    counts: dict[str, int] = {}
    current: tuple[str, ...] = ()
    best = 1
    for number, line in enumerate(lines, start=1):
        header = re.match(r"\s*\[\[?\s*([\w.]+)\s*\]\]?", line)
        if header:
            current = tuple(header[1].split("."))
            name = current[-1]
            counts[name] = counts.get(name, -1) + 1
            if name == "events":
                counts.pop("cards", None)
        inside = all(counts.get(part, 0) == indexes.get(part, counts.get(part, 0)) for part in current)
        if current and inside and list(current) == tables[: len(current)]:
            if header:
                best = number
            key = re.match(r"\s*\"?([\w-]+)\"?\s*=", line)
            if key and key[1] in tables[len(current) :]:
                return number
        elif (not current and (key := re.match(r"\s*\"?([\w-]+)\"?\s*=", line)) and key[1] == tables[0]) or (
            header and current and current[0] == tables[0] and len(tables) == 1
        ):
            return number
    return best


def parse_events(text: str, name: str) -> EventList:
    """The events written in `text`; `name` is the file's name for the error.

    Raises UsageError with the file, the line and the key when anything is wrong.
    """
    try:
        data = tomllib.loads(text)
        parsed = _File.model_validate(data)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        raise UsageError(
            _("{file}, line {line}: this is not valid TOML ({reason}). Nothing was taken over.").format(
                file=name, line=place[1] if place else "?", reason=str(error).split(" (at")[0]
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
