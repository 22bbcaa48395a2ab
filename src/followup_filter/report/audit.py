"""A random look at the piles nobody opens, and from it how many leads may lie there."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from followup_filter.labels import Outcome
from followup_filter.report.rates import most_missed
from followup_filter.store.results import Decision

DRAWN = 0.2
"""Which share of the unopened mails is drawn by lot: by the hash of the Message-ID, so that the draw stays the same."""
FEWEST_UNOPENED = 20
FEWEST_LOOKED_AT = 20
"""From how many looks on the bound is told."""
SOURCE = "audit"
"""The source of a label given in the audit: it counts for good, also when a later model sees the mail otherwise."""
SHOWN = 2
"""Mails that a report asks to look at for this."""


@dataclass(frozen=True, slots=True)
class Audit:
    """`next_up`: the mails to look at next; `unopened`: mails that the model put aside as surely no lead.

    `looked_at`: how many of them that were drawn by lot the owner has judged, `found`: how many of those were leads.
    """

    next_up: tuple[Decision, ...]
    unopened: int
    looked_at: int
    found: int

    @property
    def most_missed(self) -> int | None:
        """At most so many leads lie unseen, at 95 %; None where too few mails were looked at."""
        if self.looked_at < FEWEST_LOOKED_AT:
            return None
        return most_missed(self.unopened, self.looked_at, self.found)


def audit(decisions: Sequence[Decision]) -> Audit:
    """The audit as far as it has come."""
    looked_at = [decision for decision in decisions if decision.label and decision.label.source == SOURCE]
    pile = [decision for decision in decisions if not decision.label and was_put_aside(decision)]
    waiting = [decision for decision in pile if is_drawn(decision) and not decision.pin]
    waiting.sort(key=_lot)
    unopened = len(pile) + len(looked_at)
    return Audit(
        next_up=tuple(waiting[:SHOWN]) if unopened >= FEWEST_UNOPENED else (),
        unopened=unopened,
        looked_at=len(looked_at),
        found=sum(decision.outcome is Outcome.LEAD for decision in looked_at),
    )


def was_put_aside(decision: Decision) -> bool:
    """True when the model is sure that the mail is no lead."""
    likeliest = decision.ranked[0]
    return likeliest is not Outcome.LEAD and decision.plausible == (likeliest,)


def is_drawn(decision: Decision) -> bool:
    """True for a mail that the lot fell on."""
    return int(_lot(decision)[:8], 16) < DRAWN * (1 << 32)


def _lot(decision: Decision) -> str:
    """Hexadecimal digits that are the same for one mail wherever it was read from, and as good as random."""
    message = decision.stored.message
    return hashlib.sha256((message.message_id or message.content_hash).encode("utf-8", "replace")).hexdigest()
