"""`schedule`: have the program run every night."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import rich_click as click

from followup_filter.cli.common import data_dir_option, format_option, open_store, print_json
from followup_filter.language import gettext as _


@click.group(
    short_help=_("Have it run by itself every night."),
    help=_(
        "Have new mail read and the report written every night, by what keeps timetables on this machine: systemd, "
        "launchd, Windows' Task Scheduler, or cron.\n\n"
        "Examples: followup-filter schedule install --at 06:00; followup-filter schedule status"
    ),
)
def schedule() -> None:
    """The group itself does nothing."""


@schedule.command(
    short_help=_("Begin, or change the time."),
    help=_(
        "Have new mail read and the report written into report.txt in the data folder, every day at this time. "
        "Whatever was scheduled before is replaced.\n\n"
        "Examples: followup-filter schedule install; followup-filter schedule install --at 22:30; "
        "followup-filter schedule install --print"
    ),
)
@click.option("--at", "at_text", default="06:00", show_default=True, metavar=_("TIME"), help=_("When, by 24 hours."))
@click.option("--print", "only_print", is_flag=True, help=_("Show what would be written and called; change nothing."))
def install(at_text: str, only_print: bool) -> None:
    """Install the job, or show it."""
    from followup_filter.schedule import backend
    from followup_filter.schedule.job import current_job, read_time

    job = current_job(read_time(at_text))
    keeper = backend()
    if only_print:
        click.echo(keeper.preview(job), nl=False)
        return
    notes = keeper.install(job)
    sentence = _("From now on it runs every day at {at} ({means}). The report: {file}")
    click.echo(sentence.format(at=f"{job.at:%H:%M}", means=keeper.name, file=job.command[-1]))
    for note in notes:
        click.echo(note)


@schedule.command(
    short_help=_("What is scheduled, and when it last ran."),
    help=_("Show what is scheduled, and when mail was last read.\n\nExample: followup-filter schedule status"),
)
@format_option("text", "json")
@data_dir_option
def status(output_format: str, data_dir: Path | None) -> None:
    """Show the timetable and the last run."""
    from followup_filter.schedule import backend
    from followup_filter.store import records

    found = backend().status()
    with open_store(data_dir) as database, database.transaction() as connection:
        runs = records.last_runs(connection, 1)
    last_run = runs[0]["ended"] or runs[0]["started"] if runs else None
    if output_format == "json":
        print_json({**asdict(found), "at": found.at or None, "last": found.last or None, "last_run": last_run})
        return
    if found.at:
        line = _("It runs every day at {at} ({means}: {place}).")
        click.echo(line.format(at=found.at, means=found.means, place=found.place))
    else:
        click.echo(_("Nothing is scheduled. To begin: followup-filter schedule install"))
    if found.last:
        click.echo(_("Last started by itself: {last}").format(last=found.last))
    if last_run:
        moment = datetime.fromisoformat(last_run).astimezone()
        click.echo(_("Mail was last read: {moment}").format(moment=f"{moment:%Y-%m-%d %H:%M}"))
    else:
        click.echo(_("No mail has been read yet."))


@schedule.command(
    short_help=_("Stop it."),
    help=_(
        "Have nothing run by itself any more. Mail that was read stays.\n\nExample: followup-filter schedule remove"
    ),
)
def remove() -> None:
    """Take away what install made, and nothing else."""
    from followup_filter.schedule import backend

    click.echo(_("It no longer runs by itself.") if backend().remove() else _("Nothing was scheduled."))
