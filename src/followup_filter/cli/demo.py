"""`demo`: the whole job on the shipped mailbox, without any set-up."""

from __future__ import annotations

import tempfile
from pathlib import Path

import rich_click as click

from followup_filter.cli.common import print_lines, progress_bar
from followup_filter.errors import UsageError
from followup_filter.language import gettext as _


@click.command(
    short_help=_("See the report of an invented mailbox."),
    help=_(
        "Read the shipped mailbox of an invented owner (about 70 mails, five events), judge it and print the report. "
        "Nothing of yours is read or changed. With --keep the mails, events file and database stay in a folder to try "
        "other commands on.\n\nExamples: followup-filter demo; followup-filter demo --keep ~/followup-demo"
    ),
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    metavar=_("FOLDER"),
    help=_("Keep everything in this folder, which must be new or empty."),
)
def demo(keep: Path | None) -> None:
    """Run the demo in a temporary folder, or in one that stays."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="followup-filter-") as folder:
            _run(Path(folder))
        return
    if keep.exists() and any(keep.iterdir()):
        raise UsageError(_("{folder} is not empty. Name a new folder.").format(folder=keep))
    _run(keep)
    hint = _("Kept in {folder}. Try: followup-filter report --data-dir {folder}").format(folder=keep)
    click.echo(hint, err=True)


def _run(folder: Path) -> None:
    from followup_filter import learning, pipeline
    from followup_filter.config import MAX_LEAD_LOSS
    from followup_filter.demo import write_demo
    from followup_filter.events.eventfile import read_events
    from followup_filter.mail.sources import open_source
    from followup_filter.report.summary import build_summary
    from followup_filter.report.text import render_summary
    from followup_filter.store.database import Database

    morning = write_demo(folder)
    database = Database.open(folder)
    try:
        with database.transaction() as connection:
            pipeline.import_events(connection, read_events(folder / "events.toml"))
        model = learning.model_in_use(database, lambda sentence: click.echo(sentence, err=True))
        source = open_source(str(folder / "mail"))
        with progress_bar(source.count(), _("Reading mail")) as progress:
            pipeline.run(source, database, model, MAX_LEAD_LOSS, progress)
        with database.transaction() as connection:
            summary = build_summary(connection, morning)
    finally:
        database.close()
    print_lines(render_summary(summary))
