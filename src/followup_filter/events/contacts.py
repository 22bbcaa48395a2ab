"""Address books as mail programs export them: CSV of Google, Outlook and others, and vCard files.

Columns are found by the names in their header row, never by position (formats: docs/leads.md, "People known before").
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from followup_filter.errors import UsageError
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
from followup_filter.mail.addresses import parse_addresses

_ADDRESS = re.compile(r"[^\s@<>()\"',;:\[\]]{1,64}@[^\s@<>()\"',;:\[\]]{1,250}")
_ADDRESS_HEADING = re.compile(r"(?:e|電子)?(?:mail|メール)\d{0,2}(?:address|アドレス)?\d{0,2}(?:value|値)?")


@dataclass(frozen=True, slots=True)
class AddressBook:
    """What a file holds: `addresses` in lower case, each once, in order; `people` counts its rows or cards.

    `without_address`: people without any. `unreadable` lists (row or card number, reason): the rest was read.
    """

    addresses: tuple[str, ...]
    people: int
    without_address: int
    unreadable: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One row or card: its number in the file, what stands where addresses stand, or why it cannot be read."""

    number: int
    values: tuple[str, ...]
    error: str = ""


def read_address_book(path: Path, columns: Collection[str] = ()) -> AddressBook:
    """The address book in the file at `path`; `columns` are further headings under which addresses stand.

    Raises UsageError when the file is missing, no CSV or vCard file, or has no column with addresses.
    """
    text = read_text(path)
    entries = list(_cards(text) if is_vcard(text) else _rows(text, path, columns))
    addresses: dict[str, None] = {}
    without = 0
    unreadable: list[tuple[int, str]] = []
    for entry in entries:
        if entry.error:
            unreadable.append((entry.number, entry.error))
            continue
        values = [value for whole in entry.values for value in cell_values(whole)]
        if not values:
            without += 1
        for value in values:
            good = good_addresses(value)
            addresses.update(dict.fromkeys(good))
            if not good:
                unreadable.append((entry.number, _("“{value}” is no address").format(value=value[:60])))
    return AddressBook(tuple(addresses), len(entries), without, tuple(unreadable))


def good_addresses(value: str) -> list[str]:
    """The mail addresses in a value, in lower case."""
    found = [address.address.lower() for address in parse_addresses(value)[0]]
    return [address for address in found if _ADDRESS.fullmatch(address)]


def is_address_heading(heading: str) -> bool:
    """Whether mail addresses stand below this heading."""
    return bool(_ADDRESS_HEADING.fullmatch(folded_heading(heading)))


def _rows(text: str, path: Path, columns: Collection[str]) -> Iterator[_Entry]:
    """The rows of a CSV (or tab-separated) file below its headings, with what stands in the address columns."""
    wanted = {folded_heading(column) for column in columns}

    def places(row: Sequence[str]) -> list[int]:
        return [
            place
            for place, cell in enumerate(row)
            if (wanted and folded_heading(cell) in wanted) or is_address_heading(cell)
        ]

    table = read_table(text, lambda row: bool(places(row)))
    if not isinstance(table, Table):
        raise UsageError(
            _(
                "{file} has no column of mail addresses. Its headings: {headings}. Name the right one with --column."
            ).format(file=path, headings=shown_headings(table))
        )
    columns_found = places(table.headings)
    for number, row in table.rows:
        if isinstance(row, str):
            yield _Entry(number, (), row)
        else:
            yield _Entry(number, tuple(row[place] for place in columns_found if place < len(row)))


def _cards(text: str) -> Iterator[_Entry]:
    """The cards of a vCard file, with their addresses."""
    for number, card in read_vcards(text):
        if isinstance(card, str):
            yield _Entry(number, (), card)
        else:
            yield _Entry(number, tuple(str(line.value) for line in card.get("email", [])))
