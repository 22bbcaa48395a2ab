"""The settings file: what may stand in it, how faults are told, and where files live."""

from __future__ import annotations

from pathlib import Path

import pytest

from followup_filter.config import Account, OAuth, Settings, data_folder, read_settings, settings_file
from followup_filter.errors import UsageError
from followup_filter.language import set_language

ACCOUNT = '[[accounts]]\naddress = "hanako@example.jp"\nhost = "imap.example.jp"\n'


OAUTH = f'{ACCOUNT}[accounts.oauth]\nclient_id = "id"\n'


def _read(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "settings.toml"
    file.write_text(text, "utf-8")
    return read_settings(file)


def _fault(tmp_path: Path, text: str) -> str:
    with pytest.raises(UsageError) as refused:
        _read(tmp_path, text)
    sentence = str(refused.value)
    assert str(tmp_path / "settings.toml") in sentence
    return sentence.replace(str(tmp_path / "settings.toml"), "FILE")


def test_a_missing_file_is_an_empty_one(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "nowhere.toml") == _read(tmp_path, "") == Settings()


def test_everything_has_the_documented_default() -> None:
    assert Settings() == Settings(language="", max_lead_loss=0.02, accounts=())


def test_what_is_set_is_read(tmp_path: Path) -> None:
    settings = _read(tmp_path, f'\ufefflanguage = "en"\nmax_lead_loss = 0.05\n{ACCOUNT}')
    assert (settings.language, settings.max_lead_loss) == ("en", 0.05)
    assert [account.host for account in settings.accounts] == ["imap.example.jp"]


def test_an_account_needs_address_and_host_and_is_secure_without_more(tmp_path: Path) -> None:
    (account,) = _read(tmp_path, ACCOUNT).accounts
    assert account == Account(
        address="hanako@example.jp",
        host="imap.example.jp",
        user="hanako@example.jp",
        port=993,
        security="tls",
    )


def test_everything_about_an_account_may_be_set(tmp_path: Path) -> None:
    text = (
        'user = "hanako"\nport = 143\nsecurity = "starttls"\nca_file = "/etc/ca.pem"\n'
        'password_command = ["pass", "show", "mail"]\nleave_out = ["アーカイブ"]\n'
    )
    (account,) = _read(tmp_path, ACCOUNT + text).accounts
    assert (account.user, account.port, account.security, account.ca_file) == ("hanako", 143, "starttls", "/etc/ca.pem")
    assert (account.password_command, account.leave_out) == (("pass", "show", "mail"), ("アーカイブ",))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("colour = 1", "colour"),
        ('language = "de"', "language"),
        ("language = 1", "language"),
        ('max_lead_loss = "0.02"', "max_lead_loss"),
        ("max_lead_loss = 0.0005", "max_lead_loss"),
        ("max_lead_loss = 0.51", "max_lead_loss"),
        ("max_lead_loss = nan", "max_lead_loss"),
        ("max_lead_loss = true", "max_lead_loss"),
        ('accounts = "x"', "accounts"),
        ("accounts = [1]", "accounts"),
        ('[accounts]\naddress = "a@b.example"', "accounts"),
        (f"{ACCOUNT}colour = 1", "accounts 1, colour"),
        (f"{ACCOUNT}port = 0", "accounts 1, port"),
        (f"{ACCOUNT}port = 65536", "accounts 1, port"),
        (f"{ACCOUNT}port = true", "accounts 1, port"),
        (f'{ACCOUNT}port = "993"', "accounts 1, port"),
        (f'{ACCOUNT}security = "ssl"', "accounts 1, security"),
        (f'{ACCOUNT}user = " "', "accounts 1, user"),
        (f'{ACCOUNT}password_command = "pass show mail"', "accounts 1, password_command"),
        (f"{ACCOUNT}password_command = []", "accounts 1, password_command"),
        (f"{ACCOUNT}leave_out = [1]", "accounts 1, leave_out"),
        (f"{ACCOUNT}keyring = 1", "accounts 1, keyring"),
        (f'{ACCOUNT}keyring = "yes"', "accounts 1, keyring"),
        (f'{ACCOUNT}token_command = "oama access"', "accounts 1, token_command"),
        (f"{ACCOUNT}token_command = []", "accounts 1, token_command"),
        (f"{ACCOUNT}oauth = true", "accounts 1, oauth"),
        (f"{OAUTH}colour = 1", "accounts 1, oauth, colour"),
        (f'{OAUTH}provider = "yahoo"', "accounts 1, oauth, provider"),
        (f"{OAUTH}provider = []", "accounts 1, oauth, provider"),
        (f'{OAUTH}client_secret = "x"', "accounts 1, oauth, client_secret"),
        (f'{OAUTH}client_secret_command = "x"', "accounts 1, oauth, client_secret_command"),
        (f'{OAUTH}scopes = "mail"', "accounts 1, oauth, scopes"),
        (f"{OAUTH}scopes = []", "accounts 1, oauth, scopes"),
        ('[[accounts]]\naddress = "hanako"\nhost = "h"', "accounts 1, address"),
        ('[[accounts]]\nhost = "h"', "address"),
        ('[[accounts]]\naddress = "a@b.example"', "host"),
        (f"{ACCOUNT}{ACCOUNT}port = 0", "accounts 2, port"),
    ],
)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_fault_is_told_with_file_and_key(text: str, key: str, language: str, tmp_path: Path) -> None:
    set_language(language)
    sentence = _fault(tmp_path, text)
    assert "FILE" in sentence
    assert key in sentence
    english = {"should be", "unknown key", "is missing"}
    assert any(words in sentence for words in english) == (language == "en")


