"""`train`: a new model of the shipped samples, the owner's folders and corrections; used only when it is no worse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from followup_filter.labels import Outcome
from followup_filter.learning.choice import TRAINED, record, rows_file, shipped_samples, use
from followup_filter.learning.own import corrected_samples, newest_only
from followup_filter.model.evaluation import Evaluation, Rate, evaluate, kept_leads, no_worse
from followup_filter.model.prediction import mailbox_shares, predict
from followup_filter.model.rows import save_rows, training_rows
from followup_filter.model.samples import Sample, read_samples
from followup_filter.model.training import OutOfFold, make_model, out_of_fold
from followup_filter.store.database import Database
from followup_filter.store.records import UseSource
from followup_filter.store.results import Decision, read_decisions

Progress = Callable[[int, int], None]
"""Called with (steps done, steps in all)."""


@dataclass(frozen=True, slots=True)
class Training:
    """What training came to: the version, whether it is in use now, and both models on the same mails and folds.

    `before` is None where there was nothing to compare with.
    """

    version: str
    in_use: bool
    after: Evaluation
    before: Evaluation | None
    leads_kept_before: Rate | None
    leads_kept_after: Rate


@dataclass(frozen=True, slots=True)
class Change:
    """A stored mail that a new model judges otherwise, with the probability that it gives its answer."""

    decision: Decision
    outcome: Outcome
    probability: float


def train(database: Database, paths: Sequence[Path], progress: Progress) -> Training:
    """Make a model of the shipped samples, those below `paths` and the owner's corrections; use it if it is no worse.

    It is compared with the shipped samples alone, out-of-fold on the same folds and mails: by an exact paired test on
    accuracy and on leads kept (design.md, promise 5). A worse one is kept aside.
    """
    base, own = _samples(database, paths)
    samples = [*base, *own]
    steps = 3 if own else 2
    after = out_of_fold(samples, lambda done, of: progress(done, of * steps))
    before = None
    if own:
        trained_on = {sample.message.content_hash for sample in base}
        before = out_of_fold(samples, lambda done, of: progress(of + done, of * steps), trained_on)
    model = make_model(samples, after)
    in_use = before is None or no_worse(before, after, own=len(own))
    facts: dict[str, Any] = {
        "own": len(own),
        "folders": [str(path.absolute()) for path in paths],
        "kept_aside": not in_use,
        **comparison(before, after),
    }
    digest = record(database, model, f"{model.version}.joblib", note=TRAINED, facts=facts)
    save_rows(training_rows(model.classifier, samples), rows_file(database, digest))
    if in_use:
        use(database, digest, UseSource.TRAIN)
    progress(1, 1)
    return Training(
        version=model.version,
        in_use=in_use,
        after=evaluate(after),
        before=evaluate(before) if before else None,
        leads_kept_before=kept_leads(before) if before else None,
        leads_kept_after=kept_leads(after),
    )


def preview(database: Database, paths: Sequence[Path], max_lead_loss: float, progress: Progress) -> list[Change]:
    """The stored mails that a model trained now would judge otherwise, by date; nothing is kept.

    Mails that a person labelled are left out: their label stands.
    """
    base, own = _samples(database, paths)
    samples = [*base, *own]
    model = make_model(samples, out_of_fold(samples, lambda done, of: progress(done, of)))
    with database.transaction() as connection:
        decisions = [decision for decision in read_decisions(connection) if not decision.confirmed]
    mails = [decision.stored.message for decision in decisions]
    predictions = predict(model, mails, max_lead_loss, mailbox_shares(model, mails))
    return [
        Change(decision, prediction.outcome, prediction.probability)
        for decision, prediction in zip(decisions, predictions, strict=True)
        if prediction.outcome is not decision.outcome
    ]


def comparison(before: OutOfFold | None, after: OutOfFold) -> dict[str, Any]:
    """The facts that are recorded of a comparison: how many mails, how many right, leads kept; before and after."""
    facts: dict[str, Any] = {"mails": len(after.samples)}
    for name, held_out in (("before", before), ("after", after)):
        if held_out:
            right = sum(
                said is sample.outcome for said, sample in zip(held_out.predicted, held_out.samples, strict=True)
            )
            leads = kept_leads(held_out)
            facts[name] = {"right": right, "leads": leads.count, "leads_kept": leads.hits}
    return facts


def _samples(database: Database, paths: Sequence[Path]) -> tuple[list[Sample], list[Sample]]:
    """The shipped samples, and the owner's: the last label of each mail; where both have a mail, the owner's counts."""
    own = newest_only([*(read_samples(paths) if paths else []), *corrected_samples(database)])
    theirs = {sample.message.content_hash for sample in own}
    return [sample for sample in shipped_samples() if sample.message.content_hash not in theirs], own
