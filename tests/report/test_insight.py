"""Tendency, purpose, warnings and observations of an event: each rule at its edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import Connection

from followup_filter.events.event import Card, Event
from followup_filter.labels import OUTCOME_OF_KIND, Kind
from followup_filter.language import set_language
from followup_filter.mail.message import Address
from followup_filter.report.insight import Insight, Notice, Tendency, insight, refusals, tendency
from followup_filter.report.insight_text import insight_words, notice_words, purpose_words, tendency_words
from followup_filter.store.database import Database
from followup_filter.store.messages import add_message, read_own_mail
from followup_filter.store.results import Decision, read_decisions
from tests.builders import judge, mail, scratch

ORGANIZER = "info@kohoku.example"
KOHOKU = Event(
    "kohoku",
    "港北ものづくり交流会",
    date(2026, 7, 10),
    time(19, 0),
    organizer_addresses=(ORGANIZER,),
    alias="hanako+kohoku@example.jp",
    cards=(Card("", "", "card@a.example"),),
)


def _mails(connection: Connection, *kinds: tuple[Kind, dict[str, Any]]) -> list[Decision]:
    for place, (kind, facts) in enumerate(kinds):
        form = facts.pop("form", {})
        message = mail("こんにちは", **{"sender": f"p{place}@a.example", "when": "2026-07-12T10:00", **facts})
        message = replace(message, form=replace(message.form, **form))
        judge(connection, message, OUTCOME_OF_KIND[kind], kind, event="kohoku")
    return read_decisions(connection)


def _kinds(**counts: int) -> list[tuple[Kind, dict[str, Any]]]:
    return [(Kind(kind), {}) for kind, count in counts.items() for _place in range(count)]


FROM_ORGANIZER: dict[str, Any] = {"sender": ORGANIZER}


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (_kinds(inquiry=3), (None, 0)),
        (_kinds(inquiry=4), (Tendency.VARIED, 4)),
        ([*_kinds(inquiry=3), (Kind.COMMISSION, FROM_ORGANIZER)], (Tendency.ORGANIZER_WORK, 1)),
        (_kinds(network_marketing=2, inquiry=12), (Tendency.NETWORK_MARKETING, 2)),
        (_kinds(network_marketing=2, inquiry=13), (Tendency.VARIED, 15)),
        (_kinds(network_marketing=1, inquiry=3), (Tendency.VARIED, 4)),
        ([*_kinds(inquiry=6), *[(Kind.NEWSLETTER, FROM_ORGANIZER)] * 3], (Tendency.ORGANIZER_BROADCASTS, 3)),
        ([*_kinds(inquiry=7), *[(Kind.NEWSLETTER, FROM_ORGANIZER)] * 3], (Tendency.VARIED, 8)),
        (_kinds(newsletter=3, inquiry=6), (Tendency.VARIED, 9)),
        (_kinds(sales_pitch=3, inquiry=9), (Tendency.PARTICIPANT_PITCHES, 3)),
        (_kinds(sales_pitch=3, inquiry=10), (Tendency.VARIED, 13)),
        (_kinds(courtesy=2, logistics=1, inquiry=6), (Tendency.FELLOWSHIP, 3)),
    ],
)
def test_the_first_rule_that_holds_names_the_tendency(
    kinds: list[tuple[Kind, dict[str, Any]]], expected: tuple[Tendency | None, int], database: Database
) -> None:
    with scratch(database) as connection:
        mails = _mails(connection, *((kind, dict(facts)) for kind, facts in kinds))
    assert tendency(KOHOKU, mails) == expected


@pytest.mark.parametrize(
    ("notice", "kind", "facts"),
    [
        (Notice.FREE_ADVICE, Kind.FREE_ADVICE, {}),
        (Notice.BLIND_REFERRAL, Kind.BLIND_REFERRAL, {}),
        (Notice.SALES_PITCH, Kind.SALES_PITCH, {}),
        (Notice.ORGANIZER_BROADCAST, Kind.NEWSLETTER, {**FROM_ORGANIZER, "form": {"opt_out": True}}),
        (Notice.NO_OPT_OUT, Kind.NEWSLETTER, {}),
        (Notice.ALIAS_PASSED_ON, Kind.COURTESY, {"to": (Address("", KOHOKU.alias),)}),
    ],
)
def test_each_notice_is_told_with_its_count(
    notice: Notice, kind: Kind, facts: dict[str, Any], database: Database
) -> None:
    with scratch(database) as connection:
        mails = _mails(connection, (kind, dict(facts)), (Kind.INQUIRY, {}))
    assert dict(insight(KOHOKU, mails, {}, 1).notices) == {notice: 1}


def test_mail_to_the_alias_by_people_met_there_is_nothing_to_tell(database: Database) -> None:
    to = (Address("", KOHOKU.alias),)
    with scratch(database) as connection:
        mails = _mails(
            connection,
            (Kind.COURTESY, {"to": to, "sender": "card@a.example"}),
            (Kind.COURTESY, {"to": to, **FROM_ORGANIZER}),
        )
    assert insight(KOHOKU, mails, {}, 0).notices == ()


def test_the_organisers_mass_mail_began_with_its_second_mail(database: Database) -> None:
    bulk: dict[str, Any] = {**FROM_ORGANIZER, "form": {"opt_out": True}}
    with scratch(database) as connection:
        mails = _mails(connection, (Kind.NEWSLETTER, dict(bulk)), (Kind.NEWSLETTER, dict(bulk)))
    assert dict(insight(KOHOKU, mails, {}, 0).notices) == {Notice.ORGANIZER_BROADCAST: 2, Notice.BROADCAST_BEGAN: 1}


@pytest.mark.parametrize(
    ("text", "when", "kind", "told"),
    [
        ("今回はお断りします", "2026-07-11T10:00", Kind.SALES_PITCH, True),
        ("今回はお断りします", "2026-07-13T10:00", Kind.SALES_PITCH, False),
        ("ありがとうございます", "2026-07-11T10:00", Kind.SALES_PITCH, False),
        ("今回はお断りします", "2026-07-11T10:00", Kind.COURTESY, False),
        ("今回はお断りします", "2026-07-11T10:00", Kind.INQUIRY, False),
    ],
)
def test_unwanted_mail_after_the_owner_declined_is_told(
    text: str, when: str, kind: Kind, told: bool, database: Database
) -> None:
    with scratch(database) as connection:
        own = mail(text, sender="hanako@example.jp", when=when, to=(Address("", "p0@a.example"),))
        add_message(connection, own, sent_by_owner=True)
        mails = _mails(connection, (kind, {}))
        found = insight(KOHOKU, mails, refusals(read_own_mail(connection)), 0)
    assert (Notice.AFTER_REFUSAL in dict(found.notices)) == told


@pytest.mark.parametrize(("purpose", "served"), [("leads", 2), ("organizer", 1), ("community", 3), ("learning", None)])
def test_whether_the_purpose_was_served(purpose: str, served: int | None, database: Database) -> None:
    with scratch(database) as connection:
        mails = _mails(
            connection,
            *_kinds(courtesy=3),
            (Kind.COURTESY, dict(FROM_ORGANIZER)),
            (Kind.NEWSLETTER, dict(FROM_ORGANIZER)),
        )
    assert insight(replace(KOHOKU, purpose=purpose), mails, {}, 2).served == served


@pytest.mark.parametrize("language", ["ja", "en"])
def test_everything_is_said_in_words_and_the_tendency_after_its_reserve(language: str) -> None:
    set_language(language)
    found = Insight(8, Tendency.NETWORK_MARKETING, 3, ((Notice.SALES_PITCH, 2),), 4)
    tendency_said, purpose_said, notice_said = insight_words(found, KOHOKU)
    assert tendency_said.startswith("届いたメールから見ると、" if language == "ja" else "Going by the mail: ")
    assert "3" in tendency_said
    assert "8" in tendency_said
    assert "4" in purpose_said
    assert "2" in notice_said
    shown = [
        *map(tendency_words, Tendency),
        *(notice_words(notice, 2) for notice in Notice),
        *map(purpose_words, ("leads", "organizer", "learning", "community")),
    ]
    assert all(shown)
    assert not [words for words in shown if "_" in words]
    assert language == "en" or all(any(ord(letter) > 0x3000 for letter in words) for words in shown)
    assert len(insight_words(Insight(0, None, 0, (), None), KOHOKU)) == 1
