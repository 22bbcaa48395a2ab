"""A wire between us and the real Dovecot that does what servers and networks do in life (reliability.md section 1)."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from tests.imap.dovecot import Dovecot

Reply = bytes | None
"""What the wire answers in the server's place (with the tag in front); None hands the command on."""
Rule = Callable[[bytes], Reply]

PASS: Reply = None
CUT = b"cut"
"""Break the connection off."""
SILENCE = b"silence"
"""Say nothing any more."""
TRICKLE = b"trickle"
"""Send one byte now and then, for ever."""


class Wire:
    """Hands commands and answers on, except where `rule` decides otherwise. Use as a context manager."""

    def __init__(self, server: Dovecot, rule: Rule = lambda _command: PASS, *, gmail: bool = False) -> None:
        self.rule = rule
        self.gmail = gmail
        self.sent_sizes: set[int] = set()
        """Sizes of the mails that Gmail would label as sent by the owner."""
        self.commands: list[bytes] = []
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._closed = threading.Event()

    def __enter__(self) -> Wire:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._closed.set()
        self._listener.close()

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                ours = self._listener.accept()[0]
            except OSError:
                return
            theirs = socket.create_connection(("127.0.0.1", self._server.plain_port))
            threading.Thread(target=self._answers, args=(theirs, ours), daemon=True).start()
            threading.Thread(target=self._commands, args=(ours, theirs), daemon=True).start()

    def _commands(self, ours: socket.socket, theirs: socket.socket) -> None:
        try:
            self._hand_on(ours, theirs)
        except OSError:
            pass
        finally:
            for end in (ours, theirs):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()

    def _hand_on(self, ours: socket.socket, theirs: socket.socket) -> None:
        with ours.makefile("rb") as lines:
            for line in lines:
                tag, _space, command = line.strip().partition(b" ")
                self.commands.append(command)
                reply = self.rule(command)
                if reply == CUT:
                    return
                if reply == SILENCE:
                    self._closed.wait(60)
                    return
                if reply == TRICKLE:
                    while not self._closed.is_set():
                        ours.sendall(b"*")
                        time.sleep(0.1)
                    return
                if reply is not None:
                    ours.sendall(tag + b" " + reply + b"\r\n")
                    continue
                theirs.sendall(self._translated(line))

    def _translated(self, line: bytes) -> bytes:
        """A command as Dovecot understands it: the number that Gmail gives a mail is played by its size."""
        if self.gmail:
            line = line.replace(b"(X-GM-MSGID)", b"(RFC822.SIZE)").replace(b" X-GM-LABELS", b"")
        return line

    def _answers(self, theirs: socket.socket, ours: socket.socket) -> None:
        with suppress(OSError), theirs:
            if not self.gmail:
                while data := theirs.recv(65_536):
                    ours.sendall(data)
            else:
                for line in theirs.makefile("rb"):
                    ours.sendall(self._as_gmail(line))
            ours.shutdown(socket.SHUT_RDWR)

    def _as_gmail(self, line: bytes) -> bytes:
        line = line.replace(b"CAPABILITY IMAP4rev1", b"CAPABILITY IMAP4rev1 X-GM-EXT-1")
        if match := re.match(rb"\* \d+ FETCH \(UID \d+ RFC822\.SIZE (\d+)(\)| INTERNALDATE )", line):
            if match[2] == b")":
                return line.replace(b"RFC822.SIZE", b"X-GM-MSGID")
            labels = b'("\\\\Sent")' if int(match[1]) in self.sent_sizes else b'("\\\\Inbox")'
            return line.replace(b"RFC822.SIZE", b"X-GM-LABELS " + labels + b" RFC822.SIZE")
        return line
