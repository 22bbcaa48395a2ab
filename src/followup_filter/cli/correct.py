"""`label` and `review`: what a person says about mails, and taking it back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from followup_filter.cli.common import NO_EVENT, data_dir_option, find_event, open_store, print_lines, read_decision
from followup_filter.errors import UsageError
from followup_filter.language import gettext as _

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from followup_filter.labels import Kind, Outcome
    from followup_filter.report.summary import ReviewItem
    from followup_filter.store.database import Database


@click.command(
    short_help=_("Put right what a mail is or which event it belongs to."),
    help=_(
        "Say what the mails with these numbers are (a word from the list below, or its Japanese), which event they "
        "belong to, or take the last correction back. Your word always wins.\n\n"
        "lead (inquiry, commission, referral) · network_marketing · membership_venue (membership, venue) · "
        "newsletter · other (sales_pitch, free_advice, blind_referral, courtesy, logistics, unrelated)\n\n"
        "Examples: followup-filter label 47 network_marketing; followup-filter label 47 --event none; "
        "followup-filter label 47 --undo"
    ),
)
@click.argument("words", nargs=-1, required=True, metavar="NUMBER... [LABEL]")
@click.option("--event", metavar=_("EVENT"), help=_("Id or name of the event, or “none”."))
@click.option("--undo", is_flag=True, help=_("Take the last correction of each mail back."))
@data_dir_option
def label(words: tuple[str, ...], event: str | None, undo: bool, data_dir: Path | None) -> None:
    """Record or undo corrections; all numbers or none."""
    from followup_filter import pipeline
    from followup_filter.events.event import EventList
    from followup_filter.store import corrections
    from followup_filter.store.events import read_events

    numbers, labels = _split(words)
    if undo == bool(labels or event):
        raise UsageError(_("Give a label, --event, or --undo. See: followup-filter label --help"))
    outcome, kind = parse_words(labels[0]) if labels else (None, None)
    with open_store(data_dir) as database, database.transaction() as connection:
        events: EventList = read_events(connection)
        event_id = None if event in (None, NO_EVENT) else find_event(str(event), events).id
        for number in numbers:
            read_decision(connection, number)
            if undo:
                if corrections.undo_newest(connection, number) is None:
                    raise UsageError(_("Mail {number} carries no correction.").format(number=number))
                continue
            if outcome is not None:
                corrections.correct_outcome(connection, number, outcome, kind, "cli")
            if event is not None:
                corrections.correct_event(connection, number, event_id, "cli")
        if event is not None or undo:
            pipeline.attribute_stored(connection)
    click.echo(_("Taken back.") if undo else _("Put right. Next time similar mail will be judged with that in mind."))


def _split(words: tuple[str, ...]) -> tuple[list[int], list[str]]:
    """The numbers at the start and what is left, at most one label. Raises UsageError."""
    numbers = [int(word) for word in words if word.isdecimal()]
    labels = [word for word in words if not word.isdecimal()]
    if not numbers:
        raise UsageError(_("Name the mail by its number, which stands in brackets in the report, such as [41]."))
    if len(labels) > 1:
        raise UsageError(_("One label at a time, please: {labels}").format(labels=" ".join(labels)))
    return numbers, labels


def parse_words(text: str) -> tuple[Outcome, Kind | None]:
    """Outcome and kind of a label as people write it: an identifier, or the words of the report. Raises UsageError."""
    from followup_filter.labels import KINDS, OUTCOME_OF_KIND, OUTCOMES, parse_label
    from followup_filter.report.words import kind_words, outcome_short, outcome_words

    for outcome in OUTCOMES:
        if text in (outcome_words(outcome), outcome_short(outcome)):
            return parse_label(outcome)
    for kind in KINDS:
        if text == kind_words(kind):
            return OUTCOME_OF_KIND[kind], kind
    try:
        return parse_label(text)
    except ValueError:
        known = ", ".join(f"{outcome_short(outcome)} ({outcome.value})" for outcome in OUTCOMES)
        raise UsageError(
            _("“{label}” is no label. Labels: {known}; finer ones: followup-filter label --help").format(
                label=text, known=known
            )
        ) from None


@click.command(
    short_help=_("Go through the mails that need a look."),
    help=_(
        "Show the mails that the program is not sure of, one after the other. Keys: 1 work, 2 MLM, 3 join, 4 news, "
        "5 other, Space right as it is, u undo, j later, w why, q stop. Without a terminal it lists them.\n\n"
        "Example: followup-filter review"
    ),
)
@data_dir_option
def review(data_dir: Path | None) -> None:
    """Ask about every unsure mail, leads included, and save each answer at once."""
    from followup_filter.report.audit import SOURCE as AUDIT
    from followup_filter.report.layout import Line
    from followup_filter.report.text import render_review_item

    with open_store(data_dir) as database:
        with database.transaction() as connection:
            items, drawn = _unsure(connection)
        if not items:
            click.echo(_("Nothing needs a look. Well done."))
            return
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            print_lines(line for item in items for line in render_review_item(item))
            return
        click.echo(_("1 work  2 MLM  3 join  4 news  5 other  Space right  u undo  j later  k back  w why  q stop"))
        row = 0
        while row < len(items):
            print_lines([Line(""), Line(f"{row + 1} / {len(items)}", "quiet"), *render_review_item(items[row])])
            source = AUDIT if row >= len(items) - drawn else "review"
            step = _ask(database, items[row].number, items[row].outcome, items[max(0, row - 1)].number, source)
            if step is None:
                return
            row = max(0, row + step)
        click.echo(_("Nothing needs a look. Well done."))


def _unsure(connection: Connection) -> tuple[list[ReviewItem], int]:
    """The mails to ask about, and how many at the end of them are drawn by lot."""
    from followup_filter.cli.common import now
    from followup_filter.report.summary import build_summary

    summary = build_summary(connection, now())
    return [*summary.unsure, *summary.audited], len(summary.audited)


def _ask(database: Database, number: int, outcome: Outcome, before: int, source: str) -> int | None:
    """Take one key for a mail; returns by how many mails to go on, None to stop."""
    from followup_filter.labels import OUTCOMES, parse_label
    from followup_filter.report.explain_text import render_explanation
    from followup_filter.store import corrections
    from followup_filter.store.corrections import Field
    from followup_filter.store.events import read_events

    key = click.getchar()
    if key in ("q", "\x03", "\x04", "\x1b"):
        return None
    if key == "j":
        return 1
    if key == "k":
        return -1
    with database.transaction() as connection:
        if key == "u":
            undone = corrections.undo_newest(connection, before, [Field.OUTCOME])
            click.echo(_("Taken back.") if undone else _("Nothing to take back."))
            return -1 if undone else 0
        if key == "w":
            print_lines(render_explanation(read_decision(connection, number), read_events(connection)))
            return 0
        if key in (" ", "\r", "\n"):
            corrections.correct_outcome(connection, number, outcome, None, source)
        elif key in "12345":
            corrections.correct_outcome(connection, number, *parse_label(OUTCOMES[int(key) - 1]), source)
        else:
            return 0
    return 1
