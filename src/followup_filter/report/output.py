"""The report in every format, as text to print and as files to keep."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from followup_filter.errors import StorageError
from followup_filter.files import write_private
from followup_filter.language import gettext as _
from followup_filter.report import as_csv, as_json
from followup_filter.report.layout import Line
from followup_filter.report.summary import build_summary
from followup_filter.report.text import render_summary
from followup_filter.store.messages import read_own_mail
from followup_filter.store.results import read_decisions

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from followup_filter.config import Settings

HTML_ENDINGS = (".html", ".htm")


def page(connection: Connection, now: datetime, settings: Settings) -> str:
    """The whole report as an HTML page."""
    from followup_filter.report.as_html import render_page

    decisions = read_decisions(connection)
    return render_page(
        build_summary(connection, now, decisions),
        decisions,
        read_own_mail(connection),
        open_with=settings.open_with,
        hourly_yen=settings.hourly_yen,
    )


def plain(lines: Sequence[Line]) -> str:
    """Lines as text that ends with a line break."""
    return "".join(f"{line.text}\n" for line in lines)


def write_report(connection: Connection, file: Path, now: datetime, settings: Settings) -> None:
    """Write the report into `file`, as a page where its name ends in .html, else as text. Raises StorageError."""
    if file.suffix.lower() in HTML_ENDINGS:
        _write(file, page(connection, now, settings))
    else:
        _write(file, plain(render_summary(build_summary(connection, now))))


def write_folder(connection: Connection, folder: Path, now: datetime, settings: Settings) -> list[Path]:
    """Write every format into `folder`, made where it is missing; returns the files. Raises StorageError."""
    decisions = read_decisions(connection)
    summary = build_summary(connection, now, decisions)
    texts: Mapping[str, str] = {
        "report.html": page(connection, now, settings),
        "report.txt": plain(render_summary(summary)),
        "report.json": json.dumps(as_json.summary_values(summary), ensure_ascii=False, indent=2) + "\n",
        "events.csv": as_csv.scorecards_table(summary.scorecards),
        "mails.csv": as_csv.mails_table(decisions),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot(folder, error) from None
    for name, text in texts.items():
        _write(folder / name, text)
    return [folder / name for name in texts]


def _write(file: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner only."""
    try:
        write_private(file, text.encode("utf-8", "replace"))
    except OSError as error:
        raise _cannot(file, error) from None


def _cannot(path: Path, error: OSError) -> StorageError:
    sentence = _("The report cannot be written to {file}: {reason}.")
    return StorageError(sentence.format(file=path, reason=error.strerror))
