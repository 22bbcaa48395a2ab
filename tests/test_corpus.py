"""The shipped samples: the checks of writing-samples.md that a reader's eye does not do."""

from __future__ import annotations

import json
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from followup_filter.events.eventfile import read_events
from followup_filter.labels import OUTCOME_OF_KIND, Kind
from followup_filter.model.corpus import check_corpus, mailbox_folders
from followup_filter.model.samples import read_mailbox, read_records
from followup_filter.resources import Role, demo_mailbox, mailboxes, resource

MAILBOXES = mailbox_folders([resource("samples")])
TRAINING_MAILS = 280


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
