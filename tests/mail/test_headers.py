"""Headers are read as programs write them, in bounded time."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta, timezone
from email.header import Header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup_filter.mail.headers import decode_base64, decode_header, message_ids, parse_date

JST = timezone(timedelta(hours=9))


@pytest.mark.parametrize(
    ("value", "text", "repaired"),
    [
        (b"plain", "plain", False),
        (b"=?UTF-8?B?44GK56S8?=", "お礼", False),
        (b"=?utf-8?q?=E3=81=8A=E7=A4=BC?=", "お礼", False),
        (b"=?UTF-8*ja?B?44GK56S8?=", "お礼", False),  # RFC 2231: language
        (b"=?UTF-8?B?44GK?= =?UTF-8?B?56S8?=", "お礼", False),
        (b"=?UTF-8?B?44GK?=\r\n =?utf-8?Q?=E7=A4=BC?=", "お礼", False),
        (b"=?UTF-8?B?44GK?= =?ISO-2022-JP?B?GyRCTmkbKEI=?=", "お礼", False),
        (b"=?UTF-8?Q?=E3=81?= =?UTF-8?Q?=8A?=", "お", False),  # a character in two words
        (b"=?UTF-8?B?44GK5?= =?UTF-8?B?6S8?=", "お礼", True),  # Base64 in two words
        (b"=?UTF-8?B?44GK56S?=", "お\ufffd", True),
        (b"=?UTF-8?B?44GK!56S8?=", "お礼", True),
        (b"a =?UTF-8?B?44GK?= b", "a お b", False),
        (b"a=?UTF-8?B?44GK?=b", "aおb", False),
        (b"=?UTF-8?Q?a_b=20c?=", "a b c", False),
        (b"=?UTF-8?Q?a b?=", "a b", False),
        (b"=?UTF-8?Q?100=_=ZZ?=", "100= =ZZ", True),
        (b"=?UTF-8?B??= empty", "empty", False),
        (b"=?unknown-8bit?B?gqiX54I=?=", "お礼\ufffd", True),
        (b"=?UTF-8?X?abc?=", "=?UTF-8?X?abc?=", False),
        (b"=?UTF-8?B?44GK", "=?UTF-8?B?44GK", False),
        ("お礼".encode(), "お礼", True),
        ("お礼".encode("cp932"), "お礼", True),
        (b"\x1b$B$*Ni\x1b(B", "お礼", True),
        (b"folded\r\n\tline\n with\r\n  blanks", "folded line with blanks", False),
        (b"=?UTF-8?Q?line=0D=0Abreak=00?=", "line break", True),
    ],
)
def test_words_of_rfc_2047(value: bytes, text: str, repaired: bool) -> None:
    assert decode_header(value) == (text, repaired)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Zs", "Zl", "Zp")), max_size=80))
def test_what_the_standard_library_encodes_is_read_back(text: str) -> None:
    encoded = Header(text, "utf-8").encode()
    if "=?" not in text:
        assert decode_header(encoded) == (text, False)


@given(st.text(st.sampled_from('=?utf-8QBqb_ \r\n\t"<>@,;()44GKあ\udc80'), max_size=120))
def test_decoding_never_raises(value: str) -> None:
    text, _ = decode_header(value)
    assert "\n" not in text
    text.encode()


@given(st.binary(max_size=200))
def test_base64_round_trip(data: bytes) -> None:
    assert decode_base64(base64.encodebytes(data)) == (data, False)


@pytest.mark.parametrize(
    ("encoded", "decoded"),
    [
        (b"QUJD\nREVG", b"ABCDEF"),
        (b"QUI", b"AB"),
        (b"QUJDR", b"ABC"),
        (b"QU*JD", b"ABC"),
        (b"QUI=QUI=", b"ABAB"),
        (b"=QUJD", b"ABC"),
        (b"====", b""),
    ],
)
def test_broken_base64_gives_what_decodes(encoded: bytes, decoded: bytes) -> None:
    read, faulty = decode_base64(encoded)
    assert read == decoded
    assert faulty == (encoded != b"QUJD\nREVG")


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("Thu, 14 May 2026 21:07:00 +0900", datetime(2026, 5, 14, 21, 7, tzinfo=JST)),
        ("Thu, 14 May 2026 21:07:00 +0900 (JST)", datetime(2026, 5, 14, 21, 7, tzinfo=JST)),
        ("14 May 2026 12:07 GMT", datetime(2026, 5, 14, 12, 7, tzinfo=UTC)),
        ("Thu, 14 May 2026 12:07:00 -0000", datetime(2026, 5, 14, 12, 7, tzinfo=UTC)),
        ("Thu, 14 May 2026 12:07:00 +0000", datetime(2026, 5, 14, 12, 7, tzinfo=UTC)),
        ("Thu, 14 May 2026 21:07:00 JST", datetime(2026, 5, 14, 21, 7, tzinfo=JST)),
        ("Thu, 14 May 2026 21:07:00", datetime(2026, 5, 14, 21, 7, tzinfo=JST)),
        ("Thu, 14 May 26 21:07:00 +0900", datetime(2026, 5, 14, 21, 7, tzinfo=JST)),
        ("2026-05-14 21:07:00 +0900", datetime(2026, 5, 14, 21, 7, tzinfo=JST)),
        ("2026-05-14T12:07:00Z", datetime(2026, 5, 14, 12, 7, tzinfo=UTC)),
        ("2026年5月14日 21:07", datetime(2026, 5, 14, 21, 7, tzinfo=JST)),
        ("", None),
        ("yesterday", None),
        ("Thu, 31 Feb 2026 21:07:00 +0900", None),
        ("Thu, 14 May 2026 25:07:00 +0900", None),
        ("Thu, 14 May 2026 21:07:00 +9999", None),
        ("Thu, 14 May 1989 21:07:00 +0900", None),
        ("Thu, 14 May 2101 21:07:00 +0900", None),
        ("Thu, 14 May 99999999999 21:07:00 +0900", None),
        ("2026-13-14 21:07", None),
    ],
)
def test_dates(value: str, date: datetime | None) -> None:
    read = parse_date(value)
    assert read == date
    assert read is None or read.utcoffset() is not None


@given(st.text(st.sampled_from("0123456789 :+-,/TZJanFebMarThu年月日()"), max_size=60))
def test_reading_dates_never_raises(value: str) -> None:
    parse_date(value)


@pytest.mark.parametrize(
    ("value", "identifiers"),
    [
        ("<a@b.example>", ("<a@b.example>",)),
        ("<a@b.example>\r\n <c@d.example> <a@b.example>", ("<a@b.example>", "<c@d.example>")),
        ("Your mail of Tue <a@b.example>", ("<a@b.example>",)),
        ("a@b.example", ("<a@b.example>",)),
        ("<no-at-sign>", ("<no-at-sign>",)),
        ("", ()),
        ("<>", ()),
        ("<" * 1000, ()),
    ],
)
def test_message_ids(value: str, identifiers: tuple[str, ...]) -> None:
    assert message_ids(value) == identifiers


def test_of_very_many_references_the_newest_are_kept() -> None:
    found = message_ids(" ".join(f"<{number}@b.example>" for number in range(1000)))
    assert len(found) == 200
    assert found[-1] == "<999@b.example>"
