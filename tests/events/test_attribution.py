"""Which event caused a mail (labels.md, "Which event"; design.md section 5): every trace, and every rule."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, datetime, time
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup_filter.events.attribution import Attribution, History, attribute
from followup_filter.events.event import Card, Event, EventList, Owner
from followup_filter.events.evidence import WEIGHTS
from followup_filter.events.likelihood import SHIPPED
from followup_filter.mail.message import Address, Message
from tests.builders import JAPAN, at, event, mail

UMEDA = event(
    "梅田ビジネス交流会",
    date(2026, 5, 12),
    id="umeda",
    start=time(19, 0),
    venue="梅田スカイ会議室",
    organizer="梅田交流会事務局",
    series="商いの輪めぐり",
    alias="hanako+umeda@example.jp",
    organizer_addresses=("info@umeda-koryu.example", "umeda.koryu@gmail.com"),
    cards=(
        Card("佐藤 次郎", "株式会社佐藤製作所", "jiro@sato.example"),
        Card("髙橋 恵", "みなとデザイン㈱", "megumi@gmail.com"),
        Card("林 学", "", ""),
        Card("森 恵美", "", ""),
    ),
)
KOHOKU = event(
    "港北ものづくり交流会",
    date(2026, 6, 9),
    id="kohoku",
    start=time(18, 0),
    venue="港北会館",
    organizer="商栄会",
    organizer_addresses=("info@kohoku.example",),
    cards=(Card("檜山 亮", "檜山設備", "ryo@hiyama.example"),),
)
NOBODY = Owner()
LONG = "弊社では現在、カタログの刷新を考えております。" * 30
FROM_STRANGER: dict[str, Any] = {"sender": "someone@elsewhere.example"}


def _attribute(message: Message, *events: Event, owner: Owner = NOBODY, history: History | None = None) -> Attribution:
    return attribute(message, EventList(owner, events or (UMEDA,)), history or History())


def _types(found: Attribution, event_id: str = "umeda") -> set[str]:
    return {item.type for item in found.evidence if item.event == event_id}


def _traces_of(found: Attribution) -> set[str]:
    return {item.type for item in found.evidence} & WEIGHTS.keys()


@pytest.mark.parametrize(
    ("evidence", "facts"),
    [
        ("event_named", {"text": "梅田ビジネス交流会に参加していた者です"}),
        ("event_named", {"subject": "【梅田ビジネス交流会】名刺のお礼"}),
        ("event_named", {"text": "梅田 ビジネス交流会に参加していた者です"}),
        ("series_named", {"text": "商いの輪めぐりに参加していた者です"}),
        ("quoted_event", {"text": "承知しました", "quoted": "> 梅田ビジネス交流会ではどうも"}),
        ("quoted_event", {"text": "承知しました", "quoted": "> 商いの輪めぐりではどうも"}),
        ("alias", {"to": (Address("", "hanako+umeda@example.jp"),)}),
        ("alias", {"cc": (Address("", "hanako+umeda@example.jp"),)}),
        ("organizer_address", {"sender": "info@umeda-koryu.example"}),
        ("organizer_address", {"sender": "umeda.koryu@gmail.com"}),
        ("organizer_domain", {"sender": "news@umeda-koryu.example"}),
        ("organizer_named", {"text": "梅田交流会事務局の田中です"}),
        ("organizer_named", {"name": "梅田交流会事務局"}),
        ("organizer_named", {"signature": "梅田交流会事務局"}),
        ("card_address", {"sender": "jiro@sato.example"}),
        ("company_domain", {"sender": "hanae@sato.example"}),
        ("card_name", {"name": "佐藤次郎", "sender": "jirosan@gmail.com"}),
        ("card_name", {"name": "高橋 恵", "sender": "taka@gmail.com"}),
        ("card_name", {"signature": "------\n佐藤　次郎\n090-1234-5678", "text": LONG}),
        ("card_name", {"text": f"{LONG}\n\n佐藤 次郎"}),
        ("card_name", {"name": "林 学", "sender": "hayashi@gmail.com"}),
        ("card_name", {"signature": "森　恵美", "text": LONG}),
        ("card_company", {"name": "佐藤製作所 営業部"}),
        ("card_company", {"signature": "(株)佐藤製作所", "text": LONG}),
        ("card_company", {"signature": "株式会社みなとデザイン", "text": LONG}),
        ("card_mentioned", {"text": f"佐藤次郎さんからご紹介いただきました。{LONG}"}),
        ("card_mentioned", {"text": f"森恵美さんからご紹介いただきました。{LONG}"}),
        ("card_mentioned", {"text": "佐藤次郎さんからご紹介いただきました。お見積もりをお願いできますか。"}),
        ("venue_named", {"text": "梅田スカイ会議室で隣の席だった者です"}),
        ("venue_named", {"text": "承知しました", "quoted": "> 梅田スカイ会議室ではどうも"}),
        ("organizer_named", {"text": "承知しました", "quoted": "> 梅田交流会事務局の集まりではどうも"}),
        ("date_named", {"text": "5月12日に名刺をいただいた者です"}),
        ("date_named", {"text": "5/12(火)に名刺をいただいた者です"}),
        ("date_named", {"text": "2026/5/12に名刺をいただいた者です"}),
        ("date_named", {"text": "昨晩名刺をいただいた者です", "when": "2026-05-13T10:00"}),
        ("date_named", {"text": "先週の火曜に名刺をいただいた者です", "when": "2026-05-20T10:00"}),
        ("date_named", {"text": "承知しました", "quoted": "> 5月12日はどうも"}),
        ("gathering_mentioned", {"text": "先日の交流会ではありがとうございました"}),
        ("gathering_mentioned", {"text": "先日お会いした者です"}),
        ("gathering_mentioned", {"text": "その節は名刺交換をさせていただき"}),
        ("gathering_mentioned", {"text": "It was a pleasure meeting you last week"}),
        ("gathering_mentioned", {"text": "I met you the other day"}),
    ],
)
def test_one_trace_alone_leads_to_the_event(evidence: str, facts: dict[str, Any]) -> None:
    found = _attribute(mail(**{**FROM_STRANGER, **facts}))
    assert _types(found) == {evidence}
    assert found.event == "umeda"


@pytest.mark.parametrize(
    "facts",
    [
        {"text": "はじめまして。お見積もりをお願いします"},
        {"text": "先日はありがとうございました"},
        {"text": "来月の交流会のご案内です", "when": "2026-06-10T10:00"},
        {"text": "5/13に名刺をいただいた者です"},
        {"sender": "other@gmail.com", "text": "お見積もりをお願いします"},
        {"name": "佐藤 三郎", "text": "お見積もりをお願いします"},
        {"text": "小林 学と申します"},
        {"sender": ""},
        {},
    ],
)
def test_without_a_trace_there_is_no_event(facts: dict[str, Any]) -> None:
    found = _attribute(mail(**{**FROM_STRANGER, **facts}))
    assert found.event is None
    assert 0.5 < found.probability < 1
    assert not _traces_of(found)


@pytest.mark.parametrize(
    "line",
    [
        "2026年5月12日(火) 21:00 山田 花子 <hanako@example.jp>:",
        "2026/05/12 21:00、山田 花子のメール:",
        "2026年5月12日(火) 21:00 山田 花子(山田デザイン事務所) <\nhanako@example.jp>:",
        "On Tue, May 12, 2026 at 9:00 PM 山田 花子 wrote:",
        "On Tue, 12 May 2026 21:00:00 +0900\n山田 花子 <hanako@example.jp> wrote:",
        "-----元のメッセージ-----\n差出人: 山田 花子\n日時: 2026年5月12日",
        "Date: 2026/05/12 火 21:00",
        "送信日時: 2026年5月12日火曜日 21:00",
        "日時 : 2026/05/12 21:00",
        "Date: Tue, 12 May 2026 21:00:00 +0900",
        "Sent: Tuesday, May 12, 2026 9:00 PM",
        "> Sent: Tuesday, May 12, 2026 9:00 PM",
    ],
)
def test_when_a_quoted_mail_was_written_names_no_event(line: str) -> None:
    assert _attribute(mail("承知しました", **FROM_STRANGER, quoted=f"{line}\n> お見積もりの件です")).event is None


@pytest.mark.parametrize("cards", [(), (Card(name="佐藤"), Card(company="みな"), Card(address="x@gmail.com"))])
def test_what_is_not_known_of_an_event_is_found_in_no_mail(cards: tuple[Card, ...]) -> None:
    bare = event("交流会", cards=cards)
    facts: dict[str, Any] = {
        "sender": "y@gmail.com",
        "name": "佐藤 みなみ",
        "signature": "佐藤 みなみ",
        "quoted": "> みな",
    }
    assert not _traces_of(_attribute(mail("佐藤です。", **facts), bare))
    assert not _traces_of(_attribute(mail(sender="", to=(Address("", ""),)), bare))


def test_an_answer_in_a_thread_of_the_event_belongs_to_it() -> None:
    first = mail(sender="jiro@sato.example")
    history = History()
    history.add(first, "umeda")
    later = mail(**FROM_STRANGER, when="2026-06-20T10:00", references=("<x@y>", first.message_id))
    found = _attribute(later, history=history)
    assert (found.event, _types(found)) == ("umeda", {"reply_thread"})


def test_the_owners_answer_carries_the_thread_on() -> None:
    first = mail(sender="jiro@sato.example")
    own = mail(sender="hanako@example.jp", in_reply_to=(first.message_id,))
    history = History()
    history.add(first, "umeda")
    history.add(own, history.thread_event(own))
    found = _attribute(mail(**FROM_STRANGER, in_reply_to=(own.message_id,)), history=history)
    assert (found.event, _types(found)) == ("umeda", {"reply_thread"})


def test_a_thread_that_is_not_known_leads_nowhere() -> None:
    assert History().thread_event(mail(in_reply_to=("<x@y>",))) is None
    assert _attribute(mail(**FROM_STRANGER, in_reply_to=("<x@y>",))).event is None


def test_what_is_found_is_named_with_its_weight_the_strongest_first() -> None:
    found = _attribute(mail("梅田ビジネス交流会では5/12にどうも", sender="jiro@sato.example"))
    assert [item.type for item in found.evidence] == ["event_named", "card_address", "date_named"]
    assert [item.detail for item in found.evidence] == ["梅田ビジネス交流会", "jiro@sato.example", "5/12"]
    assert [item.weight for item in found.evidence] == sorted((item.weight for item in found.evidence), reverse=True)


@pytest.mark.parametrize("sort", ["event_named", "date_named"])
def test_the_weight_of_a_trace_is_the_log_odds_that_it_gives_alone(sort: str) -> None:
    text = {"event_named": "梅田ビジネス交流会ではどうも", "date_named": "5/12にどうも"}[sort]
    found = _attribute(mail(text, **FROM_STRANGER))
    [trace] = found.evidence
    assert trace.type == sort
    assert trace.weight == pytest.approx(math.log(found.probability / (1 - found.probability)))


def test_more_traces_make_it_surer() -> None:
    one = _attribute(mail("5/12にどうも", **FROM_STRANGER))
    two = _attribute(mail("5/12に梅田スカイ会議室で", **FROM_STRANGER))
    assert one.probability < two.probability < 1


@pytest.mark.parametrize(
    ("when", "belongs"),
    [
        ("2026-05-11T23:59:59", False),
        ("2026-05-12T00:00", False),
        ("2026-05-12T18:59:59", False),
        ("2026-05-12T19:00", True),
        ("2026-05-12T10:00:00+00:00", True),
        ("2026-06-26T23:59:59", True),
        ("2026-06-26T14:59:59+00:00", True),
        ("2026-06-27T00:00", False),
        ("2026-06-26T15:00:00+00:00", False),
    ],
)
def test_the_window_is_from_the_start_to_the_end_of_its_last_day(when: str, belongs: bool) -> None:
    found = _attribute(mail("梅田ビジネス交流会ではどうも", sender="jiro@sato.example", when=when))
    assert (found.event == "umeda") == belongs


@pytest.mark.parametrize(
    ("sender", "belongs"),
    [("info@umeda-koryu.example", True), ("staff@umeda-koryu.example", False), ("jiro@sato.example", False)],
)
def test_before_the_start_only_the_organisers_mail_of_that_day_belongs(sender: str, belongs: bool) -> None:
    today = mail("本日の梅田ビジネス交流会", sender=sender, when="2026-05-12T09:00")
    for when in ("2026-05-12T00:00", "2026-05-12T09:00", "2026-05-12T18:59:59"):
        assert (_attribute(replace(today, date=at(when))).event == "umeda") == belongs
    assert _attribute(replace(today, date=at("2026-05-11T23:59:59"))).event is None


def test_the_window_is_in_the_events_zone() -> None:
    paris = replace(UMEDA, timezone="Europe/Paris", window_days=1)
    late = mail(sender="jiro@sato.example", when="2026-05-13T21:59:59+00:00")
    assert _attribute(late, paris).event == "umeda"
    assert _attribute(replace(late, date=at("2026-05-13T22:00:00+00:00")), paris).event is None


def test_outside_of_the_window_there_is_no_event_whatever_is_named() -> None:
    first = mail(sender="jiro@sato.example")
    history = History()
    history.add(first, "umeda")
    late = mail(
        "5月12日の梅田ビジネス交流会(梅田スカイ会議室)では",
        sender="jiro@sato.example",
        when="2026-07-01T10:00",
        references=(first.message_id,),
        to=(Address("", UMEDA.alias),),
    )
    assert _attribute(late, history=history) == Attribution(None, 1.0, None)


def test_a_mail_without_a_date_belongs_to_no_event() -> None:
    named = mail("梅田ビジネス交流会ではどうも", sender="jiro@sato.example", when=None)
    assert _attribute(named) == Attribution(None, 1.0, None)


def test_the_moment_of_receipt_counts_where_it_is_known() -> None:
    events = EventList(Owner(), (UMEDA,))
    undated = mail(sender="jiro@sato.example", when=None)
    assert attribute(undated, events, History(), received=at("2026-05-13T10:00")).event == "umeda"
    dated = mail(sender="jiro@sato.example", when="2026-05-13T10:00")
    assert attribute(dated, events, History(), received=at("2026-08-01T10:00")).event is None


def test_days_are_reckoned_in_japan_whatever_zone_the_date_is_written_in() -> None:
    morning_after = mail("昨日名刺をいただいた者です", **FROM_STRANGER, when="2026-05-12T23:30:00+00:00")
    found = _attribute(morning_after)
    assert (found.event, _types(found)) == ("umeda", {"date_named"})


@pytest.mark.parametrize("trace", [{}, {"sender": "hanae@sato.example"}, {"name": "佐藤 次郎"}, {"name": "佐藤製作所"}])
def test_a_sender_known_from_before_who_says_nothing_of_it_belongs_to_no_event(trace: dict[str, Any]) -> None:
    facts = {"text": f"いつもお世話になっております。{LONG}", "sender": "jiro@sato.example", **trace}
    before, later = mail(**facts, when="2026-04-01T10:00"), mail(**facts, when="2026-05-14T10:00")
    assert _attribute(later).event == "umeda"
    history = History()
    history.add(before, None)
    assert _attribute(later, history=history).event is None
    known = Owner(known_addresses=(facts["sender"],))
    assert _attribute(later, owner=known).event is None


@pytest.mark.parametrize(
    "text",
    [
        "梅田ビジネス交流会ではどうも",
        "5/12はどうも",
        "梅田スカイ会議室ではどうも",
        "梅田交流会事務局の集まりではお世話になりました。",
        "先日の交流会ではどうも",
        "髙橋恵さんから、交流会で伺いました。",
    ],
)
def test_a_sender_known_from_before_who_speaks_of_it_belongs_to_the_event(text: str) -> None:
    known = Owner(known_addresses=("old@client.example",))
    assert _attribute(mail(text, sender="old@client.example"), owner=known).event == "umeda"


def test_an_organiser_known_from_before_who_only_signs_belongs_to_no_event() -> None:
    facts: dict[str, Any] = {"sender": "info@umeda-koryu.example", "name": "梅田交流会事務局", "text": "コラムです"}
    history = History()
    history.add(mail(**facts, when="2026-04-01T10:00"), None)
    assert _attribute(mail(**facts), history=history).event is None


def test_prior_contact_is_tested_for_each_event_alone() -> None:
    met_again = replace(KOHOKU, cards=UMEDA.cards)
    first = mail(sender="jiro@sato.example", when="2026-05-14T10:00")
    later = mail(sender="jiro@sato.example", when="2026-06-10T10:00")
    assert _attribute(later, UMEDA, met_again).event == "kohoku"
    history = History()
    history.add(first, "umeda")
    found = _attribute(later, UMEDA, met_again, history=history)
    assert found.event == "umeda"
    assert not _types(found, "kohoku")


@pytest.mark.parametrize(
    ("sender", "first", "prior"),
    [
        ("jiro@sato.example", "2026-05-11T23:59", True),
        ("jiro@sato.example", "2026-05-12T10:00", True),
        ("jiro@sato.example", "2026-05-12T19:30", False),
        ("info@umeda-koryu.example", "2026-05-11T23:59", True),
        ("info@umeda-koryu.example", "2026-05-12T10:00", False),
    ],
)
def test_a_mail_dated_before_the_event_is_prior_contact(sender: str, first: str, prior: bool) -> None:
    history = History()
    history.add(mail(sender=sender, when=first), None)
    assert (_attribute(mail(sender=sender), history=history).event is None) == prior


def test_the_earliest_mail_of_a_sender_counts_whatever_the_order_of_reading() -> None:
    history = History()
    for when in ("2026-05-14T10:00", "2026-04-01T10:00", "2026-05-15T10:00"):
        history.add(mail(sender="jiro@sato.example", when=when), None)
    assert history.first_mail == {"jiro@sato.example": at("2026-04-01T10:00")}
    assert _attribute(mail(sender="jiro@sato.example"), history=history).event is None


_RANKS = (
    *("reply_thread", "event_named", "card_address", "card_name", "card_company"),
    *("organizer_named", "venue_named", "date_named"),
)
"""From the strongest to the weakest; labels.md ranks name and company of a card alike."""


def _traces(sort: str, event: Event, history: History) -> dict[str, Any]:
    """What makes a mail carry this one trace of `event`."""
    if sort == "reply_thread":
        first = mail(**FROM_STRANGER, when="2026-06-09T20:00")
        history.add(first, event.id)
        return {"references": (first.message_id,)}
    words = {
        "event_named": f"{event.name}の者です。",
        "organizer_named": f"{event.organizer}の者です。",
        "venue_named": f"{event.venue}の者です。",
        "date_named": f"{event.date.month}月{event.date.day}日の者です。",
    }
    card = event.cards[0]
    return {
        "card_address": {"sender": card.address},
        "card_name": {"name": card.name},
        "card_company": {"signature": card.company},
        "organizer_address": {"sender": event.organizer_addresses[0]},
    }.get(sort) or {"text": words[sort]}


@pytest.mark.parametrize("later_is_weaker", [True, False])
@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        *(pair for pair in combinations(_RANKS, 2) if pair != ("card_name", "card_company")),
        ("card_name", "organizer_address"),
        ("card_company", "organizer_address"),
    ],
)
def test_the_stronger_evidence_wins(stronger: str, weaker: str, later_is_weaker: bool) -> None:
    right, wrong = (UMEDA, KOHOKU) if later_is_weaker else (KOHOKU, UMEDA)
    history = History()
    facts: dict[str, Any] = {**FROM_STRANGER, "when": "2026-06-12T10:00"}
    strong, weak = _traces(stronger, right, history), _traces(weaker, wrong, history)
    text = strong.get("text", "") + weak.get("text", "") + LONG
    found = _attribute(mail(**{**facts, **strong, **weak, "text": text}), UMEDA, KOHOKU, history=history)
    assert _types(found, right.id) == {stronger}
    assert _types(found, wrong.id) == {weaker}
    assert found.event == right.id
    assert found.runner_up
    assert found.runner_up[0] == wrong.id


def test_the_thread_wins_over_all_that_speaks_for_another_event() -> None:
    first = mail(sender="jiro@sato.example", when="2026-05-14T10:00")
    history = History()
    history.add(first, "umeda")
    introduced = mail(
        "佐藤さんの紹介で加わります。港北ものづくり交流会でもお会いしましたね。お見積もりの件、進めてください",
        sender="ryo@hiyama.example",
        when="2026-06-12T10:00",
        references=(first.message_id,),
    )
    assert _attribute(introduced, UMEDA, KOHOKU, history=history).event == "umeda"


def test_of_two_events_spoken_of_alike_the_latest_is_likelier() -> None:
    found = _attribute(mail("先日の交流会ではどうも", **FROM_STRANGER, when="2026-06-12T10:00"), UMEDA, KOHOKU)
    assert found.event == "kohoku"


def test_beside_one_event_the_next_likely_answer_is_none() -> None:
    found = _attribute(mail("5/12にどうも", **FROM_STRANGER))
    assert found.runner_up
    assert found.runner_up[0] is None
    assert found.probability + found.runner_up[1] == pytest.approx(1)


def test_without_events_there_is_no_event() -> None:
    assert attribute(mail(), EventList(), History()) == Attribution(None, 1.0, None)


_TEXTS = st.lists(
    st.sampled_from(
        [
            "梅田ビジネス交流会",
            "港北ものづくり交流会",
            "5月12日",
            "6月9日",
            "先日の交流会",
            "佐藤次郎さん",
            "港北会館",
        ]
    ),
    max_size=4,
).map("、".join)
_SENDERS = st.sampled_from(["jiro@sato.example", "ryo@hiyama.example", "info@kohoku.example", "x@gmail.com", ""])
_WHENS = st.datetimes(datetime(2026, 5, 1), datetime(2026, 8, 31), timezones=st.just(JAPAN))


@given(_TEXTS, _SENDERS, _WHENS)
def test_the_answers_are_probabilities_and_the_likeliest_is_given(text: str, sender: str, when: datetime) -> None:
    found = _attribute(mail(text, sender=sender, when=when), UMEDA, KOHOKU)
    runner_up = found.runner_up[1] if found.runner_up else 0.0
    assert 0 <= runner_up <= found.probability <= 1
    assert found.probability + runner_up <= 1 + 1e-9
    assert found.event is None or found.event in {item.event for item in found.evidence}
    assert found.runner_up is None or found.runner_up[0] != found.event


BARE = Event("umeda", "梅田ビジネス交流会", date(2026, 5, 12), time(19, 0))
FRESH = "2026-05-13T10:00"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("名刺交換をさせていただいた者です", "speaks_of_meeting"),
        ("先日は楽しかったです", "looks_back"),
        ("花子さん、こんにちは", "addresses_by_name"),
    ],
)
def test_a_stranger_who_writes_soon_comes_from_the_event_and_what_points_there_is_told(text: str, hint: str) -> None:
    to = (Address("山田 花子", "hanako@example.jp"),)
    found = _attribute(mail(text, **FROM_STRANGER, when=FRESH, to=to), BARE)
    assert found.event == "umeda"
    assert _types(found) == {hint, "recent"}
    assert all(item.weight > 0 for item in found.evidence)


@pytest.mark.parametrize(
    "change",
    [
        {"when": "2026-06-20T10:00"},
        {"text": "はじめまして。お見積もりの件です"},
        {"form": replace(mail().form, auto_submitted=True)},
        {"form": replace(mail().form, bulk_headers=True)},
    ],
)
def test_what_makes_a_stranger_less_likely_to_come_from_an_event(change: dict[str, Any]) -> None:
    facts: dict[str, Any] = {**FROM_STRANGER, "when": FRESH, "text": "お見積もりの件です"}
    likely, less = (_attribute(mail(**mails), BARE) for mails in (facts, {**facts, **change}))
    assert likely.event == "umeda"
    assert (less.of_any_event or 0) < (likely.of_any_event or 0)


def test_who_is_on_no_card_of_an_event_with_cards_is_less_likely_to_come_from_it() -> None:
    stranger = mail("お見積もりの件です", **FROM_STRANGER, when=FRESH)
    with_cards = replace(BARE, cards=UMEDA.cards)
    of_none = [1 - (_attribute(stranger, event).of_any_event or 0) for event in (with_cards, BARE)]
    assert of_none[0] > 2 * of_none[1]


def test_everyday_mail_is_less_likely_to_come_from_an_event() -> None:
    events, stranger = EventList(NOBODY, (BARE,)), mail("ご注文の品を発送しました", **FROM_STRANGER, when=FRESH)
    assert attribute(stranger, events, History()).event == "umeda"
    assert attribute(stranger, events, History(), everyday=0.98).event is None


def test_a_sender_whose_last_mail_came_of_an_event_writes_of_it_again() -> None:
    history = History()
    history.add(mail("梅田ビジネス交流会ではどうも", **FROM_STRANGER, when=FRESH), "umeda")
    later = mail("その後いかがですか", **FROM_STRANGER, when="2026-06-10T10:00")
    assert _attribute(later, BARE).event is None
    found = _attribute(later, BARE, history=history)
    assert (found.event, _types(found)) == ("umeda", {"wrote_of_it_before", "recent"} & _types(found))


def test_a_sender_whose_mail_the_owner_put_to_no_event_must_speak_of_one() -> None:
    history = History()
    history.cut_off("jiro@sato.example")
    history.cut_off("")
    assert _attribute(mail("資料です", sender="jiro@sato.example"), history=history).event is None
    assert _attribute(mail("梅田ビジネス交流会の件", sender="jiro@sato.example"), history=history).event == "umeda"
    assert _attribute(mail("資料です", sender="hanae@sato.example"), history=history).event == "umeda"


def test_how_many_mails_came_of_events_so_far_is_counted_in() -> None:
    stranger = mail("お見積もりの件です", **FROM_STRANGER, when="2026-05-18T10:00")
    odds = []
    for caused in (0.0, 60.0, 120.0):
        history = History(candidates=120, caused=caused)
        odds.append(_attribute(stranger, BARE, history=history).of_any_event or 0)
    assert odds == sorted(odds)
    assert odds[0] < 0.5 < odds[2]


def test_the_history_counts_the_mails_that_an_event_could_have_caused() -> None:
    history = History()
    for when, text in (("2026-05-01T10:00", ""), (FRESH, "梅田ビジネス交流会"), ("2026-06-01T10:00", "")):
        message = mail(text, sender=f"x{when[:10]}@elsewhere.example", when=when)
        found = _attribute(message, BARE, history=history)
        history.add(message, found.event, found.of_any_event)
    assert history.candidates == 2
    assert 1 < history.caused < 1.5


@given(st.floats(0, 500), st.integers(0, 500))
def test_the_shift_is_finite_and_none_where_the_mailbox_is_as_the_corpus(caused: float, candidates: int) -> None:
    assert math.isfinite(SHIPPED.shift(min(caused, candidates), candidates))
    assert SHIPPED.shift(candidates * SHIPPED.share, candidates) == pytest.approx(0, abs=1e-9)


def test_a_busy_mailbox_does_not_outweigh_a_trace() -> None:
    busy = History(candidates=20_000, caused=60.0)
    assert _attribute(mail("資料です", sender="jiro@sato.example"), history=busy).event == "umeda"
    assert _attribute(mail("5/12にどうも", **FROM_STRANGER), history=busy).event == "umeda"
    assert _attribute(mail("お見積もりの件です", **FROM_STRANGER, when=FRESH), BARE, history=busy).event is None


def test_mail_without_a_sender_is_no_earlier_mail_of_another_one() -> None:
    history = History()
    history.add(mail("梅田ビジネス交流会ではどうも", sender="", when=FRESH), "umeda")
    assert history.event_of_sender == {}
