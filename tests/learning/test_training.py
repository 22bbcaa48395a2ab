"""Which model judges: the shipped one, one rebuilt in its place, or the owner's; a worse one never (promise 5)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from followup_filter import learning
from followup_filter.learning import choice, training
from followup_filter.model.samples import Sample
from followup_filter.store import records
from followup_filter.store.database import Database
from tests.model.builders import samples


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> list[Sample]:
    """A few shipped samples, so that training takes seconds."""
    few = samples(3, 4)
    monkeypatch.setattr(choice, "shipped_samples", lambda: few)
    monkeypatch.setattr(training, "shipped_samples", lambda: few)
    return few


def test_a_shipped_model_that_cannot_be_used_is_rebuilt_once_and_kept(
    small: list[Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "SHIPPED_DIGEST", "0" * 64)
    said: list[str] = []
    database = Database.open(tmp_path)
    first = learning.model_in_use(database, said.append)
    second = learning.model_in_use(database, said.append)
    assert len(said) == 1 and "built anew" in said[0]
    assert first.version == second.version
    assert set(second.trained_on) == {sample.message.content_hash for sample in small}
    database.close()


def test_a_rebuilt_model_that_was_changed_is_rebuilt_again(
    small: list[Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "SHIPPED_DIGEST", "0" * 64)
    said: list[str] = []
    database = Database.open(tmp_path)
    learning.model_in_use(database, said.append)
    (file,) = (tmp_path / "models").glob("*.joblib")
    file.write_bytes(file.read_bytes() + b"x")
    learning.model_in_use(database, said.append)
    assert len(said) == 2
    database.close()


def test_a_model_that_is_worse_is_kept_aside(
    small: list[Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Samples labelled by lot: training goes through, and the model in use stays."""
    wrong = [replace(sample, group=f"own-{sample.group}") for sample in samples(6, 6, shuffled=True, seed=8)]
    monkeypatch.setattr(training, "read_samples", lambda _paths: wrong)
    database = Database.open(tmp_path)
    result = learning.train(database, [tmp_path], lambda _done, _of: None)
    with database.transaction() as connection:
        (row,) = records.models(connection)
        uses = records.model_uses(connection)
    assert result.before is not None
    assert not result.in_use and uses == [] and row["facts"]["kept_aside"]
    assert result.before.outcome_accuracy.value > result.after.outcome_accuracy.value or (
        result.leads_kept_before is not None and result.leads_kept_before.value > result.leads_kept_after.value
    )
    database.close()


def test_without_anything_new_there_is_nothing_to_compare_with(small: list[Sample], tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    result = learning.train(database, [], lambda _done, _of: None)
    assert result.before is None
    assert result.in_use
    database.close()
