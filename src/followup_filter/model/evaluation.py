"""How good predictions are on mailboxes not trained on: rates with intervals, beside baselines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from followup_filter.config import MAX_LEAD_LOSS
from followup_filter.labels import OUTCOMES, Outcome
from followup_filter.model.bundle import Model
from followup_filter.model.conformal import calibration_scores, plausible_outcomes
from followup_filter.model.features import analyse
from followup_filter.model.samples import Sample
from followup_filter.model.shares import adapted_by_mailbox
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
    leads_kept: Rate
    sure_accuracy: Rate
    majority_accuracy: Rate


def expected_calibration_error(
    confidence: NDArray[np.float64], correct: NDArray[np.bool_], bins: int = CALIBRATION_BINS
) -> float:
    """Mean gap between stated probability and hit rate over equal-mass bins (Naeini, Cooper, Hauskrecht 2015)."""
    order = np.argsort(confidence, kind="stable")
    gaps = [
        abs(float(confidence[part].mean()) - float(correct[part].mean())) * len(part)
        for part in np.array_split(order, bins)
        if len(part)
    ]
    return sum(gaps) / len(confidence)


def evaluate(held_out: OutOfFold, review: Sequence[bool] | None = None) -> Evaluation:
    """Figures for predictions of samples that the model has not seen.

    `review` says which mails are sent to review; without it, conformal sets are computed for each group from the
    scores of the other groups.
    """
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
    review = reviews(held_out) if review is None else review
    kinds = [
        sample.kind is predicted_kind
        for sample, predicted_kind in zip(samples, held_out.predicted_kinds, strict=True)
        if sample.kind is not None
    ]
    groups = sorted({sample.group for sample in samples})
    return Evaluation(
        count=len(samples),
        groups=len(groups),
        outcome_accuracy=_rate(correct),
        macro_f1=float(np.mean([f1[index] for index in present])),
        kind_accuracy=_rate(kinds),
        by_outcome={
            outcome: ClassScore(float(precision[i]), float(recall[i]), float(f1[i]), int(support[i]))
            for i, outcome in enumerate(OUTCOMES)
        },
        by_group={
            group: _rate([correct[index] for index, sample in enumerate(samples) if sample.group == group])
            for group in groups
        },
        confusion=tuple(
            tuple(int(n) for n in row) for row in confusion_matrix(names_true, names_predicted, labels=labels)
        ),
        calibration_error=expected_calibration_error(held_out.outcomes.max(axis=1), correct),
        review=_rate(review),
        leads_kept=kept_leads(held_out, review),
        sure_accuracy=_rate([hit for hit, unsure in zip(correct, review, strict=True) if not unsure]),
        majority_accuracy=Rate(Counter(truth).most_common(1)[0][1], len(samples)),
    )


def _rate(hits: Sequence[bool] | NDArray[np.bool_]) -> Rate:
    return Rate(int(sum(hits)), len(hits))


def kept_leads(held_out: OutOfFold, review: Sequence[bool] | None = None) -> Rate:
    """Of the true leads, those labelled lead or sent to review."""
    return _rate(_kept(held_out, reviews(held_out) if review is None else review))


def _kept(held_out: OutOfFold, review: Sequence[bool]) -> list[bool]:
    return [
        predicted is Outcome.LEAD or unsure
        for sample, predicted, unsure in zip(held_out.samples, held_out.predicted, review, strict=True)
        if sample.outcome is Outcome.LEAD
    ]


FEW_OWN = 20
"""Below so many mails labelled by the owner, what they gain cannot show in a test."""
HARM_OF_FEW = 0.005
"""The share of all mails that a few corrections may cost at most."""


def no_worse(before: OutOfFold, after: OutOfFold, significance: float = 0.05, own: int = FEW_OWN) -> bool:
    """True unless `after` is worse than `before` on the same samples, in accuracy or in leads kept.

    Worse: McNemar's exact one-sided test (McNemar 1947; the binomial form) is significant. With fewer than 20 labels of
    the owner's (`own`) such a test says little; then no lead may be lost as well, and at most one mail in 200.
    """
    truth = [sample.outcome for sample in before.samples]
    right_before = [a is b for a, b in zip(before.predicted, truth, strict=True)]
    right_after = [a is b for a, b in zip(after.predicted, truth, strict=True)]
    pairs = ((right_before, right_after), (_kept(before, reviews(before)), _kept(after, reviews(after))))
    if own < FEW_OWN and (
        sum(pairs[1][1]) < sum(pairs[1][0]) or sum(pairs[0][0]) - sum(pairs[0][1]) > HARM_OF_FEW * len(truth)
    ):
        return False
    return all(_worse_p_value(old, new) >= significance for old, new in pairs)


def _worse_p_value(old: Sequence[bool], new: Sequence[bool]) -> float:
    lost = sum(was and not now for was, now in zip(old, new, strict=True))
    won = sum(now and not was for was, now in zip(old, new, strict=True))
    return float(binomtest(lost, lost + won, alternative="greater").pvalue) if lost + won else 1.0


def reviews(held_out: OutOfFold, max_lead_loss: float = MAX_LEAD_LOSS) -> list[bool]:
    """Whether each mail would be sent to review, calibrated on the other groups."""
    samples, predicted = held_out.samples, held_out.predicted
    review = [False] * len(samples)
    for group in {sample.group for sample in samples}:
        inside = [index for index, sample in enumerate(samples) if sample.group == group]
        outside = [index for index, sample in enumerate(samples) if sample.group != group]
        scores = calibration_scores(held_out.scores[outside], [samples[index].outcome for index in outside])
        sets = plausible_outcomes(scores, held_out.scores[inside], max_lead_loss)
        for index, plausible in zip(inside, sets, strict=True):
            review[index] = plausible != (predicted[index],)
    return review


def evaluate_model(model: Model, samples: Sequence[Sample]) -> Evaluation:
    """Figures of a finished model on samples that it was not trained on, each mailbox judged by its own mix."""
    return evaluate(*judged_by(model, samples))


def judged_by(model: Model, samples: Sequence[Sample]) -> tuple[OutOfFold, list[bool]]:
    """A finished model's predictions of samples, each mailbox judged by its own mix, and which go to review."""
    texts = [analyse(sample.message) for sample in samples]
    outcomes, kinds = model.classifier.probabilities(model.classifier.transform(texts))
    adapted = adapted_by_mailbox(outcomes, [sample.group for sample in samples], model.prior)
    predictions = OutOfFold(tuple(samples), outcomes, adapted, kinds)
    sets = plausible_outcomes(model.scores, predictions.scores, MAX_LEAD_LOSS)
    return predictions, [plausible != (said,) for plausible, said in zip(sets, predictions.predicted, strict=True)]
