"""`pin …`: senders whose mail is judged once for all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from followup_filter.cli.common import data_dir_option, format_option, open_store, print_json, read_decision
from followup_filter.errors import UsageError
from followup_filter.language import gettext as _
from followup_filter.language import ngettext

if TYPE_CHECKING:
    from sqlalchemy import Connection


@click.group(
    short_help=_("Senders whose mail you judge once for all."),
    help=_(
        "All mail of a pinned sender is what you said, until you write to them or remove the pin. A label on a single "
        "mail still wins. A mail that looks like work all the same is shown for checking.\n\n"
        "Example: followup-filter pin add news@shop.example newsletter"
    ),
)
def pin() -> None:
    """The group itself does nothing."""


@pin.command(
    "add",
    short_help=_("Pin a sender."),
    help=_(
        "Pin the sender with this address, or of the mail with this number. LABEL as in “label”.\n\n"
        "Examples: followup-filter pin add news@shop.example newsletter; "
        "followup-filter pin add 47 network_marketing --reason 三度目の勧誘"
    ),
)
@click.argument("sender", metavar=_("ADDRESS|NUMBER"))
@click.argument("label", metavar="LABEL")
@click.option("--reason", default="", metavar=_("TEXT"), help=_("Why; shown by explain."))
@data_dir_option
def add_pin(sender: str, label: str, reason: str, data_dir: Path | None) -> None:
    """Pin a sender, also for stored mail."""
    from followup_filter.cli.correct import parse_words
    from followup_filter.mail.text import strip_controls
    from followup_filter.report.words import outcome_words
    from followup_filter.store import pins
    from followup_filter.store.results import read_decisions

    outcome, _kind = parse_words(label)
    with open_store(data_dir) as database, database.transaction() as connection:
        address = _address(connection, sender)
        pins.add_pin(connection, address, outcome, strip_controls(reason.strip()))
        decisions = read_decisions(connection)
    count = sum(decision.pin is not None and decision.pin.address == address for decision in decisions)
    mails = ngettext("{count} stored mail", "{count} stored mails", count).format(count=count)
    done = _("{address} is pinned as “{outcome}” ({mails}). To lift it: followup-filter pin remove {address}")
    click.echo(strip_controls(done.format(address=address, outcome=outcome_words(outcome), mails=mails)))


@pin.command(
    "list",
    short_help=_("List the pinned senders."),
    help=_("List the pinned senders.\n\nExample: followup-filter pin list"),
)
@format_option("text", "json")
@data_dir_option
def list_pins(output_format: str, data_dir: Path | None) -> None:
    """Print one sender a line."""
    from followup_filter.mail.text import strip_controls
    from followup_filter.report.leads import local
    from followup_filter.report.words import outcome_short
    from followup_filter.store import pins

    with open_store(data_dir) as database, database.transaction() as connection:
        standing = list(pins.standing_pins(connection).values())
    if output_format == "json":
        print_json(
            [
                {"address": p.address, "outcome": p.outcome, "reason": p.reason, "since": p.moment.isoformat()}
                for p in standing
            ]
        )
        return
    for item in standing:
        line = f"{item.address}  {outcome_short(item.outcome)}  {local(item.moment).date()}  {item.reason}"
        click.echo(strip_controls(line.rstrip()))
    if not standing:
        click.echo(_("No sender is pinned: followup-filter pin add ADDRESS LABEL"), err=True)


@pin.command(
    "remove",
    short_help=_("Lift a pin."),
    help=_("Let the model judge this sender's mail again.\n\nExample: followup-filter pin remove news@shop.example"),
)
@click.argument("sender", metavar=_("ADDRESS|NUMBER"))
@data_dir_option
def remove_pin(sender: str, data_dir: Path | None) -> None:
    """Lift the pin of one sender."""
    from followup_filter.store import pins
    from followup_filter.store.pins import EndedBy

    with open_store(data_dir) as database, database.transaction() as connection:
        address = _address(connection, sender)
        if not pins.end_pin(connection, address, EndedBy.OWNER):
            raise UsageError(_("{address} is not pinned. See: followup-filter pin list").format(address=address))
    click.echo(_("Lifted: the model judges mail of {address} again.").format(address=address))


def _address(connection: Connection, sender: str) -> str:
    """The address that was named, or that of the mail with this number. Raises UsageError."""
    if sender.isdecimal():
        message = read_decision(connection, int(sender)).stored.message
        if message.from_address is None:
            raise UsageError(_("Mail {number} has no sender's address.").format(number=sender))
        return message.from_address.address
    name, at_sign, domain = sender.strip().rpartition("@")
    if not (name and at_sign and domain) or any(character.isspace() for character in sender.strip()):
        raise UsageError(_("“{text}” is neither a mail address nor a mail's number.").format(text=sender))
    return sender.strip().lower()
