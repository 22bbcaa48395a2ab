"""Address headers are taken apart in one pass, and no name can forge an address."""

from __future__ import annotations

from email.utils import formataddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from followup_filter.mail.addresses import ADDRESS_COUNT, parse_addresses
from followup_filter.mail.message import Address


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ("a@b.example", [("", "a@b.example")]),
        ("<A@B.Example>", [("", "a@b.example")]),
        ("Jiro <a@b.example>", [("Jiro", "a@b.example")]),
        ('"Sato, Jiro" <a@b.example>, c@d.example', [("Sato, Jiro", "a@b.example"), ("", "c@d.example")]),
        ("Sato, Jiro <a@b.example>", [("Sato, Jiro", "a@b.example")]),
        ("a@b.example (Jiro Sato)", [("Jiro Sato", "a@b.example")]),
        ("(one (two) three) a@b.example", [("one (two) three", "a@b.example")]),
        ("Jiro (sales) <a@b.example>", [("Jiro", "a@b.example")]),
        ("'Jiro' <a@b.example>", [("Jiro", "a@b.example")]),
        ("a@b.example <a@b.example>", [("", "a@b.example")]),
        (r'"Jiro \"J\" Sato" <a@b.example>', [('Jiro "J" Sato', "a@b.example")]),
        ("Team: a@b.example, Jiro <c@d.example>;", [("", "a@b.example"), ("Jiro", "c@d.example")]),
        ("undisclosed-recipients:;", []),
        ("", []),
        (",,;,", []),
        ("<@relay.example,@relay2.example:a@b.example>", [("", "a@b.example")]),
        ("mailto:a@b.example", [("", "a@b.example")]),
        ('"Jiro <a@b.example>', [("Jiro", "a@b.example")]),
        ("Jiro <a@b.example, c@d.example", [("Jiro", "a@b.example"), ("", "c@d.example")]),
        ("Jiro a@b.example", [("Jiro", "a@b.example")]),
        ("=?UTF-8?B?5L2Q6Jek?= <a@b.example>", [("佐藤", "a@b.example")]),
        ('"=?UTF-8?B?5L2Q6Jek?=" <a@b.example>', [("佐藤", "a@b.example")]),
        ("=?UTF-8?Q?Sato,_Jiro?= <a@b.example>", [("Sato, Jiro", "a@b.example")]),
        ("=?UTF-8?Q?a=40evil.example=2C?= <a@b.example>", [("a@evil.example,", "a@b.example")]),
        ("ken..1985.@phone.example", [("", "ken..1985.@phone.example")]),
        ("MAILER-DAEMON", [("MAILER-DAEMON", "")]),
        ("担当: 佐藤 <a@b.example>", [("担当: 佐藤", "a@b.example")]),
    ],
)
def test_address_lists(value: str, addresses: list[tuple[str, str]]) -> None:
    assert parse_addresses(value)[0] == tuple(Address(*address) for address in addresses)


def test_at_most_two_hundred_are_read() -> None:
    found, _ = parse_addresses(", ".join(f"u{number}@b.example" for number in range(5000)))
    assert len(found) == ADDRESS_COUNT
    assert found[-1].address == "u199@b.example"


_NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Zs", "Zl", "Zp", "Cn")), max_size=30)


@example("mailto:x")
@given(_NAMES.filter(lambda name: name.lower() != "mailto:" and "=?" not in name and name.strip("'\"") == name))
def test_what_the_standard_library_writes_is_read_back(name: str) -> None:
    found, _ = parse_addresses(formataddr((name, "a@b.example")))
    assert [(address.name, address.address) for address in found] == [(name, "a@b.example")]


@given(st.text(st.sampled_from('ab@.<>()"\\,;: =?UTF-8B\n佐\udc80'), max_size=150))
def test_reading_never_raises(value: str) -> None:
    for address in parse_addresses(value)[0]:
        f"{address.name}{address.address}".encode()
