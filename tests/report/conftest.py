"""The database that the tests of this folder share; each writes in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from followup_filter.store.database import Database


@pytest.fixture(scope="package")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """An empty database in a real file."""
    database = Database.open(tmp_path_factory.mktemp("store"))
    yield database
    database.close()
