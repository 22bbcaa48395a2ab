"""Baselines: keywords, plain TF-IDF on strangers' mail, labels at chance, and intervals over mailboxes."""

from __future__ import annotations

import numpy as np
import pytest

from followup_filter.labels import Outcome
from followup_filter.model.baselines import keyword_outcome, keyword_score, plain_score, plain_score_on, with_interval
from followup_filter.model.samples import Sample
from tests.model.builders import message, samples

SAMPLES = samples(6, 4)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("権利収入のお話です。入会金もいりません", Outcome.NETWORK_MARKETING),
        ("入会のご案内", Outcome.MEMBERSHIP_VENUE),
        ("今月の通信。配信停止はこちら", Outcome.NEWSLETTER),
        ("千部の見積をください", Outcome.LEAD),
        ("先日はどうも", Outcome.OTHER),
    ],
)
def test_the_first_rule_with_a_word_in_the_mail_wins(text: str, outcome: Outcome) -> None:
    assert keyword_outcome(Sample("g", "1", message(text), Outcome.OTHER, None)) is outcome


def test_scores_are_what_counting_gives() -> None:
    score = keyword_score(SAMPLES)
    right = [keyword_outcome(sample) is sample.outcome for sample in SAMPLES]
    assert score.accuracy.value == pytest.approx(sum(right) / len(right))
    assert score.accuracy.low <= score.accuracy.value <= score.accuracy.high
    assert (score.name, score.mailboxes) == ("keywords", 0)


def test_the_plain_baseline_learns_what_words_tell_and_nothing_from_shuffled_labels() -> None:
    learnt, chance = plain_score(SAMPLES), plain_score(SAMPLES, shuffled=True)
    assert learnt.accuracy.value > 0.9
    assert learnt.mailboxes == 5
    assert chance.accuracy.value < 0.45
    assert min(learnt.f1.values()) > 0.8


def test_it_is_trained_on_as_many_mailboxes_as_asked_for() -> None:
    assert plain_score(SAMPLES, 2).mailboxes == 2
    assert plain_score(SAMPLES, 99).mailboxes == 5


def test_the_same_lot_is_drawn_every_time() -> None:
    assert plain_score(SAMPLES, 2) == plain_score(SAMPLES, 2)


def test_it_can_be_measured_on_other_mailboxes() -> None:
    score = plain_score_on(SAMPLES, samples(2, 3, seed=77))
    assert (score.mailboxes, score.accuracy.value > 0.9) == (6, True)


def test_an_interval_covers_the_spread_between_mailboxes_not_between_mails() -> None:
    groups = np.repeat([f"g{number}" for number in range(10)], 100)
    right = np.repeat([1.0] * 5 + [0.0] * 5, 100)
    figure = with_interval(groups, lambda rows: float(right[rows].mean()))
    assert figure.value == 0.5
    # Ten mailboxes that are all right or all wrong: about 0.5 +- 1.96 * sqrt(0.25 / 10), not / 1000.
    assert figure.low == pytest.approx(0.2, abs=0.11)
    assert figure.high == pytest.approx(0.8, abs=0.11)
