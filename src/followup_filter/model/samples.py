"""Labelled samples: reads mailboxes (JSONL), folders by label and mbox files into messages with labels."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from followup_filter.errors import SampleError, UnreadableMailError, UsageError
from followup_filter.events.event import EventList
from followup_filter.events.eventfile import read_events
from followup_filter.labels import LABELS, OUTCOME_OF_KIND, Kind, Outcome, parse_label
from followup_filter.language import gettext as _
from followup_filter.mail.message import Message
from followup_filter.mail.parse import parse_message
from followup_filter.mail.render import render
from followup_filter.mail.sources import open_source

RECORD_KEYS = frozenset(
    [
        "id",
        "date",
        "from_name",
        "from_address",
        "to_name",
        "subject",
        "headers",
        "in_reply_to",
        "body",
        "html",
        "outcome",
        "kind",
        "event",
        "difficulty",
        "why",
    ]
)
SENDER = "sender:"
"""What the group of a sample from an owner's own mail begins with; then comes the sender's address."""
DIFFICULTIES = ("easy", "medium", "hard")


class Labelled(Protocol):
    """Anything with labels, and the unit that evaluation never splits."""

    @property
    def group(self) -> str:
        """The mailbox, or the sender."""

    @property
    def outcome(self) -> Outcome:
        """What it is."""

    @property
    def kind(self) -> Kind | None:
        """The finer label, where one was given."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A labelled message. `group` is the unit that evaluation never splits: the mailbox, or the sender."""

    group: str
    id: str
    message: Message
    outcome: Outcome
    kind: Kind | None
    event: str | None = None
    difficulty: str = ""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The samples of one (invented) owner, in order of date, with the owner's events."""

    name: str
    events: EventList
    samples: tuple[Sample, ...]


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a mails.jsonl file. Raises SampleError with file and line for the first that is wrong."""
    for line, record, problem in read_lines(path):
        if problem:
            raise SampleError(_("{file}, line {line}: {problem}.").format(file=path, line=line, problem=problem))
        yield record


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any], str]]:
    """Each line of a mails.jsonl file: its number, the record, and what is wrong with it ("": nothing).

    A record that is wrong is not to be used. Raises SampleError when the file cannot be read.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SampleError(_("{file} cannot be read: {reason}.").format(file=path, reason=error)) from None
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        record: dict[str, Any] = {}
        try:
            record = json.loads(line)
            problem = _problem(record) or ""
        except ValueError as error:
            problem = str(error)
        if not problem and record["id"] in seen:
            problem = _("the id {id} occurs twice").format(id=record["id"])
        if not problem:
            seen.add(record["id"])
        yield number, record, problem


def _problem(record: Any) -> str | None:
    """What is wrong with a record, or None. May raise ValueError with the sentence."""
    if not isinstance(record, dict):
        return _("this is not a JSON object")
    if missing := sorted(RECORD_KEYS - record.keys()):
        return _("missing keys: {keys}").format(keys=", ".join(missing))
    if unknown := sorted(record.keys() - RECORD_KEYS):
        return _("unknown keys: {keys}").format(keys=", ".join(unknown))
    for key in RECORD_KEYS - {"headers", "in_reply_to", "event"}:
        if not isinstance(record[key], str):
            return _("{key} should be text").format(key=key)
    if not isinstance(record["headers"], dict) or not all(
        isinstance(value, str) for value in record["headers"].values()
    ):
        return _("{key} should be text").format(key="headers")
    if record["outcome"] not in set(Outcome):
        parse_label(record["outcome"])
    if record["kind"] not in set(Kind):
        parse_label(record["kind"])
    if record["outcome"] != OUTCOME_OF_KIND.get(Kind(record["kind"])):
        return _("{kind} is no kind of {outcome}").format(kind=record["kind"], outcome=record["outcome"])
    if record["difficulty"] not in DIFFICULTIES:
        return _("difficulty should be one of {values}").format(values=", ".join(DIFFICULTIES))
    for key in ("id", "from_address", "why"):
        if not record[key].strip():
            return _("{key} is empty").format(key=key)
    if not record["body"] and not record["html"]:
        return _("body and html are both empty")
    if datetime.fromisoformat(record["date"]).tzinfo is None:
        return _("the date has no offset such as +09:00")
    return None


