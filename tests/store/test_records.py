"""Runs and models in the database."""

from __future__ import annotations

from followup_filter.store import records
from followup_filter.store.database import Database
from tests.builders import scratch


def test_runs_come_newest_first_and_one_that_was_cut_off_has_no_end(database: Database) -> None:
    with scratch(database) as connection:
        first = records.start_run(connection, "mail/", "1")
        records.end_run(connection, first, {"mails": 7, "new": 5, "unreadable": 1})
        second = records.start_run(connection, "mail/", "2")
        assert [row["id"] for row in records.last_runs(connection, 5)] == [second, first]
        (newest,) = records.last_runs(connection, 1)
        assert (newest["ended"], newest["model_version"]) == (None, "2")
        ended = records.last_runs(connection, 2)[1]
        assert (ended["mails"], ended["new"], ended["unreadable"]) == (7, 5, 1)
        assert ended["ended"] >= ended["started"]


def test_one_model_is_in_use_and_one_can_go_back(database: Database) -> None:
    with scratch(database) as connection:
        for digest, in_use in (("a", True), ("b", True), ("c", False)):
            records.add_model(connection, digest=digest, version=digest, file=digest, in_use=in_use, note="")
        assert [row["digest"] for row in records.models(connection) if row["in_use"]] == ["b"]
        records.use_model(connection, "a")
        assert [row["digest"] for row in records.models(connection) if row["in_use"]] == ["a"]
        records.use_model(connection, None)
        assert not any(row["in_use"] for row in records.models(connection))


def test_the_same_model_made_again_is_recorded_once(database: Database) -> None:
    with scratch(database) as connection:
        for note in ("first", "again"):
            records.add_model(connection, digest="a", version="1", file="a.joblib", in_use=True, note=note)
        (row,) = records.models(connection)
        assert (row["note"], row["in_use"]) == ("again", True)
