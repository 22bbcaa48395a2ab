"""Signing in with OAuth2, against a real service on this machine (design.md, promise 9; reliability.md, P14 to P16)."""

from __future__ import annotations

import dataclasses
import io
import json
import logging
import os
import re
import ssl
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import keyring
import pexpect
import pytest
import trustme
from keyring.backends import null

from followup_filter import secret
from followup_filter.config import Account, OAuth
from followup_filter.errors import (
    EXIT_LOGIN,
    EXIT_SERVER,
    EXIT_USAGE,
    LoginRefusedError,
    ServerError,
    StorageError,
    UsageError,
)
from followup_filter.oauth import signin
from followup_filter.oauth.access import access_token
from followup_filter.oauth.authorize import by_loopback, by_paste
from followup_filter.oauth.device import by_device
from followup_filter.oauth.loopback import Listener
from followup_filter.oauth.service import service_of
from followup_filter.oauth.signin import (
    Place,
    SignIn,
    file_of,
    forget_sign_in,
    read_sign_in,
    replace_sign_in,
    save_sign_in,
)
from tests.authorization import ADDRESS, AuthorizationServer
from tests.conftest import Invoke
from tests.keyrings import MemoryKeyring, no_keyring

SECONDS = 20.0


@pytest.fixture(autouse=True)
def kept() -> Iterator[MemoryKeyring]:
    """A keyring in memory in place of the person's own."""
    before = keyring.get_keyring()
    memory = MemoryKeyring()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


@pytest.fixture
def service() -> Iterator[AuthorizationServer]:
    with AuthorizationServer() as running:
        yield running


def browse(address: str) -> tuple[int, str]:
    """What a browser gets that follows the address to its end: status and page."""
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def in_browser(pages: list[tuple[int, str]]) -> Callable[[str], None]:
    """An owner who opens the address and grants access."""

    def show(address: str) -> None:
        threading.Thread(target=lambda: pages.append(browse(address)), daemon=True).start()

    return show


def ended_at(service: AuthorizationServer, address: str) -> str:
    """The address that a browser elsewhere ends at."""
    return service.authorize({key: values[0] for key, values in parse_qs(urlsplit(address).query).items()})


def signed_in(service: AuthorizationServer, place: Place = Place.KEYRING, **changes: object) -> Account:
    """An account whose access token has run out and whose refresh token is good."""
    account = service.account(**changes)
    service.refresh_tokens.add("refresh-canary")
    assert account.oauth
    stored = SignIn(account.oauth.token_url, account.oauth.client_id, "refresh-canary", "access-canary", 1)
    save_sign_in(ADDRESS, stored, place)
    return account


# Granting access


def test_the_browser_comes_back_over_loopback(service: AuthorizationServer) -> None:
    """The service itself checks PKCE; the page says what to do next."""
    pages: list[tuple[int, str]] = []
    granted = by_loopback(service.account(), in_browser(pages), SECONDS)
    assert granted.access_token in service.access_tokens
    assert granted.refresh_token in service.refresh_tokens
    assert granted.expires_at == pytest.approx(time.time() + 3_600, abs=60)
    (asked,) = service.sent_to("/authorize")
    assert urlsplit(asked["redirect_uri"]).hostname == "127.0.0.1"
    assert (asked["scope"], asked["login_hint"]) == ("mail offline_access", ADDRESS)
    deadline = time.monotonic() + SECONDS
    while not pages and time.monotonic() < deadline:
        time.sleep(0.01)
    status, page = pages[0]
    assert status == 200
    assert "You can close this page" in page


def test_each_sign_in_has_its_own_state_and_challenge(service: AuthorizationServer) -> None:
    for _time in range(2):
        by_loopback(service.account(), in_browser([]), SECONDS)
    first, second = service.sent_to("/authorize")
    assert first["state"] != second["state"]
    assert first["code_challenge"] != second["code_challenge"]


def test_the_listener_answers_only_the_right_path_and_state() -> None:
    with Listener("127.0.0.1") as listener:
        answers: list[str] = []
        waiting = threading.Thread(target=lambda: answers.append(listener.answer("right", SECONDS)))
        waiting.start()
        for path in ("/?code=a&state=wrong", "/?code=a", "/?state=", "/", "/?" + "&".join(["a=1"] * 99)):
            assert browse(listener.address + path)[0] == 400, path
        assert browse(f"{listener.address}/favicon.ico?code=a&state=right")[0] == 404
        assert not answers
        assert browse(f"{listener.address}/?code=b&state=right")[0] == 200
        waiting.join(SECONDS)
        assert answers == [f"{listener.address}/?code=b&state=right"]


