"""The timetables: what each system is given, read back by the system's own programs or formats where they are here."""

from __future__ import annotations

import os
import plistlib
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from followup_filter import schedule
from followup_filter.config import DATA_VARIABLE, SETTINGS_VARIABLE
from followup_filter.errors import EXIT_USAGE, UsageError
from followup_filter.schedule import crontab, launchd, systemd, windows
from followup_filter.schedule.crontab import Crontab
from followup_filter.schedule.job import Job, current_job, read_time
from followup_filter.schedule.systemd import Systemd
from tests.conftest import Invoke
from tools import timetables

ODD = '/home/花 子/50% "quoted" $HOME\'s & <b>\\/followup-filter'
"""A path with everything that some format takes for its own."""
ODD_JOB = Job(time(5, 7), (ODD, "run", "--report", f"{ODD}.txt"), {"FOLLOWUP_FILTER_DATA_DIR": ODD})


def test_contrib_holds_what_install_makes() -> None:
    for name, data in timetables.examples().items():
        assert (timetables.CONTRIB / name).read_bytes() == data, f"run: python -m tools.timetables ({name})"
    shipped = {path.relative_to(timetables.CONTRIB).as_posix() for path in timetables.CONTRIB.rglob("*.*")}
    assert shipped - {"README.md"} <= set(timetables.examples())


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("odd", [False, True])
def test_systemd_takes_the_units(odd: bool, tmp_path: Path) -> None:
    """The program must exist and be executable, else systemd-analyze complains of that."""
    program = tmp_path / ("50% $HOME 花子" if odd else "plain")
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    job = Job(time(6, 0), (str(program), "run", 'a "b" \\ c'), {"FOLLOWUP_FILTER_DATA_DIR": str(tmp_path / "50% x")})
    for name, text in systemd.unit_files(job).items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(tmp_path / systemd.SERVICE), str(tmp_path / systemd.TIMER)],
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        check=False,
    )
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "followup-filter" in line or "50%" in line]
    assert ours == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_reads_the_time_as_daily() -> None:
    (line,) = [line for line in systemd.unit_files(ODD_JOB)[systemd.TIMER].splitlines() if "OnCalendar" in line]
    told = subprocess.run(
        ["systemd-analyze", "calendar", line.partition("=")[2]], capture_output=True, text=True, check=True
    )
    assert "Normalized form: *-*-* 05:07:00" in told.stdout


def test_the_property_list_holds_the_job() -> None:
    values = plistlib.loads(launchd.agent_file(ODD_JOB))
    assert tuple(values["ProgramArguments"]) == ODD_JOB.command
    assert values["EnvironmentVariables"] == ODD_JOB.environment
    assert values["StartCalendarInterval"] == {"Hour": 5, "Minute": 7}


def test_the_task_is_xml_and_holds_the_job() -> None:
    job = Job(time(5, 7), (r"C:\Users\花 子\a & b\followup-filter.exe", "run", "--report", r"C:\x <y>\r.txt"))
    task = ElementTree.fromstring(windows.task_file(job).encode("utf-16"))
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    assert task.findtext(f".//{space}Command") == job.command[0]
    assert task.findtext(f".//{space}Arguments") == subprocess.list2cmdline(job.command[1:])
    assert task.findtext(f".//{space}StartWhenAvailable") == "true"
    assert task.findtext(f".//{space}LogonType") == "InteractiveToken"
    assert str(task.findtext(f".//{space}StartBoundary")).endswith("T05:07:00")
    with_settings = windows.task_file(Job(time(5, 7), job.command, {"FOLLOWUP_FILTER_DATA_DIR": r"D:\d & e"}))
    arguments = str(ElementTree.fromstring(with_settings.encode("utf-16")).findtext(f".//{space}Arguments"))
    assert r'set "FOLLOWUP_FILTER_DATA_DIR=D:\d & e" && ' in arguments


def test_a_shell_takes_the_crontab_line_for_the_job() -> None:
    """Cron turns \\% into % and hands the rest to the shell."""
    minute, hour, *_days, command = crontab.cron_line(ODD_JOB).split(" ", 5)
    assert (minute, hour) == ("7", "5")
    words = shlex.split(command.replace("\\%", "%"))
    assert words == [f"FOLLOWUP_FILTER_DATA_DIR={ODD}", *ODD_JOB.command]
    assert "%" not in command.replace("\\%", "")


def test_other_lines_of_the_crontab_stay() -> None:
    others = "# mine\n0 1 * * * backup\n"
    once = crontab.merged(others, ODD_JOB)
    assert once.startswith(others)
    assert crontab.merged(once, ODD_JOB) == once
    later = crontab.merged(once + "5 5 * * * more\n", Job(time(22, 30), ("x",)))
    assert later.count(crontab.BEGIN) == 1 and "30 22 * * * x" in later and "5 5 * * * more" in later
    assert crontab.merged(later, None) == others + "5 5 * * * more\n"
    assert crontab.merged("0 1 * * * no line end", ODD_JOB).startswith("0 1 * * * no line end\n")


