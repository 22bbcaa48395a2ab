"""Who of an event's people wrote, and who is to be placed."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from followup_filter.events.event import Card, Event, EventList, Owner
from followup_filter.labels import OUTCOME_OF_KIND, Kind
from followup_filter.mail.message import Message
from followup_filter.report.people import contacts, strangers
from followup_filter.store.messages import StoredMessage
from followup_filter.store.results import Decision
from tests.builders import at, mail

UMEDA = Event(
    "umeda",
    "梅田ビジネス交流会",
    date(2026, 5, 12),
    time(19, 0),
    cards=(
        Card("佐藤 次郎", "佐藤製作所", "jiro@sato.example"),
        Card("髙橋 恵", "", ""),
        Card("", "", "silent@elsewhere.example"),
    ),
)
EVENTS = EventList(Owner(), (UMEDA,))
NOW = at("2026-05-20T06:00")


_numbers = itertools.count(1)


def _stored(message: Message) -> StoredMessage:
    return StoredMessage(number=next(_numbers), message=message, sent_by_owner=False, error=None, first_seen=NOW)


def _own(to: str, when: str = "2026-05-14T09:00") -> StoredMessage:
    message = mail("ありがとうございます", sender="hanako@example.jp", when=when)
    sent = replace(message, to=(replace(message.to[0], address=to),))
    return replace(_stored(sent), sent_by_owner=True)


def _judged(event: str | None = "umeda", evidence: tuple[dict[str, Any], ...] = (), **facts: Any) -> Decision:
    kind = facts.pop("kind", Kind.COURTESY)
    return Decision(
        stored=_stored(mail("こんにちは", **facts)),
        outcome=OUTCOME_OF_KIND[kind],
        kind=kind,
        probability=0.9,
        probabilities={},
        plausible=(OUTCOME_OF_KIND[kind],),
        review=False,
        reasons=(),
        sentence="",
        event=event,
        event_probability=0.7,
        runner_up={"event": None, "probability": 0.3},
        evidence=evidence,
        confirmed=False,
        label=None,
        pin=None,
        event_confirmed=False,
        notes={},
        marked_answered=False,
        in_junk=False,
        model_version="1",
    )


def test_each_card_has_the_mails_of_its_person_and_whether_the_owner_wrote() -> None:
    by_name = _judged(
        sender="megumi@gmail.example", name="高橋恵", evidence=({"type": "card_name", "detail": "髙橋 恵"},)
    )
    jiro, other = _judged(sender="jiro@sato.example"), _judged(event=None, sender="jiro@sato.example")
    found = contacts(UMEDA, [jiro, other, by_name], [_own("jiro@sato.example")])
    assert [contact.mails for contact in found] == [(jiro.stored.number,), (by_name.stored.number,), ()]
    assert [contact.written_to for contact in found] == [True, None, False]


@pytest.mark.parametrize("own", [[], [_own("jiro@sato.example", "2026-05-01T09:00")]])
def test_mail_of_the_owner_before_the_event_is_no_answer_and_without_any_nobody_knows(own: list[StoredMessage]) -> None:
    assert contacts(UMEDA, [], own)[0].written_to is (False if own else None)


def test_who_left_no_trace_is_asked_for_once_with_all_mails_leads_first() -> None:
    first, second = (_judged(sender="a@elsewhere.example", kind=Kind.COURTESY) for _ in range(2))
    lead = _judged(sender="b@elsewhere.example", kind=Kind.INQUIRY)
    none = replace(_judged(None, sender="c@elsewhere.example"), runner_up={"event": "umeda", "probability": 0.3})
    found = strangers([first, second, lead, none], EVENTS)
    assert [stranger.address[0] for stranger in found] == ["b", "a", "c"]
    assert found[1].numbers == (first.stored.number, second.stored.number)
    assert (found[2].event, found[2].may_be) == (None, ("umeda",))


@pytest.mark.parametrize(
    "change",
    [
        {"event_confirmed": True},
        {"event_probability": 0.97},
        {"kind": Kind.UNRELATED},
        {"kind": Kind.LOGISTICS},
        {"evidence": ({"type": "card_address", "detail": "x"},)},
        {"event": None, "runner_up": None, "event_probability": 1.0},
        {"event": "gone"},
    ],
)
def test_who_is_placed_is_not_asked_for(change: dict[str, Any]) -> None:
    asked = _judged(sender="a@elsewhere.example", kind=Kind.COURTESY)
    assert strangers([asked], EVENTS)
    assert not strangers([replace(asked, **change)], EVENTS)


@pytest.mark.parametrize("form", ["bulk_headers", "opt_out", "auto_submitted"])
def test_nobody_is_asked_about_mass_mail(form: str) -> None:
    message = mail("こんにちは", sender="a@elsewhere.example", when=at("2026-05-14T09:00"))
    changed: dict[str, Any] = {form: True}
    bulk = replace(message, form=replace(message.form, **changed))
    asked = _judged(sender="a@elsewhere.example")
    assert not strangers([replace(asked, stored=replace(asked.stored, message=bulk))], EVENTS)
