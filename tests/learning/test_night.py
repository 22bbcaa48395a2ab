"""Corrections are taken in by the next run, do no harm, and can be taken back (promises 3, 5 and 6)."""

from __future__ import annotations

from pathlib import Path

import pytest

from followup_filter import learning
from followup_filter.errors import ModelError
from followup_filter.labels import Outcome
from followup_filter.learning import choice, night
from followup_filter.learning.night import learn_at_night
from followup_filter.model import bundle
from followup_filter.model.prediction import predict
from followup_filter.model.samples import Sample
from followup_filter.model.shipped import SHIPPED_DIGEST, SHIPPED_VERSION
from followup_filter.store import corrections, messages, records
from followup_filter.store.database import Database
from followup_filter.store.records import UseSource
from followup_filter.store.results import read_decisions


def correct(database: Database, number: int, outcome: Outcome) -> None:
    with database.transaction() as connection:
        corrections.correct_outcome(connection, number, outcome, None, "test")


def version_in_use(database: Database) -> str:
    return learning.model_in_use(database, pytest.fail).version


def newsletters(database: Database) -> list[int]:
    with database.transaction() as connection:
        return [d.stored.number for d in read_decisions(connection) if d.outcome is Outcome.NEWSLETTER]


def test_without_corrections_nothing_is_learned(learner: Database) -> None:
    assert learn_at_night(learner, pytest.fail) is None
    assert version_in_use(learner) == SHIPPED_VERSION


def test_a_correction_moves_the_model_and_is_taken_in_once(learner: Database) -> None:
    number = newsletters(learner)[0]
    correct(learner, number, Outcome.NETWORK_MARKETING)
    learned = learn_at_night(learner, pytest.fail)
    assert learned is not None and learned.in_use and learned.own == 1
    assert version_in_use(learner) == learned.version != SHIPPED_VERSION
    with learner.transaction() as connection:
        (stored,) = messages.read_messages(connection, [number])
    before, after = (
        predict(model, [stored.message])[0].probabilities[Outcome.NETWORK_MARKETING]
        for model in (learning.shipped_model(pytest.fail), learning.model_in_use(learner, pytest.fail))
    )
    assert after > before
    assert learn_at_night(learner, pytest.fail) is None


def test_the_same_corrections_give_the_same_model_bit_for_bit(learner: Database) -> None:
    correct(learner, newsletters(learner)[0], Outcome.OTHER)
    first = learn_at_night(learner, pytest.fail)
    assert first is not None
    file = learning.model_folder(learner) / f"{first.version}.joblib"
    before = bundle.digest(file.read_bytes())
    file.write_bytes(b"damaged")
    second = learn_at_night(learner, pytest.fail)
    assert second is not None and second.version == first.version
    assert bundle.digest(file.read_bytes()) == before


def test_a_correction_taken_back_brings_the_model_before_back(learner: Database) -> None:
    one, two = newsletters(learner)[:2]
    correct(learner, one, Outcome.OTHER)
    first = learn_at_night(learner, pytest.fail)
    correct(learner, two, Outcome.OTHER)
    second = learn_at_night(learner, pytest.fail)
    assert first and second and first.version != second.version
    with learner.transaction() as connection:
        corrections.undo_newest(connection, two)
    third = learn_at_night(learner, pytest.fail)
    assert third is not None and version_in_use(learner) == third.version == first.version
    with learner.transaction() as connection:
        corrections.undo_newest(connection, one)
    fourth = learn_at_night(learner, pytest.fail)
    assert fourth is not None and fourth.own == 0
    assert version_in_use(learner) == SHIPPED_VERSION


