"""Makes a model from labelled samples: out-of-fold scores grouped by mailbox, then a fit on everything."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followup_filter.errors import SampleError
from followup_filter.labels import KINDS, OUTCOMES, Kind, Outcome
from followup_filter.language import gettext as _
from followup_filter.model.bundle import Model, versions
from followup_filter.model.classifier import Classifier, grouped_folds, most_probable_kind
from followup_filter.model.conformal import calibration_scores
from followup_filter.model.features import analyse
from followup_filter.model.samples import Labelled, Sample
from followup_filter.model.shares import adapted_by_mailbox, insured, training_mix

RECIPE = "4"
"""Raised whenever features or estimator change, so that a model's version tells recipes apart."""
OUT_OF_FOLD_FOLDS = 10
MINIMUM_GROUPS = 2

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Predictions for samples by models that saw nothing of their group.

    `raw`: shape (samples, outcomes), as the models gave them; `outcomes`: the same, adapted to each mailbox's mix
    (`shares`); `kinds`: shape (samples, kinds), of the models; rows in the order of `samples`.
    """

    samples: tuple[Labelled, ...]
    raw: NDArray[np.float64]
    outcomes: NDArray[np.float64]
    kinds: NDArray[np.float64]

    @classmethod
    def of(cls, samples: Sequence[Labelled], raw: NDArray[np.float64], kinds: NDArray[np.float64]) -> OutOfFold:
        """Predictions adapted to each group of samples."""
        return cls(tuple(samples), raw, adapted_by_mailbox(raw, [sample.group for sample in samples]), kinds)

    @property
    def scores(self) -> NDArray[np.float64]:
        """What conformal scores are made of, shape (samples, outcomes)."""
        return insured(self.raw, self.outcomes)

    @property
    def predicted(self) -> list[Outcome]:
        """The most probable outcome of each sample."""
        return [OUTCOMES[index] for index in self.outcomes.argmax(axis=1)]

    @property
    def predicted_kinds(self) -> list[Kind]:
        """The most probable kind of the most probable outcome of each sample."""
        return [most_probable_kind(row, outcome) for row, outcome in zip(self.kinds, self.predicted, strict=True)]


def check_samples(samples: Sequence[Sample]) -> None:
    """Raise SampleError unless there are samples of every outcome from at least two mailboxes or senders."""
    counts = Counter(sample.outcome for sample in samples)
    missing = [outcome.value for outcome in OUTCOMES if counts[outcome] < MINIMUM_GROUPS]
    if missing:
        raise SampleError(
            _("There are too few samples of {outcomes}: at least two of every outcome are needed.").format(
                outcomes=", ".join(missing)
            )
        )
    if len({sample.group for sample in samples}) < MINIMUM_GROUPS:
        raise SampleError(
            _("All samples are from one mailbox or sender: at least two are needed to test on strangers.")
        )


def out_of_fold(
    samples: Sequence[Sample], progress: Progress | None = None, trained_on: Collection[str] | None = None
) -> OutOfFold:
    """Predict every sample by a model trained without its group: one fold a group up to ten, then ten folds.

    `progress` is called with (folds done, folds in all). With `trained_on`, only samples with these content hashes
    are trained on, and the folds stay the same: what a model without the others says of all of them.
    """
    check_samples(samples)
    groups = [sample.group for sample in samples]
    outcomes = np.zeros((len(samples), len(OUTCOMES)))
    kinds = np.zeros((len(samples), len(KINDS)))
    texts = [analyse(sample.message) for sample in samples]
    folds = grouped_folds([sample.outcome.value for sample in samples], groups, OUT_OF_FOLD_FOLDS)
    for done, (train, test) in enumerate(folds, start=1):
        rows = [row for row in train if trained_on is None or samples[row].message.content_hash in trained_on]
        classifier = Classifier.fit([samples[row] for row in rows], [texts[row] for row in rows])
        outcomes[test], kinds[test] = classifier.probabilities(classifier.transform([texts[row] for row in test]))
        if progress:
            progress(done, len(folds))
    return OutOfFold.of(samples, outcomes, kinds)


def make_model(samples: Sequence[Sample], held_out: OutOfFold) -> Model:
    """Fit on all samples; the conformal scores are those of `held_out`, which must be of the same samples."""
    return Model(
        version=model_version(samples),
        classifier=Classifier.fit(samples, [analyse(sample.message) for sample in samples]),
        scores=calibration_scores(held_out.scores, [sample.outcome for sample in samples]),
        prior=training_mix(held_out.raw),
        made_with=versions(),
        trained_on=tuple(sorted({sample.message.content_hash for sample in samples})),
    )


def model_version(samples: Sequence[Sample]) -> str:
    """A name that changes with recipe, samples or labels: recipe, number of samples and eight hexadecimal digits."""
    content = hashlib.sha256(RECIPE.encode())
    for sample in samples:
        content.update(f"{sample.message.content_hash} {sample.outcome} {sample.kind}\n".encode())
    return f"{RECIPE}-{len(samples)}-{content.hexdigest()[:8]}"
