"""`report`: the page, or one event."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import rich_click as click

from followup_filter.cli.common import (
    as_of_option,
    data_dir_option,
    find_event,
    format_option,
    moment,
    open_store,
    print_json,
    print_lines,
)
from followup_filter.errors import UsageError
from followup_filter.language import gettext as _


@click.command(
    short_help=_("The page: who waits, what each event brought."),
    help=_(
        "Print the report, or with EVENT (its id, or a part of its name) everything about one event. With --since, "
        "--until, --organizer or --series it tells of the events that fit. --format html is a page for the browser; "
        "--output writes every format into a folder.\n\n"
        "Examples: followup-filter report; followup-filter report --format html > report.html; "
        "followup-filter report --output ~/followup; followup-filter report breakfast-0609 --format csv"
    ),
)
@click.argument("event", required=False, metavar="[EVENT]")
@format_option("text", "json", "csv", "html")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar=_("FOLDER"),
    help=_("Write report.html, report.txt, report.json, events.csv and mails.csv into this folder instead."),
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar=_("DATE"), help=_("Only events from this day on."))
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar=_("DATE"), help=_("Only events up to this day."))
@click.option("--organizer", metavar=_("TEXT"), help=_("Only events whose organiser has this in the name."))
@click.option("--series", metavar=_("TEXT"), help=_("Only events whose series has this in the name."))
@as_of_option
@data_dir_option
def report(
    event: str | None,
    output_format: str,
    output: Path | None,
    since: datetime | None,
    until: datetime | None,
    organizer: str | None,
    series: str | None,
    as_of: datetime | None,
    data_dir: Path | None,
) -> None:
    """Print the report in the wanted format."""
    from followup_filter.config import read_settings, settings_file
    from followup_filter.report import as_csv, as_json
    from followup_filter.report.event_text import render_event
    from followup_filter.report.output import write_folder
    from followup_filter.report.summary import build_summary, narrowed
    from followup_filter.report.text import render_summary
    from followup_filter.store.messages import read_own_mail
    from followup_filter.store.results import read_decisions

    if output and any((since, until, organizer, series)):
        raise UsageError(_("The files hold every event: leave --since, --until, --organizer and --series out."))
    if event and (output or output_format == "html"):
        raise UsageError(_("The page holds every event: followup-filter report --format html"))
    settings = read_settings(settings_file())
    with open_store(data_dir) as database, database.transaction() as connection:
        if output:
            for file in write_folder(connection, output, moment(as_of), settings):
                click.echo(file)
            return
        decisions, own_mail = read_decisions(connection), read_own_mail(connection)
        summary = build_summary(connection, moment(as_of), decisions)
    chosen = find_event(event, summary.events) if event else None
    if any((since, until, organizer, series)):
        summary = narrowed(summary, _day(since), _day(until), organizer or "", series or "")
    if chosen is None:
        if output_format == "json":
            print_json(as_json.summary_values(summary))
        elif output_format == "csv":
            click.echo(as_csv.scorecards_table(summary.scorecards), nl=False)
        elif output_format == "html":
            from followup_filter.report.as_html import render_page

            yen = settings.hourly_yen
            page = render_page(summary, decisions, own_mail, open_with=settings.open_with, hourly_yen=yen)
            click.echo(page)
        else:
            print_lines(render_summary(summary))
        return
    card = next((card for card in summary.scorecards if card.event and card.event.id == chosen.id), None)
    if card is None:
        raise UsageError(_("“{event}” is not among the events that fit.").format(event=chosen.name))
    mails = [decision for decision in decisions if decision.event == chosen.id]
    if output_format == "json":
        values = {**as_json.scorecard_values(card), "mails_listed": [as_json.mail_values(mail) for mail in mails]}
        print_json(values)
    elif output_format == "csv":
        click.echo(as_csv.mails_table(mails), nl=False)
    else:
        print_lines(render_event(card, mails, summary, own_mail, settings.hourly_yen))


def _day(when: datetime | None) -> date | None:
    return when.date() if when else None
