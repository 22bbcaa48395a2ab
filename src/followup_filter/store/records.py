"""Runs and models in the database: what was scanned when, and which model files this program made."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from followup_filter.store import schema
from followup_filter.store.messages import new_key, now_text


def start_run(connection: Connection, source: str, model_version: str) -> int:
    """Record that a run began; returns its id."""
    values = {
        "started": now_text(),
        "source": source,
        "model_version": model_version,
        "mails": 0,
        "new": 0,
        "unreadable": 0,
    }
    return new_key(connection.execute(insert(schema.run).values(values)))


def end_run(connection: Connection, run_id: int, counts: Mapping[str, int]) -> None:
    """Record that a run ended, with its counts `mails`, `new` and `unreadable`."""
    connection.execute(update(schema.run).where(schema.run.c.id == run_id).values(ended=now_text(), **counts))


def last_runs(connection: Connection, count: int) -> list[RowMapping]:
    """The newest `count` runs, newest first; `ended` is None where a run was cut off."""
    return list(connection.execute(select(schema.run).order_by(schema.run.c.id.desc()).limit(count)).mappings())


class UseSource(StrEnum):
    """What put a model to use: a training, the nightly run, or the owner by name."""

    TRAIN = "train"
    NIGHT = "night"
    OWNER = "owner"


def add_model(
    connection: Connection, *, digest: str, version: str, file: str, note: str, facts: Mapping[str, Any]
) -> None:
    """Record a model file that this program made or was told to trust; it is not put to use."""
    known = connection.execute(select(schema.model).where(schema.model.c.digest == digest)).first()
    values = {"version": version, "file": file, "made": now_text(), "note": note, "facts": dict(facts)}
    if known:
        connection.execute(update(schema.model).where(schema.model.c.digest == digest).values(values))
    else:
        connection.execute(insert(schema.model).values(digest=digest, **values))


def models(connection: Connection) -> list[RowMapping]:
    """Every recorded model, oldest first."""
    return list(connection.execute(select(schema.model).order_by(schema.model.c.made)).mappings())


def forget_model(connection: Connection, digest: str) -> None:
    """Drop the record of a model; its file can be opened no more."""
    connection.execute(delete(schema.model).where(schema.model.c.digest == digest))


def use_model(connection: Connection, digest: str | None, source: UseSource) -> None:
    """Put the model with this digest to use; None: the shipped one."""
    connection.execute(insert(schema.model_use).values(digest=digest, time=now_text(), source=source))


def model_uses(connection: Connection) -> list[RowMapping]:
    """Which model was put to use when, newest first: the first entry is the one in use, none means the shipped one."""
    return list(connection.execute(select(schema.model_use).order_by(schema.model_use.c.id.desc())).mappings())
