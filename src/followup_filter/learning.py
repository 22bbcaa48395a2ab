"""Which model judges, and how a new one is made of samples and corrections and put to use only when it is no worse."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from followup_filter.errors import ModelError
from followup_filter.language import gettext as _
from followup_filter.model import bundle
from followup_filter.model.bundle import Model
from followup_filter.model.evaluation import Evaluation, Rate, evaluate, kept_leads, no_worse
from followup_filter.model.samples import Sample, read_mailbox, read_samples
from followup_filter.model.shipped import SHIPPED_DIGEST
from followup_filter.model.training import make_model, out_of_fold
from followup_filter.resources import Role, mailboxes, resource
from followup_filter.store import corrections, messages, records
from followup_filter.store.database import Database

MODEL_FILE = "classifier.joblib"
TRAINED, REBUILT = "trained", "rebuilt"
"""How a recorded model came about: by `train`, or in place of the shipped one."""
Say = Callable[[str], None]
"""Called with a sentence for the user about something that happened on the way."""
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


def shipped_samples() -> list[Sample]:
    """The labelled mails that the shipped model is trained on."""
    return [sample for folder in mailboxes(Role.TRAINING) for sample in read_mailbox(folder).samples]


def shipped_model(say: Say) -> Model:
    """The model that ships; where it is damaged or does not fit the libraries, one rebuilt from the shipped samples."""
    try:
        return bundle.load(resource("models", MODEL_FILE), {SHIPPED_DIGEST})
    except ModelError as error:
        say(_("{fault} It is being built anew from the shipped samples, which takes a minute.").format(fault=error))
        samples = shipped_samples()
        return make_model(samples, out_of_fold(samples))


def model_in_use(database: Database, say: Say) -> Model:
    """The owner's model where one is in use, else the shipped one (rebuilt once and kept where it cannot be used)."""
    with database.transaction() as connection:
        rows = records.models(connection)
    chosen = next((row for row in rows if row["in_use"]), None)
    if chosen:
        try:
            return bundle.load(model_folder(database) / chosen["file"], {chosen["digest"]})
        except ModelError as error:
            say(_("{fault} The shipped model judges instead.").format(fault=error))
    try:
        return bundle.load(resource("models", MODEL_FILE), {SHIPPED_DIGEST})
    except ModelError:
        rebuilt = f"shipped-{'-'.join(sorted(bundle.versions().values()))}.joblib"
        known = {row["digest"] for row in rows if row["file"] == rebuilt}
        with contextlib.suppress(ModelError):
            return bundle.load(model_folder(database) / rebuilt, known)
        model = shipped_model(say)
        _record(database, model, rebuilt, in_use=False, note=REBUILT)
        return model


def model_folder(database: Database) -> Path:
    """Where the owner's models lie, beside the database."""
    return database.path.parent / "models"


def load_file(path: Path, database: Database | None) -> Model:
    """The model in `path`, if it is the shipped one or one that this program made; else raises ModelError."""
    known = {SHIPPED_DIGEST}
    if database is not None:
        with database.transaction() as connection:
            known |= {row["digest"] for row in records.models(connection)}
    return bundle.load(path, known)


def corrected_samples(database: Database) -> list[Sample]:
    """The owner's own corrections as samples, grouped by sender."""
    with database.transaction() as connection:
        labels = corrections.corrected_labels(connection)
        stored = messages.read_messages(connection, list(labels))
    samples = []
    for item in stored:
        sender = item.message.from_address.address if item.message.from_address else "unknown"
        outcome, kind = labels[item.number]
        samples.append(Sample(f"sender:{sender}", str(item.number), item.message, outcome, kind))
    return samples


def train(database: Database, paths: Sequence[Path], progress: Progress) -> Training:
    """Make a model of the shipped samples, those below `paths` and the owner's corrections; use it if it is no worse.

    It is compared with the shipped samples alone, out-of-fold on the same folds and mails: by an exact paired test on
    accuracy and on leads kept (design.md, promise 5). A worse one is kept aside.
    """
    base = shipped_samples()
    own = [*read_samples(paths), *corrected_samples(database)] if paths else corrected_samples(database)
    samples = [*base, *_without_doubles(own, base)]
    steps = 3 if len(samples) > len(base) else 2
    after = out_of_fold(samples, lambda done, of: progress(done, of * steps))
    before = None
    if len(samples) > len(base):
        trained_on = {sample.message.content_hash for sample in base}
        before = out_of_fold(samples, lambda done, of: progress(of + done, of * steps), trained_on)
    model = make_model(samples, after)
    in_use = before is None or no_worse(before, after)
    file = f"{model.version}.joblib"
    _record(database, model, file, in_use=in_use, note=TRAINED)
    progress(1, 1)
    return Training(
        version=model.version,
        in_use=in_use,
        after=evaluate(after),
        before=evaluate(before) if before else None,
        leads_kept_before=kept_leads(before) if before else None,
        leads_kept_after=kept_leads(after),
    )


def _without_doubles(own: Sequence[Sample], base: Sequence[Sample]) -> list[Sample]:
    """The owner's samples, the last label of each mail, without mails that ship with the program."""
    shipped = {sample.message.content_hash for sample in base}
    newest = {sample.message.content_hash: sample for sample in own if sample.message.content_hash not in shipped}
    return list(newest.values())


def _record(database: Database, model: Model, file: str, *, in_use: bool, note: str) -> None:
    """Write a model file and record its digest; the file is complete before the database names it."""
    digest = bundle.save(model, model_folder(database) / file)
    with database.transaction() as connection:
        records.add_model(connection, digest=digest, version=model.version, file=file, in_use=in_use, note=note)
