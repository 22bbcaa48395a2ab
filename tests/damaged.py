"""Makes damaged mails: real ones of the demo, broken in the ways that mail breaks, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

Fault = Callable[[bytes, random.Random], bytes]


def _cut(raw: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw))]


def _flip(raw: bytes, chance: random.Random) -> bytes:
    data = bytearray(raw)
    for _ in range(1 + len(data) // 50):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def _wrong_charset(raw: bytes, chance: random.Random) -> bytes:
    labels = (b"iso-2022-jp", b"shift_jis", b"euc-jp", b"utf-8", b"unicode_escape", b"no-such-charset", b"utf-16")
    return raw.replace(b'charset="utf-8"', b'charset="' + chance.choice(labels) + b'"')


def _no_header(raw: bytes, _chance: random.Random) -> bytes:
    return raw.partition(b"\n\n")[2]


def _no_boundary(raw: bytes, _chance: random.Random) -> bytes:
    return raw.replace(b"boundary=", b"bound=")


def _wrong_encoding(raw: bytes, chance: random.Random) -> bytes:
    names = (b"base64", b"quoted-printable", b"x-uuencode", b"8bit", b"binary")
    head, _, rest = raw.partition(b"Content-Transfer-Encoding: ")
    return head + b"Content-Transfer-Encoding: " + chance.choice(names) + b"\n" + rest.partition(b"\n")[2]


def _noise(_raw: bytes, chance: random.Random) -> bytes:
    return chance.randbytes(chance.randrange(2_000))


def _empty(_raw: bytes, _chance: random.Random) -> bytes:
    return b""


def _zeros(raw: bytes, _chance: random.Random) -> bytes:
    return raw.replace(b" ", b"\0")


def _nested(raw: bytes, _chance: random.Random) -> bytes:
    return b"Content-Type: message/rfc822\n\n" * 2_000 + raw


def _carriage_returns(raw: bytes, _chance: random.Random) -> bytes:
    return raw.replace(b"\n", b"\r")


def _headers_twice(raw: bytes, _chance: random.Random) -> bytes:
    return raw.partition(b"\n\n")[0] + b"\n" + raw


def _bad_date(raw: bytes, chance: random.Random) -> bytes:
    head, _, rest = raw.partition(b"Date: ")
    dates = (b"Thu, 99 Foo 20260 99:99:99 +9999", b"", b"0", b"(" * 500, b"Mon, 1 Jan 0001 00:00:00 -2359")
    return head + b"Date: " + chance.choice(dates) + b"\n" + rest.partition(b"\n")[2]


def _surrogates(raw: bytes, _chance: random.Random) -> bytes:
    return raw + "\ud83d\udc4d".encode("utf-8", "surrogatepass") + b"\xed\xa0\x80\x1b[31m\x1b]0;x\x07"


FAULTS: tuple[Fault, ...] = (
    *(_cut, _flip, _wrong_charset, _no_header, _no_boundary, _wrong_encoding, _noise, _empty, _zeros, _nested),
    *(_carriage_returns, _headers_twice, _bad_date, _surrogates),
)


def write_damaged(originals: Path, folder: Path, count: int, seed: int = 20261125) -> list[str]:
    """Write `count` damaged mails into `folder`, each fault in turn; returns their file names, sorted."""
    chance = random.Random(seed)
    mails = [file.read_bytes() for file in sorted(originals.glob("*.eml"))]
    names = []
    for number in range(count):
        fault = FAULTS[number % len(FAULTS)]
        name = f"{number:03}{fault.__name__}.eml"
        (folder / name).write_bytes(fault(chance.choice(mails), chance))
        names.append(name)
    return names
