"""Reading over IMAP, against a real Dovecot with TLS (design.md, promises 1 and 2; reliability.md, P11, P13, P15)."""

from __future__ import annotations

import json
import re
import shutil
import socket
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from followup_filter import pipeline
from followup_filter.config import Account
from followup_filter.errors import EXIT_LOGIN, EXIT_OK, EXIT_SERVER, EXIT_USAGE, LoginRefusedError, ServerError
from followup_filter.events.event import Event, EventList
from followup_filter.mail.imap import is_loopback
from followup_filter.mail.parse import parse_message
from followup_filter.mail.server import Role
from followup_filter.model.bundle import Model
from followup_filter.pipeline.account import first_day_to_read, folders_to_read
from followup_filter.secret import PASSWORD_VARIABLE
from followup_filter.store.database import FILE_NAME, Database
from followup_filter.store.nights import Scan
from followup_filter.store.results import read_decisions
from tests.conftest import Invoke
from tests.imap.builders import (
    ALLOWED,
    FOLDERS,
    NOON,
    account_of,
    plain_mail,
    run_night,
    source_of,
    subjects,
    write_settings,
)
from tests.imap.dovecot import PASSWORD, USER, Dovecot

FIRST_DAY = date(2026, 5, 19)
"""Two days before the first event of the demo; the server reckons it in its own time zone, this machine's."""


def test_three_nights_from_the_first_load_on(invoke: Invoke, dovecot: Dovecot, demo: Path, tmp_path: Path) -> None:
    """All of the demo, then nothing, then one new mail; counted on the wire."""
    files = sorted((demo / "mail" / "inbox").glob("*.eml"))
    mails = [(file.read_bytes(), parse_message(file.read_bytes()).date) for file in files]
    dovecot.append("INBOX", mails[:-1])
    sent = [
        (file.read_bytes(), parse_message(file.read_bytes()).date)
        for file in sorted((demo / "mail" / "sent").glob("*.eml"))
    ]
    dovecot.append("Sent", sent)
    write_settings(dovecot, tmp_path / "settings.toml")
    invoke("events", "import", demo / "events.toml")
    dovecot.commands()
    early = sum(arrived.astimezone().date() < FIRST_DAY for _raw, arrived in [*mails, *sent] if arrived)
    first = invoke("run")
    loading = dovecot.commands()
    assert first.status == EXIT_OK, first.err
    assert f"{len(files) - 1 - early + len(sent)} new" in first.out
    assert all(ALLOWED.match(command) for command in loading)
    empty = invoke("run")
    quiet = dovecot.commands()
    assert "0 mails read, 0 new" in empty.out
    assert sum(command.startswith("EXAMINE") for command in quiet) == len(FOLDERS)
    assert sum(command.startswith("UID SEARCH") for command in quiet) <= len(FOLDERS)
    # Besides, leads that may still wait are looked at once, whether they were answered.
    assert {command.partition("(")[2] for command in quiet if "FETCH" in command} <= {"FLAGS)"}
    assert sum("FETCH" in command for command in quiet) <= 1
    dovecot.append("INBOX", mails[-1:])
    third = invoke("run")
    assert "1 mail read, 1 new" in third.out
    report = json.loads(invoke("report", "--format", "json").out)
    assert report["scan"]["mails"] == len(files) - early + len(sent)
    assert any(lead["waiting"] == "them" for lead in report["leads"])


