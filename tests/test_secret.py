"""Passwords and tokens of accounts: where they come from, and that they stay secret (design.md, promise 9)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import null

from followup_filter import secret
from followup_filter.config import Account
from followup_filter.errors import EXIT_LOGIN, NoSecretError
from followup_filter.secret import Password, Token, read_credentials, read_password, store_password, without_spaces
from tests.keyrings import MemoryKeyring, no_keyring

ADDRESS = "hanako@example.jp"
PRINTS = "import sys; print(sys.argv[1])"


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryKeyring]:
    """A keyring in memory in place of the person's own."""
    before = keyring.get_keyring()
    memory = MemoryKeyring()
    keyring.set_keyring(memory)
    monkeypatch.delenv(secret.PASSWORD_VARIABLE, raising=False)
    yield memory
    keyring.set_keyring(before)


def _account(**changes: object) -> Account:
    return Account(ADDRESS, "imap.example.jp", ADDRESS, **changes)  # type: ignore[arg-type]


def _printing(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", PRINTS, text)


def _fault(account: Account) -> str:
    with pytest.raises(NoSecretError) as refused:
        read_credentials(account)
    assert refused.value.exit_status == EXIT_LOGIN
    assert "canary" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize(
    "pasted",
    [
        "abcd efgh ijkl mnop",
        "ABCD EFGH IJKL MNOP",
        " abcd efgh  ijkl mnop ",
        "abcd\u3000efgh\u3000ijkl\u3000mnop",
        "abcd\u00a0efgh\u00a0ijkl\u00a0mnop",
        "abcd\tefgh\u2009ijkl mnop",
    ],
)
@pytest.mark.parametrize("way", ["command", "keyring", "environment"])
def test_an_app_password_loses_its_spaces(pasted: str, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    account = {
        "command": _account(password_command=_printing(pasted)),
        "keyring": _account(keyring=True),
        "environment": _account(),
    }[way]
    keyring.set_password("followup-filter", ADDRESS, pasted)
    if way == "environment":
        monkeypatch.setenv(secret.PASSWORD_VARIABLE, pasted)
    assert read_password(account).lower() == "abcdefghijklmnop"


@pytest.mark.parametrize(
    "password",
    [
        "abcd efgh ijkl",
        "abcd efgh ijkl mno1",
        "abc defg hijk lmno",
        "abcd-efgh-ijkl-mnop",
        " a b ",
        "abcd efgh ijkl mnop q",
    ],
)
def test_any_other_password_stays_as_it_is(password: str) -> None:
    assert without_spaces(password) == password
    assert read_password(_account(password_command=_printing(password))) == password


def test_a_stored_password_is_read_back(kept: MemoryKeyring) -> None:
    store_password(ADDRESS, "abcd efgh ijkl mnop")
    assert kept.kept == {("followup-filter", ADDRESS): "abcdefghijklmnop"}
    assert read_credentials(_account(keyring=True)) == Password("abcdefghijklmnop")
    assert secret.forget_password(ADDRESS)
    assert not secret.forget_password(ADDRESS)
    assert f"followup-filter account password {ADDRESS}" in _fault(_account(keyring=True))


@pytest.mark.parametrize("backend", [no_keyring, null.Keyring, lambda: MemoryKeyring(largest=3)])
def test_without_a_keyring_password_command_is_named(backend: Callable[[], KeyringBackend]) -> None:
    """As under cron, and where a keyring takes everything and keeps nothing."""
    keyring.set_keyring(backend())
    with pytest.raises(NoSecretError, match="password_command") as refused:
        store_password(ADDRESS, "password-canary")
    assert "canary" not in str(refused.value)


def test_reading_without_a_keyring_names_password_command() -> None:
    keyring.set_keyring(no_keyring())
    sentence = _fault(_account(keyring=True))
    assert "password_command" in sentence
    assert "NoKeyringError" in sentence


def test_a_keyring_with_its_own_exceptions_is_a_sentence_too(kept: MemoryKeyring) -> None:
    class Broken(MemoryKeyring):
        def get_password(self, service: str, username: str) -> str | None:
            raise ConnectionError("canary")

    keyring.set_keyring(Broken())
    assert "ConnectionError" in _fault(_account(keyring=True))
    with pytest.raises(NoSecretError):
        secret.forget_password(ADDRESS)


def test_a_token_comes_from_its_command_each_time(tmp_path: Path) -> None:
    counting = "import pathlib, sys; p = pathlib.Path(sys.argv[1]); p.open('a').write('x'); print(len(p.read_text()))"
    account = _account(token_command=(sys.executable, "-c", counting, str(tmp_path / "count")))
    first = read_credentials(account)
    assert isinstance(first, Token)
    assert first.value == "1"
    assert first.renew
    assert first.renew().value == "2"


@pytest.mark.parametrize("token", ["Error: canary has ended", "canary\x01", "canary\x00x", "カナリア"])
def test_what_is_no_token_is_refused(token: str) -> None:
    code = f"import sys; sys.stdout.buffer.write({token.encode()!r})"
    assert "access token" in _fault(_account(token_command=(sys.executable, "-c", code)))


@pytest.mark.parametrize("key", ["password_command", "token_command"])
@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("canary-hunter2",), "password itself does not belong there"),
        (("no-such-program", "canary"), "no program of that name"),
        ((sys.executable, "-c", "print('canary'); raise SystemExit(3)"), "status 3"),
        ((sys.executable, "-c", "print(); print('canary')"), "status 0"),
        (("a\x00canary",), "ValueError"),
        ((str(Path(__file__).parent),), "failed"),
    ],
)
def test_a_command_that_fails_is_told_by_its_key(key: str, command: tuple[str, ...], sentence: str) -> None:
    told = _fault(_account(**{key: command}))
    assert f"{key} of {ADDRESS}" in told
    assert sentence in told


