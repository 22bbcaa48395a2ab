"""`doctor` against the real Dovecot: all is well, or each fault with what to do."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from followup_filter import doctor
from followup_filter.doctor import Level
from followup_filter.errors import EXIT_LOGIN, EXIT_OK, EXIT_SERVER, EXIT_STORAGE, EXIT_USAGE
from followup_filter.schedule.job import Status
from followup_filter.schedule.systemd import Systemd
from followup_filter.store import nights
from followup_filter.store.database import FILE_NAME, Database
from tests.conftest import Invoke
from tests.imap.builders import plain_mail, write_settings
from tests.imap.dovecot import PASSWORD, Dovecot

NOW = datetime.now().astimezone()


@pytest.fixture(autouse=True)
def _scheduled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The timetable of whoever runs the tests is not looked at."""
    monkeypatch.setattr(Systemd, "status", lambda _self: Status("systemd", "here", "06:00"))
    monkeypatch.setattr("followup_filter.schedule.backend", Systemd)


def _findings(invoke: Invoke) -> tuple[int, list[dict[str, Any]]]:
    result = invoke("doctor", "--format", "json")
    return result.status, json.loads(result.out)


def _bad(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [finding for finding in findings if finding["level"] != Level.OK]


def _set_up(server: Dovecot, tmp_path: Path, **changes: object) -> None:
    write_settings(server, tmp_path / "settings.toml", **changes)
    (tmp_path / "settings.toml").chmod(0o600)


def test_all_is_well(invoke: Invoke, dovecot: Dovecot, tmp_path: Path) -> None:
    _set_up(dovecot, tmp_path)
    invoke("events", "add", "夜会", NOW.date().isoformat())
    invoke("run")
    status, findings = _findings(invoke)
    assert (status, _bad(findings)) == (EXIT_OK, [])
    assert len(findings) >= 9
    assert "All is well." in invoke("doctor").out


def test_before_anything_is_set_up_every_step_is_named(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Systemd, "status", lambda _self: Status("systemd", "here"))
    status, findings = _findings(invoke)
    assert status == EXIT_OK
    todo = " ".join(finding["todo"] for finding in _bad(findings))
    for command in ("events add", "followup-filter run", "followup-filter init", "schedule install"):
        assert command in todo
    assert all(finding["todo"] for finding in _bad(findings))


def test_a_refused_password_and_a_missing_server_are_faults_with_their_own_status(
    invoke: Invoke, dovecot: Dovecot, tmp_path: Path
) -> None:
    _set_up(dovecot, tmp_path, password_command=[sys.executable, "-c", "print('wrong-canary')"])
    status, findings = _findings(invoke)
    assert status == EXIT_LOGIN
    (fault,) = [finding for finding in findings if finding["level"] == Level.FAULT]
    assert "Check user name and password" in fault["sentence"] and "init" in fault["todo"]
    assert "wrong-canary" not in json.dumps(findings)
    _set_up(dovecot, tmp_path, port=9)
    status, findings = _findings(invoke)
    assert status == EXIT_SERVER
    assert invoke("doctor").status == EXIT_SERVER


def test_a_command_that_works_only_here_is_told(
    invoke: Invoke, dovecot: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "my-pass"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho {PASSWORD}\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    _set_up(dovecot, tmp_path, password_command=["my-pass"])
    status, findings = _findings(invoke)
    assert status == EXIT_LOGIN
    assert any("not in a nightly run" in finding["sentence"] for finding in _bad(findings))


@pytest.mark.parametrize(("days", "sent", "told"), [(10, False, True), (10, True, False), (40, False, False)])
def test_a_mailbox_emptied_by_pop_is_noticed(
    days: int, sent: bool, told: bool, invoke: Invoke, dovecot: Dovecot, tmp_path: Path
) -> None:
    dovecot.append("INBOX", [(plain_mail(1), NOW - timedelta(days=days)), (plain_mail(2), NOW - timedelta(days=1))])
    if sent:
        dovecot.append("Sent", [(plain_mail(3), NOW - timedelta(days=1))])
    _set_up(dovecot, tmp_path)
    status, findings = _findings(invoke)
    assert status == EXIT_OK
    assert any("POP" in finding["sentence"] for finding in findings) is told


def test_a_sign_in_that_works_ends_the_standing_fault(invoke: Invoke, dovecot: Dovecot, tmp_path: Path) -> None:
    _set_up(dovecot, tmp_path, password_command=[sys.executable, "-c", "print('wrong')"])
    assert invoke("run").status == EXIT_LOGIN
    _set_up(dovecot, tmp_path)
    assert _findings(invoke)[0] == EXIT_OK
    database = Database.open(tmp_path / "data")
    with database.transaction() as connection:
        assert not nights.read_faults(connection)
    database.close()


@pytest.mark.skipif(os.name != "posix", reason="permissions as on POSIX")
def test_loose_permissions_are_faults_with_the_command_that_mends_them(invoke: Invoke, tmp_path: Path) -> None:
    invoke("events", "list")
    (tmp_path / "data").chmod(0o755)
    report = tmp_path / "data" / "report.txt"
    report.touch()
    report.chmod(0o644)
    status, findings = _findings(invoke)
    assert status == EXIT_USAGE
    todo = [finding["todo"] for finding in findings if finding["level"] == Level.FAULT]
    assert todo == [f"chmod 700 {tmp_path / 'data'}", f"chmod 600 {report}"]


def test_an_old_or_broken_off_run_is_told(invoke: Invoke, tmp_path: Path) -> None:
    database = Database.open(tmp_path / "data")
    values = "(1, '2026-05-01T00:00:00+00:00', {ended}, 'x', '1', 0, 0, 0)"
    for ended, said in (("'2026-05-01T00:01:00+00:00'", "last read"), ("NULL", "cut off")):
        with database.transaction() as connection:
            connection.exec_driver_sql("DELETE FROM run")
            connection.exec_driver_sql(f"INSERT INTO run VALUES {values.format(ended=ended)}")
        assert any(said in finding["sentence"] for finding in _bad(_findings(invoke)[1]))
    database.close()


def test_a_damaged_database_is_told(tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    with database.transaction() as connection:
        for number in range(200):
            connection.exec_driver_sql("INSERT INTO known_address VALUES (?, 'x', 0)", (f"{number}@{'x' * 200}",))
    database.close()
    path = tmp_path / FILE_NAME
    data = bytearray(path.read_bytes())
    middle = len(data) - 8_192
    data[middle : middle + 3_000] = b"\xff" * 3_000
    path.write_bytes(data)
    database = Database.open(tmp_path)
    found = [finding for finding in doctor.check_files(tmp_path / "none", tmp_path, database) if finding.exit_status]
    assert [finding.exit_status for finding in found] == [EXIT_STORAGE]
    database.close()


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/hanako/Dropbox/data", "dropbox"),
        ("/Users/hanako/Library/Mobile Documents/x", "mobile documents"),
        ("/mnt/office/data", "nfs4"),
        ("/mnt/officer/data", ""),
        ("/home/hanako/data", ""),
    ],
)
def test_shared_and_synchronised_disks(folder: str, kind: str, tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/sda1 / ext4 rw 0 0\nserver:/x /mnt/office nfs4 rw 0 0\n")
    assert doctor.shared_disk(Path(folder), mounts) == kind


def test_little_space_and_a_senseless_clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    monkeypatch.setattr(doctor, "LITTLE_SPACE", 10**18)
    levels = {finding.check: finding.level for finding in doctor.check_files(tmp_path / "none", tmp_path, database)}
    assert levels["disk"] is Level.WARNING
    database.close()
    (finding,) = doctor.check_clock(NOW.replace(year=1970))
    assert finding.level is Level.FAULT
    assert not list(doctor.check_clock(NOW))
