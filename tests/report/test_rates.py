"""Intervals and bounds: against SciPy, by simulation, and at their edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from followup_filter.report.rates import MEANS, SHAPES, leads_per_event, more_likely, most_missed

ROUNDS = 1_500


def test_intervals_cover_what_they_say_on_average_over_the_prior() -> None:
    chance = np.random.default_rng(20261125)
    covered = count = 0
    for _round in range(ROUNDS):
        mean, shape = chance.choice(MEANS), chance.choice(SHAPES)
        rates = chance.gamma(shape, mean / shape, size=int(chance.integers(1, 9)))
        for rate, estimate in zip(rates, leads_per_event(chance.poisson(rates).tolist()), strict=True):
            covered += estimate.low <= rate <= estimate.high
            count += 1
    assert 0.935 <= covered / count <= 0.97


def test_estimates_are_drawn_toward_the_mean_the_more_so_the_more_alike_the_events_are() -> None:
    few, many = leads_per_event([0, 6]), leads_per_event([3, 3, 3, 3, 3, 3, 0, 6])
    assert 0 < few[0].value < few[1].value < 6
    assert many[6].value > few[0].value
    assert all(each.low <= each.value <= each.high for each in (*few, *many))


def test_without_events_there_is_no_estimate_and_order_does_not_matter() -> None:
    assert leads_per_event([]) == []
    one, other = leads_per_event([1, 4, 0]), leads_per_event([0, 1, 4])
    assert [one[row].value for row in (2, 0, 1)] == pytest.approx([each.value for each in other])


def test_the_bound_of_the_issue() -> None:
    assert most_missed(52, 20) == 5


@given(st.data())
def test_the_bound_is_the_largest_number_that_scipy_does_not_rule_out(data: st.DataObject) -> None:
    unopened = data.draw(st.integers(0, 80))
    looked_at = data.draw(st.integers(0, unopened))
    found = data.draw(st.integers(0, min(3, looked_at)))
    bound = most_missed(unopened, looked_at, found) + found
    assert bound == found or stats.hypergeom.cdf(found, unopened, bound, looked_at) >= 0.05 - 1e-9
    if bound + 1 <= unopened - (looked_at - found):
        assert stats.hypergeom.cdf(found, unopened, bound + 1, looked_at) < 0.05 + 1e-9


def test_a_bound_needs_counts_that_fit() -> None:
    with pytest.raises(ValueError, match="looked_at"):
        most_missed(3, 4)


def test_which_event_brings_more_is_what_drawing_both_rates_says() -> None:
    chance = np.random.default_rng(1)
    for first, second in ((0, 0), (3, 1), (1, 9), (12, 3)):
        drawn = chance.gamma(first + 0.5, size=200_000) > chance.gamma(second + 0.5, size=200_000)
        assert more_likely(first, second) == pytest.approx(drawn.mean(), abs=0.005)