def test_the_listener_is_on_this_machine_only() -> None:
    with Listener("localhost") as listener:
        assert listener.socket.getsockname()[0] == "127.0.0.1"
        assert listener.address == f"http://localhost:{listener.socket.getsockname()[1]}"


def test_a_sign_in_that_nobody_finishes_ends(service: AuthorizationServer) -> None:
    with pytest.raises(LoginRefusedError, match="Nobody signed in"):
        by_loopback(service.account(), lambda _address: None, 0)


def test_a_refusal_of_the_owner_is_told(service: AuthorizationServer) -> None:
    service.denies = "access_denied"
    with pytest.raises(LoginRefusedError, match=r"did not grant access.*access_denied"):
        by_loopback(service.account(), in_browser([]), SECONDS)


def test_a_browser_elsewhere_hands_its_address_over_by_paste(service: AuthorizationServer) -> None:
    shown: list[str] = []
    granted = by_paste(service.account(), shown.append, lambda: f"  {ended_at(service, shown[0])}\n")
    assert granted.refresh_token in service.refresh_tokens


@pytest.mark.parametrize(
    "change",
    [
        lambda address: re.sub("state=[^&]*", "state=other", address),
        lambda address: re.sub("state=[^&]*", "", address),
        lambda address: parse_qs(urlsplit(address).query)["code"][0],
        lambda _address: "",
        lambda _address: "http://[",
    ],
)
def test_a_pasted_address_of_another_sign_in_is_refused(
    change: Callable[[str], str], service: AuthorizationServer
) -> None:
    shown: list[str] = []
    with pytest.raises(UsageError, match="not the address"):
        by_paste(service.account(), shown.append, lambda: change(ended_at(service, shown[0])))
    assert not service.sent_to("/token")


def test_a_code_of_somebody_elses_challenge_is_refused(service: AuthorizationServer) -> None:
    """PKCE is checked by the service: a code that was stolen from another sign-in brings nothing."""
    stolen: list[str] = []
    with pytest.raises(UsageError):
        by_paste(service.account(), lambda address: stolen.append(ended_at(service, address)), lambda: "")
    code = parse_qs(urlsplit(stolen[0]).query)["code"][0]
    shown: list[str] = []
    with pytest.raises(LoginRefusedError, match="invalid_grant"):
        by_paste(
            service.account(), shown.append, lambda: re.sub("code=[^&]*", f"code={code}", ended_at(service, shown[0]))
        )


def test_a_device_code_is_polled_slower_when_the_service_wants_it(service: AuthorizationServer) -> None:
    pauses: list[float] = []
    shown: list[tuple[str, str]] = []
    waiting = [(400, json.dumps({"error": code})) for code in ("authorization_pending", "slow_down")]
    service.answers = [*waiting, waiting[0]]
    granted = by_device(service.account(), lambda address, code: shown.append((address, code)), pauses.append)
    assert shown == [("https://login.example/device", "ABCD-EFGH")]
    assert pauses == [5, 5, 10, 10]
    assert granted.refresh_token in service.refresh_tokens


@pytest.mark.parametrize(
    ("error", "sentence"), [("expired_token", "run out"), ("access_denied", "did not grant access"), ("", "run out")]
)
def test_a_device_code_ends(error: str, sentence: str, service: AuthorizationServer) -> None:
    service.answers = [(400, json.dumps({"error": error or "authorization_pending"}))] * 50
    pauses: list[float] = []
    with pytest.raises(LoginRefusedError, match=sentence):
        by_device(service.account(), lambda _address, _code: None, pauses.append)
    assert sum(pauses) <= 60


def test_google_has_no_device_code_for_mail() -> None:
    account = Account(ADDRESS, "imap.gmail.com", ADDRESS, oauth=OAuth("id", "google"))
    with pytest.raises(UsageError, match="--paste"):
        by_device(account, lambda _address, _code: None)


