"""What the classifier sees of a message: words, characters and facts of form, each a scikit-learn step."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import MaxAbsScaler

from followup_filter.mail.message import Message
from followup_filter.mail.text import normalize
from followup_filter.model.tokens import words

CHARACTERS_LENGTH = 20_000
"""Characters of a mail of which character sequences are made at most."""
NAMES_COUNT = 20
"""Names of one mail's headers that are looked for in its text at most."""
NAME_LENGTHS = (2, 12)
"""Characters of a part of a name that is looked for in the text."""
WORDS_LONGEST = 3
"""Words in a row that make a feature at most."""
SPACE = "\u2581"
"""Stands between the words of a word sequence, as in SentencePiece."""

# Bounded, and tried only where a run of such characters begins: linear on any text.
_ADDRESS_OR_LINK = re.compile(r"https?://\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,255}")
_NAME_PART = re.compile(r"[\s　・/()（）@＠,、|｜\[\]【】]+")
_AMOUNT = re.compile(r"(?<![\d,])\d[\d,]{0,15}\s{0,3}(?:円|万円|千円|yen)|[¥\\]\s*\d", re.IGNORECASE)
_NUMBER = re.compile(r"\d[\d,.]*")
_QUESTION = re.compile(r"[?？]|でしょうか|ますか|ませんか")


@dataclass(frozen=True, slots=True)
class MailText:
    """One message in the forms that features are made of; computed once a message, used by every step.

    `words`: those of subject and newest text, joined by a blank. `characters`: the normalised text on one line;
    `readable`: the same with its numbers and capitals.
    """

    words: str
    characters: str
    readable: str
    form: Mapping[str, float]


def analyse(message: Message) -> MailText:
    """The forms of `message`; names, addresses and links are left out, they would tell people instead of the matter.

    The names in the To, Cc and From headers become the words 宛名 (addressee) and 差出人 (sender).
    """
    names = _names(message)
    subject, body = (_without_names(_ADDRESS_OR_LINK.sub(" ", text), names) for text in (message.subject, message.text))
    readable = " ".join(normalize(f"{subject}\n{body}").split())
    return MailText(
        words=" ".join([*words(subject), *words(body)]),
        characters=_NUMBER.sub("0", readable).lower()[:CHARACTERS_LENGTH],
        readable=readable,
        form=form_facts(message),
    )


def _names(message: Message) -> list[tuple[str, str]]:
    """(name, word that stands for it) of all parts of the names in the headers, longest first."""
    addressee, sender = "宛名", "差出人"
    people = [(address.name, addressee) for address in (*message.to, *message.cc)]
    people += [(message.from_address.name, sender)] if message.from_address else []
    words: dict[str, str] = {}
    for name, word in people[:NAMES_COUNT]:
        for part in _NAME_PART.split(name):
            if NAME_LENGTHS[0] <= len(part) <= NAME_LENGTHS[1]:
                words.setdefault(part, word)
    return sorted(words.items(), key=lambda item: (-len(item[0]), item[0]))


def _without_names(text: str, names: Sequence[tuple[str, str]]) -> str:
    for name, word in names:
        text = text.replace(name, word)
    return text


def word_ngrams(text: MailText) -> list[str]:
    """One- to three-word sequences of subject and newest text as written."""
    return _ngrams(text.words.split(), WORDS_LONGEST)


def characters(text: MailText) -> str:
    """What character sequences are made of."""
    return text.characters


def form(text: MailText) -> Mapping[str, float]:
    """The facts of form of an analysed mail."""
    return text.form


def _ngrams(words: Sequence[str], longest: int) -> list[str]:
    return [
        SPACE.join(words[start : start + length])
        for length in range(1, longest + 1)
        for start in range(len(words) - length + 1)
    ]


def form_facts(message: Message) -> dict[str, float]:
    """Facts about the form of a message as numbers of about one; none names a person, domain or event."""
    facts = message.form
    text = message.text
    sender = message.from_address
    elsewhere = bool(message.reply_to) and sender is not None and message.reply_to[0].address != sender.address
    return {
        "bulk_headers": float(facts.bulk_headers),
        "opt_out": float(facts.opt_out),
        "auto_submitted": float(facts.auto_submitted),
        "has_html": float(facts.has_html),
        "html_only": float(facts.html_only),
        "tracking_pixel": float(facts.tracking_pixel),
        "hidden_text": float(facts.hidden_text),
        "links": math.log1p(facts.link_count),
        "images": math.log1p(facts.image_count),
        "ruled_lines": math.log1p(facts.ruled_lines),
        "length": math.log1p(len(text)) / 4,
        "questions": math.log1p(len(_QUESTION.findall(text))),
        "amounts": math.log1p(len(_AMOUNT.findall(text))),
        "reply": float(bool(message.in_reply_to)),
        "quoted": float(bool(message.quoted)),
        "forwarded": float(message.forwarded),
        "signature": float(bool(message.signature)),
        "attachment": float(bool(facts.attachment_names)),
        "several_recipients": float(len(message.to) + len(message.cc) > 1),
        "no_recipient": float(not message.to),
        "reply_to_elsewhere": float(elsewhere),
    }


class Pick(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Applies one function of this module to every analysed mail; nothing is learnt."""

    def __init__(self, function: Callable[[MailText], Any]) -> None:
        self.function = function

    def fit(self, texts: Sequence[MailText], labels: Any = None) -> Pick:
        """Nothing to learn; returns self."""
        return self

    def transform(self, texts: Sequence[MailText]) -> list[Any]:
        """A list with the function's value for each mail."""
        return [self.function(text) for text in texts]

    def __sklearn_is_fitted__(self) -> bool:
        return True


def build_features() -> FeatureUnion:
    """The unfitted feature union; it takes sequences of MailText.

    Every part is scaled to rows of length about one, then weighted; the weights are set by hand in this version.
    """

    def tfidf(analyzer: Any, **options: Any) -> TfidfVectorizer:
        return TfidfVectorizer(analyzer=analyzer, sublinear_tf=True, dtype=np.float64, **options)

    character_sequences = tfidf("char", preprocessor=characters, ngram_range=(1, 4), min_df=3, max_features=100_000)
    return FeatureUnion(
        [
            ("words", tfidf(word_ngrams, min_df=3)),
            ("characters", character_sequences),
            ("form", Pipeline([("facts", Pick(form)), ("vector", DictVectorizer()), ("scale", MaxAbsScaler())])),
        ],
        transformer_weights={"words": 1.0, "characters": 1.0, "form": 0.15},
    )


def feature_names(features: FeatureUnion) -> list[str]:
    """The names of the columns, in order, as `<part>__<feature>`."""
    names: list[str] = []
    for part, step in features.transformer_list:
        last = step.named_steps["vector"] if isinstance(step, Pipeline) else step
        names += [f"{part}__{name}" for name in last.get_feature_names_out()]
    return names
