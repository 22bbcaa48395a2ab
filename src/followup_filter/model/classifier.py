"""The classifier: one calibrated scikit-learn pipeline for outcomes, and a second machine for kinds on its features."""

from __future__ import annotations

import copy
import warnings
from collections import Counter
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
from followup_filter.model.features import MailText, build_features, feature_names
from followup_filter.model.samples import SENDER, Sample

SEED = 20261124
REGULARIZATION = 1.0
CALIBRATION_FOLDS = 5
MAILBOX_MAILS = 75
"""A mailbox with more mails than that teaches as much as one of that size: voices count, not mails."""
OWN_WEIGHT = 2.0
"""How much one mail that the owner labelled teaches, in mails of the shipped samples (docs/model.md)."""

Folds = list[tuple[NDArray[np.intp], NDArray[np.intp]]]


@dataclass(slots=True)
class Classifier:
    """A fitted pipeline (features, then a calibrated machine) for outcomes, and a calibrated machine for kinds."""

    pipeline: Pipeline
    kinds: CalibratedClassifierCV
    _names: list[str] = field(default_factory=list)

    @classmethod
    def fit(cls, samples: Sequence[Sample], texts: Sequence[MailText]) -> Classifier:
        """Fit on labelled samples and their analysed texts, in the same order.

        Calibration folds are grouped by mailbox (or sender). Samples without a kind teach outcomes only; how much each
        sample teaches is `sample_weights`. Deterministic: seeded, one thread (ecosystem.md section 0).
        """
        outcomes = [sample.outcome.value for sample in samples]
        groups = [sample.group for sample in samples]
        with_kind = [row for row, sample in enumerate(samples) if sample.kind is not None]
        kinds = [sample.kind.value for sample in samples if sample.kind is not None]
        weights = sample_weights(groups)
        with threadpool_limits(1):
            pipeline = Pipeline([("features", build_features()), ("machine", calibrated_machine(outcomes, groups))])
            pipeline.fit(list(texts), outcomes, machine__sample_weight=weights)
            rows = sparse.csr_matrix(pipeline[:-1].transform([texts[row] for row in with_kind]))
            machine = calibrated_machine(kinds, [groups[row] for row in with_kind])
            machine.fit(rows, kinds, sample_weight=weights[with_kind])
        for calibrated in (pipeline[-1], machine):
            _shrink(_linear_of(calibrated))
        return cls(pipeline, machine)

    def refit(
        self,
        rows: sparse.csr_matrix,
        outcomes: Sequence[Outcome],
        kinds: Sequence[Kind | None],
        weights: NDArray[np.float64],
    ) -> Classifier:
        """A classifier with new coefficients, and with the features and the calibration of this one.

        `rows`: shape (mails, features), from `transform`; labels and weights in the same order. It takes one fit of
        each machine; raises ValueError unless every label that this one knows is there.
        """
        with_kind = [row for row, kind in enumerate(kinds) if kind is not None]
        machine = renewed(self.pipeline[-1], rows, [outcome.value for outcome in outcomes], weights)
        kind_machine = renewed(self.kinds, rows[with_kind], [str(kinds[row]) for row in with_kind], weights[with_kind])
        return Classifier(Pipeline([*self.pipeline.steps[:-1], ("machine", machine)]), kind_machine)

    def transform(self, texts: Sequence[MailText]) -> sparse.csr_matrix:
        """The features of analysed mails, shape (mails, features); what the methods below take."""
        if not texts:
            return sparse.csr_matrix((0, self._linear.coef_.shape[1]))
        return sparse.csr_matrix(self.pipeline[:-1].transform(list(texts)))

    def probabilities(self, rows: sparse.csr_matrix) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Calibrated probabilities of outcomes, shape (mails, outcomes), and of kinds, shape (mails, kinds).

        Columns are in the order of OUTCOMES and KINDS; the kinds of one outcome sum to that outcome's probability.
        """
        if not rows.shape[0]:
            return np.zeros((0, len(OUTCOMES))), np.zeros((0, len(KINDS)))
        outcomes = self.outcome_probabilities(rows)
        with threadpool_limits(1):
            raw = ordered_probabilities(self.kinds, rows, [kind.value for kind in KINDS]) + 1e-9
        kinds = np.zeros_like(raw)
        for index, outcome in enumerate(OUTCOMES):
            columns = [KINDS.index(kind) for kind in KINDS_OF_OUTCOME[outcome]]
            kinds[:, columns] = raw[:, columns] / raw[:, columns].sum(axis=1, keepdims=True) * outcomes[:, [index]]
        return outcomes, kinds

    def outcome_probabilities(self, rows: sparse.csr_matrix) -> NDArray[np.float64]:
        """Calibrated probabilities of outcomes, shape (mails, outcomes), columns in the order of OUTCOMES."""
        if not rows.shape[0]:
            return np.zeros((0, len(OUTCOMES)))
        with threadpool_limits(1):
            return ordered_probabilities(self.pipeline[-1], rows, [outcome.value for outcome in OUTCOMES])

    def decision_values(self, rows: sparse.csr_matrix) -> NDArray[np.float64]:
        """Uncalibrated decision values of the outcomes, shape (mails, outcomes), columns in the order of OUTCOMES."""
        if not rows.shape[0]:
            return np.zeros((0, len(OUTCOMES)))
        values = np.asarray(self._linear.decision_function(rows))
        return values[:, [self._row_of(outcome) for outcome in OUTCOMES]]

    def contributions(self, row: sparse.csr_matrix, outcome: Outcome, against: Outcome) -> list[tuple[str, float]]:
        """(feature, weight) of every feature of one mail's row: log-odds of `outcome` against `against`."""
        weights = (self.weights_of(outcome) - self.weights_of(against)) * self.slope
        if not self._names:
            self._names = feature_names(self.pipeline.named_steps["features"])
        values = row.data * weights[row.indices]
        return [
            (self._names[column], value) for column, value in zip(row.indices.tolist(), values.tolist(), strict=True)
        ]

    def bias(self, outcome: Outcome, against: Outcome) -> float:
        """The log-odds of `outcome` against `against` in a mail without any feature."""
        return (self.intercept_of(outcome) - self.intercept_of(against)) * self.slope

    def weights_of(self, outcome: Outcome) -> NDArray[np.float64]:
        """The coefficients of an outcome, one a feature."""
        return np.asarray(self._linear.coef_[self._row_of(outcome)])

    def intercept_of(self, outcome: Outcome) -> float:
        """The constant part of an outcome's decision value."""
        return float(self._linear.intercept_[self._row_of(outcome)])

    def _row_of(self, outcome: Outcome) -> int:
        """The row of an outcome in the machine's coefficients; the calibration numbers its classes in this order."""
        return list(self.pipeline[-1].classes_).index(outcome.value)

    @property
    def slope(self) -> float:
        """How many units of log-odds one unit of decision value is worth (the inverse temperature)."""
        return float(self.pipeline[-1].calibrated_classifiers_[0].calibrators[0].beta_)

    @property
    def _linear(self) -> LinearSVC:
        """The linear support vector machine inside the calibration of outcomes."""
        return _linear_of(self.pipeline[-1])


