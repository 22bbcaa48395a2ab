"""What the program thinks of each message, and what counts: results with the newest corrections over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, or_, select, update

from followup_filter.labels import KINDS_OF_OUTCOME, OUTCOMES, Kind, Outcome
from followup_filter.store import schema
from followup_filter.store.corrections import Field, newest_corrections
from followup_filter.store.lead_notes import LeadNote, Note, read_notes
from followup_filter.store.messages import Place, StoredMessage, numbers_only_in_junk, read_messages
from followup_filter.store.nights import answered_numbers
from followup_filter.store.pins import Pin, standing_pins


@dataclass(frozen=True, slots=True)
class Label:
    """When a person labelled the outcome, and where ("cli", "review")."""

    moment: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What counts for a message: the newest correction, else a pin of the sender, else the prediction.

    `confirmed`: a person said so of this mail, as `label` tells when and where. `pin`: the pin that decided.
    `review` is False once a person labelled the outcome, and for pinned senders unless the model takes the mail for
    a lead. `notes`: what the owner said about it as a lead. `marked_answered`: the server says that it was
    answered. `in_junk`: the message lies in folders for spam only.
    """

    stored: StoredMessage
    outcome: Outcome
    kind: Kind
    probability: float
    probabilities: Mapping[str, float]
    plausible: tuple[Outcome, ...]
    review: bool
    reasons: tuple[Mapping[str, Any], ...]
    sentence: str
    event: str | None
    event_probability: float
    runner_up: Mapping[str, Any] | None
    evidence: tuple[Mapping[str, Any], ...]
    confirmed: bool
    label: Label | None
    pin: Pin | None
    event_confirmed: bool
    notes: Mapping[Note, LeadNote]
    marked_answered: bool
    in_junk: bool
    model_version: str

    @property
    def ranked(self) -> list[Outcome]:
        """The outcomes as the model sees them, the most probable first, whatever a person said."""
        return sorted(OUTCOMES, key=lambda outcome: -self.probabilities[outcome.value])


@dataclass(frozen=True, slots=True)
class Trace:
    """What one stored mail tells about the cause of later mail.

    `names`: its own Message-ID and those it refers to. `event`: the corrected event, else the computed one.
    `of_any_event`: the probability that some event caused it, None where none could have. `events_version`: with what
    the result was made; None where there is no result (the owner's own mail).
    """

    number: int
    when: datetime | None
    address: str
    names: tuple[str, ...]
    sent_by_owner: bool
    event: str | None
    event_corrected: bool
    of_any_event: float | None
    events_version: str | None


def outdated_numbers(connection: Connection, model_version: str) -> list[int]:
    """Numbers of readable mails to the owner without a result of this model version, in order of number."""
    query = (
        select(schema.message.c.number)
        .outerjoin(schema.result, schema.result.c.number == schema.message.c.number)
        .where(
            schema.message.c.error.is_(None),
            schema.message.c.sent_by_owner.is_(False),
            or_(schema.result.c.number.is_(None), schema.result.c.model_version != model_version),
        )
        .order_by(schema.message.c.number)
    )
    return list(connection.execute(query).scalars())


def read_decisions(connection: Connection, numbers: Sequence[int] | None = None) -> list[Decision]:
    """Every judged message (or those with these numbers) with what counts for it, in order of date."""
    results = {row["number"]: row for row in connection.execute(select(schema.result)).mappings()}
    corrections, notes = newest_corrections(connection), read_notes(connection)
    answered, junk = answered_numbers(connection), numbers_only_in_junk(connection)
    pins = standing_pins(connection)
    return [
        _decision(
            stored,
            results[stored.number],
            corrections.get(stored.number, {}),
            notes.get(str(stored.number), {}),
            pins.get(stored.message.from_address.address) if stored.message.from_address else None,
            marked_answered=stored.number in answered,
            in_junk=stored.number in junk,
        )
        for stored in read_messages(connection, numbers)
        if stored.number in results
    ]


def outcome_counts(connection: Connection, numbers: Sequence[int]) -> Counter[Outcome]:
    """How many of these messages have each outcome, by the program's own result."""
    rows = connection.execute(select(schema.result.c.number, schema.result.c.outcome))
    wanted = set(numbers)
    return Counter(Outcome(outcome) for number, outcome in rows if number in wanted)


def lead_uids(connection: Connection, place: Place, since: datetime) -> dict[int, int]:
    """Message numbers by UID of the leads in a folder from `since` on that the server does not mark as answered yet."""
    message, location = schema.message, schema.location
    query = (
        select(location.c.uid, location.c.number, schema.result.c.outcome)
        .join(message, message.c.number == location.c.number)
        .join(schema.result, schema.result.c.number == location.c.number)
        .outerjoin(schema.answered, schema.answered.c.number == location.c.number)
        .where(
            location.c.account == place.account,
            location.c.folder == place.folder,
            location.c.uidvalidity == place.uidvalidity,
            message.c.timestamp >= since.timestamp(),
            schema.answered.c.number.is_(None),
        )
    )
    corrections = newest_corrections(connection)
    uids = {}
    for row in connection.execute(query):
        label = corrections.get(row.number, {}).get(Field.OUTCOME)
        if (label["outcome"] if label else row.outcome) == Outcome.LEAD:
            uids[int(row.uid)] = row.number
    return uids


def forget_attributions(connection: Connection) -> None:
    """Mark every event as out of date: something was learned that may change any of them."""
    connection.execute(update(schema.result).values(events_version=""))


