"""Which outcomes cannot be ruled out: class-conditional conformal sets."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from followup_filter.labels import OUTCOMES, Outcome

OTHER_ALPHA = 0.05
"""How often an outcome other than `lead` may be ruled out wrongly (design.md, contract of `classify`)."""

Scores = Mapping[Outcome, NDArray[np.float64]]


def calibration_scores(
    probabilities: NDArray[np.float64], outcomes: list[Outcome]
) -> dict[Outcome, NDArray[np.float64]]:
    """Sorted nonconformity scores (1 - probability of the true outcome) of each outcome's calibration mails.

    `probabilities`: shape (mails, outcomes), out-of-fold, columns in the order of OUTCOMES.
    """
    truth = np.array([OUTCOMES.index(outcome) for outcome in outcomes])
    strangeness = 1.0 - probabilities[np.arange(len(truth)), truth]
    return {outcome: np.sort(strangeness[truth == index]) for index, outcome in enumerate(OUTCOMES)}


def p_values(scores: Scores, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """The p-value of every outcome for every mail, shape (mails, outcomes).

    p = (1 + number of calibration mails of the class at least as strange) / (n + 1): label-conditional conformal
    prediction, Vovk 2012, "Conditional validity of inductive conformal predictors".
    """
    columns = []
    for index, outcome in enumerate(OUTCOMES):
        calibration = scores[outcome]
        strange = 1.0 - probabilities[:, index]
        at_least = len(calibration) - np.searchsorted(calibration, strange, side="left")
        columns.append((1 + at_least) / (len(calibration) + 1))
    return np.column_stack(columns)


def plausible_outcomes(
    scores: Scores, probabilities: NDArray[np.float64], max_lead_loss: float
) -> list[tuple[Outcome, ...]]:
    """For every mail the outcomes whose p-value exceeds alpha: `max_lead_loss` for leads, 0.05 for the others."""
    alphas = np.array([max_lead_loss if outcome is Outcome.LEAD else OTHER_ALPHA for outcome in OUTCOMES])
    kept = p_values(scores, probabilities) > alphas
    return [tuple(outcome for outcome, keep in zip(OUTCOMES, row, strict=True) if keep) for row in kept]