@pytest.mark.parametrize(("text", "expected"), [("06:00", time(6)), ("6:00", time(6)), ("23:59", time(23, 59))])
def test_a_time(text: str, expected: time) -> None:
    assert read_time(text) == expected


@pytest.mark.parametrize("text", ["24:00", "6", "6:0", "06:60", "", "6am", "-1:00", "６時"])
def test_no_time(text: str, invoke: Invoke) -> None:
    with pytest.raises(UsageError, match="--at 06:00"):
        read_time(text)
    assert invoke("schedule", "install", "--print", f"--at={text}").status == EXIT_USAGE


def test_a_line_break_in_a_path_is_refused() -> None:
    with pytest.raises(UsageError, match="line breaks"):
        Job(time(6, 0), ("/home/a\nb",))


@pytest.fixture
def own_crontab(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The crontab of the account that runs the tests; put back afterwards."""
    before = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False)
    monkeypatch.setattr(Systemd, "is_there", staticmethod(lambda: False))
    yield
    if before.returncode == 0:
        subprocess.run(["crontab", "-"], input=before.stdout, text=True, check=True)
    else:
        subprocess.run(["crontab", "-r"], capture_output=True, check=False)


def test_with_the_real_crontab_from_install_to_remove(
    own_crontab: None, invoke: Invoke, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sys.platform != "linux" or schedule.backend().name == crontab.NAME
    assert "Nothing is scheduled" in invoke("schedule", "status").out
    subprocess.run(["crontab", "-"], input="0 1 * * * backup\n", text=True, check=True)
    installed = invoke("schedule", "install", "--at", "22:30")
    assert "22:30" in installed.out and installed.status == 0
    assert "every day at 22:30 (cron" in invoke("schedule", "status").out
    assert invoke("schedule", "install").status == 0
    assert '"at": "06:00"' in invoke("schedule", "status", "--format", "json").out
    table = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=True).stdout
    assert table.startswith("0 1 * * * backup\n") and table.count("followup_filter run") == 1
    assert "no longer" in invoke("schedule", "remove").out
    assert "Nothing was scheduled" in invoke("schedule", "remove").out
    left = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=True).stdout
    assert left == "0 1 * * * backup\n"


def test_the_line_runs_in_an_environment_as_bare_as_crons(tmp_path: Path) -> None:
    """With no account the run says what to do; with an account that cannot be reached the report says so."""
    (tmp_path / "settings.toml").write_text(
        "language = 'en'\n[[accounts]]\naddress = 'a@b.example'\nhost = '127.0.0.1'\nport = 9\n"
        "password_command = ['/bin/echo', 'x']\n"
    )
    command = crontab.cron_line(current_job(time(6, 0))).split(" ", 5)[5].replace("\\%", "%")
    bare = {"HOME": str(tmp_path), "LOGNAME": "hanako", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["/bin/sh", "-c", command], env=bare, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 5, done.stderr
    report = Path(os.environ[DATA_VARIABLE]) / "report.txt"
    assert "[!] a@b.example: The mail server 127.0.0.1:9 cannot be reached" in report.read_text()
    assert report.stat().st_mode & 0o077 == 0


def test_the_job_names_everything_by_its_whole_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(DATA_VARIABLE, "data")
    monkeypatch.delenv(SETTINGS_VARIABLE)
    job = current_job(time(6, 0))
    assert job.environment == {DATA_VARIABLE: str(tmp_path / "data")}
    assert Path(job.command[0]).is_absolute() and job.command[-1] == str(tmp_path / "data" / "report.txt")


def test_what_would_be_done_is_shown_and_nothing_is_done(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for keeper in (Systemd(), Crontab(), launchd.Launchd(), windows.TaskScheduler()):
        monkeypatch.setattr(schedule, "backend", lambda keeper=keeper: keeper)
        shown = invoke("schedule", "install", "--print", "--at", "05:07").out
        assert "report.txt" in shown and ("05:07" in shown or "7 5 *" in shown or "<integer>7</integer>" in shown)
    assert not (tmp_path / "systemd").exists()


def test_systemd_files_are_written_found_and_removed(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without a running systemd of the user the call of systemctl fails, and says so; the files are there."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(schedule, "backend", Systemd)
    told = invoke("schedule", "install", "--at", "05:07")
    assert told.status in (0, EXIT_USAGE)
    assert told.status == 0 or "systemctl --user daemon-reload" in told.err
    assert "05:07 (systemd" in invoke("schedule", "status").out
    assert (tmp_path / "systemd" / "user" / systemd.SERVICE).exists()
    assert "no longer" in invoke("schedule", "remove").out
    assert list((tmp_path / "systemd" / "user").iterdir()) == []
