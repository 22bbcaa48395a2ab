"""What several commands share: options, opening the store, printing lines, progress on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

from followup_filter.config import data_folder
from followup_filter.errors import UsageError
from followup_filter.language import gettext as _

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from followup_filter.events.event import Event, EventList
    from followup_filter.report.layout import Line
    from followup_filter.store.database import Database
    from followup_filter.store.results import Decision

_Function = TypeVar("_Function", bound=Callable[..., Any])

NO_EVENT = "none"
"""What stands for no event where a command takes one."""
_STYLES = {"": "", "title": "bold", "heading": "bold", "urgent": "bold red", "quiet": "dim"}


def data_dir_option(function: _Function) -> _Function:
    """Adds --data-dir, handed to the function as `data_dir` (None: the usual place)."""
    return click.option(
        "--data-dir",
        type=click.Path(path_type=Path, file_okay=False),
        metavar=_("FOLDER"),
        help=_("Folder of the database (default: your user's state folder, or FOLLOWUP_FILTER_DATA_DIR)."),
    )(function)


def format_option(*formats: str) -> Callable[[_Function], _Function]:
    """Adds --format with these choices, handed over as `output_format`; the first is the default."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help=_("How to print."),
    )


as_of_option = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
    metavar=_("DATE"),
    help=_("Reckon days and deadlines from this moment instead of now."),
)


@contextmanager
def open_store(data_dir: Path | None) -> Iterator[Database]:
    """The open database, closed afterwards."""
    from followup_filter.store.database import Database

    database = Database.open(data_folder(data_dir))
    try:
        yield database
    finally:
        database.close()


def print_lines(lines: Iterable[Line]) -> None:
    """Print report lines: with colours on a terminal, plainly elsewhere."""
    if not sys.stdout.isatty():
        click.echo("\n".join(line.text for line in lines))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, markup=False, emoji=False)
    for line in lines:
        console.print(Text(line.text, style=_STYLES[line.style]), soft_wrap=True)


def print_json(values: Any) -> None:
    """Print JSON, readable and in UTF-8; lone surrogates and control characters stay escaped."""
    click.echo(json.dumps(values, ensure_ascii=False, indent=2))


@contextmanager
def progress_bar(total: int | None, what: str) -> Iterator[Callable[..., None]]:
    """A progress bar on standard error when that is a terminal.

    The function handed out takes how much was done, and how much more than known is to come (pipeline's Progress).
    """
    if not sys.stderr.isatty():
        yield lambda *_counts: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)

        def advance(done: int, more: int = 0, /) -> None:
            if more:
                progress.update(task, total=(progress.tasks[task].total or 0) + more)
            progress.advance(task, done)

        yield advance


def find_event(text: str, events: EventList) -> Event:
    """The event that `text` names: its id, its name, or a part of the name that only one has. Raises UsageError."""
    from followup_filter.events.names import folded

    exact = [event for event in events.events if text in (event.id, event.name)]
    if exact:
        return min(exact, key=lambda event: event.id != text)
    close = [event for event in events.events if folded(text) and folded(text) in folded(event.name)]
    if len(close) == 1:
        return close[0]
    if close:
        names = ", ".join(f"{event.id} ({event.name})" for event in close)
        raise UsageError(
            _("“{text}” may be several events: {names}. Name one by its id.").format(text=text, names=names)
        )
    names = ", ".join(event.id for event in events.events) or _("none yet")
    raise UsageError(_("There is no event “{text}”. Known events: {names}").format(text=text, names=names))


def read_decision(connection: Connection, number: int) -> Decision:
    """The message with this number and what counts for it; raises UsageError when there is none."""
    from followup_filter.store.results import read_decisions

    decisions = read_decisions(connection, [number])
    if not decisions:
        raise UsageError(
            _("There is no mail number {number}. Numbers stand in brackets in the report, such as [41].").format(
                number=number
            )
        )
    return decisions[0]


def now() -> datetime:
    """This moment, with the local zone."""
    return datetime.now().astimezone()


def moment(as_of: datetime | None) -> datetime:
    """The moment to reckon from, aware; times without a zone are Japanese."""
    from zoneinfo import ZoneInfo

    from followup_filter.events.event import DEFAULT_TIMEZONE

    return as_of.replace(tzinfo=ZoneInfo(DEFAULT_TIMEZONE)) if as_of else now()
