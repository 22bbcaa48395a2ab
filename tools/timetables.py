"""Writes contrib/: what `schedule install` makes for an owner whose program lies in ~/.local/bin, one file a system."""

from __future__ import annotations

from datetime import time
from pathlib import Path

from followup_filter.schedule import crontab, launchd, systemd, windows
from followup_filter.schedule.job import Job

CONTRIB = Path(__file__).parents[1] / "contrib"
AT = time(6, 0)


def job(home: str, separator: str = "/") -> Job:
    """The job of the examples."""
    program = separator.join([home, ".local", "bin", "followup-filter"])
    report = separator.join([home, "followup-filter", "report.txt"])
    return Job(AT, (program, "run", "--quiet", "--report", report))


def examples() -> dict[str, bytes]:
    """Every example by its path below contrib/."""
    linux, mac, pc = job("/home/hanako"), job("/Users/hanako"), job(r"C:\Users\hanako", "\\")
    files = {f"systemd/{name}": text.encode() for name, text in systemd.unit_files(linux).items()}
    files[f"launchd/{launchd.AGENT}.plist"] = launchd.agent_file(mac)
    files["windows/followup-filter.xml"] = windows.task_file(pc).encode("utf-16")
    files["cron/crontab"] = crontab.merged("", linux).encode()
    return files


def main() -> None:
    """Write them all."""
    for name, data in examples().items():
        path = CONTRIB / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    main()
