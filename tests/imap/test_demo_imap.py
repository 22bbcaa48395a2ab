"""`make demo-imap` ends with the report of `make demo`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import Invoke


def test_over_imap_the_demo_has_the_same_report(invoke: Invoke) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.demo_imap"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == invoke("demo").out
    assert len(done.stdout.splitlines()) > 40
