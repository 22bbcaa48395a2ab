"""A mailbox played in time order: each mistake is corrected and learned at once, as a careful owner would do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV

from followup_filter.labels import OUTCOMES, Outcome
from followup_filter.model.classifier import Classifier, ordered_probabilities, renewed
from followup_filter.model.rows import TrainingRows
from followup_filter.model.shares import adapted, estimated_shares, training_mix
from followup_filter.model.update import held_out


@dataclass(frozen=True, slots=True)
class Step:
    """One mail of the stream: what it is, what the base says, and what the model taught so far says."""

    truth: Outcome
    alone: Outcome
    taught: Outcome


def play(
    base: Classifier,
    base_rows: TrainingRows,
    stream: TrainingRows,
    progress: Callable[[int], None] = lambda _done: None,
) -> list[Step]:
    """Play the rows of `stream` in their order against a classifier trained on `base_rows`.

    Whenever the taught model is wrong, the mail is added with its true label and the machine is fitted anew; features
    and calibration stay those of `base`. The mix of the mailbox is told from the mails so far. `progress` is called
    with the number of mails done.
    """
    prior = training_mix(held_out(base, base_rows))
    alone = _probabilities(base.pipeline[-1], stream)
    taught = np.zeros_like(alone)
    machine, corrected, steps = base.pipeline[-1], [], []
    for row, label in enumerate(stream.labels):
        taught[row] = _probabilities(machine, stream.take([row]))[0]
        step = Step(label.outcome, _answer(alone[: row + 1], prior), _answer(taught[: row + 1], prior))
        steps.append(step)
        if step.taught is not step.truth:
            corrected.append(row)
            rows = base_rows.joined(stream.take(corrected))
            labels = [each.outcome.value for each in rows.labels]
            machine = renewed(base.pipeline[-1], rows.matrix, labels, rows.weights)
        progress(row + 1)
    return steps


def _probabilities(machine: CalibratedClassifierCV, rows: TrainingRows) -> NDArray[np.float64]:
    return ordered_probabilities(machine, rows.matrix, [outcome.value for outcome in OUTCOMES])


def _answer(probabilities: NDArray[np.float64], prior: NDArray[np.float64]) -> Outcome:
    """The outcome of the last mail, by the mix of those so far."""
    after = adapted(probabilities[-1:], prior, estimated_shares(probabilities, prior))
    return OUTCOMES[int(after[0].argmax())]


def curve(steps: Sequence[Step], width: int = 50) -> list[tuple[int, int, int]]:
    """(mails, right alone, right taught) of each stretch of `width` mails; the last one may be shorter."""
    parts = [steps[start : start + width] for start in range(0, len(steps), width)]
    return [
        (len(part), sum(step.alone is step.truth for step in part), sum(step.taught is step.truth for step in part))
        for part in parts
    ]
