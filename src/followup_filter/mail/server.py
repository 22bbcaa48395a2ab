"""The words for mail on a server, and what is known of it before it is read.

ACCOUNT      A login on a server.
FOLDER       One mailbox of the account, with the role that its attributes give it (RFC 6154).
UIDVALIDITY  The number that says which generation of UIDs a folder is in; when it changes, old UIDs mean nothing.
UID          A mail's number in its folder, for as long as UIDVALIDITY stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a folder is for, by its attribute; names are never looked at."""

    INBOX = "inbox"
    ALL = "all"
    JUNK = "junk"
    SENT = "sent"
    TRASH = "trash"
    DRAFTS = "drafts"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that can be opened: its decoded name and its role."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class OpenFolder:
    """An opened folder: UIDVALIDITY, the UID that the next mail will get (0: not told), and how many mails it holds."""

    folder: Folder
    uidvalidity: int
    next_uid: int
    mails: int


@dataclass(frozen=True, slots=True)
class ServerMail:
    """One mail as fetched; `received` is the server's INTERNALDATE. With `error` there are no bytes.

    `sent`: the server says that the owner sent it.
    """

    uid: int
    received: datetime | None
    raw: bytes
    error: str = ""
    sent: bool = False
