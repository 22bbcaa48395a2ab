"""A line in the user's crontab, between two marks; all other lines stay as they are."""

from __future__ import annotations

import re
import shlex
import shutil
from dataclasses import dataclass

from followup_filter.errors import UsageError
from followup_filter.language import gettext as _
from followup_filter.schedule.job import LABEL, Job, Status
from followup_filter.schedule.programs import must, output_of

NAME = "cron"
BEGIN, END = f"# {LABEL}: begin", f"# {LABEL}: end"
_OURS = re.compile(rf"^{re.escape(BEGIN)}\n(?:.*\n)*?{re.escape(END)}\n?", re.MULTILINE)
_TIME = re.compile(r"^(\d+) (\d+) \* \* \* ", re.MULTILINE)


def cron_line(job: Job) -> str:
    """The line (crontab(5)): cron takes a bare % for the end of the command, so that it is escaped."""
    words = [f"{name}={shlex.quote(value)}" for name, value in job.environment.items()]
    words += [shlex.quote(word) for word in job.command]
    command = " ".join(words).replace("%", "\\%")
    return f"{job.at.minute} {job.at.hour} * * * {command}"


def merged(table: str, job: Job | None) -> str:
    """The crontab with our line in it, in place of an earlier one; with None, without it."""
    others = _OURS.sub("", table)
    if job is None:
        return others
    if others and not others.endswith("\n"):
        others += "\n"
    return f"{others}{BEGIN}\n{cron_line(job)}\n{END}\n"


@dataclass(frozen=True, slots=True)
class Crontab:
    """The user's crontab."""

    name = NAME

    @staticmethod
    def _table() -> str:
        # The program fails when there is no crontab yet.
        return output_of(["crontab", "-l"]) or ""

    def preview(self, job: Job) -> str:
        """The lines that `install` puts into the crontab."""
        return f"# crontab -e\n{merged('', job)}"

    def install(self, job: Job) -> list[str]:
        """Put the line into the crontab. Raises UsageError, with the line to enter by hand, where there is none."""
        if not shutil.which("crontab"):
            sentence = _(
                "This system has neither systemd for users nor crontab. Have whatever starts programs here run this "
                "every day:\n{line}"
            )
            raise UsageError(sentence.format(line=shlex.join(job.command)))
        must(["crontab", "-"], stdin=merged(self._table(), job))
        return [_("cron starts it only while the machine is on at that time.")]

    def status(self) -> Status:
        """What our line says."""
        ours = _OURS.search(self._table())
        found = _TIME.search(ours[0]) if ours else None
        return Status(NAME, "crontab", f"{int(found[2]):02}:{int(found[1]):02}" if found else "")

    def remove(self) -> bool:
        """Take the line out; False when there was none."""
        table = self._table()
        if not _OURS.search(table):
            return False
        left = merged(table, None)
        must(["crontab", "-"], stdin=left) if left.strip() else must(["crontab", "-r"])
        return True
