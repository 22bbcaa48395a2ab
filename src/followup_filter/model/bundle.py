"""A model as one thing: classifier, conformal scores and the facts of its making; saved and loaded by digest."""

from __future__ import annotations

import hashlib
import hmac
import io
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import joblib
import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.exceptions import InconsistentVersionWarning

from followup_filter.errors import ModelError
from followup_filter.files import write_private
from followup_filter.labels import Outcome
from followup_filter.language import gettext as _

if TYPE_CHECKING:
    from followup_filter.model.classifier import Classifier


LAYOUT = "2"
"""Raised whenever `Model` or what is in it gets other fields: an older file is not used, but made anew."""


@dataclass(slots=True)
class Model:
    """A trained classifier with its calibration scores, and with the mix of outcomes that its probabilities carry.

    `scores`: sorted, by outcome (`conformal`); `prior`: shape (outcomes,), sums to 1 (`shares`).
    `version` names the data and recipe it came from, `made_with` the library versions; `trained_on` holds the content
    hashes of its samples, sorted.
    """

    version: str
    classifier: Classifier
    scores: Mapping[Outcome, NDArray[np.float64]]
    prior: NDArray[np.float64]
    made_with: Mapping[str, str]
    trained_on: tuple[str, ...]

    @property
    def feature_count(self) -> int:
        """How many features the classifier has: the columns of its rows."""
        return int(self.classifier.transform([]).shape[1])


def versions() -> dict[str, str]:
    """The versions of the libraries that a model file depends on, and of its own layout."""
    return {
        "layout": LAYOUT,
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "joblib": joblib.__version__,
    }


def dump(model: Model) -> bytes:
    """The model as the bytes of a joblib file."""
    buffer = io.BytesIO()
    joblib.dump(model, buffer, compress=("zlib", 6))
    return buffer.getvalue()


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def save(model: Model, path: Path) -> str:
    """Write the model to `path`, whole or not at all, and return its digest for the caller to record."""
    data = dump(model)
    write_private(path, data)
    return digest(data)


def load(path: Path, trusted: Collection[str]) -> Model:
    """The model in `path`, loaded from the very bytes whose digest was compared with the trusted ones.

    Raises ModelError when the file is missing, its digest is not trusted (a pickle runs code when it is opened),
    or it was made with other library versions.
    """
    data = read(path)
    if not any(hmac.compare_digest(digest(data), known) for known in trusted):
        raise ModelError(
            _(
                "{file} is no model that this program made or ships, or it was changed since, so it was not opened."
            ).format(file=path)
        )
    return open_bytes(data, path)


def read(path: Path) -> bytes:
    """The bytes of a model file, not opened as a model yet. Raises ModelError when there is none to read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ModelError(_("There is no model {file}. Check the path.").format(file=path)) from None
    except OSError as error:
        raise ModelError(_("{file} cannot be read: {reason}.").format(file=path, reason=error.strerror)) from None


def open_bytes(data: bytes, path: Path) -> Model:
    """The model in the bytes of `path`; they must be trusted, since a pickle runs code. Raises ModelError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", InconsistentVersionWarning)
            model = joblib.load(io.BytesIO(data))
    except (InconsistentVersionWarning, AttributeError, ImportError, ValueError, TypeError, KeyError) as error:
        raise ModelError(_mismatch(path)) from error
    if not isinstance(model, Model) or model.made_with != versions():
        raise ModelError(_mismatch(path))
    return model


def _mismatch(path: Path) -> str:
    return _(
        "{file} was made with other versions of the program or its libraries and cannot be used with these."
    ).format(file=path)
