"""Signing in to a real Dovecot with OAuth2 tokens (reliability.md, P14 and P15)."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import keyring
import pexpect
import pytest

from followup_filter.config import Account
from followup_filter.errors import EXIT_LOGIN, EXIT_OK, LoginRefusedError, ServerError
from followup_filter.mail.imap import ImapSource
from followup_filter.mail.parse import has_text
from followup_filter.oauth.signin import Place, SignIn, file_of, read_sign_in, save_sign_in
from followup_filter.secret import Password, Token
from tests.authorization import CLIENT, AuthorizationServer
from tests.conftest import Invoke
from tests.imap.builders import account_of, plain_mail, source_of, write_settings
from tests.imap.dovecot import PASSWORD, USER, Dovecot
from tests.imap.proxy import CUT, PASS, Wire
from tests.keyrings import no_keyring

MECHANISMS = ("xoauth2", "oauthbearer")


@pytest.fixture(autouse=True)
def _without_keyring() -> Iterator[None]:
    """As under cron; the sign-in is kept in a file."""
    before = keyring.get_keyring()
    keyring.set_keyring(no_keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def service() -> Iterator[AuthorizationServer]:
    with AuthorizationServer() as running:
        yield running


@pytest.fixture(params=MECHANISMS)
def server(request: pytest.FixtureRequest, service: AuthorizationServer) -> Iterator[Dovecot]:
    """A Dovecot that asks the service about tokens, and also takes the password."""
    dovecot = Dovecot(service_url=service.url, mechanisms=request.param)
    try:
        dovecot.start()
        yield dovecot
    finally:
        dovecot.remove()


def _settings(server: Dovecot, service: AuthorizationServer, path: Path) -> None:
    """An account that signs in with OAuth2, and whose refresh token is good."""
    write_settings(server, path)
    lines = [line for line in path.read_text().splitlines() if not line.startswith("password_command")]
    oauth = {
        "client_id": CLIENT,
        "authorize_url": f"{service.url}/authorize",
        "token_url": f"{service.url}/token",
        "scopes": ["mail"],
    }
    path.write_text(
        "\n".join([*lines, "[accounts.oauth]", *(f"{key} = {json.dumps(value)}" for key, value in oauth.items()), ""])
    )
    service.refresh_tokens.add("refresh-canary-0")
    save_sign_in(USER, SignIn(f"{service.url}/token", CLIENT, "refresh-canary-0", "", 0), Place.FILE)


def test_a_night_signs_in_with_a_token(
    server: Dovecot, service: AuthorizationServer, invoke: Invoke, tmp_path: Path
) -> None:
    """Two nights within the hour need one refresh; nothing else is asked of the service by us."""
    server.append("INBOX", [(plain_mail(1), datetime.now(UTC))])
    _settings(server, service, tmp_path / "settings.toml")
    first = invoke("run")
    assert first.status == EXIT_OK, first.err
    assert "1 new" in first.out
    server.append("INBOX", [(plain_mail(2), datetime.now(UTC))])
    assert "1 new" in invoke("run").out
    assert len(service.sent_to("/token")) == 1
    assert service.sent_to("/introspect")


@pytest.mark.parametrize("fault", ["expired", "of another user"])
def test_a_token_that_the_server_refuses(
    fault: str, server: Dovecot, service: AuthorizationServer, invoke: Invoke, tmp_path: Path
) -> None:
    _settings(server, service, tmp_path / "settings.toml")
    token = "access-canary-0"
    if fault == "of another user":
        service.access_tokens[token] = "jiro@example.jp"
    stored = SignIn(f"{service.url}/token", CLIENT, "refresh-canary-0", token, int(time.time()) + 3_600)
    save_sign_in(USER, stored, Place.FILE)
    refused = invoke("run")
    assert refused.status == EXIT_LOGIN
    assert f"followup-filter account authorize {USER}" in refused.err
    assert "canary" not in refused.err + refused.out


def test_a_sign_in_that_has_ended_is_told_and_tried_again_after_authorize(
    service: AuthorizationServer, invoke: Invoke, tmp_path: Path
) -> None:
    """Nothing is asked of the mail server; a new sign-in is used by the very next night."""
    server = Dovecot(service_url=service.url)
    try:
        server.start()
        _settings(server, service, tmp_path / "settings.toml")
        service.refresh_tokens.clear()
        refused = invoke("run")
        assert refused.status == EXIT_LOGIN
        assert "has ended" in refused.err
        assert not service.sent_to("/introspect")
        service.refresh_tokens.add("refresh-canary-0")
        assert invoke("run").status == EXIT_OK
    finally:
        server.remove()


def test_after_a_new_sign_in_the_next_night_is_tried_at_once(
    server: Dovecot, service: AuthorizationServer, invoke: Invoke, tmp_path: Path
) -> None:
    """A refused sign-in waits for tomorrow; `account authorize` in a terminal ends the waiting."""
    _settings(server, service, tmp_path / "settings.toml")
    service.user = "jiro@example.jp"
    assert invoke("run").status == EXIT_LOGIN
    service.user = USER
    waiting = invoke("run")
    assert waiting.status == EXIT_LOGIN
    assert "tried again tomorrow" in waiting.err
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "followup_filter", "account", "authorize", "--file", "--paste"],
        env={**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
        encoding="utf-8",
        timeout=20,
        dimensions=(24, 1_000),
    )
    terminal.expect(r"(http://127\.0\.0\.1:\d+/authorize\S+)")
    asked = {key: values[0] for key, values in parse_qs(urlsplit(terminal.match[1]).query).items()}
    terminal.sendline(service.authorize(asked))
    terminal.expect("Signed in")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert invoke("run").status == EXIT_OK


def test_a_command_that_prints_a_token(
    server: Dovecot, service: AuthorizationServer, invoke: Invoke, tmp_path: Path
) -> None:
    service.access_tokens["access-canary"] = USER
    write_settings(server, tmp_path / "settings.toml")
    settings = (tmp_path / "settings.toml").read_text()
    settings = settings.replace("password_command", "token_command").replace(PASSWORD, "access-canary")
    (tmp_path / "settings.toml").write_text(settings)
    assert invoke("run").status == EXIT_OK
    service.access_tokens.clear()
    refused = invoke("run")
    assert refused.status == EXIT_LOGIN
    assert "token_command" in refused.err


def test_a_long_night_signs_in_again_with_a_new_token(server: Dovecot, service: AuthorizationServer) -> None:
    """The server breaks the connection off when the token ends; the next connection is made with the next one."""
    server.append("INBOX", [(plain_mail(1), datetime.now(UTC))])
    service.access_tokens.update({"access-1": USER, "access-2": USER})
    with ImapSource(account_of(server), Token("access-1", lambda: Token("access-2")), has_text) as source:
        del service.access_tokens["access-1"]
        assert source.connection.client
        source.connection.client.shutdown()
        assert source.folders()
    assert [values["token"] for values in service.sent_to("/introspect")] == ["access-1", "access-2"]


def test_a_password_works_beside_tokens(server: Dovecot) -> None:
    with source_of(account_of(server)) as source:
        assert source.folders()


def test_a_server_without_oauth_is_told(dovecot: Dovecot) -> None:
    with pytest.raises(LoginRefusedError, match="does not sign in with OAuth2"):
        ImapSource(account_of(dovecot), Token("access-canary"), has_text).__enter__()


REFUSALS = [
    (b"NO [AUTHENTICATIONFAILED] Authentication failed for password-canary", LoginRefusedError, "Check user name"),
    (b"NO AUTHENTICATE failed. Basic authentication is disabled.", LoginRefusedError, "account authorize"),
    (b"NO [UNAVAILABLE] Temporary authentication failure.", ServerError, "broke off during sign-in"),
    (b"NO [ALERT] Too many simultaneous connections. (Failure)", ServerError, "broke off during sign-in"),
    (CUT, ServerError, "broke off during sign-in"),
]


@pytest.mark.parametrize(("reply", "fault", "sentence"), REFUSALS)
def test_refusals_of_a_password_are_told_by_their_cause(
    reply: bytes, fault: type[Exception], sentence: str, dovecot: Dovecot
) -> None:
    """A server that is overloaded or breaks off says nothing against the password."""
    with Wire(dovecot, lambda command: reply if command.startswith(b"LOGIN") else PASS) as wire:
        account = account_of(dovecot, host="127.0.0.1", port=wire.port, security="none")
        with pytest.raises(fault, match=sentence) as refused:
            ImapSource(account, Password("password-canary"), has_text).__enter__()
    assert type(refused.value) is fault
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("host", ["outlook.office365.com", "imap-mail.outlook.com"])
def test_microsoft_takes_no_password(host: str) -> None:
    from followup_filter.mail.refusals import login_sentence

    account = Account("hanako@example.jp", host, "hanako@example.jp")
    sentence = login_sentence(account, Password("p"), "LOGIN failed.")
    assert sentence == (
        "Microsoft 365 cannot be read with a password. Run followup-filter account authorize hanako@example.jp."
    )


def test_a_password_of_full_width_letters_is_told(dovecot: Dovecot) -> None:
    with pytest.raises(LoginRefusedError, match="full-width"):
        ImapSource(account_of(dovecot), Password("パスワード"), has_text).__enter__()


CANARIES = (
    b"canary",
    *(
        base64.b64encode(bytes(shift) + b"canary")[start:end]
        for shift, start, end in ((0, 0, 8), (1, 2, 9), (2, 3, 10))
    ),
)
"""The canary as it is and in base64, wherever it begins in a group of three bytes."""


def _everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file() and file != file_of(USER))


@pytest.mark.parametrize("way", ["token", "password"])
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="command lines are looked up in /proc")
def test_secrets_are_in_no_log_database_command_line_or_crash_file(
    way: str, service: AuthorizationServer, tmp_path: Path
) -> None:
    """A good run, a refused one and a crash, with logging at its loudest; canaries are looked for everywhere."""
    server = Dovecot(service_url=service.url)
    environment = {**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    if way == "password":
        environment["FOLLOWUP_FILTER_PASSWORD"] = PASSWORD
    loud = "import logging; logging.basicConfig(level=1); "
    crash = "import followup_filter.pipeline as p; p.run_account = lambda source, *_rest: 1 / 0; "
    start = "from followup_filter.cli.main import main; main(['run'])"
    seen: set[bytes] = set()
    printed = b""
    try:
        server.start()
        server.append("INBOX", [(plain_mail(1), datetime.now(UTC))])
        _settings(server, service, tmp_path / "settings.toml")
        if way == "password":
            settings = (tmp_path / "settings.toml").read_text()
            (tmp_path / "settings.toml").write_text(settings.partition("[accounts.oauth]")[0])
        for turn, program in enumerate([loud + start, loud + crash + start, loud + start]):
            if turn == 2:
                environment["FOLLOWUP_FILTER_PASSWORD"] = "wrong-canary"
                _let_run_out(service)
            process = subprocess.Popen(
                [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            watching = threading.Thread(target=_watch, args=(process, seen))
            watching.start()
            output = process.communicate(timeout=120)[0]
            watching.join()
            printed += output
            expected = (EXIT_OK, 1, EXIT_LOGIN if way == "password" else EXIT_OK)[turn]
            assert process.returncode == expected, output.decode()
    finally:
        server.remove()
    assert b"ZeroDivisionError" in (tmp_path / "data" / "crash.log").read_bytes()
    assert any(b"followup_filter" in line for line in seen)
    for text in (printed, b"".join(seen), _everything_in(tmp_path)):
        assert not [form for form in CANARIES if form in text]


def _let_run_out(service: AuthorizationServer) -> None:
    """Only the refresh token is left, so that the next run refreshes."""
    if found := read_sign_in(USER):
        stored = found[0]
        save_sign_in(USER, SignIn(stored.token_url, CLIENT, stored.refresh_token, stored.access_token, 1), Place.FILE)


def _watch(process: subprocess.Popen[bytes], seen: set[bytes]) -> None:
    """Collect all command lines of the process and its children as long as it runs."""
    while process.poll() is None:
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                if process.pid in (int(folder.name), parent):
                    seen.add((folder / "cmdline").read_bytes())
            except (OSError, ValueError, IndexError):
                continue
        time.sleep(0.02)
