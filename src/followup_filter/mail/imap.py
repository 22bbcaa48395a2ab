"""Mail on an IMAP server, read without ever changing anything there (words: server.py).

Folders are opened with EXAMINE and text is fetched with BODY.PEEK, so that no mail is ever marked as read. Nothing that
a mail says ever enters a command. Faults and answers: reliability.md section 1.
"""

from __future__ import annotations

import imaplib
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
from followup_filter.config import is_loopback as is_loopback
from followup_filter.errors import LoginRefusedError, RefusedError, ServerError
from followup_filter.language import gettext as _
from followup_filter.mail import refusals
from followup_filter.mail.deadline import Deadline
from followup_filter.mail.server import Folder, OpenFolder, Role, ServerMail
from followup_filter.secret import Credentials, Token

CONNECT_SECONDS, READ_SECONDS = 15, 60
SEARCH_WINDOW = 50_000
"""UIDs of one SEARCH: its answer must stay below imaplib's line limit of 1,000,000 bytes."""
BATCH_UIDS, BATCH_BYTES = 500, 4_000_000
WHOLE_BYTES = 262_144
"""Mails up to this size are fetched whole, of larger ones the first so many bytes."""
LONG_BYTES = 2_000_000
"""Of a large mail whose start has no text, so many bytes are fetched."""
WHOLE_HEADER_BYTES = 8_192
CONNECTION_TRIES = 3
PAUSE_SECONDS = 1.0
"""The pause before the second new try of a connection; the first comes at once."""
RECONNECTS = 40
"""So often a connection is made anew in one run, to find the mails on which the server breaks off."""

_HEADER, _START = "BODY.PEEK[HEADER]", f"BODY.PEEK[]<0.{WHOLE_BYTES}>"
_GMAIL = b"X-GM-EXT-1"
_STAND_IN = re.compile(rb"^Subject:[ \t]*Retrieval using the IMAP4 protocol failed", re.IGNORECASE | re.MULTILINE)
"""What Exchange hands out in place of a mail that it cannot convert (reliability.md section 1, fault 12)."""

