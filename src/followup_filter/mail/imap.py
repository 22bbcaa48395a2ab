"""Mail on an IMAP server, read without ever changing anything there (words: server.py).

Folders are opened with EXAMINE and text is fetched with BODY.PEEK, so that no mail is ever marked as read. Nothing that
a mail says ever enters a command. Faults and answers: reliability.md section 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from followup_filter.config import Account
from followup_filter.errors import RefusedError
from followup_filter.language import gettext as _
from followup_filter.mail.deadline import Deadline
from followup_filter.mail.imap_connection import BrokenOffError, ImapConnection
from followup_filter.mail.server import Folder, OpenFolder, Role, ServerMail
from followup_filter.secret import Credentials

SEARCH_WINDOW = 50_000
"""UIDs of one SEARCH: its answer must stay below imaplib's line limit of 1,000,000 bytes."""
BATCH_UIDS, BATCH_BYTES = 500, 4_000_000
WHOLE_BYTES = 262_144
"""Mails up to this size are fetched whole, of larger ones the first so many bytes."""
LONG_BYTES = 2_000_000
"""Of a large mail whose start has no text, so many bytes are fetched."""
WHOLE_HEADER_BYTES = 8_192
RECONNECTS = 40
"""So often a connection is made anew in one run, to find the mails on which the server breaks off."""

_HEADER, _START = "BODY.PEEK[HEADER]", f"BODY.PEEK[]<0.{WHOLE_BYTES}>"
_GMAIL = b"X-GM-EXT-1"
_STAND_IN = re.compile(rb"^Subject:[ \t]*Retrieval using the IMAP4 protocol failed", re.IGNORECASE | re.MULTILINE)
"""What Exchange hands out in place of a mail that it cannot convert (reliability.md section 1, fault 12)."""


class ImapSource:
    """A connection to one account. Use as a context manager: `with ImapSource(account, credentials, …) as source`."""

    def __init__(
        self,
        account: Account,
        credentials: Credentials,
        has_text: Callable[[bytes], bool],
        deadline: Deadline | None = None,
    ) -> None:
        """`has_text` says whether the start of a large mail already holds its text; `deadline` ends waiting."""
        self.account = account
        self._has_text = has_text
        self._deadline = deadline or Deadline(None)
        self.connection = ImapConnection(account, credentials, self._deadline)

    def __enter__(self) -> ImapSource:
        self._deadline.cuts(self.connection.cut)
        self.connection.open()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.connection.close()

    def folders(self) -> list[Folder]:
        """The folders that can be opened, in the server's order.

        Raises ServerError when the connection is lost or the server refuses.
        """
        found = self.connection.ask(lambda client: client.list_folders())
        folders = []
        for flags, _delimiter, name in found:
            attributes = {_text(flag).lower() for flag in flags}
            if not attributes & {"\\noselect", "\\nonexistent"}:
                folders.append(Folder(_text(name), _role(_text(name), attributes)))
        return folders

    @property
    def is_gmail(self) -> bool:
        """True when the server speaks Gmail's extension of IMAP."""
        return bool(self.connection.ask(lambda client: client.has_capability(_GMAIL)))

    def open(self, folder: Folder) -> OpenFolder:
        """Open a folder read-only (EXAMINE). Raises RefusedError, or ServerError when the connection is lost."""
        self.connection.folder = folder
        state = self.connection.ask(lambda client: client.select_folder(folder.name, readonly=True))
        uidvalidity, next_uid, mails = (int(state.get(key, 0)) for key in (b"UIDVALIDITY", b"UIDNEXT", b"EXISTS"))
        return OpenFolder(folder, uidvalidity, next_uid, mails)

    def arrived_since(
        self,
        opened: OpenFolder,
        since: date,
        *,
        before: date | None = None,
        moved_in: tuple[int, date] | None = None,
    ) -> list[int]:
        """The UIDs, rising, of mail that arrived on or after the day `since` (and before the day `before`).

        `moved_in`: a UID and an earlier day; mail from this UID on is wanted if it arrived on or after that day. Raises
        RefusedError or ServerError.
        """
        if not opened.mails:
            return []
        wanted: list[object] = ["SINCE", since, *(["BEFORE", before] if before else [])]
        if moved_in and moved_in[0] and moved_in[1] < since:
            wanted = ["OR", wanted, ["UID", f"{moved_in[0]}:*", "SINCE", moved_in[1]]]
        # Without UIDNEXT one open window has to do.
        starts = range(1, max(opened.next_uid, 2), SEARCH_WINDOW) if opened.next_uid else range(1, 2)
        uids: set[int] = set()
        for start in starts:
            window = f"{start}:{start + SEARCH_WINDOW - 1 if opened.next_uid else '*'}"
            found = self._search(["UID", window, *wanted])
            # A window that ends in * always holds the last mail, even one below its start.
            uids.update(uid for uid in found if uid >= start)
        return sorted(uids)

    def _search(self, criteria: list[object]) -> list[int]:
        return list(self.connection.ask(lambda client: client.search(criteria)))

    def answered(self, uids: Collection[int]) -> list[int]:
        """Which of these mails of the opened folder carry the flag \\Answered. Raises ServerError."""
        found: list[int] = []
        for part in _parts(uids):
            found += [uid for uid, answer in self._answers(part, ["FLAGS"]).items() if b"\\Answered" in _flags(answer)]
        return sorted(found)

    def gmail_numbers(self, uids: Collection[int]) -> dict[int, str]:
        """Gmail's number of each mail, the same in all folders; elsewhere "". Raises ServerError."""
        numbers = dict.fromkeys(sorted(uids), "")
        if not uids or not self.is_gmail:
            return numbers
        for part in _parts(uids):
            for uid, answer in self._answers(part, ["X-GM-MSGID"]).items():
                numbers[uid] = str(answer.get(b"X-GM-MSGID", ""))
        return numbers

    def addresses(self, uids: Collection[int]) -> Iterator[list[ServerMail]]:
        """From, To, Cc and Date of mails of the opened folder, as header lines, in batches. Raises ServerError."""
        item = "BODY.PEEK[HEADER.FIELDS (FROM TO CC DATE)]"
        for part in _parts(uids):
            answers = self._answers(part, ["INTERNALDATE", item])
            yield [
                ServerMail(uid, _aware(answer.get(b"INTERNALDATE")), _body(answer) or b"")
                for uid, answer in answers.items()
            ]

    def fetch(self, uids: Collection[int], *, headers_only: bool = False) -> Iterator[list[ServerMail]]:
        """The mails of the opened folder, in batches; a mail that has gone meanwhile is left out.

        Of mail that the owner sent, as far as the server tells, only headers are fetched. Raises ServerError when the
        connection cannot be had back.
        """
        facts_wanted = ["RFC822.SIZE", "INTERNALDATE", *(["X-GM-LABELS"] if uids and self.is_gmail else [])]
        for part in _parts(uids):
            facts = self._answers(part, facts_wanted)
            if withheld := self._withheld([uid for uid in part if uid not in facts]):
                yield withheld
            sent = {uid for uid in facts if headers_only or _is_labelled_sent(facts[uid])}
            for group, item in ((sent, _HEADER), (facts.keys() - sent, _START)):
                for batch in _by_bytes([uid for uid in part if uid in group], facts):
                    bodies = self._answers(batch, [item])
                    yield [mail for uid in batch if (mail := self._mail(uid, facts[uid], bodies, item))]

    def _withheld(self, uids: Sequence[int]) -> list[ServerMail]:
        """Of mails about which the server says nothing, those that are still there."""
        there = self._answers(uids, ["UID"]) if uids else {}
        return [ServerMail(uid, None, b"", _not_handed_out()) for uid in there]

    def _mail(self, uid: int, facts: dict[bytes, Any], bodies: Answers, item: str) -> ServerMail | None:
        received = _aware(facts.get(b"INTERNALDATE"))
        raw = _body(bodies.get(uid, {}))
        if raw is None:
            # The server left it out of a batch: asked for alone it comes, or it has gone.
            answers = self._answers([uid], [item])
            if uid not in answers and uid not in self._answers([uid], ["UID"]):
                return None
            raw = _body(answers.get(uid, {}))
        if raw is None or _STAND_IN.search(raw[:WHOLE_HEADER_BYTES]):
            return ServerMail(uid, received, b"", _not_handed_out())
        if item == _START and int(facts.get(b"RFC822.SIZE", 0)) > WHOLE_BYTES and not self._has_text(raw):
            longer = _body(self._answers([uid], [f"BODY.PEEK[]<0.{LONG_BYTES}>"]).get(uid, {}))
            raw = longer or raw
        return ServerMail(uid, received, raw, sent=item == _HEADER)

    def _answers(self, uids: Sequence[int], items: list[str]) -> Answers:
        """What the server says of these UIDs.

        Where it refuses the whole for one bad mail, or breaks off each time, the halves are asked for.
        """
        try:
            found = self.connection.ask(lambda client: client.fetch(list(uids), items))
        except (RefusedError, BrokenOffError) as error:
            if len(uids) == 1:
                return {}
            if isinstance(error, BrokenOffError) and self.connection.reconnects > RECONNECTS:
                raise
            middle = len(uids) // 2
            return {**self._answers(uids[:middle], items), **self._answers(uids[middle:], items)}
        # Servers also send what nobody asked for, when another program changes flags meanwhile.
        return {uid: dict(found[uid]) for uid in uids if uid in found}


