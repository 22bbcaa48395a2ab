"""`init` in a real terminal, from nothing to the report, against the real Dovecot."""

from __future__ import annotations

import os
import re
import stat
import sys
import tomllib
from datetime import datetime, timedelta
from pathlib import Path

import pexpect
import pytest
from rich.cells import cell_len

from followup_filter.errors import EXIT_LOGIN, EXIT_OK, EXIT_USAGE
from followup_filter.mail.parse import parse_message
from followup_filter.store.database import Database
from followup_filter.store.events import read_events
from followup_filter.store.results import read_decisions
from tests.conftest import Invoke
from tests.imap.dovecot import PASSWORD, USER, Dovecot

WRONG = "wrong-horse-canary"
MAX_QUESTIONS = 8


class Terminal:
    """The program in a terminal of 80 columns; answers are typed as questions come."""

    def __init__(self, server: Dovecot, folder: Path, *arguments: str, language: str = "en") -> None:
        environment = {
            **os.environ,
            "LANGUAGE": language,
            "COLUMNS": "80",
            "TERM": "dumb",
            "XDG_CONFIG_HOME": str(folder / "config"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        command = ["-m", "followup_filter", "init", "--host", "localhost", "--port", str(server.tls_port)]
        command += ["--ca-file", str(server.ca_file), *arguments]
        self.child = pexpect.spawn(
            sys.executable, command, env=environment, encoding="utf-8", timeout=60, dimensions=(50, 80)
        )
        self.said = ""
        self.questions = 0

    def answer(self, question: str, text: str) -> None:
        self.child.expect_exact(question)
        self.said += self.child.before + question
        # What is still to be printed of the question; a password is asked for without echo.
        self.child.expect(r"[:?\]] ?$")
        self.said += self.child.before + self.child.after
        self.child.sendline(text)
        self.questions += 1

    def end(self) -> int:
        self.child.expect(pexpect.EOF)
        self.said += self.child.before
        self.child.close()
        return int(self.child.exitstatus if self.child.exitstatus is not None else -1)


def _fill(server: Dovecot, demo: Path) -> None:
    """The demo's last mails, moved so that the newest arrived yesterday."""
    files = sorted((demo / "mail" / "inbox").glob("*.eml"))[-20:]
    mails = [(file.read_bytes(), parse_message(file.read_bytes()).date) for file in files]
    newest = max(moment for _raw, moment in mails if moment)
    shift = datetime.now().astimezone() - timedelta(days=1) - newest
    server.append("INBOX", [(raw, moment + shift if moment else None) for raw, moment in mails])
    server.append("名刺&交換", [mails[0]])


def _kept_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_from_nothing_to_the_report_in_at_most_eight_questions(
    dovecot: Dovecot, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(dovecot, demo)
    before = dovecot.state()
    day = datetime.now() - timedelta(days=40)
    terminal = Terminal(dovecot, tmp_path)
    terminal.answer("Your mail address", f" {USER.upper()} ")
    terminal.answer("Shall it begin?", "y")
    terminal.answer("Number", "1")
    terminal.answer("Password of", PASSWORD)
    terminal.answer("Event", f"港北あさめし会 {day.month}/{day.day}")
    terminal.answer("Event", "")
    terminal.answer("every day at", "no")
    # Several events are one question; what was asked again after a wrong answer would count.
    assert terminal.questions - 1 <= MAX_QUESTIONS
    status = terminal.end()
    assert status in (EXIT_OK, 3), terminal.said
    screen = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", terminal.said).replace("\r", "")
    assert "nothing is marked as read, moved, answered or deleted" in " ".join(screen.split())
    assert re.search(r"INBOX +20  inbox", screen) and re.search(r"名刺&交換 +1  read", screen)
    assert "Mail after networking events" in screen
    assert PASSWORD not in screen
    wide = [line for line in screen.split("\n") if cell_len(line) > 80]
    assert wide == []
    settings = tmp_path / "settings.toml"
    (account,) = tomllib.loads(settings.read_text())["accounts"]
    assert (account["address"], account["host"], account["port"]) == (USER, "localhost", dovecot.tls_port)
    assert stat.S_IMODE(settings.stat().st_mode) == 0o600
    with_password = [path for path in _kept_files(tmp_path) if PASSWORD.encode() in path.read_bytes()]
    assert [stat.S_IMODE(path.stat().st_mode) for path in with_password] == [0o600]
    assert with_password[0].name.startswith("password-")
    database = Database.open(tmp_path / "data")
    with database.transaction() as connection:
        (event,) = read_events(connection).events
        assert (event.name, event.date, event.id) == ("港北あさめし会", day.date(), f"event-{day:%m%d}")
        assert len(read_decisions(connection)) == 20
    database.close()
    assert dovecot.state() == before


def test_a_refused_password_may_be_entered_again_and_a_second_time_comments_stay(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('# my own words\nlanguage = "en"\n\n[[accounts]]\naddress = "b@c.example"\nhost = "h"\n')
    terminal = Terminal(dovecot, tmp_path, "--address", USER)
    terminal.answer("Shall it begin?", "y")
    terminal.answer("Number", "1")
    terminal.answer("Password of", WRONG)
    terminal.answer("User name", "")
    terminal.answer("Password of", PASSWORD)
    terminal.answer("Event", "only a name")
    terminal.answer("Event", "Evening 2026-05-19")
    terminal.answer("Event", "")
    terminal.answer("every day at", "25 o'clock")
    terminal.answer("every day at", "no")
    assert terminal.end() == EXIT_OK, terminal.said
    assert "Check user name and password" in terminal.said
    assert "no day in “only a name”" in terminal.said and "“25 o'clock” is no time" in terminal.said
    assert WRONG not in terminal.said and PASSWORD not in terminal.said
    text = settings.read_text()
    assert text.startswith("# my own words\n")
    assert [account["address"] for account in tomllib.loads(text)["accounts"]] == ["b@c.example", USER]
    assert not any(WRONG.encode() in path.read_bytes() for path in _kept_files(tmp_path))


def test_after_three_refusals_it_ends_and_goes_on_the_next_time_with_what_was_entered(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    terminal = Terminal(dovecot, tmp_path, "--address", USER, language="ja")
    terminal.answer("始めますか", "y")
    terminal.answer("番号", "1")
    terminal.answer("パスワード", WRONG)
    for _again in range(2):
        terminal.answer("ユーザー名", "")
        terminal.answer("パスワード", WRONG)
    assert terminal.end() == EXIT_LOGIN
    assert "Traceback" not in terminal.said
    (account,) = tomllib.loads((tmp_path / "settings.toml").read_text())["accounts"]
    assert account["host"] == "localhost"


def test_nothing_is_written_before_the_owner_agrees_or_when_interrupted(dovecot: Dovecot, tmp_path: Path) -> None:
    terminal = Terminal(dovecot, tmp_path, "--address", USER)
    terminal.answer("Shall it begin?", "n")
    assert terminal.end() == EXIT_OK
    terminal = Terminal(dovecot, tmp_path, "--address", USER)
    terminal.answer("Shall it begin?", "y")
    terminal.answer("Number", "1")
    terminal.child.expect_exact("Password of")
    terminal.child.sendintr()
    assert terminal.end() == 130
    assert not (tmp_path / "settings.toml").exists()
    assert [path for path in _kept_files(tmp_path) if "data" not in path.parts] == []


def test_without_a_terminal_it_says_what_to_do(invoke: Invoke) -> None:
    result = invoke("init")
    assert result.status == EXIT_USAGE
    assert "terminal" in result.err and "docs/settings.md" in result.err
