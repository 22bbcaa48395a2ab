"""The moment by which a run must have ended, kept from outside: a server may send one byte a minute for ever."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable

from followup_filter.errors import EXIT_SERVER, ServerError
from followup_filter.language import gettext as _

GRACE_SECONDS = 4.0
"""After the deadline a run has so long to end by itself; then the process ends, which loses nothing."""


class Deadline:
    """A time limit. Use as a context manager; with None there is no limit.

    When the time is up, the functions given to `cuts` are called from another thread, so that whoever waits for a
    server is woken; `check` raises from then on. A process that has not ended by itself soon after is ended with exit
    status 5: what was stored are whole batches, as with any other kill.
    """

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds
        self._cuts: list[Callable[[], None]] = []
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Deadline:
        if self._end is not None:
            self._thread = threading.Thread(target=self._watch, daemon=True, name="deadline")
            self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._over.set()

    def cuts(self, function: Callable[[], None]) -> None:
        """Have `function` called when the time is up."""
        self._cuts.append(function)

    def check(self) -> None:
        """Raises ServerError once the time is up."""
        if self._end is not None and time.monotonic() >= self._end:
            raise ServerError(_sentence())

    def _watch(self) -> None:
        assert self._end is not None
        if self._over.wait(max(0.0, self._end - time.monotonic())):
            return
        grace_ends = time.monotonic() + GRACE_SECONDS
        while not self._over.wait(0.2):
            # A connection that is being made has no socket to cut yet, hence again and again.
            for function in self._cuts:
                function()
            if time.monotonic() >= grace_ends:
                print(_sentence(), file=sys.stderr, flush=True)
                os._exit(EXIT_SERVER)


def _sentence() -> str:
    return _("The time for this run is up. What was read is kept; the next run goes on from there.")
