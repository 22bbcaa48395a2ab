"""`run`: read new mail into the store and judge it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from followup_filter.cli.common import data_dir_option, open_store, progress_bar
from followup_filter.config import data_folder, read_settings, settings_file
from followup_filter.errors import EXIT_OK, EXIT_UNREADABLE, RunningError, StorageError
from followup_filter.language import gettext as _
from followup_filter.language import ngettext

if TYPE_CHECKING:
    from followup_filter.pipeline import RunSummary

LOCK_FILE = "run.lock"
LOCK_WAIT_SECONDS = 1.0


@click.command(
    short_help=_("Read new mail and judge it."),
    help=_(
        "Read mail from files into the store and judge what is new. Running it again adds nothing twice; a run that "
        "was cut off goes on where it stopped. Your own address, so that your answers are recognised, comes from the "
        "events file.\n\nExample: followup-filter run --source ~/Mail/export"
    ),
)
@click.option(
    "--source",
    "source_paths",
    multiple=True,
    required=True,
    metavar=_("PATH"),
    help=_(".eml file, folder, Maildir or mbox; may be given several times."),
)
@data_dir_option
def run(source_paths: tuple[str, ...], data_dir: Path | None) -> int:
    """Read, judge, store; the exit status is 3 when some mail could not be read."""
    from filelock import FileLock, Timeout

    from followup_filter import learning, pipeline
    from followup_filter.mail.sources import open_source
    from followup_filter.model.prediction import MAX_LEAD_LOSS

    sources = [open_source(path) for path in source_paths]
    max_lead_loss = read_settings(settings_file()).get("max_lead_loss", MAX_LEAD_LOSS)
    folder = data_folder(data_dir)
    summaries = []
    with open_store(data_dir) as database:
        try:
            lock = FileLock(folder / LOCK_FILE, timeout=LOCK_WAIT_SECONDS)
            with lock:
                model = learning.model_in_use(database, lambda sentence: click.echo(sentence, err=True))
                for source in sources:
                    with progress_bar(source.count(), _("Reading mail")) as progress:
                        summaries.append(pipeline.run(source, database, model, max_lead_loss, progress))
        except Timeout:
            raise RunningError(
                _("Another run is going on. It will finish by itself; nothing was changed here.")
            ) from None
        except OSError as error:
            raise StorageError(
                _("The data folder {folder} cannot be used: {reason}. Choose another with --data-dir.").format(
                    folder=folder, reason=error.strerror
                )
            ) from None
    for summary in summaries:
        click.echo(summary_line(summary))
    return EXIT_UNREADABLE if any(summary.unreadable for summary in summaries) else EXIT_OK


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
