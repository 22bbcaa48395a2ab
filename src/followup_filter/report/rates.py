"""Intervals and bounds of the report: leads per event with shrinkage, and how many leads may have been missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

LEVEL = 0.95
MEANS = np.geomspace(0.05, 30.0, 48)
"""Leads per event on average over all events, as the prior has it: each as likely as the next (log-uniform)."""
SHAPES = np.array([0.5, 1.0, 2.0, 4.0, 8.0])
"""How alike events are (shape of the gamma distribution around the mean): each as likely as the next."""
STEPS = 60


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rate with its interval of probability LEVEL: `low` <= `value` <= `high` in all but odd cases."""

    value: float
    low: float
    high: float


def leads_per_event(counts: Sequence[int], occasions: Sequence[int] | None = None) -> list[Estimate]:
    """For each event how many leads one such event brings, drawn toward the mean of all the events given.

    `counts`: leads in all; `occasions`: from how many events each count is (1 by default).

    The number of leads is taken as Poisson with a rate of its own per event, the rates as gamma around a common mean
    (empirical Bayes: Clayton and Kaldor 1987, "Empirical Bayes estimates of age-standardized relative risks",
    Biometrics 43). Mean and shape are not fixed at their likeliest values, which makes intervals too narrow for few
    events, but averaged over the grid MEANS x SHAPES (Gelman et al., "Bayesian Data Analysis", 3rd edition, section
    5.1). Values are posterior means, intervals central.
    """
    if not counts:
        return []
    y = np.asarray(counts, dtype=float)
    times = np.ones_like(y) if occasions is None else np.asarray(occasions, dtype=float)
    mean, shape = (axis.ravel() for axis in np.meshgrid(MEANS, SHAPES))
    rate = shape / mean
    log_likelihood = np.sum(
        special.gammaln(y[:, None] + shape)
        - special.gammaln(shape)
        - special.gammaln(y[:, None] + 1)
        + shape * np.log(rate / (rate + times[:, None]))
        - y[:, None] * np.log(rate + times[:, None]),
        axis=0,
    )
    weights = np.exp(log_likelihood - log_likelihood.max())
    weights /= weights.sum()
    posterior_shape, posterior_rate = y[:, None] + shape, rate + times[:, None]
    values = (weights * posterior_shape / posterior_rate).sum(axis=1)
    low, high = (
        _quantile(probability, weights, posterior_shape, posterior_rate)
        for probability in ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
    )
    return [Estimate(float(v), float(a), float(b)) for v, a, b in zip(values, low, high, strict=True)]


def _quantile(
    probability: float, weights: NDArray[np.float64], shape: NDArray[np.float64], rate: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The quantile of each row's mixture of gamma distributions, by bisection."""
    low = np.zeros(len(shape))
    high = np.full(len(shape), float(shape.max() / rate.min()) * 8 + 50)
    for _step in range(STEPS):
        middle = (low + high) / 2
        below = (weights * special.gammainc(shape, rate * middle[:, None])).sum(axis=1) < probability
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return high


def more_likely(first: int, second: int) -> float:
    """The probability that the event which brought `first` leads has the higher rate than the one with `second`.

    Each rate is given the gamma posterior of a Poisson count under Jeffreys' prior (shape count + 1/2, rate 1); the
    share of the first in the sum of the two is then beta distributed.
    """
    return float(1 - special.betainc(first + 0.5, second + 0.5, 0.5))


def most_missed(unopened: int, looked_at: int, found: int = 0) -> int:
    """At most so many leads are left among `unopened` mails, of which `looked_at` drawn by lot held `found`.

    The largest number that finding so few would not rule out at 5 % (one-sided exact bound of the hypergeometric
    distribution); those found are no longer missed. Raises ValueError unless found <= looked_at <= unopened.
    """
    if not 0 <= found <= looked_at <= unopened:
        raise ValueError("found <= looked_at <= unopened")
    best = found
    for leads in range(found, unopened - (looked_at - found) + 1):
        if _at_most(found, unopened, leads, looked_at) < 1 - LEVEL:
            break
        best = leads
    return best - found


def _at_most(found: int, size: int, leads: int, drawn: int) -> float:
    """The probability of `found` leads or fewer among `drawn` of `size` mails that hold so many leads."""
    hits = np.arange(max(0, drawn - (size - leads)), found + 1)
    logs = _choose(leads, hits) + _choose(size - leads, drawn - hits) - _choose(size, np.array([drawn]))
    return float(np.exp(logs).sum())


def _choose(of: int, count: NDArray[np.int64]) -> NDArray[np.float64]:
    logs: NDArray[np.float64] = special.gammaln(of + 1) - special.gammaln(count + 1) - special.gammaln(of - count + 1)
    return logs
