"""`make attribution`: how often the event of a mail is found, by what was entered; writes docs/attribution.md.

Nothing is learned from the samples (the weights of evidence are set by hand), so every mailbox is unseen in that sense;
but most were looked at while the weights were set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from followup_filter.events.attribution import Attribution, History, attribute, had_prior_contact, in_window
from followup_filter.events.event import Event, EventList
from followup_filter.model.evaluation import Rate, expected_calibration_error
from followup_filter.model.samples import Mailbox, Sample, read_mailbox
from followup_filter.resources import Role, mailboxes

DOCUMENT = Path(__file__).parents[1] / "docs" / "attribution.md"
BEGIN, END = "<!-- figures: made by `make attribution` -->", "<!-- figures end -->"
ORDINARY_MAILS = 400
DAYS = (1, 3, 7, 14, 30, 45)
"""Days after the latest event, for the table of strangers."""


@dataclass(frozen=True)
class Found:
    """One mail: the event it belongs to, and what was found."""

    truth: str | None
    answer: Attribution


def name_and_date(event: Event) -> Event:
    """What an owner has typed in the first month."""
    return Event(id=event.id, name=event.name, date=event.date, window_days=event.window_days)


SETTINGS: tuple[tuple[str, Callable[[Event], Event]], ...] = (
    ("all that the owner can enter", lambda event: event),
    ("without organiser addresses", lambda event: replace(event, organizer_addresses=())),
    ("without cards", lambda event: replace(event, cards=())),
    ("name and date only", name_and_date),
)


def main() -> None:
    """Measure and write the tables."""
    boxes = [read_mailbox(folder) for role in (Role.TRAINING, Role.DEMO) for folder in mailboxes(role)]
    after_events = [box for box in boxes if len(box.samples) < ORDINARY_MAILS]
    ordinary = [box for box in boxes if len(box.samples) >= ORDINARY_MAILS]
    lines = [BEGIN, ""]
    for title, chosen in (("after events", after_events), ("ordinary inbox", ordinary)):
        mails = sum(len(box.samples) for box in chosen)
        lines += [f"{len(chosen)} mailboxes {title}, {mails} mails:", "", *table(chosen), ""]
    lines += ["By evidence, with all entered, after events (the strongest of each mail):", ""]
    lines += [*by_evidence(after_events), ""]
    lines += [
        "Mail of strangers with name and date only, of which nothing was found, by days since the latest event: how "
        "often that event caused it.",
        "",
        *strangers(after_events, ordinary),
        "",
        END,
    ]
    text = DOCUMENT.read_text("utf-8")
    DOCUMENT.write_text(text.split(BEGIN)[0] + "\n".join(lines) + text.split(END)[1], "utf-8")
    print("\n".join(lines))


def play(box: Mailbox, change: Callable[[Event], Event]) -> list[Found]:
    """Every mail of a mailbox in time order, with events as the owner may have entered them."""
    events = EventList(box.events.owner, tuple(change(event) for event in box.events.events))
    history, found = History(), []
    for sample in box.samples:
        answer = attribute(sample.message, events, history)
        history.add(sample.message, answer.event)
        found.append(Found(sample.event, answer))
    return found


def table(boxes: Sequence[Mailbox]) -> list[str]:
    """Right answers, right among those given an event, and calibration; then the baselines."""
    rows = ["| entered | event or none right | given an event | of these right | calibration error |", "|---" * 5 + "|"]
    for name, change in SETTINGS:
        found = [each for box in boxes for each in play(box, change)]
        right = [each.answer.event == each.truth for each in found]
        given = [each.answer.event == each.truth for each in found if each.answer.event]
        stated = np.array([each.answer.probability for each in found])
        error = expected_calibration_error(stated, np.array(right))
        rows.append(f"| {name} | {percent(right)} | {len(given)} | {percent(given)} | {error:.3f} |")
    for name, guess in (("always none", _none), ("card's or organiser's address", _address), ("last event", _last)):
        right = [guess(_sender(sample), sample, box) == sample.event for box in boxes for sample in box.samples]
        rows.append(f"| baseline: {name} | {percent(right)} | | | |")
    return rows


def by_evidence(boxes: Sequence[Mailbox]) -> list[str]:
    """How often an answer is right, by its strongest evidence."""
    right: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for box in boxes:
        for each in play(box, lambda event: event):
            own = [item for item in each.answer.evidence if item.event == each.answer.event]
            sort = max(own, key=lambda item: item.weight).type if own else "none given"
            count[sort] += 1
            right[sort] += each.answer.event == each.truth
    rows = ["| strongest evidence | mails | right |", "|---|---|---|"]
    return rows + [f"| {sort} | {number} | {right[sort] / number:.1%} |" for sort, number in count.most_common()]


def strangers(after_events: Sequence[Mailbox], ordinary: Sequence[Mailbox]) -> list[str]:
    """What the time since an event tells of first mails, by kind of mailbox and of sender."""
    rows = ["| days | persons, after events | bulk, after events | persons, ordinary inbox |", "|---|---|---|---|"]
    tables = [
        _strangers(after_events, bulk=False),
        _strangers(after_events, bulk=True),
        _strangers(ordinary, bulk=False),
    ]
    for place, day in enumerate(DAYS):
        cells = [f"{yes} of {count}" for yes, count in (each[place] for each in tables)]
        rows.append(f"| up to {day} | {' | '.join(cells)} |")
    return rows


def _strangers(boxes: Sequence[Mailbox], *, bulk: bool) -> list[tuple[int, int]]:
    counts = [[0, 0] for _ in DAYS]
    for box in boxes:
        events = EventList(box.events.owner, tuple(name_and_date(event) for event in box.events.events))
        history = History()
        for sample in box.samples:
            message, when = sample.message, sample.message.date
            answer = attribute(message, events, history)
            address = message.from_address.address if message.from_address else ""
            open_events = [
                event
                for event in events.events
                if when
                and in_window(message, when, event)
                and not had_prior_contact(address, event, events, history.first_mail)
            ]
            history.add(message, answer.event)
            is_bulk = message.form.bulk_headers or message.form.opt_out
            if answer.event or not open_events or is_bulk is not bulk or when is None:
                continue
            latest = max(open_events, key=lambda event: event.date)
            place = next((place for place, day in enumerate(DAYS) if (when.date() - latest.date).days <= day), None)
            if place is not None:
                counts[place][0] += sample.event == latest.id
                counts[place][1] += 1
    return [(yes, count) for yes, count in counts]


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
