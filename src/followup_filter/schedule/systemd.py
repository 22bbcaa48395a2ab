"""A timer of the user's own systemd (Linux); it makes up for a night on which the machine was off."""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from followup_filter.language import gettext as _
from followup_filter.schedule.job import LABEL, Job, Status
from followup_filter.schedule.programs import must, output_of

NAME = "systemd"
SERVICE, TIMER = f"{LABEL}.service", f"{LABEL}.timer"
_TIME = re.compile(r"^OnCalendar=\*-\*-\* (\d\d:\d\d):00$", re.MULTILINE)


def unit_files(job: Job) -> dict[str, str]:
    """Both unit files by name (systemd.service(5), systemd.timer(5))."""
    environment = "".join(f"Environment={_word(f'{name}={value}')}\n" for name, value in job.environment.items())
    service = f"""\
[Unit]
Description=followup-filter: read new mail and write the report
StartLimitIntervalSec=6h
StartLimitBurst=4

[Service]
Type=oneshot
{environment}ExecStart={_command_line(job.command)}
# 3: some mail could not be read; the report says which.
SuccessExitStatus=3
# 5: the server or the network failed, as they do just after waking up; any other fault waits for the owner.
Restart=on-failure
RestartSec=15min
RestartPreventExitStatus=1 2 4 6 7
Nice=10
UMask=0077
NoNewPrivileges=yes
TimeoutStartSec=26h
"""
    timer = f"""\
[Unit]
Description=followup-filter every night

[Timer]
OnCalendar=*-*-* {job.at:%H:%M}:00
Persistent=true
RandomizedDelaySec=120

[Install]
WantedBy=timers.target
"""
    return {SERVICE: service, TIMER: timer}


def _word(text: str) -> str:
    """One quoted word, with % as itself (systemd.syntax(7))."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _command_line(command: Sequence[str]) -> str:
    """The words of a command; $ is special in all but the first (systemd.service(5), "Command lines")."""
    program, *arguments = map(_word, command)
    return " ".join([program, *(word.replace("$", "$$") for word in arguments)])


@dataclass(frozen=True, slots=True)
class Systemd:
    """The timer in the user's unit folder."""

    name = NAME

    @staticmethod
    def is_there() -> bool:
        """True when a systemd of this user is running."""
        return output_of(["systemctl", "--user", "show-environment"]) is not None

    @property
    def folder(self) -> Path:
        """Where the user's unit files lie."""
        return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"

    def preview(self, job: Job) -> str:
        """The files and commands of `install`."""
        files = "\n".join(f"# {self.folder / name}\n{text}" for name, text in unit_files(job).items())
        return f"{files}\n# systemctl --user daemon-reload\n# systemctl --user enable --now {TIMER}\n"

    def install(self, job: Job) -> list[str]:
        """Write the files and start the timer; returns what the owner should know."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, text in unit_files(job).items():
            (self.folder / name).write_text(text, "utf-8")
        must(["systemctl", "--user", "daemon-reload"])
        must(["systemctl", "--user", "enable", "--now", TIMER])
        must(["systemctl", "--user", "restart", TIMER])
        lingers = output_of(["loginctl", "show-user", getpass.getuser(), "--property=Linger"]) or ""
        if "yes" in lingers:
            return []
        return [_("It runs while you are logged in. To have it run otherwise as well: loginctl enable-linger")]

    def status(self) -> Status:
        """What the timer file says, and how the service last ended."""
        path = self.folder / TIMER
        try:
            found = _TIME.search(path.read_text("utf-8"))
        except OSError:
            return Status(NAME, str(path))
        shown = output_of(
            ["systemctl", "--user", "show", SERVICE, "--property=ExecMainExitTimestamp,ExecMainStatus,Result"]
        )
        facts = dict(line.partition("=")[::2] for line in (shown or "").splitlines())
        last = facts.get("ExecMainExitTimestamp", "")
        if last:
            last += " ({result}, {status})".format(result=facts.get("Result"), status=facts.get("ExecMainStatus"))
        return Status(NAME, str(path), found[1] if found else "", last)

    def remove(self) -> bool:
        """Stop the timer and delete its files; False when there were none."""
        there = [path for name in (SERVICE, TIMER) if (path := self.folder / name).exists()]
        if there:
            output_of(["systemctl", "--user", "disable", "--now", TIMER])
            for path in there:
                path.unlink()
            output_of(["systemctl", "--user", "daemon-reload"])
        return bool(there)
