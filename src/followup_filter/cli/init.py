"""`init`: from nothing to the first report, in at most eight questions."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from followup_filter.cli.common import now, open_store, print_lines
from followup_filter.config import Account, OAuth, Settings, data_folder, read_settings, settings_file
from followup_filter.errors import FollowupError, LoginRefusedError, NoSecretError, UsageError
from followup_filter.language import gettext as _
from followup_filter.language import ngettext

if TYPE_CHECKING:
    from followup_filter.mail.providers import Provider
    from followup_filter.store.database import Database

LOGIN_TRIES = 3
_NO = frozenset({"no", "n", "-", "いいえ"})


@click.command(
    short_help=_("Set up your mailbox, and see the first report."),
    help=_(
        "Ask for your mail address, how the password is kept, and the events you went to; try the sign-in, read the "
        "mailbox without changing anything in it, and print the first report. Run it again to change an account or to "
        "add another.\n\nExamples: followup-filter init; followup-filter init --address hanako@example.jp"
    ),
)
@click.option("--address", metavar=_("ADDRESS"), help=_("Your mail address."))
@click.option("--host", metavar=_("NAME"), help=_("The IMAP server, where it is not found by itself."))
@click.option("--port", type=click.IntRange(1, 65_535), help=_("Its port, where it is not 993."))
@click.option("--security", type=click.Choice(["tls", "starttls", "none"]), help=_("How the connection is secured."))
@click.option(
    "--ca-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar=_("FILE"),
    help=_("Certificates to trust besides the system's, for a server of your own."),
)
def init(
    address: str | None,
    host: str | None,
    port: int | None,
    security: str | None,
    ca_file: Path | None,
) -> int:
    """Ask, try, write the settings, read, report."""
    from followup_filter.settings_file import save_account

    if not sys.stdin.isatty():
        raise UsageError(
            _("init asks you something, so run it in a terminal; or write {file} yourself (docs/settings.md).").format(
                file=settings_file()
            )
        )
    values = _server(address, host)
    values |= {"port": port} if port else {}
    values |= {"security": security} if security else {}
    values |= {"ca_file": str(ca_file)} if ca_file else {}
    _tell_what_is_done(values["address"])
    if not click.confirm(_("Shall it begin?"), default=True):
        _tell(_("Nothing was done."))
        return 0
    provider = values.pop("provider")
    values = _sign_in(values, provider)
    save_account(settings_file(), values)
    _tell(_("Written to {file}.").format(file=settings_file()))
    with open_store(None) as database:
        _ask_events(database)
        status = _first_reading(database, read_settings(settings_file()), values["address"])
    _offer_schedule()
    return status


def _tell(text: str, indent: str = "") -> None:
    """Print a sentence in lines of at most 80 columns."""
    from followup_filter.report.layout import wrapped

    for line in wrapped(text, indent=indent):
        click.echo(line)


def _server(address: str | None, host: str | None) -> dict[str, Any]:
    """Address, server and user name, asked for as far as they cannot be found."""
    from followup_filter.mail.providers import look_up_mx, provider_of

    known = {each.address: each for each in read_settings(settings_file()).accounts}
    if not address and known:
        _tell(_("Set up so far: {addresses}").format(addresses=", ".join(known)))
    address = address or _ask_until(_("Your mail address"), _checked_address, next(iter(known), None))
    address = _checked_address(address)
    before = known.get(address)
    found = provider_of(address)
    if not found and not host and not before:
        _tell(_("Looking up where mail for {domain} lies …").format(domain=address.partition("@")[2]))
        found = provider_of(address, look_up_mx(address.partition("@")[2]))
    provider, server = found or (None, "")
    server = host or server or (before.host if before else "")
    if provider:
        _tell(_("Your mail lies at {provider}.").format(provider=provider.name))
        if provider.advice:
            _tell(_(provider.advice))
    if not server:
        if provider and provider.host_hint:
            _tell(_("Its server is {hint}.").format(hint=_(provider.host_hint)))
        server = _ask_until(_("Name of the IMAP server (such as imap.example.jp)"), _checked_host, None)
    user = provider.user(address) if provider and not before else before.user if before else address
    values = {"address": address, "host": server, "provider": provider}
    return values | ({"user": user} if user != address else {})


def _tell_what_is_done(address: str) -> None:
    """One screen: what is read, and what is never done."""
    lines = [
        _(
            "What is read: mail that arrived since your first event, in every folder but drafts, spam included, so "
            "that no work for you is lost there. Of mail that you sent, and of the year before, only who wrote to "
            "whom and when. The trash is only counted."
        ),
        _(
            "What is never done: nothing is marked as read, moved, answered or deleted. Nothing is sent anywhere: all "
            "of it stays on this machine, in {folder}."
        ),
        _("To stop it for good: followup-filter schedule remove, and delete that folder."),
    ]
    click.echo("")
    _tell(_("Reading the mailbox of {address}").format(address=address))
    for line in lines:
        _tell(line.format(folder=data_folder()), "  ")
    click.echo("")


def _sign_in(values: dict[str, Any], provider: Provider | None) -> dict[str, Any]:
    """The account's values with a way of signing in that was tried; at most three tries.

    Raises LoginRefusedError when none of them works; what was entered is kept as a draft of the settings.
    """
    from followup_filter.mail.providers import SignsInWith
    from followup_filter.settings_file import save_account

    uses_oauth = provider is not None and provider.signs_in_with is SignsInWith.OAUTH
    ask_secret = _ask_oauth if uses_oauth else _ask_password_place()
    for attempt in range(1, LOGIN_TRIES + 1):
        if attempt > 1:
            user = click.prompt(_("User name"), default=values.get("user", values["address"]))
            values["user"] = user
        signed = dict(values)
        try:
            signed |= ask_secret(values)
            _try(_account(signed))
        except (LoginRefusedError, NoSecretError) as error:
            _tell(str(error))
            if attempt == LOGIN_TRIES:
                save_account(settings_file(), signed)
                sentence = _("The sign-in did not work. What you entered is kept; run followup-filter init again.")
                raise LoginRefusedError(sentence) from None
            _tell(_("Once more, please ({left} left).").format(left=LOGIN_TRIES - attempt))
        else:
            return signed
    raise AssertionError


def _account(values: dict[str, Any]) -> Account:
    values = {"oauth": None, **values}
    oauth = values["oauth"]
    plain: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    del plain["oauth"]
    plain.setdefault("user", values["address"])
    return Account(**plain, oauth=OAuth(**oauth) if oauth else None)


def _ask_password_place() -> Callable[[dict[str, Any]], dict[str, Any]]:
    """How the password is kept, as a function that asks for it and keeps it there."""
    from followup_filter.schedule import backend, crontab
    from followup_filter.secret import PASSWORD_VARIABLE, keyring_is_there

    if os.environ.get(PASSWORD_VARIABLE):
        _tell(_("The password is taken from {variable}.").format(variable=PASSWORD_VARIABLE))
        return lambda _values: {}
    ways: list[tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]] = [
        (_("in a private file that only you can read"), _ask_for_file),
        (_("in a password manager: a command prints it"), _ask_for_command),
    ]
    # Runs from cron have no keyring.
    if keyring_is_there() and backend().name != crontab.NAME:
        ways.insert(0, (_("in this system's keyring"), _ask_for_keyring))
    _tell(_("Where shall the password be kept?"))
    for number, (words, _way) in enumerate(ways, start=1):
        click.echo(f"  {number}  {words}")
    chosen = click.prompt(_("Number"), type=click.IntRange(1, len(ways)), default=1)
    return ways[chosen - 1][1]


def _ask_hidden(values: dict[str, Any]) -> str:
    from followup_filter.secret import without_spaces

    question = _("Password of {address} (nothing is shown while you type)").format(address=values["address"])
    return without_spaces(str(click.prompt(question, hide_input=True)))


def _ask_for_keyring(values: dict[str, Any]) -> dict[str, Any]:
    from followup_filter.secret import store_password

    store_password(values["address"], _ask_hidden(values))
    return {"keyring": True}


def _ask_for_file(values: dict[str, Any]) -> dict[str, Any]:
    from followup_filter.files import write_private

    file = settings_file().parent / f"password-{values['address'].replace('/', '_')}"
    write_private(file, f"{_ask_hidden(values)}\n".encode())
    reader = shutil.which("cat")
    if reader:
        return {"password_command": [reader, str(file)]}
    return {"password_command": [sys.executable, "-c", "import sys; print(open(sys.argv[1]).read())", str(file)]}


def _ask_for_command(values: dict[str, Any]) -> dict[str, Any]:
    import shlex

    from followup_filter.secret import test_password_command

    command = shlex.split(str(click.prompt(_("The command (such as: pass show mail)"))), posix=os.name != "nt")
    ways = {"password_command": command}
    test_password_command(_account({**values, **ways}))
    return ways


def _ask_oauth(values: dict[str, Any]) -> dict[str, Any]:
    """The owner's client id, and the sign-in in the browser."""
    from followup_filter.cli.account import sign_in_by_browser

    _tell(_("How to get a client id: docs/sign-in.md"))
    oauth = {"provider": "microsoft", "client_id": str(click.prompt(_("Client id"))).strip()}
    sign_in_by_browser(_account({**values, "oauth": oauth}))
    return {"oauth": oauth}


