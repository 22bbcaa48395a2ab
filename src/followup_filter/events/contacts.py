"""Address books as mail programs export them: CSV of Google, Outlook and others, and vCard files.

Columns are found by the names in their header row, never by position (formats: docs/leads.md, "People known before").
"""

from __future__ import annotations

import csv
import io
import logging
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from followup_filter.errors import UsageError
from followup_filter.language import gettext as _
from followup_filter.mail.addresses import parse_addresses

LARGEST_FILE = 100_000_000
"""Bytes of an address book that are read at most."""
HEADER_ROWS = 20
"""Rows at the start of a file among which the headings are looked for; some programs put a notice above them."""

_SEVERAL = re.compile(r" ::: |[\r\n;、]+")
_ADDRESS = re.compile(r"[^\s@<>()\"',;:\[\]]{1,64}@[^\s@<>()\"',;:\[\]]{1,250}")
_ADDRESS_HEADING = re.compile(r"(?:e|電子)?(?:mail|メール)\d{0,2}(?:address|アドレス)?\d{0,2}(?:value|値)?")
_CARD = re.compile(r"^BEGIN:VCARD[^\n]*$", re.IGNORECASE | re.MULTILINE)
_CARD_END = re.compile(r"^END:VCARD[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_PICTURE = re.compile(
    r"^(?:[\w-]{1,40}\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:][^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE
)


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
    text = _decoded(path)
    entries = list(_cards(text) if _CARD.search(text) else _rows(text, path, columns))
    addresses: dict[str, None] = {}
    without = 0
    unreadable: list[tuple[int, str]] = []
    for entry in entries:
        if entry.error:
            unreadable.append((entry.number, entry.error))
            continue
        values = [value for whole in entry.values for value in _values(whole)]
        if not values:
            without += 1
        for value in values:
            found = [address.address.lower() for address in parse_addresses(value)[0]]
            good = [address for address in found if _ADDRESS.fullmatch(address)]
            addresses.update(dict.fromkeys(good))
            if not good:
                unreadable.append((entry.number, _("“{value}” is no address").format(value=value[:60])))
    return AddressBook(tuple(addresses), len(entries), without, tuple(unreadable))


def _values(cell: str) -> list[str]:
    return [value.strip() for value in _SEVERAL.split(unicodedata.normalize("NFKC", cell)) if value.strip()]


def _decoded(path: Path) -> str:
    """The file as text: UTF-16 or UTF-8 by its mark, else UTF-8, else Japanese Windows (cp932)."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UsageError(_("{file} is too large for an address book.").format(file=path))
        raw = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(_("There is no file {file}. Check the path.").format(file=path)) from None
    except OSError as error:
        raise UsageError(_("{file} cannot be read: {reason}.").format(file=path, reason=error.strerror)) from None
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UsageError(_("{file} is an Excel file. Save it as CSV and import that.").format(file=path))
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp932"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise UsageError(
        _("{file} is no CSV or vCard file in UTF-8, UTF-16 or Shift_JIS. Export it once more.").format(file=path)
    )


def _folded(heading: str) -> str:
    """A heading without what programs write differently: widths, case, blanks, hyphens, numbers in brackets."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", heading).lower())


def _rows(text: str, path: Path, columns: Collection[str]) -> Iterator[_Entry]:
    """The rows of a CSV (or tab-separated) file below its headings, with what stands in the address columns."""
    delimiter = "\t" if text.count("\t") > text.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    wanted = {_folded(column) for column in columns}
    places: list[int] = []
    headings: list[str] = []
    while not places and reader.line_num < len(text):
        try:
            row = next(reader, None)
        except csv.Error:
            break
        if row is None or reader.line_num > HEADER_ROWS:
            break
        headings = max(headings, [cell.strip() for cell in row if cell.strip()], key=len)
        places = [
            place
            for place, cell in enumerate(row)
            if (wanted and _folded(cell) in wanted) or _ADDRESS_HEADING.fullmatch(_folded(cell))
        ]
    if not places:
        seen = ", ".join(heading[:30] for heading in headings[:20]) or "-"
        raise UsageError(
            _(
                "{file} has no column of mail addresses. Its headings: {headings}. Name the right one with --column."
            ).format(file=path, headings=seen)
        )
    return _rows_below(reader, places)


def _rows_below(reader: Iterator[list[str]], places: list[int]) -> Iterator[_Entry]:
    number = 0
    while True:
        number += 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield _Entry(number, (), str(error))
            continue
        if row is None:
            return
        if any(cell.strip() for cell in row):
            yield _Entry(number, tuple(row[place] for place in places if place < len(row)))


def _cards(text: str) -> Iterator[_Entry]:
    """The cards of a vCard file; one that is cut off or broken spoils no other."""
    import vobject

    # vobject reports each line it passes over on standard error.
    logging.getLogger("vobject").setLevel(logging.CRITICAL)
    starts = [match.start() for match in _CARD.finditer(text)]
    for number, (start, stop) in enumerate(zip(starts, [*starts[1:], len(text)], strict=True), start=1):
        card = _PICTURE.sub("", text[start:stop])
        end = _CARD_END.search(card)
        if end is None:
            yield _Entry(number, (), _("the card is cut off"))
            continue
        try:
            # Outlook and telephones write quoted-printable (vCard 2.1), which vobject reads only when told to.
            parsed = vobject.readOne(card[: end.end()], ignoreUnreadable=True, allowQP=True)
            values = tuple(str(line.value) for line in parsed.contents.get("email", []))
        except (vobject.base.VObjectError, ValueError, LookupError, TypeError, AttributeError, StopIteration):
            yield _Entry(number, (), _("the card is no vCard"))
            continue
        yield _Entry(number, values)
