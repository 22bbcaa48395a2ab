"""What the classifier sees of a message: words, characters and facts of form, each a scikit-learn step."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import MaxAbsScaler

from followup_filter.mail.message import Message
from followup_filter.mail.text import normalize
from followup_filter.model.tokens import morphemes

EDGE_LENGTH = 160
"""Characters at the start and the end of the newest text that count as its opening and closing."""
SPACE = "\u2581"

_ADDRESS_OR_LINK = re.compile(r"https?://\S+|[\w.+-]+@[\w.-]+")
_AMOUNT = re.compile(r"\d[\d,]*\s*(?:円|万円|千円|yen)|[¥\\]\s*\d", re.IGNORECASE)


def newest_text(message: Message) -> str:
    """Subject and newest text without addresses and links, which would name the sender instead of the matter."""
    return _ADDRESS_OR_LINK.sub(" ", f"{message.subject}\n{message.text}")


def word_terms(message: Message) -> list[str]:
    """Words of subject and newest text, surface and dictionary form, in order, with the field as prefix."""
    text = _ADDRESS_OR_LINK.sub(" ", message.text)
    fields = (
        ("subject:", message.subject),
        ("opening:", text[:EDGE_LENGTH]),
        ("closing:", text[-EDGE_LENGTH:]),
    )
    terms = [prefix + base for prefix, part in fields for _, base, tag in morphemes(part) if tag not in ("補助記号", "空白")]
    return terms


def surface_ngrams(message: Message) -> list[str]:
    """One- and two-word sequences of the newest text as written."""
    return _ngrams([surface for surface, _, tag in morphemes(newest_text(message)) if tag != "空白"])


def lemma_ngrams(message: Message) -> list[str]:
    """One- to three-word sequences of the newest text in dictionary form."""
    return _ngrams([base for _, base, tag in morphemes(newest_text(message)) if tag not in ("補助記号", "空白")], 3)


def _ngrams(words: Sequence[str], longest: int = 2) -> list[str]:
    return [
        SPACE.join(words[start : start + length])
        for length in range(1, longest + 1)
        for start in range(len(words) - length + 1)
    ]


def plain_text(message: Message) -> str:
    """The newest text in normal form, numbers as 0: what character n-grams are made of."""
    return re.sub(r"\d[\d,.]*", "0", re.sub(r"\s+", " ", normalize(newest_text(message)))).lower()[:20_000]


def form_facts(message: Message) -> dict[str, float]:
    """Facts about the form of a message as numbers of about one; none names a person, domain or event."""
    form = message.form
    text = message.text
    return {
        "bulk_headers": float(form.bulk_headers),
        "opt_out": float(form.opt_out),
        "auto_submitted": float(form.auto_submitted),
        "has_html": float(form.has_html),
        "html_only": float(form.html_only),
        "tracking_pixel": float(form.tracking_pixel),
        "hidden_text": float(form.hidden_text),
        "links": math.log1p(form.link_count),
        "images": math.log1p(form.image_count),
        "ruled_lines": math.log1p(form.ruled_lines),
        "length": math.log1p(len(text)) / 4,
        "questions": math.log1p(len(re.findall(r"[?？]|でしょうか|ますか|ませんか", text))),
        "amounts": math.log1p(len(_AMOUNT.findall(text))),
        "reply": float(bool(message.in_reply_to)),
        "quoted": float(bool(message.quoted)),
        "forwarded": float(message.forwarded),
        "signature": float(bool(message.signature)),
        "attachment": float(bool(form.attachment_names)),
        "several_recipients": float(len(message.to) + len(message.cc) > 1),
        "no_recipient": float(not message.to),
        "reply_to_elsewhere": float(
            bool(message.reply_to)
            and message.from_address is not None
            and message.reply_to[0].address != message.from_address.address
        ),
    }


class FormFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turns messages into dictionaries of form facts, for DictVectorizer."""

    def fit(self, messages: Sequence[Message], labels: Any = None) -> FormFeatures:
        """Nothing to learn; returns self."""
        return self

    def transform(self, messages: Sequence[Message]) -> list[dict[str, float]]:
        """A list of one dictionary a message."""
        return [form_facts(message) for message in messages]

    def __sklearn_is_fitted__(self) -> bool:
        return True


def build_features() -> FeatureUnion:
    """The feature union: every part is scaled to rows of length about one, then weighted.

    Weights were chosen by grouped cross-validation on the shipped training mailboxes (docs/model.md).
    """

    def tfidf(analyzer: Any, **options: Any) -> TfidfVectorizer:
        return TfidfVectorizer(analyzer=analyzer, sublinear_tf=True, dtype=np.float64, **options)

    return FeatureUnion(
        [
            ("surface", tfidf(surface_ngrams, min_df=2)),
            ("lemma", tfidf(lemma_ngrams, min_df=2)),
            ("fields", tfidf(word_terms, min_df=2)),
            ("characters", TfidfVectorizer(preprocessor=plain_text, analyzer="char", ngram_range=(1, 4), min_df=3, sublinear_tf=True, max_features=150_000)),
            ("form", Pipeline([("facts", FormFeatures()), ("vector", DictVectorizer()), ("scale", MaxAbsScaler())])),
        ],
        transformer_weights={"surface": 1.0, "lemma": 1.0, "fields": 0.7, "characters": 1.0, "form": 0.5},
    )


def feature_names(features: FeatureUnion) -> list[str]:
    """The names of the columns, in order, as `<part>__<feature>`."""
    return [str(name) for name in features.get_feature_names_out()]


def as_row(matrix: sparse.spmatrix, index: int) -> tuple[np.ndarray, np.ndarray]:
    """Column indexes and values of one row of a sparse matrix."""
    row = sparse.csr_matrix(matrix)[index]
    return row.indices, row.data
