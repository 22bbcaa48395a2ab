"""Calling the programs of the system that keep timetables."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from followup_filter.errors import UsageError
from followup_filter.language import gettext as _

SECONDS = 30


def output_of(command: Sequence[str], *, stdin: str | None = None) -> str | None:
    """What a program prints, None when it fails, is not there or does not end."""
    try:
        done = subprocess.run(
            list(command),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def must(command: Sequence[str], *, stdin: str | None = None) -> None:
    """Run a program; raises UsageError, naming the command, when it fails."""
    if output_of(command, stdin=stdin) is None:
        raise UsageError(
            _("“{command}” failed, so nothing runs by itself yet. Try it by hand to see why.").format(
                command=" ".join(command)
            )
        )
