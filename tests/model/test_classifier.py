"""The classifier: probabilities that add up, features that name nobody, the same bits every time."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from followup_filter.labels import KINDS, KINDS_OF_OUTCOME, OUTCOMES, Outcome
from followup_filter.model import bundle
from followup_filter.model.classifier import Classifier, grouped_folds
from followup_filter.model.evaluation import Rate, evaluate, no_worse
from followup_filter.model.features import analyse
from followup_filter.model.prediction import deciding_sentences, predict
from followup_filter.model.training import make_model, out_of_fold
from tests.model.builders import message, samples

DIGEST_PROGRAM = """
import hashlib
from tests.model.builders import samples
from followup_filter.model import bundle
from followup_filter.model.training import make_model, out_of_fold
made = samples(3, 4)
print(hashlib.sha256(bundle.dump(make_model(made, out_of_fold(made)))).hexdigest())
"""


@pytest.fixture(scope="module")
def model() -> bundle.Model:
    made = samples()
    return make_model(made, out_of_fold(made))


def test_it_is_a_scikit_learn_pipeline_that_learns(model: bundle.Model) -> None:
    assert isinstance(model.classifier.pipeline, Pipeline)
    predictions = predict(
        model, [message("見積もりをお願いしたい。部数と納期は"), message("入会金と月会費のご案内、正会員")]
    )
    assert [prediction.outcome for prediction in predictions] == [Outcome.LEAD, Outcome.MEMBERSHIP_VENUE]


def test_probabilities_add_up(model: bundle.Model) -> None:
    texts = [analyse(sample.message) for sample in samples(2, 3, seed=9)]
    outcomes, kinds = model.classifier.probabilities(model.classifier.transform(texts))
    assert outcomes.shape == (len(texts), len(OUTCOMES))
    np.testing.assert_allclose(outcomes.sum(axis=1), 1)
    for index, outcome in enumerate(OUTCOMES):
        columns = [KINDS.index(kind) for kind in KINDS_OF_OUTCOME[outcome]]
        np.testing.assert_allclose(kinds[:, columns].sum(axis=1), outcomes[:, index])


def test_no_mails_are_no_predictions(model: bundle.Model) -> None:
    assert predict(model, []) == []


def test_contributions_add_up_to_the_decision_against_the_runner_up(model: bundle.Model) -> None:
    row = model.classifier.transform([analyse(message("見積もりをお願いしたい"))])
    values = model.classifier.decision_values(row)[0]
    lead, other = OUTCOMES.index(Outcome.LEAD), OUTCOMES.index(Outcome.OTHER)
    total = sum(weight for _name, weight in model.classifier.contributions(row, Outcome.LEAD, Outcome.OTHER))
    intercept = model.classifier.intercept_of(Outcome.LEAD) - model.classifier.intercept_of(Outcome.OTHER)
    assert total / model.classifier.slope + intercept == pytest.approx(values[lead] - values[other])


def test_addresses_and_links_are_no_features() -> None:
    plain = analyse(message("資料は です"))
    linked = analyse(message("資料は https://secret.example/x です", address="other@c.example"))
    assert (plain.words, plain.characters) == (linked.words, linked.characters)


def test_the_deciding_sentence_stands_in_the_mail(model: bundle.Model) -> None:
    text = "先日は楽しい会でした。\n名刺の見積もりをお願いしたいです。\n東京都港区 電話 03-0000-1234"
    mails = [(message(text), Outcome.LEAD), (message(""), Outcome.LEAD), (message("短い"), Outcome.OTHER)]
    assert deciding_sentences(model, mails) == ["名刺の見積もりをお願いしたいです。", "", "短い"]
    assert deciding_sentences(model, []) == []


def test_samples_without_a_kind_teach_the_outcome() -> None:
    made = samples(2, 4)
    half = [replace(sample, kind=None) if row % 2 else sample for row, sample in enumerate(made)]
    classifier = Classifier.fit(half, [analyse(sample.message) for sample in half])
    outcomes, _kinds = classifier.probabilities(classifier.transform([analyse(message("今月号の配信停止、各位"))]))
    assert OUTCOMES[int(outcomes[0].argmax())] is Outcome.NEWSLETTER


def test_folds_never_split_a_group() -> None:
    made = samples(6, 3)
    groups = [sample.group for sample in made]
    for train, test in grouped_folds([sample.outcome.value for sample in made], groups, 5):
        assert not {groups[row] for row in train} & {groups[row] for row in test}


def test_out_of_fold_predictions_come_from_models_without_the_group() -> None:
    """A word that only one group has cannot be known when that group is predicted."""
    made = samples(3, 4)
    marked = [
        replace(sample, message=message(f"{sample.message.text} zebra"), outcome=Outcome.LEAD, kind=None)
        if sample.group == "group-0"
        else sample
        for sample in made
    ]
    held_out = out_of_fold(marked)
    alone = [row for row, sample in enumerate(marked) if sample.group == "group-0"]
    predicted = [held_out.predicted[row] for row in alone]
    assert predicted.count(Outcome.LEAD) < len(alone) // 2


def test_shuffled_labels_give_chance() -> None:
    figures = evaluate(out_of_fold(samples(6, 8, shuffled=True)))
    low, high = figures.outcome_accuracy.interval
    assert low <= 1 / len(OUTCOMES) <= high


def test_wilson_interval_of_a_known_case() -> None:
    """Brown, Cai, DasGupta 2001 and every textbook: 8 of 10 gives 0.490 to 0.943."""
    low, high = Rate(8, 10).interval
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)


def test_a_worse_model_is_told_from_one_that_is_not() -> None:
    made = samples(4, 6)
    good = out_of_fold(made)
    shuffled = replace(good, outcomes=np.roll(good.outcomes, 7, axis=0))
    assert no_worse(good, good)
    assert no_worse(shuffled, good)
    assert not no_worse(good, shuffled)


def test_the_same_samples_make_the_same_file_bit_for_bit() -> None:
    """In new processes, as `make model` runs, with other hash seeds and other kernels of the linear algebra library."""
    digests = set()
    for kernel, seed in (("Haswell", "1"), ("Nehalem", "7"), ("SkylakeX", "42")):
        environment = {**os.environ, "OPENBLAS_CORETYPE": kernel, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", DIGEST_PROGRAM], capture_output=True, text=True, env=environment, check=True
        )
        digests.add(done.stdout.strip())
    assert len(digests) == 1
