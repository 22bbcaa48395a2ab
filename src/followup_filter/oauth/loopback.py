"""Waits on this machine for the browser to come back from the service (RFC 8252 section 7.3)."""

from __future__ import annotations

import hmac
import html
import socketserver
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from followup_filter.errors import LoginRefusedError
from followup_filter.language import gettext as _
from followup_filter.language import language

_REQUEST_SECONDS = 10
_LOOK_SECONDS = 0.5


class Listener(socketserver.ThreadingTCPServer):
    """Listens on a free port of 127.0.0.1 until the one right request has come. Use as a context manager."""

    daemon_threads = True

    def __init__(self, host: str) -> None:
        """`host`: how the service wants this machine to be called."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.address = f"http://{host}:{self.server_address[1]}"
        self.state = ""
        self.timeout = _LOOK_SECONDS
        self._answer = ""
        self._answered = threading.Event()

    def answer(self, state: str, wait_seconds: float) -> str:
        """The whole address that the browser came back with. Raises LoginRefusedError when it does not in time."""
        self.state = state
        end = time.monotonic() + wait_seconds
        while not self._answered.is_set():
            if time.monotonic() > end:
                raise LoginRefusedError(
                    _("Nobody signed in within {minutes} minutes. Run the command again.").format(
                        minutes=round(wait_seconds / 60)
                    )
                )
            self.handle_request()
        return self._answer

    def take(self, path: str) -> None:
        """Keep the first right answer; called by the request that brought it, after the browser has its page."""
        if not self._answered.is_set():
            self._answer = f"{self.address}{path}"
            self._answered.set()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is nobody's fault, and no request may reach the screen."""


class _Handler(BaseHTTPRequestHandler):
    timeout = _REQUEST_SECONDS
    server: Listener

    def do_GET(self) -> None:
        """Take the one request with the right path and state; any other changes nothing."""
        path, _separator, query = self.path.partition("?")
        if path != "/":
            self._page(HTTPStatus.NOT_FOUND, _("This page does not belong to the sign-in."))
        elif not self.server.state or not is_same(answer_of(self.path).get("state", ""), self.server.state):
            self._page(HTTPStatus.BAD_REQUEST, _("This page does not belong to the sign-in."))
        else:
            self._page(HTTPStatus.OK, _("You can close this page and go on in the terminal."))
            self.server.take(f"/?{query}")

    def _page(self, status: HTTPStatus, sentence: str) -> None:
        page = (
            f'<!doctype html><html lang="{language()}"><meta charset="utf-8"><title>followup-filter</title>'
            f'<p style="font: 1.2em sans-serif; margin: 3em">{html.escape(sentence)}</p></html>'
        ).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(page)

    def version_string(self) -> str:
        """Nothing about the program or its Python."""
        return "followup-filter"

    def log_message(self, *_arguments: object) -> None:
        """The address holds the code: it is written nowhere."""


def answer_of(address: str) -> dict[str, str]:
    """The values that an address carries after the question mark; none where it is no address."""
    try:
        return {key: values[0] for key, values in parse_qs(urlsplit(address).query, max_num_fields=50).items()}
    except ValueError:
        return {}


def is_same(given: str, state: str) -> bool:
    """True when both are the same, told in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), state.encode())
