"""Events, organisers and series side by side, and the audit: what is compared, and when nothing is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from followup_filter.events.event import Event
from followup_filter.labels import OUTCOMES, Outcome
from followup_filter.report.audit import DRAWN, SOURCE, audit, is_drawn
from followup_filter.report.compare import Of, compare
from followup_filter.report.scorecard import Scorecard, Verdict
from followup_filter.store import corrections
from followup_filter.store.database import Database
from followup_filter.store.results import Decision, read_decisions
from tests.builders import judge, mail, scratch

HOURLY = 2_000


def _card(number: int, leads: int, **facts: Any) -> Scorecard:
    event = Event(f"e{number}", f"会 {number}", date(2026, 1, 1) + timedelta(days=number), fee=3_000, hours=1.5)
    card = Scorecard(
        event=replace(event, **facts.pop("event", {})),
        mails=leads,
        by_outcome=dict.fromkeys(OUTCOMES, 0),
        by_kind={},
        review=0,
        leads=leads,
        leads_sure=leads,
        leads_by_hand=0,
        orders=0,
        order_yen=0,
        cards=0,
        cards_written=0,
        days_left=0,
        visits=1,
        verdict=Verdict.WAIT_AND_SEE,
    )
    return replace(card, **facts)


def test_closed_events_are_compared_from_three_on_the_best_first() -> None:
    cards = [_card(1, 0), _card(2, 5)]
    assert compare([*cards, _card(3, 9, days_left=4), _card(4, 9, verdict=Verdict.UPCOMING)]) == []
    rows = compare([*cards, _card(5, 2), replace(_card(6, 9), event=None, verdict=None)], HOURLY)
    assert [(row.of, row.name, row.leads) for row in rows] == [
        (Of.EVENT, "会 2", 5),
        (Of.EVENT, "会 5", 2),
        (Of.EVENT, "会 1", 0),
    ]
    assert rows[0].yen_per_lead == pytest.approx((3_000 + 1.5 * HOURLY) / rows[0].estimate.value)


def test_leads_by_hand_count_and_an_unknown_fee_leaves_the_cost_out() -> None:
    cards = [_card(1, 1, leads_by_hand=2), _card(2, 1, event={"fee": None}), _card(3, 0)]
    by_name = {row.name: row for row in compare(cards)}
    assert by_name["会 1"].leads == 3
    assert by_name["会 2"].yen_per_lead is None


def test_organisers_and_series_are_compared_from_three_visits_on() -> None:
    often: dict[str, Any] = {"organizer": "商栄会", "series": "港北"}
    cards = [_card(number, number, event=often) for number in (1, 2, 3)]
    rows = compare([*cards, _card(4, 8, event={"organizer": "朝の会"})])
    groups = [row for row in rows if row.of is not Of.EVENT]
    assert [(row.of, row.name, row.occasions, row.leads) for row in groups] == [
        (Of.ORGANIZER, "商栄会", 3, 6),
        (Of.SERIES, "港北", 3, 6),
    ]
    assert groups[0].estimate.low < 2 < groups[0].estimate.high


def _numbers(mails: Iterable[Decision]) -> set[int]:
    return {mail.stored.number for mail in mails}


def test_the_audit_draws_by_lot_from_what_was_put_aside_and_counts_what_was_looked_at(database: Database) -> None:
    with scratch(database) as connection:
        for _place in range(150):
            judge(connection, mail(), Outcome.NEWSLETTER)
        judge(connection, mail(), Outcome.LEAD)
        judge(connection, mail(), Outcome.OTHER, review=True, plausible=(Outcome.OTHER, Outcome.LEAD))
        first = audit(read_decisions(connection))
        assert (first.unopened, first.looked_at, first.most_missed) == (150, 0, None)
        drawn = [mail for mail in read_decisions(connection) if is_drawn(mail)]
        assert 0.1 < len(drawn) / 152 < 2 * DRAWN
        assert _numbers(first.next_up) <= _numbers(drawn)
        looked_at = 0
        while looked_at < 20:
            for decision in audit(read_decisions(connection)).next_up:
                outcome = Outcome.LEAD if looked_at == 0 else Outcome.NEWSLETTER
                corrections.correct_outcome(connection, decision.stored.number, outcome, None, SOURCE)
                looked_at += 1
        last = audit(read_decisions(connection))
    assert (last.unopened, last.looked_at, last.found) == (150, 20, 1)
    assert last.most_missed
    assert not _numbers(last.next_up) & _numbers(first.next_up)


def test_a_small_store_is_not_audited(database: Database) -> None:
    with scratch(database) as connection:
        for _place in range(19):
            judge(connection, mail(), Outcome.NEWSLETTER)
        assert audit(read_decisions(connection)).next_up == ()
