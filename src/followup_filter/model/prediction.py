"""What the model says of messages: outcome, kind, probabilities, what is plausible, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from followup_filter.labels import KINDS, OUTCOMES, Kind, Outcome
from followup_filter.mail.message import Message
from followup_filter.model.bundle import Model
from followup_filter.model.classifier import most_probable_kind
from followup_filter.model.conformal import plausible_outcomes
from followup_filter.model.features import SPACE

MAX_LEAD_LOSS = 0.02
REASONS = 6
BATCH = 500
_SENTENCE_END = re.compile(r"(?<=[。！？!?])\s*|\n+")


@dataclass(frozen=True, slots=True)
class Reason:
    """A word or fact that a person can read, and its weight in log-odds of the outcome against the runner-up."""

    feature: str
    weight: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """Outcome and kind with probabilities, from one model version. `review`: a person should look."""

    outcome: Outcome
    kind: Kind
    probabilities: dict[Outcome, float]
    kinds: dict[Kind, float]
    plausible: tuple[Outcome, ...]
    reasons: tuple[Reason, ...]
    sentence: str
    model_version: str

    @property
    def probability(self) -> float:
        """The probability of the outcome."""
        return self.probabilities[self.outcome]

    @property
    def review(self) -> bool:
        """True unless the outcome is the only plausible one (design.md 5)."""
        return self.plausible != (self.outcome,)


def predict(model: Model, messages: Sequence[Message], max_lead_loss: float = MAX_LEAD_LOSS) -> list[Prediction]:
    """One prediction a message, in order; computed in batches of 500."""
    predictions: list[Prediction] = []
    for start in range(0, len(messages), BATCH):
        predictions += _predict_batch(model, messages[start : start + BATCH], max_lead_loss)
    return predictions


def _predict_batch(model: Model, messages: Sequence[Message], max_lead_loss: float) -> list[Prediction]:
    outcome_rows = model.classifier.outcome_probabilities(messages)
    kind_rows = model.classifier.kind_probabilities(messages, outcome_rows)
    sets = plausible_outcomes(model.scores, outcome_rows, max_lead_loss)
    predictions = []
    for message, outcomes, kinds, plausible in zip(messages, outcome_rows, kind_rows, sets, strict=True):
        ranked = [OUTCOMES[index] for index in np.argsort(-outcomes, kind="stable")]
        predictions.append(
            Prediction(
                outcome=ranked[0],
                kind=most_probable_kind(kinds, ranked[0]),
                probabilities={outcome: float(p) for outcome, p in zip(OUTCOMES, outcomes, strict=True)},
                kinds={kind: float(p) for kind, p in zip(KINDS, kinds, strict=True)},
                plausible=plausible,
                reasons=reasons(model, message, ranked[0], ranked[1]),
                sentence=deciding_sentence(model, message, ranked[0]),
                model_version=model.version,
            )
        )
    return predictions


def reasons(model: Model, message: Message, outcome: Outcome, against: Outcome) -> tuple[Reason, ...]:
    """The strongest readable features for `outcome` over `against`, strongest first, each word named once.

    Character sequences are left out: people read words. Sums over all features would be the whole log-odds.
    """
    words: dict[str, float] = {}
    for feature, weight in model.classifier.contributions(message, outcome, against):
        part, _, name = feature.partition("__")
        if part == "characters":
            continue
        name = name.removeprefix("vector__") if part == "form" else name.rpartition(":")[2]
        name = f"form:{name}" if part == "form" else name.replace(SPACE, " ").strip()
        if part == "form" or _readable(name):
            words[name] = words.get(name, 0.0) + weight
    strongest = sorted(words.items(), key=lambda item: (-abs(item[1]), item[0]))
    return tuple(Reason(name, round(weight, 4)) for name, weight in strongest[:REASONS])


def _readable(name: str) -> bool:
    """Words with substance: two characters or more, with a kanji, katakana or letter, or a verb of asking."""
    return len(name) >= 2 and bool(re.search(r"[一-龠々ァ-ヶa-z]", name) or len(name.replace(" ", "")) >= 4)


def deciding_sentence(model: Model, message: Message, outcome: Outcome) -> str:
    """The sentence of the newest text that speaks most for `outcome`, as the mail writes it; "" without text.

    Each sentence of 8 to 120 characters is scored alone by the outcome's decision value (at most 60 sentences).
    """
    sentences = [part.strip() for part in _SENTENCE_END.split(message.text) if part]
    sentences = [sentence for sentence in sentences if 8 <= len(sentence) <= 120][:60]
    if not sentences:
        return message.text.strip()[:120]
    scored = model.classifier.decision_values([replace(message, subject="", text=sentence) for sentence in sentences])
    return sentences[int(np.argmax(scored[:, OUTCOMES.index(outcome)]))]
