"""Runs and models in the database."""

from __future__ import annotations

from followup_filter.store import records
from followup_filter.store.database import Database
from followup_filter.store.records import UseSource
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


def test_the_newest_use_counts_and_earlier_ones_stay_on_record(database: Database) -> None:
    with scratch(database) as connection:
        assert records.model_uses(connection) == []
        for digest in "abc":
            records.add_model(connection, digest=digest, version=digest, file=digest, note="", facts={"own": 3})
        uses: list[tuple[str | None, UseSource]] = [
            ("a", UseSource.TRAIN),
            ("b", UseSource.NIGHT),
            (None, UseSource.OWNER),
        ]
        for used, source in uses:
            records.use_model(connection, used, source)
        assert [use["digest"] for use in records.model_uses(connection)] == [None, "b", "a"]
        assert records.model_uses(connection)[0]["source"] == UseSource.OWNER
        assert {row["facts"]["own"] for row in records.models(connection)} == {3}


def test_a_forgotten_model_is_no_longer_listed(database: Database) -> None:
    with scratch(database) as connection:
        for digest in "ab":
            records.add_model(connection, digest=digest, version=digest, file=digest, note="", facts={})
        records.forget_model(connection, "a")
        assert [row["digest"] for row in records.models(connection)] == ["b"]


def test_the_same_model_made_again_is_recorded_once(database: Database) -> None:
    with scratch(database) as connection:
        for note in ("first", "again"):
            records.add_model(connection, digest="a", version="1", file="a.joblib", note=note, facts={"note": note})
        (row,) = records.models(connection)
        assert (row["note"], row["facts"]) == ("again", {"note": "again"})
