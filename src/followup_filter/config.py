"""The settings file, and where files live."""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import platformdirs

from followup_filter.errors import UsageError
from followup_filter.language import LANGUAGES, marked
from followup_filter.language import gettext as _

APPLICATION = "followup-filter"
DATA_VARIABLE = "FOLLOWUP_FILTER_DATA_DIR"
SETTINGS_VARIABLE = "FOLLOWUP_FILTER_SETTINGS"
MAX_LEAD_LOSS = 0.02
"""How often a lead may be ruled out wrongly, where the settings name nothing else (design.md section 5)."""
PROVIDERS = ("google", "microsoft")
"""The services whose OAuth2 addresses are known (oauth/service.py)."""
DEADLINE_MINUTES = 60
"""A run that has not ended after so long is ended; the next one goes on from there."""


@dataclass(frozen=True, slots=True)
class OAuth:
    """The owner's OAuth2 client and where it is known; what is empty comes from the preset of `provider`.

    `client_secret_command` is a program and its arguments that prints the client's secret, where there is one.
    """

    client_id: str
    provider: str = ""
    authorize_url: str = ""
    token_url: str = ""
    device_url: str = ""
    scopes: tuple[str, ...] = ()
    client_secret_command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """One IMAP login. `security`: "tls", "starttls", or "none" (this machine only).

    It is signed in to in one way: with the password that `password_command` (a program and its arguments) prints, with
    the one in the system's keyring, with the OAuth2 access token that `token_command` prints, or with one got by
    `oauth`. Without any of them the environment variable FOLLOWUP_FILTER_PASSWORD is looked at. `leave_out` names
    folders that are not read.
    """

    address: str
    host: str
    user: str
    port: int = 993
    security: str = "tls"
    ca_file: str = ""
    password_command: tuple[str, ...] = ()
    keyring: bool = False
    token_command: tuple[str, ...] = ()
    oauth: OAuth | None = None
    leave_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """What the settings file says; everything has a default.

    `open_with`: what opens a mail from the page (`report.as_html.OPEN_LINKS`); `hourly_yen`: what an hour of the owner
    costs. `read_since`: mail that arrived from this day on is read as well, however long before the first event.
    """

    language: str = ""
    max_lead_loss: float = MAX_LEAD_LOSS
    deadline_minutes: int = DEADLINE_MINUTES
    read_since: date | None = None
    open_with: str = "none"
    hourly_yen: int = 0
    accounts: tuple[Account, ...] = ()


def data_folder(given: Path | None = None) -> Path:
    """The folder of database and models: the given one, else the environment's, else the platform's state folder."""
    if given is not None:
        return given
    if named := os.environ.get(DATA_VARIABLE):
        return Path(named)
    return Path(platformdirs.user_state_path(APPLICATION, appauthor=False))


def settings_file() -> Path:
    """Where the settings are looked for; the file need not exist."""
    if named := os.environ.get(SETTINGS_VARIABLE):
        return Path(named)
    return Path(platformdirs.user_config_path(APPLICATION, appauthor=False)) / "settings.toml"


