"""Brings the gettext catalogues up to date: extracts, merges, compiles. Run by `make catalogues`.

English message ids stand for themselves, so the English catalogue is filled from them; Japanese is written by hand in
locale/ja/LC_MESSAGES/followup_filter.po, and what is missing there is listed.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "followup_filter"
LOCALE = PACKAGE / "locale"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None, "_translate": None}
LANGUAGES = ("ja", "en")
DATE = datetime(2026, 1, 1, tzinfo=UTC)
"""Written into the catalogues' heads, so that the same sentences make the same files."""
UNSEEN_CLICK_FILES = ("termui.py", "_termui_impl.py", "_winconsole.py", "testing.py")
"""Parts of click that this program does not use."""


def extracted() -> Catalog:
    """Every sentence of the program, and those of click that an owner can meet."""
    catalogue = Catalog(project="followup-filter", charset="utf-8", header_comment="# Sentences of followup-filter.")
    folders = [(PACKAGE, ""), (Path(click.__file__).parent, "click/")]
    for folder, prefix in folders:
        for file, line, message, _comments, _context in extract_from_dir(str(folder), keywords=KEYWORDS):
            if message and not (prefix and file in UNSEEN_CLICK_FILES):
                catalogue.add(message, locations=[(f"{prefix}{file}", line)])
    return catalogue


def path(language: str, ending: str) -> Path:
    """Where the catalogue of a language lies."""
    return LOCALE / language / "LC_MESSAGES" / f"followup_filter.{ending}"


def merged(language: str, template: Catalog) -> Catalog:
    """The catalogue of a language with exactly the sentences of the template; English is filled from the ids."""
    file = path(language, "po")
    old = read_po(io.BytesIO(file.read_bytes()), locale=language) if file.exists() else Catalog(locale=language)
    new = Catalog(
        locale=language, project="followup-filter", charset="utf-8", fuzzy=False, creation_date=DATE, revision_date=DATE
    )
    new.header_comment = "# Sentences of followup-filter."
    for message in template:
        if not message.id:
            continue
        known = old.get(message.id)
        text = known.string if known else ("" if isinstance(message.id, str) else ("",) * new.num_plurals)
        if language == "en":
            text = message.id
        elif isinstance(message.id, tuple):
            text = tuple(text or ())[: new.num_plurals]
        new.add(message.id, text)
    return new


def main() -> int:
    """Write the catalogues; exit status 1 when a Japanese sentence is missing."""
    template = extracted()
    missing = 0
    for language in LANGUAGES:
        catalogue = merged(language, template)
        file = path(language, "po")
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as output:
            write_po(output, catalogue, width=120, sort_output=True, omit_header=False)
        with path(language, "mo").open("wb") as output:
            write_mo(output, catalogue)
        for message in catalogue:
            if message.id and not all(message.string if isinstance(message.string, tuple) else [message.string]):
                missing += 1
                print(f"{language}: no translation of {message.id!r}")
    return int(missing > 0)


if __name__ == "__main__":
    sys.exit(main())
