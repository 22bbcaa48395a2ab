"""What a Windows machine lacks is not needed: tried by taking it away (the program was tried on Linux only)."""

from __future__ import annotations

import subprocess
import sys

_WITHOUT = """
import signal, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name in ("fcntl", "resource", "pwd", "grp", "termios"):
            raise ImportError(f"there is no {name} here")

sys.meta_path.insert(0, Blocked())
for name in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules.pop(name, None)
for name in ("SIGALRM", "alarm", "setitimer"):
    delattr(signal, name)
from followup_filter.cli.main import main
main(sys.argv[1:])
"""


def _run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT, *arguments], capture_output=True, encoding="utf-8", timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_demo_passes_without_what_windows_lacks() -> None:
    assert "[What each event brought]" in _run("demo")


def test_help_does_too() -> None:
    assert "followup-filter" in _run("--help")
