"""CSV: opens with Japanese intact, carries no formula, and leaves names beside network marketing out."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from followup_filter.events.event import EventList, Owner
from followup_filter.labels import Kind, Outcome
from followup_filter.report.as_csv import defused, mails_table, scorecards_table
from followup_filter.report.summary import build_summary
from followup_filter.store import corrections
from followup_filter.store.database import Database
from followup_filter.store.events import save_events
from followup_filter.store.results import read_decisions
from tests.builders import at, event, judge, mail, scratch

FORMULA = "=HYPERLINK(1)"


def _read(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"), newline="")))


def _mails(connection: Connection) -> list[dict[str, str]]:
    return _read(mails_table(read_decisions(connection)))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠", "﹣", "﹢", "﹦"])
@pytest.mark.parametrize("blanks", ["", " ", "   ", "　", " 　\u00a0\u2003", "\f", "\x1c "])
def test_a_cell_that_may_be_a_formula_becomes_text(start: str, blanks: str) -> None:
    cell = f"{blanks}{start}1+1"
    assert defused(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", " ", "佐藤 次郎", "a=1", "1-2", "'=1", "Re: =1", "ー", "〜", "3,000", "１２"])
def test_any_other_cell_stays_as_it_is(cell: str) -> None:
    assert defused(cell) == cell


@given(st.text())
def test_no_cell_begins_like_a_formula(cell: str) -> None:
    assert defused(cell).lstrip()[:1] not in ("=", "+", "-", "@", "＝", "＋", "－", "＠")
    assert defused(cell).removeprefix("'") == cell.removeprefix("'")


def test_tables_begin_with_a_byte_order_mark_and_end_lines_as_spreadsheets_do(database: Database) -> None:
    with scratch(database) as connection:
        judge(connection, mail(name="佐藤 次郎", subject='一行目、"引用", 二つ目\n二行目'), Outcome.LEAD)
        summary, decisions = build_summary(connection, at("2026-05-30T06:30")), read_decisions(connection)
    for table, rows in ((mails_table(decisions), 1), (scorecards_table(summary.scorecards), 1)):
        assert table.encode().startswith(b"\xef\xbb\xbf")
        assert table.endswith("\r\n")
        assert len(_read(table)) == rows
    assert _read(mails_table(decisions))[0]["subject"] == '一行目、"引用", 二つ目\n二行目'


def test_whatever_a_mail_says_no_formula_gets_into_the_table(database: Database) -> None:
    with scratch(database) as connection:
        judge(connection, mail(name=FORMULA, sender="=1@x.example", subject=f"　{FORMULA}"), event=FORMULA)
        (row,) = _mails(connection)
        assert row["from_name"] == f"'{FORMULA}"
        assert row["from_address"] == "'=1@x.example"
        assert row["subject"] == f"'　{FORMULA}"
        assert row["event"] == f"'{FORMULA}"


def test_no_formula_gets_in_with_an_event(database: Database) -> None:
    with scratch(database) as connection:
        save_events(connection, EventList(Owner(), (event(FORMULA),)))
        row = _read(scorecards_table(build_summary(connection, at("2026-05-30T06:30")).scorecards))[0]
        assert (row["event"], row["name"]) == (f"'{FORMULA}", f"'{FORMULA}")


def test_one_row_a_mail(database: Database) -> None:
    with scratch(database) as connection:
        message = mail(name="佐藤 次郎(佐藤製作所)", subject="お見積もり", when="2026-05-20T01:00:00+00:00")
        number = judge(connection, message, Outcome.LEAD, Kind.REFERRAL, event="umeda", review=True)
        assert _mails(connection) == [
            {
                "number": str(number),
                "date": "2026-05-20T10:00:00+09:00",
                "from_name": "佐藤 次郎",
                "from_address": "jiro@sato.example",
                "subject": "お見積もり",
                "outcome": "lead",
                "kind": "referral",
                "probability": "0.8",
                "review": "1",
                "event": "umeda",
            }
        ]


def test_a_mail_without_date_sender_or_event_has_empty_cells(database: Database) -> None:
    with scratch(database) as connection:
        judge(connection, mail(sender="", when=None))
        (row,) = _mails(connection)
        assert [row[key] for key in ("date", "from_name", "from_address", "subject", "event")] == [""] * 5


@pytest.mark.parametrize("by_a_person", [False, True])
def test_names_and_subjects_beside_network_marketing_are_left_out(by_a_person: bool, database: Database) -> None:
    with scratch(database) as connection:
        outcome = Outcome.LEAD if by_a_person else Outcome.NETWORK_MARKETING
        number = judge(connection, mail(name="大槻 玲", sender="rei@otsuki.example", subject="権利収入の件"), outcome)
        if by_a_person:
            corrections.correct_outcome(connection, number, Outcome.NETWORK_MARKETING, None, "cli")
        judge(connection, mail(name="佐藤 次郎"))
        marketing, other = _mails(connection)
        assert marketing["outcome"] == "network_marketing"
        assert [marketing[key] for key in ("from_name", "from_address", "subject")] == [""] * 3
        assert other["from_name"] == "佐藤 次郎"


def test_one_row_an_event_and_the_last_is_mail_of_no_event(database: Database) -> None:
    with scratch(database) as connection:
        save_events(connection, EventList(Owner(), (event("港北", id="kohoku", fee=3000),)))
        for outcome in (Outcome.LEAD, Outcome.NEWSLETTER, Outcome.NEWSLETTER):
            judge(connection, mail(), outcome, event="kohoku", review=outcome is Outcome.LEAD)
        judge(connection, mail(), Outcome.OTHER)
        kohoku, none = _read(scorecards_table(build_summary(connection, at("2026-06-20T06:30")).scorecards))
    assert kohoku == {
        **{"event": "kohoku", "name": "港北", "date": "2026-05-12", "mails": "3", "lead": "1", "newsletter": "2"},
        **{"network_marketing": "0", "membership_venue": "0", "other": "0", "review": "1", "leads": "1"},
        **{"leads_sure": "0", "fee": "3000", "days_left": "7", "verdict": "counting"},
        **{"leads_by_hand": "0", "orders": "0", "order_yen": "0"},
    }
    assert [none[key] for key in ("event", "name", "date", "mails", "other", "fee", "verdict")] == [
        *("", "", "", "1", "1", "", ""),
    ]
