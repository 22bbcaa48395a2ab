"""`report`: the page, or one event."""

from __future__ import annotations

from datetime import datetime
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
from followup_filter.language import gettext as _


@click.command(
    short_help=_("The page: who waits, what each event brought."),
    help=_(
        "Print the report, or with EVENT (its id, or a part of its name) everything about one event.\n\n"
        "Examples: followup-filter report; followup-filter report breakfast-0609 --format csv"
    ),
)
@click.argument("event", required=False, metavar="[EVENT]")
@format_option("text", "json", "csv")
@as_of_option
@data_dir_option
def report(event: str | None, output_format: str, as_of: datetime | None, data_dir: Path | None) -> None:
    """Print the report in the wanted format."""
    from followup_filter.report import as_csv, as_json
    from followup_filter.report.event_text import render_event
    from followup_filter.report.summary import build_summary
    from followup_filter.report.text import render_summary
    from followup_filter.store.results import read_decisions

    with open_store(data_dir) as database, database.transaction() as connection:
        summary = build_summary(connection, moment(as_of))
        decisions = read_decisions(connection)
    if event is None:
        if output_format == "json":
            print_json(as_json.summary_values(summary))
        elif output_format == "csv":
            click.echo(as_csv.scorecards_table(summary.scorecards), nl=False)
        else:
            print_lines(render_summary(summary))
        return
    chosen = find_event(event, summary.events)
    card = next(card for card in summary.scorecards if card.event and card.event.id == chosen.id)
    mails = [decision for decision in decisions if decision.event == chosen.id]
    if output_format == "json":
        values = {**as_json.scorecard_values(card), "mails_listed": [as_json.mail_values(mail) for mail in mails]}
        print_json(values)
    elif output_format == "csv":
        click.echo(as_csv.mails_table(mails), nl=False)
    else:
        print_lines(render_event(card, mails, summary))