def test_a_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret, "COMMAND_SECONDS", 0.2)
    command = (sys.executable, "-c", "import time; time.sleep(60)")
    assert "did not finish" in _fault(_account(password_command=command))


def test_no_repr_shows_a_secret() -> None:
    for credentials in (Password("canary"), Token("canary", lambda: Token("canary"))):
        assert "canary" not in f"{credentials!r} {credentials} {[credentials]}"


# The environment of a nightly run


@pytest.mark.skipif(os.name != "posix", reason="Windows has no cron")
def test_a_command_is_tried_in_an_environment_as_bare_as_crons(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    seen = tmp_path / "seen"
    script = tmp_path / "prints"
    script.write_text(f"#!/bin/sh\nenv >> {seen}\necho ENDED >> {seen}\npwd >> {seen}\necho secret\n")
    script.chmod(0o700)
    secret.test_password_command(_account(password_command=(str(script),)))
    bare = seen.read_text().split("ENDED")[-2]
    names = {line.split("=")[0] for line in bare.splitlines() if "=" in line}
    # The shell itself sets what is beyond cron's four.
    assert {"HOME", "LOGNAME", "PATH", "SHELL"} <= names <= {"HOME", "LOGNAME", "PATH", "SHELL", "PWD", "OLDPWD", "_"}
    assert "PATH=/usr/bin:/bin\n" in bare
    assert seen.read_text().splitlines()[-1] == str(Path.home())


@pytest.mark.skipif(os.name != "posix", reason="Windows has no cron")
def test_a_program_that_only_the_terminal_finds_is_told_with_its_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "only-here"
    script.write_text("#!/bin/sh\necho secret\n")
    script.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    account = _account(password_command=("only-here",))
    assert read_password(account) == "secret"
    with pytest.raises(NoSecretError, match="nightly run") as refused:
        secret.test_password_command(account)
    assert str(script) in str(refused.value)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no cron")
@pytest.mark.parametrize("key", ["password_command", "token_command"])
def test_a_command_that_needs_more_than_cron_sets_is_told(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", "/tmp/agent")
    needs = "import os; print(os.environ['SSH_AUTH_SOCK'])"
    with pytest.raises(NoSecretError, match="HOME"):
        secret.test_password_command(_account(**{key: (sys.executable, "-c", needs)}))


def test_a_command_that_never_works_is_told_as_such() -> None:
    with pytest.raises(NoSecretError) as refused:
        secret.test_password_command(_account(password_command=("no-such-program",)))
    assert "nightly" not in str(refused.value)


def test_without_a_command_there_is_nothing_to_try() -> None:
    secret.test_password_command(_account(keyring=True))


@pytest.mark.parametrize(
    ("backend", "there"),
    [
        ("keyring.backends.fail.Keyring", False),
        ("keyring.backends.null.Keyring", False),
        ("no.such.backend", False),
        ("tests.keyrings.MemoryKeyring", True),
    ],
)
def test_whether_this_system_keeps_passwords(backend: str, there: bool) -> None:
    """In a process of its own: keyring chooses its backend once."""
    code = "from followup_filter.secret import keyring_is_there; print(keyring_is_there())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHON_KEYRING_BACKEND": backend},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(there)
