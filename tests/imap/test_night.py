"""Nights in a row, unattended: what each leaves for the next (reliability.md P1, P3, P4, P14)."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import func, select

from followup_filter import pipeline
from followup_filter.config import Account
from followup_filter.errors import EXIT_LOCKED, EXIT_LOGIN, EXIT_OK, EXIT_STORAGE
from followup_filter.events.event import Card, Event, EventList
from followup_filter.labels import Outcome
from followup_filter.mail import imap
from followup_filter.mail.imap_connection import ImapConnection
from followup_filter.model.bundle import Model
from followup_filter.pipeline import faults, intake
from followup_filter.store import corrections, nights, schema
from followup_filter.store.contacts import first_contacts
from followup_filter.store.database import FILE_NAME, Database
from followup_filter.store.results import read_decisions
from tests.conftest import Invoke
from tests.imap.builders import NOON, account_of, plain_mail, run_night, source_of, subjects, write_settings
from tests.imap.dovecot import PASSWORD, USER, Dovecot

KILL_POINTS = 60
DAY = timedelta(days=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "store")
    yield database
    database.close()


def _attend(database: Database, day: date, *cards: Card) -> None:
    with database.transaction() as connection:
        pipeline.import_events(connection, EventList(events=(Event("e", "Evening", day, cards=cards),)))


def test_whoever_wrote_or_was_written_to_in_the_year_before_is_known_and_only_addresses_are_read_once(
    dovecot: Dovecot, database: Database, shipped: Model
) -> None:
    """A person on a card who wrote a year before is known from before; one whose mail is older than a year is not."""
    day = NOON.date() - DAY
    people = ("old@c.example", "asked@c.example", "stranger@c.example", "ancient@c.example")
    before = NOON - timedelta(days=200)
    dovecot.append("INBOX", [(plain_mail(1, sender=people[0]), before)])
    dovecot.append("INBOX", [(plain_mail(2, sender=people[3]), before - timedelta(days=400))])
    mine = plain_mail(3, sender=USER).replace(b"\r\n\r\n", b"\r\nTo: asked@c.example\r\n\r\n", 1)
    dovecot.append("Sent", [(mine, before)])
    dovecot.append("Junk", [(plain_mail(4, sender=people[2]), before)])
    dovecot.append("INBOX", [(plain_mail(10 + row, sender=person), NOON) for row, person in enumerate(people)])
    _attend(database, day, *(Card(person, "", person) for person in people))
    dovecot.commands()
    run_night(dovecot, database, shipped)
    sent = dovecot.commands()
    with database.transaction() as connection:
        contacts = first_contacts(connection)
        events = {
            item.stored.message.from_address.address: item.event
            for item in read_decisions(connection)
            if item.stored.message.from_address
        }
    assert contacts == {people[0]: before, people[1]: before}
    assert events == {people[0]: None, people[1]: None, people[2]: "e", people[3]: "e"}
    assert sum("HEADER.FIELDS (FROM TO CC DATE)" in command for command in sent) == 2
    assert len(subjects(database)) == len(people)
    run_night(dovecot, database, shipped, NOON + DAY)
    assert not [command for command in dovecot.commands() if "HEADER.FIELDS" in command or "BEFORE" in command]
    _attend(database, day - timedelta(days=250))
    run_night(dovecot, database, shipped, NOON + DAY)
    with database.transaction() as connection:
        assert people[3] in first_contacts(connection)


def test_a_lead_that_the_server_marks_as_answered_is_noted(
    dovecot: Dovecot, database: Database, shipped: Model
) -> None:
    dovecot.append("INBOX", [(plain_mail(number), NOON) for number in range(3)])
    run_night(dovecot, database, shipped)
    with database.transaction() as connection:
        numbers = [item.stored.number for item in read_decisions(connection)]
        for number, outcome in zip(numbers, (Outcome.LEAD, Outcome.LEAD, Outcome.OTHER), strict=True):
            corrections.correct_outcome(connection, number, outcome, None, "cli")
    with dovecot.client() as owner:
        owner.select_folder("INBOX")
        owner.add_flags([1, 3], ["\\Answered"])
    dovecot.commands()
    run_night(dovecot, database, shipped, NOON + DAY)
    # Only leads are asked for, and those known as answered no more.
    assert [command for command in dovecot.commands() if "FLAGS" in command] == ["UID FETCH 1,2 (FLAGS)"]
    with database.transaction() as connection:
        assert nights.answered_numbers(connection) == {numbers[0]}
    run_night(dovecot, database, shipped, NOON + DAY)
    assert [command for command in dovecot.commands() if "FLAGS" in command] == ["UID FETCH 2 (FLAGS)"]


def test_mail_in_the_trash_is_only_counted(dovecot: Dovecot, database: Database, shipped: Model) -> None:
    dovecot.append("Trash", [(plain_mail(number), NOON) for number in range(3)])
    dovecot.commands()
    assert run_night(dovecot, database, shipped).mails == 0
    assert not [command for command in dovecot.commands() if "FETCH" in command]
    with database.transaction() as connection:
        assert nights.count_scanned(connection, "trash") == 3


def test_mail_that_is_archived_filed_or_taken_for_spam_between_two_nights_is_in_the_next_report(
    invoke: Invoke, dovecot: Dovecot, tmp_path: Path
) -> None:
    """Archived at noon by the owner, filed by a rule as it arrives, and in Junk; of an event over the command line."""
    arrived = datetime.now().astimezone() - DAY
    write_settings(dovecot, tmp_path / "settings.toml")
    assert invoke("events", "add", "夜会", (arrived - DAY).date().isoformat()).status == EXIT_OK
    assert "0 mails read" in invoke("run").out
    dovecot.append("INBOX", [(plain_mail(1), arrived)])
    dovecot.append("名刺&交換", [(plain_mail(2), arrived)])
    dovecot.append("Junk", [(plain_mail(3), arrived)])
    with dovecot.client() as owner:
        owner.create_folder("Archive")
        owner.select_folder("INBOX")
        owner.move([1], "Archive")
    assert "3 mails read, 3 new" in invoke("run").out
    # Moved once more, and one into a folder made today: nothing is counted twice.
    with dovecot.client() as owner:
        owner.select_folder("Junk")
        owner.move([1], "INBOX")
    again = invoke("run")
    assert "1 mail read, 0 new" in again.out
    found = (
        json.loads(invoke("find", "mail", "--format", "json").out) if "--format" in invoke("find", "-h").out else None
    )
    assert found is None or len(found) == 3
    # An event added later, with an earlier date, brings its mail.
    dovecot.append("Archive", [(plain_mail(4), arrived - timedelta(days=40))])
    assert "0 new" in invoke("run").out
    assert invoke("events", "add", "朝食会", (arrived - timedelta(days=41)).date().isoformat()).status == EXIT_OK
    assert "1 new" in invoke("run").out


def test_a_dry_run_says_what_would_come_and_keeps_nothing(invoke: Invoke, dovecot: Dovecot, tmp_path: Path) -> None:
    arrived = datetime.now().astimezone() - DAY
    dovecot.append("INBOX", [(plain_mail(number), arrived) for number in range(3)])
    write_settings(dovecot, tmp_path / "settings.toml")
    before = dovecot.state()
    dry = invoke("run", "--dry-run", "--format", "json")
    assert dry.status == EXIT_OK, dry.err
    values = json.loads(dry.out)
    assert values["dry_run"] is True
    assert [(reading["name"], reading["new"]) for reading in values["readings"]] == [(USER, 3)]
    assert sum(values["readings"][0]["outcomes"].values()) == 3
    assert "nothing was kept" in invoke("run", "--dry-run").out
    database = Database.open(tmp_path / "data")
    assert subjects(database) == []
    with database.transaction() as connection:
        assert not connection.execute(select(schema.run)).all()
    database.close()
    assert dovecot.state() == before
    assert "3 new" in invoke("run").out
    assert invoke("run", "--quiet").out == ""


def _tries(server: Dovecot) -> int:
    """How many sign-ins the server has refused so far."""
    return (server.folder / "dovecot.log").read_text().count("auth failed, 1 attempts")


def test_a_refused_password_is_tried_once_a_night_on_three_nights_and_then_not_until_something_changes(
    dovecot: Dovecot, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, invoke: Invoke
) -> None:
    write_settings(dovecot, tmp_path / "settings.toml", password_command=[sys.executable, "-c", "print('wrong')"])
    today = [NOON]
    monkeypatch.setattr("followup_filter.cli.run.now", lambda: today[0])
    said = []
    for night in range(5):
        today[0] = NOON + night * DAY
        for _again in range(2):
            result = invoke("run")
            assert result.status == EXIT_LOGIN
            said.append(result.err)
    assert _tries(dovecot) == 3
    assert "tried again tomorrow" in said[1]
    assert "refused on 3 nights" in said[-1] and "Check user name and password" in said[-1]
    # By hand, on a terminal, it is tried at once.
    monkeypatch.setattr("followup_filter.cli.run.is_attended", lambda: True)
    assert invoke("run").status == EXIT_LOGIN
    assert _tries(dovecot) == 4
    monkeypatch.setattr("followup_filter.cli.run.is_attended", lambda: False)
    write_settings(dovecot, tmp_path / "settings.toml")
    assert invoke("run").status == EXIT_OK
    own = Database.open(tmp_path / "data")
    with own.transaction() as connection:
        assert not nights.read_faults(connection)
    own.close()


def test_the_fault_of_an_account_that_was_taken_out_of_the_settings_is_over(
    invoke: Invoke, dovecot: Dovecot, tmp_path: Path
) -> None:
    settings = tmp_path / "settings.toml"
    write_settings(dovecot, settings, address="old@example.jp", password_command=["/bin/echo", "wrong"])
    assert invoke("run").status == EXIT_LOGIN
    assert "[!] old@example.jp" in invoke("report").out
    write_settings(dovecot, settings)
    assert invoke("run").status == EXIT_OK
    assert "[!]" not in invoke("report").out


def test_the_fingerprint_holds_every_setting_of_the_account() -> None:
    account = Account("a@b.example", "mail.b.example", "a")
    assert faults.fingerprint(account) == faults.fingerprint(Account("a@b.example", "mail.b.example", "a"))
    for change in ({"host": "x"}, {"user": "b"}, {"password_command": ("pass",)}, {"port": 143}):
        values = {"address": "a@b.example", "host": "mail.b.example", "user": "a", **change}
        assert faults.fingerprint(Account(**values)) != faults.fingerprint(account)  # type: ignore[arg-type]


def test_no_secret_is_seen_in_the_list_of_processes_or_kept_anywhere(dovecot: Dovecot, tmp_path: Path) -> None:
    """The command line of every process is read again and again while a run goes on in a process of its own."""
    arrived = datetime.now().astimezone() - DAY
    dovecot.append("INBOX", [(plain_mail(number), arrived) for number in range(200)])
    password_file = tmp_path / "password"
    password_file.write_text(PASSWORD + "\n")
    write_settings(dovecot, tmp_path / "settings.toml", password_command=["cat", str(password_file)])
    seen: list[bytes] = []
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.append(file.read_bytes())
                except OSError:
                    continue
            time.sleep(0.01)

    watcher = threading.Thread(target=watch)
    watcher.start()
    done = subprocess.run([sys.executable, "-m", "followup_filter", "run"], capture_output=True, check=True)
    over.set()
    watcher.join()
    assert any(b"followup_filter" in line for line in seen)
    assert not any(PASSWORD.encode() in line for line in seen)
    assert PASSWORD.encode() not in done.stdout + done.stderr
    for file in (tmp_path / "data").rglob("*"):
        assert not file.is_file() or PASSWORD.encode() not in file.read_bytes(), file


def test_two_runs_at_once_do_no_harm(dovecot: Dovecot, tmp_path: Path) -> None:
    arrived = datetime.now().astimezone() - DAY
    dovecot.append("INBOX", [(plain_mail(number), arrived) for number in range(60)])
    write_settings(dovecot, tmp_path / "settings.toml")
    command = [sys.executable, "-m", "followup_filter", "run"]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [run.communicate(timeout=120) for run in runs]
    statuses = sorted(run.returncode for run in runs)
    assert statuses[0] == EXIT_OK and set(statuses) <= {EXIT_OK, EXIT_LOCKED}, said
    assert EXIT_LOCKED not in statuses or any("Another run is going on" in err for _out, err in said)
    database = Database.open(tmp_path / "data")
    assert len(subjects(database)) == 60
    assert len(set(subjects(database))) == 60
    database.close()


def _contents(database: Database) -> list[tuple[object, ...]]:
    with database.transaction() as connection:
        rows = [
            (item.stored.message.content_hash, item.outcome, item.event, item.review)
            for item in read_decisions(connection)
        ]
        places = connection.execute(select(func.count()).select_from(schema.location)).scalar_one()
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    return [(places,), *sorted(rows, key=str)]


def _step_at(database: Database, monkeypatch: pytest.MonkeyPatch, act: object) -> None:
    """Call `act` before every statement and commit of the database and every command to the server."""
    assert callable(act)
    sqlalchemy_event.listen(database.engine, "before_cursor_execute", lambda *_arguments: act())
    sqlalchemy_event.listen(database.engine, "commit", lambda *_arguments: act())
    asked = ImapConnection.ask

    def counted(self: ImapConnection, ask: object) -> object:
        act()
        return asked(self, ask)  # type: ignore[arg-type]

    monkeypatch.setattr(ImapConnection, "ask", counted)


def test_killed_at_sixty_points_every_mail_is_there_once_after_the_next_night(
    dovecot: Dovecot, shipped: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL before any statement, commit or command to the server; then one more night on the same server."""
    monkeypatch.setattr(imap, "BATCH_UIDS", 3)
    monkeypatch.setattr(intake, "BATCH_MAILS", 3)
    before = NOON - timedelta(days=200)
    dovecot.append("INBOX", [(plain_mail(number, sender=f"p{number}@c.example"), NOON) for number in range(7)])
    dovecot.append("INBOX", [(plain_mail(50, sender="p1@c.example"), before)])
    dovecot.append("Junk", [(plain_mail(8), NOON), (plain_mail(1, sender="p1@c.example"), NOON)])
    dovecot.append("Sent", [(plain_mail(9, sender=USER), NOON)])
    dovecot.append("Trash", [(plain_mail(10), NOON)])
    cards = tuple(Card(f"p{number}", "", f"p{number}@c.example") for number in range(7))

    def prepared(name: str) -> Database:
        database = Database.open(tmp_path / name)
        _attend(database, NOON.date() - DAY, *cards)
        return database

    prepared("reference").close()
    reference = Database.open(tmp_path / "reference")
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    with monkeypatch.context() as patched:
        _step_at(reference, patched, count)
        run_night(dovecot, reference, shipped)
    in_all = steps
    expected = _contents(reference)
    reference.close()
    assert in_all > KILL_POINTS
    assert len(expected) > 8
    for point in range(KILL_POINTS):
        killed_at = 1 + point * in_all // KILL_POINTS
        prepared(f"killed-{point}").close()
        child = os.fork()
        if child == 0:
            left = killed_at

            def kill() -> None:
                nonlocal left
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

            database = Database.open(tmp_path / f"killed-{point}")
            _step_at(database, monkeypatch, kill)
            run_night(dovecot, database, shipped)
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, f"step {killed_at} of {in_all}"
        database = Database.open(tmp_path / f"killed-{point}")
        run_night(dovecot, database, shipped)
        assert _contents(database) == expected, f"killed at step {killed_at}"
        database.close()


