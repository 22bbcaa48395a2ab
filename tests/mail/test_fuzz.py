"""Mutated mails are read or refused; no other exception, no NUL, no lone surrogate."""

from __future__ import annotations

import contextlib
import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from followup_filter.errors import UnreadableMailError
from followup_filter.mail.message import Message
from followup_filter.mail.parse import read_message
from tests.mail.golden import CASES

SEEDS = [path.read_bytes() for path in sorted(CASES.glob("*.eml"))]
PIECES = [
    *(
        b"\n",
        b"\r\n",
        b"\r",
        b"\n\n",
        b"\0",
        b"\xff",
        b"\x1b$B",
        b"\x1b(B",
        b"\x1b(I",
        b"\x0e",
        b"\x0f",
        b"=",
        b"=?",
        b"?=",
        b'"',
    ),
    *(
        b"<",
        b">",
        b"(",
        b"<b>",
        b"<div hidden>",
        b"</div>",
        b"<!--",
        b"<blockquote type=cite>",
        b"<a href='http://[x'>",
        b"> ",
        b"--",
    ),
    *(
        b"-- \n",
        b"\nFrom: ",
        b"\nContent-Type: multipart/mixed; boundary=x\n\n--x\n",
        b"\n--x--\n",
        b"\nContent-Type: message/rfc822\n\n",
    ),
    *(
        b"\nContent-Transfer-Encoding: base64\n",
        b"\nContent-Type: text/html; charset=utf-7\n",
        b"; charset=iso-2022-jp",
        b"filename*0*=",
    ),
    *(
        b"\nbegin 644 x\nM",
        b"\nend\n",
        "\u0300".encode() * 40,
        "\u202e".encode(),
        b"\xed\xa0\x80",
        "━━━━━\n".encode(),
        b"=?utf-8?b?////?=",
    ),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A golden mail with pieces cut, doubled, moved and put in, and bytes changed."""
    raw = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        if not raw:
            break
        at = draw(st.integers(0, len(raw)))
        length = draw(st.integers(0, min(200, len(raw) - at)))
        change = draw(st.sampled_from(["cut", "double", "insert", "byte", "end", "splice"]))
        if change == "cut":
            del raw[at : at + length]
        elif change == "double":
            raw[at:at] = raw[at : at + length] * draw(st.integers(1, 5))
        elif change == "insert":
            raw[at:at] = draw(st.sampled_from(PIECES))
        elif change == "byte":
            raw[at : at + 1] = draw(st.binary(min_size=1, max_size=3))
        elif change == "end":
            del raw[at:]
        else:
            other = draw(st.sampled_from(SEEDS))
            raw[at:] = other[draw(st.integers(0, len(other))) :]
    return bytes(raw)


def check(message: Message) -> None:
    for value in dataclasses.astuple(message):
        for text in _texts(value):
            assert "\0" not in text
            text.encode()
    assert message.date is None or message.date.utcoffset() is not None
    assert not any(character in message.subject for character in "\r\n")


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [text for item in value for text in _texts(item)] if isinstance(value, tuple | list) else []


@settings(max_examples=1000, deadline=None)
@given(mutated())
def test_mutated_mails(raw: bytes) -> None:
    with contextlib.suppress(UnreadableMailError):
        check(read_message(raw))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=500))
def test_any_bytes(raw: bytes) -> None:
    with contextlib.suppress(UnreadableMailError):
        check(read_message(raw))


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.sampled_from([*PIECES, b"From: a@b.example", "あ".encode(), "あ".encode("cp932"), b'$"', b" ", b"x"]),
        max_size=60,
    )
)
def test_heaps_of_pieces(pieces: list[bytes]) -> None:
    with contextlib.suppress(UnreadableMailError):
        check(read_message(b"From: a@b.example\n" + b"".join(pieces)))
