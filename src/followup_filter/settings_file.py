"""Writing accounts into the settings file, which people edit as well: their comments and other keys stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from followup_filter.errors import StorageError, UsageError
from followup_filter.files import write_private
from followup_filter.language import gettext as _


def with_account(text: str, account: dict[str, Any]) -> str:
    """The text of a settings file with this account in it, in place of one with the same address.

    Keys of an earlier entry that `account` does not hold are dropped, comments stay. Raises UsageError when `text` is
    no TOML.
    """
    import tomlkit
    from tomlkit.exceptions import ParseError

    try:
        document = tomlkit.parse(text)
    except ParseError as error:
        sentence = _("The settings file is damaged: {reason}. Put it right, or set it aside.")
        raise UsageError(sentence.format(reason=error)) from None
    if "accounts" not in document:
        document.append("accounts", tomlkit.aot())
    accounts: Any = document["accounts"]
    entry = next((each for each in accounts if each.get("address") == account["address"]), None)
    if entry is None:
        entry = tomlkit.table()
        accounts.append(entry)
    for key in [key for key in entry if key not in account]:
        del entry[key]
    for key, value in account.items():
        entry[key] = value
    return tomlkit.dumps(document)


def save_account(path: Path, account: dict[str, Any]) -> None:
    """Write this account into the settings file at `path`, readable by its owner only.

    Raises UsageError when the file is damaged and StorageError when it cannot be written.
    """
    try:
        text = path.read_text("utf-8-sig") if path.exists() else ""
        write_private(path, with_account(text, account).encode())
    except (OSError, UnicodeDecodeError) as error:
        sentence = _("{file} cannot be written: {reason}.")
        raise StorageError(sentence.format(file=path, reason=getattr(error, "strerror", error))) from None
