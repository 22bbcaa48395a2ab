"""`run`: read new mail into the store and judge it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from followup_filter.cli.common import data_dir_option, now, open_store, progress_bar
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
    from followup_filter.mail.sources import MailSource
    from followup_filter.model.bundle import Model
    from followup_filter.pipeline import RunSummary
    from followup_filter.store.database import Database

LOCK_FILE = "run.lock"
LOCK_WAIT_SECONDS = 1.0


@click.command(
    short_help=_("Read new mail and judge it."),
    help=_(
        "Read new mail of the accounts in the settings file (docs/settings.md), or with --source from files, and judge "
        "what is new. Nothing is ever changed in a mailbox. Running it again adds nothing twice; a run that was cut "
        "off goes on where it stopped. Your own addresses, so that your answers are recognised, come from the events "
        "file.\n\nExamples: followup-filter run; followup-filter run --source ~/Mail/export"
    ),
)
@click.option(
    "--source",
    "source_paths",
    multiple=True,
    metavar=_("PATH"),
    help=_(".eml file, folder, Maildir or mbox instead of the accounts; may be given several times."),
)
@data_dir_option
def run(source_paths: tuple[str, ...], data_dir: Path | None) -> int:
    """Read, judge, store; the exit status is 3 when some mail could not be read."""
    from filelock import FileLock, Timeout

    from followup_filter import learning
    from followup_filter.mail.sources import open_source

    sources = [open_source(path) for path in source_paths]
    settings = read_settings(settings_file())
    if not sources and not settings.accounts:
        raise UsageError(
            _("There is nothing to read. Give files with --source PATH, or enter an account in {file}.").format(
                file=settings_file()
            )
        )
    folder = data_folder(data_dir)
    with open_store(data_dir) as database:
        try:
            with FileLock(folder / LOCK_FILE, timeout=LOCK_WAIT_SECONDS):
                model = learning.model_in_use(database, lambda sentence: click.echo(sentence, err=True))
                if sources:
                    statuses = [_read_files(source, database, model, settings) for source in sources]
                else:
                    statuses = [_read_account(account, database, model, settings) for account in settings.accounts]
        except Timeout:
            sentence = _("Another run is going on. It will finish by itself; nothing was changed here.")
            raise RunningError(sentence) from None
    # Several at once: design.md, "Exit statuses".
    return next((status for status in (EXIT_LOGIN, EXIT_SERVER, EXIT_UNREADABLE) if status in statuses), EXIT_OK)


def _read_files(source: MailSource, database: Database, model: Model, settings: Settings) -> int:
    from followup_filter import pipeline

    with progress_bar(source.count(), _("Reading mail")) as progress:
        summary = pipeline.run(source, database, model, settings.max_lead_loss, progress)
    click.echo(summary_line(summary))
    return EXIT_UNREADABLE if summary.unreadable else EXIT_OK


def _read_account(account: Account, database: Database, model: Model, settings: Settings) -> int:
    """Read one account; its fault is said and does not stop the others."""
    from followup_filter import pipeline
    from followup_filter.mail.imap import ImapSource
    from followup_filter.mail.parse import has_text
    from followup_filter.secret import read_password

    try:
        with database.transaction() as connection:
            since = pipeline.first_day_to_read(connection, now())
        with (
            ImapSource(account, read_password(account), has_text) as source,
            progress_bar(None, account.address) as progress,
        ):
            summary = pipeline.run_account(source, database, model, settings.max_lead_loss, since, progress)
    except (LoginRefusedError, ServerError) as error:
        click.echo(f"{account.address}: {error}", err=True)
        return error.exit_status
    click.echo(f"{account.address}: {summary_line(summary)}")
    return EXIT_UNREADABLE if summary.unreadable else EXIT_OK


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
