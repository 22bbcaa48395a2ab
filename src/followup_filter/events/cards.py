"""Cards as card programs export them: CSV of Eight, Sansan, Google, Outlook, LinkedIn and others, and vCard files.

Columns are found by their headings through one table of names, never by position (docs/events-file.md, "Cards").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from followup_filter.errors import UsageError
from followup_filter.events.contacts import good_addresses, is_address_heading
from followup_filter.events.event import Card, Event
from followup_filter.events.exports import (
    Table,
    cell_values,
    folded_heading,
    is_vcard,
    read_table,
    read_text,
    read_vcards,
    shown_headings,
)
from followup_filter.language import gettext as _

DAYS_UNTIL_ENTERED = 14
"""Days after an event within which cards are entered: the date in an export is that of entry (ecosystem.md 1)."""


class CardField(StrEnum):
    """What a column holds. `family` and `given` are put together in the order of the language they are in."""

    NAME = "name"
    FAMILY = "family"
    GIVEN = "given"
    COMPANY = "company"
    ADDRESS = "address"
    DATE = "date"


_HEADINGS: Mapping[CardField, str] = {
    CardField.NAME: "氏名 名前 お名前 氏名漢字 name fullname displayname 表示名",
    CardField.FAMILY: "姓 氏 苗字 lastname familyname 氏名姓",
    CardField.GIVEN: "名 firstname givenname 氏名名",
    CardField.COMPANY: "会社名 会社 勤務先 所属 所属会社 組織 組織名 法人名 屋号 company companyname organization "
    "organizationname organization1name",
    CardField.DATE: "名刺交換日 交換日 登録日 connectedon exchangedate 作成日",
}
_FIELD_OF: Mapping[str, CardField] = {
    folded_heading(name): card_field for card_field, names in _HEADINGS.items() for name in names.split()
}
_LOST = re.compile(r"[?？＊*�]{2,}")
_DATE_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%d %b %Y", "%m/%d/%Y")
_LATIN = re.compile(r"[\x00-\u024f]*")


@dataclass(frozen=True, slots=True)
class ReadCard:
    """One card of a file: its row (or number), and the day on which it was entered where the file says so."""

    row: int
    card: Card
    entered: date | None


@dataclass(frozen=True, slots=True)
class CardFile:
    """What a file holds: cards in order, and (row, reason) of what could not be used."""

    cards: tuple[ReadCard, ...]
    unreadable: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """An event's cards after an import: how many are new, were completed, and were there already."""

    cards: tuple[Card, ...]
    new: int
    merged: int
    skipped: int


def read_cards(path: Path, mapping: Mapping[str, CardField] | None = None) -> CardFile:
    """The cards in the file at `path`; `mapping` gives the fields of further headings.

    Raises UsageError when the file is missing, no CSV or vCard file, or has neither names nor addresses in columns that
    are known.
    """
    text = read_text(path)
    entries = _vcards(text) if is_vcard(text) else _rows(text, path, mapping or {})
    cards: list[ReadCard] = []
    unreadable: list[tuple[int, str]] = []
    for row, values in entries:
        if isinstance(values, str):
            unreadable.append((row, values))
            continue
        card, problem = _card(values)
        if problem:
            unreadable.append((row, problem))
        if card:
            cards.append(ReadCard(row, card, _entered(values)))
    return CardFile(tuple(cards), tuple(unreadable))


def merged(before: Sequence[Card], found: Iterable[Card]) -> Merge:
    """Cards added to those of an event. The same person is the same address, else the same company and name.

    What a known card lacks is filled in; nothing that it says is changed, so that importing twice changes nothing.
    """
    cards = list(before)
    places = {key: place for place, card in reversed(list(enumerate(cards))) for key in _keys(card)}
    new = completed = skipped = 0
    for card in found:
        place = next((places[key] for key in _keys(card) if key in places), None)
        if place is None or (cards[place].address and card.address and cards[place].address != card.address):
            place = len(cards)
            cards.append(card)
            new += 1
        else:
            known = cards[place]
            full = Card(known.name or card.name, known.company or card.company, known.address or card.address)
            cards[place] = full
            completed, skipped = (completed, skipped + 1) if full == known else (completed + 1, skipped)
        for key in _keys(cards[place]):
            places.setdefault(key, place)
    return Merge(tuple(cards), new, completed, skipped)


def _keys(card: Card) -> list[tuple[str, ...]]:
    """What a person is known by: the address, then name and company."""
    person = [(_folded(card.name), _folded(card.company))] if card.name else []
    return [*([(card.address,)] if card.address else []), *person]


