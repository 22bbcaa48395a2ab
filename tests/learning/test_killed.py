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
    began = time.monotonic()
    _learn(learner)
    seconds = time.monotonic() - began
    _forget(learner)
    seen = set()
    for point in range(POINTS):
        child = os.fork()
        if child == 0:
            _learn(learner)
            os._exit(0)
        time.sleep(seconds * 1.3 * point / POINTS)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        version = learning.model_in_use(learner, pytest.fail).version
        seen.add(version)
        assert version in (SHIPPED_VERSION, learned)
        if version == learned:
            _forget(learner)
    assert seen == {SHIPPED_VERSION, learned}
    folder = learning.model_folder(learner)
    for file in folder.glob(".*"):
        os.utime(file, (0, 0))
    forget_leftovers(folder)
    assert list(folder.glob(".*")) == []


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
