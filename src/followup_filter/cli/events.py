"""`events …`: the events attended."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from followup_filter.cli.common import (
    data_dir_option,
    find_event,
    format_option,
    now,
    open_store,
    print_json,
    print_lines,
)
from followup_filter.errors import UsageError
from followup_filter.language import gettext as _

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from followup_filter.events.event import Event, EventList
    from followup_filter.events.suggestions import Suggestion
    from followup_filter.store.database import Database


@click.group(
    short_help=_("The events you went to, and the people you met there."),
    help=_("Enter, list and show events.\n\nExample: followup-filter events import events.toml"),
)
def events() -> None:
    """The group itself does nothing."""


@events.command(
    "import",
    short_help=_("Take over an events file."),
    help=_(
        "Take over events from a TOML file (docs/events-file.md; with cards and your own addresses), a calendar (ICS) "
        "or a table (CSV with headings such as 名称, 日付, 会場, 会費). A known event is brought up to date, none is "
        "ever deleted; calendars and tables leave its cards as they are. A file with a mistake changes nothing. Stored "
        "mail is looked at again at once.\n\n"
        "Examples: followup-filter events import events.toml; "
        "followup-filter events import calendar.ics --only 交流会 --dry-run"
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--only", default="", metavar=_("TEXT"), help=_("Of a calendar, only entries with this in their name."))
@click.option("--dry-run", is_flag=True, help=_("List what would be taken over, and change nothing."))
@data_dir_option
def import_events(file: Path, only: str, dry_run: bool, data_dir: Path | None) -> None:
    """Import a file, whole or not at all."""
    from followup_filter import pipeline
    from followup_filter.mail.text import strip_controls

    with open_store(data_dir) as database, database.transaction() as connection:
        imported = _read_any(file, only, connection)
        if dry_run:
            for event in imported.events:
                click.echo(strip_controls(f"{event.date} {event.start:%H:%M}  {event.name}  {event.venue}".rstrip()))
            click.echo(_("Nothing was changed."))
            return
        new, changed = pipeline.import_events(connection, imported)
    same = len(imported.events) - new - changed
    click.echo(_("{new} new events, {changed} changed, {same} as before.").format(new=new, changed=changed, same=same))


def _read_any(file: Path, only: str, connection: Connection) -> EventList:
    """The events of a file in any of the formats, told by its name and content."""
    from followup_filter.events.calendars import is_calendar, joined, read_calendar, read_event_table
    from followup_filter.events.event import EventList
    from followup_filter.events.eventfile import read_events
    from followup_filter.store.events import read_events as read_stored

    if file.suffix.lower() == ".toml" or not file.exists():
        return read_events(file)
    known = read_stored(connection)
    if is_calendar(file):
        found = read_calendar(file, now(), known.owner.addresses, only)
    elif file.suffix.lower() in (".csv", ".tsv", ".txt"):
        found = read_event_table(file, now().date())
    else:
        return read_events(file)
    return EventList(events=tuple(joined(found, known.events)))


@events.command(
    "add",
    short_help=_("Enter one event by name and date."),
    help=_("Enter an event that you went to.\n\nExample: followup-filter events add 梅田ビジネス交流会 2026-05-12"),
)
@click.argument("name")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]), metavar=_("DATE"))
@click.option("--venue", default="", help=_("Where it was."))
@click.option("--organizer", default="", help=_("Who held it."))
@click.option("--fee", type=click.IntRange(min=0), help=_("What it cost, in yen."))
@data_dir_option
def add(name: str, day: datetime, venue: str, organizer: str, fee: int | None, data_dir: Path | None) -> None:
    """Add one event; its id is made of the date."""
    from followup_filter import pipeline
    from followup_filter.events.event import Event, EventList, Owner
    from followup_filter.events.typed import make_id
    from followup_filter.store.events import read_events

    if not name.strip():
        raise UsageError(_("An event needs a name."))
    with open_store(data_dir) as database, database.transaction() as connection:
        taken = {event.id for event in read_events(connection).events}
        event_id = make_id(name, day.date(), taken)
        event = Event(id=event_id, name=name.strip(), date=day.date(), venue=venue, organizer=organizer, fee=fee)
        pipeline.import_events(connection, EventList(Owner(), (event,)))
    click.echo(_("Entered as {id}.").format(id=event_id))


@events.command(
    "suggest",
    short_help=_("Find events that you may have gone to in your own mail."),
    help=_(
        "Look for confirmations and thank-you mails of organisers in the mail read so far, and ask about each event "
        "once: yes enters it, no is remembered. Without a terminal it lists them.\n\n"
        "Example: followup-filter events suggest"
    ),
)
@data_dir_option
def suggest(data_dir: Path | None) -> None:
    """Ask about one event after the other, or list them."""
    with open_store(data_dir) as database:
        if not ask_about_events(database):
            click.echo(_("No further event was found in your mail."))


def ask_about_events(database: Database) -> int:
    """Ask about each event found in mail, and save each answer at once; without a terminal list them.

    Returns how many there were.
    """
    import sys

    from followup_filter.mail.text import strip_controls
    from followup_filter.report.words import day_with_weekday
    from followup_filter.store.events import decline_event

    with database.transaction() as connection:
        found = find_suggestions(connection)
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    for suggestion in found:
        event = suggestion.event
        question = _("Did you go to “{event}” on {day}?").format(event=event.name, day=day_with_weekday(event.date))
        if not interactive:
            click.echo(strip_controls(question))
            continue
        went = click.confirm(strip_controls(question), default=True)
        with database.transaction() as connection:
            if went:
                _enter(connection, event)
            else:
                decline_event(connection, suggestion.key)
    return len(found)


@events.command(
    "compare",
    short_help=_("Two events side by side."),
    help=_(
        "Show two events side by side: people with work, cost, mail by outcome, and whether the difference is more "
        "than chance.\n\nExample: followup-filter events compare umeda-0512 breakfast-0609"
    ),
)
@click.argument("first", metavar=_("EVENT"))
@click.argument("second", metavar=_("EVENT"))
@data_dir_option
def compare_events(first: str, second: str, data_dir: Path | None) -> None:
    """Print the two."""
    from followup_filter.config import read_settings, settings_file
    from followup_filter.report.compare_text import render_pair
    from followup_filter.report.summary import build_summary

    with open_store(data_dir) as database, database.transaction() as connection:
        summary = build_summary(connection, now())
    chosen = [find_event(text, summary.events) for text in (first, second)]
    if chosen[0].id == chosen[1].id:
        raise UsageError(_("These are one and the same event. Name two."))
    cards = [next(card for card in summary.scorecards if card.event == event) for event in chosen]
    print_lines(render_pair(cards[0], cards[1], read_settings(settings_file()).hourly_yen))


def find_suggestions(connection: Connection) -> list[Suggestion]:
    """The events in stored mail that are neither entered nor declined."""
    from followup_filter.events.suggestions import suggested
    from followup_filter.store.events import declined_events, read_events
    from followup_filter.store.messages import read_messages

    mails = ((item.number, item.message) for item in read_messages(connection) if not item.sent_by_owner)
    known = read_events(connection).events
    return suggested(mails, known, declined_events(connection), now().date())


def _enter(connection: Connection, event: Event) -> None:
    from dataclasses import replace

    from followup_filter import pipeline
    from followup_filter.events.event import EventList
    from followup_filter.events.typed import make_id
    from followup_filter.store.events import read_events

    taken = {known.id for known in read_events(connection).events}
    event = replace(event, id=make_id(event.name, event.date, taken))
    pipeline.import_events(connection, EventList(events=(event,)))


@events.command(
    "list",
    short_help=_("List the events."),
    help=_("List all events in order of date.\n\nExample: followup-filter events list"),
)
@format_option("text", "json")
@data_dir_option
def list_events(output_format: str, data_dir: Path | None) -> None:
    """Print one line an event."""
    from followup_filter.mail.text import strip_controls
    from followup_filter.report.layout import padded
    from followup_filter.store.events import event_values, read_events

    with open_store(data_dir) as database, database.transaction() as connection:
        found = read_events(connection).events
    if output_format == "json":
        print_json([event_values(event) for event in found])
        return
    if not found:
        click.echo(_("No event is entered yet. Enter one with: followup-filter events add NAME DATE"), err=True)
    for event in found:
        cards = _("{count} cards").format(count=len(event.cards))
        line = f"{event.date}  {padded(event.id, 20)} {padded(event.name, 34)} {cards}"
        click.echo(strip_controls(line))


@events.command(
    "show",
    short_help=_("Show one event, and who of the people you met wrote."),
    help=_(
        "Show everything known about an event: who of those on its cards wrote and who did not, to whom you have not "
        "written, and its mail by outcome. Why a mail counts for it: followup-filter explain NUMBER.\n\n"
        "Example: followup-filter events show umeda-0512"
    ),
)
@click.argument("event")
@data_dir_option
def show(event: str, data_dir: Path | None) -> None:
    """Print one event."""
    from followup_filter.mail.text import strip_controls
    from followup_filter.report.people import contacts
    from followup_filter.report.people_text import render_contacts
    from followup_filter.report.summary import build_summary
    from followup_filter.report.words import day_with_weekday
    from followup_filter.store.events import read_events
    from followup_filter.store.messages import read_own_mail
    from followup_filter.store.results import read_decisions

    with open_store(data_dir) as database, database.transaction() as connection:
        chosen = find_event(event, read_events(connection))
        summary = build_summary(connection, now())
        people = contacts(chosen, read_decisions(connection), read_own_mail(connection))
    card = next(card for card in summary.scorecards if card.event and card.event.id == chosen.id)
    facts = [
        (_("Event"), f"{chosen.name} ({chosen.id})"),
        (_("Date"), f"{chosen.date.year} {day_with_weekday(chosen.date)} {chosen.start:%H:%M}"),
        (_("Place"), chosen.venue),
        (_("Organiser"), " ".join([chosen.organizer, *chosen.organizer_addresses])),
        (_("Series"), chosen.series),
        (_("Fee"), _("{yen} yen").format(yen=f"{chosen.fee:,}") if chosen.fee is not None else ""),
        (_("Counts mail for"), _("{days} days").format(days=chosen.window_days)),
    ]
    for name, value in facts:
        if value.strip():
            click.echo(strip_controls(f"{name}: {value.strip()}"))
    print_lines(render_contacts(people, card))