def _try(account: Account) -> None:
    """Sign in and list the folders with the number of their mails. Raises LoginRefusedError or ServerError."""
    from followup_filter.mail.imap import ImapSource
    from followup_filter.mail.parse import has_text
    from followup_filter.mail.text import strip_controls
    from followup_filter.pipeline.account import folders_to_read
    from followup_filter.report.layout import padded
    from followup_filter.report.words import role_words
    from followup_filter.secret import read_credentials

    with ImapSource(account, read_credentials(account), has_text) as source:
        _tell(_("Signed in. Your folders:"))
        read = {folder.name for folder in folders_to_read(source)}
        for folder in source.folders():
            try:
                count = f"{source.open(folder).mails:,}"
            except FollowupError:
                count = "?"
            words = role_words(folder.role) if folder.name in read else _("not read")
            click.echo(strip_controls(f"  {padded(folder.name, 34)} {count:>8}  {words}"))


def _ask_events(database: Database) -> None:
    """The events attended, one a line until an empty one; those entered before stay."""
    from followup_filter import pipeline
    from followup_filter.events.event import EventList
    from followup_filter.events.typed import typed_event
    from followup_filter.store.events import read_events

    with database.transaction() as connection:
        known = list(read_events(connection).events)
    if known:
        count = ngettext("{count} event is entered.", "{count} events are entered.", len(known))
        _tell(count.format(count=len(known)))
    _tell(_("Which events did you go to? Name and day, one a line; an empty line ends it."))
    while line := click.prompt(_("Event"), default="", show_default=False).strip():
        try:
            event = typed_event(line, now().date(), [each.id for each in known])
        except UsageError as error:
            _tell(str(error))
            continue
        with database.transaction() as connection:
            pipeline.import_events(connection, EventList(events=(event,)))
        known.append(event)
        click.echo(f"  {event.date}  {event.name}")