def renewed(
    calibrated: CalibratedClassifierCV, rows: sparse.csr_matrix, labels: Sequence[str], weights: NDArray[np.float64]
) -> CalibratedClassifierCV:
    """A calibrated machine with coefficients fitted on these rows, and with the calibration of the one given.

    Raises ValueError with the labels that only one side has.
    """
    if set(labels) != set(calibrated.classes_):
        raise ValueError(", ".join(sorted(set(labels) ^ set(calibrated.classes_))))
    with threadpool_limits(1):
        machine = linear_machine().fit(rows, labels, sample_weight=weights)
    _shrink(machine)
    fitted = copy.deepcopy(calibrated)
    fitted.calibrated_classifiers_[0].estimator = machine
    return fitted


def _linear_of(calibrated: CalibratedClassifierCV) -> LinearSVC:
    return calibrated.calibrated_classifiers_[0].estimator


def _shrink(machine: LinearSVC) -> None:
    """Half the size of the file; seven digits are more than labels can bear."""
    machine.coef_ = machine.coef_.astype(np.float32)


def sample_weights(groups: Sequence[str]) -> NDArray[np.float64]:
    """How much each sample teaches, by its group.

    1 in a mailbox, or less in one of more than 75 mails, so that its weights add up to 75; OWN_WEIGHT for the owner's
    own mail, which is grouped by sender.
    """
    counts = Counter(groups)
    return np.array(
        [OWN_WEIGHT if group.startswith(SENDER) else min(1.0, MAILBOX_MAILS / counts[group]) for group in groups]
    )


def linear_machine() -> LinearSVC:
    """The unfitted linear support vector machine, one against rest."""
    return LinearSVC(C=REGULARIZATION, class_weight="balanced", random_state=SEED, max_iter=5_000)


def calibrated_machine(labels: Sequence[str], groups: Sequence[str]) -> CalibratedClassifierCV:
    """A linear support vector machine whose temperature is fitted on folds that never split a group."""
    folds = grouped_folds(labels, groups, CALIBRATION_FOLDS)
    return CalibratedClassifierCV(linear_machine(), method="temperature", ensemble=False, cv=folds)


def grouped_folds(labels: Sequence[str], groups: Sequence[str], folds: int) -> Folds:
    """(train, test) index pairs that never split a group; as many as there are groups, at most `folds`.

    Where that would leave nothing to tell apart (a single group, or groups of one label each), every sample is a group
    of its own.
    """
    if len(set(groups)) >= 2:
        split = _split(labels, groups, folds)
        enough = min(3, len(set(labels)))
        if all(len({labels[row] for row in train}) >= enough for train, _test in split):
            return split
    return _split(labels, [str(row) for row in range(len(labels))], folds)


def _split(labels: Sequence[str], groups: Sequence[str], folds: int) -> Folds:
    count = max(2, min(folds, len(set(groups)), max(Counter(labels).values())))
    splitter = StratifiedGroupKFold(n_splits=count, shuffle=True, random_state=SEED)
    with warnings.catch_warnings():
        # A rare kind in fewer mailboxes than folds: it is missing in some folds, which is no fault.
        warnings.simplefilter("ignore", UserWarning)
        return list(splitter.split(np.zeros(len(labels)), list(labels), list(groups)))


def ordered_probabilities(
    machine: CalibratedClassifierCV, rows: sparse.spmatrix, wanted: Sequence[str]
) -> NDArray[np.float64]:
    """predict_proba with columns in the wanted order; a class never seen in training has probability 0."""
    known = machine.predict_proba(rows)
    probabilities = np.zeros((known.shape[0], len(wanted)))
    for column, label in enumerate(machine.classes_):
        probabilities[:, list(wanted).index(label)] = known[:, column]
    return probabilities


def most_probable_kind(kind_row: NDArray[np.float64], outcome: Outcome) -> Kind:
    """The most probable kind of `outcome` in one row of kind probabilities."""
    return max(KINDS_OF_OUTCOME[outcome], key=lambda kind: kind_row[KINDS.index(kind)])
