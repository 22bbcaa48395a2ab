"""The mix of a mailbox is told from its mail, and counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from followup_filter.labels import OUTCOMES
from followup_filter.model.conformal import calibration_scores, p_values
from followup_filter.model.samples import SENDER
from followup_filter.model.shares import adapted, adapted_by_mailbox, distance, estimated_shares, insured

PRIOR = np.array([0.2, 0.1, 0.2, 0.2, 0.3])


def mailbox(shares: NDArray[np.float64], mails: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Mails drawn with these shares, and calibrated probabilities under PRIOR: Gaussian evidence for each outcome."""
    lot = np.random.default_rng(seed)
    truth = lot.choice(5, size=mails, p=shares)
    evidence = lot.normal(size=(mails, 5))
    evidence[np.arange(mails), truth] += 2.0
    weights = PRIOR * np.exp(2.0 * evidence)
    return weights / weights.sum(axis=1, keepdims=True), truth


def test_the_mix_of_an_ordinary_inbox_is_found_and_makes_answers_better() -> None:
    shares = np.array([0.03, 0.02, 0.05, 0.2, 0.7])
    probabilities, truth = mailbox(shares, 2_000, 3)
    found = estimated_shares(probabilities, PRIOR)
    assert np.abs(found - shares).max() < 0.04
    after = adapted(probabilities, PRIOR, found)
    before_right, after_right = ((p.argmax(axis=1) == truth).mean() for p in (probabilities, after))
    assert after_right > before_right + 0.02


def test_without_mail_or_with_little_the_training_mix_stands() -> None:
    assert distance(estimated_shares(np.zeros((0, 5)), PRIOR), PRIOR) < 0.01
    one = np.array([[0.96, 0.01, 0.01, 0.01, 0.01]])
    assert distance(estimated_shares(one, PRIOR), PRIOR) < 0.06


def test_the_same_mix_changes_nothing() -> None:
    probabilities, _truth = mailbox(PRIOR, 50, 4)
    assert np.allclose(adapted(probabilities, PRIOR, PRIOR), probabilities)


def test_lead_insurance_holds_whatever_the_mix() -> None:
    """Leads ruled out at alpha 0.05 where leads are rare: about 5 %, with the score from before adaptation."""
    calibration, labels = mailbox(PRIOR, 20_000, 50)
    scores = calibration_scores(calibration, [OUTCOMES[label] for label in labels])
    rare, truth = mailbox(np.array([0.03, 0.02, 0.05, 0.2, 0.7]), 60_000, 60)
    after = adapted(rare, PRIOR, estimated_shares(rare, PRIOR))
    leads = truth == 0
    held = p_values(scores, insured(rare, after))[leads, 0] <= 0.05
    naive = p_values(scores, after)[leads, 0] <= 0.05
    assert held.mean() == pytest.approx(0.05, abs=0.015)
    assert naive.mean() > 0.15


def test_the_owners_mail_is_one_mailbox_whoever_sent_it() -> None:
    probabilities, _truth = mailbox(np.array([0.03, 0.02, 0.05, 0.2, 0.7]), 200, 7)
    by_sender = adapted_by_mailbox(probabilities, [f"{SENDER}{row}@b.example" for row in range(200)], PRIOR)
    together = adapted_by_mailbox(probabilities, ["box"] * 200, PRIOR)
    assert np.array_equal(by_sender, together)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.floats(1e-9, 1.0), min_size=5, max_size=5), max_size=40))
def test_shares_and_probabilities_stay_probabilities(rows: list[list[float]]) -> None:
    probabilities = np.array(rows).reshape(-1, 5)
    probabilities = probabilities / probabilities.sum(axis=1, keepdims=True)
    shares = estimated_shares(probabilities, PRIOR)
    after = adapted(probabilities, PRIOR, shares)
    assert shares.sum() == pytest.approx(1) and shares.min() > 0
    assert np.allclose(after.sum(axis=1), 1) if len(after) else True