def event_of_entry(entered: date | None, events: Collection[Event]) -> Event | None:
    """The latest event at which a card that was entered on this day may have been handed over."""
    if entered is None:
        return None
    fitting = [event for event in events if event.date <= entered <= event.date + timedelta(days=DAYS_UNTIL_ENTERED)]
    return max(fitting, key=lambda event: event.date, default=None)


def _folded(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()


def _card(values: Mapping[CardField, list[str]]) -> tuple[Card | None, str]:
    """The card in the values of one row, and what is wrong with it ("": nothing)."""
    name = _first(values, CardField.NAME) or _full_name(
        _first(values, CardField.FAMILY), _first(values, CardField.GIVEN)
    )
    company = _first(values, CardField.COMPANY)
    written = [value for whole in values.get(CardField.ADDRESS, []) for value in cell_values(whole)]
    addresses = [address for value in written for address in good_addresses(value)]
    problem = ""
    if written and not addresses:
        problem = _("“{value}” is no address").format(value=written[0][:60])
    if not (name or company or addresses):
        return None, problem or _("neither name, company nor address")
    if _LOST.search(name + company):
        problem = problem or _("some characters of “{value}” are lost in the file").format(value=(name or company)[:60])
    return Card(name, company, addresses[0] if addresses else ""), problem


def _first(values: Mapping[CardField, list[str]], field: CardField) -> str:
    """The first value that says something, on one line."""
    texts = (" ".join(unicodedata.normalize("NFC", value).split()) for value in values.get(field, []))
    return next((text for text in texts if text), "")


def _full_name(family: str, given: str) -> str:
    parts = (given, family) if _LATIN.fullmatch(family + given) else (family, given)
    return " ".join(part for part in parts if part)


def _entered(values: Mapping[CardField, list[str]]) -> date | None:
    """The day of entry; a time behind it is left out."""
    written = _first(values, CardField.DATE)
    for candidate in (written, written.split(" ")[0]):
        for form in _DATE_FORMS:
            try:
                return datetime.strptime(candidate, form).date()
            except ValueError:
                continue
    return None


def _field(heading: str, mapping: Mapping[str, CardField]) -> CardField | None:
    folded = folded_heading(heading)
    if folded in mapping:
        return mapping[folded]
    return CardField.ADDRESS if is_address_heading(heading) else _FIELD_OF.get(folded)


def _rows(
    text: str, path: Path, mapping: Mapping[str, CardField]
) -> Iterator[tuple[int, dict[CardField, list[str]] | str]]:
    wanted = {folded_heading(heading): field for heading, field in mapping.items()}

    def is_header(row: Sequence[str]) -> bool:
        found = {_field(cell, wanted) for cell in row}
        return CardField.ADDRESS in found or (
            bool(found & {CardField.NAME, CardField.FAMILY}) and CardField.COMPANY in found
        )

    table = read_table(text, is_header)
    if not isinstance(table, Table):
        raise UsageError(
            _(
                "{file} has no columns of names, companies or addresses that are known. Its headings: {headings}. "
                "Name them with --map, such as --map 氏名=name."
            ).format(file=path, headings=shown_headings(table))
        )
    fields = [_field(heading, wanted) for heading in table.headings]
    for number, row in table.rows:
        if isinstance(row, str):
            yield number, row
            continue
        values: dict[CardField, list[str]] = {}
        for field, cell in zip(fields, row, strict=False):
            if field:
                values.setdefault(field, []).append(cell)
        yield number, values


def _vcards(text: str) -> Iterator[tuple[int, dict[CardField, list[str]] | str]]:
    for number, card in read_vcards(text):
        if isinstance(card, str):
            yield number, card
            continue
        values = {
            CardField.NAME: [str(line.value) for line in card.get("fn", [])],
            CardField.COMPANY: [_organization(line.value) for line in card.get("org", [])],
            CardField.ADDRESS: [str(line.value) for line in card.get("email", [])],
        }
        for line in card.get("n", []):
            values[CardField.FAMILY] = [str(getattr(line.value, "family", ""))]
            values[CardField.GIVEN] = [str(getattr(line.value, "given", ""))]
        yield number, values


def _organization(value: Any) -> str:
    """The company of a vCard's ORG, without its departments."""
    return str(value[0]) if isinstance(value, list) and value else str(value)


def with_cards(event: Event, cards: Sequence[Card]) -> Event:
    """The event with these cards."""
    return replace(event, cards=tuple(cards))
