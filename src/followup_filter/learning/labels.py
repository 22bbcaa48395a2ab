"""What the owner's labels are worth: those that are probably wrong, and what they have brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from followup_filter.labels import Outcome
from followup_filter.learning.choice import Say, base_in_use
from followup_filter.learning.own import corrected_samples, newest_only
from followup_filter.model.doubts import Doubt, Yield, doubtful, yields
from followup_filter.model.rows import training_rows
from followup_filter.model.samples import Sample, read_samples
from followup_filter.model.update import compared
from followup_filter.store.database import Database


@dataclass(frozen=True, slots=True)
class Labels:
    """How many labels were looked at, the doubtful ones, each with its sample, and what all have brought."""

    count: int
    doubts: tuple[tuple[Sample, Doubt], ...]
    yields: Mapping[Outcome, Yield]


def own_labels(database: Database, paths: Sequence[Path], say: Say) -> Labels:
    """Look at the owner's corrections and the labelled mail below `paths`; each mail by models that have not seen it.

    Of `paths`, mails that the base was trained on are looked at as well: what comes out of the shipped corpus is judged
    out-of-fold like the rest.
    """
    own = newest_only([*(read_samples(paths) if paths else []), *corrected_samples(database)])
    if not own:
        return Labels(0, (), {})
    base = base_in_use(database, say)
    before, after = compared(base.model.classifier, base.rows, training_rows(base.model.classifier, own))
    rows = list(range(len(after.samples) - len(own), len(after.samples)))
    doubts = tuple((own[doubt.row - rows[0]], doubt) for doubt in doubtful(after, rows))
    return Labels(len(own), doubts, yields(before, after, rows))
