"""Faults that outlive a night: they stand on top of the report until they are over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import Connection

from followup_filter.config import Account
from followup_filter.errors import EXIT_LOGIN, EXIT_OK, FollowupError, NoSecretError, RefusedError
from followup_filter.language import gettext as _
from followup_filter.mail.server import Folder
from followup_filter.store import nights
from followup_filter.store.database import Database

NIGHTS_OF_SIGNING_IN = 3
"""A refused sign-in is tried on so many nights; providers block addresses that go on (reliability.md 1, fault 24)."""


def fingerprint(account: Account) -> str:
    """A digest of an account's settings; it changes with any of them."""
    return hashlib.sha256(repr(account).encode()).hexdigest()


def why_not_tried(connection: Connection, account: Account, night: date) -> str:
    """Why an unattended run leaves an account alone whose sign-in was refused before; "" when it may be tried.

    One try a night; after three nights none until the settings change.
    """
    fault = nights.read_fault(connection, account.address)
    if fault is None or fault.exit_status != EXIT_LOGIN or fault.fingerprint != fingerprint(account):
        return ""
    if fault.nights >= NIGHTS_OF_SIGNING_IN:
        return _(
            "It was refused on {nights} nights, so it is not tried again until the settings change or you run "
            "followup-filter run by hand. {reason}"
        ).format(nights=fault.nights, reason=fault.sentence)
    if fault.last_night >= night:
        return _("It was refused earlier today and is tried again tomorrow. {reason}").format(reason=fault.sentence)
    return ""


def note_fault(database: Database, account: Account, error: FollowupError, night: date) -> None:
    """Keep the fault of a whole account for the report."""
    with database.transaction() as connection:
        nights.save_fault(
            connection,
            account.address,
            nights.WHOLE_ACCOUNT,
            exit_status=error.exit_status,
            sentence=str(error),
            # A sign-in that never reached the server may be tried as often as one likes.
            fingerprint="" if isinstance(error, NoSecretError) else fingerprint(account),
            night=night,
        )


def note_success(database: Database, account: Account) -> None:
    """The account could be read: its fault is over."""
    with database.transaction() as connection:
        nights.clear_fault(connection, account.address)


class FolderFaults:
    """The faults of single folders of an account; guards that a refusal stops no other folder."""

    def __init__(self, database: Database, account: str, night: date) -> None:
        self._database, self._account, self._night = database, account, night
        self.sentences: list[str] = []

    @contextmanager
    def noted(self, folder: Folder) -> Iterator[None]:
        """A context in which a refusal of the server is kept as a fault of this folder, and goes no further."""
        try:
            yield
        except RefusedError as error:
            sentence = _("Folder “{folder}” could not be read. {reason}").format(folder=folder.name, reason=error)
            self._save(folder.name, error.exit_status, sentence)

    def over(self, folder: Folder) -> None:
        """The folder could be read to its end."""
        with self._database.transaction() as connection:
            nights.clear_fault(connection, self._account, folder.name)

    def forget_others(self, folders: Iterable[Folder]) -> None:
        """Folders that are no longer there, or no longer read, have no faults."""
        with self._database.transaction() as connection:
            nights.forget_faults_of_other_folders(connection, self._account, [folder.name for folder in folders])

    def warn(self, sentence: str) -> None:
        """Keep a warning for the report, or, with an empty sentence, end it."""
        if sentence:
            self._save(nights.WARNING, EXIT_OK, sentence)
            return
        with self._database.transaction() as connection:
            nights.clear_fault(connection, self._account, nights.WARNING)

    def _save(self, folder: str, exit_status: int, sentence: str) -> None:
        if exit_status and sentence not in self.sentences:
            self.sentences.append(sentence)
        with self._database.transaction() as connection:
            nights.save_fault(
                connection, self._account, folder, exit_status=exit_status, sentence=sentence, night=self._night
            )
