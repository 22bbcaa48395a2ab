"""Which model judges: the owner's where one is in use, else the shipped one; every file by its recorded digest."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping

from followup_filter.errors import ModelError
from followup_filter.files import forget_leftovers, write_private
from followup_filter.language import gettext as _
from followup_filter.model import bundle
from followup_filter.model.bundle import Model
from followup_filter.model.rows import TrainingRows, load_rows, save_rows, training_rows
from followup_filter.model.samples import Sample, read_mailbox
from followup_filter.model.shipped import SHIPPED_DIGEST
from followup_filter.model.training import make_model, out_of_fold
from followup_filter.resources import Role, mailboxes, resource
from followup_filter.store import records
from followup_filter.store.database import Database
from followup_filter.store.records import UseSource

MODEL_FILE = "classifier.joblib"
TRAINED, UPDATED, REBUILT, TRUSTED = "trained", "updated", "rebuilt", "trusted"
"""How a recorded model came about: by `train`, by taking corrections in, in place of the shipped one, `model trust`."""
UPDATED_KEPT = 5
"""Models made of corrections that are kept besides the one in use and the one before it."""
Say = Callable[[str], None]
"""Called with a sentence for the user about something that happened on the way."""


@dataclass(frozen=True, slots=True)
class Base:
    """A model that corrections can be added to: the shipped one (or its rebuild), or one that `train` made."""

    model: Model
    digest: str
    rows: TrainingRows


def shipped_samples() -> list[Sample]:
    """The labelled mails that the shipped model is trained on."""
    return [sample for folder in mailboxes(Role.TRAINING) for sample in read_mailbox(folder).samples]


def shipped_model(say: Say) -> Model:
    """The model that ships; where it is damaged or does not fit the libraries, one rebuilt from the shipped samples."""
    try:
        return bundle.load(resource("models", MODEL_FILE), {SHIPPED_DIGEST})
    except ModelError as error:
        say(
            _("{fault} It is being built anew from the shipped samples, which takes a few minutes.").format(fault=error)
        )
        samples = shipped_samples()
        return make_model(samples, out_of_fold(samples))


def model_in_use(database: Database, say: Say) -> Model:
    """The owner's model where one is in use, else the shipped one (rebuilt once and kept where it cannot be used)."""
    with database.transaction() as connection:
        chosen = row_in_use(connection)
    if chosen:
        try:
            return bundle.load(model_folder(database) / chosen["file"], {chosen["digest"]})
        except ModelError as error:
            say(_("{fault} The shipped model judges instead.").format(fault=error))
    return _shipped(database, say)[0]


def row_in_use(connection: Connection) -> RowMapping | None:
    """The record of the owner's model that is in use; None where the shipped one is."""
    uses = records.model_uses(connection)
    if not uses:
        return None
    return next((row for row in records.models(connection) if row["digest"] == uses[0]["digest"]), None)


def base_in_use(database: Database, say: Say) -> Base:
    """The model that corrections are added to, with the rows it was trained on.

    That is the model in use when `train` made it, or the one that it grew from; else the shipped one, also where the
    program was upgraded and ships another one now, or where the file of the former cannot be used.
    """
    with database.transaction() as connection:
        chosen, recorded = row_in_use(connection), {row["digest"]: row for row in records.models(connection)}
    base = recorded.get(chosen["facts"].get("base", chosen["digest"])) if chosen else None
    if base and base["note"] == TRAINED:
        try:
            model = bundle.load(model_folder(database) / base["file"], {base["digest"]})
            return Base(model, base["digest"], load_rows(rows_file(database, base["digest"]), model.feature_count))
        except ModelError as error:
            again = _("{fault} Your corrections go to the shipped model; for your labelled folders, run “train” again.")
            say(again.format(fault=error))
    model, digest = _shipped(database, say)
    file = rows_file(database, digest)
    with contextlib.suppress(ModelError):
        return Base(model, digest, load_rows(file, model.feature_count))
    rows = training_rows(model.classifier, shipped_samples())
    save_rows(rows, file)
    return Base(model, digest, rows)


