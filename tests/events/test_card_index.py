"""The index finds what a look at every card would find; and ten times the cards cost hardly more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from followup_filter.events import names
from followup_filter.events.card_index import CardIndex, card_index
from followup_filter.events.event import Card, Event, EventList
from followup_filter.events.evidence import MailFacts
from followup_filter.mail.message import Address
from tests.builders import at, mail


def one_by_one(facts: MailFacts, event: Event) -> dict[str, str]:
    """What the cards of an event give, by looking at each of them in turn: slow, and plain to see."""
    found: dict[str, str] = {}
    domains = {card.address.rpartition("@")[2] for card in event.cards if card.address}
    if facts.domain in domains and facts.domain and not names.is_freemail(facts.domain):
        found["company_domain"] = facts.domain
    for card in reversed(event.cards):
        person, company = names.person(card.name), names.company(card.company)
        if card.address and card.address == facts.address:
            found["card_address"] = facts.address
        whole = len(person) >= 2 and person == facts.sender_name
        if whole or (len(person) >= 3 and (person in facts.sender_name or person in facts.signature)):
            found["card_name"] = card.name
        if len(company) >= 3 and (company in facts.sender_name or company in facts.signature):
            found["card_company"] = card.company
        if len(person) >= 3 and person in facts.text:
            found["card_mentioned"] = card.name
    return found


_NAMES = st.sampled_from(["", "佐藤", "佐藤次郎", "佐藤 次郎様", "次郎丸", "髙橋一", "高橋一", "Maya Ellings", "Maya"])
_COMPANIES = st.sampled_from(["", "㈱佐藤", "佐藤次郎商店", "株式会社ミナト", "ミナト", "Lantern"])
_ADDRESSES = st.sampled_from(["", "a@minato.example", "b@minato.example", "c@gmail.com", "d@x.example"])
_CARDS = st.lists(st.builds(Card, _NAMES, _COMPANIES, _ADDRESSES), max_size=6)
_WORDS = ["佐藤次郎", "さん", "ミナト", "髙橋一", "です。", "\n", "maya ellings", "郎丸"]
_TEXTS = st.lists(st.sampled_from(_WORDS), max_size=6).map("".join)


@settings(max_examples=300, deadline=None)
@given(st.lists(_CARDS, max_size=3), _TEXTS, _TEXTS, _NAMES, _ADDRESSES.filter(bool))
def test_it_finds_what_a_look_at_every_card_finds(
    cards: list[list[Card]], text: str, signature: str, sender: str, address: str
) -> None:
    events = EventList(
        events=tuple(Event(str(n), f"会{n}", date(2026, 5, 12), cards=tuple(each)) for n, each in enumerate(cards))
    )
    message = replace(mail(text=text, signature=signature), from_address=Address(sender, address))
    facts = MailFacts.of(message, at("2026-05-13T09:00"))
    hits = CardIndex(events).hits(facts)
    for event in events.events:
        assert hits.get(event.id, {}) == one_by_one(facts, event)


def test_the_index_of_a_list_is_made_once() -> None:
    events = EventList(events=(Event("a", "会", date(2026, 5, 12), cards=(Card("佐藤次郎"),)),))
    first = card_index(events)
    assert card_index(events) is first
    assert card_index(replace(events, events=())) is not first