Answers = dict[int, dict[bytes, Any]]
"""What the server says of each UID, by item."""


def _role(name: str, attributes: Collection[str]) -> Role:
    for role in (Role.ALL, Role.JUNK, Role.SENT, Role.TRASH, Role.DRAFTS):
        if f"\\{role}" in attributes:
            return role
    return Role.INBOX if name.upper() == "INBOX" else Role.OTHER


def _not_handed_out() -> str:
    return _("The server did not hand this mail out.")


def _parts(uids: Collection[int]) -> Iterator[list[int]]:
    wanted = sorted(uids)
    for start in range(0, len(wanted), BATCH_UIDS):
        yield wanted[start : start + BATCH_UIDS]


def _flags(answer: dict[bytes, Any]) -> tuple[bytes, ...]:
    return tuple(answer.get(b"FLAGS", ()))


def _is_labelled_sent(facts: dict[bytes, Any]) -> bool:
    """True where Gmail labels a mail as sent by the owner."""
    return b"\\Sent" in facts.get(b"X-GM-LABELS", ())


def _by_bytes(uids: Sequence[int], facts: Answers) -> Iterator[list[int]]:
    """The UIDs in batches of about 4 MB to fetch, in order; those that have gone are left out."""
    batch: list[int] = []
    size = 0
    for uid in uids:
        if uid not in facts:
            continue
        batch.append(uid)
        size += min(int(facts[uid].get(b"RFC822.SIZE", 0)), WHOLE_BYTES)
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _body(answer: dict[bytes, Any]) -> bytes | None:
    """The bytes of the body or header in one answer; None when there are none."""
    for item, value in answer.items():
        if item.startswith(b"BODY[") and isinstance(value, bytes) and value:
            return value
    return None


def _aware(received: object) -> datetime | None:
    """INTERNALDATE as an aware datetime; IMAPClient gives it in this machine's local time."""
    return received.astimezone(UTC) if isinstance(received, datetime) else None


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
