"""No mail takes long, whatever is in it (reliability.md section 2); each bomb within two seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import pytest

from followup_filter.errors import UnreadableMailError
from followup_filter.mail.parse import read_message

ALLOWED_SECONDS = 2 if sys.gettrace() is None else 10
"""Measuring coverage makes every line of Python several times slower."""

HEAD = b"From: a@b.example\nSubject: x\n"
TEXT = HEAD + b"\n"
HTML = HEAD + b"Content-Type: text/html; charset=utf-8\n\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n"
JA_ATTRIBUTION = ("2026年5月14日21:07は" * 25 + "のメール:\n").encode()


def nested(levels: int, inside: bytes = b"hello\n") -> bytes:
    head = b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n'
    return HEAD + b"".join(head % (level, level) for level in range(levels)) + b"\n" + inside


BOMBS: dict[str, Callable[[], bytes]] = {
    "nesting 1,000": lambda: nested(1_000),
    "nesting 100,000": lambda: nested(100_000),
    "nesting 49, a million empty lines": lambda: nested(49, b"\n" * 1_000_000),
    "nesting by one boundary": lambda: HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 100_000,
    "nesting without boundaries": lambda: (
        HEAD + b"".join(b"Content-Type: multipart/mixed\n\n--b%d\n" % level for level in range(5_000))
    ),
    "enclosed mails 1,000": lambda: HEAD + b"Content-Type: message/rfc822\n\n" * 1_000 + b"x",
    "enclosed mails 100,000": lambda: HEAD + b"Content-Type: message/rfc822\n\n" * 100_000 + b"x",
    "100,000 parts": lambda: MIXED + b"--b\n\nx\n" * 100_000,
    "100,000 HTML parts": lambda: MIXED + b"--b\nContent-Type: text/html\n\n<p>x</p>\n" * 100_000,
    "100,000 parts, ends of line CR": lambda: (MIXED + b"--b\n\nx\n" * 100_000).replace(b"\n", b"\r"),
    "900 parts of 2,000 tags": lambda: MIXED + (b"--b\nContent-Type: text/html\n\n" + b"<p>x" * 2_000 + b"\n") * 900,
    "900 enclosed mails": lambda: MIXED + b"--b\nContent-Type: message/rfc822\n\nFrom: x@y.example\n\nhello\n" * 900,
    "To with 40,000 addresses": lambda: (
        HEAD + b"To: " + b", ".join(b"u%d@b.example" % n for n in range(40_000)) + b"\n\nx"
    ),
    "To with 20 kB of quotes": lambda: HEAD + b"To: " + b'"' * 20_000 + b"\n\nx",
    "To with escaped quotes": lambda: HEAD + b"To: " + b'"\\' * 60_000 + b"\n\nx",
    "To with open brackets": lambda: HEAD + b"To: " + b"<," * 60_000 + b"\n\nx",
    "From with 1,000 nested comments": lambda: b"From: " + b"(" * 1_000 + b"a@b.example" + b")" * 1_000 + b"\n\nx",
    "From with 100,000 open comments": lambda: b"From: " + b"(" * 100_000 + b"a@b.example\n\nx",
    "20,000 encoded words": lambda: (
        b"From: a@b.example\nSubject: " + b"\n ".join([b"=?utf-8?B?44GC?="] * 20_000) + b"\n\nx"
    ),
    "100,000 open encoded words": lambda: b"From: a@b.example\nSubject: " + b"=?a?b?" * 100_000 + b"\n\nx",
    "20,000 parameters": lambda: HEAD + b"Content-Type: text/plain" + b"; a=b" * 20_000 + b"\n\nx",
    "20,000 parameter pieces": lambda: (
        HEAD + b"Content-Type: text/plain" + b"".join(b"; a*%d*=b" % n for n in range(20_000)) + b"\n\nx"
    ),
    "200,000 headers": lambda: b"".join(b"X-%d: x\n" % n for n in range(200_000)) + b"\nx",
    "a million continued lines": lambda: b"Subject: x\n" + b" x\n" * 1_000_000,
    "200,000 references": lambda: HEAD + b"References: " + b"<a@b> " * 200_000 + b"\n\nx",
    "date of 200,000 digits": lambda: HEAD + b"Date: " + b"9" * 200_000 + b"\n\nx",
    "<a x 40,000": lambda: HTML + b"<a " * 40_000,
    "<div> x 200,000": lambda: HTML + b"<div>" * 200_000,
    "<p> x 250,000": lambda: HTML + b"<p>x" * 250_000,
    "fonts opened again": lambda: (
        HTML + b"<p>" + b"".join(b"<font color=%d>" % n for n in range(900)) + b"</p><p>x" * 100_000
    ),
    "spans and foreign closers": lambda: HTML + b"<span>" * 990 + b"</foo>" * 160_000,
    "forwards within forwards": lambda: (
        HTML + b"<blockquote type=cite>---Forwarded message---" * 900 + b"<p>y" * 190_000
    ),
    "blanks between kanji": lambda: HTML + "漢".encode() + b"\n" * 900_000 + b"x",
    "1 MB of On": lambda: TEXT + b"On " * 350_000,
    "1 MB of lines of On": lambda: TEXT + b"On \n" * 250_000,
    "dated lines of On": lambda: TEXT + b"On 2026/05/14 21:07 a@b.example:\n" * 30_000,
    "attributions in Japanese": lambda: TEXT + JA_ATTRIBUTION * 1_500,
    "a million colons": lambda: TEXT + b"x:\n" * 300_000,
    "1 MB of newlines": lambda: TEXT + b"\n" * 1_000_000,
    "1 MB of CR": lambda: TEXT + b"\r" * 1_000_000,
    "quote marks": lambda: TEXT + b">" * 1_000_000,
    "quotes and answers": lambda: TEXT + b"> x\ny\n" * 170_000,
    "rules": lambda: TEXT + b"-----\n" * 200_000,
    "half rules": lambda: TEXT + (b"- " * 200 + b"x\n") * 3_000,
    "header blocks": lambda: TEXT + b"From: a\nTo: b\n" * 80_000,
    "opt-outs begun": lambda: TEXT + ("今後" * 20 + "\n").encode() * 8_000,
    "one line of 5 MB": lambda: TEXT + b"x" * 5_000_000,
    "3 MB of Base64": lambda: HEAD + b"Content-Transfer-Encoding: base64\n\n" + (b"QUJD" * 19 + b"\n") * 40_000,
    "3 MB of padding": lambda: HEAD + b"Content-Transfer-Encoding: base64\n\n" + b"=" * 3_000_000,
    "quoted-printable blanks": lambda: HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n=" + b" " * 2_000_000,
    "uuencode begun": lambda: TEXT + b"begin 644 a\nend\n" * 70_000,
    "escapes": lambda: TEXT + b"\x1b$B" * 700_000,
    "shifts": lambda: TEXT + b"\x0e!\x0f" * 600_000,
    "bytes of no charset": lambda: TEXT + b"\x80\xff" * 1_000_000,
    "combining marks": lambda: TEXT + ("a" + "\u0316\u0300" * 400_000).encode(),
    "marks in the subject": lambda: b"From: a@b.example\nSubject: a" + "\u0316\u0300".encode() * 30_000 + b"\n\nx",
    "links": lambda: TEXT + b"http://a.example/ " * 100_000,
    "NUL": lambda: TEXT + b"\0" * 3_000_000,
    "calendar": lambda: HEAD + b"Content-Type: text/calendar\n\n" + b"SUMMARY:x\n y\n" * 100_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_or_refused_within_two_seconds(name: str) -> None:
    raw = BOMBS[name]()
    start = time.process_time()
    try:
        message = read_message(raw)
    except UnreadableMailError as error:
        assert "too deeply" in str(error)
    else:
        f"{message.subject}{message.text}{message.quoted}".encode()
        assert len(message.to) <= 200
    assert time.process_time() - start < ALLOWED_SECONDS


def test_what_precedes_a_limit_is_read_and_the_rest_is_noted() -> None:
    start = MIXED + "--b\nContent-Type: text/plain; charset=utf-8\n\n見積もりをお願いします。\n".encode()
    message = read_message(start + b"--b\nContent-Type: application/pdf\n\nx\n" * 5_000)
    assert message.text == "見積もりをお願いします。"
    assert "limit" in message.repairs


def test_text_behind_a_large_attachment_is_read() -> None:
    attachment = (
        b"--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n" + (b"QUJD" * 19 + b"\n") * 100_000
    )
    message = read_message(MIXED + attachment + b"--b\n\nThe text comes last.\n--b--\n")
    assert message.text == "The text comes last."
    assert message.repairs == ()


def test_fifty_levels_are_read() -> None:
    assert read_message(nested(45)).text == "hello"
