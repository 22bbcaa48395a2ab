"""Events, organisers and series side by side: leads an event and yen a lead, each with its interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from followup_filter.events.event import Event
from followup_filter.report.rates import Estimate, leads_per_event
from followup_filter.report.scorecard import Scorecard, Verdict

FEWEST_EVENTS = 3
"""Closed events from which on events are compared, and occasions from which on an organiser or a series is."""


class Of(StrEnum):
    """What a row of the comparison is about."""

    EVENT = "event"
    ORGANIZER = "organizer"
    SERIES = "series"


@dataclass(frozen=True, slots=True)
class Compared:
    """Closed events of one name: leads in all, the estimate of leads an event, and what one costs.

    `yen_per_lead` is the mean cost of an occasion (fee, and hours at the owner's rate) over the estimate; None where a
    fee is unknown.
    """

    of: Of
    name: str
    events: tuple[str, ...]
    leads: int
    estimate: Estimate
    yen_per_lead: float | None

    @property
    def occasions(self) -> int:
        """How many events it sums up."""
        return len(self.events)


def compare(cards: Sequence[Scorecard], hourly_yen: int = 0) -> list[Compared]:
    """The closed events, the one with most leads first; then organisers and series of FEWEST_EVENTS occasions or more.

    Empty where fewer than FEWEST_EVENTS events are closed.
    """
    closed = [
        card for card in cards if card.event and not card.days_left and card.verdict not in (None, Verdict.UPCOMING)
    ]
    if len(closed) < FEWEST_EVENTS:
        return []
    rows = _compared(Of.EVENT, [(str(card.event and card.event.name), [card]) for card in closed], hourly_yen)
    names: tuple[tuple[Of, Callable[[Event], str]], ...] = (
        (Of.ORGANIZER, lambda event: event.organizer),
        (Of.SERIES, lambda event: event.series),
    )
    for of, name_of in names:
        groups: dict[str, list[Scorecard]] = {}
        for card in closed:
            if card.event and (name := name_of(card.event)):
                groups.setdefault(name, []).append(card)
        often = [(name, members) for name, members in groups.items() if len(members) >= FEWEST_EVENTS]
        rows += _compared(of, often, hourly_yen)
    return rows


def _compared(of: Of, groups: Sequence[tuple[str, Sequence[Scorecard]]], hourly_yen: int) -> list[Compared]:
    counts = [sum(card.all_leads for card in members) for _name, members in groups]
    estimates = leads_per_event(counts, [len(members) for _name, members in groups])
    rows = []
    for (name, members), leads, estimate in zip(groups, counts, estimates, strict=True):
        events = [card.event for card in members if card.event]
        costs = [cost(event, hourly_yen) for event in events]
        known = [yen for yen in costs if yen is not None]
        yen = sum(known) / len(known) / estimate.value if len(known) == len(events) and estimate.value else None
        rows.append(Compared(of, name, tuple(event.id for event in events), leads, estimate, yen))
    return sorted(rows, key=lambda row: (-row.estimate.value, row.name))


def cost(event: Event, hourly_yen: int) -> float | None:
    """What going there cost, in yen: the fee, and the hours at the owner's rate; None where the fee is unknown."""
    return None if event.fee is None else event.fee + (event.hours or 0) * hourly_yen
