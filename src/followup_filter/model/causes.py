"""Learns from the samples how likely an event is to have caused a mail: the coefficients of `events.likelihood`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from followup_filter.events.attribution import History, candidates
from followup_filter.events.event import Event, EventList
from followup_filter.events.likelihood import Learned
from followup_filter.labels import KINDS, Kind
from followup_filter.model.prediction import adapted_kinds
from followup_filter.model.samples import Mailbox, Sample
from followup_filter.model.training import OutOfFold

REGULARIZATION = 5.0
MAILBOX_CANDIDATES = 1000
"""A mailbox with more mails than that, over all entries, teaches as much as one of that size."""


def name_and_date(event: Event) -> Event:
    """What an owner has typed in the first month."""
    return Event(id=event.id, name=event.name, date=event.date, window_days=event.window_days)


ENTRIES: tuple[tuple[str, Callable[[Event], Event]], ...] = (
    ("all that the owner can enter", lambda event: event),
    ("without organiser addresses", lambda event: replace(event, organizer_addresses=())),
    ("without cards", lambda event: replace(event, cards=())),
    ("name and date only", name_and_date),
)
"""How much of each event the owner may have entered: every mailbox is learned from in each of these ways."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One mail that events may have caused: the facts of each candidate, whether it was that one, the mailbox."""

    features: tuple[Mapping[str, float], ...]
    right: tuple[bool, ...]
    mailbox: str


def entered(box: Mailbox, change: Callable[[Event], Event]) -> EventList:
    """The events of a mailbox as the owner may have entered them."""
    return EventList(box.events.owner, tuple(change(event) for event in box.events.events))


def everyday(held_out: OutOfFold) -> dict[str, float]:
    """By content hash: how likely each mail is everyday work or private, by models that saw nothing of its mailbox."""
    kinds = adapted_kinds(held_out.kinds, held_out.raw, held_out.outcomes)[:, KINDS.index(Kind.UNRELATED)]
    return {
        sample.message.content_hash: float(value)
        for sample, value in zip(held_out.samples, kinds, strict=True)
        if isinstance(sample, Sample)
    }


def causes(box: Mailbox, everyday_of: Mapping[str, float]) -> list[Cause]:
    """What is to be learned from one mailbox, with the true events of its earlier mails as history.

    `everyday_of`: see `everyday`.
    """
    found = []
    for _name, change in ENTRIES:
        events, history = entered(box, change), History()
        for sample in box.samples:
            possible = candidates(sample.message, events, history, everyday=everyday_of[sample.message.content_hash])
            history.add(sample.message, sample.event)
            if possible:
                right = tuple(candidate.event.id == sample.event for candidate in possible)
                found.append(Cause(tuple(dict(candidate.features) for candidate in possible), right, sample.group))
    return found


def learn(found: Sequence[Cause]) -> Learned:
    """Fit the coefficients: one logistic regression over all (mail, event) pairs.

    Raises ValueError when all pairs are right or all are wrong.
    """
    of_mailbox = Counter(cause.mailbox for cause in found)
    weight_of = {mailbox: min(1.0, MAILBOX_CANDIDATES / count) for mailbox, count in of_mailbox.items()}
    rows = [features for cause in found for features in cause.features]
    right = [answer for cause in found for answer in cause.right]
    weights = [weight_of[cause.mailbox] for cause in found for _answer in cause.right]
    vectorizer = DictVectorizer(sparse=False)
    machine = LogisticRegression(C=REGULARIZATION, fit_intercept=False, max_iter=5_000)
    machine.fit(vectorizer.fit_transform(rows), right, sample_weight=weights)
    caused = np.average([any(cause.right) for cause in found], weights=[weight_of[cause.mailbox] for cause in found])
    coefficients = zip(vectorizer.get_feature_names_out(), machine.coef_[0], strict=True)
    return Learned({str(name): round(float(value), 3) for name, value in coefficients}, round(float(caused), 3))
