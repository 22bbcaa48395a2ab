"""`run`: read new mail into the store and judge it."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from followup_filter.cli.common import data_dir_option, format_option, now, open_store, print_json, progress_bar
from followup_filter.config import Account, Settings, data_folder, read_settings, settings_file
from followup_filter.errors import (
    EXIT_LOGIN,
    EXIT_OK,
    EXIT_SERVER,
    EXIT_UNREADABLE,
    LoginRefusedError,
    RunningError,
    ServerError,
    UsageError,
)
from followup_filter.language import gettext as _
from followup_filter.language import ngettext

if TYPE_CHECKING:
    from followup_filter.mail.deadline import Deadline
    from followup_filter.mail.sources import MailSource
    from followup_filter.model.bundle import Model
    from followup_filter.pipeline import RunSummary
    from followup_filter.store.database import Database

LOCK_FILE = "run.lock"
LOCK_WAIT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of one account or source: its summary, or the fault that ended it; and the exit status of both."""

    name: str
    status: int
    summary: RunSummary | None = None
    fault: str = ""


@click.command(
    short_help=_("Read new mail and judge it."),
    help=_(
        "Read new mail of the accounts in the settings file (docs/settings.md), or with --source from files, and judge "
        "what is new. Nothing is ever changed in a mailbox. Running it again adds nothing twice; a run that was cut "
        "off goes on where it stopped. Your own addresses, so that your answers are recognised, come from the events "
        "file and the accounts.\n\n"
        "Examples: followup-filter run; followup-filter run --dry-run; followup-filter run --source ~/Mail/export"
    ),
)
@click.option(
    "--source",
    "source_paths",
    multiple=True,
    metavar=_("PATH"),
    help=_(".eml file, folder, Maildir or mbox instead of the accounts; may be given several times."),
)
@click.option("--dry-run", is_flag=True, help=_("Read and judge, say what came of it, and keep nothing of it."))
@click.option("-q", "--quiet", is_flag=True, help=_("Say nothing when nothing is new and nothing went wrong."))
@click.option(
    "--report",
    "report_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar=_("FILE"),
    help=_("Afterwards write the report into this file, whatever went wrong before."),
)
@format_option("text", "json")
@data_dir_option
def run(
    source_paths: tuple[str, ...],
    dry_run: bool,
    quiet: bool,
    report_file: Path | None,
    output_format: str,
    data_dir: Path | None,
) -> int:
    """Read, judge, store; the exit status is 3 when some mail could not be read."""
    from followup_filter.mail.sources import open_source

    sources = [open_source(path) for path in source_paths]
    settings = read_settings(settings_file())
    if not sources and not settings.accounts:
        raise UsageError(
            _(
                "There is nothing to read yet. Set an account up with followup-filter init, enter one in {file}, or "
                "give files with --source PATH."
            ).format(file=settings_file())
        )
    with open_store(data_dir) as database, only_run(data_folder(data_dir)):
        readings = list(_readings(database, settings, sources, dry_run))
        if report_file:
            _write_report(database, report_file)
    for reading in readings:
        if output_format == "text":
            say(reading, alone=bool(sources), quiet=quiet)
        elif reading.fault:
            click.echo(f"{reading.name}: {reading.fault}", err=True)
    if output_format == "json":
        print_json({"dry_run": dry_run, "readings": [_values(reading) for reading in readings]})
    elif dry_run:
        click.echo(_("This was a dry run: nothing was kept."))
    statuses = {reading.status for reading in readings}
    # Several at once: design.md, "Exit statuses".
    return next((status for status in (EXIT_LOGIN, EXIT_SERVER, EXIT_UNREADABLE) if status in statuses), EXIT_OK)


@contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Hold the lock of a data folder; raises RunningError when another run holds it."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(folder / LOCK_FILE, timeout=LOCK_WAIT_SECONDS):
            yield
    except Timeout:
        sentence = _("Another run is going on. It will finish by itself; nothing was changed here.")
        raise RunningError(sentence) from None