# An OSError of a dropped connection, imaplib's own fault for it, and IMAPClient's for a server that says NO or BAD.
_DROPPED = (OSError, imaplib.IMAP4.abort)


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
        self.deadline = deadline or Deadline(None)
        self._reconnects = 0
        self.account = account
        self._credentials = credentials
        self._signed_in_before = False
        self._has_text = has_text
        self._client: IMAPClient | None = None
        self._folder: Folder | None = None

    def __enter__(self) -> ImapSource:
        self.deadline.cuts(self._cut)
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

    @property
    def is_gmail(self) -> bool:
        """True when the server speaks Gmail's extension of IMAP."""
        return bool(self._asked(lambda client: client.has_capability(_GMAIL)))

    def open(self, folder: Folder) -> OpenFolder:
        """Open a folder read-only (EXAMINE). Raises RefusedError, or ServerError when the connection is lost."""
        self._folder = folder
        state = self._asked(lambda client: client.select_folder(folder.name, readonly=True))
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
        return list(self._asked(lambda client: client.search(criteria)))

    def answered(self, uids: Collection[int]) -> list[int]:
        """Which of these mails of the opened folder carry the flag \\Answered. Raises ServerError."""
        found: list[int] = []
        for part in _parts(uids):
            found += [uid for uid, answer in self._answers(part, ["FLAGS"]).items() if b"\\Answered" in _flags(answer)]
        return sorted(found)

    def gmail_numbers(self, uids: Collection[int]) -> dict[int, str]:
        """Gmail's number of each mail, the same in all folders; elsewhere "". Raises ServerError."""
        if not uids or not self.is_gmail:
            return dict.fromkeys(sorted(uids), "")
        numbers: dict[int, str] = {}
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
            sent = {uid for uid in facts if headers_only or _is_labelled_sent(facts[uid])}
            for group, item in ((sent, _HEADER), (facts.keys() - sent, _START)):
                for batch in _by_bytes([uid for uid in part if uid in group], facts):
                    bodies = self._answers(batch, [item])
                    yield [mail for uid in batch if (mail := self._mail(uid, facts[uid], bodies, item))]

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
            return ServerMail(uid, received, b"", _("The server did not hand this mail out."))
        if item == _START and int(facts.get(b"RFC822.SIZE", 0)) > WHOLE_BYTES and not self._has_text(raw):
            longer = _body(self._answers([uid], [f"BODY.PEEK[]<0.{LONG_BYTES}>"]).get(uid, {}))
            raw = longer or raw
        return ServerMail(uid, received, raw, sent=item == _HEADER)

    def _answers(self, uids: Sequence[int], items: list[str]) -> Answers:
        """What the server says of these UIDs.

        Where it refuses the whole for one bad mail, or breaks off each time, the halves are asked for.
        """
        try:
            found = self._asked(lambda client: client.fetch(list(uids), items))
        except (RefusedError, _BrokenOffError) as error:
            if len(uids) == 1:
                return {}
            if isinstance(error, _BrokenOffError) and self._reconnects > RECONNECTS:
                raise
            middle = len(uids) // 2
            return {**self._answers(uids[:middle], items), **self._answers(uids[middle:], items)}
        # Servers also send what nobody asked for, when another program changes flags meanwhile.
        return {uid: dict(found[uid]) for uid in uids if uid in found}

    def _asked(self, ask: Callable[[IMAPClient], Any]) -> Any:
        """The answer to one command; a dropped connection is made anew, at most three times in all.

        Raises RefusedError when the server says NO or BAD, _BrokenOffError when it takes the connection and breaks it
        off on this command each time, and ServerError when there is no connection to be had or the time is up.
        """
        reason = ""
        broke_off = False
        for attempt in range(CONNECTION_TRIES):
            try:
                client = self._connected()
                broke_off = True
                return ask(client)
            except _DROPPED as error:
                self._drop()
                reason = _reason(error)
            except IMAPClientError as error:
                sentence = _("The mail server {host} refused: {reason}.")
                raise RefusedError(sentence.format(host=self.account.host, reason=_reason(error))) from None
            except RefusedError:
                raise
            except ServerError as error:
                broke_off = False
                reason = str(error)
            self.deadline.check()
            self._reconnects += 1
            if attempt + 1 < CONNECTION_TRIES:
                time.sleep(attempt * PAUSE_SECONDS)
        fault = _BrokenOffError if broke_off else ServerError
        raise fault(
            _("The connection to {host} broke off ({reason}). What was read is kept; run it again later.").format(
                host=self.account.host, reason=reason.rstrip(".")
            )
        )

    def _connected(self) -> IMAPClient:
        """The connection, made anew with the same folder open where it was lost."""
        self.deadline.check()
        if self._client is None:
            self._connect()
            self._reopen()
        assert self._client is not None
        return self._client

    def _reopen(self) -> None:
        if self._folder and self._client:
            self._client.select_folder(self._folder.name, readonly=True)

    def _drop(self) -> None:
        """Close a broken connection; what it still has to say is not wanted."""
        if self._client:
            with suppress(IMAPClientError, *_DROPPED):
                self._client.shutdown()
        self._client = None

    def _cut(self) -> None:
        """Called from another thread when the time is up: whoever waits for the server's answer is woken."""
        client = self._client
        if client:
            with suppress(OSError):
                client.socket().shutdown(socket.SHUT_RDWR)

    def _connect(self) -> None:
        """Connect, secure, log in. Raises ServerError or LoginRefusedError; password and token go over TLS only."""
        account = self.account
        if self._signed_in_before and isinstance(self._credentials, Token) and self._credentials.renew:
            # Servers break a connection off when its token ends.
            self._credentials = self._credentials.renew()
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
            self._sign_in(client)
        except BaseException:
            with suppress(*_DROPPED):
                client.shutdown()
            raise
        self._client = client
        self._signed_in_before = True

    def _sign_in(self, client: IMAPClient) -> None:
        account, credentials = self.account, self._credentials
        try:
            if not isinstance(credentials, Token):
                client.login(account.user, credentials.value)
            elif client.has_capability("AUTH=OAUTHBEARER"):
                client.oauthbearer_login(account.user, credentials.value)
            elif client.has_capability("AUTH=XOAUTH2"):
                client.oauth2_login(account.user, credentials.value)
            else:
                raise LoginRefusedError(refusals.no_tokens_sentence(account))
        except UnicodeEncodeError:
            raise LoginRefusedError(refusals.letters_sentence(account)) from None
        except (IMAPClientError, *_DROPPED) as error:
            reason = _reason(error)
            if credentials.value:
                # Some servers repeat what they refuse.
                reason = reason.replace(credentials.value, "…")
            # IMAPClient makes a LoginError of a dropped connection too.
            dropped = isinstance(error.__context__, imaplib.IMAP4.abort)
            if isinstance(error, LoginError) and not dropped and not refusals.is_temporary(reason):
                raise LoginRefusedError(refusals.login_sentence(account, credentials, reason)) from None
            raise ServerError(
                _("The mail server {host}:{port} broke off during sign-in ({reason}).").format(
                    host=account.host, port=account.port, reason=reason
                )
            ) from None

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


class _BrokenOffError(ServerError):
    """The server takes connections and breaks them off on one command each time."""


def _role(name: str, attributes: Collection[str]) -> Role:
    for role in (Role.ALL, Role.JUNK, Role.SENT, Role.TRASH, Role.DRAFTS):
        if f"\\{role}" in attributes:
            return role
    return Role.INBOX if name.upper() == "INBOX" else Role.OTHER


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


def _reason(error: BaseException) -> str:
    """The server's or system's words in one line, without IMAPClient's b'…'."""
    if isinstance(error, (TimeoutError, socket.timeout)):
        return _("no answer in time")
    text = str(getattr(error, "strerror", None) or error) or type(error).__name__
    return " ".join(re.sub(r"\bb'([^']*)'", r"\1", text).split())[:200]
