"""Everything the report says, as numbers and names: what every renderer reads, and nothing more is computed there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from followup_filter.errors import UsageError
from followup_filter.events.event import Event, EventList
from followup_filter.events.names import folded
from followup_filter.events.suggestions import Suggestion, suggested
from followup_filter.labels import Outcome
from followup_filter.language import gettext as _
from followup_filter.mail.server import Role
from followup_filter.report.audit import Audit, audit
from followup_filter.report.leads import Lead, Waiting, build_leads, sender_company, sender_name
from followup_filter.report.people import strangers
from followup_filter.report.scorecard import Scorecard, build_scorecards
from followup_filter.store import corrections, messages, nights, records
from followup_filter.store.events import declined_events, read_events
from followup_filter.store.lead_notes import read_hand_leads
from followup_filter.store.nights import Fault
from followup_filter.store.results import Decision, read_decisions

SUGGESTED_FOR = timedelta(days=60)
"""How old a mail may be by which the report suggests an event; `events suggest` looks at all."""


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One mail a person should look at: what the program thinks, and what else it may be, likeliest first.

    `in_junk`: it lies in folders for spam only.
    """

    number: int
    name: str
    company: str
    subject: str
    outcome: Outcome
    others: tuple[Outcome, ...]
    sentence: str
    in_junk: bool

    @property
    def may_be_lead(self) -> bool:
        """True when a lead cannot be ruled out."""
        return Outcome.LEAD in self.others


@dataclass(frozen=True, slots=True)
class Scan:
    """What was read: when the last run ended (None: it was cut off), and what of it was new.

    `first` and `last` are the dates of the oldest and newest mail. `previous` is when the run before began. `fresh`:
    the numbers of mails that are new since. `unreadable` lists (number, reason). `in_trash`: mails in the folders for
    deleted mail, which are only counted.
    """

    mails: int
    first: datetime | None
    last: datetime | None
    ended: datetime | None
    cut_off: bool
    previous: datetime | None
    fresh: frozenset[int]
    new_leads: int
    new_by_outcome: Mapping[Outcome, int]
    unreadable: tuple[tuple[int, str], ...]
    in_trash: int

    @property
    def new(self) -> int:
        """How many mails are new."""
        return len(self.fresh)


@dataclass(frozen=True, slots=True)
class Learning:
    """What the model in use has learned from the owner: from `own` labelled mails, on the day `when`.

    `waiting`: mails whose label it has not seen yet. `kept_aside`: the newest model with the owner's labels judged
    worse and is not in use.
    """

    own: int
    when: datetime | None
    waiting: int
    kept_aside: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole report at the moment `now`.

    `narrowed`: whether it tells of some events only. `audited`: the mails to look at for the audit. `strangers`: how
    many people wrote whose event the owner should say; `suggestions`: events that the owner may have gone to.
    """

    now: datetime
    leads: tuple[Lead, ...]
    unsure: tuple[ReviewItem, ...]
    scorecards: tuple[Scorecard, ...]
    scan: Scan
    events: EventList
    model_version: str
    corrections: int
    learning: Learning
    faults: tuple[Fault, ...]
    strangers: int
    suggestions: tuple[Suggestion, ...]
    audit: Audit
    audited: tuple[ReviewItem, ...]
    narrowed: bool = False

    @property
    def review(self) -> list[ReviewItem]:
        """The mails to check that are not listed as leads anyway."""
        return [item for item in self.unsure if item.outcome is not Outcome.LEAD]

    @property
    def waiting(self) -> list[Lead]:
        """Leads that wait for the owner's answer, and those of which nobody can tell."""
        return [lead for lead in self.leads if lead.waiting in (Waiting.OWNER, Waiting.UNKNOWN)]

    @property
    def answered(self) -> list[Lead]:
        """Leads by mail that the owner answered, or that are settled."""
        return [lead for lead in self.leads if lead.waiting in (Waiting.THEM, Waiting.DONE) and not lead.by_hand]

    @property
    def snoozed(self) -> list[Lead]:
        """Leads that the owner put off until a day to come, that of the nearest day first."""
        return [lead for lead in self.leads if lead.waiting is Waiting.SNOOZED]

    @property
    def by_hand(self) -> list[Lead]:
        """Leads that did not come by mail."""
        return [lead for lead in self.leads if lead.by_hand]


def narrowed(summary: Summary, since: date | None, until: date | None, organizer: str, series: str) -> Summary:
    """The same for the events that fit: their scorecards and leads, nothing to check. Raises UsageError for none."""

    def fits(event: Event) -> bool:
        days = (since or date.min) <= event.date <= (until or date.max)
        return days and folded(organizer) in folded(event.organizer) and folded(series) in folded(event.series)

    fitting = {event.id for event in summary.events.events if fits(event)}
    if not fitting:
        raise UsageError(_("No event fits. See: followup-filter events list"))
    return replace(
        summary,
        scorecards=tuple(card for card in summary.scorecards if card.event and card.event.id in fitting),
        leads=tuple(lead for lead in summary.leads if lead.event in fitting),
        unsure=(),
        audited=(),
        suggestions=(),
        strangers=0,
        narrowed=True,
    )