def test_a_grant_that_does_not_last_is_told(service: AuthorizationServer) -> None:
    service.grants_offline = False
    with pytest.raises(LoginRefusedError, match="an hour only"):
        by_loopback(service.account(), in_browser([]), SECONDS)


def test_a_client_with_a_secret_gives_it_to_the_token_endpoint_only(service: AuthorizationServer) -> None:
    service.client_secret = "client-canary"
    command = (sys.executable, "-c", "print('client-canary')")
    by_loopback(service.account(client_secret_command=command), in_browser([]), SECONDS)
    assert service.sent_to("/token")[0]["client_secret"] == "client-canary"
    assert "client-canary" not in str(service.sent_to("/authorize"))


def test_the_presets_are_those_of_google_and_microsoft() -> None:
    google = service_of(Account(ADDRESS, "h", ADDRESS, oauth=OAuth("id", "google")))
    assert google.scopes == ("https://mail.google.com/",)
    assert google.extra["access_type"] == "offline"
    microsoft = service_of(
        Account(ADDRESS, "h", ADDRESS, oauth=OAuth("id", "microsoft", token_url="https://login.example/tenant/token"))
    )
    assert "offline_access" in microsoft.scopes
    assert (microsoft.redirect_host, microsoft.host) == ("localhost", "login.example")
    assert microsoft.device_url.startswith("https://login.microsoftonline.com/")


# Renewing


def test_a_night_needs_one_refresh_at_most(service: AuthorizationServer) -> None:
    account = signed_in(service)
    tokens = {access_token(account) for _connection in range(5)}
    assert len(tokens) == 1
    assert tokens <= service.access_tokens.keys()
    assert len(service.sent_to("/token")) == 1


def test_a_token_that_ends_within_ten_minutes_is_renewed(service: AuthorizationServer) -> None:
    account = signed_in(service)
    service.lifetime_seconds = 500
    assert access_token(account) != access_token(account)


def test_a_token_whose_end_is_not_known_is_renewed(service: AuthorizationServer) -> None:
    account = signed_in(service)
    service.lifetime_seconds = 0
    assert access_token(account) != access_token(account)


@pytest.mark.parametrize("place", list(Place))
def test_a_rotated_refresh_token_is_stored_at_once(place: Place, service: AuthorizationServer) -> None:
    account = signed_in(service, place)
    service.rotates = True
    service.lifetime_seconds = 1
    for _night in range(3):
        access_token(account)
    found = read_sign_in(ADDRESS)
    assert found is not None
    assert found[0].refresh_token in service.refresh_tokens
    assert found[1] is place
    assert len(service.refresh_tokens) == 1


@pytest.mark.parametrize(("provider", "hint"), [("google", True), ("microsoft", False), ("", False)])
def test_a_sign_in_that_has_ended_says_what_to_run(provider: str, hint: bool, service: AuthorizationServer) -> None:
    account = signed_in(service, provider=provider)
    service.refresh_tokens.clear()
    with pytest.raises(LoginRefusedError) as refused:
        secret.read_credentials(account)
    sentence = str(refused.value)
    assert refused.value.exit_status == EXIT_LOGIN
    assert f"followup-filter account authorize {ADDRESS}" in sentence
    assert ("publish" in sentence) == hint
    assert "canary" not in sentence


def test_microsofts_number_of_the_reason_is_told_and_nothing_else(service: AuthorizationServer) -> None:
    account = signed_in(service)
    description = "AADSTS700082: The refresh token access-canary has expired.\r\nTrace ID: x"
    service.answers = [(400, json.dumps({"error": "invalid_grant", "error_description": description}))]
    with pytest.raises(LoginRefusedError, match=r"\(invalid_grant AADSTS700082\)"):
        access_token(account)


