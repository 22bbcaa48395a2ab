"""JSON: the documented keys (docs/json.md), plain values, and everything that the summary knows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from followup_filter.events.event import Card, EventList, Owner
from followup_filter.labels import Kind, Outcome
from followup_filter.report.as_json import mail_values, summary_values
from followup_filter.report.summary import build_summary
from followup_filter.store import messages, records
from followup_filter.store.database import Database
from followup_filter.store.events import save_events
from followup_filter.store.results import read_decisions
from tests.builders import answer, at, event, judge, mail, scratch

NOW = at("2026-05-30T06:30")


@pytest.fixture
def values(database: Database) -> dict[str, Any]:
    """The report of a small store, through JSON and back."""
    with scratch(database) as connection:
        cards = (Card("佐藤 次郎", "", "jiro@sato.example"),)
        save_events(connection, EventList(Owner(), (event("港北", id="kohoku", fee=3000, cards=cards),)))
        run = records.start_run(connection, "mail/", "1")
        lead = mail(
            "6/5までに。6/10か6/11。予算は30万円",
            name="佐藤 次郎(佐藤製作所)",
            when="2026-05-20T10:00",
            message_id="<lead@x>",
        )
        judge(connection, lead, Outcome.LEAD, Kind.INQUIRY, event="kohoku", sentence="見積もりを")
        judge(connection, mail(sender="", when=None), Outcome.LEAD, Kind.REFERRAL, review=True)
        judge(
            connection,
            mail(name="檜山 亮", subject="件名"),
            Outcome.OTHER,
            Kind.COURTESY,
            event="kohoku",
            review=True,
            plausible=[Outcome.OTHER, Outcome.LEAD],
        )
        answer(connection, lead, "2026-05-25T10:00")
        messages.add_unreadable(connection, "ab" * 32, b"", "no header")
        records.end_run(connection, run, {"mails": 5, "new": 5, "unreadable": 1})
        printed = json.dumps(summary_values(build_summary(connection, NOW)), allow_nan=False)
    return dict(json.loads(printed))


def test_the_report_has_the_documented_keys(values: dict[str, Any]) -> None:
    assert set(values) == {
        "now",
        "leads",
        "review",
        "scorecards",
        "scan",
        "model_version",
        "corrections",
        "learning",
        "audit",
        "questions",
        "faults",
    }
    assert set(values["leads"][0]) == {
        *("number", "numbers", "name", "company", "address", "kind", "event", "received", "days", "waiting"),
        *("deadline", "days_named", "amount", "sentence", "sure", "confirmed", "in_junk", "id", "by_hand"),
        *("snoozed_until", "result", "order_yen"),
    }
    assert set(values["review"][0]) == {
        "number",
        "name",
        "company",
        "subject",
        "outcome",
        "others",
        "sentence",
        "in_junk",
    }
    assert set(values["scorecards"][0]) == {
        *("event", "name", "date", "mails", "by_outcome", "by_kind", "review", "leads", "leads_sure", "cards"),
        *("leads_by_hand", "orders", "order_yen", "cards_written", "fee", "yen_per_lead", "days_left", "verdict"),
    }
    assert set(values["scan"]) == {
        "mails",
        "first",
        "last",
        "ended",
        "cut_off",
        "new",
        "new_leads",
        "unreadable",
        "in_trash",
    }


def test_a_lead(values: dict[str, Any]) -> None:
    lead = values["leads"][1]
    assert lead == {
        **{"id": str(lead["number"]), "by_hand": False, "snoozed_until": None, "result": None, "order_yen": None},
        **{"number": lead["number"], "numbers": [lead["number"]], "name": "佐藤 次郎", "company": "佐藤製作所"},
        **{
            "address": "jiro@sato.example",
            "kind": "inquiry",
            "event": "kohoku",
            "sure": True,
            "confirmed": False,
            "in_junk": False,
        },
        **{"received": "2026-05-20T10:00:00+09:00", "days": 10, "waiting": "them", "deadline": "2026-06-05"},
        **{"days_named": ["2026-06-10", "2026-06-11"], "amount": "予算は30万円", "sentence": "見積もりを"},
    }


def test_what_is_not_known_is_null_or_empty(values: dict[str, Any]) -> None:
    lead = values["leads"][0]
    assert (lead["event"], lead["received"], lead["deadline"]) == (None, None, None)
    assert (lead["name"], lead["company"], lead["address"], lead["amount"], lead["days_named"]) == ("", "", "", "", [])
    assert (lead["waiting"], lead["sure"]) == ("owner", False)


def test_a_mail_to_check(values: dict[str, Any]) -> None:
    (item,) = values["review"]
    assert (item["name"], item["subject"], item["outcome"], item["others"]) == ("檜山 亮", "件名", "other", ["lead"])


def test_a_scorecard_and_that_of_no_event(values: dict[str, Any]) -> None:
    kohoku, none = values["scorecards"]
    assert kohoku == {
        **{"event": "kohoku", "name": "港北", "date": "2026-05-12", "mails": 2, "review": 1, "leads": 1},
        "by_outcome": {"lead": 1, "network_marketing": 0, "membership_venue": 0, "newsletter": 0, "other": 1},
        "by_kind": {"courtesy": 1, "inquiry": 1},
        **{"leads_sure": 1, "cards": 1, "cards_written": 1, "fee": 3000, "yen_per_lead": 3000.0},
        **{"days_left": 28, "verdict": "counting", "leads_by_hand": 0, "orders": 0, "order_yen": 0},
    }
    assert [none[key] for key in ("event", "name", "date", "fee", "yen_per_lead", "verdict")] == [None] * 6


def test_what_was_read(values: dict[str, Any]) -> None:
    scan = values["scan"]
    assert (scan["mails"], scan["cut_off"], scan["new"], scan["new_leads"]) == (5, False, 3, 2)
    assert (scan["first"], scan["last"]) == ("2026-05-20T10:00:00+09:00", "2026-05-20T10:00:00+09:00")
    assert [item["reason"] for item in scan["unreadable"]] == ["no header"]
    assert values["now"] == NOW.isoformat()


def test_one_mail(database: Database) -> None:
    with scratch(database) as connection:
        number = judge(connection, mail(name="佐藤 次郎", subject="件名"), Outcome.LEAD, event="kohoku")
        (decision,) = read_decisions(connection)
    assert json.loads(json.dumps(mail_values(decision))) == {
        **{"number": number, "date": "2026-05-20T10:00:00+09:00", "from_name": "佐藤 次郎"},
        **{
            "from": "jiro@sato.example",
            "subject": "件名",
            "outcome": "lead",
            "kind": "inquiry",
            "probability": 0.8,
            "review": False,
        },
        **{"confirmed": False, "event": "kohoku", "event_probability": 0.9},
    }


def test_names_and_subjects_beside_network_marketing_are_left_out_of_an_events_mails(database: Database) -> None:
    with scratch(database) as connection:
        judge(connection, mail(name="大槻 玲", subject="権利収入の件"), Outcome.NETWORK_MARKETING, event="kohoku")
        (decision,) = read_decisions(connection)
    values = mail_values(decision)
    assert values["outcome"] == "network_marketing"
    assert [values[key] for key in ("from_name", "from", "subject")] == [""] * 3
