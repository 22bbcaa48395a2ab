"""Finds the cards that a mail points to, at a cost that grows with the mail and not with the number of cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from followup_filter.events import names
from followup_filter.events.event import EventList

if TYPE_CHECKING:
    from followup_filter.events.evidence import MailFacts

SHORTEST_IN_TEXT = 3
"""Characters of a name that is looked for inside of other text; shorter ones are part of too many words."""
SHORTEST_NAME = 2
"""Characters of a name that counts as the whole name of the sender."""

_Place = tuple[str, int, str]
"""(event id, the card's place in the event, the name as on the card)."""


class CardIndex:
    """The cards of all events by address, domain, person and company."""

    def __init__(self, events: EventList) -> None:
        self._addresses: dict[str, set[str]] = {}
        self._domains: dict[str, set[str]] = {}
        self._whole_names: dict[str, list[_Place]] = {}
        self._people = _Phrases()
        self._companies = _Phrases()
        for event in events.events:
            for order, card in enumerate(event.cards):
                if card.address:
                    self._addresses.setdefault(card.address, set()).add(event.id)
                    self._domains.setdefault(card.address.rpartition("@")[2], set()).add(event.id)
                person, company = names.person(card.name), names.company(card.company)
                if len(person) >= SHORTEST_NAME:
                    self._whole_names.setdefault(person, []).append((event.id, order, card.name))
                self._people.add(person, (event.id, order, card.name))
                self._companies.add(company, (event.id, order, card.company))

    def hits(self, facts: MailFacts) -> dict[str, dict[str, str]]:
        """By event: each sort of evidence that its cards give, with what was found; of several cards the first."""
        found: dict[str, dict[str, str]] = {}
        for event in self._addresses.get(facts.address, ()) if facts.address else ():
            found.setdefault(event, {})["card_address"] = facts.address
        if facts.domain and not names.is_freemail(facts.domain):
            for event in self._domains.get(facts.domain, ()):
                found.setdefault(event, {})["company_domain"] = facts.domain
        sender = [*self._whole_names.get(facts.sender_name, ()), *self._people.within(facts.sender_name)]
        for sort, places in (
            ("card_name", [*sender, *self._people.within(facts.signature)]),
            (
                "card_company",
                [*self._companies.within(facts.sender_name), *self._companies.within(facts.signature)],
            ),
            ("card_mentioned", self._people.within(facts.text)),
        ):
            for event, detail in _first_of_each(places).items():
                found.setdefault(event, {})[sort] = detail
        return found


class _Phrases:
    """Phrases by their first three characters, so that few are compared with a text."""

    def __init__(self) -> None:
        self._by_start: dict[str, dict[str, list[_Place]]] = {}

    def add(self, phrase: str, place: _Place) -> None:
        if len(phrase) >= SHORTEST_IN_TEXT:
            self._by_start.setdefault(phrase[:SHORTEST_IN_TEXT], {}).setdefault(phrase, []).append(place)

    def within(self, text: str) -> list[_Place]:
        """The places of all phrases that occur in the text."""
        if not self._by_start:
            return []
        starts = {text[place : place + SHORTEST_IN_TEXT] for place in range(len(text) - SHORTEST_IN_TEXT + 1)}
        return [
            place
            for start in starts & self._by_start.keys()
            for phrase, places in self._by_start[start].items()
            if phrase in text
            for place in places
        ]


def _first_of_each(places: Iterable[_Place]) -> Mapping[str, str]:
    """By event: the name on its first card among these."""
    first: dict[str, tuple[int, str]] = {}
    for event, order, name in places:
        first[event] = min((order, name), first.get(event, (order, name)))
    return {event: name for event, (_order, name) in first.items()}


_newest: list[tuple[EventList, CardIndex]] = []


def card_index(events: EventList) -> CardIndex:
    """The index of these events; made once for as long as the same list is asked for."""
    if not _newest or _newest[0][0] is not events:
        _newest[:] = [(events, CardIndex(events))]
    return _newest[0][1]
