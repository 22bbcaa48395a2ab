"""Having the program run every night, by whatever keeps timetables on this machine."""

from __future__ import annotations

import sys
from typing import Protocol

from followup_filter.schedule.crontab import Crontab
from followup_filter.schedule.job import Job, Status
from followup_filter.schedule.launchd import Launchd
from followup_filter.schedule.systemd import Systemd
from followup_filter.schedule.windows import TaskScheduler


class Backend(Protocol):
    """What keeps the timetable. `install` and `remove` raise UsageError when the system refuses."""

    @property
    def name(self) -> str:
        """Its name, as people know it."""
        ...

    def preview(self, job: Job) -> str:
        """What `install` would write and call."""
        ...

    def install(self, job: Job) -> list[str]:
        """Have the job run every day, in place of an earlier one; returns what the owner should know."""
        ...

    def status(self) -> Status:
        """What is scheduled now."""
        ...

    def remove(self) -> bool:
        """Have nothing run any more; False when nothing was scheduled."""
        ...


def backend() -> Backend:
    """What keeps timetables on this machine: launchd, Task Scheduler, systemd where it runs for users, else cron."""
    if sys.platform == "darwin":
        return Launchd()
    if sys.platform == "win32":
        return TaskScheduler()
    return Systemd() if Systemd.is_there() else Crontab()
