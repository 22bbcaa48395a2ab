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
from followup_filter.store.lead_notes import Note
from followup_filter.store.results import Decision

WORTHWHILE_LEADS = 3
"""People with work from which on an event counts as worth going again; one order is enough as well."""
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

    `by_outcome` and `by_kind` count mails, `leads` counts people and matters by mail, `leads_sure` those without doubt,
    `leads_by_hand` those entered by hand. `orders` counts the won among both, `order_yen` adds up what those are worth
    of which the owner told it.
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
    leads_by_hand: int
    orders: int
    order_yen: int
    cards: int
    cards_written: int
    days_left: int
    visits: int
    verdict: Verdict | None

    @property
    def all_leads(self) -> int:
        """Leads by mail and by hand."""
        return self.leads + self.leads_by_hand

    @property
    def yen_per_lead(self) -> float | None:
        """The fee divided by the leads, by mail or by hand; None where either is unknown or zero."""
        if self.event is None or self.event.fee is None or not self.all_leads:
            return None
        return self.event.fee / self.all_leads


def build_scorecards(
    decisions: Sequence[Decision], leads: Sequence[Lead], events: EventList, now: datetime
) -> list[Scorecard]:
    """One scorecard an event in order of date, then one for the mail of no event."""
    by_event: dict[str | None, list[Decision]] = {event.id: [] for event in events.events}
    by_event[None] = []
    for decision in decisions:
        by_event[decision.event if decision.event in by_event else None].append(decision)
    leads_of: dict[str | None, list[Lead]] = {key: [] for key in by_event}
    for lead in leads:
        leads_of[lead.event if lead.event in by_event else None].append(lead)
    ordered = sorted(events.events, key=lambda event: (event.date, event.start, event.id))
    return [
        _scorecard(event, by_event[event.id if event else None], leads_of, events, now) for event in [*ordered, None]
    ]


def _scorecard(
    event: Event | None,
    mails: Sequence[Decision],
    leads_of: Mapping[str | None, Sequence[Lead]],
    events: EventList,
    now: datetime,
) -> Scorecard:
    leads = leads_of[event.id if event else None]
    won = [lead for lead in leads if lead.result is Note.WON]
    outcomes = Counter(decision.outcome for decision in mails)
    senders = {mail.stored.message.from_address.address for mail in mails if mail.stored.message.from_address}
    visits = _closed_of_series(event, events, now) if event else []
    return Scorecard(
        event=event,
        mails=len(mails),
        by_outcome={outcome: outcomes[outcome] for outcome in OUTCOMES},
        by_kind=Counter(decision.kind for decision in mails),
        review=sum(decision.review for decision in mails),
        leads=sum(not lead.by_hand for lead in leads),
        leads_sure=sum(lead.sure and not lead.by_hand for lead in leads),
        leads_by_hand=sum(lead.by_hand for lead in leads),
        orders=len(won),
        order_yen=sum(lead.order_yen or 0 for lead in won),
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


def _verdict(
    event: Event, leads_of: Mapping[str | None, Sequence[Lead]], visits: Sequence[Event], now: datetime
) -> Verdict:
    if now < event.window_start:
        return Verdict.UPCOMING
    if now < event.window_end:
        return Verdict.COUNTING
    leads = leads_of[event.id]
    if len(leads) >= WORTHWHILE_LEADS or any(lead.result is Note.WON for lead in leads):
        return Verdict.WORTHWHILE
    if len(visits) >= CLOSED_BEFORE_SKIPPING and not any(leads_of[visit.id] for visit in visits):
        return Verdict.CONSIDER_SKIPPING
    return Verdict.WAIT_AND_SEE
