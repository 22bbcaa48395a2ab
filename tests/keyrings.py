"""Keyrings of a test: keyring's own interface, kept in memory; nothing of the person who runs the tests is touched."""

from __future__ import annotations

from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.errors import PasswordDeleteError, PasswordSetError


def no_keyring() -> KeyringBackend:
    """What keyring takes where there is none, as under cron."""
    return fail.Keyring()  # type: ignore[no-untyped-call]


class MemoryKeyring(KeyringBackend):
    """Keeps passwords as long as the test runs; `largest` is how long they may be."""

    priority = 1.0

    def __init__(self, largest: int = 100_000) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}
        self.largest = largest

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if len(password) > self.largest:
            raise PasswordSetError("too long")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise PasswordDeleteError("not there")
        del self.kept[service, username]
