"""A task of Windows' Task Scheduler; it makes up for a night on which the machine was off, and needs no password."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from followup_filter.schedule.job import LABEL, Job, Status
from followup_filter.schedule.programs import must, output_of

NAME = "Task Scheduler"
_TIME = re.compile(r"<StartBoundary>[^T<]*T(\d\d:\d\d)")


def task_file(job: Job) -> str:
    """The task as XML (Task Scheduler schema 1.2).

    A task has no environment of its own, so that variables are set by a command processor in front of the program.
    """
    program, *arguments = job.command
    if job.environment:
        settings = " && ".join(f'set "{name}={value}"' for name, value in job.environment.items())
        arguments = ["/d", "/s", "/c", f'"{settings} && {subprocess.list2cmdline(job.command)}"']
        program, line = "cmd.exe", " ".join(arguments)
    else:
        line = subprocess.list2cmdline(arguments)
    return f"""\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>followup-filter: read new mail and write the report</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2026-01-01T{job.at:%H:%M}:00</StartBoundary>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>true</RunOnlyIfNetworkAvailable>
    <ExecutionTimeLimit>PT26H</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(program)}</Command>
      <Arguments>{escape(line)}</Arguments>
    </Exec>
  </Actions>
</Task>
"""


@dataclass(frozen=True, slots=True)
class TaskScheduler:
    """The task under its name."""

    name = NAME

    def preview(self, job: Job) -> str:
        """The file and command of `install`."""
        return f"{task_file(job)}\n# schtasks /Create /TN {LABEL} /XML FILE /F\n"

    def install(self, job: Job) -> list[str]:
        """Create the task in place of an earlier one."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "task.xml"
            file.write_text(task_file(job), "utf-16")
            must(["schtasks", "/Create", "/TN", LABEL, "/XML", str(file), "/F"])
        return []

    def status(self) -> Status:
        """What the task says of itself."""
        text = output_of(["schtasks", "/Query", "/TN", LABEL, "/XML"]) or ""
        found = _TIME.search(text)
        return Status(NAME, LABEL, found[1] if found else "")

    def remove(self) -> bool:
        """Delete the task; False when there was none."""
        return output_of(["schtasks", "/Delete", "/TN", LABEL, "/F"]) is not None