def is_loopback(host: str) -> bool:
    """True for a name or address that never leaves this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_safe_url(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        return False
    right_scheme = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    return right_scheme and bool(host) and not parts.username and not parts.fragment


_Check = tuple[Callable[[Any], bool], str]
_TEXT: _Check = (_is_text, marked('text in quotes, such as "…"'))
_TEXTS: _Check = (_is_texts, marked('a list of texts, such as ["a", "b"]'))
_SOME_TEXTS: _Check = (lambda value: _is_texts(value) and bool(value), _TEXTS[1])
_YES_OR_NO: _Check = (lambda value: isinstance(value, bool), marked("true or false"))
_URL: _Check = (_is_safe_url, marked("an address that begins with https://"))


def _prints(what: str) -> _Check:
    return (lambda value: _is_texts(value) and bool(value), what)


OPENERS = ("gmail", "apple_mail", "thunderbird", "none")
"""Programs in which a link in the page can open a mail."""

_GENERAL: Mapping[str, _Check] = {
    "language": (lambda value: value in LANGUAGES, marked("one of ja, en")),
    "max_lead_loss": (
        lambda value: isinstance(value, float) and 0.001 <= value <= 0.5,
        marked("a number from 0.001 to 0.5"),
    ),
    "deadline_minutes": (
        lambda value: type(value) is int and 1 <= value <= 1_440,
        marked("a whole number from 1 to 1440"),
    ),
    "read_since": (
        lambda value: type(value) is date,
        marked("a date such as 2026-04-01, without quotes"),
    ),
    "open_with": (lambda value: value in OPENERS, marked("one of gmail, apple_mail, thunderbird, none")),
    "hourly_yen": (
        lambda value: type(value) is int and 0 <= value <= 1_000_000,
        marked("a whole number of yen, such as 3000"),
    ),
    "accounts": (
        lambda value: isinstance(value, list) and all(isinstance(table, dict) for table in value),
        marked("tables that begin with [[accounts]]"),
    ),
}
_ACCOUNT: Mapping[str, _Check] = {
    "address": (lambda value: _is_text(value) and "@" in value, marked("a mail address")),
    "host": _TEXT,
    "user": _TEXT,
    "port": (lambda value: type(value) is int and 0 < value < 65_536, marked("a number from 1 to 65535")),
    "security": (lambda value: value in ("tls", "starttls", "none"), marked("one of tls, starttls, none")),
    "ca_file": _TEXT,
    "password_command": _prints(
        marked('a program and its arguments as a list, such as ["pass", "show", "mail"]; never the password itself')
    ),
    "keyring": _YES_OR_NO,
    "token_command": _prints(
        marked('a program and its arguments as a list, such as ["oama", "access", "…"]; never the token itself')
    ),
    "oauth": (lambda value: isinstance(value, dict), marked("a table that begins with [accounts.oauth]")),
    "leave_out": _TEXTS,
}
_OAUTH: Mapping[str, _Check] = {
    "provider": (lambda value: value in PROVIDERS, marked("one of google, microsoft")),
    "client_id": _TEXT,
    "client_secret_command": _prints(
        marked('a program and its arguments as a list, such as ["pass", "show", "mail"]; never the secret itself')
    ),
    "authorize_url": _URL,
    "token_url": _URL,
    "device_url": _URL,
    "scopes": _SOME_TEXTS,
}
_REQUIRED = ("address", "host")
_WAYS_TO_SIGN_IN = ("password_command", "keyring", "token_command", "oauth")


def read_settings(path: Path) -> Settings:
    """The settings in the file at `path`; a missing file is an empty one.

    Raises UsageError with file and key when something is wrong.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(_("{file} cannot be read: {reason}.").format(file=path, reason=error)) from None
    _check(path, "", tables, _GENERAL)
    accounts = tuple(_account(path, number, table) for number, table in enumerate(tables.get("accounts", []), start=1))
    general = {key: value for key, value in tables.items() if key != "accounts"}
    return Settings(**general, accounts=accounts)


def _account(path: Path, number: int, table: Mapping[str, Any]) -> Account:
    _check(path, f"accounts {number}, ", table, _ACCOUNT)
    if missing := [key for key in _REQUIRED if key not in table]:
        sentence = _("{file}, accounts {number}: the key {key} is missing.")
        raise UsageError(sentence.format(file=path, number=number, key=missing[0]))
    ways = [way for way in _WAYS_TO_SIGN_IN if table.get(way) not in (None, False)]
    if len(ways) > 1:
        sentence = _("{file}, accounts {number}: {first} and {second} are both set. Keep one way of signing in.")
        raise UsageError(sentence.format(file=path, number=number, first=ways[0], second=ways[1]))
    values = _frozen(table)
    values.setdefault("user", table["address"])
    if "oauth" in table:
        values["oauth"] = _oauth(path, number, table["oauth"])
    return Account(**values)


def _oauth(path: Path, number: int, table: Mapping[str, Any]) -> OAuth:
    _check(path, f"accounts {number}, oauth, ", table, _OAUTH)
    own = () if "provider" in table else ("authorize_url", "token_url", "scopes")
    if missing := [key for key in ("client_id", *own) if key not in table]:
        sentence = _("{file}, accounts {number}, oauth: the key {key} is missing.")
        raise UsageError(sentence.format(file=path, number=number, key=missing[0]))
    return OAuth(**_frozen(table))


def _frozen(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


def _check(path: Path, place: str, table: Mapping[str, Any], checks: Mapping[str, _Check]) -> None:
    for key, value in table.items():
        if key not in checks:
            sentence = _("{file}: unknown key {key}. Known keys: {known}.")
            raise UsageError(sentence.format(file=path, key=place + key, known=", ".join(checks)))
        right, wanted = checks[key]
        if not right(value):
            sentence = _("{file}, {key}: should be {wanted}.")
            raise UsageError(sentence.format(file=path, key=place + key, wanted=_(wanted)))
