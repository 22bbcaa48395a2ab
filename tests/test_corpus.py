"""The shipped samples: the checks of writing-samples.md that a reader's eye does not do."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from followup_filter.events.eventfile import read_events
from followup_filter.labels import OUTCOME_OF_KIND, OUTCOMES, Kind
from followup_filter.model.samples import read_mailbox, read_records
from followup_filter.resources import demo_mailbox, resource, training_mailboxes

MAILBOXES = sorted(folder for folder in resource("samples").iterdir() if folder.is_dir())
TRAINING_MAILS = 280
RESERVED = re.compile(r"(?:^|\.)(?:example|test|invalid)$|(?:^|\.)example\.(?:com|net|org|jp|co\.jp|ne\.jp|or\.jp)$")
DOMAIN = re.compile(r"(?:@|https?://)([A-Za-z0-9.-]+[A-Za-z])")
SENTENCE = re.compile(r"[。！？!?\n]+|<[^>]*>")
GREETINGS = re.compile(
    r"お世話になっ|よろしくお願い|ありがとうござい|恐れ入ります|失礼いたします|配信停止|お問い合わせ|Original Message|"
    r"送信元IP|Sent from my|kind regards|^[\W\d_]+$",
    re.IGNORECASE,
)
"""Set phrases, which may occur more than once."""
GRAM = 5
NEAR_DUPLICATE = 0.3


def _text(record: dict[str, object]) -> str:
    """The text that the author wrote: the HTML part where the plain one is a stand-in for it."""
    body, html = str(record["body"]), str(record["html"])
    return body if len(body) > 100 or not html else re.sub(r"<[^>]*>", "\n", html)


def test_there_are_enough_training_mailboxes_and_the_demo_is_none_of_them() -> None:
    folders = training_mailboxes()
    assert len(folders) >= 4
    assert demo_mailbox() not in folders
    assert sum(len(read_mailbox(folder).samples) for folder in folders) >= TRAINING_MAILS


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


@pytest.mark.parametrize("folder", MAILBOXES, ids=lambda folder: folder.name)
def test_events_exist_and_claim_mail_inside_their_windows_only(folder: Path) -> None:
    events = {event.id: event for event in read_events(folder / "scenario.toml").events}
    for sample in read_mailbox(folder).samples:
        if sample.event is not None:
            event, message = events[sample.event], sample.message
            assert message.date is not None and message.from_address is not None
            of_organizer = message.from_address.address in event.organizer_addresses
            first = event.day_start if of_organizer else event.window_start
            assert first <= message.date < event.window_end, sample.id


@pytest.mark.parametrize("folder", MAILBOXES, ids=lambda folder: folder.name)
def test_only_reserved_domains_are_named(folder: Path) -> None:
    for name in ("mails.jsonl", "scenario.toml"):
        for domain in DOMAIN.findall((folder / name).read_text("utf-8").replace("\\n", "\n")):
            assert RESERVED.search(domain.lower()), f"{folder.name}/{name}: {domain}"


@pytest.mark.parametrize("folder", MAILBOXES, ids=lambda folder: folder.name)
def test_every_outcome_and_no_event_occur_in_every_mailbox(folder: Path) -> None:
    samples = read_mailbox(folder).samples
    assert {sample.outcome for sample in samples} == set(OUTCOMES)
    assert sum(sample.event is None for sample in samples) >= len(samples) // 4


def test_no_long_sentence_occurs_twice() -> None:
    seen: dict[str, str] = {}
    for folder in MAILBOXES:
        for record in read_records(folder / "mails.jsonl"):
            place = f"{folder.name}/{record['id']}"
            for sentence in SENTENCE.split(_text(record)):
                sentence = sentence.strip(" \u3000>|・-*")
                if len(sentence) >= 15 and not GREETINGS.search(sentence):
                    assert seen.setdefault(sentence, place) == place, f"{place} and {seen[sentence]}: {sentence}"


def test_no_two_mails_are_near_duplicates() -> None:
    """Pairs that share any 5-gram are compared by Jaccard similarity, within and across mailboxes."""
    grams: list[frozenset[str]] = []
    places: list[str] = []
    holders: dict[str, list[int]] = defaultdict(list)
    for folder in MAILBOXES:
        for record in read_records(folder / "mails.jsonl"):
            text = re.sub(r"\s+", "", _text(record))
            own = frozenset(text[start : start + GRAM] for start in range(len(text) - GRAM + 1))
            for gram in own:
                holders[gram].append(len(grams))
            grams.append(own)
            places.append(f"{folder.name}/{record['id']}")
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for rows in holders.values():
        if len(rows) <= 40:
            for position, first in enumerate(rows):
                for second in rows[position + 1 :]:
                    shared[first, second] += 1
    assert shared
    for (first, second), count in shared.items():
        similarity = count / (len(grams[first]) + len(grams[second]) - count)
        assert similarity < NEAR_DUPLICATE, f"{places[first]} and {places[second]}: {similarity:.2f}"


def test_records_are_in_order_of_date() -> None:
    for folder in MAILBOXES:
        dates = [sample.message.date for sample in read_mailbox(folder).samples]
        assert all(first <= second for first, second in pairwise(dates) if first and second)


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