def build_summary(connection: Connection, now: datetime, decisions: Sequence[Decision] | None = None) -> Summary:
    """Read the store and put the report together; `decisions`: all mails, where they have been read already."""
    events = read_events(connection)
    decisions = read_decisions(connection) if decisions is None else decisions
    own = messages.read_own_mail(connection)
    leads = build_leads(decisions, own, events, now, read_hand_leads(connection))
    looked = audit(decisions)
    return Summary(
        now=now,
        leads=tuple(leads),
        unsure=tuple(_unsure(decisions, events)),
        scorecards=tuple(build_scorecards(decisions, leads, events, now)),
        scan=_scan(connection, decisions, leads),
        events=events,
        model_version=max((decision.model_version for decision in decisions), default=""),
        corrections=corrections.count_corrections(connection),
        learning=_learning(connection),
        faults=tuple(nights.read_faults(connection)),
        strangers=len(strangers(decisions, events)),
        suggestions=tuple(_suggestions(connection, decisions, events, now)),
        audit=looked,
        audited=tuple(_review_item(decision, events) for decision in looked.next_up),
    )


def _suggestions(
    connection: Connection, decisions: Sequence[Decision], events: EventList, now: datetime
) -> list[Suggestion]:
    mails = [
        (decision.stored.number, decision.stored.message)
        for decision in decisions
        if decision.stored.message.date and now - decision.stored.message.date < SUGGESTED_FOR
    ]
    return suggested(mails, events.events, declined_events(connection), now.date())


def _learning(connection: Connection) -> Learning:
    models = records.models(connection)
    uses = records.model_uses(connection)
    in_use = next((row for row in models if uses and row["digest"] == uses[0]["digest"]), None)
    own = in_use["facts"].get("own", 0) if in_use else 0
    made = datetime.fromisoformat(in_use["made"]) if in_use and own else None
    times = corrections.label_times(connection)
    newest = models[-1] if models else None
    return Learning(
        own=own,
        when=made,
        waiting=sum(made is None or moment > made for moment in times),
        kept_aside=bool(newest and newest["facts"].get("kept_aside") and newest is not in_use),
    )


def _unsure(decisions: Sequence[Decision], events: EventList) -> list[ReviewItem]:
    """The mails to check: those that may be leads first, then the most doubtful."""
    unsure = [decision for decision in decisions if decision.review]
    unsure.sort(
        key=lambda decision: (Outcome.LEAD not in decision.plausible, -_doubt(decision), decision.stored.number)
    )
    return [_review_item(decision, events) for decision in unsure]


def _review_item(decision: Decision, events: EventList) -> ReviewItem:
    return ReviewItem(
        number=decision.stored.number,
        name=sender_name(decision.stored.message),
        company=sender_company(decision.stored.message, events),
        subject=decision.stored.message.subject,
        outcome=decision.outcome,
        others=_others(decision),
        sentence=decision.sentence,
        in_junk=decision.in_junk,
    )


def _doubt(decision: Decision) -> float:
    """How much would be lost: the probability of a lead where one is possible, else that of being wrong."""
    if Outcome.LEAD in decision.plausible:
        return decision.probabilities[Outcome.LEAD]
    return 1.0 - decision.probability


def _others(decision: Decision) -> tuple[Outcome, ...]:
    others = [outcome for outcome in decision.plausible if outcome is not decision.outcome]
    return tuple(sorted(others, key=lambda outcome: -decision.probabilities[outcome]))


def _scan(connection: Connection, decisions: Sequence[Decision], leads: Sequence[Lead]) -> Scan:
    runs = records.last_runs(connection, 2)
    dates = [decision.stored.message.date for decision in decisions if decision.stored.message.date]
    began = datetime.fromisoformat(runs[0]["started"]) if runs else None
    fresh = {decision.stored.number for decision in decisions if began and decision.stored.first_seen >= began}
    ended = runs[0]["ended"] if runs else None
    return Scan(
        mails=messages.count_messages(connection),
        first=min(dates, default=None),
        last=max(dates, default=None),
        ended=datetime.fromisoformat(ended) if ended else None,
        cut_off=bool(runs) and not ended,
        previous=datetime.fromisoformat(runs[1]["started"]) if len(runs) > 1 else None,
        fresh=frozenset(fresh),
        new_leads=sum(bool(fresh & set(lead.numbers)) for lead in leads),
        new_by_outcome=Counter(decision.outcome for decision in decisions if decision.stored.number in fresh),
        unreadable=tuple((item.number, item.error or "") for item in messages.unreadable(connection)),
        in_trash=nights.count_scanned(connection, Role.TRASH),
    )
