"""Where mail comes from, when it lies in files.

A *source* is one place given by the user: a mail file, a folder, an mbox file or standard input. It gives *mails*, in
a fixed order. Each mail has a *path*, by which people find it again: the path as given joined with the file's name,
with "#n" behind it for the n-th mail of an mbox file; and its *raw* bytes as they lie there, before any reading. A mail
that cannot be fetched comes with an *error*, a sentence, and stops none of the others.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from followup_filter.errors import UsageError
from followup_filter.language import gettext as _
from followup_filter.mail import mbox
from followup_filter.mail.folders import FolderError, mail_files

LARGE_BYTES = 50_000_000
READ_BYTES = 5_000_000
"""Bytes that are read of a file larger than 50 MB."""
STANDARD_INPUT = "-"

_HEADER = re.compile(rb"[!-9;-~]{1,100}:")
_USUAL_HEADER = re.compile(
    rb"^(?:from|to|subject|date|message-id|received|return-path|delivered-to|mime-version|content-type|reply-to"
    rb"|x-[a-z-]+|dkim-signature)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class RawMail:
    """One mail as it lies in its source; with `error` (a sentence) and no bytes when it could not be fetched."""

    path: str
    raw: bytes
    error: str = ""


class MailSource(Protocol):
    """One place that gives mails; `name` is the path as given."""

    @property
    def name(self) -> str:
        """The path as the user gave it."""
        ...

    def mails(self) -> Iterator[RawMail]:
        """The mails in order. Never raises because of one of them: see RawMail.error."""
        ...

    def count(self) -> int:
        """About how many mails there are, found out without reading them; for a progress bar."""
        ...


@dataclass(frozen=True, slots=True)
class MailFile:
    """One file that is one mail."""

    name: str

    def mails(self) -> Iterator[RawMail]:
        """The one mail."""
        yield _read_file(Path(self.name), _posix(self.name))

    def count(self) -> int:
        """One."""
        return 1


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder: files ending in .eml and Maildirs, in it and below it, in sorted order; no hidden files."""

    name: str

    def mails(self) -> Iterator[RawMail]:
        """A mail a file; a folder that may not be listed counts as a mail that could not be read."""
        for found in mail_files(Path(self.name)):
            path = "/".join([_posix(self.name).rstrip("/"), *found.names]) if found.names else _posix(self.name)
            if isinstance(found, FolderError):
                yield RawMail(path, b"", _cannot_be_read(found.reason))
            else:
                yield _read_file(Path(self.name, *found.names), path)

    def count(self) -> int:
        """The number of files."""
        return sum(1 for found in mail_files(Path(self.name)))


@dataclass(frozen=True, slots=True)
class Mbox:
    """An mbox file: many mails, each below a line that begins with "From "."""

    name: str

    def mails(self) -> Iterator[RawMail]:
        """The mails as they follow each other, read one at a time."""
        path = _posix(self.name)
        number = 0
        try:
            with Path(self.name).open("rb") as file:
                for number, raw in enumerate(mbox.split(file, LARGE_BYTES), start=1):
                    yield RawMail(f"{path}#{number}", raw if len(raw) < LARGE_BYTES else raw[:READ_BYTES])
        except OSError as error:
            yield RawMail(f"{path}#{number + 1}", b"", _cannot_be_read(error))

    def count(self) -> int:
        """The number of "From " lines."""
        try:
            with Path(self.name).open("rb") as file:
                return mbox.count(file)
        except OSError:
            return 0


@dataclass(frozen=True, slots=True)
class StandardInput:
    """Standard input: one mail."""

    name: str = STANDARD_INPUT

    def mails(self) -> Iterator[RawMail]:
        """The one mail, read to the end of the input."""
        try:
            raw = sys.stdin.buffer.read(LARGE_BYTES + 1)
        except (OSError, ValueError, AttributeError) as error:
            yield RawMail(self.name, b"", _cannot_be_read(error))
            return
        yield RawMail(self.name, raw if len(raw) <= LARGE_BYTES else raw[:READ_BYTES])

    def count(self) -> int:
        """One."""
        return 1


def open_source(path: str) -> MailSource:
    """The source at `path`: a mail file, a folder, an mbox file, or "-" for one mail on standard input.

    Raises UsageError with the sentence to show when there is nothing, no mail, or no permission.
    """
    if path == STANDARD_INPUT:
        return StandardInput()
    try:
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            return _open_folder(path)
        if not stat.S_ISREG(mode):
            raise UsageError(_("{path} is neither a file nor a folder.").format(path=path))
        with Path(path).open("rb") as file:
            start = file.read(4_096)
    except FileNotFoundError:
        raise UsageError(_("{path} does not exist.").format(path=path)) from None
    except PermissionError:
        raise UsageError(_("{path} may not be read: permission denied.").format(path=path)) from None
    except (OSError, ValueError) as error:
        raise UsageError(_("{path} cannot be read: {reason}.").format(path=path, reason=_reason(error))) from None
    if path.lower().endswith(".eml"):
        return MailFile(path)
    if mbox.begins_like_one(start):
        return Mbox(path)
    if _begins_like_mail(start):
        return MailFile(path)
    raise UsageError(
        _("{path} is neither a mail nor an mbox file. Give files ending in .eml, mbox files, or folders.").format(
            path=path
        )
    )


def _open_folder(path: str) -> Folder:
    found = next(iter(mail_files(Path(path))), None)
    if found is None:
        raise UsageError(
            _("{path} has no mail: files ending in .eml, Maildirs and mbox files given by name are read.").format(
                path=path
            )
        )
    if isinstance(found, FolderError) and not found.names:
        raise found.reason
    return Folder(path)


def _begins_like_mail(start: bytes) -> bool:
    """True when the first lines are mail headers, at least one of them a usual one."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    head = re.split(rb"\r?\n\r?\n|\r\r", text, maxsplit=1)[0]
    first = head.split(b"\n", 1)[0]
    return _HEADER.match(first) is not None and b"\0" not in head and _USUAL_HEADER.search(head) is not None


def _read_file(file: Path, path: str) -> RawMail:
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            # Opening a pipe would wait for ever.
            raise OSError(errno.EINVAL, "not a regular file")
        with file.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            return RawMail(path, stream.read(READ_BYTES if size > LARGE_BYTES else LARGE_BYTES))
    except (OSError, ValueError) as error:
        return RawMail(path, b"", _cannot_be_read(error))


def _cannot_be_read(error: Exception) -> str:
    return _("This mail could not be read: {reason}.").format(reason=_reason(error))


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


def _posix(path: str) -> str:
    return path.replace(os.sep, "/")
