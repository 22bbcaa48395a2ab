"""A data folder with the demo read and the rows of the shipped samples at hand, so that learning takes seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from followup_filter.learning import choice
from followup_filter.model.shipped import SHIPPED_DIGEST
from followup_filter.store.database import Database


@pytest.fixture
def learner(own_demo_data: Path, rows: Path) -> Iterator[Database]:
    """The demo, read, in a database that may be changed."""
    database = Database.open(own_demo_data)
    target = choice.rows_file(database, SHIPPED_DIGEST)
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(rows.read_bytes())
    yield database
    database.close()
