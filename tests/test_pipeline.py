"""The run: nothing lost, nothing twice, whatever happens (design.md, promises 2 and 3)."""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import func, select

from followup_filter import pipeline
from followup_filter.events.event import Card, Event, EventList, Owner
from followup_filter.events.eventfile import read_events
from followup_filter.labels import Kind, Outcome
from followup_filter.mail.sources import open_source
from followup_filter.model.bundle import Model
from followup_filter.pipeline import intake
from followup_filter.store import corrections, messages, records, results, schema
from followup_filter.store.database import Database
from followup_filter.store.results import Decision, read_decisions
from tests.damaged import write_damaged

KILL_POINTS = 50
MAILS = 24


def _no_progress(*_counts: int) -> None:
    return


def _decisions(database: Database) -> list[Decision]:
    with database.transaction() as connection:
        return read_decisions(connection)


def _contents(database: Database) -> list[tuple[object, ...]]:
    """Everything the store says of mails, without what differs between runs (numbers, times)."""
    rows = [
        (
            item.stored.message.content_hash,
            item.stored.message.subject,
            item.outcome,
            item.kind,
            item.event,
            round(item.event_probability, 9),
            round(item.probability, 9),
        )
        for item in _decisions(database)
    ]
    return sorted(rows)


@pytest.fixture
def few_mails(demo: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "few"
    folder.mkdir()
    for file in sorted((demo / "mail").rglob("*.eml"))[:MAILS]:
        shutil.copy(file, folder / f"{file.parent.name}-{file.name}")
    (folder / "zz-broken.eml").write_bytes(b"")
    return folder


def _open(folder: Path, demo: Path) -> Database:
    database = Database.open(folder)
    with database.transaction() as connection:
        pipeline.import_events(connection, read_events(demo / "events.toml"))
    return database


def test_killed_at_fifty_points_every_mail_is_there_once_after_the_next_run(
    few_mails: Path, demo: Path, shipped: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "BATCH_MAILS", 5)
    source = open_source(str(few_mails))
    reference = _open(tmp_path / "reference", demo)
    statements = _count_statements(reference, lambda: pipeline.run(source, reference, shipped, 0.02, _no_progress))
    expected = _contents(reference)
    reference.close()
    assert statements > KILL_POINTS
    for point in range(KILL_POINTS):
        folder = tmp_path / f"killed-{point}"
        _open(folder, demo).close()
        killed_at = 1 + point * statements // KILL_POINTS
        child = os.fork()
        if child == 0:
            database = Database.open(folder)
            _kill_at(database, killed_at)
            pipeline.run(source, database, shipped, 0.02, _no_progress)
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        database = Database.open(folder)
        pipeline.run(source, database, shipped, 0.02, _no_progress)
        with database.transaction() as connection:
            places = connection.execute(select(func.count()).select_from(schema.location)).scalar_one()
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert _contents(database) == expected, f"killed at statement {killed_at}"
        assert places == MAILS + 1
        database.close()


def _count_statements(database: Database, work: object) -> int:
    count = 0

    def counted(*_arguments: object) -> None:
        nonlocal count
        count += 1

    sqlalchemy_event.listen(database.engine, "before_cursor_execute", counted)
    sqlalchemy_event.listen(database.engine, "commit", counted)
    assert callable(work)
    work()
    sqlalchemy_event.remove(database.engine, "before_cursor_execute", counted)
    sqlalchemy_event.remove(database.engine, "commit", counted)
    return count


def _kill_at(database: Database, point: int) -> None:
    """Make this process kill itself at the given statement or commit."""
    count = 0

    def counted(*_arguments: object) -> None:
        nonlocal count
        count += 1
        if count == point:
            os.kill(os.getpid(), signal.SIGKILL)

    sqlalchemy_event.listen(database.engine, "before_cursor_execute", counted)
    sqlalchemy_event.listen(database.engine, "commit", counted)


def test_a_second_run_adds_nothing(demo: Path, own_demo_data: Path, shipped: Model) -> None:
    database = Database.open(own_demo_data)
    before = _contents(database)
    summary = pipeline.run(open_source(str(demo / "mail")), database, shipped, 0.02, _no_progress)
    assert summary.mails > 60
    assert summary.new == 0
    assert _contents(database) == before
    database.close()


def test_numbers_never_change(demo: Path, own_demo_data: Path, shipped: Model, tmp_path: Path) -> None:
    database = Database.open(own_demo_data)
    before = {item.stored.message.content_hash: item.stored.number for item in _decisions(database)}
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "a.eml").write_bytes(b"From: new@a.example\nSubject: new\nDate: Fri, 1 May 2026 10:00:00 +0900\n\nhello")
    pipeline.run(open_source(str(folder)), database, shipped, 0.02, _no_progress)
    after = {item.stored.message.content_hash: item.stored.number for item in _decisions(database)}
    assert {key: after[key] for key in before} == before
    assert len(after) == len(before) + 1
    database.close()


def test_the_same_mail_in_two_files_counts_once(demo: Path, shipped: Model, tmp_path: Path) -> None:
    folder = tmp_path / "twice"
    folder.mkdir()
    one = next(iter(sorted((demo / "mail" / "inbox").glob("*.eml"))))
    for name in ("a.eml", "b.eml"):
        shutil.copy(one, folder / name)
    database = Database.open(tmp_path / "store")
    summary = pipeline.run(open_source(str(folder)), database, shipped, 0.02, _no_progress)
    assert (summary.mails, summary.new) == (2, 1)
    assert len(_decisions(database)) == 1
    database.close()


