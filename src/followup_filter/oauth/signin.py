"""What was granted, and where it is kept: in the keyring, or in a file that its owner alone can read."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote

from followup_filter.config import APPLICATION, data_folder
from followup_filter.errors import NoSecretError, StorageError
from followup_filter.files import write_private
from followup_filter.language import gettext as _

KEYRING_SERVICE = f"{APPLICATION} sign-in"
FOLDER = "sign-in"
LARGEST_BYTES = 65_536


class Place(StrEnum):
    """Where a sign-in is kept."""

    KEYRING = "keyring"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a service granted. `expires_at`: when the access token ends, in seconds since 1970; 0: it is not known."""

    token_url: str
    client_id: str
    refresh_token: str = field(repr=False)
    access_token: str = field(repr=False)
    expires_at: int = 0


def granted(token_url: str, client_id: str, token: Mapping[str, Any], refresh_token: str = "") -> SignIn:
    """The sign-in in a service's answer; `refresh_token` is the one so far, kept where the answer has none.

    Raises ValueError for an answer without the tokens.
    """
    access, refresh = token.get("access_token"), token.get("refresh_token") or refresh_token
    if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
        raise ValueError
    return SignIn(token_url, client_id, refresh, access, int(token.get("expires_at") or 0))


def file_of(address: str) -> Path:
    """The file that may hold the sign-in of an address."""
    return data_folder() / FOLDER / f"{quote(address, safe='@')}.json"


def read_sign_in(address: str) -> tuple[SignIn, Place] | None:
    """The stored sign-in and its place, the file first; None when there is none.

    Raises NoSecretError when a file is readable by others or damaged, or when there is no file and no keyring.
    """
    if text := _read_file(file_of(address)):
        return _parsed(address, text), Place.FILE
    import keyring

    try:
        kept = keyring.get_password(KEYRING_SERVICE, address)
    except Exception as error:  # Each system's keyring has its own exceptions beside keyring's.
        raise NoSecretError(
            _(
                "No sign-in of {address} can be read here: the keyring cannot be used ({reason}). Keep it in a file: "
                "run followup-filter account authorize {address} --file."
            ).format(address=address, reason=type(error).__name__)
        ) from None
    return (_parsed(address, kept), Place.KEYRING) if kept else None


def save_sign_in(address: str, sign_in: SignIn, place: Place) -> Place:
    """Keep a renewed sign-in; the place it went to (a file where the keyring does not keep it).

    Raises StorageError when the disk refuses.
    """
    text = json.dumps(asdict(sign_in))
    if place is Place.KEYRING and _save_in_keyring(address, text):
        file_of(address).unlink(missing_ok=True)
        return Place.KEYRING
    _write_file(file_of(address), text)
    return Place.FILE


def replace_sign_in(address: str, sign_in: SignIn, place: Place) -> Place:
    """Keep a new sign-in instead of any that is stored; otherwise as save_sign_in."""
    kept = save_sign_in(address, sign_in, place)
    if kept is Place.FILE:
        _forget_in_keyring(address)
    return kept


def forget_sign_in(address: str) -> bool:
    """Delete what is stored for an address; False when there was nothing."""
    found = file_of(address).exists()
    file_of(address).unlink(missing_ok=True)
    return _forget_in_keyring(address) or found


def _parsed(address: str, text: str) -> SignIn:
    with suppress(ValueError, TypeError):
        return SignIn(**json.loads(text))
    sentence = _("The stored sign-in of {address} is damaged. Run followup-filter account authorize {address}.")
    raise NoSecretError(sentence.format(address=address))


def _save_in_keyring(address: str, text: str) -> bool:
    """False when there is no keyring, or it does not keep so much (Windows: 1,280 characters)."""
    import keyring

    with suppress(Exception):
        keyring.set_password(KEYRING_SERVICE, address, text)
        return keyring.get_password(KEYRING_SERVICE, address) == text
    return False


def _forget_in_keyring(address: str) -> bool:
    import keyring

    with suppress(Exception):
        if keyring.get_password(KEYRING_SERVICE, address) is not None:
            keyring.delete_password(KEYRING_SERVICE, address)
            return True
    return False


def _read_file(path: Path) -> str:
    """What the file holds, "" when there is none; only a file that nobody else can read or put there is read."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return ""
    except OSError:
        raise NoSecretError(_loose(path)) from None
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        private = os.name != "posix" or (not status.st_mode & 0o077 and status.st_uid == os.geteuid())
        if not private or not stat.S_ISREG(status.st_mode):
            raise NoSecretError(_loose(path))
        return file.read(LARGEST_BYTES).decode("utf-8", "replace")


def _loose(path: Path) -> str:
    return _(
        "{file} is not used: it should be a plain file of yours that nobody else can read. If only you could write it, "
        "run: chmod 600 {file}"
    ).format(file=path)


def _write_file(path: Path, text: str) -> None:
    """Write a private file whole or not at all."""
    try:
        write_private(path, text.encode())
    except OSError as error:
        sentence = _("The sign-in cannot be kept in {file}: {reason}. Make room, then authorize again.")
        raise StorageError(sentence.format(file=path, reason=error.strerror)) from None