def test_a_model_that_judges_worse_is_kept_aside_and_not_tried_again(
    learner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the stored mail labelled against its meaning: leads called newsletters and newsletters leads."""
    with learner.transaction() as connection:
        decisions = read_decisions(connection)
    swapped = {Outcome.LEAD: Outcome.NEWSLETTER, Outcome.NEWSLETTER: Outcome.LEAD}
    for decision in decisions:
        if decision.outcome in swapped:
            correct(learner, decision.stored.number, swapped[decision.outcome])
    monkeypatch.setattr("followup_filter.model.classifier.OWN_WEIGHT", 500.0)
    learned = learn_at_night(learner, pytest.fail)
    assert learned is not None and not learned.in_use
    assert version_in_use(learner) == SHIPPED_VERSION
    assert learn_at_night(learner, pytest.fail) is None
    with learner.transaction() as connection:
        (row,) = records.models(connection)
    assert row["facts"]["kept_aside"]
    assert row["facts"]["after"]["right"] < row["facts"]["before"]["right"]


def test_the_owners_choice_stands_at_night_until_a_training(learner: Database) -> None:
    correct(learner, newsletters(learner)[0], Outcome.OTHER)
    choice.use(learner, None, UseSource.OWNER)
    assert learn_at_night(learner, pytest.fail) is None
    learned = learn_at_night(learner, pytest.fail, UseSource.TRAIN)
    assert learned is not None and version_in_use(learner) == learned.version


def test_a_training_ends_the_hold_also_when_there_is_nothing_to_learn(learner: Database) -> None:
    choice.use(learner, None, UseSource.OWNER)
    assert learn_at_night(learner, pytest.fail, UseSource.TRAIN) is None
    correct(learner, newsletters(learner)[0], Outcome.OTHER)
    assert learn_at_night(learner, pytest.fail) is not None


def test_a_file_that_was_changed_after_it_was_agreed_to_is_not_opened(learner: Database, tmp_path: Path) -> None:
    file = tmp_path / "model.joblib"
    file.write_bytes(b"another")
    with pytest.raises(ModelError, match="changed meanwhile"):
        choice.trust_file(learner, file, SHIPPED_DIGEST)


def test_an_upgrade_takes_the_corrections_over_to_the_new_shipped_model(
    learner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model in use grew from a shipped model that is another one now."""
    correct(learner, newsletters(learner)[0], Outcome.OTHER)
    grown = learn_at_night(learner, pytest.fail)
    assert grown is not None
    with learner.transaction() as connection:
        (row,) = records.models(connection)
        facts = {**row["facts"], "base": "0" * 64}
        records.add_model(
            connection, digest=row["digest"], version="1+1", file="old.joblib", note=learning.UPDATED, facts=facts
        )
    old = learning.model_folder(learner) / f"{grown.version}.joblib"
    old.rename(old.with_name("old.joblib"))
    again = learn_at_night(learner, pytest.fail)
    assert again is not None and again.in_use
    with learner.transaction() as connection:
        newest = records.models(connection)[-1]
    assert newest["facts"]["base"] == SHIPPED_DIGEST


def test_damaged_rows_are_made_again(learner: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    original = choice.shipped_samples

    def counted() -> list[Sample]:
        made.append(1)
        return original()

    monkeypatch.setattr(choice, "shipped_samples", counted)
    file = choice.rows_file(learner, SHIPPED_DIGEST)
    whole = file.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", whole[:5000] + b"\xff" * 64 + whole[5064:]):
        file.write_bytes(damaged)
        base = choice.base_in_use(learner, pytest.fail)
        assert base.rows.matrix.shape[0] == len(base.rows.labels) > 1000
    assert len(made) == 3
    assert file.read_bytes() == whole


def test_only_the_newest_models_of_corrections_are_kept(learner: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "UPDATED_KEPT", 1)
    better = iter([True, True, False, False, False, False])
    monkeypatch.setattr(night, "no_worse", lambda *_arguments, **_options: next(better))
    for number in newsletters(learner)[:6]:
        correct(learner, number, Outcome.OTHER)
        assert learn_at_night(learner, pytest.fail) is not None
    with learner.transaction() as connection:
        kept = {row["file"] for row in records.models(connection)}
    assert kept == {file.name for file in learning.model_folder(learner).glob("*.joblib")}
    assert len(kept) == 3  # in use, the one before, and the newest of those kept aside


def test_the_file_of_a_base_that_is_gone_leaves_the_shipped_one(learner: Database, tmp_path: Path) -> None:
    shipped = learning.shipped_model(pytest.fail)
    digest = choice.record(learner, shipped, "own.joblib", note=learning.TRAINED, facts={"own": 0})
    choice.use(learner, digest, UseSource.TRAIN)
    (learning.model_folder(learner) / "own.joblib").unlink()
    correct(learner, newsletters(learner)[0], Outcome.OTHER)
    said: list[str] = []
    learned = learn_at_night(learner, said.append)
    assert learned is not None and learned.in_use
    assert len(said) == 1 and "run “train” again" in said[0]
    with learner.transaction() as connection:
        assert records.models(connection)[-1]["facts"]["base"] == SHIPPED_DIGEST
    assert learn_at_night(learner, pytest.fail) is None