def _first_reading(database: Database, settings: Settings, address: str) -> int:
    """Read the account that was set up, and print the report; returns the exit status of the reading."""
    from followup_filter import learning
    from followup_filter.cli.events import ask_about_events
    from followup_filter.cli.run import only_run, read_account, say
    from followup_filter.mail.deadline import Deadline
    from followup_filter.report.summary import build_summary
    from followup_filter.report.text import render_summary

    account = next(each for each in settings.accounts if each.address == address)
    with only_run(data_folder()), Deadline(settings.deadline_minutes * 60) as deadline:
        model = learning.model_in_use(database, lambda sentence: click.echo(sentence, err=True))
        reading = read_account(account, database, model, settings, deadline)
    say(reading)
    ask_about_events(database)
    with database.transaction() as connection:
        summary = build_summary(connection, datetime.now().astimezone())
    click.echo("")
    print_lines(render_summary(summary))
    click.echo("")
    return reading.status


def _offer_schedule() -> None:
    """Ask whether and when it shall run by itself; a failure here undoes nothing."""
    from followup_filter.schedule import backend
    from followup_filter.schedule.job import current_job, read_time

    question = _("Read new mail every day at (such as 06:00; “no”: not by itself)")
    while (answer := str(click.prompt(question, default="06:00")).strip()).lower() not in _NO:
        try:
            job = current_job(read_time(answer))
        except UsageError as error:
            _tell(str(error))
            continue
        try:
            notes = backend().install(job)
        except UsageError as error:
            _tell(str(error))
            break
        for note in [*notes, _("From now on the report lies in {file} every morning.").format(file=job.command[-1])]:
            _tell(note)
        return
    _tell(_("To read new mail: followup-filter run. By itself: followup-filter schedule install"))


def _ask_until(question: str, check: Callable[[str], str], default: str | None) -> str:
    """The first answer that `check` takes; what is wrong with the others is said."""
    while True:
        try:
            return check(str(click.prompt(question, default=default)))
        except UsageError as error:
            _tell(str(error))


def _checked_address(text: str) -> str:
    import unicodedata

    address = unicodedata.normalize("NFKC", text).strip().lower()
    name, at, domain = address.rpartition("@")
    if not (name and at and "." in domain and address.isascii() and address.isprintable() and " " not in address):
        raise UsageError(_("“{text}” is no mail address.").format(text=text))
    return address


def _checked_host(text: str) -> str:
    host = text.strip().lower()
    if not host.isascii() or not host.isprintable() or " " in host or "/" in host or not host:
        raise UsageError(_("“{text}” is no name of a server.").format(text=text))
    return host
