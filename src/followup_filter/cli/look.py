"""`explain` and `find`: why a mail was judged as it was, and where a mail is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from followup_filter.cli.common import data_dir_option, open_store, print_lines, read_decision
from followup_filter.language import gettext as _
from followup_filter.language import ngettext

if TYPE_CHECKING:
    from followup_filter.events.event import EventList
    from followup_filter.report.layout import Line
    from followup_filter.store.results import Decision

FOUND_SHOWN = 30


@click.command(
    short_help=_("Why a mail was judged as it was."),
    help=_("Say what decided about a mail and its event, and what came next.\n\nExample: followup-filter explain 41"),
)
@click.argument("number", type=int)
@data_dir_option
def explain(number: int, data_dir: Path | None) -> None:
    """Print the reasons for one mail."""
    from followup_filter.store.events import read_events

    with open_store(data_dir) as database, database.transaction() as connection:
        decision = read_decision(connection, number)
        events = read_events(connection)
    print_lines(explanation(decision, events))


def explanation(decision: Decision, events: EventList) -> list[Line]:
    """The reasons for outcome and event as lines."""
    from followup_filter.labels import Outcome
    from followup_filter.mail.text import strip_controls
    from followup_filter.report.layout import WIDTH, Line, both_ends, shortened
    from followup_filter.report.leads import local, sender_name
    from followup_filter.report.words import day_with_weekday, evidence_words, kind_words, outcome_words, reason_words

    message = decision.stored.message
    day = day_with_weekday(local(message.date).date()) if message.date else _("no date")
    lines = [
        Line(both_ends(f"[{decision.stored.number}] {sender_name(message)}", day), "title"),
        Line(shortened(message.subject, WIDTH)),
        Line(""),
    ]
    label = f"{outcome_words(decision.outcome)} ({kind_words(decision.kind)})"
    if decision.confirmed:
        lines.append(Line(_("{label}: you said so.").format(label=label)))
    else:
        ranked = sorted(decision.probabilities.items(), key=lambda item: -item[1])
        lines.append(Line(_("{label}, it seems: {percent} %.").format(label=label, percent=round(ranked[0][1] * 100))))
        second = outcome_words(Outcome(ranked[1][0]))
        lines.append(Line(_("What spoke for that rather than for “{other}”:").format(other=second)))
        for reason in decision.reasons:
            sign = "+" if reason["weight"] >= 0 else "-"
            lines.append(Line(f"  {sign} {reason_words(reason['feature'])}  ({reason['weight']:+.2f})"))
        others = [outcome for outcome in decision.plausible if outcome is not decision.outcome]
        if others:
            names = ", ".join(outcome_words(outcome) for outcome in others)
            lines.append(Line(_("Cannot be ruled out: {names}.").format(names=names)))
    lines.append(Line(""))
    names_of_events = {event.id: event.name for event in events.events}
    if decision.event_confirmed:
        name = names_of_events.get(decision.event or "", _("no event"))
        lines.append(Line(_("Event: {name}, you said so.").format(name=name)))
    elif decision.event:
        name = names_of_events.get(decision.event, decision.event)
        lines.append(
            Line(
                _("Event: {name}, {percent} %, since the mail").format(
                    name=name, percent=round(decision.event_probability * 100)
                )
            )
        )
        for item in decision.evidence:
            if item["event"] == decision.event:
                lines.append(Line(f"  + {evidence_words(item['type'])}: {shortened(item['detail'], 40)}"))
        if decision.runner_up:
            other = names_of_events.get(decision.runner_up["event"] or "", _("no event"))
            percent = round(decision.runner_up["probability"] * 100)
            lines.append(Line(_("The next candidate: {name}, {percent} %.").format(name=other, percent=percent)))
    else:
        lines.append(Line(_("Event: none found.")))
    return [Line(strip_controls(line.text), line.style) for line in lines]


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
