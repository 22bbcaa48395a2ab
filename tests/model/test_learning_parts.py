"""Doubtful labels, what labels bring, and the stream."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from followup_filter.labels import KINDS, OUTCOMES, Outcome
from followup_filter.model.classifier import Classifier
from followup_filter.model.doubts import MoreLabels, Yield, doubtful, yields
from followup_filter.model.evaluation import no_worse
from followup_filter.model.features import analyse
from followup_filter.model.rows import training_rows
from followup_filter.model.samples import SENDER
from followup_filter.model.stream import curve, play
from followup_filter.model.training import OutOfFold, out_of_fold
from followup_filter.model.update import compared
from tests.model.builders import samples

LEAD, NEWS = Outcome.LEAD, Outcome.NEWSLETTER


def predictions(labels: list[Outcome], probabilities: list[float], said: list[Outcome]) -> OutOfFold:
    """Predictions that give `said` these probabilities, the rest spread evenly."""
    rows = np.array([[(1 - p) / 4] * 5 for p in probabilities])
    for row, (outcome, p) in enumerate(zip(said, probabilities, strict=True)):
        rows[row, OUTCOMES.index(outcome)] = p
    base = samples(2, 4)[0]
    made = tuple(replace(base, outcome=outcome, group=str(row % 3)) for row, outcome in enumerate(labels))
    return OutOfFold(made, rows, rows, np.full((len(labels), len(KINDS)), 1 / len(KINDS)))


def test_a_wrong_label_is_doubted_and_an_unsure_prediction_is_not() -> None:
    labels = [LEAD] * 4 + [NEWS] * 6
    said = [LEAD, LEAD, LEAD, NEWS] + [NEWS] * 5 + [LEAD]
    held_out = predictions(labels, [0.9, 0.9, 0.9, 0.95] + [0.9] * 5 + [0.45], said)
    (doubt,) = doubtful(held_out, range(len(labels)))
    assert (doubt.row, doubt.labelled, doubt.said) == (3, LEAD, NEWS)
    assert doubtful(held_out, [0, 1, 2]) == []


def test_planted_wrong_labels_are_found() -> None:
    """One label in twelve turned round: most of those doubted are those that were turned."""
    made = samples(5, 8)
    wrong = set(range(0, len(made), 12))
    turned = [replace(s, outcome=NEWS if s.outcome is LEAD else LEAD) if i in wrong else s for i, s in enumerate(made)]
    found = {doubt.row for doubt in doubtful(out_of_fold(turned), range(len(turned)))}
    assert len(found & wrong) > len(wrong) / 2
    assert len(found - wrong) <= 0.1 * len(made)


@pytest.mark.parametrize(
    ("count", "before", "after", "more"),
    [
        (4, 0, 4, MoreLabels.UNKNOWN),
        (20, 10, 15, MoreLabels.MUCH),
        (20, 10, 10, MoreLabels.NOTHING),
        (20, 19, 20, MoreLabels.LITTLE),
    ],
)
def test_what_more_labels_would_bring(count: int, before: int, after: int, more: MoreLabels) -> None:
    assert Yield(count, before, after).more is more


def test_yields_count_the_owners_mails_only() -> None:
    before = predictions([LEAD, LEAD, NEWS], [0.9] * 3, [NEWS, LEAD, NEWS])
    after = predictions([LEAD, LEAD, NEWS], [0.9] * 3, [LEAD, LEAD, NEWS])
    found = yields(before, after, [0, 2])
    assert found[LEAD] == Yield(1, 0, 1)
    assert found[NEWS] == Yield(1, 1, 1)


def test_a_stream_learns_from_its_mistakes() -> None:
    """The owner's words mean something else than in the base: without corrections all is wrong, with them little."""
    base = samples(4, 6)
    classifier = Classifier.fit(base, [analyse(sample.message) for sample in base])
    turned = {LEAD: NEWS, NEWS: LEAD}
    own = [
        replace(sample, outcome=turned[sample.outcome], kind=None, group=f"{SENDER}a@b.example")
        for sample in samples(6, 6, seed=9)
        if sample.outcome in turned
    ]
    steps = play(classifier, training_rows(classifier, base), training_rows(classifier, own))
    assert [step.truth for step in steps] == [sample.outcome for sample in own]
    stretches = curve(steps, 24)
    assert sum(mails for mails, _alone, _taught in stretches) == len(own)
    assert stretches[-1][1] < stretches[-1][2]


def test_the_comparison_leaves_the_mail_itself_out() -> None:
    """A label that nothing else supports cannot make its own mail right."""
    base = samples(4, 6)
    classifier = Classifier.fit(base, [analyse(sample.message) for sample in base])
    odd = replace(samples(1, 1, seed=3)[0], outcome=NEWS, kind=None, group=f"{SENDER}odd@b.example")
    before, after = compared(classifier, training_rows(classifier, base), training_rows(classifier, [odd]))
    assert before.samples == after.samples and len(after.samples) == len(base) + 1
    assert after.predicted[-1] is LEAD


def test_a_few_labels_may_not_cost_a_lead() -> None:
    """One lead lost of sixty: no test finds it, the rule for few labels does."""
    labels = [LEAD] * 60
    before = predictions(labels, [0.99] * 60, [LEAD] * 60)
    after = predictions(labels, [0.99] * 60, [LEAD] * 59 + [NEWS])
    assert no_worse(before, after, own=20)
    assert not no_worse(before, after, own=19)
