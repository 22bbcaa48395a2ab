"""`make attribution`: how often the event of a mail is found, by what was entered; writes docs/attribution.md.

Every training mailbox is played with coefficients learned from the others, and with predictions of models that saw
nothing of it; the confirmation and demo mailboxes with what ships.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from followup_filter.events.attribution import Attribution, History, attribute, in_window
from followup_filter.events.event import Event
from followup_filter.events.likelihood import SHIPPED, Learned
from followup_filter.labels import Kind
from followup_filter.learning.choice import shipped_model
from followup_filter.model.causes import ENTRIES, causes, entered, everyday, learn
from followup_filter.model.evaluation import Rate, expected_calibration_error
from followup_filter.model.prediction import mailbox_shares, predict
from followup_filter.model.samples import Mailbox, Sample, read_mailbox
from followup_filter.model.training import out_of_fold
from followup_filter.resources import Role, mailboxes

DOCUMENT = Path(__file__).parents[1] / "docs" / "attribution.md"
BEGIN, END = "<!-- figures: made by `make attribution` -->", "<!-- figures end -->"
ORDINARY_MAILS = 400


@dataclass(frozen=True)
class Found:
    """One mail: the event it belongs to, and what was found."""

    truth: str | None
    answer: Attribution


@dataclass(frozen=True)
class Player:
    """What attributes the mail of a mailbox: learned coefficients, and how likely each mail is everyday mail."""

    learned: Learned
    everyday: Mapping[str, float]


def main() -> None:
    """Measure and write the tables."""
    training, confirmation, demo = (
        [read_mailbox(folder) for folder in mailboxes(role)] for role in (Role.TRAINING, Role.CONFIRMATION, Role.DEMO)
    )
    players = _players(training, [*confirmation, *demo])
    lines = [BEGIN, ""]
    for title, chosen in (
        ("after events, each left out in turn", [box for box in training if len(box.samples) < ORDINARY_MAILS]),
        ("ordinary inbox, each left out in turn", [box for box in training if len(box.samples) >= ORDINARY_MAILS]),
        ("confirmation, after events", [box for box in confirmation if len(box.samples) < ORDINARY_MAILS]),
        ("confirmation, ordinary inbox", [box for box in confirmation if len(box.samples) >= ORDINARY_MAILS]),
        ("demo", demo),
    ):
        if chosen:
            mails = sum(len(box.samples) for box in chosen)
            lines += [f"**{title.capitalize()}**, mailboxes: {len(chosen)}, mails: {mails}", ""]
            lines += [*table(chosen, players), ""]
    after_events = [box for box in training if len(box.samples) < ORDINARY_MAILS]
    for name, change in (ENTRIES[0], ENTRIES[-1]):
        lines += [f"By the strongest evidence of the answer, after events, {name}:", ""]
        lines += [*by_evidence(after_events, players, change), ""]
    lines.append(END)
    text = DOCUMENT.read_text("utf-8")
    DOCUMENT.write_text(text.split(BEGIN)[0] + "\n".join(lines) + text.split(END)[1], "utf-8")
    print("\n".join(lines))


def _players(training: Sequence[Mailbox], others: Sequence[Mailbox]) -> dict[str, Player]:
    """By mailbox: what was learned without it, and predictions of its mails without it."""
    everyday_of = everyday(out_of_fold([sample for box in training for sample in box.samples], _progress))
    learned_from = {box.name: causes(box, everyday_of) for box in training}
    players = {}
    for box in training:
        rest = [cause for name, found in learned_from.items() if name != box.name for cause in found]
        players[box.name] = Player(learn(rest), everyday_of)
    model = shipped_model(print)
    for box in others:
        messages = [sample.message for sample in box.samples]
        predictions = predict(model, messages, shares=mailbox_shares(model, messages))
        values = {
            message.content_hash: prediction.kinds[Kind.UNRELATED]
            for message, prediction in zip(messages, predictions, strict=True)
        }
        players[box.name] = Player(SHIPPED, values)
    return players


def _progress(done: int, count: int) -> None:
    print(f"fold {done} of {count}", file=sys.stderr)


def play(box: Mailbox, player: Player, change: Callable[[Event], Event]) -> list[Found]:
    """Every mail of a mailbox in time order, with events as the owner may have entered them."""
    events, history, found = entered(box, change), History(), []
    for sample in box.samples:
        daily = player.everyday[sample.message.content_hash]
        answer = attribute(sample.message, events, history, everyday=daily, learned=player.learned)
        history.add(sample.message, answer.event, answer.of_any_event)
        found.append(Found(sample.event, answer))
    return found


def table(boxes: Sequence[Mailbox], players: Mapping[str, Player]) -> list[str]:
    """Right answers, right among those given an event, and calibration; then the baselines."""
    rows = ["| entered | event or none right | given an event | of these right | calibration error |", "|---" * 5 + "|"]
    for name, change in ENTRIES:
        found = [each for box in boxes for each in play(box, players[box.name], change)]
        right = [each.answer.event == each.truth for each in found]
        given = [each.answer.event == each.truth for each in found if each.answer.event]
        stated = np.array([each.answer.probability for each in found])
        error = expected_calibration_error(stated, np.array(right))
        rows.append(f"| {name} | {percent(right)} | {len(given)} | {percent(given)} | {error:.3f} |")
    for name, guess in (("always none", _none), ("card's or organiser's address", _address), ("last event", _last)):
        right = [guess(_sender(sample), sample, box) == sample.event for box in boxes for sample in box.samples]
        rows.append(f"| baseline: {name} | {percent(right)} | | | |")
    return rows


def by_evidence(boxes: Sequence[Mailbox], players: Mapping[str, Player], change: Callable[[Event], Event]) -> list[str]:
    """How often an answer is right, by its strongest evidence."""
    right: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for box in boxes:
        for each in play(box, players[box.name], change):
            own = [item for item in each.answer.evidence if item.event == each.answer.event]
            sort = max(own, key=lambda item: item.weight).type if own else "none given"
            count[sort] += 1
            right[sort] += each.answer.event == each.truth
    rows = ["| strongest evidence | mails | right |", "|---|---|---|"]
    return rows + [f"| {sort} | {number} | {right[sort] / number:.1%} |" for sort, number in count.most_common()]


def _sender(sample: Sample) -> str:
    return sample.message.from_address.address if sample.message.from_address else ""


def _none(_address: str, _sample: Sample, _box: Mailbox) -> str | None:
    return None


def _address(address: str, sample: Sample, box: Mailbox) -> str | None:
    known = [
        event
        for event in _open(sample, box)
        if address in event.organizer_addresses or address in {card.address for card in event.cards}
    ]
    return known[-1].id if known else None


def _last(_address: str, sample: Sample, box: Mailbox) -> str | None:
    events = _open(sample, box)
    return events[-1].id if events else None


def _open(sample: Sample, box: Mailbox) -> list[Event]:
    """The events in whose window a mail lies, by date."""
    message = sample.message
    events = sorted(box.events.events, key=lambda event: event.date)
    return [event for event in events if message.date and in_window(message, message.date, event)]


def percent(hits: Sequence[bool]) -> str:
    """A rate with its Wilson interval."""
    rate = Rate(sum(hits), len(hits))
    low, high = rate.interval
    return f"{100 * rate.value:.1f} % ({100 * low:.1f}-{100 * high:.1f})" if hits else "-"


if __name__ == "__main__":
    main()
