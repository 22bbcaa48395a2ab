"""The shipped samples: the checks of writing-samples.md that a reader's eye does not do."""

from __future__ import annotations

import csv
import json
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from followup_filter.events.eventfile import read_events
from followup_filter.labels import OUTCOME_OF_KIND, Kind, Outcome
from followup_filter.model.corpus import check_corpus, mailbox_folders
from followup_filter.model.samples import read_mailbox, read_records
from followup_filter.resources import Role, demo_mailbox, mailboxes, resource

MAILBOXES = mailbox_folders([resource("samples")])
TRAINING_MAILS = 280
ORDINARY_MAILS = 400
"""Mails from which on a mailbox is an ordinary inbox."""


def test_nothing_is_to_mend_in_the_corpus() -> None:
    assert check_corpus(MAILBOXES) == []


def test_every_mailbox_has_one_role_and_roles_name_mailboxes_that_exist() -> None:
    by_role = {role: mailboxes(role) for role in Role}
    assert sorted(folder for folders in by_role.values() for folder in folders) == MAILBOXES
    named = tomllib.loads((resource("samples") / "roles.toml").read_text("utf-8"))
    assert sorted(name for names in named.values() for name in names) == sorted(
        folder.name for role in (Role.CONFIRMATION, Role.DEMO) for folder in by_role[role]
    )
    assert demo_mailbox() in by_role[Role.DEMO]
    assert sum(len(read_mailbox(folder).samples) for folder in by_role[Role.TRAINING]) >= TRAINING_MAILS


@pytest.mark.parametrize("folder", MAILBOXES, ids=lambda folder: folder.name)
def test_every_record_is_read_as_it_was_written(folder: Path) -> None:
    records = {record["id"]: record for record in read_records(folder / "mails.jsonl")}
    mailbox = read_mailbox(folder)
    assert len(records) == len(mailbox.samples) >= 68
    for sample in mailbox.samples:
        record = records[sample.id]
        assert sample.message.from_address is not None
        assert sample.message.from_address.address == record["from_address"].lower()
        assert sample.message.text
        assert sample.message.date is not None
        assert sample.message.date.isoformat() == record["date"]
        assert "\ufffd" not in sample.message.text
        assert not sample.message.repairs, sample.id
        assert OUTCOME_OF_KIND[Kind(record["kind"])] == record["outcome"]
    assert all(first.message.date <= second.message.date for first, second in pairwise(mailbox.samples))  # type: ignore[operator]
    assert sum(sample.event is None for sample in mailbox.samples) >= len(records) // 4


def test_the_data_card_tells_the_truth() -> None:
    card = (resource("samples") / "README.md").read_text("utf-8")
    sizes = {role: [len(read_mailbox(folder).samples) for folder in mailboxes(role)] for role in Role}
    ordinary = [size for size in sizes[Role.TRAINING] if size >= ORDINARY_MAILS]
    after_events = [size for size in sizes[Role.TRAINING] if size < ORDINARY_MAILS]
    for name, found in (
        ("training, after events", after_events),
        ("training, ordinary inbox", ordinary),
        ("confirmation (never used to choose anything)", sizes[Role.CONFIRMATION]),
        ("demo (never trained on)", sizes[Role.DEMO]),
    ):
        assert f"| {name} | {len(found)} | {sum(found)} |" in card


def test_the_second_reading_agrees_as_the_data_card_says() -> None:
    labels = {
        (folder.name, record["id"]): record for folder in MAILBOXES for record in read_records(folder / "mails.jsonl")
    }
    with (resource("samples") / "second-reading.tsv").open(encoding="utf-8") as file:
        readings = list(csv.DictReader(file, delimiter="\t"))
    pairs = [(labels[row["mailbox"], row["id"]], row) for row in readings]
    assert len({(row["mailbox"], row["id"]) for row in readings}) == len(readings)
    agreed = {
        "outcomes": sum(OUTCOME_OF_KIND[Kind(row["kind"])] == record["outcome"] for record, row in pairs),
        "kinds": sum(row["kind"] == record["kind"] for record, row in pairs),
        "events": sum((row["event"] or None) == record["event"] for record, row in pairs),
    }
    card = (resource("samples") / "README.md").read_text("utf-8")
    for what, count in agreed.items():
        assert f"{count} of {len(readings)} {what}" in card


def test_the_ordinary_inbox_holds_few_leads() -> None:
    for folder in mailboxes(Role.TRAINING):
        samples = read_mailbox(folder).samples
        if len(samples) >= ORDINARY_MAILS:
            assert sum(sample.outcome is Outcome.LEAD for sample in samples) <= 0.03 * len(samples)


def test_the_demo_shows_real_encodings_attachments_and_replies() -> None:
    records = list(read_records(demo_mailbox() / "mails.jsonl"))
    charsets = [record["headers"].get("Content-Type", "").lower() for record in records]
    assert sum("iso-2022-jp" in charset for charset in charsets) >= 10
    assert sum("shift_jis" in charset for charset in charsets) >= 5
    assert sum("X-Attachment" in record["headers"] for record in records) >= 3
    assert sum(not record["body"] for record in records) >= 5
    sent = [json.loads(line) for line in (demo_mailbox() / "sent.jsonl").read_text("utf-8").splitlines()]
    assert len(sent) >= 8
    assert {reply["in_reply_to"] for reply in sent} <= {record["id"] for record in records}
    assert len(read_events(demo_mailbox() / "scenario.toml").events) == 5
