"""`cards …`: people met at events, taken over from card programs instead of typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from followup_filter.cli.common import data_dir_option, find_event, open_store, print_lines
from followup_filter.errors import UsageError
from followup_filter.language import gettext as _
from followup_filter.language import ngettext

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from followup_filter.events.cards import CardField, Merge, ReadCard
    from followup_filter.events.event import Event
    from followup_filter.report.people import Stranger

AUTO = "auto"
"""What stands for an event where each card's date of entry is to tell it."""
UNREADABLE_SHOWN = 10


@click.group(
    short_help=_("People you met at events."),
    help=_(
        "Take over the people you met from a card program or an address book.\n\n"
        "Example: followup-filter cards import 梅田 eight.csv"
    ),
)
def cards() -> None:
    """The group itself does nothing."""


@cards.command(
    "import",
    short_help=_("Take over cards of an event from a file."),
    help=_(
        "Take over the people in a file as cards of EVENT: CSV of Eight, Sansan, Google, Outlook, LinkedIn or another "
        "with headings, or vCard. EVENT “auto” ties each card to the latest event up to 14 days before the day on "
        "which it was entered, and asks first. Known cards are completed, never changed; importing twice changes "
        "nothing. Stored mail is looked at again at once.\n\n"
        "Examples: followup-filter cards import 梅田 eight.csv --dry-run; followup-filter cards import auto eight.csv; "
        "followup-filter cards import 梅田 名簿.csv --map 参加者=name --map 御社名=company"
    ),
)
@click.argument("event", metavar=_("EVENT"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar=_("HEADING=FIELD"),
    help=_("What stands below a heading: name, family, given, company, address or date. It is remembered."),
)
@click.option("--dry-run", is_flag=True, help=_("Say what would be taken over, and change nothing."))
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@data_dir_option
def import_cards(
    event: str, file: Path, mapping: tuple[str, ...], dry_run: bool, yes: bool, data_dir: Path | None
) -> None:
    """Import a file, whole or not at all; what cannot be read is listed by row."""
    from followup_filter import pipeline
    from followup_filter.events.cards import CardField, merged, read_cards, with_cards
    from followup_filter.events.event import EventList
    from followup_filter.store.events import read_events, read_headings, save_headings, stored_owner

    named = _mapping(mapping)
    with open_store(data_dir) as database, database.transaction() as connection:
        known_headings = {heading: CardField(field) for heading, field in read_headings(connection).items()}
        found = read_cards(file, known_headings | named)
        events = read_events(connection)
        own = set(stored_owner(connection).addresses)
        people = [each for each in found.cards if each.card.address not in own]
        parts, left = _by_event(event, people, events.events, lambda: find_event(event, events))
        merges = [(each, merged(each.cards, [read.card for read in part])) for each, part in parts]
        for each, merge in merges:
            click.echo(_merge_line(each, merge))
        _tell_left(left)
        _tell_unreadable(found.unreadable)
        if event == AUTO and not dry_run and not yes and parts and not _confirmed():
            dry_run = True
        if dry_run:
            click.echo(_("Nothing was changed."))
            return
        save_headings(connection, named)
        changed = [with_cards(each, merge.cards) for each, merge in merges if merge.new or merge.merged]
        if changed:
            pipeline.import_events(connection, EventList(events=tuple(changed)))


@cards.command(
    "remove",
    short_help=_("Take a card out of an event."),
    help=_(
        "Take the card with this address, or of this person, out of an event.\n\n"
        "Example: followup-filter cards remove 梅田 sato@example.jp"
    ),
)
@click.argument("event", metavar=_("EVENT"))
@click.argument("person", metavar=_("ADDRESS|NAME"))
@data_dir_option
def remove_card(event: str, person: str, data_dir: Path | None) -> None:
    """Remove one card."""
    from followup_filter import pipeline
    from followup_filter.events.cards import with_cards
    from followup_filter.events.event import EventList
    from followup_filter.events.names import folded
    from followup_filter.store.events import read_events

    with open_store(data_dir) as database, database.transaction() as connection:
        events = read_events(connection)
        chosen = find_event(event, events)
        wanted = folded(person)
        matching = [card for card in chosen.cards if wanted in (folded(card.address), folded(card.name))]
        if len(matching) != 1:
            count = len(matching)
            raise UsageError(
                _("{count} cards of {event} are of {person}. See: followup-filter events show {id}").format(
                    count=count, event=chosen.name, person=person, id=chosen.id
                )
            )
        rest = [card for card in chosen.cards if card is not matching[0]]
        pipeline.import_events(connection, EventList(events=(with_cards(chosen, rest),)))
    click.echo(_("Taken out: {person}").format(person=matching[0].name or matching[0].address or matching[0].company))


@cards.command(
    "ask",
    short_help=_("Say at which event you met those whom the program cannot place."),
    help=_(
        "Ask, person by person, at which event you met those who wrote to you and are on no card. Each is asked for "
        "once: your answer becomes a card of the event, or, with 0, the person counts as somebody you knew. Enter "
        "leaves it for another day. Without a terminal it lists them.\n\nExample: followup-filter cards ask"
    ),
)
@data_dir_option
def ask(data_dir: Path | None) -> None:
    """Ask about one person after the other, and save each answer at once."""
    import sys

    from followup_filter.report.layout import Line
    from followup_filter.report.people import strangers
    from followup_filter.report.people_text import render_stranger
    from followup_filter.store.events import read_events
    from followup_filter.store.results import read_decisions

    with open_store(data_dir) as database:
        with database.transaction() as connection:
            events = read_events(connection)
            found = strangers(read_decisions(connection), events)
        if not found:
            click.echo(_("Everybody who wrote is placed."))
            return
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            print_lines(line for stranger in found for line in render_stranger(stranger, events))
            return
        click.echo(_("At which event did you meet them? 0 none, Enter later, q stop"))
        for row, stranger in enumerate(found, start=1):
            print_lines([Line(""), Line(f"{row} / {len(found)}", "quiet"), *render_stranger(stranger, events)])
            choices = [event for event in events.events if event.id in stranger.may_be]
            answer = click.prompt(
                _("Number"),
                type=click.Choice(["q", "", *map(str, range(len(choices) + 1))]),
                default="",
                show_default=False,
                show_choices=False,
            )
            if answer == "q":
                return
            if answer:
                with database.transaction() as connection:
                    _place(connection, stranger, choices[int(answer) - 1] if int(answer) else None)


def _place(connection: Connection, stranger: Stranger, event: Event | None) -> None:
    """Keep the owner's answer: a card of the event, or mails of no event."""
    from followup_filter import pipeline
    from followup_filter.events.cards import merged, with_cards
    from followup_filter.events.event import Card, EventList
    from followup_filter.store import corrections
    from followup_filter.store.events import read_events

    if event is None:
        for number in stranger.numbers:
            corrections.correct_event(connection, number, None, "cli")
        pipeline.attribute_stored(connection)
        return
    name = "" if stranger.name == stranger.address else stranger.name
    card = Card(name, stranger.company, stranger.address)
    # The answer before may have put a card to the same event.
    stored = next(each for each in read_events(connection).events if each.id == event.id)
    pipeline.import_events(connection, EventList(events=(with_cards(stored, merged(stored.cards, [card]).cards),)))


def _mapping(words: Sequence[str]) -> dict[str, CardField]:
    """The fields that were named by heading. Raises UsageError."""
    from followup_filter.events.cards import CardField

    named = {}
    for word in words:
        heading, equals, field = word.rpartition("=")
        if not (equals and heading.strip() and field.strip().lower() in set(CardField)):
            fields = ", ".join(CardField)
            raise UsageError(
                _("“{word}” is no HEADING=FIELD. Fields: {fields}. Example: --map 氏名=name").format(
                    word=word, fields=fields
                )
            )
        named[heading.strip()] = CardField(field.strip().lower())
    return named


def _by_event(
    event: str, people: Sequence[ReadCard], events: Sequence[Event], find: Callable[[], Event]
) -> tuple[list[tuple[Event, list[ReadCard]]], list[ReadCard]]:
    """The cards of each event, and those that belong to none."""
    from followup_filter.events.cards import event_of_entry

    if event != AUTO:
        return [(find(), list(people))], []
    parts: dict[str, list[ReadCard]] = {}
    left = []
    for each in people:
        found = event_of_entry(each.entered, events)
        if found:
            parts.setdefault(found.id, []).append(each)
        else:
            left.append(each)
    return [(each, parts[each.id]) for each in events if each.id in parts], left


def _merge_line(event: Event, merge: Merge) -> str:
    from followup_filter.mail.text import strip_controls

    counts = _("{new} new cards, {merged} completed, {skipped} as before").format(
        new=merge.new, merged=merge.merged, skipped=merge.skipped
    )
    return strip_controls(f"{event.date}  {event.name}: {counts}")


def _tell_left(left: Sequence[ReadCard]) -> None:
    if left:
        rows = ", ".join(str(each.row) for each in left[:UNREADABLE_SHOWN])
        sentence = ngettext(
            "{count} card was entered around no event, or has no date (row {rows}).",
            "{count} cards were entered around no event, or have no date (rows {rows}).",
            len(left),
        )
        click.echo(sentence.format(count=len(left), rows=rows + (" …" if len(left) > UNREADABLE_SHOWN else "")))


def _tell_unreadable(unreadable: Sequence[tuple[int, str]]) -> None:
    from followup_filter.mail.text import strip_controls

    for number, reason in unreadable[:UNREADABLE_SHOWN]:
        click.echo(strip_controls(_("Row {number}: {reason}").format(number=number, reason=reason)), err=True)
    if len(unreadable) > UNREADABLE_SHOWN:
        rest = len(unreadable) - UNREADABLE_SHOWN
        more = ngettext("and {count} more was passed over", "and {count} more were passed over", rest)
        click.echo(more.format(count=rest), err=True)


def _confirmed() -> bool:
    """Whether the owner agrees; where nobody can be asked, an error that says how to go on."""
    import sys

    if not sys.stdin.isatty():
        raise UsageError(_("Whether these events are right must be asked. To take them over unasked, add --yes."))
    return click.confirm(_("Take them over like that?"), default=True)
