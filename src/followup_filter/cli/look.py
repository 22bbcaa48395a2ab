"""`explain` and `find`: why a mail was judged as it was, and where a mail is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from followup_filter.cli.common import data_dir_option, open_store, print_lines, read_decision
from followup_filter.language import gettext as _
from followup_filter.language import ngettext

if TYPE_CHECKING:
    from followup_filter.model.reasons import Reason
    from followup_filter.store.database import Database
    from followup_filter.store.results import Decision

FOUND_SHOWN = 30


@click.command(
    short_help=_("Why a mail was judged as it was."),
    help=_(
        "Say who or what decided about a mail and its event: you, a pin of yours, or the model; then why, why it is "
        "not work for you, and what came next.\n\nExample: followup-filter explain 41"
    ),
)
@click.argument("number", type=int)
@data_dir_option
def explain(number: int, data_dir: Path | None) -> None:
    """Print the reasons for one mail."""
    from followup_filter.report.explain_text import render_explanation
    from followup_filter.store.events import read_events

    with open_store(data_dir) as database:
        with database.transaction() as connection:
            decision = read_decision(connection, number)
            events = read_events(connection)
        lines = render_explanation(decision, events, why_no_lead(database, decision))
    print_lines(lines)


def why_no_lead(database: Database, decision: Decision) -> tuple[Reason, ...]:
    """What speaks for the model's answer against a lead; nothing where that is told anyway."""
    from followup_filter import learning
    from followup_filter.labels import Outcome
    from followup_filter.model.prediction import why_rather
    from followup_filter.store.results import read_shares

    if decision.label or Outcome.LEAD in decision.ranked[:2]:
        return ()
    model = learning.model_in_use(database, lambda sentence: click.echo(sentence, err=True))
    with database.transaction() as connection:
        shares = read_shares(connection)
    return why_rather(model, decision.stored.message, decision.ranked[0], Outcome.LEAD, shares)


@click.command(
    short_help=_("Find mails by words, names or addresses."),
    help=_(
        "List the mails in which TEXT occurs: subject, text, name or address.\n\nExample: followup-filter find 図書館"
    ),
)
@click.argument("text")
@data_dir_option
def find(text: str, data_dir: Path | None) -> None:
    """Print one line a mail found, newest first."""
    from followup_filter.events.names import folded
    from followup_filter.mail.text import strip_controls
    from followup_filter.report.event_text import mail_row
    from followup_filter.store.results import read_decisions

    wanted = folded(text)
    with open_store(data_dir) as database, database.transaction() as connection:
        decisions = read_decisions(connection)
    found = []
    for decision in reversed(decisions):
        message = decision.stored.message
        sender = message.from_address
        fields = (
            message.subject,
            message.text,
            message.signature,
            sender.name if sender else "",
            sender.address if sender else "",
        )
        if any(wanted in folded(field) for field in fields):
            found.append(decision)
    for decision in found[:FOUND_SHOWN]:
        click.echo(strip_controls(mail_row(decision)))
    if not found:
        click.echo(_("No mail has “{text}” in it.").format(text=text), err=True)
    elif len(found) > FOUND_SHOWN:
        rest = len(found) - FOUND_SHOWN
        more = ngettext("and {count} older one; narrow the words", "and {count} older ones; narrow the words", rest)
        click.echo(more.format(count=rest), err=True)