def _shipped(database: Database, say: Say) -> tuple[Model, str]:
    """The shipped model and its digest, or the one rebuilt in its place."""
    try:
        return bundle.load(resource("models", MODEL_FILE), {SHIPPED_DIGEST}), SHIPPED_DIGEST
    except ModelError:
        rebuilt = f"shipped-{'-'.join(sorted(bundle.versions().values()))}.joblib"
        with database.transaction() as connection:
            known = [row["digest"] for row in records.models(connection) if row["file"] == rebuilt]
        for digest in known:
            with contextlib.suppress(ModelError):
                return bundle.load(model_folder(database) / rebuilt, {digest}), digest
        model = shipped_model(say)
        return model, record(database, model, rebuilt, note=REBUILT, facts={})


def model_folder(database: Database) -> Path:
    """Where the owner's models lie, beside the database."""
    return database.path.parent / "models"


def rows_file(database: Database, digest: str) -> Path:
    """Where the rows lie that the model with this digest was trained on; they can be made again."""
    return model_folder(database) / f"rows-{digest[:16]}.npz"


def load_file(path: Path, database: Database | None) -> Model:
    """The model in `path`, if it is the shipped one or one that this program made; else raises ModelError."""
    known = {SHIPPED_DIGEST}
    if database is not None:
        with database.transaction() as connection:
            known |= {row["digest"] for row in records.models(connection)}
    return bundle.load(path, known)


def trust_file(database: Database, path: Path, digest: str) -> Model:
    """Take over a model file from elsewhere because the owner said so; it is recorded, not put to use.

    Opening it runs whatever code is in it, so only the bytes with the digest that the owner agreed to are opened.
    Raises ModelError where they are others by now, cannot be read or do not fit the libraries.
    """
    data = bundle.read(path)
    if bundle.digest(data) != digest:
        raise ModelError(_("{file} was changed meanwhile, so it was not opened.").format(file=path))
    model = bundle.open_bytes(data, path)
    file = model_folder(database) / f"trusted-{digest[:16]}.joblib"
    write_private(file, data)
    with database.transaction() as connection:
        records.add_model(connection, digest=digest, version=model.version, file=file.name, note=TRUSTED, facts={})
    return model


def record(database: Database, model: Model, file: str, *, note: str, facts: Mapping[str, Any]) -> str:
    """Write a model file and record its digest, which is returned. The database names it when the file is complete."""
    digest = bundle.save(model, model_folder(database) / file)
    with database.transaction() as connection:
        records.add_model(connection, digest=digest, version=model.version, file=file, note=note, facts=facts)
    return digest


def use(database: Database, digest: str | None, source: UseSource) -> None:
    """Put a recorded model (None: the shipped one) to use."""
    with database.transaction() as connection:
        records.use_model(connection, digest, source)
    forget_old_models(database)


def forget_old_models(database: Database) -> None:
    """Delete models made of corrections but for the newest and those in use lately, and the rows of deleted ones."""
    folder = model_folder(database)
    with database.transaction() as connection:
        rows = records.models(connection)
        lately = {use["digest"] for use in records.model_uses(connection)[:2]}
        old = [row for row in rows if row["note"] == UPDATED and row["digest"] not in lately][:-UPDATED_KEPT]
        for row in old:
            records.forget_model(connection, row["digest"])
    for row in old:
        (folder / row["file"]).unlink(missing_ok=True)
    gone = {row["digest"] for row in old}
    known = {rows_file(database, row["digest"]).name for row in rows if row["digest"] not in gone}
    known.add(rows_file(database, SHIPPED_DIGEST).name)
    for file in folder.glob("rows-*.npz"):
        if file.name not in known:
            file.unlink(missing_ok=True)
    forget_leftovers(folder)
