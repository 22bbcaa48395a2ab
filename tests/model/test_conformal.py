"""Conformal sets: the rule of Vovk 2012, equal to an independent implementation, and keeping its word."""

from __future__ import annotations

import numpy as np
import pytest
from crepes import ConformalClassifier

from followup_filter.labels import OUTCOMES, Outcome
from followup_filter.model.conformal import OTHER_ALPHA, calibration_scores, p_values, plausible_outcomes


def _scores(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Random probabilities with the true classes drawn from them, and the classes."""
    chance = np.random.default_rng(seed)
    probabilities = chance.dirichlet(np.full(len(OUTCOMES), 0.7), size=count)
    truth = np.array([chance.choice(len(OUTCOMES), p=row) for row in probabilities])
    return probabilities, truth


def test_p_values_equal_those_of_crepes() -> None:
    probabilities, truth = _scores(1, 400)
    new, _ = _scores(2, 100)
    ours = p_values(calibration_scores(probabilities, [OUTCOMES[index] for index in truth]), new)
    oracle = ConformalClassifier()
    oracle.fit(1 - probabilities[np.arange(len(truth)), truth], bins=truth)
    for index in range(len(OUTCOMES)):
        theirs = oracle.predict_p((1 - new)[:, [index]], bins=np.full(len(new), index), smoothing=False)
        np.testing.assert_allclose(ours[:, index], theirs[:, 0])


@pytest.mark.parametrize("alpha", [0.02, 0.1])
def test_true_leads_are_ruled_out_no_more_often_than_promised(alpha: float) -> None:
    lost = leads = 0
    for seed in range(20):
        probabilities, truth = _scores(seed, 1_000)
        scores = calibration_scores(probabilities[:500], [OUTCOMES[index] for index in truth[:500]])
        sets = plausible_outcomes(scores, probabilities[500:], alpha)
        is_lead = truth[500:] == OUTCOMES.index(Outcome.LEAD)
        leads += int(is_lead.sum())
        lost += sum(Outcome.LEAD not in kept for kept, lead in zip(sets, is_lead, strict=True) if lead)
    assert leads > 1_500
    assert lost / leads <= alpha + 3 * (alpha / leads) ** 0.5


def test_a_class_with_too_few_samples_is_never_ruled_out() -> None:
    """An outcome can be excluded at alpha only from 1/alpha - 1 calibration mails on (ecosystem.md section 2)."""
    few = round(1 / OTHER_ALPHA) - 2
    probabilities = np.tile([0.0, 0.0, 0.0, 1.0, 0.0], (few, 1))
    scores = calibration_scores(probabilities, [Outcome.NEWSLETTER] * few)
    (kept,) = plausible_outcomes(scores, np.array([[1.0, 0.0, 0.0, 0.0, 0.0]]), 0.02)
    assert kept == OUTCOMES
