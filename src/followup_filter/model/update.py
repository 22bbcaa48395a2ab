"""Takes corrections in within seconds: features and calibration stay, the machines are fitted anew on all rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from followup_filter.errors import ModelError
from followup_filter.labels import KINDS, OUTCOMES
from followup_filter.language import gettext as _
from followup_filter.model.bundle import Model
from followup_filter.model.classifier import Classifier, grouped_folds, ordered_probabilities, renewed
from followup_filter.model.rows import TrainingRows
from followup_filter.model.training import OutOfFold

FOLDS = 5


def updated(base: Model, base_rows: TrainingRows, own_rows: TrainingRows, version: str) -> Model:
    """`base` with the owner's labelled mails added; where both have a mail, the owner's label counts.

    The conformal scores stay those of `base`: they were measured on mailboxes not trained on. Raises ModelError where
    the rows no longer have every label that `base` knows.
    """
    rows = _together(base_rows, own_rows)
    try:
        classifier = base.classifier.refit(
            rows.matrix, [label.outcome for label in rows.labels], [label.kind for label in rows.labels], rows.weights
        )
    except ValueError as error:
        raise ModelError(_("Too few samples are left of {labels}.").format(labels=error)) from None
    return Model(
        version=version,
        classifier=classifier,
        scores=base.scores,
        prior=base.prior,
        made_with=base.made_with,
        trained_on=tuple(sorted({label.content_hash for label in rows.labels})),
    )


def compared(base: Classifier, base_rows: TrainingRows, own_rows: TrainingRows) -> tuple[OutOfFold, OutOfFold]:
    """Out-of-fold predictions of all rows without and with the owner's, on the same folds of whole groups.

    Only outcomes are predicted; the kinds are even.
    """
    rows = _together(base_rows, own_rows)
    own = {label.content_hash for label in own_rows.labels}
    is_base = np.array([label.content_hash not in own for label in rows.labels])
    kinds = np.full((len(rows.labels), len(KINDS)), 1 / len(KINDS))
    return (
        OutOfFold.of(rows.labels, held_out(base, rows, is_base), kinds),
        OutOfFold.of(rows.labels, held_out(base, rows), kinds),
    )


def held_out(base: Classifier, rows: TrainingRows, taught: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
    """Raw probabilities of all rows by machines fitted without their group, shape (rows, outcomes).

    `taught`: the rows that may be learned from; the folds are the same with and without it.
    """
    outcomes = [label.outcome.value for label in rows.labels]
    probabilities = np.zeros((len(rows.labels), len(OUTCOMES)))
    for train, test in grouped_folds(outcomes, [label.group for label in rows.labels], FOLDS):
        part = rows.take(train if taught is None else train[taught[train]])
        labels = [label.outcome.value for label in part.labels]
        machine = renewed(base.pipeline[-1], part.matrix, labels, part.weights)
        probabilities[test] = ordered_probabilities(machine, rows.matrix[test], [o.value for o in OUTCOMES])
    return probabilities


def _together(base_rows: TrainingRows, own_rows: TrainingRows) -> TrainingRows:
    return base_rows.without({label.content_hash for label in own_rows.labels}).joined(own_rows)