def test_the_report_is_the_same_as_from_files(invoke: Invoke, dovecot: Dovecot, demo: Path, tmp_path: Path) -> None:
    """Of all mail that arrived from two days before the first event on; older mail is not fetched."""
    files = tmp_path / "files"
    files.mkdir()
    for file in sorted((demo / "mail" / "inbox").glob("*.eml")):
        arrived = parse_message(file.read_bytes()).date
        assert arrived is not None
        dovecot.append("INBOX", [(file.read_bytes(), arrived)])
        if arrived.astimezone().date() >= FIRST_DAY:
            shutil.copy(file, files)
    for file in sorted((demo / "mail" / "sent").glob("*.eml")):
        dovecot.append("Sent", [(file.read_bytes(), parse_message(file.read_bytes()).date)])
        shutil.copy(file, files / f"sent-{file.name}")
    write_settings(dovecot, tmp_path / "settings.toml")
    for data, arguments in ((tmp_path / "a", ()), (tmp_path / "b", ("--source", files))):
        invoke("events", "import", demo / "events.toml", "--data-dir", data)
        assert invoke("run", *arguments, "--data-dir", data).status == EXIT_OK

    def told(data: Path) -> object:
        arguments = ("--format", "json", "--as-of", "2026-10-03T06:30", "--data-dir", data)
        values = json.loads(invoke("report", *arguments).out)
        names = sorted((lead["name"], lead["event"], lead["waiting"], lead["sentence"]) for lead in values["leads"])
        return names, values["scorecards"]

    assert told(tmp_path / "a") == told(tmp_path / "b")


def test_nothing_changes_on_the_server(dovecot: Dovecot, shipped: Model, tmp_path: Path) -> None:
    dovecot.append("INBOX", [(plain_mail(number), NOON) for number in range(5)])
    dovecot.append("名刺&交換", [(plain_mail(9), NOON)])
    with dovecot.client() as owner:
        owner.select_folder("INBOX")
        owner.add_flags([2], ["\\Seen", "\\Flagged"])
    before = dovecot.state()
    dovecot.commands()
    database = Database.open(tmp_path / "store")
    run_night(dovecot, database, shipped)
    sent = dovecot.commands()
    assert dovecot.state() == before
    assert [command for command in sent if not ALLOWED.match(command)] == []
    assert len(subjects(database)) == 6
    database.close()


def test_folders_are_told_by_their_attributes(dovecot: Dovecot) -> None:
    dovecot.append("名刺&交換", [(plain_mail(1), NOON)])
    with source_of(account_of(dovecot, leave_out=("Junk",))) as source:
        roles = {folder.name: folder.role for folder in source.folders()}
        read = {folder.name for folder in folders_to_read(source)}
    assert roles["INBOX"] is Role.INBOX
    assert roles["Junk"] is Role.JUNK
    assert roles["Sent"] is Role.SENT
    assert roles["Trash"] is Role.TRASH
    assert roles["名刺&交換"] is Role.OTHER
    assert read == {"INBOX", "Sent", "Trash", "名刺&交換"}


def _event(number: int, day: date, window_days: int = 45) -> EventList:
    return EventList(events=(Event(f"e{number}", f"Evening {number}", day, window_days=window_days),))


def test_an_event_added_later_with_an_earlier_date_brings_what_it_needs(
    dovecot: Dovecot, shipped: Model, tmp_path: Path
) -> None:
    dovecot.append("INBOX", [(plain_mail(1), NOON - timedelta(days=90)), (plain_mail(2), NOON)])
    database = Database.open(tmp_path / "store")
    for days, expected in ((10, ["mail 2"]), (100, ["mail 1", "mail 2"])):
        with database.transaction() as connection:
            pipeline.import_events(connection, _event(days, NOON.date() - timedelta(days=days)))
        run_night(dovecot, database, shipped)
        assert subjects(database) == expected
    database.close()


def test_a_lead_in_junk_or_filed_by_a_rule_is_found_and_one_mail_in_two_folders_counts_once(
    dovecot: Dovecot, shipped: Model, tmp_path: Path
) -> None:
    for number, folder in enumerate(("INBOX", "Junk", "Clients")):
        dovecot.append(folder, [(plain_mail(number), NOON), (plain_mail(7), NOON)])
    dovecot.append("Trash", [(plain_mail(5), NOON)])
    database = Database.open(tmp_path / "store")
    run_night(dovecot, database, shipped)
    assert subjects(database) == ["mail 0", "mail 1", "mail 2", "mail 7"]
    database.close()


def test_a_changed_uidvalidity_loses_and_repeats_nothing(dovecot: Dovecot, shipped: Model, tmp_path: Path) -> None:
    dovecot.append("INBOX", [(plain_mail(number), NOON) for number in range(6)])
    database = Database.open(tmp_path / "store")
    run_night(dovecot, database, shipped)
    dovecot.stop()
    for file in (dovecot.folder / "mail").rglob("dovecot*"):
        file.unlink()
    dovecot.start()
    dovecot.append("INBOX", [(plain_mail(99), NOON)])
    summary = run_night(dovecot, database, shipped)
    assert summary.new == 1
    assert subjects(database) == sorted([*(f"mail {number}" for number in range(6)), "mail 99"])
    database.close()


