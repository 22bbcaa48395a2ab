"""How good predictions are on mailboxes not trained on: rates with intervals, beside baselines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from followup_filter.labels import OUTCOMES, Outcome
from followup_filter.model.conformal import calibration_scores, plausible_outcomes
from followup_filter.model.prediction import MAX_LEAD_LOSS
from followup_filter.model.training import OutOfFold

CALIBRATION_BINS = 15


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `count`, with the 95 % Wilson interval (scipy.stats.binomtest)."""

    hits: int
    count: int

    @property
    def value(self) -> float:
        """The rate, from 0 to 1; 0 when there is nothing to count."""
        return self.hits / self.count if self.count else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound of the 95 % Wilson score interval."""
        if not self.count:
            return 0.0, 1.0
        bounds = binomtest(self.hits, self.count).proportion_ci(method="wilson")
        return float(bounds.low), float(bounds.high)


@dataclass(frozen=True, slots=True)
class ClassScore:
    """Precision, recall and F1 of one outcome, and how many mails truly have it."""

    precision: float
    recall: float
    f1: float
    count: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures on one set of predictions; `confusion[i][j]`: mails of outcome i predicted as j."""

    count: int
    groups: int
    outcome_accuracy: Rate
    macro_f1: float
    kind_accuracy: Rate
    by_outcome: dict[Outcome, ClassScore]
    by_group: dict[str, Rate]
    confusion: tuple[tuple[int, ...], ...]
    calibration_error: float
    review: Rate
    leads_lost: Rate
    sure_accuracy: Rate
    majority_accuracy: Rate


def expected_calibration_error(confidence: NDArray[np.float64], correct: NDArray[np.bool_], bins: int = CALIBRATION_BINS) -> float:
    """Mean gap between stated probability and hit rate over equal-mass bins (Naeini, Cooper, Hauskrecht 2015)."""
    order = np.argsort(confidence, kind="stable")
    gaps = [
        abs(float(confidence[part].mean()) - float(correct[part].mean())) * len(part)
        for part in np.array_split(order, bins)
        if len(part)
    ]
    return sum(gaps) / len(confidence)


def evaluate(held_out: OutOfFold, max_lead_loss: float = MAX_LEAD_LOSS) -> Evaluation:
    """Figures for out-of-fold predictions; conformal sets of a group use the scores of the other groups only."""
    samples = held_out.samples
    truth = [sample.outcome for sample in samples]
    predicted = held_out.predicted
    correct = np.array([a is b for a, b in zip(truth, predicted, strict=True)])
    labels = [outcome.value for outcome in OUTCOMES]
    names_true, names_predicted = [o.value for o in truth], [o.value for o in predicted]
    precision, recall, f1, support = precision_recall_fscore_support(
        names_true, names_predicted, labels=labels, zero_division=0.0
    )
    present = [index for index in range(len(OUTCOMES)) if support[index]]
    review = _reviews(held_out, max_lead_loss)
    leads = [index for index, outcome in enumerate(truth) if outcome is Outcome.LEAD]
    sure = [index for index in range(len(samples)) if not review[index]]
    kinds = [
        sample.kind is predicted_kind
        for sample, predicted_kind in zip(samples, held_out.predicted_kinds, strict=True)
        if sample.kind is not None
    ]
    groups = sorted({sample.group for sample in samples})
    return Evaluation(
        count=len(samples),
        groups=len(groups),
        outcome_accuracy=Rate(int(correct.sum()), len(samples)),
        macro_f1=float(np.mean([f1[index] for index in present])),
        kind_accuracy=Rate(sum(kinds), len(kinds)),
        by_outcome={
            outcome: ClassScore(float(precision[i]), float(recall[i]), float(f1[i]), int(support[i]))
            for i, outcome in enumerate(OUTCOMES)
        },
        by_group={
            group: _rate([correct[index] for index, sample in enumerate(samples) if sample.group == group])
            for group in groups
        },
        confusion=tuple(tuple(int(n) for n in row) for row in confusion_matrix(names_true, names_predicted, labels=labels)),
        calibration_error=expected_calibration_error(held_out.outcomes.max(axis=1), correct),
        review=Rate(sum(review), len(samples)),
        leads_lost=Rate(sum(1 for i in leads if predicted[i] is not Outcome.LEAD and not review[i]), len(leads)),
        sure_accuracy=Rate(int(sum(correct[index] for index in sure)), len(sure)),
        majority_accuracy=Rate(Counter(truth).most_common(1)[0][1], len(samples)),
    )


def _rate(hits: Sequence[bool]) -> Rate:
    return Rate(int(sum(hits)), len(hits))


def _reviews(held_out: OutOfFold, max_lead_loss: float) -> list[bool]:
    """Whether each mail would be sent to review, calibrated without its own group."""
    samples, predicted = held_out.samples, held_out.predicted
    review = [False] * len(samples)
    for group in {sample.group for sample in samples}:
        inside = [index for index, sample in enumerate(samples) if sample.group == group]
        outside = [index for index, sample in enumerate(samples) if sample.group != group]
        scores = calibration_scores(held_out.outcomes[outside], [samples[index].outcome for index in outside])
        for index, plausible in zip(inside, plausible_outcomes(scores, held_out.outcomes[inside], max_lead_loss), strict=True):
            review[index] = plausible != (predicted[index],)
    return review
