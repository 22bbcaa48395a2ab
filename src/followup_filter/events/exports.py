"""Files as card and mail programs export them: their text in any of the usual encodings, rows of CSV, single vCards."""

from __future__ import annotations

import csv
import io
import logging
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from followup_filter.errors import UsageError
from followup_filter.language import gettext as _

LARGEST_FILE = 100_000_000
"""Bytes of a file that are read at most."""
HEADER_ROWS = 20
"""Rows at the start of a file among which the headings are looked for; some programs put a notice above them."""

_SEVERAL = re.compile(r" ::: |[\r\n;、]+")
_CARD = re.compile(r"^BEGIN:VCARD[^\n]*$", re.IGNORECASE | re.MULTILINE)
_CARD_END = re.compile(r"^END:VCARD[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_PICTURE = re.compile(
    r"^(?:[\w-]{1,40}\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:][^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file below its headings: `rows` are (row number, cells) or (row number, why it cannot be read)."""

    headings: tuple[str, ...]
    rows: Iterator[tuple[int, list[str] | str]]


def read_text(path: Path) -> str:
    """The file as text: UTF-16 or UTF-8 by its mark, else UTF-8, else Japanese Windows (cp932)."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UsageError(_("{file} is too large.").format(file=path))
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


def is_vcard(text: str) -> bool:
    """Whether there is a vCard in the text."""
    return bool(_CARD.search(text))


def folded_heading(heading: str) -> str:
    """A heading without what programs write differently: widths, case, blanks, hyphens, numbers in brackets."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", heading).lower())


def cell_values(cell: str) -> list[str]:
    """The values of a cell, since some programs put several into one."""
    return [value.strip() for value in _SEVERAL.split(unicodedata.normalize("NFKC", cell)) if value.strip()]


def read_table(text: str, is_header: Callable[[Sequence[str]], bool]) -> Table | tuple[str, ...]:
    """The rows of a CSV (or tab-separated) file below the first of its first 20 rows that `is_header` takes.

    Without such a row: what the longest of them says, as the likely headings.
    """
    delimiter = "\t" if text.count("\t") > text.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    likely: list[str] = []
    while reader.line_num < len(text):
        try:
            row = next(reader, None)
        except csv.Error:
            break
        if row is None or reader.line_num > HEADER_ROWS:
            break
        if is_header(row):
            return Table(tuple(row), _rows_below(reader))
        likely = max(likely, [cell.strip() for cell in row if cell.strip()], key=len)
    return tuple(likely)


def shown_headings(headings: Sequence[str]) -> str:
    """Headings in a sentence for people, shortened."""
    return ", ".join(heading.strip()[:30] for heading in headings[:20] if heading.strip()) or "-"


def _rows_below(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str] | str]]:
    number = 0
    while True:
        number += 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield number, str(error)
            continue
        if row is None:
            return
        if any(cell.strip() for cell in row):
            yield number, row


def read_vcards(text: str) -> Iterator[tuple[int, dict[str, list[Any]] | str]]:
    """The cards of a vCard file, as (number, contents by property) or (number, why it cannot be read).

    A card that is cut off or broken spoils no other.
    """
    import vobject

    # vobject reports each line it passes over on standard error.
    logging.getLogger("vobject").setLevel(logging.CRITICAL)
    starts = [match.start() for match in _CARD.finditer(text)]
    for number, (start, stop) in enumerate(zip(starts, [*starts[1:], len(text)], strict=True), start=1):
        card = _PICTURE.sub("", text[start:stop])
        end = _CARD_END.search(card)
        if end is None:
            yield number, _("the card is cut off")
            continue
        try:
            # Outlook and telephones write quoted-printable (vCard 2.1), which vobject reads only when told to.
            parsed = vobject.readOne(card[: end.end()], ignoreUnreadable=True, allowQP=True)
            # Values are decoded late: a broken one shows only now.
            for lines in parsed.contents.values():
                for line in lines:
                    str(line.value)
        except (vobject.base.VObjectError, ValueError, LookupError, TypeError, AttributeError, StopIteration):
            yield number, _("the card is no vCard")
            continue
        yield number, parsed.contents
