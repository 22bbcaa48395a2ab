"""One connection to a mail server: checked TLS, signing in, and a new try where it broke off."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from followup_filter.config import Account, is_loopback
from followup_filter.errors import LoginRefusedError, RefusedError, ServerError
from followup_filter.language import gettext as _
from followup_filter.mail import refusals
from followup_filter.mail.deadline import Deadline
from followup_filter.mail.server import Folder
from followup_filter.secret import Credentials, Token

CONNECT_SECONDS, READ_SECONDS = 15, 60
CONNECTION_TRIES = 3
PAUSE_SECONDS = 1.0
"""The pause before the second new try of a connection; the first comes at once."""

# An OSError of a dropped connection, imaplib's own fault for it, and IMAPClient's for a server that says NO or BAD.
_DROPPED = (OSError, imaplib.IMAP4.abort)


class BrokenOffError(ServerError):
    """The server takes connections and breaks them off on one command each time."""


class ImapConnection:
    """Guards the connection of one account: whoever asks need not know that it was made anew meanwhile.

    `folder` is the one that is open, and opened again after a break. `reconnects` counts the breaks.
    """

    def __init__(self, account: Account, credentials: Credentials, deadline: Deadline) -> None:
        self.client: IMAPClient | None = None
        self.folder: Folder | None = None
        self.reconnects = 0
        self._account = account
        self._credentials = credentials
        self._deadline = deadline
        self._signed_in_before = False

    def close(self) -> None:
        """Sign out, as far as the server still listens."""
        if self.client:
            with suppress(IMAPClientError, *_DROPPED):
                self.client.logout()
        self.client = None

    def ask(self, ask: Callable[[IMAPClient], Any]) -> Any:
        """The answer to one command; a dropped connection is made anew, at most three times in all.

        Raises RefusedError when the server says NO or BAD, BrokenOffError when it takes the connection and breaks it
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
                raise self._refusal(_reason(error)) from None
            except RefusedError:
                raise
            except ServerError as error:
                broke_off = False
                reason = str(error)
            self._deadline.check()
            self.reconnects += 1
            if attempt + 1 < CONNECTION_TRIES:
                time.sleep(attempt * PAUSE_SECONDS)
        fault = BrokenOffError if broke_off else ServerError
        raise fault(
            _("The connection to {host} broke off ({reason}). What was read is kept; run it again later.").format(
                host=self._account.host, reason=reason.rstrip(".")
            )
        )

    def _refusal(self, reason: str) -> ServerError:
        if refusals.is_enough_for_today(reason):
            sentence = _("{host} hands out no more mail for now ({reason}). The next run goes on from there.")
            return ServerError(sentence.format(host=self._account.host, reason=reason))
        return RefusedError(
            _("The mail server {host} refused: {reason}.").format(host=self._account.host, reason=reason)
        )

    def _connected(self) -> IMAPClient:
        """The connection, made anew with the same folder open where it was lost."""
        self._deadline.check()
        if self.client is None:
            self.open()
            self._reopen()
        assert self.client is not None
        return self.client

    def _reopen(self) -> None:
        if self.folder and self.client:
            self.client.select_folder(self.folder.name, readonly=True)

    def _drop(self) -> None:
        """Close a broken connection; what it still has to say is not wanted."""
        if self.client:
            with suppress(IMAPClientError, *_DROPPED):
                self.client.shutdown()
        self.client = None

    def cut(self) -> None:
        """Called from another thread when the time is up: whoever waits for the server's answer is woken."""
        client = self.client
        if client:
            with suppress(OSError):
                client.socket().shutdown(socket.SHUT_RDWR)

    def open(self) -> None:
        """Connect, secure, log in. Raises ServerError or LoginRefusedError; password and token go over TLS only."""
        account = self._account
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
        self.client = client
        self._signed_in_before = True

    def _sign_in(self, client: IMAPClient) -> None:
        account, credentials = self._account, self._credentials
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
        account = self._account
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


def _reason(error: BaseException) -> str:
    """The server's or system's words in one line, without IMAPClient's b'…'."""
    if isinstance(error, (TimeoutError, socket.timeout)):
        return _("no answer in time")
    text = str(getattr(error, "strerror", None) or error) or type(error).__name__
    return " ".join(re.sub(r"\bb'([^']*)'", r"\1", text).split())[:200]
