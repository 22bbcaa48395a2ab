"""How likely each event is to have caused a mail, by what was found: a small logistic model over a few facts.

A mail with a trace of an event is judged by the strength of its traces. A stranger's mail without one is judged by the
time since the event and by what it says: people write soon after they met. The coefficients come from `make model`
(`model/causes.py`).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from followup_filter.events.event import Event
from followup_filter.events.evidence import WEIGHTS, Evidence
from followup_filter.events.learned import COEFFICIENTS, SHARE

MOST_NEWER = 3
SHARE_WEIGHT = 50
"""How many mails of a mailbox count as much as the corpus for how common mail from events is (docs/attribution.md)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that may have caused a mail: its traces (sort → what was found), hints, and all of it as numbers."""

    event: Event
    traces: Mapping[str, str]
    hints: Mapping[str, str] = field(default_factory=dict)
    features: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Learned:
    """Coefficients of the facts, in log-odds; `share`: how many of the mails learned from came of an event."""

    coefficients: Mapping[str, float]
    share: float

    @property
    def version(self) -> str:
        """Eight hexadecimal digits that change with any number."""
        text = json.dumps([self.share, self.coefficients], sort_keys=True, default=dict)
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    def log_odds(self, candidate: Candidate) -> float:
        """The log-odds of the candidate against "no event"."""
        return sum(self.coefficients.get(name, 0.0) * value for name, value in candidate.features.items())

    def shift(self, caused: float, candidates: int) -> float:
        """What to add to the log-odds in a mailbox where `caused` of so many candidate mails came of an event.

        The share is taken as the mean of a beta distribution around that of the corpus, with SHARE_WEIGHT mails, and
        odds are corrected for it as in Saerens, Latinne and Decaestecker 2002, "Adjusting the outputs of a classifier
        to new a priori probabilities".
        """
        share = (caused + SHARE_WEIGHT * self.share) / (candidates + SHARE_WEIGHT)
        return math.log(share / (1 - share)) - math.log(self.share / (1 - self.share))

    def evidence(self, candidate: Candidate) -> list[Evidence]:
        """What was found, each with the log-odds that it would give alone; hints that speak against it are left out."""
        event = candidate.event
        if candidate.traces:
            return [
                Evidence(sort, event.id, detail, self._of_strength(WEIGHTS[sort]))
                for sort, detail in candidate.traces.items()
            ]
        told = [
            Evidence(sort, event.id, detail, self.coefficients.get(sort, 0.0))
            for sort, detail in candidate.hints.items()
        ]
        by_time = sum(self.coefficients.get(name, 0.0) * candidate.features[name] for name in ("bias", "days", "newer"))
        told.append(Evidence("recent", event.id, event.date.isoformat(), by_time))
        return [item for item in told if item.weight > 0]

    def _of_strength(self, strength: float) -> float:
        return self.log_odds(Candidate(_NO_EVENT, {}, {}, _traced(strength)))


_NO_EVENT = Event("", "", datetime.min.date())


def with_features(
    found: Sequence[Candidate],
    when: datetime,
    hints: Mapping[str, str] | None = None,
    event_of_sender: str | None = None,
    *,
    any_card: bool = False,
    everyday: float = 0.0,
) -> list[Candidate]:
    """The candidates of one mail (the newest event first) with their numbers.

    `hints`: what the mail says; `event_of_sender`: of the sender's last mail; `any_card`: whether the sender is on a
    card of any event; `everyday`: how likely the mail is everyday work or private.
    """
    strengths = [_combined(WEIGHTS[sort] for sort in candidate.traces) for candidate in found]
    whole = []
    for place, candidate in enumerate(found):
        event = candidate.event
        if candidate.traces:
            alike = any(
                found[other].traces and found[other].event.date > event.date and strengths[other] >= strengths[place]
                for other in range(place)
            )
            features = {**_traced(strengths[place]), "newer_alike": float(alike)}
            whole.append(Candidate(event, candidate.traces, {}, features))
            continue
        said = dict(hints or {})
        if event_of_sender == event.id:
            said["wrote_of_it_before"] = event.name
        days = math.log1p(max(0.0, (when - event.window_start).total_seconds() / 86_400))
        newer = sum(other.event.date > event.date for other in found[:place])
        features = {
            "bias": 1.0,
            "days": days,
            "newer": float(min(MOST_NEWER, newer)),
            "other_traced": float(any(other.traces for other in found)),
            "cards_entered": float(bool(event.cards)),
            "everyday": everyday,
            "on_other_card": float(bool(event.cards) and any_card),
            **dict.fromkeys(said, 1.0),
        }
        if "broadcast" in said:
            features["broadcast_days"] = days
        whole.append(Candidate(event, {}, said, features))
    return whole


def _traced(strength: float) -> dict[str, float]:
    return {"traced": 1.0, "strength": strength}


def _combined(strengths: Iterable[float]) -> float:
    """The strongest counts whole, each further trace half as much as the one before."""
    return sum(weight / (1 << rank) for rank, weight in enumerate(sorted(strengths, reverse=True)))


SHIPPED = Learned(COEFFICIENTS, SHARE)
