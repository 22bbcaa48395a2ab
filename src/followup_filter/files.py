"""Writing files that hold what is the owner's own: whole or not at all, and readable by nobody else."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

LEFTOVER_SECONDS = 24 * 60 * 60


def write_private(path: Path, data: bytes) -> None:
    """Write `data` to `path` in place of what was there, with mode 0600; a missing folder is made with 0700.

    The file appears under its name only when all of it is on the disk. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def forget_leftovers(folder: Path) -> None:
    """Delete what `write_private` left half-written in a folder when it was stopped, a day ago or more."""
    for file in folder.glob(".*-????????"):
        if time.time() - file.stat().st_mtime > LEFTOVER_SECONDS:
            file.unlink(missing_ok=True)