def test_two_mails_with_one_message_id_are_two(shipped: Model, tmp_path: Path) -> None:
    folder = tmp_path / "same-id"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.eml").write_bytes(
            f"From: {name}@a.example\nMessage-ID: <x@a.example>\n\nmail {name}".encode()
        )
    database = Database.open(tmp_path / "store")
    pipeline.run(open_source(str(folder)), database, shipped, 0.02, _no_progress)
    assert len(_decisions(database)) == 2
    database.close()


def test_unreadable_mail_is_kept_with_its_reason_and_stops_nothing(demo: Path, shipped: Model, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    folder.mkdir()
    write_damaged(demo / "mail" / "inbox", folder, 60)
    database = Database.open(tmp_path / "store")
    summary = pipeline.run(open_source(str(folder)), database, shipped, 0.02, _no_progress)
    with database.transaction() as connection:
        unreadable = messages.unreadable(connection)
        run = records.last_runs(connection, 1)[0]
    assert summary.mails == 60
    assert 0 < summary.unreadable == len(unreadable) == run["unreadable"]
    assert all(item.error for item in unreadable)
    assert len(_decisions(database)) + summary.unreadable == summary.new
    database.close()


def test_events_found_later_claim_mail_that_is_stored_already(demo: Path, shipped: Model, tmp_path: Path) -> None:
    events = read_events(demo / "events.toml")
    database = Database.open(tmp_path / "store")
    with database.transaction() as connection:
        pipeline.import_events(connection, EventList(events.owner))
    pipeline.run(open_source(str(demo / "mail")), database, shipped, 0.02, _no_progress)
    assert all(item.event is None for item in _decisions(database))
    with database.transaction() as connection:
        pipeline.import_events(connection, events)
    later = Counter(item.event for item in _decisions(database))
    assert len(later) == len(events.events) + 1
    database.close()


def test_order_of_files_does_not_decide_about_events(
    demo: Path, demo_data: Path, shipped: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "BATCH_MAILS", 7)
    folder = tmp_path / "reversed"
    folder.mkdir()
    files = sorted((demo / "mail").rglob("*.eml"), reverse=True)
    for number, file in enumerate(files):
        shutil.copy(file, folder / f"{number:03}.eml")
    database = _open(tmp_path / "store", demo)
    pipeline.run(open_source(str(folder)), database, shipped, 0.02, _no_progress)
    reference = Database.open(demo_data)
    assert _contents(database) == _contents(reference)
    database.close()
    reference.close()


def test_a_sender_known_from_before_belongs_to_no_event_even_when_the_older_mail_comes_in_later(
    shipped: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "BATCH_MAILS", 1)
    folder = tmp_path / "mails"
    folder.mkdir()
    for name, day in (("a-after", "20 May"), ("b-before", "1 Apr")):
        (folder / f"{name}.eml").write_bytes(
            f"From: sato@a.example\nDate: {day} 2026 10:00:00 +0900\n\n{name}".encode()
        )
    met = Event(
        id="e1",
        name="Umeda",
        date=datetime(2026, 5, 12, tzinfo=UTC).date(),
        cards=(Card("Sato", "", "sato@a.example"),),
    )
    database = Database.open(tmp_path / "store")
    with database.transaction() as connection:
        pipeline.import_events(connection, EventList(Owner(), (met,)))
    pipeline.run(open_source(str(folder)), database, shipped, 0.02, _no_progress)
    assert [item.event for item in _decisions(database)] == [None, None]
    database.close()


def test_a_persons_word_stays_over_another_model_and_another_event_list(
    demo: Path, own_demo_data: Path, shipped: Model
) -> None:
    database = Database.open(own_demo_data)
    number = next(item.stored.number for item in _decisions(database) if item.outcome is Outcome.NEWSLETTER)
    with database.transaction() as connection:
        corrections.correct_outcome(connection, number, Outcome.LEAD, Kind.INQUIRY, "test")
        corrections.correct_event(connection, number, None, "test")
        other = Model(
            "another", shipped.classifier, shipped.scores, shipped.prior, shipped.made_with, shipped.trained_on
        )
        pipeline.judge_stored(connection, other, 0.02)
        pipeline.import_events(connection, read_events(demo / "events.toml"))
    decision = next(item for item in _decisions(database) if item.stored.number == number)
    assert (decision.outcome, decision.kind, decision.event) == (Outcome.LEAD, Kind.INQUIRY, None)
    database.close()


def test_the_owners_own_mail_is_no_result_and_tells_who_was_answered(demo_data: Path) -> None:
    database = Database.open(demo_data)
    with database.transaction() as connection:
        own = messages.read_own_mail(connection)
    judged = {item.stored.number for item in _decisions(database)}
    assert len(own) > 5
    assert not judged & {item.number for item in own}
    database.close()


def test_the_mix_of_the_mailbox_is_kept_and_moves_all_answers(own_demo_data: Path, shipped: Model) -> None:
    database = Database.open(own_demo_data)
    with database.transaction() as connection:
        shares = results.read_shares(connection)
        assert shares is not None and sum(shares) == pytest.approx(1)
        before = {item.stored.number: item.probabilities for item in results.read_decisions(connection)}
        results.save_shares(connection, [0.01, 0.01, 0.01, 0.01, 0.96])
        pipeline.judge_stored(connection, shipped, 0.02)
        assert results.read_shares(connection) == pytest.approx(shares)
        after = {item.stored.number: item.probabilities for item in results.read_decisions(connection)}
    assert before == after
    database.close()
