"""An agent of launchd (macOS); it makes up for a night on which the machine slept."""

from __future__ import annotations

import os
import plistlib
from dataclasses import dataclass
from pathlib import Path

from followup_filter.schedule.job import LABEL, Job, Status
from followup_filter.schedule.programs import must, output_of

NAME = "launchd"
AGENT = f"example.{LABEL}"


def agent_file(job: Job) -> bytes:
    """The property list (launchd.plist(5))."""
    return plistlib.dumps(
        {
            "Label": AGENT,
            "ProgramArguments": list(job.command),
            "EnvironmentVariables": dict(job.environment),
            "StartCalendarInterval": {"Hour": job.at.hour, "Minute": job.at.minute},
            "ProcessType": "Background",
            "Umask": 0o077,
        },
        sort_keys=True,
    )


@dataclass(frozen=True, slots=True)
class Launchd:
    """The agent in the user's library."""

    name = NAME

    @property
    def path(self) -> Path:
        """Where the agent lies."""
        return Path.home() / "Library" / "LaunchAgents" / f"{AGENT}.plist"

    def preview(self, job: Job) -> str:
        """The file and command of `install`."""
        text = agent_file(job).decode("utf-8")
        return f"# {self.path}\n{text}\n# launchctl bootstrap {_domain()} {self.path}\n"

    def install(self, job: Job) -> list[str]:
        """Write the agent and load it in place of an earlier one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        output_of(["launchctl", "bootout", f"{_domain()}/{AGENT}"])
        self.path.write_bytes(agent_file(job))
        must(["launchctl", "bootstrap", _domain(), str(self.path)])
        return []

    def status(self) -> Status:
        """What the agent's file says, and the status with which it last ended."""
        try:
            when = plistlib.loads(self.path.read_bytes())["StartCalendarInterval"]
            at = f"{when['Hour']:02}:{when['Minute']:02}"
        except (OSError, KeyError, ValueError, plistlib.InvalidFileException):
            return Status(NAME, str(self.path))
        shown = output_of(["launchctl", "print", f"{_domain()}/{AGENT}"]) or ""
        last = next((line.strip() for line in shown.splitlines() if "last exit code" in line), "")
        return Status(NAME, str(self.path), at, last)

    def remove(self) -> bool:
        """Unload the agent and delete its file; False when there was none."""
        if not self.path.exists():
            return False
        output_of(["launchctl", "bootout", f"{_domain()}/{AGENT}"])
        self.path.unlink()
        return True


def _domain() -> str:
    return f"gui/{os.getuid() if hasattr(os, 'getuid') else 0}"
