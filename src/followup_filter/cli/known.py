"""`known …`: people the owner knew before the events, from an address book."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from followup_filter.cli.common import data_dir_option, format_option, open_store, print_json
from followup_filter.errors import UsageError
from followup_filter.language import gettext as _
from followup_filter.language import ngettext

UNREADABLE_SHOWN = 10


@click.group(
    short_help=_("People you knew before the events."),
    help=_(
        "Mail of people you knew before an event counts for the event only when it speaks of it. Those who wrote in "
        "the year before the first event are known anyway; others come from an address book.\n\n"
        "Example: followup-filter known import contacts.csv"
    ),
)
def known() -> None:
    """The group itself does nothing."""


@known.command(
    "import",
    short_help=_("Take over an address book."),
    help=_(
        "Take over the addresses of an address book: CSV as Google or Outlook export it (or another with a column of "
        "mail addresses), or vCard. Your own addresses and those on the cards of events are left out. Importing twice "
        "changes nothing. Stored mail is looked at again at once.\n\n"
        "Examples: followup-filter known import contacts.csv --dry-run; followup-filter known import 顧客.csv --column "
        "連絡先"
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--column", "columns", multiple=True, metavar=_("HEADING"), help=_("A further column with addresses."))
@click.option("--dry-run", is_flag=True, help=_("Say what would be taken over, and change nothing."))
@data_dir_option
def import_known(file: Path, columns: tuple[str, ...], dry_run: bool, data_dir: Path | None) -> None:
    """Import a file; what cannot be read is listed by row."""
    from followup_filter import pipeline
    from followup_filter.events.contacts import read_address_book
    from followup_filter.mail.text import strip_controls
    from followup_filter.store import contacts
    from followup_filter.store.events import card_addresses, stored_owner

    book = read_address_book(file, columns)
    with open_store(data_dir) as database, database.transaction() as connection:
        left = card_addresses(connection).union(stored_owner(connection).addresses)
        wanted = [address for address in book.addresses if address not in left]
        new = len(set(wanted) - contacts.imported_addresses(connection))
        if not dry_run and new:
            contacts.import_addresses(connection, wanted)
            pipeline.attribute_stored(connection)
    left_out = len(book.addresses) - len(wanted)
    said = _("{new} new addresses, {known} known before, {left_out} left out (your own, or on a card of an event).")
    click.echo(said.format(new=new, known=len(wanted) - new, left_out=left_out))
    if book.without_address:
        people = ngettext(
            "{count} entry has no mail address.", "{count} entries have no mail address.", book.without_address
        )
        click.echo(people.format(count=book.without_address))
    for number, reason in book.unreadable[:UNREADABLE_SHOWN]:
        line = _("Entry {number}: {reason}; passed over.").format(number=number, reason=reason)
        click.echo(strip_controls(line), err=True)
    if len(book.unreadable) > UNREADABLE_SHOWN:
        rest = len(book.unreadable) - UNREADABLE_SHOWN
        more = ngettext("and {count} more was passed over", "and {count} more were passed over", rest)
        click.echo(more.format(count=rest), err=True)
    if dry_run:
        click.echo(_("Nothing was changed (--dry-run)."))


@known.command(
    "list",
    short_help=_("List the addresses that were taken over."),
    help=_("List the addresses of imported address books.\n\nExample: followup-filter known list"),
)
@format_option("text", "json")
@data_dir_option
def list_known(output_format: str, data_dir: Path | None) -> None:
    """Print one address a line."""
    from followup_filter.mail.text import strip_controls
    from followup_filter.store import contacts

    with open_store(data_dir) as database, database.transaction() as connection:
        addresses = sorted(contacts.imported_addresses(connection))
    if output_format == "json":
        print_json([{"address": address} for address in addresses])
        return
    for address in addresses:
        click.echo(strip_controls(address))
    if not addresses:
        click.echo(_("No address book was imported yet: followup-filter known import FILE"), err=True)


@known.command(
    "remove",
    short_help=_("Take imported addresses back."),
    help=_(
        "Forget imported addresses, some or all. Stored mail is looked at again at once.\n\n"
        "Examples: followup-filter known remove kogure@minato-lib.example; followup-filter known remove --all"
    ),
)
@click.argument("addresses", nargs=-1, metavar=_("ADDRESS..."))
@click.option("--all", "everything", is_flag=True, help=_("Forget all of them."))
@data_dir_option
def remove_known(addresses: tuple[str, ...], everything: bool, data_dir: Path | None) -> None:
    """Forget addresses; all that were named or none."""
    from followup_filter import pipeline
    from followup_filter.store import contacts

    if everything == bool(addresses):
        raise UsageError(_("Name addresses, or give --all. See: followup-filter known remove --help"))
    with open_store(data_dir) as database, database.transaction() as connection:
        imported = contacts.imported_addresses(connection)
        wanted = imported if everything else {address.strip().lower() for address in addresses}
        if unknown := sorted(wanted - imported):
            raise UsageError(_("{addresses} was not imported.").format(addresses=", ".join(unknown)))
        count = contacts.forget_imported(connection, wanted)
        pipeline.attribute_stored(connection)
    gone = ngettext("{count} address forgotten.", "{count} addresses forgotten.", count)
    click.echo(gone.format(count=count))
