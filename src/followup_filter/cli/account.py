"""`account …`: how the accounts of the settings file sign in."""

from __future__ import annotations

import os
import sys

import rich_click as click

from followup_filter.cli.common import format_option, print_json
from followup_filter.config import Account, data_folder, read_settings, settings_file
from followup_filter.errors import UsageError
from followup_filter.language import gettext as _


@click.group(
    short_help=_("How your accounts sign in."),
    help=_(
        "Sign in to Google or Microsoft 365, keep a password in the system's keyring, and forget both. How each "
        "account signs in stands in the settings file (docs/sign-in.md).\n\nExample: followup-filter account list"
    ),
)
def account() -> None:
    """The group itself does nothing."""


@account.command(
    short_help=_("Sign in to Google or Microsoft 365 in the browser."),
    help=_(
        "Sign in with OAuth2, as [accounts.oauth] in the settings file says. Your browser opens; you sign in there and "
        "allow your mail to be read. What is granted is kept in the system's keyring, or in a private file where there "
        "is none, and renews itself from then on. With one account the address may be left out.\n\n"
        "Examples: followup-filter account authorize; followup-filter account authorize hanako@example.jp --paste"
    ),
)
@click.argument("address", default="", metavar=_("[ADDRESS]"))
@click.option("--paste", is_flag=True, help=_("The browser is on another machine: paste the address it ends at."))
@click.option("--device", is_flag=True, help=_("Sign in on another device with a short code (Microsoft 365)."))
@click.option("--file", "in_file", is_flag=True, help=_("Keep it in a private file, which runs from cron can read."))
def authorize(address: str, paste: bool, device: bool, in_file: bool) -> None:
    """Sign in once; nightly runs go on from there."""
    from followup_filter.oauth.authorize import by_loopback, by_paste
    from followup_filter.oauth.device import by_device
    from followup_filter.oauth.signin import Place, replace_sign_in

    chosen = _with_oauth(address)
    if paste and device:
        raise UsageError(_("Give either --paste or --device."))
    _require_terminal()
    if device:
        granted = by_device(chosen, _show_code)
    elif paste:
        granted = by_paste(chosen, _show_address, lambda: str(click.prompt(_("Paste the address it ends at"))))
    else:
        granted = by_loopback(chosen, _open_browser)
    place = replace_sign_in(chosen.address, granted, Place.FILE if in_file else Place.KEYRING)
    _try_again(chosen.address)
    where = _("the system's keyring") if place is Place.KEYRING else _("a private file")
    click.echo(
        _("Signed in. It is kept in {place}; nightly runs renew it. Next: followup-filter run").format(place=where)
    )


@account.command(
    "list",
    short_help=_("List the accounts and how they sign in."),
    help=_("List the accounts of the settings file.\n\nExample: followup-filter account list"),
)
@format_option("text", "json")
def list_accounts(output_format: str) -> None:
    """Print one line an account."""
    from followup_filter.report.layout import padded

    accounts = read_settings(settings_file()).accounts
    if output_format == "json":
        values = [{"address": each.address, "host": each.host, "signs_in": way_of(each)} for each in accounts]
        print_json(values)
        return
    if not accounts:
        click.echo(_("No account is set up in {file} yet.").format(file=settings_file()), err=True)
    words = {
        "password_command": _("password from a command"),
        "keyring": _("password in the keyring"),
        "token_command": _("access token from a command"),
        "oauth": _("OAuth2"),
        "environment": _("password from the environment"),
    }
    for each in accounts:
        click.echo(f"{padded(each.address, 32)} {padded(each.host, 28)} {words[way_of(each)]}")


@account.command(
    short_help=_("Keep a password in the system's keyring."),
    help=_(
        "Ask for the password of an account, without showing it, and keep it in the system's keyring. Write "
        "keyring = true into the settings of the account.\n\n"
        "Example: followup-filter account password hanako@example.jp"
    ),
)
@click.argument("address", metavar=_("ADDRESS"))
def password(address: str) -> None:
    """Ask and keep."""
    from followup_filter.secret import store_password

    if "@" not in address:
        raise UsageError(_("“{text}” is no mail address.").format(text=address))
    _require_terminal()
    store_password(address, str(click.prompt(_("Password of {address}").format(address=address), hide_input=True)))
    _try_again(address)
    click.echo(_("The password is in the keyring."))
    if not any(each.address == address and each.keyring for each in read_settings(settings_file()).accounts):
        click.echo(_("It is used once {file} says keyring = true.").format(file=settings_file()), err=True)


