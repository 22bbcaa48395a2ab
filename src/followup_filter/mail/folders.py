"""Which files below a folder are mails."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_MAILDIR = ("cur", "new")


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A mail file: the names that lead to it from the folder given."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FolderError(FoundFile):
    """A folder that could not be listed, and why."""

    reason: OSError


def mail_files(folder: Path) -> Iterator[FoundFile]:
    """The mails below `folder` in sorted order: files ending in .eml (in any case), and all files of Maildirs.

    Hidden files and folders are left out, a Maildir's `tmp` too. A folder reached twice through links is read once.
    """
    seen: set[str] = set()
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        names = waiting.pop()
        path = folder.joinpath(*names)
        if names and not _is_folder(path):
            yield FoundFile(names)
            continue
        real = os.path.realpath(path)
        if real in seen:
            continue
        seen.add(real)
        try:
            inside = sorted(entry.name for entry in os.scandir(path))
        except OSError as error:
            yield FolderError(names, error)
            continue
        waiting += [(*names, name) for name in reversed(_wanted(path, inside))]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _wanted(path: Path, inside: list[str]) -> list[str]:
    """The names in a folder that are mails or folders to look into."""
    in_maildir = path.name in _MAILDIR and all((path.parent / name).is_dir() for name in _MAILDIR)
    is_maildir = all((path / name).is_dir() for name in _MAILDIR)
    wanted = []
    for name in inside:
        if name.startswith(".") or (is_maildir and name == "tmp"):
            continue
        if in_maildir or name.lower().endswith(".eml") or _is_folder(path / name):
            wanted.append(name)
    return wanted
