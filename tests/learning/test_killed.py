"""Learning killed at any point leaves a model in use that opens (promise 6)."""

from __future__ import annotations

import os
import signal
import time

import pytest

from followup_filter import learning
from followup_filter.files import forget_leftovers
from followup_filter.labels import Outcome
from followup_filter.learning import Base, night
from followup_filter.learning.night import learn_at_night
from followup_filter.model.rows import training_rows
from followup_filter.model.shipped import SHIPPED_DIGEST, SHIPPED_VERSION
from followup_filter.model.training import make_model, out_of_fold
from followup_filter.store import corrections
from followup_filter.store.database import Database
from followup_filter.store.results import read_decisions
from tests.model.builders import samples

POINTS = 50


def test_killed_at_fifty_points(learner: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a small base, so that fifty rounds take seconds; what is written, and in which order, is the same."""
    small = samples(4, 12)
    model = make_model(small, out_of_fold(small))
    base = Base(model, SHIPPED_DIGEST, training_rows(model.classifier, small))
    monkeypatch.setattr(night, "base_in_use", lambda *_arguments: base)
    with learner.transaction() as connection:
        number = next(d.stored.number for d in read_decisions(connection) if d.outcome is Outcome.NEWSLETTER)
        corrections.correct_outcome(connection, number, Outcome.OTHER, None, "test")
    _learn(learner)
    learned = learning.model_in_use(learner, pytest.fail).version
    assert learned != SHIPPED_VERSION
    _forget(learner)
    seconds = _fork(learner, None)
    _forget(learner)
    for point in range(POINTS):
        _fork(learner, seconds * 1.2 * point / POINTS)
        version = learning.model_in_use(learner, pytest.fail).version
        assert version in (SHIPPED_VERSION, learned)
        if version == learned:
            _forget(learner)
    _fork(learner, None)
    assert learning.model_in_use(learner, pytest.fail).version == learned
    folder = learning.model_folder(learner)
    for file in folder.glob(".*"):
        os.utime(file, (0, 0))
    forget_leftovers(folder)
    assert list(folder.glob(".*")) == []


def _fork(database: Database, seconds: float | None) -> float:
    """Learn in a child that is killed after so many seconds (None: never); returns how long it lived."""
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        _learn(database)
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return time.monotonic() - began


def _learn(database: Database) -> None:
    """Learn in a connection of its own: one must not be carried into a child."""
    own = Database.open(database.path.parent)
    try:
        learn_at_night(own, pytest.fail)
    finally:
        own.close()


def _forget(database: Database) -> None:
    """Back to the start: no model on record."""
    from followup_filter.store import schema

    with database.transaction() as connection:
        connection.execute(schema.model_use.delete())
        connection.execute(schema.model.delete())
