"""The classifier: a calibrated scikit-learn pipeline for outcomes, and one for kinds within an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from followup_filter.labels import KINDS, KINDS_OF_OUTCOME, OUTCOMES, Kind, Outcome
from followup_filter.mail.message import Message
from followup_filter.model.features import build_features, feature_names
from followup_filter.model.samples import Sample

SEED = 20261124
REGULARIZATION = 1.0
CALIBRATION_FOLDS = 5


@dataclass(slots=True)
class Classifier:
    """A fitted pair of calibrated pipelines. Probabilities of kinds sum to that of their outcome."""

    outcomes: CalibratedClassifierCV
    kinds: CalibratedClassifierCV
    _names: list[str] = field(default_factory=list)

    @classmethod
    def fit(cls, samples: Sequence[Sample]) -> Classifier:
        """Fit on labelled samples; calibration folds are grouped by mailbox (or sender).

        Samples without a kind teach outcomes only. Deterministic: seeded, one thread (ecosystem.md section 0).
        """
        with_kind = [sample for sample in samples if sample.kind is not None]
        with threadpool_limits(1):
            return cls(
                _fit(samples, [sample.outcome.value for sample in samples]),
                _fit(with_kind, [sample.kind.value for sample in with_kind if sample.kind]),
            )

    def outcome_probabilities(self, messages: Sequence[Message]) -> NDArray[np.float64]:
        """Calibrated probabilities, shape (messages, outcomes), columns in the order of OUTCOMES."""
        return _ordered(self.outcomes, messages, [outcome.value for outcome in OUTCOMES])

    def kind_probabilities(
        self, messages: Sequence[Message], outcome_probabilities: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Probabilities of kinds, shape (messages, kinds): those of one outcome sum to that outcome's."""
        raw = _ordered(self.kinds, messages, [kind.value for kind in KINDS]) + 1e-9
        result = np.zeros_like(raw)
        for index, outcome in enumerate(OUTCOMES):
            columns = [KINDS.index(kind) for kind in KINDS_OF_OUTCOME[outcome]]
            share = raw[:, columns] / raw[:, columns].sum(axis=1, keepdims=True)
            result[:, columns] = share * outcome_probabilities[:, [index]]
        return result

    @property
    def pipeline(self) -> Pipeline:
        """The fitted outcome pipeline inside the calibration: features, then a linear support vector machine."""
        calibrated = self.outcomes.calibrated_classifiers_[0]
        pipeline: Pipeline = calibrated.estimator
        return pipeline

    def decision_values(self, messages: Sequence[Message]) -> NDArray[np.float64]:
        """Uncalibrated decision values, shape (messages, outcomes), columns in the order of OUTCOMES."""
        values = self.pipeline.decision_function(list(messages))
        classes = list(self.pipeline.classes_)
        return np.asarray(values)[:, [classes.index(outcome.value) for outcome in OUTCOMES]]

    @property
    def slope(self) -> float:
        """How many units of log-odds one unit of decision value is worth (the inverse temperature)."""
        return float(self.outcomes.calibrated_classifiers_[0].calibrators[0].beta_)

    def contributions(self, message: Message, outcome: Outcome, against: Outcome) -> list[tuple[str, float]]:
        """(feature, weight) of every feature of the message: log-odds of `outcome` against `against`."""
        features, machine = self.pipeline.named_steps["features"], self.pipeline.named_steps["machine"]
        row = sparse.csr_matrix(features.transform([message]))
        classes = list(machine.classes_)
        weights = machine.coef_[classes.index(outcome.value)] - machine.coef_[classes.index(against.value)]
        if not self._names:
            self._names = feature_names(features)
        return [
            (self._names[column], float(value * weights[column] * self.slope))
            for column, value in zip(row.indices, row.data, strict=True)
        ]


def _fit(samples: Sequence[Sample], labels: Sequence[str]) -> CalibratedClassifierCV:
    messages = [sample.message for sample in samples]
    groups = [sample.group for sample in samples]
    pipeline = Pipeline(
        [
            ("features", build_features()),
            ("machine", LinearSVC(C=REGULARIZATION, class_weight="balanced", random_state=SEED, max_iter=5_000)),
        ]
    )
    calibrated = CalibratedClassifierCV(
        pipeline, method="temperature", ensemble=False, cv=grouped_folds(labels, groups, CALIBRATION_FOLDS)
    )
    calibrated.fit(messages, list(labels))
    return calibrated


def grouped_folds(
    labels: Sequence[str], groups: Sequence[str], folds: int
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """(train, test) index pairs that never split a group; as many as there are groups, at most `folds`."""
    count = max(2, min(folds, len(set(groups))))
    splitter = StratifiedGroupKFold(n_splits=count, shuffle=True, random_state=SEED)
    return list(splitter.split(np.zeros(len(labels)), list(labels), list(groups)))


def _ordered(estimator: CalibratedClassifierCV, messages: Sequence[Message], wanted: Sequence[str]) -> NDArray[np.float64]:
    """predict_proba with columns in the wanted order; a class never seen in training has probability 0."""
    probabilities = np.zeros((len(messages), len(wanted)))
    if messages:
        with threadpool_limits(1):
            known = estimator.predict_proba(list(messages))
        for column, label in enumerate(estimator.classes_):
            probabilities[:, list(wanted).index(label)] = known[:, column]
    return probabilities


def most_probable_kind(kind_row: NDArray[np.float64], outcome: Outcome) -> Kind:
    """The most probable kind of `outcome` in one row of kind probabilities."""
    return max(KINDS_OF_OUTCOME[outcome], key=lambda kind: kind_row[KINDS.index(kind)])