@pytest.mark.parametrize("room", [0, 40_000, 400_000])
def test_a_full_disk_is_told_and_the_next_night_completes(
    dovecot: Dovecot, shipped: Model, tmp_path: Path, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files may grow by so many bytes only (RLIMIT_FSIZE), in a process of its own; later they may grow again."""
    monkeypatch.setattr(imap, "BATCH_UIDS", 10)
    dovecot.append("INBOX", [(plain_mail(number, "x" * 20_000), NOON) for number in range(30)])
    folder = tmp_path / "small"
    database = Database.open(folder)
    _attend(database, NOON.date() - DAY)
    database.close()
    child = os.fork()
    if child == 0:
        limit = (folder / FILE_NAME).stat().st_size + room
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        status = 0
        try:
            run_night(dovecot, Database.open(folder), shipped)
        except Exception as error:
            status = getattr(error, "exit_status", 99)
        os._exit(status)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFEXITED(status) and os.WEXITSTATUS(status) == EXIT_STORAGE
    database = Database.open(folder)
    kept = len(subjects(database))
    assert kept < 30
    run_night(dovecot, database, shipped)
    assert len(subjects(database)) == 30
    with database.transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    database.close()


def test_a_source_reads_one_folder_at_a_time(dovecot: Dovecot) -> None:
    """What was opened last is what is read, also after the connection was lost."""
    dovecot.append("INBOX", [(plain_mail(1), NOON)])
    dovecot.append("Old", [(plain_mail(2), NOON)])
    with source_of(account_of(dovecot)) as source:
        folders = {folder.name: folder for folder in source.folders()}
        for name, text in (("INBOX", b"hello 1"), ("Old", b"hello 2")):
            uids = source.arrived_since(source.open(folders[name]), NOON.date())
            assert source.connection.client is not None
            source.connection.client.shutdown()
            ((mail,),) = source.fetch(uids)
            assert text in mail.raw
