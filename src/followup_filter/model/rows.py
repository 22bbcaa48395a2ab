"""What a model was trained on, as numbers: feature rows and labels, kept in a NumPy file so that learning is quick."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from followup_filter.errors import ModelError
from followup_filter.files import write_private
from followup_filter.labels import Kind, Outcome
from followup_filter.language import gettext as _
from followup_filter.model.classifier import Classifier, sample_weights
from followup_filter.model.features import analyse
from followup_filter.model.samples import Sample

DIGEST_LENGTH = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class RowLabel:
    """The labels of one row; `group`: what evaluation never splits; `content_hash`: which mail it is of."""

    group: str
    content_hash: str
    outcome: Outcome
    kind: Kind | None


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """Features of labelled mails, shape (mails, features), with their labels and weights in the same order."""

    matrix: sparse.csr_matrix
    labels: tuple[RowLabel, ...]
    weights: NDArray[np.float64]

    def without(self, content_hashes: set[str]) -> TrainingRows:
        """The rows of all other mails."""
        keep = [row for row, label in enumerate(self.labels) if label.content_hash not in content_hashes]
        if len(keep) == len(self.labels):
            return self
        return TrainingRows(self.matrix[keep], tuple(self.labels[row] for row in keep), self.weights[keep])

    def take(self, rows: Sequence[int] | NDArray[np.intp]) -> TrainingRows:
        """These rows, in this order."""
        return TrainingRows(self.matrix[rows], tuple(self.labels[row] for row in rows), self.weights[rows])

    def joined(self, other: TrainingRows) -> TrainingRows:
        """These rows and then those."""
        return TrainingRows(
            sparse.csr_matrix(sparse.vstack([self.matrix, other.matrix])),
            self.labels + other.labels,
            np.concatenate([self.weights, other.weights]),
        )


def training_rows(classifier: Classifier, samples: Sequence[Sample]) -> TrainingRows:
    """The rows of samples in the features of a fitted classifier."""
    return TrainingRows(
        classifier.transform([analyse(sample.message) for sample in samples]),
        tuple(RowLabel(sample.group, sample.message.content_hash, sample.outcome, sample.kind) for sample in samples),
        sample_weights([sample.group for sample in samples]),
    )


def save_rows(rows: TrainingRows, path: Path) -> None:
    """Write the rows to `path`, whole or not at all: a digest, then arrays of numbers and text, never a pickle."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        data=rows.matrix.data,
        indices=rows.matrix.indices,
        indptr=rows.matrix.indptr,
        shape=np.array(rows.matrix.shape),
        weights=rows.weights,
        groups=np.array([label.group for label in rows.labels]),
        hashes=np.array([label.content_hash for label in rows.labels]),
        outcomes=np.array([label.outcome.value for label in rows.labels]),
        kinds=np.array([label.kind.value if label.kind else "" for label in rows.labels]),
    )
    data = buffer.getvalue()
    write_private(path, hashlib.sha256(data).digest() + data)


def load_rows(path: Path, features: int) -> TrainingRows:
    """The rows in `path`. Raises ModelError unless they are there, as they were written, with so many features."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(_("{file} cannot be read: {reason}.").format(file=path, reason=error.strerror)) from None
    digest, data = content[:DIGEST_LENGTH], content[DIGEST_LENGTH:]
    if hashlib.sha256(data).digest() != digest:
        raise ModelError(_("{file} is damaged.").format(file=path))
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        shape = tuple(int(size) for size in stored["shape"])
        if shape[1] != features:
            raise ModelError(_("{file} belongs to another model.").format(file=path))
        labels = tuple(
            RowLabel(str(group), str(content_hash), Outcome(str(outcome)), Kind(str(kind)) if kind else None)
            for group, content_hash, outcome, kind in zip(
                stored["groups"], stored["hashes"], stored["outcomes"], stored["kinds"], strict=True
            )
        )
        matrix = sparse.csr_matrix((stored["data"], stored["indices"], stored["indptr"]), shape=shape)
        return TrainingRows(matrix, labels, stored["weights"])