WAYS = (
    'password_command = ["pass", "show", "mail"]',
    "keyring = true",
    'token_command = ["oama", "access", "hanako@example.jp"]',
    'oauth = {provider = "google", client_id = "id"}',
)


@pytest.mark.parametrize("first", WAYS)
@pytest.mark.parametrize("second", WAYS)
def test_an_account_signs_in_in_one_way(first: str, second: str, tmp_path: Path) -> None:
    if first == second:
        assert _read(tmp_path, f"{ACCOUNT}{first}\n").accounts
        return
    sentence = _fault(tmp_path, f"{ACCOUNT}{first}\n{second}\n")
    assert "accounts 1" in sentence
    assert first.split()[0] in sentence
    assert second.split()[0] in sentence


def test_a_keyring_that_is_not_wanted_is_no_way_of_signing_in(tmp_path: Path) -> None:
    (account,) = _read(tmp_path, f"{ACCOUNT}keyring = false\n{WAYS[0]}").accounts
    assert (account.keyring, account.password_command[0]) == (False, "pass")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f'{ACCOUNT}[accounts.oauth]\nprovider = "google"', "client_id"),
        (OAUTH, "authorize_url"),
        (f'{OAUTH}authorize_url = "https://a.example"', "token_url"),
        (f'{OAUTH}authorize_url = "https://a.example"\ntoken_url = "https://a.example"', "scopes"),
    ],
)
def test_what_no_provider_tells_must_be_set(text: str, key: str, tmp_path: Path) -> None:
    assert _fault(tmp_path, text) == f"FILE, accounts 1, oauth: the key {key} is missing."


def test_an_oauth_client_of_a_known_provider_or_of_another(tmp_path: Path) -> None:
    (known,) = _read(tmp_path, f'{OAUTH}provider = "microsoft"\nclient_secret_command = ["pass", "x"]').accounts
    assert known.oauth == OAuth("id", "microsoft", client_secret_command=("pass", "x"))
    urls = 'authorize_url = "https://a.example/a"\ntoken_url = "https://a.example/t"\ndevice_url = "http://[::1]:1/d"\n'
    (other,) = _read(tmp_path, f'{OAUTH}{urls}scopes = ["mail"]').accounts
    assert other.oauth == OAuth(
        "id", "", "https://a.example/a", "https://a.example/t", "http://[::1]:1/d", scopes=("mail",)
    )


@pytest.mark.parametrize("key", ["authorize_url", "token_url", "device_url"])
@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://login.example/token", True),
        ("https://login.example:8443/token?a=b", True),
        ("http://127.0.0.1:8080/token", True),
        ("http://localhost/token", True),
        ("http://login.example/token", False),
        ("http://127.0.0.1.login.example/token", False),
        ("http://localhost@login.example/token", False),
        ("https://user:pass@login.example/token", False),
        ("https://login.example/token#part", False),
        ("https:///token", False),
        ("https://[", False),
        ("ftp://127.0.0.1/token", False),
        ("login.example/token", False),
        ("", False),
    ],
)
def test_addresses_of_a_service_are_encrypted(key: str, url: str, good: bool, tmp_path: Path) -> None:
    """Clear text is refused off this machine (design.md, promise 9)."""
    text = f'{OAUTH}provider = "google"\n{key} = "{url}"\n'
    if good:
        assert _read(tmp_path, text).accounts
    else:
        assert f"accounts 1, oauth, {key}: should be an address that begins with https://" in _fault(tmp_path, text)


@pytest.mark.parametrize("content", [b"language = ", b"\xff\xfe", "言語 = 1".encode("shift_jis"), b"a = 1\na = 2"])
def test_a_file_that_is_no_toml_in_utf_8_is_told(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(content)
    with pytest.raises(UsageError, match="cannot be read") as refused:
        read_settings(file)
    assert str(file) in str(refused.value)


def test_a_folder_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_settings(tmp_path)


@pytest.mark.parametrize("key", ["password", "secret", "token"])
def test_a_password_in_clear_is_refused_and_not_repeated(key: str, tmp_path: Path) -> None:
    sentence = _fault(tmp_path, f'{ACCOUNT}{key} = "hunter2"')
    assert f"unknown key accounts 1, {key}" in sentence
    assert "hunter2" not in sentence


def test_a_password_as_its_own_command_is_not_repeated(tmp_path: Path) -> None:
    assert "hunter2" not in _fault(tmp_path, f'{ACCOUNT}password_command = "hunter2"')


def test_the_given_folder_wins_over_the_environment_and_that_over_the_platforms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLLOWUP_FILTER_DATA_DIR", str(tmp_path / "named"))
    assert data_folder(tmp_path / "given") == tmp_path / "given"
    assert data_folder() == tmp_path / "named"
    monkeypatch.delenv("FOLLOWUP_FILTER_DATA_DIR")
    assert data_folder().name == "followup-filter"
    assert data_folder().is_absolute()


def test_the_settings_are_where_the_environment_says_or_where_the_platform_keeps_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLLOWUP_FILTER_SETTINGS", str(tmp_path / "my.toml"))
    assert settings_file() == tmp_path / "my.toml"
    monkeypatch.delenv("FOLLOWUP_FILTER_SETTINGS")
    assert settings_file().parts[-2:] == ("followup-filter", "settings.toml")
