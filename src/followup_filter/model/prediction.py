"""What the model says of messages: outcome, kind, probabilities, what is plausible, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from followup_filter.config import MAX_LEAD_LOSS
from followup_filter.labels import KINDS, KINDS_OF_OUTCOME, OUTCOMES, Kind, Outcome
from followup_filter.mail.message import Message
from followup_filter.model.bundle import Model
from followup_filter.model.classifier import most_probable_kind
from followup_filter.model.conformal import plausible_outcomes
from followup_filter.model.features import analyse
from followup_filter.model.reasons import Reason, reasons
from followup_filter.model.shares import adapted, estimated_shares, insured

BATCH = 500
SENTENCES = 60
_SENTENCE_END = re.compile(r"(?<=[。！？!?])\s*|\n+")
_CONTACT = re.compile(r"https?://|@|〒|\d{2,4}-\d{2,4}-\d{3,4}|(?:TEL|FAX|電話|携帯)\s*[::]?\s*[\d0-9]")
_ASKS = re.compile(
    r"[??]|でしょうか|ますか|ませんか|いくら|見積|願い|いただけ|頂け|もらえ|くださ|下さい|ほしい|欲しい|たいと|可能で|相談|"
    r"\b(?:could|would|can|please|quote|how much)\b",
    re.IGNORECASE,
)
_SALUTATION = re.compile(
    r"(?:dear|hi|hello|(?:kind|best|warm) regards|regards|sincerely|cheers|yours)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Prediction:
    """Outcome and kind with probabilities, from one model version. `review`: a person should look.

    `probabilities` and `kinds` are those in a mailbox with the shares that were given; `raw`: of the outcomes before
    that, in the order of OUTCOMES.
    """

    outcome: Outcome
    kind: Kind
    probabilities: dict[Outcome, float]
    kinds: dict[Kind, float]
    raw: tuple[float, ...]
    plausible: tuple[Outcome, ...]
    reasons: tuple[Reason, ...]
    model_version: str

    @property
    def probability(self) -> float:
        """The probability of the outcome."""
        return self.probabilities[self.outcome]

    @property
    def review(self) -> bool:
        """True unless the outcome is the only plausible one (design.md 5)."""
        return self.plausible != (self.outcome,)


def predict(
    model: Model,
    messages: Sequence[Message],
    max_lead_loss: float = MAX_LEAD_LOSS,
    shares: NDArray[np.float64] | None = None,
) -> list[Prediction]:
    """One prediction a message, in order; computed in batches of 500.

    `shares`: how common each outcome is in the mailbox (`mailbox_shares`); None: as in the training mix.
    """
    predictions: list[Prediction] = []
    for start in range(0, len(messages), BATCH):
        batch = messages[start : start + BATCH]
        predictions += _predict_batch(model, batch, max_lead_loss, model.prior if shares is None else shares)
    return predictions


def mailbox_shares(model: Model, messages: Sequence[Message]) -> NDArray[np.float64]:
    """How common each outcome is in the mailbox that these messages are all of, shape (outcomes,)."""
    parts = [
        model.classifier.outcome_probabilities(
            model.classifier.transform([analyse(message) for message in messages[start : start + BATCH]])
        )
        for start in range(0, len(messages), BATCH)
    ]
    return estimated_shares(np.concatenate(parts), model.prior) if parts else model.prior


@dataclass(frozen=True, slots=True)
class Answer:
    """What raw probabilities come to in a mailbox, a row a mail: probabilities, their order, and what is plausible."""

    probabilities: NDArray[np.float64]
    ranked: list[list[Outcome]]
    plausible: list[tuple[Outcome, ...]]


def answers(model: Model, raw: NDArray[np.float64], shares: NDArray[np.float64], max_lead_loss: float) -> Answer:
    """Adapt raw probabilities, shape (mails, outcomes), to a mailbox's shares."""
    after = adapted(raw, model.prior, shares)
    return Answer(
        after,
        [[OUTCOMES[index] for index in np.argsort(-row, kind="stable")] for row in after],
        plausible_outcomes(model.scores, insured(raw, after), max_lead_loss),
    )


