"""Passwords: from a command or the environment, never from the settings file or the command line."""

from __future__ import annotations

import os
import subprocess

from followup_filter.config import Account
from followup_filter.errors import NoSecretError
from followup_filter.language import gettext as _

PASSWORD_VARIABLE = "FOLLOWUP_FILTER_PASSWORD"
COMMAND_SECONDS = 30


def read_password(account: Account) -> str:
    """The password of an account: the first line that `password_command` prints, else the environment's.

    Raises NoSecretError with what to do when there is none; the password itself is in no sentence.
    """
    if account.password_command:
        return _from_command(account)
    if password := os.environ.get(PASSWORD_VARIABLE):
        return password
    raise NoSecretError(
        _(
            "There is no password for {address}. Write password_command into the settings file, or set {variable}."
        ).format(address=account.address, variable=PASSWORD_VARIABLE)
    )


def _from_command(account: Account) -> str:
    command = account.password_command
    try:
        done = subprocess.run(
            list(command), stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS, check=False
        )
    except FileNotFoundError:
        problem = _("there is no program of that name")
    except subprocess.TimeoutExpired:
        problem = _("it did not finish within {seconds} seconds").format(seconds=COMMAND_SECONDS)
    except OSError as error:
        problem = str(error.strerror)
    else:
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        if done.returncode == 0 and lines and lines[0]:
            return lines[0]
        problem = _("it ended with status {status} and printed no password").format(status=done.returncode)
    # Only the program's name is shown: people write the password itself where the command belongs.
    raise NoSecretError(
        _("password_command of {address} failed: {problem}. It should be a program that prints the password.").format(
            address=account.address, problem=problem
        )
    )
