"""What one event brought, in numbers, and whether it seems worth going again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from followup_filter.events.event import Event, EventList
from followup_filter.labels import OUTCOMES, Kind, Outcome
from followup_filter.report.leads import Lead
from followup_filter.store.results import Decision

WORTHWHILE_LEADS = 3
"""People with work from which on an event counts as worth going again."""
CLOSED_BEFORE_SKIPPING = 2
"""Closed events of a series without any lead before skipping it is suggested (wording.md: only after two)."""


class Verdict(StrEnum):
    """Whether to go again; `upcoming` before the event, `counting` while mail of the event may still come in."""

    UPCOMING = "upcoming"
    COUNTING = "counting"
    WORTHWHILE = "worthwhile"
    WAIT_AND_SEE = "wait_and_see"
    CONSIDER_SKIPPING = "consider_skipping"


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One event's mail in numbers; `event` None stands for mail of no event.

    `by_outcome` and `by_kind` count mails, `leads` counts people and matters, `leads_sure` those without doubt.
    `cards_written` of `cards` contacts wrote. `days_left` is 0 when the window is closed. `visits` counts the closed
    events of its series, itself included.
    """

    event: Event | None
    mails: int
    by_outcome: Mapping[Outcome, int]
    by_kind: Mapping[Kind, int]
    review: int
    leads: int
    leads_sure: int
    cards: int
    cards_written: int
    days_left: int
    visits: int
    verdict: Verdict | None

    @property
    def yen_per_lead(self) -> float | None:
        """The fee divided by the leads; None where either is unknown or zero."""
        if self.event is None or self.event.fee is None or not self.leads:
            return None
        return self.event.fee / self.leads


def build_scorecards(
    decisions: Sequence[Decision], leads: Sequence[Lead], events: EventList, now: datetime
) -> list[Scorecard]:
    """One scorecard an event in order of date, then one for the mail of no event."""
    by_event: dict[str | None, list[Decision]] = {event.id: [] for event in events.events}
    by_event[None] = []
    for decision in decisions:
        by_event[decision.event if decision.event in by_event else None].append(decision)
    leads_of = Counter(lead.event if lead.event in by_event else None for lead in leads)
    sure_of = Counter(lead.event if lead.event in by_event else None for lead in leads if lead.sure)
    ordered = sorted(events.events, key=lambda event: (event.date, event.start, event.id))
    return [
        _scorecard(event, by_event[event.id if event else None], leads_of, sure_of, events, now)
        for event in [*ordered, None]
    ]


def _scorecard(
    event: Event | None,
    mails: Sequence[Decision],
    leads_of: Mapping[str | None, int],
    sure_of: Mapping[str | None, int],
    events: EventList,
    now: datetime,
) -> Scorecard:
    key = event.id if event else None
    outcomes = Counter(decision.outcome for decision in mails)
    senders = {mail.stored.message.from_address.address for mail in mails if mail.stored.message.from_address}
    visits = _closed_of_series(event, events, now) if event else []
    return Scorecard(
        event=event,
        mails=len(mails),
        by_outcome={outcome: outcomes[outcome] for outcome in OUTCOMES},
        by_kind=Counter(decision.kind for decision in mails),
        review=sum(decision.review for decision in mails),
        leads=leads_of.get(key, 0),
        leads_sure=sure_of.get(key, 0),
        cards=len(event.cards) if event else 0,
        cards_written=sum(card.address in senders for card in event.cards if card.address) if event else 0,
        days_left=_days_left(event, now) if event else 0,
        visits=len(visits),
        verdict=_verdict(event, leads_of, visits, now) if event else None,
    )


def _days_left(event: Event, now: datetime) -> int:
    """Days until the window closes, the day of closing included; 0 when it is closed."""
    if now >= event.window_end:
        return 0
    return (event.window_end.date() - now.astimezone(event.zone).date()).days


def _closed_of_series(event: Event, events: EventList, now: datetime) -> list[Event]:
    """The events of the same series (the same name without one) whose windows are closed."""
    name = event.series or event.name
    return [other for other in events.events if (other.series or other.name) == name and now >= other.window_end]


def _verdict(event: Event, leads_of: Mapping[str | None, int], visits: Sequence[Event], now: datetime) -> Verdict:
    if now < event.window_start:
        return Verdict.UPCOMING
    if now < event.window_end:
        return Verdict.COUNTING
    if leads_of.get(event.id, 0) >= WORTHWHILE_LEADS:
        return Verdict.WORTHWHILE
    if len(visits) >= CLOSED_BEFORE_SKIPPING and not any(leads_of.get(visit.id, 0) for visit in visits):
        return Verdict.CONSIDER_SKIPPING
    return Verdict.WAIT_AND_SEE