def test_a_client_that_is_not_known_is_told(service: AuthorizationServer) -> None:
    account = signed_in(service)
    service.client_secret = "other"
    with pytest.raises(LoginRefusedError, match="client_id"):
        access_token(account)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, ""),
        (503, '{"error": "invalid_grant"}'),
        (429, '{"error": "rate_limit"}'),
        (302, ""),
        (307, ""),
        (400, "<html>"),
        (400, '{"error": "temporarily_unavailable"}'),
        (200, "<html>"),
        (200, "[]"),
        (200, "{}"),
        (200, '{"access_token": "", "expires_in": 1}'),
        (200, '{"access_token": ["a"], "expires_in": 1}'),
        (200, '{"access_token": "a", "expires_in": "soon"}'),
        (200, '{"access_token": "a", "expires_in": 1e999}'),
        (200, "[" * 200_000),
    ],
)
def test_a_service_that_fails_is_tried_again_later(status: int, body: str, service: AuthorizationServer) -> None:
    """The sign-in is kept, nothing is followed elsewhere, and the next try succeeds."""
    account = signed_in(service)
    service.answers = [(status, body)]
    with pytest.raises(ServerError) as failed:
        access_token(account)
    assert failed.value.exit_status == EXIT_SERVER
    assert "127.0.0.1" in str(failed.value)
    assert "canary" not in str(failed.value)
    assert not service.sent_to("/elsewhere")
    assert access_token(account) in service.access_tokens


def test_a_service_that_is_gone_is_no_refusal() -> None:
    with AuthorizationServer() as service:
        account = signed_in(service)
    with pytest.raises(ServerError, match="no connection"):
        access_token(account)


def test_a_service_whose_certificate_is_not_valid_gets_nothing() -> None:
    got: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.path)

    server = HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        url = f"https://127.0.0.1:{server.server_address[1]}/token"
        save_sign_in(ADDRESS, SignIn(url, "id", "refresh-canary", "", 1), Place.KEYRING)
        oauth = OAuth("id", authorize_url=url, token_url=url, scopes=("mail",))
        with pytest.raises(ServerError, match="certificate is not valid"):
            access_token(Account(ADDRESS, "h", ADDRESS, oauth=oauth))
    finally:
        server.shutdown()
        server.server_close()
    assert not got


def test_without_a_sign_in_the_sentence_says_what_to_run(service: AuthorizationServer) -> None:
    with pytest.raises(LoginRefusedError, match=f"account authorize {ADDRESS}"):
        access_token(service.account())


def test_a_sign_in_of_another_service_is_not_sent_here(service: AuthorizationServer) -> None:
    signed_in(service)
    for changed in (service.account(client_id="other"), service.account(token_url=f"{service.url}/other")):
        with pytest.raises(LoginRefusedError, match="not signed in yet"):
            access_token(changed)
    assert not service.requests


# Where it is kept

STORED = SignIn("https://login.example/token", "id", "refresh-canary", "access-canary", 5)


def test_it_is_kept_in_the_keyring_and_nowhere_else(kept: MemoryKeyring, tmp_path: Path) -> None:
    assert save_sign_in(ADDRESS, STORED, Place.KEYRING) is Place.KEYRING
    assert read_sign_in(ADDRESS) == (STORED, Place.KEYRING)
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]
    assert forget_sign_in(ADDRESS)
    assert not kept.kept
    assert read_sign_in(ADDRESS) is None
    assert not forget_sign_in(ADDRESS)


@pytest.mark.parametrize("backend", [no_keyring, null.Keyring, lambda: MemoryKeyring(largest=50)])
def test_where_no_keyring_keeps_it_a_private_file_does(backend: Callable[[], MemoryKeyring]) -> None:
    keyring.set_keyring(backend())
    before = os.umask(0)
    try:
        assert save_sign_in(ADDRESS, STORED, Place.KEYRING) is Place.FILE
    finally:
        os.umask(before)
    file = file_of(ADDRESS)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in file.parent.iterdir()] == [f"{ADDRESS}.json"]
    assert read_sign_in(ADDRESS) == (STORED, Place.FILE)
    assert forget_sign_in(ADDRESS)
    assert not file.exists()


def test_it_is_kept_in_one_place_only(kept: MemoryKeyring) -> None:
    replace_sign_in(ADDRESS, STORED, Place.KEYRING)
    replace_sign_in(ADDRESS, STORED, Place.FILE)
    assert not kept.kept
    replace_sign_in(ADDRESS, STORED, Place.KEYRING)
    assert not file_of(ADDRESS).exists()


def test_each_address_has_its_own_file() -> None:
    names = {file_of(address).name for address in ("a@b.example", "a/../b@b.example", "..@b.example", "花子@b.example")}
    assert len(names) == 4
    assert {file_of(f"{name}@b.example").parent for name in ("../a", "/a", "a\\b")} == {file_of("a@b.example").parent}


