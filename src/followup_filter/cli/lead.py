"""`leads`, `done`, `snooze`, `won`, `lost`: everybody with work for the owner, and what became of it elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from click.core import ParameterSource

from followup_filter.cli.common import (
    NO_EVENT,
    as_of_option,
    data_dir_option,
    find_event,
    format_option,
    moment,
    now,
    open_store,
    print_json,
    print_lines,
    read_decision,
)
from followup_filter.errors import UsageError
from followup_filter.language import gettext as _

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from followup_filter.store.lead_notes import Note


@click.group(
    invoke_without_command=True,
    short_help=_("Everybody with work for you, answered or not."),
    help=_(
        "List all leads: those who wait for your answer first. Leads that came by telephone, LINE or in person are "
        "entered with “leads add”.\n\nExample: followup-filter leads"
    ),
)
@format_option("text", "json")
@as_of_option
@data_dir_option
@click.pass_context
def leads(context: click.Context, output_format: str, as_of: datetime | None, data_dir: Path | None) -> None:
    """Print every lead unless a sub-command is named."""
    if context.invoked_subcommand:
        given = [name for name in context.params if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
        if given:
            raise UsageError(
                _("Options go behind the sub-command: followup-filter leads {command} …").format(
                    command=context.invoked_subcommand
                )
            )
        return
    from followup_filter.report import as_json
    from followup_filter.report.lead_text import render_leads
    from followup_filter.report.summary import build_summary

    with open_store(data_dir) as database, database.transaction() as connection:
        summary = build_summary(connection, moment(as_of))
    if output_format == "json":
        print_json([as_json.lead_values(lead) for lead in summary.leads])
    else:
        print_lines(render_leads(summary))


@leads.command(
    "add",
    short_help=_("Enter a lead that did not come by mail."),
    help=_(
        "Enter a lead that came by telephone, LINE or in person. EVENT is the id or a part of the name of the event "
        "that it is owed to, or “none”; NAME is who asked; MATTER is what for. It counts for the event beside those "
        "by mail. It is told apart by its number (h1, h2, …), which done, snooze, won and lost take as well; with "
        "“snooze” it comes up on the waiting list.\n\n"
        "Example: followup-filter leads add breakfast-0609 檜山さん カタログの印刷 --company 檜山設備"
    ),
)
@click.argument("event")
@click.argument("name")
@click.argument("matter", default="")
@click.option("--company", default="", help=_("The company of the person."))
@click.option("--date", "day", metavar=_("DATE"), help=_("The day it came, such as 6/12 (default: today)."))
@data_dir_option
def add(event: str, name: str, matter: str, company: str, day: str | None, data_dir: Path | None) -> None:
    """Store a lead entered by hand."""
    from followup_filter.events.typed import typed_past_day
    from followup_filter.report.leads import local
    from followup_filter.store.events import read_events
    from followup_filter.store.lead_notes import add_hand_lead

    if not name.strip():
        raise UsageError(_("A lead needs a name."))
    today = local(now()).date()
    came = typed_past_day(day, today) if day else today
    with open_store(data_dir) as database, database.transaction() as connection:
        chosen = None if event == NO_EVENT else find_event(event, read_events(connection))
        lead = add_hand_lead(
            connection,
            event=chosen.id if chosen else None,
            name=name.strip(),
            company=company.strip(),
            matter=matter.strip(),
            day=came,
        )
    where = chosen.name if chosen else _("no event")
    click.echo(_("Entered as {id} ({event}).").format(id=lead.id, event=where))


@leads.command(
    "remove",
    short_help=_("Take back a lead that was entered by hand."),
    help=_(
        "Take a lead away that was entered with “leads add”.\n\n"
        "Examples: followup-filter leads remove h1; followup-filter leads remove h1 --undo"
    ),
)
@click.argument("number")
@click.option("--undo", is_flag=True, help=_("Bring the lead back."))
@data_dir_option
def remove(number: str, undo: bool, data_dir: Path | None) -> None:
    """Remove a hand-entered lead, or bring it back."""
    from followup_filter.store.lead_notes import set_hand_lead_removed

    with open_store(data_dir) as database, database.transaction() as connection:
        if not set_hand_lead_removed(connection, number, removed=not undo):
            raise UsageError(
                _("No lead {number} was taken away.").format(number=number)
                if undo
                else _("No lead {number} was entered by hand. The list: followup-filter leads").format(number=number)
            )
    click.echo(_("The lead is back.") if undo else _("Taken back."))


_number_argument = click.argument("number", metavar=_("NUMBER"))
_undo_option = click.option("--undo", is_flag=True, help=_("Take it back."))


def _note_command(name: str, short_help: str, help_text: str) -> Callable[[Callable[..., None]], click.Command]:
    """A command about one lead, with NUMBER, --undo and --data-dir."""

    def make(function: Callable[..., None]) -> click.Command:
        decorated = data_dir_option(_undo_option(function))
        command: Any = click.command(name, short_help=short_help, help=help_text)(decorated)
        return command  # type: ignore[no-any-return]

    return make


@_note_command(
    "done",
    _("Note that you answered by telephone or otherwise."),
    _(
        "Take a person off the waiting list because you answered in another way. A later mail of the person brings "
        "them back.\n\nExamples: followup-filter done 41; followup-filter done 41 --undo"
    ),
)
@_number_argument
def done(number: str, undo: bool, data_dir: Path | None) -> None:
    """Record or undo an answer given outside of the mailbox."""
    from followup_filter.store.lead_notes import Note

    _record(data_dir, number, Note.DONE, undo=undo, said=_("Noted: answered."))


@_note_command(
    "snooze",
    _("Put a lead off until a day."),
    _(
        "Take a person off the waiting list until the morning of DATE: 10/14, 2026-10-14, 明日, 来週, 来週の金曜, +3 "
        "(in three days). A later mail of the person brings them back at once.\n\n"
        "Examples: followup-filter snooze 41 10/14; followup-filter snooze 41 +3; followup-filter snooze 41 --undo"
    ),
)
@_number_argument
@click.argument("day", required=False, metavar=_("DATE"))
def snooze(number: str, day: str | None, undo: bool, data_dir: Path | None) -> None:
    """Record or undo that a lead is to come back on a day."""
    from followup_filter.events.typed import typed_day_to_come
    from followup_filter.report.leads import local
    from followup_filter.report.words import day_with_weekday
    from followup_filter.store.lead_notes import Note

    if undo == bool(day):
        raise UsageError(_("Give a day or --undo. See: followup-filter snooze --help"))
    if day is None:
        _record(data_dir, number, Note.SNOOZED, undo=True)
        return
    until = typed_day_to_come(day, local(now()).date())
    said = _("Put off until {day}.").format(day=day_with_weekday(until))
    _record(data_dir, number, Note.SNOOZED, value=until.isoformat(), said=said)


@_note_command(
    "won",
    _("Note that a lead became an order."),
    _(
        "Note that a lead became an order, and what it is worth where you know it: 120000, 120,000, 12万円. It counts "
        "for the event. Saying it again puts the amount right.\n\n"
        "Examples: followup-filter won 41 120000; followup-filter won h1 12万円; followup-filter won 41 --undo"
    ),
)
@_number_argument
@click.argument("yen", required=False, metavar=_("YEN"))
def won(number: str, yen: str | None, undo: bool, data_dir: Path | None) -> None:
    """Record or undo an order."""
    from followup_filter.events.typed import typed_yen
    from followup_filter.store.lead_notes import Note

    if undo and yen:
        raise UsageError(_("Give an amount or --undo. See: followup-filter won --help"))
    amount = typed_yen(yen) if yen else None
    said = _("Noted: an order.")
    if amount is not None:
        said = _("Noted: an order of {yen} yen.").format(yen=f"{amount:,}")
    _record(data_dir, number, Note.WON, undo=undo, value=None if amount is None else str(amount), said=said)


@_note_command(
    "lost",
    _("Note that a lead came to nothing."),
    _(
        "Take a person off the waiting list because nothing came of it. A later mail of the person brings them "
        "back.\n\nExamples: followup-filter lost 41; followup-filter lost 41 --undo"
    ),
)
@_number_argument
def lost(number: str, undo: bool, data_dir: Path | None) -> None:
    """Record or undo that a lead came to nothing."""
    from followup_filter.store.lead_notes import Note

    _record(data_dir, number, Note.LOST, undo=undo, said=_("Noted: nothing came of it."))


def _record(
    data_dir: Path | None, number: str, note: Note, *, undo: bool = False, value: str | None = None, said: str = ""
) -> None:
    """Store or take back a note on a lead, and say so. Raises UsageError where there is no such lead or note."""
    from followup_filter.store.lead_notes import add_note, undo_note

    with open_store(data_dir) as database, database.transaction() as connection:
        lead = _lead(connection, number, may_be_other_mail=undo)
        if not undo:
            add_note(connection, lead, note, "cli", value)
        elif not undo_note(connection, _numbers_of_lead(connection, lead), note):
            raise UsageError(_("Nothing of that kind was noted on {number}.").format(number=number))
    click.echo(_("Taken back.") if undo else said)


def _lead(connection: Connection, number: str, *, may_be_other_mail: bool) -> str:
    """The lead that `number` names, as notes name it: "41" or "h1". Raises UsageError when it names none."""
    from followup_filter.labels import Outcome
    from followup_filter.store.lead_notes import is_hand_lead_id, read_hand_leads

    text = number.strip().strip("[]")
    if is_hand_lead_id(text):
        if text.lower() in {lead.id for lead in read_hand_leads(connection)}:
            return text.lower()
        raise UsageError(
            _("No lead {number} was entered by hand. The list: followup-filter leads").format(number=number)
        )
    if not text.isdecimal() or len(text) > 18:
        raise UsageError(
            _("“{text}” is no number of a lead. Numbers stand in brackets in the report, such as [41].").format(
                text=number
            )
        )
    decision = read_decision(connection, int(text))
    if decision.outcome is not Outcome.LEAD and not may_be_other_mail:
        raise UsageError(
            _(
                "Mail {number} is not on the waiting list. If it is work for you: followup-filter label {number} lead"
            ).format(number=number)
        )
    return str(int(text))


def _numbers_of_lead(connection: Connection, lead: str) -> list[str]:
    """The numbers under which notes on the same lead may stand: one person's mails in a thread count together."""
    from followup_filter.report.summary import build_summary

    by_mail = [[str(number) for number in other.numbers] for other in build_summary(connection, now()).leads]
    return next((numbers for numbers in by_mail if lead in numbers), [lead])
