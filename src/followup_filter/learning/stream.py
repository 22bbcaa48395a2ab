"""A labelled mailbox played in time order from the shipped model on, that mailbox left out of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from followup_filter.learning.choice import Say, shipped_model, shipped_samples
from followup_filter.model.classifier import Classifier
from followup_filter.model.features import analyse
from followup_filter.model.rows import training_rows
from followup_filter.model.samples import SENDER, Sample
from followup_filter.model.stream import Step, play


def play_stream(samples: Sequence[Sample], say: Say, progress: Callable[[int], None]) -> list[Step]:
    """Play these samples by date, each mistake corrected at once.

    The start is the shipped model; where it was trained on some of them, one fitted on the other shipped mailboxes.
    """
    ordered = sorted(samples, key=lambda sample: (sample.message.date is None, sample.message.date, sample.id))
    streamed = {sample.message.content_hash for sample in ordered}
    base = shipped_samples()
    seen = {sample.group for sample in base if sample.message.content_hash in streamed}
    base = [sample for sample in base if sample.group not in seen]
    if seen:
        classifier = Classifier.fit(base, [analyse(sample.message) for sample in base])
    else:
        classifier = shipped_model(say).classifier
    own = [replace(sample, group=f"{SENDER}{_address(sample)}") for sample in ordered]
    return play(classifier, training_rows(classifier, base), training_rows(classifier, own), progress)


def _address(sample: Sample) -> str:
    return sample.message.from_address.address if sample.message.from_address else "unknown"
