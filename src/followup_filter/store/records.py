"""Runs and models in the database: what was scanned when, and which model files this program made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

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


def add_model(connection: Connection, *, digest: str, version: str, file: str, in_use: bool, note: str) -> None:
    """Record a model file that this program made; with `in_use` it takes the place of the one in use."""
    if in_use:
        connection.execute(update(schema.model).values(in_use=False))
    known = connection.execute(select(schema.model).where(schema.model.c.digest == digest)).first()
    values: dict[str, Any] = {"version": version, "file": file, "made": now_text(), "in_use": in_use, "note": note}
    if known:
        connection.execute(update(schema.model).where(schema.model.c.digest == digest).values(values))
    else:
        connection.execute(insert(schema.model).values(digest=digest, **values))


def models(connection: Connection) -> list[RowMapping]:
    """Every recorded model, oldest first."""
    return list(connection.execute(select(schema.model).order_by(schema.model.c.made)).mappings())


def use_model(connection: Connection, digest: str | None) -> None:
    """Put the model with this digest to use; None goes back to the shipped one."""
    connection.execute(update(schema.model).values(in_use=False))
    if digest:
        connection.execute(update(schema.model).where(schema.model.c.digest == digest).values(in_use=True))
