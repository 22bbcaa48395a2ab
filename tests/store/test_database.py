"""Opening the database: private, up to date, or refused with a sentence; and transactions that are all or nothing."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, insert, select, text

from followup_filter.errors import StorageError
from followup_filter.store import database as database_module
from followup_filter.store import messages, migrations, schema
from followup_filter.store.corrections import Field, newest_corrections
from followup_filter.store.database import FILE_NAME, Database
from followup_filter.store.lead_notes import read_notes
from followup_filter.store.results import read_decisions
from followup_filter.store.schema import SCHEMA_VERSION
from tests.builders import judge, mail


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _refused(folder: Path) -> str:
    with pytest.raises(StorageError) as refused:
        Database.open(folder).close()
    return str(refused.value)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the user's folders private by itself")
def test_folder_and_files_are_the_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        database = Database.open(tmp_path / "state" / "followup-filter")
        with database.transaction() as connection:
            messages.add_message(connection, mail(), sent_by_owner=False)
            modes = {file.name: _mode(file) for file in database.path.parent.iterdir()}
        database.close()
    finally:
        os.umask(before)
    assert _mode(database.path.parent) == 0o700
    assert modes == {FILE_NAME: 0o600, f"{FILE_NAME}-wal": 0o600, f"{FILE_NAME}-shm": 0o600}


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the user's folders private by itself")
def test_a_file_that_others_could_read_is_made_private_again(tmp_path: Path) -> None:
    Database.open(tmp_path).close()
    (tmp_path / FILE_NAME).chmod(0o644)
    Database.open(tmp_path).close()
    assert _mode(tmp_path / FILE_NAME) == 0o600


@pytest.mark.parametrize("name", ["データ", "with blank", "a%20b", "a#b", "a?b=c", "a:b@c", "名 (1)"])
def test_any_folder_name_will_do(name: str, tmp_path: Path) -> None:
    database = Database.open(tmp_path / name)
    with database.transaction() as connection:
        messages.add_message(connection, mail(), sent_by_owner=False)
    database.close()
    assert [file.name for file in tmp_path.iterdir()] == [name]
    with contextlib.closing(sqlite3.connect(tmp_path / name / FILE_NAME)) as plain:
        assert plain.execute("SELECT count(*) FROM message").fetchone() == (1,)


def test_the_migrated_schema_is_the_one_in_the_code(tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    with database.transaction() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, schema.metadata) == []
        assert context.get_current_revision() == schema.SCHEMA_VERSION
    database.close()


def test_the_version_in_the_code_is_the_newest_revision() -> None:
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert script.get_current_head() == schema.SCHEMA_VERSION


def test_what_was_stored_is_there_after_opening_again(tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    with database.transaction() as connection:
        number = messages.add_message(connection, mail("hello"), sent_by_owner=False)
    database.close()
    database = Database.open(tmp_path)
    with database.transaction() as connection:
        assert [(item.number, item.message.text) for item in messages.read_messages(connection)] == [(number, "hello")]
    database.close()


def test_alembic_is_not_imported_for_a_database_that_is_up_to_date(tmp_path: Path) -> None:
    Database.open(tmp_path).close()
    code = (
        "import sys; from pathlib import Path; from followup_filter.store.database import Database; "
        "Database.open(Path(sys.argv[1])).close(); "
        "print([name for name in sys.modules if name.partition('.')[0] in ('alembic', 'mako')])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_database_of_a_newer_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    before = (tmp_path / FILE_NAME).read_bytes()
    assert _refused(tmp_path) == f"{tmp_path / FILE_NAME} was made by a newer followup-filter. Update the program."
    assert (tmp_path / FILE_NAME).read_bytes() == before


def _database_of_the_first_version(folder: Path) -> Database:
    """A database as the first version of this program made it, with what it kept of one mail and one answer."""
    engine = create_engine(f"sqlite:///{folder / FILE_NAME}")
    with engine.begin() as connection:
        migrations.upgrade(connection, "0001")
        number = messages.add_message(connection, mail(), sent_by_owner=False)
        for field, undone in (("answered", True), ("answered", False), ("outcome", False)):
            connection.execute(
                insert(schema.correction).values(
                    number=number, field=field, outcome="lead", source="cli", time="2026-06-01T00:00:00", undone=undone
                )
            )
    return Database(engine, folder / FILE_NAME)


def test_before_an_older_database_is_migrated_all_of_it_is_set_aside(tmp_path: Path) -> None:
    # The old database stays open: what was just written is still in the write-ahead log, as after a crash.
    old = _database_of_the_first_version(tmp_path)
    Database.open(tmp_path).close()
    old.close()
    (copy,) = tmp_path.glob(f"*.before-{SCHEMA_VERSION}.*")
    with contextlib.closing(sqlite3.connect(copy)) as plain:
        assert plain.execute("SELECT count(*) FROM message").fetchone() == (1,)
        assert plain.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    assert _mode(copy) == 0o600 or os.name == "nt"


def test_answers_given_by_telephone_move_to_the_notes_on_leads(tmp_path: Path) -> None:
    _database_of_the_first_version(tmp_path).close()
    database = Database.open(tmp_path)
    with database.transaction() as connection:
        assert list(read_notes(connection)) == ["1"]
        assert len(connection.execute(select(schema.lead_note)).all()) == 2
        assert list(newest_corrections(connection)[1]) == [Field.OUTCOME]
    database.close()


@pytest.mark.parametrize("content", [b"this is no database, but a text that somebody put here", b"\0" * 4096])
def test_a_file_that_is_no_database_is_refused_and_left_alone(content: bytes, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    sentence = _refused(tmp_path)
    assert sentence.startswith(f"{tmp_path / FILE_NAME} is damaged or is no database. Set it aside")
    assert (tmp_path / FILE_NAME).read_bytes() == content


@pytest.mark.parametrize("kept", [50, 4096, 0.3, 0.6, 0.9])
def test_a_database_that_was_cut_off_is_refused_with_a_sentence(kept: float, tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    with database.transaction() as connection:
        for _ in range(60):
            judge(connection, mail("a mail that takes some room " * 40))
    database.close()
    whole = (tmp_path / FILE_NAME).read_bytes()
    (tmp_path / FILE_NAME).write_bytes(whole[: int(kept if kept > 1 else kept * len(whole))])
    with pytest.raises(StorageError) as refused:
        database = Database.open(tmp_path)
        with database.transaction() as connection:
            read_decisions(connection)
    database.close()
    assert str(refused.value).startswith(f"{tmp_path / FILE_NAME} is damaged or is no database. Set it aside")


def test_a_folder_that_is_a_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    sentence = _refused(tmp_path / "data")
    assert str(tmp_path / "data") in sentence
    assert "--data-dir" in sentence


def test_a_full_disk_is_told_and_nothing_stays(tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    with pytest.raises(StorageError, match="The disk is full; nothing was lost"), database.transaction() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        messages.add_message(connection, mail("x" * 1_000_000), sent_by_owner=False)
    with database.transaction() as connection:
        assert messages.count_messages(connection) == 0
    database.close()


def test_a_database_in_use_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MILLISECONDS", 10)
    first, second = Database.open(tmp_path), Database.open(tmp_path)
    with (
        first.transaction(),
        pytest.raises(StorageError, match="is in use by another program"),
        second.transaction(),
    ):
        pass
    first.close()
    second.close()


@pytest.mark.parametrize("fault", [KeyboardInterrupt, RuntimeError, StorageError])
def test_a_transaction_that_fails_leaves_nothing(fault: type[BaseException], tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    with pytest.raises(fault), database.transaction() as connection:
        judge(connection, mail())
        raise fault
    with database.transaction() as connection:
        assert messages.count_messages(connection) == 0
        assert read_decisions(connection) == []
    database.close()


def test_a_place_of_a_mail_that_is_not_there_is_refused(tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    with pytest.raises(StorageError, match="FOREIGN KEY"), database.transaction() as connection:
        messages.add_position(connection, messages.Place("a", "INBOX", 1), "1", 99)
    database.close()
