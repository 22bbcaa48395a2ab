"""Labels that are probably wrong, and what labels have brought: both from predictions out-of-fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from followup_filter.labels import OUTCOMES, Outcome
from followup_filter.model.training import OutOfFold

FEW, ENOUGH = 5, 0.95
"""Labels of an outcome below which nothing can be told; the share of right answers above which more bring little."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Row `row` of the predictions: labelled `labelled`, but a model that has not seen it says `said`, this surely."""

    row: int
    labelled: Outcome
    said: Outcome
    probability: float


def doubtful(held_out: OutOfFold, rows: Sequence[int]) -> list[Doubt]:
    """Of these rows, those whose label is probably wrong, the surest first.

    Confident learning (Northcutt, Jiang, Chuang 2021, "Confident learning: estimating uncertainty in dataset labels"):
    a label is doubted when another outcome is at least as probable as that one is on average in mails so labelled.
    """
    truth = np.array([OUTCOMES.index(sample.outcome) for sample in held_out.samples])
    own = held_out.outcomes[np.arange(len(truth)), truth]
    usual = np.array([own[truth == index].mean() if (truth == index).any() else 1.0 for index in range(len(OUTCOMES))])
    found = []
    for row in rows:
        said = int(held_out.outcomes[row].argmax())
        probability = float(held_out.outcomes[row, said])
        if said != truth[row] and probability >= usual[said]:
            found.append(Doubt(row, OUTCOMES[truth[row]], OUTCOMES[said], probability))
    return sorted(found, key=lambda doubt: (float(own[doubt.row]), doubt.row))


class MoreLabels(StrEnum):
    """What more labels of an outcome would probably bring."""

    UNKNOWN = "unknown"
    MUCH = "much"
    LITTLE = "little"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Yield:
    """Of the owner's `count` mails of an outcome: how many are right without, and with the owner's other labels.

    Each mail is predicted by a model that has not seen it or others of its sender.
    """

    count: int
    before: int
    after: int

    @property
    def more(self) -> MoreLabels:
        """What more labels would bring, told from what these have brought."""
        if self.count < FEW:
            return MoreLabels.UNKNOWN
        if self.after >= ENOUGH * self.count:
            return MoreLabels.LITTLE
        return MoreLabels.MUCH if self.after > self.before else MoreLabels.NOTHING


def yields(before: OutOfFold, after: OutOfFold, rows: Sequence[int]) -> dict[Outcome, Yield]:
    """What the owner's labels (these rows) have brought, by outcome."""
    said_before, said_after = before.predicted, after.predicted
    found = {}
    for outcome in OUTCOMES:
        own = [row for row in rows if after.samples[row].outcome is outcome]
        right = [sum(said[row] is outcome for row in own) for said in (said_before, said_after)]
        found[outcome] = Yield(len(own), *right)
    return found