def read_mailbox(folder: Path) -> Mailbox:
    """The mailbox in `folder` (scenario.toml and mails.jsonl): every record rendered to MIME and parsed again.

    Raises SampleError or UsageError with file and line when something is wrong.
    """
    events = read_events(folder / "scenario.toml")
    owner = events.owner.addresses[0] if events.owner.addresses else "owner@example.jp"
    known = {event.id for event in events.events}
    samples = []
    for record in read_records(folder / "mails.jsonl"):
        if record["event"] is not None and record["event"] not in known:
            raise SampleError(
                _("{file}: mail {id} names the event {event}, which scenario.toml does not have.").format(
                    file=folder / "mails.jsonl", id=record["id"], event=record["event"]
                )
            )
        samples.append(
            Sample(
                group=folder.name,
                id=record["id"],
                message=parse_message(render(record, folder.name, owner)),
                outcome=Outcome(record["outcome"]),
                kind=Kind(record["kind"]),
                event=record["event"],
                difficulty=record["difficulty"],
            )
        )
    samples.sort(key=lambda sample: (sample.message.date is None, sample.message.date, sample.id))
    return Mailbox(folder.name, events, tuple(samples))


def read_samples(paths: Iterable[Path]) -> list[Sample]:
    """All samples below `paths`: mailbox folders, folders of mailboxes, mails.jsonl files, or `<label>/` with mail.

    A label folder (its name an outcome or kind of labels.md) holds .eml files, a Maildir, or mbox files; an mbox file
    may itself be named `<label>.mbox`. Such mail is grouped by sender and ordered by time. Raises SampleError when a
    path has no sample or an unknown label.
    """
    samples: list[Sample] = []
    for path in paths:
        found = list(_samples_at(path))
        if not found:
            raise SampleError(
                _(
                    "{path} has no samples. Give a folder with scenario.toml and mails.jsonl, or folders named after "
                    "labels (lead, newsletter …) with .eml files in them."
                ).format(path=path)
            )
        samples += found
    return samples


def _samples_at(path: Path) -> Iterator[Sample]:
    if not path.exists():
        raise SampleError(_("There is no {path}. Check the path.").format(path=path))
    if path.name == "mails.jsonl":
        yield from read_mailbox(path.parent).samples
    elif path.is_file():
        yield from _labelled_mail(path, path.stem)
    elif (path / "mails.jsonl").is_file():
        yield from read_mailbox(path).samples
    elif _is_label(path.name):
        yield from _labelled_mail(path, path.name)
    else:
        children = [child for child in sorted(path.iterdir()) if not child.name.startswith(".")]
        wrong = [c.name for c in children if c.is_dir() and not (c / "mails.jsonl").is_file() and not _is_label(c.name)]
        if wrong:
            parse = _("{path}: {name} is no label. Known labels: {labels}.")
            raise SampleError(parse.format(path=path, name=wrong[0], labels=", ".join(LABELS)))
        for child in children:
            if child.is_dir() or child.suffix == ".mbox":
                yield from _samples_at(child)


def _is_label(name: str) -> bool:
    return name in LABELS


def _labelled_mail(path: Path, label: str) -> Iterator[Sample]:
    try:
        outcome, kind = parse_label(label)
    except ValueError as error:
        raise SampleError(_("{path}: {problem}.").format(path=path, problem=error)) from None
    read: dict[str, list[Sample]] = defaultdict(list)
    try:
        for mail in open_source(str(path)).mails():
            try:
                message = parse_message(mail.raw)
            except UnreadableMailError:
                continue
            sender = message.from_address.address if message.from_address else "unknown"
            read[sender].append(Sample(f"{SENDER}{sender}", mail.path, message, outcome, kind))
    except UsageError as error:
        raise SampleError(str(error)) from None
    for sender in sorted(read):
        yield from sorted(read[sender], key=lambda s: (s.message.date is None, s.message.date, s.id))
