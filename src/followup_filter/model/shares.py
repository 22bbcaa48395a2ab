"""How common each outcome is in one mailbox, and what that means for a mail: prior shift made explicit.

A classifier carries the mix that it was trained on (a fifth of the corpus are leads), an ordinary inbox has another
(3 %). The mix of a mailbox is estimated from its mail without labels, by expectation maximisation (Saerens, Latinne,
Decaestecker 2002, "Adjusting the outputs of a classifier to new a priori probabilities"), held near the training mix
where there is little mail (a Dirichlet prior). Whether a lead can be ruled out is asked of the probabilities before
that: a label-conditional p-value stays valid under another mix only when its score does not depend on the mix.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from followup_filter.labels import OUTCOMES, Outcome
from followup_filter.model.samples import SENDER

Probabilities = NDArray[np.float64]

STRENGTH = 20.0
"""As many mails of the training mix as count beside the mails of the mailbox (docs/model.md: flat from 10 to 50)."""
ITERATIONS = 200
TOLERANCE = 1e-6
DIGITS = 2
"""Shares are rounded to percents, so that the judgements of a mailbox do not move from night to night for nothing."""
SMALLEST = 0.005
"""No outcome is ever taken for rarer than that: one mail in 200."""
_LEAD = OUTCOMES.index(Outcome.LEAD)


def estimated_shares(probabilities: Probabilities, prior: Probabilities) -> Probabilities:
    """The share of each outcome in a mailbox, shape (outcomes,), summing to 1.

    `probabilities`: shape (mails, outcomes), as the classifier gives them; `prior`: the mix that they carry. Without
    mails: the prior.
    """
    shares = prior
    for _ in range(ITERATIONS):
        counts = adapted(probabilities, prior, shares).sum(axis=0) + STRENGTH * prior
        before, shares = shares, counts / counts.sum()
        if np.abs(shares - before).max() < TOLERANCE:
            break
    shares = np.maximum(np.round(shares, DIGITS), SMALLEST)
    return np.asarray(shares / shares.sum())


def adapted(probabilities: Probabilities, prior: Probabilities, shares: Probabilities) -> Probabilities:
    """The probabilities in a mailbox with these shares: Bayes' rule with the prior exchanged; same shape."""
    weighted = probabilities * (shares / prior)
    return np.asarray(weighted / weighted.sum(axis=1, keepdims=True)) if len(weighted) else weighted


def insured(probabilities: Probabilities, after: Probabilities) -> Probabilities:
    """What conformal scores are made of: the probabilities after adaptation, that of a lead before it."""
    scores = after.copy()
    scores[:, _LEAD] = probabilities[:, _LEAD]
    return scores


def training_mix(probabilities: Probabilities) -> Probabilities:
    """The mix that a classifier carries: its mean answer to mails out-of-fold."""
    return np.asarray(probabilities.mean(axis=0))


def adapted_by_mailbox(
    probabilities: Probabilities, groups: Sequence[str], prior: Probabilities | None = None
) -> Probabilities:
    """Probabilities adapted to each mailbox, told from its own mails; the owner's mail, grouped by sender, is one.

    `prior`: the mix that they carry; without it, it is told from the mails of all other mailboxes.
    """
    names = np.array(["" if group.startswith(SENDER) else group for group in groups])
    after = probabilities.copy()
    for name in np.unique(names):
        inside = names == name
        mix = training_mix(probabilities if inside.all() else probabilities[~inside]) if prior is None else prior
        after[inside] = adapted(probabilities[inside], mix, estimated_shares(probabilities[inside], mix))
    return after


def distance(one: Probabilities, other: Probabilities) -> float:
    """The total variation distance of two mixes, from 0 to 1."""
    return float(np.abs(one - other).sum() / 2)