def _readings(database: Database, settings: Settings, sources: list[MailSource], dry_run: bool) -> Iterator[Reading]:
    """Read every source, or else every account; a dry run works on a copy of the database that does not stay."""
    from followup_filter import learning
    from followup_filter.cli.train import learned_words
    from followup_filter.mail.deadline import Deadline
    from followup_filter.store import nights
    from followup_filter.store.database import Database

    def tell(sentence: str) -> None:
        click.echo(sentence, err=True)

    if not dry_run and (learned := learning.learn_at_night(database, tell)):
        tell(learned_words(learned))
    model = learning.model_in_use(database, tell)
    with tempfile.TemporaryDirectory(prefix="followup-filter-") as folder:
        if dry_run:
            database.copy_to(Path(folder))
            database = Database.open(Path(folder))
        try:
            if sources:
                for source in sources:
                    yield _read_files(source, database, model, settings)
                return
            with database.transaction() as connection:
                nights.forget_faults_of_others(connection, [account.address for account in settings.accounts])
            with Deadline(settings.deadline_minutes * 60) as deadline:
                for account in settings.accounts:
                    yield read_account(account, database, model, settings, deadline)
        finally:
            if dry_run:
                database.close()


def _read_files(source: MailSource, database: Database, model: Model, settings: Settings) -> Reading:
    from followup_filter import pipeline

    with progress_bar(source.count(), _("Reading mail")) as progress:
        summary = pipeline.run(source, database, model, settings.max_lead_loss, progress)
    return Reading(source.name, EXIT_UNREADABLE if summary.unreadable else EXIT_OK, summary)


def read_account(account: Account, database: Database, model: Model, settings: Settings, deadline: Deadline) -> Reading:
    """Read one account; its fault is kept for the report and does not stop the others."""
    from followup_filter import pipeline
    from followup_filter.mail.imap import ImapSource
    from followup_filter.mail.parse import has_text
    from followup_filter.pipeline import faults
    from followup_filter.secret import read_credentials

    moment = now()
    if not is_attended():
        with database.transaction() as connection:
            why_not = faults.why_not_tried(connection, account, moment.date())
        if why_not:
            return Reading(account.address, EXIT_LOGIN, fault=why_not)
    try:
        deadline.check()
        with (
            ImapSource(account, read_credentials(account), has_text, deadline) as source,
            progress_bar(None, account.address) as progress,
        ):
            summary = pipeline.run_account(
                source, database, model, settings.max_lead_loss, moment, progress, settings.read_since
            )
    except (LoginRefusedError, ServerError) as error:
        faults.note_fault(database, account, error, moment.date())
        return Reading(account.address, error.exit_status, fault=str(error))
    faults.note_success(database, account)
    if summary.faults:
        return Reading(account.address, EXIT_SERVER, summary, " ".join(summary.faults))
    return Reading(account.address, EXIT_UNREADABLE if summary.unreadable else EXIT_OK, summary)


def _write_report(database: Database, path: Path) -> None:
    """Write the report, readable by its owner only: as a page where the name ends in .html. Raises StorageError."""
    from followup_filter.config import read_settings, settings_file
    from followup_filter.report.output import write_report

    with database.transaction() as connection:
        write_report(connection, path, now(), read_settings(settings_file()))


def is_attended() -> bool:
    """True when a person started this, on a terminal: then a refused sign-in may be tried again at once."""
    return sys.stdin.isatty()


def say(reading: Reading, *, alone: bool = False, quiet: bool = False) -> None:
    """Say what became of an account or source; `alone`: without its name."""
    prefix = "" if alone else f"{reading.name}: "
    if reading.fault:
        click.echo(f"{prefix}{reading.fault}", err=True)
    if reading.summary and not (quiet and reading.status == EXIT_OK and not reading.summary.new):
        click.echo(f"{prefix}{summary_line(reading.summary)}")


def _values(reading: Reading) -> dict[str, Any]:
    """One reading as JSON values (docs/json.md)."""
    from followup_filter.labels import OUTCOMES

    summary = reading.summary
    return {
        "name": reading.name,
        "exit_status": reading.status,
        "fault": reading.fault or None,
        "mails": summary.mails if summary else 0,
        "new": summary.new if summary else 0,
        "unreadable": summary.unreadable if summary else 0,
        "outcomes": {outcome.value: summary.by_outcome[outcome] if summary else 0 for outcome in OUTCOMES},
    }


def summary_line(summary: RunSummary) -> str:
    """What a run did, in one line."""
    from followup_filter.labels import OUTCOMES
    from followup_filter.report.words import outcome_short

    read = ngettext("{count} mail read", "{count} mails read", summary.mails).format(count=summary.mails)
    counts = "  ".join(
        f"{outcome_short(outcome)} {summary.by_outcome[outcome]}" for outcome in OUTCOMES if summary.by_outcome[outcome]
    )
    line = _("{read}, {new} new").format(read=read, new=summary.new)
    line = f"{line}: {counts}" if counts else line
    if summary.unreadable:
        unreadable = ngettext("{count} could not be read", "{count} could not be read", summary.unreadable)
        line = f"{line}  ({unreadable.format(count=summary.unreadable)})"
    return line
