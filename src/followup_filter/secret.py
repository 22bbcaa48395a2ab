"""Passwords and tokens: from a command, the keyring or the environment, never from settings or the command line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from followup_filter.config import APPLICATION, Account
from followup_filter.errors import NoSecretError
from followup_filter.language import gettext as _

PASSWORD_VARIABLE = "FOLLOWUP_FILTER_PASSWORD"
COMMAND_SECONDS = 30

_APP_PASSWORD = re.compile(r"\s*([a-z]{4})\s+([a-z]{4})\s+([a-z]{4})\s+([a-z]{4})\s*", re.IGNORECASE)
"""How Google and Yahoo! show an app password; the spaces, also full-width or no-break ones, are no part of it."""


@dataclass(frozen=True, slots=True)
class Password:
    """A password to sign in with."""

    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """An OAuth2 access token to sign in with; it lives for about an hour.

    `renew` gives one that is good later on, for a new connection in a long run.
    """

    value: str = field(repr=False)
    renew: Callable[[], Token] | None = field(default=None, repr=False, compare=False)


Credentials = Password | Token


def read_credentials(account: Account) -> Credentials:
    """What an account is signed in with, in the way that the settings name.

    Raises NoSecretError with what to do when there is nothing, and ServerError when the service of tokens fails.
    """
    if account.oauth:
        from followup_filter.oauth.access import access_token

        return Token(_checked_token(account, access_token(account)), lambda: _token(account))
    if account.token_command:
        token = printed_by(account.address, "token_command", account.token_command)
        return Token(_checked_token(account, token), lambda: _token(account))
    return Password(read_password(account))


def _token(account: Account) -> Token:
    credentials = read_credentials(account)
    assert isinstance(credentials, Token)
    return credentials


def _checked_token(account: Account, token: str) -> str:
    if token.isascii() and token.isprintable() and " " not in token:
        return token
    raise NoSecretError(
        _("What was given as the access token of {address} is none: it has spaces or other signs in it.").format(
            address=account.address
        )
    )


def read_password(account: Account) -> str:
    """The password of an account: the first line that `password_command` prints, the keyring's, or the environment's.

    Raises NoSecretError with what to do when there is none; the password itself is in no sentence.
    """
    if account.password_command:
        return without_spaces(printed_by(account.address, "password_command", account.password_command))
    if account.keyring:
        return without_spaces(_from_keyring(account.address))
    if password := os.environ.get(PASSWORD_VARIABLE):
        return without_spaces(password)
    raise NoSecretError(
        _(
            "There is no password for {address}. Write password_command into the settings file, or set {variable}."
        ).format(address=account.address, variable=PASSWORD_VARIABLE)
    )


def without_spaces(password: str) -> str:
    """An app password of four groups of four letters without its spaces; any other password as it is."""
    match = _APP_PASSWORD.fullmatch(password)
    return "".join(match.groups()) if match else password


def keyring_is_there() -> bool:
    """True when this system keeps passwords for programs."""
    import keyring
    from keyring.backends import fail, null

    try:
        return not isinstance(keyring.get_keyring(), (fail.Keyring, null.Keyring))
    except (keyring.errors.KeyringError, ImportError, AttributeError, OSError, RuntimeError):
        # A backend that is named in the settings of keyring, and is not installed or does not start.
        return False


def store_password(address: str, password: str) -> None:
    """Keep a password in the system's keyring; an app password loses its spaces.

    Raises NoSecretError, naming password_command, when there is no keyring that keeps it.
    """
    import keyring

    kept = without_spaces(password)
    try:
        keyring.set_password(APPLICATION, address, kept)
        if keyring.get_password(APPLICATION, address) == kept:
            return
    except Exception as error:  # Each system's keyring has its own exceptions beside keyring's.
        raise _no_keyring(address, error) from None
    raise _no_keyring(address, None)


def forget_password(address: str) -> bool:
    """Delete a password from the keyring; False when none is there. Raises NoSecretError without a keyring."""
    import keyring

    try:
        if keyring.get_password(APPLICATION, address) is None:
            return False
        keyring.delete_password(APPLICATION, address)
    except Exception as error:  # As above.
        raise _no_keyring(address, error) from None
    return True


def _from_keyring(address: str) -> str:
    import keyring

    try:
        password = keyring.get_password(APPLICATION, address)
    except Exception as error:  # As above.
        raise _no_keyring(address, error) from None
    if password:
        return password
    sentence = _("The keyring holds no password for {address}. Run followup-filter account password {address}.")
    raise NoSecretError(sentence.format(address=address))


def _no_keyring(address: str, error: Exception | None) -> NoSecretError:
    # Of the exception only its name is shown: what a keyring says may hold anything.
    return NoSecretError(
        _(
            "The keyring of this system cannot be used here for {address} ({reason}). Runs from cron have none: write "
            "password_command into the settings file instead of keyring."
        ).format(address=address, reason=type(error).__name__ if error else _("it keeps nothing"))
    )


def printed_by(address: str, key: str, command: tuple[str, ...], environment: Mapping[str, str] | None = None) -> str:
    """The first line that the command under a key of the settings prints; no shell, nothing to read, a time limit.

    Raises NoSecretError; neither the command's arguments nor what it printed are in the sentence.
    """
    try:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=COMMAND_SECONDS,
            check=False,
            env=environment,
            # As cron does; a program given by a relative path would be found by chance only.
            cwd=Path.home() if environment else None,
        )
    except FileNotFoundError:
        problem = _("there is no program of that name")
        if len(command) == 1:
            problem = _("there is no program of that name (the password itself does not belong there)")
    except subprocess.TimeoutExpired:
        problem = _("it did not finish within {seconds} seconds").format(seconds=COMMAND_SECONDS)
    except (OSError, ValueError) as error:
        problem = str(getattr(error, "strerror", None) or type(error).__name__)
    else:
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        if done.returncode == 0 and lines and lines[0].strip():
            return lines[0]
        problem = _("it ended with status {status} and printed no password").format(status=done.returncode)
    # Only the key is shown, not the command: people write the password itself where the command belongs.
    raise NoSecretError(
        _("{key} of {address} failed: {problem}. It should be a program that prints the password or token.").format(
            key=key, address=address, problem=problem
        )
    )


def in_bare_environment() -> dict[str, str] | None:
    """The environment that cron gives a program; None (this one) on Windows, whose scheduler gives the usual one."""
    if os.name != "posix":
        return None
    user = os.environ.get("LOGNAME") or os.environ.get("USER") or ""
    return {"HOME": str(Path.home()), "LOGNAME": user, "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}


def test_password_command(account: Account) -> None:
    """Run an account's password_command or token_command as a nightly run from cron will.

    Raises NoSecretError with what to write into the settings when it prints nothing there.
    """
    key = "password_command" if account.password_command else "token_command"
    command = account.password_command or account.token_command
    if not command:
        return
    printed_by(account.address, key, command)
    try:
        printed_by(account.address, key, command, in_bare_environment())
    except NoSecretError as error:
        place = shutil.which(command[0])
        if place and place != command[0]:
            advice = _("Write the program's whole path, {path}, into {key}.").format(path=place, key=key)
        else:
            advice = _("It should need nothing but HOME and the programs in /usr/bin and /bin.")
        sentence = _("That works here, but not in a nightly run, which sets less up. {reason} {advice}")
        raise NoSecretError(sentence.format(reason=error, advice=advice)) from None