def test_a_connection_that_breaks_off_keeps_what_has_arrived_and_goes_on_the_next_time(
    dovecot: Dovecot, shipped: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("followup_filter.mail.imap.BATCH_UIDS", 4)
    monkeypatch.setattr("followup_filter.mail.imap.PAUSE_SECONDS", 0)
    dovecot.append("INBOX", [(plain_mail(number), NOON) for number in range(12)])
    database = Database.open(tmp_path / "store")
    taken = 0

    def cut_after_four(count: int, _more: int = 0) -> None:
        nonlocal taken
        taken += count
        if taken == 4:
            dovecot.stop()

    with pytest.raises(ServerError, match="kept"), source_of(account_of(dovecot)) as source:
        pipeline.run_account(source, database, shipped, 0.02, NOON, cut_after_four)
    assert len(subjects(database)) == 4
    dovecot.start()
    summary = run_night(dovecot, database, shipped)
    assert summary.new == 8
    assert len(subjects(database)) == 12
    database.close()


def test_a_short_break_is_mended_within_the_run(
    dovecot: Dovecot, shipped: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("followup_filter.mail.imap.BATCH_UIDS", 4)
    dovecot.append("INBOX", [(plain_mail(number), NOON) for number in range(12)])
    database = Database.open(tmp_path / "store")
    with source_of(account_of(dovecot)) as source:

        def cut(_count: int, _more: int = 0) -> None:
            assert source._client is not None
            source._client.shutdown()

        assert pipeline.run_account(source, database, shipped, 0.02, NOON, cut).new == 12
    assert len(subjects(database)) == 12
    database.close()


def test_large_mail_is_fetched_in_part(dovecot: Dovecot, shipped: Model, tmp_path: Path) -> None:
    boundary = (
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: application/pdf; name="a.pdf"\r\n\r\n'
    )
    late = plain_mail(1).split(b"\r\n\r\n")[0] + b"\r\n" + boundary.encode() + b"A" * 300_000
    late += b"\r\n--b\r\nContent-Type: text/plain\r\n\r\nthe text comes late\r\n--b--\r\n"
    dovecot.append("INBOX", [(plain_mail(0, "early " + "x" * 3_000_000), NOON), (late, NOON)])
    dovecot.commands()
    database = Database.open(tmp_path / "store")
    run_night(dovecot, database, shipped)
    with database.transaction() as connection:
        texts = {item.stored.message.subject: item.stored.message.text for item in read_decisions(connection)}
    assert texts["mail 1"] == "the text comes late"
    assert len(texts["mail 0"]) < 300_000
    fetched = [command for command in dovecot.commands() if "<0.2000000>" in command]
    assert len(fetched) == 1
    database.close()


def test_the_server_decides_about_senseless_dates(dovecot: Dovecot, shipped: Model, tmp_path: Path) -> None:
    wrong = plain_mail(1).replace(b"Date: Wed, 20 May 2026", b"Date: Wed, 20 May 2020")
    dovecot.append("INBOX", [(wrong, NOON)])
    database = Database.open(tmp_path / "store")
    run_night(dovecot, database, shipped)
    with database.transaction() as connection:
        (decision,) = read_decisions(connection)
    assert decision.stored.message.date == NOON
    database.close()


def test_the_password_is_refused_with_a_sentence_and_the_mailbox_of_another_account_is_read(
    invoke: Invoke, dovecot: Dovecot, tmp_path: Path
) -> None:
    dovecot.append("INBOX", [(plain_mail(1), NOON)])
    write_settings(dovecot, tmp_path / "wrong.toml", password_command=[sys.executable, "-c", "print('wrong-canary')"])
    write_settings(dovecot, tmp_path / "right.toml")
    text = (tmp_path / "wrong.toml").read_text().replace(USER, "other@example.jp") + (
        tmp_path / "right.toml"
    ).read_text()
    (tmp_path / "settings.toml").write_text(text)
    result = invoke("run")
    assert result.status == EXIT_LOGIN
    assert "other@example.jp" in result.err and "password" in result.err
    assert USER in result.out
    for secret in ("wrong-canary", PASSWORD):
        assert secret not in result.err + result.out
        assert secret.encode() not in (tmp_path / "data" / FILE_NAME).read_bytes()


def test_no_password_and_a_failing_command_are_told_apart(
    invoke: Invoke, dovecot: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    for command, said in (
        (["no-such-program-canary"], "no program of that name"),
        ([sys.executable, "-c", "raise SystemExit(3)"], "status 3"),
    ):
        write_settings(dovecot, tmp_path / "settings.toml", password_command=command)
        result = invoke("run")
        assert result.status == EXIT_LOGIN
        assert said in result.err
        assert "canary" not in result.err
    text = (tmp_path / "settings.toml").read_text()
    (tmp_path / "settings.toml").write_text(re.sub(r"password_command.*\n", "", text))
    assert PASSWORD_VARIABLE in invoke("run").err
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    assert invoke("run").status == EXIT_OK


@pytest.mark.parametrize("fault", ["unknown authority", "wrong name", "expired"])
def test_no_byte_of_the_password_goes_where_the_certificate_is_wrong(fault: str) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    server = Dovecot(
        ("other.example",) if fault == "wrong name" else ("localhost",),
        not_after=yesterday if fault == "expired" else None,
    )
    try:
        server.start()
        account = account_of(server, ca_file="" if fault == "unknown authority" else str(server.ca_file))
        with pytest.raises(ServerError, match="certificate"), source_of(account):
            pass
        assert "Login:" not in (server.folder / "dovecot.log").read_text()
    finally:
        server.remove()


def test_a_server_without_starttls_gets_no_password() -> None:
    """STARTTLS stripped on the way: a plain server that does not offer it and notes what it is sent."""
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener.accept()[0] as connection:
            connection.sendall(b"* OK ready\r\n")
            stream = connection.makefile("rb")
            for line in stream:
                heard.append(line)
                tag = line.split()[0]
                if b"CAPABILITY" in line:
                    connection.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
                else:
                    connection.sendall(tag + b" BAD no\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    account = Account(USER, "127.0.0.1", USER, listener.getsockname()[1], "starttls")
    with pytest.raises(ServerError), source_of(account):
        pass
    thread.join(5)
    listener.close()
    assert heard
    assert not any(PASSWORD.encode() in line or b"LOGIN" in line.upper() for line in heard)


def test_starttls_works_where_it_is_offered(dovecot: Dovecot) -> None:
    with source_of(account_of(dovecot, port=dovecot.plain_port, security="starttls")) as source:
        assert source.folders()


def test_clear_text_is_for_this_machine_only(dovecot: Dovecot) -> None:
    with source_of(account_of(dovecot, port=dovecot.plain_port, security="none")) as source:
        assert source.folders()
    elsewhere = Account(USER, "mail.example.jp", USER, 143, "none")
    with pytest.raises(ServerError, match="this machine only"), source_of(elsewhere):
        pass


@pytest.mark.parametrize(
    ("host", "expected"), [("localhost", True), ("127.0.0.1", True), ("::1", True), ("localhost.evil.example", False)]
)
def test_what_is_this_machine(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_a_server_that_is_not_there_is_named(invoke: Invoke, dovecot: Dovecot, tmp_path: Path) -> None:
    dovecot.stop()
    write_settings(dovecot, tmp_path / "settings.toml")
    result = invoke("run")
    assert result.status == EXIT_SERVER
    assert f"localhost:{dovecot.tls_port}" in result.err


def test_imaplibs_debugging_is_off(dovecot: Dovecot) -> None:
    """IMAPClient leaves it at 5, and 80 % of the time of a fetch goes into it (performance.md section 1)."""
    with source_of(account_of(dovecot)) as source:
        assert source._client is not None
        assert source._client._imap.debug == 0


def test_a_wrong_account_table_is_named(invoke: Invoke, tmp_path: Path) -> None:
    for text, said in (
        ("[[accounts]]\nhost = 'localhost'\n", "address"),
        ("[[accounts]]\naddress = 'a@b.example'\nhost = 'h'\nverify = false\n", "verify"),
        ("[[accounts]]\naddress = 'a@b.example'\nhost = 'h'\npassword_command = 'secret'\n", "password_command"),
        ("[[accounts]]\naddress = 'a@b.example'\nhost = 'h'\nport = 0\n", "port"),
    ):
        (tmp_path / "settings.toml").write_text(text)
        result = invoke("run")
        assert result.status == EXIT_USAGE
        assert said in result.err and "settings.toml" in result.err


def test_two_thousand_mails_are_all_read(dovecot: Dovecot, shipped: Model, tmp_path: Path) -> None:
    """Delivered into the Maildir, as a delivery agent does; INTERNALDATE is the file's time."""
    dovecot.append("INBOX", [(plain_mail(0), NOON)])
    new = next((dovecot.folder / "mail").rglob("new"))
    owner = new.stat()
    for number in range(1, 2_000):
        file = new / f"{number}.test"
        file.write_bytes(plain_mail(number))
        shutil.chown(file, owner.st_uid, owner.st_gid)
    with source_of(account_of(dovecot)) as source:
        opened = source.open(next(folder for folder in source.folders() if folder.role is Role.INBOX))
        uids = source.arrived_since(opened, NOON.date())
        fetched = [mail for batch in source.fetch(uids) for mail in batch]
    assert len(uids) == len(fetched) == 2_000
    assert len({mail.raw for mail in fetched}) == 2_000


def test_mail_deleted_while_it_is_read_is_no_fault(dovecot: Dovecot) -> None:
    dovecot.append("INBOX", [(plain_mail(number), NOON) for number in range(4)])
    with source_of(account_of(dovecot)) as source:
        opened = source.open(next(folder for folder in source.folders() if folder.role is Role.INBOX))
        uids = source.arrived_since(opened, NOON.date())
        with dovecot.client() as owner:
            owner.select_folder("INBOX")
            owner.delete_messages([uids[1]])
            owner.expunge()
        fetched = [mail.uid for batch in source.fetch(uids) for mail in batch]
    assert fetched == [uids[0], *uids[2:]]


def test_login_refused_is_its_own_error(dovecot: Dovecot) -> None:
    with pytest.raises(LoginRefusedError), source_of(account_of(dovecot), "wrong"):
        pass


def _since(events: EventList, scan: Scan | None, now: datetime = NOON, uidvalidity: int = 7) -> int:
    """How many days before `now` reading begins."""
    return (now.date() - first_day_to_read(events, scan, uidvalidity, now)).days


def test_from_when_on_a_folder_is_read() -> None:
    day = NOON.date()
    nothing, event = EventList(), _event(1, day - timedelta(days=30))
    assert _since(nothing, None) == 62
    assert _since(event, None) == 32
    assert _since(_event(1, day + timedelta(days=30)), None) == 2
    begun = Scan(7, day - timedelta(days=32), NOON - timedelta(days=1), 5)
    # The window of 45 days is open still, so the whole of it is asked for, and every UID in it compared.
    assert _since(event, begun) == 32
    assert _since(nothing, begun) == 3
    # The settings may ask for more; once that was read, no more.
    assert (day - first_day_to_read(event, begun, 7, NOON, day - timedelta(days=99))).days == 101
    longer = Scan(7, day - timedelta(days=101), NOON - timedelta(days=1), 5)
    assert (day - first_day_to_read(nothing, longer, 7, NOON, day - timedelta(days=99))).days == 3
    # A window that has closed was seen whole, unless it was made longer, begins earlier, or the UIDs begin anew.
    later = NOON + timedelta(days=60)
    closed = Scan(7, day - timedelta(days=32), later - timedelta(days=1), 5)
    assert _since(event, closed, later) == 3
    assert _since(_event(1, day - timedelta(days=30), window_days=120), closed, later) == 92
    assert _since(_event(1, day - timedelta(days=31)), closed, later) == 93
    assert _since(event, closed, later, uidvalidity=8) == 92
    assert _since(nothing, closed, later, uidvalidity=8) == 62
