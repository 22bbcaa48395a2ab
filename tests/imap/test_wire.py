"""The real Dovecot behind a wire that misbehaves as servers and networks do in life (reliability.md 1, P5, P6)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from followup_filter.errors import EXIT_OK, EXIT_SERVER, ServerError
from followup_filter.events.event import Event, EventList
from followup_filter.mail import imap
from followup_filter.mail.deadline import Deadline
from followup_filter.mail.server import Folder, Role
from followup_filter.model.bundle import Model
from followup_filter.pipeline import RunSummary, import_events, run_account
from followup_filter.store import nights
from followup_filter.store.database import Database
from followup_filter.store.messages import unreadable
from tests.conftest import Invoke
from tests.imap.builders import NOON, account_of, plain_mail, run_night, source_of, subjects, write_settings
from tests.imap.dovecot import Dovecot
from tests.imap.proxy import CUT, PASS, SILENCE, TRICKLE, Reply, Wire


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "store")
    yield database
    database.close()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two tries of a connection nobody waits."""
    monkeypatch.setattr("followup_filter.mail.imap_connection.PAUSE_SECONDS", 0)


def _through(wire: Wire) -> dict[str, object]:
    return {"host": "127.0.0.1", "port": wire.port, "security": "none", "ca_file": ""}


def _night(wire: Wire, server: Dovecot, database: Database, model: Model, now: datetime = NOON) -> RunSummary:
    return run_night(server, database, model, now, **_through(wire))


def _uids(command: bytes) -> set[int]:
    """The UIDs that a fetch of bodies asks for."""
    words = command.split()
    if words[:2] != [b"UID", b"FETCH"] or b"BODY.PEEK[]" not in command:
        return set()
    found: set[int] = set()
    for part in words[2].split(b","):
        first, _colon, last = part.partition(b":")
        found |= set(range(int(first), int(last or first) + 1))
    return found


@pytest.mark.parametrize("fault", [CUT, b"NO [UNAVAILABLE] server error", b"BAD what", b"OK [None] done"])
def test_one_mail_that_a_server_cannot_hand_out_stops_no_other_and_is_listed_after_three_nights(
    fault: Reply, dovecot: Dovecot, database: Database, shipped: Model
) -> None:
    """The connection is cut, the batch refused, or the mail left out without a word, on each of three nights."""
    dovecot.append("INBOX", [(plain_mail(number), NOON) for number in range(1, 8)])
    others = [f"mail {number}" for number in (1, 2, 3, 4, 6, 7)]

    def rule(command: bytes) -> Reply:
        asked = _uids(command)
        return fault if asked == {5} or (5 in asked and fault != b"OK [None] done") else PASS

    with Wire(dovecot, rule) as wire:
        for night in range(2):
            for _again in range(2):  # Twice in one night counts once.
                summary = _night(wire, dovecot, database, shipped, NOON + timedelta(days=night))
                if fault != b"OK [None] done":
                    assert summary.unreadable == 1
                    assert subjects(database) == others
        if fault == b"OK [None] done":
            # Handed out within a batch, refused alone: it came with the batch.
            assert subjects(database) == [f"mail {number}" for number in range(1, 8)]
            return
        with database.transaction() as connection:
            assert not unreadable(connection)
        third = _night(wire, dovecot, database, shipped, NOON + timedelta(days=2))
        assert (third.new, third.unreadable) == (1, 1)
        with database.transaction() as connection:
            (listed,) = unreadable(connection)
        assert listed.error == "The server did not hand this mail out."
        fourth = _night(wire, dovecot, database, shipped, NOON + timedelta(days=3))
        assert (fourth.mails, fourth.new) == (0, 0)


@pytest.mark.parametrize("item", [b"RFC822.SIZE", b"BODY.PEEK[]"])
def test_a_mail_that_fails_is_asked_for_again_long_after_its_event(
    item: bytes, dovecot: Dovecot, database: Database, shipped: Model
) -> None:
    """The first load comes when the event's window has closed, so that no SEARCH names the mail a second time.

    The server refuses what is asked of it first, its size, or its text.
    """
    old = NOON - timedelta(days=95)
    dovecot.append("INBOX", [(plain_mail(number), old) for number in (1, 2, 3)])
    with database.transaction() as connection:
        event = Event("e", "Evening", (NOON - timedelta(days=100)).date(), window_days=10)
        import_events(connection, EventList(events=(event,)))

    def rule(command: bytes) -> Reply:
        words = command.split()
        asked = words[:2] == [b"UID", b"FETCH"] and item in command
        return b"NO [SERVERBUG] cannot" if asked and (b"2" in words[2].split(b",") or words[2] == b"1:3") else PASS

    with Wire(dovecot, rule) as wire:
        for night in range(3):
            summary = _night(wire, dovecot, database, shipped, NOON + timedelta(days=night))
            assert summary.unreadable == 1, f"night {night}"
            assert subjects(database) == ["mail 1", "mail 3"]
        with database.transaction() as connection:
            assert len(unreadable(connection)) == 1
        assert _night(wire, dovecot, database, shipped, NOON + timedelta(days=3)).mails == 0


