"""What runs every night, whatever starts it: reading new mail, then the report into a private file."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path

from followup_filter.config import DATA_VARIABLE, SETTINGS_VARIABLE, data_folder
from followup_filter.errors import UsageError
from followup_filter.language import gettext as _

LABEL = "followup-filter"
REPORT_FILE = "report.txt"
DEFAULT_TIME = time(6, 0)


@dataclass(frozen=True, slots=True)
class Job:
    """The command that runs at `at` every day, by the machine's clock, with what the environment needs besides."""

    at: time
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises UsageError for line breaks and the like, which no timetable can hold."""
        for text in (*self.command, *self.environment.values()):
            if not text.isprintable():
                raise UsageError(_("A path with line breaks in it cannot be scheduled: {path!r}").format(path=text))


@dataclass(frozen=True, slots=True)
class Status:
    """What is scheduled: by which `means`, in which place, at what time ("06:00"), and how the last start ended.

    `at` is "" when nothing is scheduled; `last` is "" where the system does not tell.
    """

    means: str
    place: str
    at: str = ""
    last: str = ""


def current_job(at: time) -> Job:
    """The job for this installation: its interpreter, data folder and settings, all by their whole paths."""
    environment = {
        name: str(Path(os.environ[name]).absolute())
        for name in (DATA_VARIABLE, SETTINGS_VARIABLE)
        if name in os.environ
    }
    report = str(data_folder().absolute() / REPORT_FILE)
    program = (sys.executable, "-m", "followup_filter")
    return Job(at, (*program, "run", "--quiet", "--report", report), environment)


def read_time(text: str) -> time:
    """The time that "06:00" or "6:00" names, by 24 hours. Raises UsageError."""
    hours, colon, minutes = text.strip().partition(":")
    try:
        if not (colon and hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2):
            raise ValueError
        return time(int(hours), int(minutes))
    except ValueError:
        sentence = _("“{text}” is no time. Write it like this: --at 06:00")
        raise UsageError(sentence.format(text=text)) from None