def test_a_rotated_token_that_the_keyring_refuses_is_not_lost(kept: MemoryKeyring) -> None:
    """As when the keyring is locked meanwhile: the newer one is found in a file from then on."""
    save_sign_in(ADDRESS, STORED, Place.KEYRING)
    kept.largest = 50
    newer = dataclasses.replace(STORED, refresh_token="refresh-canary-2")
    assert save_sign_in(ADDRESS, newer, Place.KEYRING) is Place.FILE
    assert read_sign_in(ADDRESS) == (newer, Place.FILE)


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / signin.FOLDER).write_text("in the way")
    with pytest.raises(StorageError, match="cannot be kept"):
        save_sign_in(ADDRESS, STORED, Place.FILE)


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o666, 0o604])
def test_a_file_that_others_can_read_is_refused(mode: int) -> None:
    save_sign_in(ADDRESS, STORED, Place.FILE)
    file_of(ADDRESS).chmod(mode)
    with pytest.raises(LoginRefusedError, match="chmod 600") as refused:
        read_sign_in(ADDRESS)
    assert str(file_of(ADDRESS)) in str(refused.value)
    file_of(ADDRESS).chmod(0o600)
    assert read_sign_in(ADDRESS) == (STORED, Place.FILE)


def test_a_link_or_pipe_is_refused(tmp_path: Path) -> None:
    save_sign_in(ADDRESS, STORED, Place.FILE)
    file = file_of(ADDRESS)
    file.rename(tmp_path / "real.json")
    file.symlink_to(tmp_path / "real.json")
    with pytest.raises(LoginRefusedError, match="plain file"):
        read_sign_in(ADDRESS)
    file.unlink()
    os.mkfifo(file, 0o600)
    with pytest.raises(LoginRefusedError, match="plain file"):
        read_sign_in(ADDRESS)


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"a": 1}', "\x00"])
def test_a_damaged_sign_in_says_what_to_run(text: str, kept: MemoryKeyring) -> None:
    kept.set_password(signin.KEYRING_SERVICE, ADDRESS, text)
    with pytest.raises(LoginRefusedError, match=r"is damaged.*account authorize"):
        read_sign_in(ADDRESS)


def test_cron_without_a_keyring_is_told_about_the_file() -> None:
    keyring.set_keyring(no_keyring())
    with pytest.raises(LoginRefusedError, match=r"NoKeyringError.*--file"):
        read_sign_in(ADDRESS)


def test_nothing_prints_a_token(service: AuthorizationServer, caplog: pytest.LogCaptureFixture) -> None:
    """Neither repr nor any log at its loudest (P14)."""
    caplog.set_level(logging.DEBUG)
    account = signed_in(service)
    credentials = secret.read_credentials(account)
    by_loopback(account, in_browser([]), SECONDS)
    assert "canary" in credentials.value
    assert "canary" not in f"{credentials!r}{credentials}{STORED!r}{read_sign_in(ADDRESS)!r}"
    assert caplog.records
    assert "canary" not in caplog.text


# The commands


def _write_settings(tmp_path: Path, service: AuthorizationServer, more: str = "") -> None:
    oauth = service.account().oauth
    assert oauth
    values = {key: value for key, value in dataclasses.asdict(oauth).items() if value}
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in values.items())
    text = (
        f'language = "en"\n[[accounts]]\naddress = "{ADDRESS}"\nhost = "imap.example.jp"\n[accounts.oauth]\n{lines}\n'
    )
    (tmp_path / "settings.toml").write_text(text + more)


def _terminal(tmp_path: Path, *arguments: str) -> pexpect.spawn:
    """The command in a real terminal, without screen or keyring."""
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    return pexpect.spawn(
        sys.executable,
        ["-m", "followup_filter", *arguments],
        env=environment,
        encoding="utf-8",
        timeout=SECONDS,
        dimensions=(24, 1_000),
    )


def test_authorize_in_a_terminal(service: AuthorizationServer, tmp_path: Path) -> None:
    _write_settings(tmp_path, service)
    terminal = _terminal(tmp_path, "account", "authorize")
    terminal.expect(r"(http://127\.0\.0\.1:\d+/authorize\S+)")
    assert browse(terminal.match[1])[0] == 200
    terminal.expect("Signed in. It is kept in a private file")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    keyring.set_keyring(no_keyring())
    assert access_token(service.account()) in service.access_tokens