def test_a_mail_that_fails_and_is_deleted_is_asked_for_once_more_and_forgotten(
    dovecot: Dovecot, database: Database, shipped: Model
) -> None:
    dovecot.append("INBOX", [(plain_mail(1), NOON)])
    with Wire(dovecot, lambda command: b"NO no" if _uids(command) else PASS) as wire:
        assert _night(wire, dovecot, database, shipped).unreadable == 1
    with dovecot.client() as owner:
        owner.select_folder("INBOX")
        owner.delete_messages([1])
        owner.expunge()
    for fetches in (2, 0):
        dovecot.commands()
        assert run_night(dovecot, database, shipped).mails == 0
        assert sum("FETCH" in command for command in dovecot.commands()) == fetches


def test_the_fault_of_a_folder_that_is_gone_is_over(dovecot: Dovecot, database: Database, shipped: Model) -> None:
    dovecot.append("Clients", [(plain_mail(1), NOON)])
    with Wire(dovecot, lambda command: b"NO no" if command.startswith(b'EXAMINE "Clients"') else PASS) as wire:
        assert _night(wire, dovecot, database, shipped).faults
        with dovecot.client() as owner:
            owner.delete_folder("Clients")
        assert not _night(wire, dovecot, database, shipped).faults
    with database.transaction() as connection:
        assert not nights.read_faults(connection)


def test_a_server_that_has_given_enough_for_today_is_left_alone(
    dovecot: Dovecot, database: Database, shipped: Model
) -> None:
    """The batch is not halved, nothing counts as a failed mail, and what came before is kept."""
    dovecot.append("INBOX", [(plain_mail(1), NOON)])
    dovecot.append("Old", [(plain_mail(number), NOON) for number in range(2, 9)])
    enough = b"NO [OVERQUOTA] Account exceeded command or bandwidth limits"
    with (
        Wire(dovecot, lambda command: enough if len(_uids(command)) > 1 else PASS) as wire,
        pytest.raises(ServerError, match="no more mail for now"),
    ):
        _night(wire, dovecot, database, shipped)
    assert subjects(database) == ["mail 1"]
    assert sum(len(_uids(command)) > 1 for command in wire.commands) == 1
    assert run_night(dovecot, database, shipped).new == 7


def test_a_stand_in_of_exchange_is_not_taken_for_the_mail(dovecot: Dovecot, database: Database, shipped: Model) -> None:
    stand_in = plain_mail(1).replace(
        b"mail 1", b"Retrieval using the IMAP4 protocol failed for the following message: 1"
    )
    dovecot.append("INBOX", [(stand_in, NOON), (plain_mail(2), NOON)])
    assert run_night(dovecot, database, shipped).unreadable == 1
    assert subjects(database) == ["mail 2"]


def test_a_folder_that_the_server_refuses_stops_no_other_and_stands_until_it_can_be_read(
    invoke: Invoke, dovecot: Dovecot, tmp_path: Path
) -> None:
    for number, folder in enumerate(("Clients", "INBOX", "Old")):
        dovecot.append(folder, [(plain_mail(number), NOON)])
    refused = True

    def rule(command: bytes) -> Reply:
        return b"NO [SERVERBUG] cannot open" if refused and command.startswith(b'EXAMINE "Clients"') else PASS

    with Wire(dovecot, rule) as wire:
        write_settings(dovecot, tmp_path / "settings.toml", **{**_through(wire), "ca_file": "unused"})
        assert "--source" not in invoke("events", "add", "夜会", "2026-05-19").err
        first = invoke("run")
        assert first.status == EXIT_SERVER
        assert "“Clients” could not be read" in first.err
        assert "2 mails read, 2 new" in first.out
        database = Database.open(tmp_path / "data")
        with database.transaction() as connection:
            (fault,) = nights.read_faults(connection)
        assert (fault.folder, fault.exit_status, fault.nights) == ("Clients", EXIT_SERVER, 1)
        refused = False
        second = invoke("run")
        assert second.status == EXIT_OK, second.err
        assert "1 mail read, 1 new" in second.out
        with database.transaction() as connection:
            assert not nights.read_faults(connection)
        database.close()