@account.command(
    short_help=_("Delete a stored password or sign-in."),
    help=_(
        "Delete what is stored for an address: the password in the keyring, and what Google or Microsoft granted. The "
        "settings file stays as it is.\n\nExample: followup-filter account forget hanako@example.jp"
    ),
)
@click.argument("address", metavar=_("ADDRESS"))
def forget(address: str) -> None:
    """Delete from keyring and file."""
    from followup_filter.errors import NoSecretError
    from followup_filter.oauth.signin import forget_sign_in
    from followup_filter.secret import forget_password

    found = forget_sign_in(address)
    try:
        found = forget_password(address) or found
    except NoSecretError:
        # Without a keyring nothing can be in it.
        click.echo(_("The keyring cannot be used here; what may be in it was left."), err=True)
    if found:
        click.echo(_("Deleted what was stored for {address}.").format(address=address))
    else:
        click.echo(_("Nothing was stored for {address}.").format(address=address))


def way_of(account: Account) -> str:
    """How an account signs in: the key of the settings, or "environment"."""
    for key in ("password_command", "keyring", "token_command", "oauth"):
        if getattr(account, key):
            return key
    return "environment"


def _with_oauth(address: str) -> Account:
    """The account to sign in to. Raises UsageError when it is not clear, or has no [accounts.oauth]."""
    accounts = read_settings(settings_file()).accounts
    fitting = [each for each in accounts if each.address == address or (not address and each.oauth)]
    if not fitting:
        known = ", ".join(each.address for each in accounts) or _("none yet")
        raise UsageError(
            _("There is no such account with [accounts.oauth] in {file}. Known accounts: {known}").format(
                file=settings_file(), known=known
            )
        )
    if len(fitting) > 1:
        known = ", ".join(each.address for each in fitting)
        raise UsageError(_("Several accounts sign in like that. Name one: {known}").format(known=known))
    if not fitting[0].oauth:
        raise UsageError(
            _(
                "{address} does not sign in with OAuth2. Write [accounts.oauth] with provider and client_id below it "
                "in {file} (docs/sign-in.md)."
            ).format(address=fitting[0].address, file=settings_file())
        )
    return fitting[0]


def _require_terminal() -> None:
    if not sys.stdin.isatty():
        raise UsageError(_("This asks you something, so run it in a terminal."))


def sign_in_by_browser(account: Account) -> None:
    """Have the owner sign in to an account in the browser, and keep what is granted. Raises LoginRefusedError."""
    from followup_filter.oauth.authorize import by_loopback
    from followup_filter.oauth.signin import Place, save_sign_in

    save_sign_in(account.address, by_loopback(account, _open_browser), Place.KEYRING)
    _try_again(account.address)


def _show_address(address: str) -> None:
    click.echo(_("Open this address in a browser, and sign in:"))
    click.echo(f"\n{address}\n")


def _open_browser(address: str) -> None:
    """Show the address and open it, where there is a screen (a browser in the terminal would take it over)."""
    import webbrowser

    _show_address(address)
    if os.name == "nt" or sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(address)
    click.echo(_("Waiting for the browser … (if it is on another machine: Ctrl+C, then again with --paste)"))


def _show_code(address: str, code: str) -> None:
    from followup_filter.mail.text import strip_controls

    sentence = _("Open {address} on any device, and enter this code: {code}")
    click.echo(strip_controls(sentence.format(address=address, code=code)))


def _try_again(address: str) -> None:
    """What was refused before is no reason any more to leave an account alone."""
    from followup_filter.store.database import FILE_NAME, Database
    from followup_filter.store.nights import clear_fault

    if not (data_folder() / FILE_NAME).exists():
        return
    database = Database.open(data_folder())
    try:
        with database.transaction() as connection:
            clear_fault(connection, address)
    finally:
        database.close()