def read_shares(connection: Connection) -> list[float] | None:
    """How common each outcome is in the mailbox, in the order of OUTCOMES, as results were made with; else None."""
    rows = {row.outcome: row.share for row in connection.execute(select(schema.mailbox_share))}
    return [rows[outcome.value] for outcome in OUTCOMES] if len(rows) == len(OUTCOMES) else None


def save_shares(connection: Connection, shares: Sequence[float]) -> None:
    """Keep how common each outcome is in the mailbox."""
    connection.execute(delete(schema.mailbox_share))
    values = [{"outcome": outcome, "share": float(s)} for outcome, s in zip(OUTCOMES, shares, strict=True)]
    connection.execute(insert(schema.mailbox_share), values)


def read_raw(connection: Connection) -> tuple[list[int], list[list[float]]]:
    """Numbers of all judged mails, and their probabilities before the mailbox's mix was counted in."""
    rows = connection.execute(
        select(schema.result.c.number, schema.result.c.raw).order_by(schema.result.c.number)
    ).all()
    return [row.number for row in rows], [row.raw for row in rows]


def save_prediction(connection: Connection, number: int, values: Mapping[str, Any]) -> None:
    """Replace the outcome part of a message's result; corrections are kept elsewhere and win."""
    changed = connection.execute(update(schema.result).where(schema.result.c.number == number).values(**values))
    if not changed.rowcount:
        empty: dict[str, Any] = {
            "event": None,
            "event_probability": 1.0,
            "runner_up": None,
            "evidence": [],
            "events_version": "",
        }
        connection.execute(insert(schema.result).values(number=number, **{**empty, **values}))


def read_everyday(connection: Connection, numbers: Sequence[int]) -> dict[int, float]:
    """By number: how likely each of these mails is everyday work or private (kind unrelated), as the model saw it."""
    result = schema.result
    query = select(result.c.number, result.c.kinds).where(result.c.number.in_(numbers))
    return {number: float(kinds.get(Kind.UNRELATED, 0.0)) for number, kinds in connection.execute(query)}


def save_attribution(connection: Connection, number: int, values: Mapping[str, Any]) -> None:
    """Replace the event part of a message's result."""
    connection.execute(update(schema.result).where(schema.result.c.number == number).values(**values))


def read_traces(connection: Connection) -> list[Trace]:
    """What each readable mail tells about later ones, in order of date (those without a date last)."""
    message, result = schema.message, schema.result
    query = (
        select(
            message.c.number,
            message.c.timestamp,
            message.c.from_address,
            message.c.message_id,
            message.c.in_reply_to,
            message.c.reference_ids,
            message.c.sent_by_owner,
            result.c.event,
            result.c.event_probability,
            result.c.runner_up,
            result.c.events_version,
        )
        .outerjoin(result, result.c.number == message.c.number)
        .where(message.c.error.is_(None))
        .order_by(message.c.timestamp.is_(None), message.c.timestamp, message.c.number)
    )
    corrections = newest_corrections(connection)
    traces = []
    for row in connection.execute(query).mappings():
        moved = corrections.get(row["number"], {}).get(Field.EVENT)
        caused = row["event_probability"]
        if row["event"] is None and row["runner_up"] is None:
            caused = None
        elif moved:
            caused = float(moved["event"] is not None)
        elif row["event"] is None:
            caused = 1 - caused
        traces.append(
            Trace(
                number=row["number"],
                when=None if row["timestamp"] is None else datetime.fromtimestamp(row["timestamp"], UTC),
                address=row["from_address"] or "",
                names=tuple(name for name in (row["message_id"], *row["in_reply_to"], *row["reference_ids"]) if name),
                sent_by_owner=row["sent_by_owner"],
                event=moved["event"] if moved else row["event"],
                event_corrected=moved is not None,
                of_any_event=caused,
                events_version=row["events_version"],
            )
        )
    return traces


def _decision(
    stored: StoredMessage,
    result: RowMapping,
    corrections: Mapping[Field, RowMapping],
    notes: Mapping[Note, LeadNote],
    pin: Pin | None,
    *,
    marked_answered: bool,
    in_junk: bool,
) -> Decision:
    label, moved = corrections.get(Field.OUTCOME), corrections.get(Field.EVENT)
    said = Outcome(result["outcome"])
    outcome = Outcome(label["outcome"]) if label else pin.outcome if pin else said
    if label and label["kind"]:
        kind = Kind(label["kind"])
    elif outcome is not said or label:
        kind = max(KINDS_OF_OUTCOME[outcome], key=lambda candidate: result["kinds"][candidate.value])
    else:
        kind = Kind(result["kind"])
    return Decision(
        stored=stored,
        outcome=outcome,
        kind=kind,
        probability=1.0 if label or pin else float(result["probabilities"][outcome.value]),
        probabilities=result["probabilities"],
        plausible=tuple(Outcome(name) for name in result["plausible"]),
        review=_needs_review(result, said, pin) and label is None,
        reasons=tuple(result["reasons"]),
        sentence=result["sentence"],
        event=moved["event"] if moved else result["event"],
        event_probability=1.0 if moved else float(result["event_probability"]),
        runner_up=result["runner_up"],
        evidence=tuple(result["evidence"]),
        confirmed=label is not None,
        label=Label(datetime.fromisoformat(label["time"]), label["source"]) if label else None,
        pin=pin if label is None else None,
        event_confirmed=moved is not None,
        notes=notes,
        marked_answered=marked_answered,
        in_junk=in_junk,
        model_version=result["model_version"],
    )


def _needs_review(result: RowMapping, said: Outcome, pin: Pin | None) -> bool:
    """A pinned sender's mail is looked at only where the model takes it for a lead and the pin does not."""
    if pin:
        return said is Outcome.LEAD and pin.outcome is not Outcome.LEAD
    return bool(result["review"])