@pytest.mark.parametrize("fault", [SILENCE, TRICKLE])
def test_no_run_outlives_its_deadline(fault: Reply, dovecot: Dovecot, database: Database, shipped: Model) -> None:
    """A server that says nothing any more, or sends a byte now and then; the read limit of a minute helps with neither.

    The deadline is 2 s; had it no effect, the test would end after 60 s with another sentence.
    """
    dovecot.append("INBOX", [(plain_mail(1), NOON)])
    with (
        Wire(dovecot, lambda command: fault if _uids(command) else PASS) as wire,
        Deadline(2) as deadline,
        pytest.raises(ServerError, match="time for this run is up"),
        source_of(account_of(dovecot, **_through(wire)), deadline=deadline) as source,
    ):
        source.open(Folder("INBOX", Role.INBOX))
        list(source.fetch([1]))


@pytest.mark.parametrize("stuck", ["connecting", "elsewhere"])
def test_a_process_that_hangs_is_ended_at_its_deadline(stuck: str, dovecot: Dovecot, tmp_path: Path) -> None:
    """While a connection is made, or anywhere in the program: exit status 5 and a sentence."""
    with Wire(dovecot, lambda _command: TRICKLE) as wire:
        account = f"Account('a@b.example', '127.0.0.1', 'a', {wire.port}, 'none')"
        connecting = f"ImapSource({account}, 'x', bool, deadline).__enter__()"
        code = (
            "import time\n"
            "from followup_filter.config import Account\n"
            "from followup_filter.mail import deadline as module\n"
            "from followup_filter.mail.imap import ImapSource\n"
            "module.GRACE_SECONDS = 0.5\n"
            f"with module.Deadline(1) as deadline:\n    {connecting if stuck == 'connecting' else 'time.sleep(300)'}\n"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "time for this run is up" in done.stderr
    assert done.returncode == EXIT_SERVER
    assert "Traceback" not in done.stderr


def test_when_the_time_is_up_what_was_read_is_kept_and_the_next_run_goes_on(
    dovecot: Dovecot, database: Database, shipped: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "BATCH_UIDS", 2)
    dovecot.append("INBOX", [(plain_mail(number), NOON) for number in range(6)])
    with Wire(dovecot, lambda command: SILENCE if 3 in _uids(command) else PASS) as wire, Deadline(5) as deadline:
        account = account_of(dovecot, **_through(wire))
        with (
            pytest.raises(ServerError, match="time for this run is up"),
            source_of(account, deadline=deadline) as source,
        ):
            run_account(source, database, shipped, 0.02, NOON, lambda *_counts: None)
    assert subjects(database) == ["mail 0", "mail 1"]
    assert run_night(dovecot, database, shipped).new == 4


def test_gmail_reads_all_mail_once_and_of_sent_mail_only_the_headers(
    dovecot: Dovecot, database: Database, shipped: Model
) -> None:
    """Gmail's extension is played by the wire: its number of a mail is the mail's size, here different for each."""
    mails = [plain_mail(number, "x" * number) for number in range(3)]
    mine = plain_mail(3, "secret words of mine", sender="hanako@example.jp")
    dovecot.append("Everything", [*((mail, NOON) for mail in mails), (mine, NOON)])
    for folder in ("INBOX", "Label", "Junk"):
        dovecot.append(folder, [(mails[0], NOON)])
    with Wire(dovecot, gmail=True) as wire:
        wire.sent_sizes = {len(mine)}
        summary = _night(wire, dovecot, database, shipped)
        assert (summary.mails, summary.new) == (4, 4)
        with database.transaction() as connection:
            assert not nights.read_faults(connection)
            texts = connection.exec_driver_sql("SELECT subject, text, sent_by_owner FROM message").all()
        assert ("mail 3", "", 1) in [tuple(row) for row in texts]
        opened = {command for command in wire.commands if command.startswith(b"EXAMINE")}
        assert opened == {b'EXAMINE "Everything"', b'EXAMINE "Junk"', b'EXAMINE "Trash"'}
        # The mail that lies in Junk as well is known by its number: nothing of it is fetched a second time.
        assert sum(len(_uids(command)) for command in wire.commands) == len(mails)


def test_gmail_that_hides_all_mail_is_read_folder_by_folder_and_the_owner_is_told(
    dovecot: Dovecot, database: Database, shipped: Model
) -> None:
    for folder in ("INBOX", "Label"):
        dovecot.append(folder, [(plain_mail(1), NOON)])
    dovecot.append("Label", [(plain_mail(2, "archived"), NOON)])
    with Wire(dovecot, gmail=True) as wire:
        assert _night(wire, dovecot, database, shipped).new == 2
        with database.transaction() as connection:
            (warning,) = nights.read_faults(connection)
        assert (warning.exit_status, "All Mail" in warning.sentence) == (EXIT_OK, True)
        dovecot.append("Everything", [(plain_mail(1), NOON)])
        assert _night(wire, dovecot, database, shipped).new == 0
        with database.transaction() as connection:
            assert not nights.read_faults(connection)