def test_authorize_by_paste_in_a_terminal(service: AuthorizationServer, tmp_path: Path) -> None:
    _write_settings(tmp_path, service)
    terminal = _terminal(tmp_path, "account", "authorize", ADDRESS, "--paste")
    terminal.expect(r"(http://127\.0\.0\.1:\d+/authorize\S+)")
    terminal.sendline(ended_at(service, terminal.match[1]))
    terminal.expect("Signed in")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def test_a_password_is_asked_hidden_and_needs_a_keyring(tmp_path: Path) -> None:
    screen = io.StringIO()
    terminal = _terminal(tmp_path, "account", "password", ADDRESS)
    terminal.logfile_read = screen
    terminal.expect("Password of hanako@example.jp")
    terminal.sendline("password-canary")
    terminal.expect("password_command")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == EXIT_LOGIN
    assert "canary" not in screen.getvalue()


@pytest.mark.parametrize(
    "arguments",
    [("authorize",), ("authorize", ADDRESS, "--device"), ("authorize", ADDRESS, "--paste"), ("password", ADDRESS)],
)
def test_what_asks_needs_a_terminal(
    arguments: tuple[str, ...], invoke: Invoke, service: AuthorizationServer, tmp_path: Path
) -> None:
    """Never a browser from cron."""
    _write_settings(tmp_path, service)
    refused = invoke("account", *arguments)
    assert refused.status == EXIT_USAGE
    assert "terminal" in refused.err
    assert not service.requests


@pytest.mark.parametrize(
    ("arguments", "more", "sentence"),
    [
        (("authorize", "other@example.jp"), "", "no such account"),
        (("authorize", ADDRESS, "--device", "--paste"), "", "either"),
        (
            ("authorize", "b@example.jp"),
            '[[accounts]]\naddress = "b@example.jp"\nhost = "h"\n',
            r"does not sign in with OAuth2",
        ),
        (
            ("authorize",),
            '[[accounts]]\naddress = "b@example.jp"\nhost = "h"\noauth = {client_id = "id", provider = "google"}\n',
            "Name one: hanako@example.jp, b@example.jp",
        ),
        (("password", "hanako"), "", "no mail address"),
    ],
)
def test_commands_say_what_is_wrong(
    arguments: tuple[str, ...],
    more: str,
    sentence: str,
    invoke: Invoke,
    service: AuthorizationServer,
    tmp_path: Path,
) -> None:
    _write_settings(tmp_path, service, more)
    refused = invoke("account", *arguments)
    assert refused.status == EXIT_USAGE
    assert sentence in refused.err


def test_list_says_how_each_account_signs_in(invoke: Invoke, service: AuthorizationServer, tmp_path: Path) -> None:
    assert "No account is set up" in invoke("account", "list").err
    more = "".join(
        f'[[accounts]]\naddress = "{name}@example.jp"\nhost = "imap.example.jp"\n{way}\n'
        for name, way in (
            ("a", 'password_command = ["pass"]'),
            ("b", "keyring = true"),
            ("c", 'token_command = ["oama"]'),
            ("d", ""),
        )
    )
    _write_settings(tmp_path, service, more)
    values = json.loads(invoke("account", "list", "--format", "json").out)
    assert values[0] == {"address": ADDRESS, "host": "imap.example.jp", "signs_in": "oauth"}
    ways = [value["signs_in"] for value in values]
    assert ways == ["oauth", "password_command", "keyring", "token_command", "environment"]
    assert len(invoke("account", "list").out.splitlines()) == 5


def test_forget_deletes_password_and_sign_in(invoke: Invoke, kept: MemoryKeyring) -> None:
    secret.store_password(ADDRESS, "canary")
    save_sign_in(ADDRESS, STORED, Place.KEYRING)
    assert "Deleted" in invoke("account", "forget", ADDRESS).out
    assert not kept.kept
    assert "Nothing was stored" in invoke("account", "forget", ADDRESS).out
    save_sign_in(ADDRESS, STORED, Place.FILE)
    keyring.set_keyring(no_keyring())
    without = invoke("account", "forget", ADDRESS)
    assert "Deleted" in without.out
    assert "keyring cannot be used" in without.err
    assert not file_of(ADDRESS).exists()
