"""A fresh Dovecot for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.imap.dovecot import Dovecot


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    """A running server with an empty mailbox."""
    server = Dovecot()
    try:
        server.start()
        yield server
    finally:
        server.remove()
