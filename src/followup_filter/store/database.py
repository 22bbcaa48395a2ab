"""Opens the database: private file, safe settings, migrations, and one transaction at a time."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError

from followup_filter.errors import StorageError
from followup_filter.language import gettext as _
from followup_filter.store.schema import SCHEMA_VERSION

FILE_NAME = "followup-filter.sqlite3"
BUSY_TIMEOUT_MILLISECONDS = 10_000


class Database:
    """An open store. Use `with database.transaction() as connection`: all or nothing."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self.engine = engine
        self.path = path

    @classmethod
    def open(cls, folder: Path) -> Database:
        """Open, or make, the database in `folder`; folder and file are readable by their owner only.

        Raises StorageError when the disk refuses, the file is no database, or a newer program made it.
        """
        path = folder / FILE_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            os.close(handle)
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)
        except OSError as error:
            raise StorageError(
                _("The data folder {folder} cannot be used: {reason}. Choose another with --data-dir.").format(
                    folder=folder, reason=error.strerror
                )
            ) from None
        database = cls(_engine(path), path)
        with _storage_errors(path):
            database._migrate()
        return database

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection inside BEGIN IMMEDIATE … COMMIT; rolled back on any exception. Raises StorageError."""
        with _storage_errors(self.path), self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()

    def copy_to(self, folder: Path) -> None:
        """Make a private copy of all that is stored in another folder. Raises StorageError."""
        self._set_aside(folder / FILE_NAME)

    def _migrate(self) -> None:
        """Bring the schema up to date; Alembic is imported only when it is not (ecosystem.md section 11)."""
        with self.engine.begin() as connection:
            exists = connection.execute(
                text("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'")
            ).scalar()
            version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if exists else None
        if version == SCHEMA_VERSION:
            return
        if version is not None and version > SCHEMA_VERSION:
            raise StorageError(
                _("{file} was made by a newer followup-filter. Update the program.").format(file=self.path)
            )
        if version is not None:
            self._set_aside(self.path.with_suffix(f".before-{SCHEMA_VERSION}.sqlite3"))
        from followup_filter.store.migrations import upgrade

        with self.engine.begin() as connection:
            upgrade(connection)

    def _set_aside(self, copy: Path) -> None:
        """Make a private copy of all that is stored, what still lies in the write-ahead log included.

        Raises StorageError; nothing is migrated without its copy.
        """
        try:
            os.close(os.open(copy, os.O_RDWR | os.O_CREAT, 0o600))
            with closing(sqlite3.connect(self.path)) as stored, closing(sqlite3.connect(copy)) as target:
                stored.backup(target)
        except (OSError, sqlite3.Error) as error:
            sentence = _("The database {file} refused: {reason}.")
            raise StorageError(sentence.format(file=copy, reason=error)) from None


def _engine(path: Path) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"isolation_level": None})

    @event.listens_for(engine, "connect")
    def _settings(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # The sqlite3 module's own BEGIN comes late and leaves DDL outside of it.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@contextmanager
def _storage_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        reason = str(error.orig)
        if "locked" in reason:
            sentence = _("{file} is in use by another program. Try again in a moment.")
        elif "full" in reason:
            sentence = _("The disk is full; nothing was lost. Free some space and run again. ({file})")
        elif "not a database" in reason or "malformed" in reason:
            sentence = _("{file} is damaged or is no database. Set it aside and run again; mail will be read anew.")
        else:
            sentence = _("The database {file} refused: {reason}.")
        raise StorageError(sentence.format(file=path, reason=reason)) from None
