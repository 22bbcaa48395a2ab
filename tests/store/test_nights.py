"""What one night leaves for the next."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from followup_filter.errors import EXIT_LOGIN, EXIT_OK, EXIT_SERVER
from followup_filter.store import nights
from followup_filter.store.contacts import add_first_contacts, first_contacts
from followup_filter.store.database import Database
from followup_filter.store.messages import Place
from followup_filter.store.nights import Scan
from tests.builders import scratch

MONDAY = date(2026, 9, 21)
MOMENT = datetime(2026, 9, 21, 3, 0, tzinfo=UTC)
PLACE = Place("a@b.example", "INBOX", 7)


def test_the_last_look_at_a_folder_takes_the_place_of_the_one_before(database: Database) -> None:
    with scratch(database) as connection:
        assert nights.read_scan(connection, "a@b.example", "INBOX") is None
        for mails in (3, 5):
            nights.save_scan(connection, "a@b.example", "INBOX", "inbox", Scan(7, MONDAY, MOMENT, mails, 12))
        nights.save_scan(connection, "a@b.example", "Trash", "trash", Scan(8, MONDAY, MOMENT, 4))
        assert nights.read_scan(connection, "a@b.example", "INBOX") == Scan(7, MONDAY, MOMENT, 5, 12)
        assert nights.count_scanned(connection, "trash") == 4
        assert nights.count_scanned(connection, "junk") == 0


def test_a_mail_that_fails_twice_in_one_night_has_failed_on_one(database: Database) -> None:
    with scratch(database) as connection:
        counts = [
            nights.count_attempt(connection, PLACE, "5", MONDAY + timedelta(days=days), "why") for days in (0, 0, 1, 2)
        ]
        assert counts == [1, 1, 2, 3]
        assert nights.count_attempt(connection, PLACE, "6", MONDAY, "why") == 1
        nights.forget_attempts(connection, PLACE, ["5"])
        assert nights.count_attempt(connection, PLACE, "5", MONDAY, "why") == 1
        assert nights.count_attempt(connection, PLACE, "6", MONDAY + timedelta(days=1), "why") == 2


def test_a_fault_counts_its_nights_until_it_changes_or_ends(database: Database) -> None:
    def save(days: int, exit_status: int = EXIT_LOGIN, fingerprint: str = "f") -> tuple[date, int]:
        night = MONDAY + timedelta(days=days)
        nights.save_fault(
            connection, "a", "", exit_status=exit_status, sentence="why", fingerprint=fingerprint, night=night
        )
        fault = nights.read_fault(connection, "a")
        assert fault is not None
        return fault.first_night, fault.nights

    with scratch(database) as connection:
        assert [save(0), save(0), save(1)] == [(MONDAY, 1), (MONDAY, 1), (MONDAY, 2)]
        assert save(2, fingerprint="other settings") == (MONDAY + timedelta(days=2), 1)
        assert save(3, EXIT_SERVER, "other settings") == (MONDAY + timedelta(days=3), 1)
        nights.clear_fault(connection, "a")
        assert nights.read_fault(connection, "a") is None


def test_warnings_stand_behind_faults_and_faults_of_removed_accounts_end(database: Database) -> None:
    with scratch(database) as connection:
        for account, status in (("a", EXIT_OK), ("b", EXIT_SERVER), ("c", EXIT_LOGIN)):
            nights.save_fault(connection, account, "", exit_status=status, sentence="why", night=MONDAY)
        assert [fault.account for fault in nights.read_faults(connection)] == ["c", "b", "a"]
        nights.forget_faults_of_others(connection, ["a", "b"])
        assert [fault.account for fault in nights.read_faults(connection)] == ["b", "a"]


def test_the_first_contact_with_an_address_is_kept(database: Database) -> None:
    later = MOMENT + timedelta(days=9)
    with scratch(database) as connection:
        assert add_first_contacts(connection, {"x@c.example": later, "y@c.example": MOMENT}) == 2
        assert add_first_contacts(connection, {"x@c.example": MOMENT, "y@c.example": later}) == 1
        assert first_contacts(connection) == {"x@c.example": MOMENT, "y@c.example": MOMENT}
