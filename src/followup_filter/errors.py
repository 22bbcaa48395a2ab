"""The exceptions of the project, each carrying the sentence a user reads and its exit status."""

from __future__ import annotations

EXIT_OK = 0
EXIT_FAULT = 1
EXIT_USAGE = 2
EXIT_UNREADABLE = 3
EXIT_LOGIN = 4
EXIT_SERVER = 5
EXIT_LOCKED = 6
EXIT_STORAGE = 7
EXIT_INTERRUPTED = 130


class FollowupError(Exception):
    """A fault with a sentence for the user: what happened, where, and what to do.

    `exit_status` is the process's exit status (design.md, "Exit statuses").
    """

    exit_status = EXIT_FAULT


class UsageError(FollowupError):
    """A path, option, settings or events file that cannot be used as given."""

    exit_status = EXIT_USAGE


class ModelError(UsageError):
    """A model that is missing, unknown, damaged or does not fit."""


class SampleError(UsageError):
    """A labelled sample that breaks the format of design.md."""


class LoginRefusedError(FollowupError):
    """The server refused the sign-in."""

    exit_status = EXIT_LOGIN


class NoSecretError(LoginRefusedError):
    """There is nothing to sign in with; the server was not asked."""


class ServerError(FollowupError):
    """The server or the network failed."""

    exit_status = EXIT_SERVER


class RefusedError(ServerError):
    """The server refused one command; the connection stays."""


class RunningError(FollowupError):
    """Another run holds the lock."""

    exit_status = EXIT_LOCKED


class StorageError(FollowupError):
    """The database or the disk under it refused."""

    exit_status = EXIT_STORAGE


class UnreadableMailError(FollowupError):
    """A mail from which no header and no text could be made out, or that hit a limit."""

    exit_status = EXIT_UNREADABLE
