"""Why a server refused the sign-in, and the one thing to do (wording.md; ecosystem.md section 8)."""

from __future__ import annotations

import re

from followup_filter.config import Account
from followup_filter.language import gettext as _
from followup_filter.secret import Credentials, Token

_TEMPORARY = re.compile(r"\[(UNAVAILABLE|LIMIT|INUSE|SERVERBUG)\]|too many (simultaneous )?connections", re.IGNORECASE)
"""Refusals that say nothing against the password (RFC 5530; Gmail's words)."""
_ENOUGH = re.compile(r"\[OVERQUOTA\]|exceeded .*bandwidth", re.IGNORECASE)
_NO_PASSWORDS = re.compile(r"basic ?auth", re.IGNORECASE)


def is_temporary(reason: str) -> bool:
    """True when the same sign-in may succeed later."""
    return bool(_TEMPORARY.search(reason))


def is_enough_for_today(reason: str) -> bool:
    """True when the server limits how much is read in a day (RFC 5530; Gmail's limit of bandwidth)."""
    return bool(_ENOUGH.search(reason))


def login_sentence(account: Account, credentials: Credentials, reason: str) -> str:
    """The cause of a refusal in the server's words `reason`, and what to do."""
    host = account.host.lower()
    if isinstance(credentials, Token):
        return _token_sentence(account, reason)
    if host.endswith((".gmail.com", ".googlemail.com")):
        return _("Gmail refused the sign-in. It needs an app password of 16 letters, not your usual password.")
    if host.endswith(("outlook.com", "office365.com")) or _NO_PASSWORDS.search(reason):
        return _(
            "Microsoft 365 cannot be read with a password. Run followup-filter account authorize {address}."
        ).format(address=account.address)
    return _("{host} refused the sign-in of {user} ({reason}). Check user name and password.").format(
        host=account.host, user=account.user, reason=reason
    )


def _token_sentence(account: Account, reason: str) -> str:
    if account.token_command:
        sentence = _("{host} refused the token of {user} ({reason}). Check that token_command signs in as {user}.")
    else:
        sentence = _(
            "{host} refused the sign-in of {user} ({reason}). Run followup-filter account authorize {address}, and "
            "sign in as {user}."
        )
    return sentence.format(host=account.host, user=account.user, reason=reason, address=account.address)


def no_tokens_sentence(account: Account) -> str:
    """What to do about a server that does not sign in with tokens."""
    return _("{host} does not sign in with OAuth2. Give a password instead: password_command or keyring.").format(
        host=account.host
    )


def letters_sentence(account: Account) -> str:
    """What to do about a user name or password that cannot be sent."""
    return _(
        "User name or password of {address} hold letters that mail servers do not take, such as full-width ones. "
        "Enter them again."
    ).format(address=account.address)
