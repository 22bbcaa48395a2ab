"""What stands on top of the report, and what the night saw of folders: faults, spam, trash, answered flags."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from rich.cells import cell_len
from sqlalchemy import Connection

from followup_filter.errors import EXIT_LOGIN, EXIT_OK, EXIT_SERVER
from followup_filter.labels import Outcome
from followup_filter.mail.server import Role
from followup_filter.report.leads import Waiting
from followup_filter.report.summary import Summary, build_summary
from followup_filter.report.text import render_summary
from followup_filter.store import messages, nights
from followup_filter.store.database import Database
from followup_filter.store.nights import Scan
from tests.builders import at, judge, mail, scratch

NIGHT = date(2026, 5, 28)
NOW = at("2026-05-30T06:30")
SENTENCE = "Gmail refused the sign-in. It needs an app password of 16 letters, not your usual password."


def _fault(connection: Connection, account: str, exit_status: int = EXIT_LOGIN, nights_in_all: int = 1) -> None:
    for days in range(nights_in_all):
        night = NIGHT + timedelta(days=days)
        nights.save_fault(connection, account, "", exit_status=exit_status, sentence=SENTENCE, night=night)


def _place(connection: Connection, number: int, folder: str, role: Role) -> None:
    messages.add_position(connection, messages.Place("a", folder, 1), str(number), number)
    nights.save_scan(connection, "a", folder, role, Scan(1, NIGHT, at("2026-05-29T03:00"), 4))


def _lines(summary: Summary) -> list[str]:
    return [line.text for line in render_summary(summary)]


def test_a_standing_fault_is_the_first_thing_said_even_on_a_quiet_day(database: Database) -> None:
    with scratch(database) as connection:
        judge(connection, mail(), Outcome.NEWSLETTER)
        assert "Nobody is kept waiting for an answer." in _lines(build_summary(connection, NOW))
        _fault(connection, "a@b.example", nights_in_all=3)
        lines = render_summary(build_summary(connection, NOW))
    told = [line for line in lines if line.style == "urgent"]
    assert lines.index(told[0]) == 2
    text = " ".join(line.text.strip() for line in told)
    assert text == f"[!] a@b.example: {SENTENCE} (since 5/28, 3 nights)"
    assert all(cell_len(line.text) <= 80 for line in lines)


def test_warnings_are_quieter_and_come_last_and_of_many_faults_three_are_told(database: Database) -> None:
    with scratch(database) as connection:
        for account, status in (("w", EXIT_OK), ("s", EXIT_SERVER), ("l", EXIT_LOGIN), ("m", EXIT_SERVER)):
            _fault(connection, account, status)
        lines = render_summary(build_summary(connection, NOW))
    told = [line.text.split(":")[0] for line in lines if line.text.startswith("[!]")]
    assert told == ["[!] l", "[!] m", "[!] s"]
    assert any(line.text.strip() == "and 1 more fault" for line in lines)


def test_a_warning_alone_is_quiet(database: Database) -> None:
    with scratch(database) as connection:
        _fault(connection, "w", EXIT_OK)
        lines = render_summary(build_summary(connection, NOW))
    assert next(line for line in lines if line.text.startswith("[!]")).style == "quiet"


@pytest.mark.parametrize("also_in_inbox", [False, True])
def test_what_lies_only_in_spam_says_so(also_in_inbox: bool, database: Database) -> None:
    with scratch(database) as connection:
        for review in (False, True):
            outcome, plausible = (Outcome.OTHER, [Outcome.OTHER, Outcome.LEAD]) if review else (Outcome.LEAD, None)
            number = judge(connection, mail(), outcome, review=review, plausible=plausible)
            _place(connection, number, "Spam", Role.JUNK)
            if also_in_inbox:
                _place(connection, number, "INBOX", Role.INBOX)
        lines = _lines(build_summary(connection, NOW))
    assert lines.count("     It lay in the folder for spam.") == (0 if also_in_inbox else 2)


def test_a_lead_that_the_server_marks_as_answered_waits_for_them_until_they_write_again(database: Database) -> None:
    first = mail(when="2026-05-20T10:00")
    with scratch(database) as connection:
        number = judge(connection, first, Outcome.LEAD)
        (lead,) = build_summary(connection, NOW).leads
        assert lead.waiting is Waiting.UNKNOWN
        nights.mark_answered(connection, [number])
        (lead,) = build_summary(connection, NOW).leads
        assert lead.waiting is Waiting.THEM
        judge(connection, mail(when="2026-05-25T10:00", references=(first.message_id,)), Outcome.LEAD)
        (lead,) = build_summary(connection, NOW).leads
        assert lead.waiting is not Waiting.THEM


def test_the_trash_is_counted_at_the_end(database: Database) -> None:
    with scratch(database) as connection:
        number = judge(connection, mail(), Outcome.LEAD)
        assert "trash" not in "\n".join(_lines(build_summary(connection, NOW)))
        _place(connection, number, "Trash", Role.TRASH)
        assert "in the trash, only counted: 4" in "\n".join(_lines(build_summary(connection, NOW)))