def _predict_batch(
    model: Model, messages: Sequence[Message], max_lead_loss: float, shares: NDArray[np.float64]
) -> list[Prediction]:
    texts = [analyse(message) for message in messages]
    rows = model.classifier.transform(texts)
    raw, kind_rows = model.classifier.probabilities(rows)
    answer = answers(model, raw, shares, max_lead_loss)
    kind_rows = adapted_kinds(kind_rows, raw, answer.probabilities)
    shift = dict(zip(OUTCOMES, np.log(shares / model.prior), strict=True))
    predictions = []
    for index, (text, ranked) in enumerate(zip(texts, answer.ranked, strict=True)):
        kinds = kind_rows[index]
        predictions.append(
            Prediction(
                outcome=ranked[0],
                kind=most_probable_kind(kinds, ranked[0]),
                probabilities={o: float(p) for o, p in zip(OUTCOMES, answer.probabilities[index], strict=True)},
                kinds={kind: float(p) for kind, p in zip(KINDS, kinds, strict=True)},
                raw=tuple(float(p) for p in raw[index]),
                plausible=answer.plausible[index],
                reasons=reasons(model, rows[index], text, ranked[0], ranked[1], shift[ranked[0]] - shift[ranked[1]]),
                model_version=model.version,
            )
        )
    return predictions


def adapted_kinds(
    kinds: NDArray[np.float64], raw: NDArray[np.float64], after: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Probabilities of kinds, so that those of one outcome sum to its probability after adaptation."""
    changed = kinds.copy()
    for index, outcome in enumerate(OUTCOMES):
        columns = [KINDS.index(kind) for kind in KINDS_OF_OUTCOME[outcome]]
        factor = np.divide(after[:, index], raw[:, index], out=np.ones(len(raw)), where=raw[:, index] > 0)
        changed[:, columns] *= factor[:, None]
    return changed


def why_rather(
    model: Model,
    message: Message,
    outcome: Outcome,
    against: Outcome,
    shares: Sequence[float] | None = None,
) -> tuple[Reason, ...]:
    """What speaks for `outcome` rather than `against` in a mail of a mailbox with these shares (as in `predict`)."""
    text = analyse(message)
    odds = np.log((model.prior if shares is None else np.array(shares)) / model.prior)
    shift = float(odds[OUTCOMES.index(outcome)] - odds[OUTCOMES.index(against)])
    return reasons(model, model.classifier.transform([text]), text, outcome, against, shift)


def deciding_sentences(model: Model, mails: Sequence[tuple[Message, Outcome]]) -> list[str]:
    """For each mail the sentence of the newest text that speaks most for the outcome, as the mail writes it.

    Each sentence of 8 to 120 characters is scored alone by the outcome's decision value (at most 60 a mail). Lines with
    addresses or telephone numbers and English salutations do not count, and where some sentences ask for something only
    those do. Without such a sentence: the start of the text, "" where there is none.
    """
    candidates = [_sentences(message.text) for message, _outcome in mails]
    texts = [
        analyse(replace(message, subject="", text=sentence))
        for (message, _outcome), sentences in zip(mails, candidates, strict=True)
        for sentence in sentences
    ]
    values = model.classifier.decision_values(model.classifier.transform(texts))
    chosen = []
    start = 0
    for (message, outcome), sentences in zip(mails, candidates, strict=True):
        of_mail = values[start : start + len(sentences), OUTCOMES.index(outcome)]
        start += len(sentences)
        chosen.append(sentences[int(np.argmax(of_mail))] if sentences else " ".join(message.text.split())[:120])
    return chosen


def _sentences(text: str) -> list[str]:
    """The sentences of a text that may stand for it."""
    sentences = [part.strip() for part in _SENTENCE_END.split(text) if part]
    sentences = [part for part in sentences if 8 <= len(part) <= 120 and not _CONTACT.search(part)]
    sentences = [part for part in sentences if not _SALUTATION.match(part)][:SENTENCES]
    return [part for part in sentences if _ASKS.search(part)] or sentences
