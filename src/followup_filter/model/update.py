"""Takes corrections in within seconds: features and calibration stay, the machines are fitted anew on all rows."""

from __future__ import annotations

import numpy as np

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
        made_with=base.made_with,
        trained_on=tuple(sorted({label.content_hash for label in rows.labels})),
    )


def compared(base: Classifier, base_rows: TrainingRows, own_rows: TrainingRows) -> tuple[OutOfFold, OutOfFold]:
    """Out-of-fold predictions of all rows without and with the owner's, on the same folds of whole groups.

    Only outcomes are predicted; the kinds are even.
    """
    rows = _together(base_rows, own_rows)
    outcomes = [label.outcome.value for label in rows.labels]
    own = {label.content_hash for label in own_rows.labels}
    is_base = np.array([label.content_hash not in own for label in rows.labels])
    found = [np.zeros((len(rows.labels), len(OUTCOMES))) for _arm in range(2)]
    for train, test in grouped_folds(outcomes, [label.group for label in rows.labels], FOLDS):
        for probabilities, chosen in zip(found, (train[is_base[train]], train), strict=True):
            part = rows.take(chosen)
            labels = [label.outcome.value for label in part.labels]
            machine = renewed(base.pipeline[-1], part.matrix, labels, part.weights)
            probabilities[test] = ordered_probabilities(machine, rows.matrix[test], [o.value for o in OUTCOMES])
    kinds = np.full((len(rows.labels), len(KINDS)), 1 / len(KINDS))
    before, after = (OutOfFold(rows.labels, probabilities, kinds) for probabilities in found)
    return before, after


def _together(base_rows: TrainingRows, own_rows: TrainingRows) -> TrainingRows:
    return base_rows.without({label.content_hash for label in own_rows.labels}).joined(own_rows)
