"""Mail on an IMAP server, read without ever changing anything there (words: server.py).

Folders are opened with EXAMINE and text is fetched with BODY.PEEK, so that no mail is ever marked as read. Nothing that
a mail says ever enters a command. Faults and answers: reliability.md section 1.
"""

from __future__ import annotations

import imaplib
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from followup_filter.config import Account
from followup_filter.errors import LoginRefusedError, ServerError
from followup_filter.language import gettext as _
from followup_filter.mail.server import Folder, OpenFolder, Role, ServerMail

CONNECT_SECONDS, READ_SECONDS = 15, 60
SEARCH_WINDOW = 50_000
"""UIDs of one SEARCH: its answer must stay below imaplib's line limit of 1,000,000 bytes."""
BATCH_UIDS, BATCH_BYTES = 500, 4_000_000
WHOLE_BYTES = 262_144
"""Mails up to this size are fetched whole, of larger ones the first so many bytes."""
LONG_BYTES = 2_000_000
"""Of a large mail whose start has no text, so many bytes are fetched."""
CONNECTION_TRIES = 3

# An OSError of a dropped connection, imaplib's own fault for it, and IMAPClient's for a server that says NO or BAD.
_DROPPED = (OSError, imaplib.IMAP4.abort)


def is_loopback(host: str) -> bool:
    """True for a name or address that never leaves this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class ImapSource:
    """A connection to one account. Use as a context manager: `with ImapSource(account, password) as source`."""

    def __init__(self, account: Account, password: str, has_text: Callable[[bytes], bool]) -> None:
        """`has_text` says whether the start of a large mail already holds its text."""
        self.account = account
        self._password = password
        self._has_text = has_text
        self._client: IMAPClient | None = None
        self._folder: Folder | None = None

    def __enter__(self) -> ImapSource:
        self._connect()
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._client:
            with suppress(IMAPClientError, *_DROPPED):
                self._client.logout()
        self._client = None

    def folders(self) -> list[Folder]:
        """The folders that can be opened, in the server's order.

        Raises ServerError when the connection is lost or the server refuses.
        """
        found = self._asked(lambda client: client.list_folders())
        folders = []
        for flags, _delimiter, name in found:
            attributes = {_text(flag).lower() for flag in flags}
            if not attributes & {"\\noselect", "\\nonexistent"}:
                folders.append(Folder(_text(name), _role(_text(name), attributes)))
        return folders

    def open(self, folder: Folder, since: date) -> OpenFolder:
        """Open a folder read-only (EXAMINE) and list the UIDs of mail that arrived on or after the day `since`.

        Raises ServerError.
        """
        self._folder = folder
        state = self._asked(lambda client: client.select_folder(folder.name, readonly=True))
        uidvalidity = int(state.get(b"UIDVALIDITY", 0))
        next_uid = int(state.get(b"UIDNEXT", 0))
        uids: list[int] = []
        if state.get(b"EXISTS", 0):
            # Without UIDNEXT one open window has to do.
            starts = range(1, max(next_uid, 2), SEARCH_WINDOW) if next_uid else range(1, 2)
            for start in starts:
                last = str(start + SEARCH_WINDOW - 1) if next_uid else "*"
                window = f"{start}:{last}"
                uids += [uid for uid in self._search(window, since) if uid >= start]
        return OpenFolder(folder, uidvalidity, tuple(sorted(set(uids))))

    def _search(self, window: str, since: date) -> list[int]:
        return list(self._asked(lambda client: client.search(["UID", window, "SINCE", since])))

    def fetch(self, uids: Collection[int], *, headers_only: bool = False) -> Iterator[list[ServerMail]]:
        """The mails of the opened folder, in batches; a mail that has gone meanwhile is left out.

        Raises ServerError when the connection cannot be had back.
        """
        wanted = sorted(uids)
        for start in range(0, len(wanted), BATCH_UIDS):
            part = wanted[start : start + BATCH_UIDS]
            facts = self._answers(part, ["RFC822.SIZE", "INTERNALDATE"])
            for batch in _by_bytes(part, facts):
                item = "BODY.PEEK[HEADER]" if headers_only else f"BODY.PEEK[]<0.{WHOLE_BYTES}>"
                bodies = self._answers(batch, [item])
                yield [mail for uid in batch if (mail := self._mail(uid, facts, bodies, headers_only))]

    def _mail(self, uid: int, facts: Answers, bodies: Answers, headers_only: bool) -> ServerMail | None:
        if uid not in facts:
            return None
        received = _aware(facts[uid].get(b"INTERNALDATE"))
        size = int(facts[uid].get(b"RFC822.SIZE", 0))
        raw = _body(bodies.get(uid, {}))
        if raw is None:
            # The server left it out of a batch: asked for alone it comes, or it has gone.
            item = "BODY.PEEK[HEADER]" if headers_only else f"BODY.PEEK[]<0.{WHOLE_BYTES}>"
            answers = self._answers([uid], [item])
            if uid not in answers and uid not in self._answers([uid], ["UID"]):
                return None
            raw = _body(answers.get(uid, {}))
        if raw is None:
            return ServerMail(uid, received, b"", _("The server did not hand this mail out."))
        if not headers_only and size > WHOLE_BYTES and not self._has_text(raw):
            longer = _body(self._answers([uid], [f"BODY.PEEK[]<0.{LONG_BYTES}>"]).get(uid, {}))
            raw = longer or raw
        return ServerMail(uid, received, raw)

    def _answers(self, uids: Sequence[int], items: list[str]) -> Answers:
        """What the server says of these UIDs; where it refuses the whole for one bad mail, the halves are asked for."""
        try:
            found = self._asked(lambda client: client.fetch(list(uids), items))
        except _RefusedError:
            if len(uids) == 1:
                return {}
            middle = len(uids) // 2
            return {**self._answers(uids[:middle], items), **self._answers(uids[middle:], items)}
        # Servers also send what nobody asked for, when another program changes flags meanwhile.
        return {uid: dict(found[uid]) for uid in uids if uid in found}

    def _asked(self, ask: Callable[[IMAPClient], Any]) -> Any:
        """The answer to one command; a dropped connection is made anew, at most three times in all.

        Raises _RefusedError when the server says NO or BAD, ServerError when there is no connection to be had.
        """
        reason = ""
        for attempt in range(CONNECTION_TRIES):
            try:
                return ask(self._connected())
            except _DROPPED as error:
                self._client = None
                reason = _reason(error)
            except ServerError as error:
                reason = str(error)
            except IMAPClientError as error:
                sentence = _("The mail server {host} refused: {reason}.")
                raise _RefusedError(sentence.format(host=self.account.host, reason=_reason(error))) from None
            if attempt + 1 < CONNECTION_TRIES:
                time.sleep(attempt)
        raise ServerError(
            _("The connection to {host} broke off ({reason}). What was read is kept; run it again later.").format(
                host=self.account.host, reason=reason.rstrip(".")
            )
        )

    def _connected(self) -> IMAPClient:
        """The connection, made anew with the same folder open where it was lost."""
        if self._client is None:
            self._connect()
            self._reopen()
        assert self._client is not None
        return self._client

    def _reopen(self) -> None:
        if self._folder and self._client:
            self._client.select_folder(self._folder.name, readonly=True)

    def _connect(self) -> None:
        """Connect, secure, log in. Raises ServerError or LoginRefusedError; the password goes over TLS only."""
        account = self.account
        try:
            client = self._secured_client()
        except ssl.SSLCertVerificationError as error:
            raise ServerError(
                _("The certificate of {host} is not valid ({reason}). The password was not sent.").format(
                    host=account.host, reason=error.verify_message
                )
            ) from None
        except (IMAPClientError, *_DROPPED) as error:
            raise ServerError(
                _("The mail server {host}:{port} cannot be reached ({reason}).").format(
                    host=account.host, port=account.port, reason=_reason(error)
                )
            ) from None
        # IMAPClient leaves imaplib's debug level at 5, which formats every literal although nobody logs it.
        client._imap.debug = 0
        try:
            client.login(account.user, self._password)
        except LoginError as error:
            raise LoginRefusedError(_login_sentence(account, _reason(error))) from None
        except (IMAPClientError, *_DROPPED) as error:
            raise ServerError(
                _("The mail server {host}:{port} broke off during sign-in ({reason}).").format(
                    host=account.host, port=account.port, reason=_reason(error)
                )
            ) from None
        self._client = client

    def _secured_client(self) -> IMAPClient:
        account = self.account
        timeout = SocketTimeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        if account.security == "none":
            if not is_loopback(account.host):
                raise ServerError(
                    _("{host}: reading without encryption is allowed on this machine only.").format(host=account.host)
                )
            return IMAPClient(account.host, account.port, ssl=False, timeout=timeout)
        context = ssl.create_default_context(cafile=account.ca_file or None)
        if account.security == "tls":
            return IMAPClient(account.host, account.port, ssl=True, ssl_context=context, timeout=timeout)
        client = IMAPClient(account.host, account.port, ssl=False, timeout=timeout)
        try:
            client.starttls(context)
        except (IMAPClientError, *_DROPPED):
            client.shutdown()
            raise
        return client


Answers = dict[int, dict[bytes, Any]]
"""What the server says of each UID, by item."""


class _RefusedError(ServerError):
    """The server said NO or BAD to one command; the connection stays."""


def _role(name: str, attributes: Collection[str]) -> Role:
    for role in (Role.ALL, Role.JUNK, Role.SENT, Role.TRASH, Role.DRAFTS):
        if f"\\{role}" in attributes:
            return role
    return Role.INBOX if name.upper() == "INBOX" else Role.OTHER


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


def _reason(error: BaseException) -> str:
    """The server's or system's words in one line, without IMAPClient's b'…'."""
    if isinstance(error, (TimeoutError, socket.timeout)):
        return _("no answer in time")
    text = str(getattr(error, "strerror", None) or error) or type(error).__name__
    return " ".join(re.sub(r"\bb'([^']*)'", r"\1", text).split())[:200]


def _login_sentence(account: Account, reason: str) -> str:
    """Why the server refused, and the one thing to do (wording.md; ecosystem.md section 8)."""
    host = account.host.lower()
    if host.endswith((".gmail.com", ".googlemail.com")):
        return _("Gmail refused the sign-in. It needs an app password of 16 letters, not your usual password.")
    if host.endswith(("outlook.com", "office365.com")):
        return _("Microsoft 365 cannot be read with a password.")
    return _("{host} refused the sign-in of {user} ({reason}). Check user name and password.").format(
        host=account.host, user=account.user, reason=reason
    )
