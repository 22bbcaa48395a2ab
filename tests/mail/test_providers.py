"""Which server an address belongs to."""

from __future__ import annotations

import pytest

from followup_filter.mail.providers import PROVIDERS, look_up_mx, provider_of
from tests.test_docs import ROOT


@pytest.mark.parametrize(
    ("address", "name", "host", "user"),
    [
        ("hanako@gmail.com", "Gmail", "imap.gmail.com", "hanako@gmail.com"),
        ("hanako@OUTLOOK.JP", "Outlook / Microsoft 365", "outlook.office365.com", "hanako@OUTLOOK.JP"),
        ("hanako@icloud.com", "iCloud", "imap.mail.me.com", "hanako"),
        ("hanako@yahoo.co.jp", "Yahoo! JAPAN", "imap.mail.yahoo.co.jp", "hanako"),
        ("info@hanako.sakura.ne.jp", "さくらのレンタルサーバ", "hanako.sakura.ne.jp", "info@hanako.sakura.ne.jp"),
        ("info@hanako.xsrv.jp", "Xserver", "", "info@hanako.xsrv.jp"),
        ("a@plum.ocn.ne.jp", "OCN", "imap.ocn.ne.jp", "a@plum.ocn.ne.jp"),
        ("a@mvb.biglobe.ne.jp", "BIGLOBE", "mail.biglobe.ne.jp", "a@mvb.biglobe.ne.jp"),
        ("a@ab3.so-net.ne.jp", "So-net", "imap.so-net.ne.jp", "a@ab3.so-net.ne.jp"),
        ("a@nifty.com", "@nifty", "imap.nifty.com", "a@nifty.com"),
        ("a@docomo.ne.jp", "docomo", "imap.spmode.ne.jp", "a@docomo.ne.jp"),
    ],
)
def test_known_domains(address: str, name: str, host: str, user: str) -> None:
    found = provider_of(address)
    assert found
    provider, server = found
    assert (provider.name, server, provider.user(address)) == (name, host, user)


@pytest.mark.parametrize(
    ("mx", "name", "host"),
    [
        (["aspmx.l.google.com.", "alt1.aspmx.l.google.com."], "Gmail", "imap.gmail.com"),
        (["hanako-example.mail.protection.outlook.com"], "Outlook / Microsoft 365", "outlook.office365.com"),
        (["www123.sakura.ne.jp"], "さくらのレンタルサーバ", "www123.sakura.ne.jp"),
        (["sv123.xserver.jp"], "Xserver", "sv123.xserver.jp"),
    ],
)
def test_own_domains_are_told_by_their_mail_servers(mx: list[str], name: str, host: str) -> None:
    found = provider_of("info@hanako.example", mx)
    assert found and (found[0].name, found[1]) == (name, host)


@pytest.mark.parametrize("mx", [[], ["mail.hanako.example"], ["evilgoogle.com"], ["google.com.evil.example"]])
def test_what_is_not_known_is_asked(mx: list[str]) -> None:
    assert provider_of("info@hanako.example", mx) is None


def test_a_domain_that_no_one_answers_for_has_no_servers() -> None:
    assert look_up_mx("no-such-domain.invalid") == []
    assert look_up_mx("..") == []


def test_the_docs_list_every_provider() -> None:
    page = (ROOT / "docs" / "providers.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and "---" not in line][1:]
    assert len(rows) == len(PROVIDERS)
    for row, provider in zip(rows, PROVIDERS, strict=True):
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        user = "the part before the @" if provider.local_user else "the address"
        assert cells[:4] == [provider.name, provider.host or "asked for", user, provider.signs_in_with.value]
        assert (cells[4] == "provider's page") is provider.checked
