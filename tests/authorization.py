"""A real, small OAuth2 service on this machine: grants, refreshes, checks PKCE, and tells Dovecot whose a token is."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from followup_filter.config import Account, OAuth

ADDRESS = "hanako@example.jp"
CLIENT = "client-of-hanako"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


class AuthorizationServer:
    """Use as a context manager. `requests` holds the values of every request by path, in order."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.user = ADDRESS
        self.access_tokens: dict[str, str] = {}
        """The user of each token that is good."""
        self.refresh_tokens: set[str] = set()
        self.rotates = False
        self.denies = ""
        self.lifetime_seconds = 3_600
        self.client_secret = ""
        self.grants_offline = True
        self.answers: list[tuple[int, str]] = []
        """Status and body of the next answers at the token endpoint, in place of a grant."""
        self._codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"service": self}))
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> AuthorizationServer:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def account(self, **changes: Any) -> Account:
        """An account that signs in here."""
        oauth = {
            "client_id": CLIENT,
            "authorize_url": f"{self.url}/authorize",
            "token_url": f"{self.url}/token",
            "device_url": f"{self.url}/device",
            "scopes": ("mail", "offline_access"),
            **changes,
        }
        return Account(ADDRESS, "imap.example.jp", ADDRESS, oauth=OAuth(**oauth))

    def sent_to(self, path: str) -> list[dict[str, str]]:
        """The values of all requests to a path."""
        return [values for asked, values in self.requests if asked == path]

    def authorize(self, values: dict[str, str]) -> str:
        """Where the browser is sent: back to the program, with a code or an error."""
        assert values["response_type"] == "code"
        assert values["code_challenge_method"] == "S256"
        assert values["client_id"] == CLIENT
        answer = {"state": values["state"]}
        if self.denies:
            answer["error"] = self.denies
        else:
            answer["code"] = secrets.token_urlsafe(16)
            self._codes[answer["code"]] = values
        return f"{values['redirect_uri']}?{urlencode(answer)}"

    def token(self, values: dict[str, str]) -> tuple[int, str]:
        """Status and body of the token endpoint."""
        if self.answers:
            return self.answers.pop(0)
        if values.get("client_id") != CLIENT or values.get("client_secret", "") != self.client_secret:
            return _error("invalid_client")
        if values["grant_type"] == "authorization_code":
            asked = self._codes.pop(values["code"], None)
            digest = hashlib.sha256(values["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if not asked or challenge != asked["code_challenge"] or values["redirect_uri"] != asked["redirect_uri"]:
                return _error("invalid_grant")
        elif values["grant_type"] == "refresh_token":
            if values["refresh_token"] not in self.refresh_tokens:
                return _error("invalid_grant")
            if self.rotates:
                self.refresh_tokens.remove(values["refresh_token"])
        elif values["grant_type"] != DEVICE_GRANT or values["device_code"] != "device-canary":
            return _error("unsupported_grant_type")
        return 200, json.dumps(self._granted(values["grant_type"] != "refresh_token" or self.rotates))

    def _granted(self, with_refresh_token: bool) -> dict[str, object]:
        access, refresh = f"access-canary-{secrets.token_hex(8)}", f"refresh-canary-{secrets.token_hex(8)}"
        self.access_tokens[access] = self.user
        granted: dict[str, object] = {"access_token": access, "token_type": "Bearer"}
        if self.lifetime_seconds:
            granted["expires_in"] = self.lifetime_seconds
        if with_refresh_token and self.grants_offline:
            self.refresh_tokens.add(refresh)
            granted["refresh_token"] = refresh
        return granted

    def device(self) -> tuple[int, str]:
        """What the device endpoint hands out."""
        return 200, json.dumps(
            {
                "device_code": "device-canary",
                "user_code": "ABCD-EFGH",
                "verification_uri": "https://login.example/device",
                "expires_in": 60,
                "interval": 5,
            }
        )

    def introspect(self, values: dict[str, str]) -> tuple[int, str]:
        """RFC 7662, as Dovecot asks it."""
        user = self.access_tokens.get(values.get("token", ""))
        return 200, json.dumps({"active": user is not None, **({"username": user} if user else {})})


def _error(code: str) -> tuple[int, str]:
    return 400, json.dumps({"error": code, "error_description": 'It said "no".\r\nTrace: refresh-canary'})


class _Handler(BaseHTTPRequestHandler):
    service: AuthorizationServer

    def do_GET(self) -> None:
        values = _values(urlsplit(self.path).query)
        self.service.requests.append((urlsplit(self.path).path, values))
        self.send_response(302)
        self.send_header("Location", self.service.authorize(values))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        values = _values(self.rfile.read(int(self.headers["Content-Length"])).decode())
        path = urlsplit(self.path).path
        self.service.requests.append((path, values))
        if path == "/device":
            status, text = self.service.device()
        elif path == "/introspect":
            status, text = self.service.introspect(values)
        else:
            status, text = self.service.token(values)
        body = text.encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"{self.service.url}/elsewhere")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        pass


def _values(query: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(query).items()}
