"""The summary: which mails to check in which order (promise 4), what was read, and what is new."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from followup_filter.labels import Kind, Outcome
from followup_filter.report.summary import build_summary
from followup_filter.report.text import render_summary
from followup_filter.store import corrections, messages, records
from followup_filter.store.database import Database
from tests.builders import answer, at, judge, mail, scratch

NOW = at("2026-05-30T06:30")
LEAD, NEWS, OTHER = Outcome.LEAD, Outcome.NEWSLETTER, Outcome.OTHER


def test_possible_leads_are_checked_first_then_the_most_doubtful(database: Database) -> None:
    with scratch(database) as connection:
        judge(connection, mail(name="doubtful"), NEWS, review=True, plausible=[NEWS, OTHER], probability=0.5)
        judge(connection, mail(name="nearly sure"), NEWS, review=True, plausible=[NEWS, OTHER], probability=0.9)
        judge(connection, mail(name="hardly a lead"), OTHER, review=True, plausible=[OTHER, LEAD], probability=0.96)
        judge(connection, mail(name="maybe a lead"), OTHER, review=True, plausible=[LEAD, OTHER], probability=0.4)
        judge(connection, mail(name="sure"), NEWS)
        review = build_summary(connection, NOW).review
        assert [item.name for item in review] == ["maybe a lead", "hardly a lead", "doubtful", "nearly sure"]
        assert [item.may_be_lead for item in review] == [True, True, False, False]


def test_a_mail_to_check_tells_what_else_it_may_be_the_likeliest_first(database: Database) -> None:
    with scratch(database) as connection:
        number = judge(connection, mail(subject="s"), NEWS, review=True, plausible=list(Outcome), sentence="x")
        (item,) = build_summary(connection, NOW).review
        assert (item.number, item.subject, item.outcome, item.sentence) == (number, "s", NEWS, "x")
        assert set(item.others) == set(Outcome) - {NEWS}


def test_nothing_plausible_is_a_mail_to_check_as_well(database: Database) -> None:
    with scratch(database) as connection:
        judge(connection, mail(), NEWS, review=True, plausible=[])
        (item,) = build_summary(connection, NOW).review
        assert item.others == ()


def test_a_doubtful_lead_stands_among_the_leads_and_not_twice(database: Database) -> None:
    with scratch(database) as connection:
        number = judge(connection, mail(), LEAD, review=True, plausible=[LEAD, OTHER])
        summary = build_summary(connection, NOW)
        assert summary.review == []
        assert [lead.number for lead in summary.waiting] == [number]
        assert [item.number for item in summary.unsure] == [number]


def test_what_a_person_labelled_is_no_longer_checked(database: Database) -> None:
    with scratch(database) as connection:
        number = judge(connection, mail(), NEWS, review=True, plausible=[NEWS, LEAD])
        corrections.correct_outcome(connection, number, OTHER, Kind.COURTESY, "review")
        summary = build_summary(connection, NOW)
        assert (summary.review, summary.corrections) == ([], 1)


@pytest.mark.parametrize(("of_each", "hidden"), [(3, 0), (5, 0), (6, 2), (25, 25)])
def test_every_mail_that_may_be_a_lead_is_listed_by_name(of_each: int, hidden: int, database: Database) -> None:
    with scratch(database) as connection:
        for number in range(of_each):
            outcome = list(Outcome)[1 + number % 4]
            judge(connection, mail(name=f"possible {number}."), outcome, review=True, plausible=[outcome, LEAD])
            judge(connection, mail(name=f"doubtful {number}."), NEWS, review=True, plausible=[NEWS, OTHER])
            judge(connection, mail(name=f"unanswered {number}."), LEAD)
        text = "\n".join(line.text for line in render_summary(build_summary(connection, NOW)))
    assert all(f"possible {number}." in text for number in range(of_each))
    assert all(f"unanswered {number}." in text for number in range(of_each))
    assert sum(f"doubtful {number}." not in text for number in range(of_each)) == hidden
    assert (f"and {hidden} more, none of which seems to be work" in text) == (hidden > 0)


def test_leads_are_waiting_or_answered(database: Database) -> None:
    with scratch(database) as connection:
        answered = mail(name="answered")
        judge(connection, answered, LEAD)
        judge(connection, mail(name="waiting"), LEAD)
        answer(connection, answered, "2026-05-25T10:00")
        summary = build_summary(connection, NOW)
        assert [lead.name for lead in summary.waiting] == ["waiting"]
        assert [lead.name for lead in summary.answered] == ["answered"]


def test_what_was_read(database: Database) -> None:
    with scratch(database) as connection:
        run = records.start_run(connection, "mail/", "1")
        judge(connection, mail(when="2026-05-20T10:00"), NEWS)
        judge(connection, mail(when="2026-05-14T10:00"), LEAD)
        judge(connection, mail(when=None), OTHER)
        answer(connection, mail(), "2026-05-25T10:00")
        broken = messages.add_unreadable(connection, "ab" * 32, b"", "no header")
        records.end_run(connection, run, {"mails": 5, "new": 5, "unreadable": 1})
        scan = build_summary(connection, NOW).scan
        assert (scan.mails, scan.unreadable) == (5, ((broken, "no header"),))
        assert (scan.first, scan.last) == (at("2026-05-14T10:00"), at("2026-05-20T10:00"))
        assert (scan.cut_off, scan.previous) == (False, None)
        assert scan.ended is not None


def test_a_run_that_was_cut_off_is_told(database: Database) -> None:
    with scratch(database) as connection:
        records.start_run(connection, "mail/", "1")
        judge(connection, mail(), NEWS)
        summary = build_summary(connection, NOW)
        assert (summary.scan.cut_off, summary.scan.ended) == (True, None)
        assert "The last run was cut off; run it again to read the rest." in [
            line.text for line in render_summary(summary)
        ]


def test_new_is_what_the_last_run_brought(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime.fromisoformat("2026-05-28T03:00:00+00:00")

    def clock() -> str:
        return moment.isoformat()

    monkeypatch.setattr(messages, "now_text", clock)
    monkeypatch.setattr(records, "now_text", clock)
    with scratch(database) as connection:
        for outcomes in ([LEAD, NEWS], [LEAD, OTHER, OTHER]):
            run = records.start_run(connection, "mail/", "1")
            moment += timedelta(minutes=5)
            for outcome in outcomes:
                judge(connection, mail(), outcome)
            records.end_run(connection, run, {"mails": 0, "new": 0, "unreadable": 0})
            moment += timedelta(days=1)
        scan = build_summary(connection, NOW).scan
        assert (scan.new, scan.new_leads) == (3, 1)
        assert dict(scan.new_by_outcome) == {LEAD: 1, OTHER: 2}
        assert scan.previous == datetime.fromisoformat("2026-05-28T03:00:00+00:00")


def test_an_empty_store_is_an_empty_summary(database: Database) -> None:
    with scratch(database) as connection:
        summary = build_summary(connection, NOW)
        assert (summary.leads, summary.review, summary.scan.mails, summary.model_version) == ((), [], 0, "")
        assert [card.event for card in summary.scorecards] == [None]
