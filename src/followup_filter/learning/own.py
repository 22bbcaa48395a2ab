"""The owner's own labels as samples: what was corrected or confirmed by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from followup_filter.model.samples import SENDER, Sample
from followup_filter.store import corrections, messages
from followup_filter.store.database import Database


def corrected_samples(database: Database) -> list[Sample]:
    """The owner's own corrections as samples, grouped by sender, the last label of each mail."""
    with database.transaction() as connection:
        labels = corrections.corrected_labels(connection)
        stored = messages.read_messages(connection, list(labels))
    samples = []
    for item in stored:
        sender = item.message.from_address.address if item.message.from_address else "unknown"
        outcome, kind = labels[item.number]
        samples.append(Sample(f"{SENDER}{sender}", str(item.number), item.message, outcome, kind))
    return samples


def newest_only(own: Sequence[Sample]) -> list[Sample]:
    """The owner's samples, the last label of each mail: a mail may lie in a folder and be corrected as well."""
    return list({sample.message.content_hash: sample for sample in own}.values())


def signature(own: Sequence[Sample], *parts: str) -> str:
    """Eight hexadecimal digits that change when a label does, or one of the other parts."""
    content = hashlib.sha256("\n".join(parts).encode())
    for line in sorted(f"{sample.message.content_hash} {sample.outcome} {sample.kind}\n" for sample in own):
        content.update(line.encode())
    return content.hexdigest()[:8]
