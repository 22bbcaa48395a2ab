"""A file that is no mail is refused with a sentence; nothing else leaves parse_message."""

from __future__ import annotations

import pytest

from followup_filter.errors import UnreadableMailError
from followup_filter.mail import parse
from followup_filter.mail.parse import parse_message

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty"),
        (b"\r\n\r\n", "empty"),
        (b"\xef\xbb\xbf\n", "empty"),
        (b"\0" * 1000, "empty"),
        (PNG, "not a mail"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "not a mail"),
        (b"PK\x03\x04" + bytes(200), "not a mail"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "not a mail"),
        (bytes(range(256)) * 20, "not a mail"),
        (b"X-Nothing: known\n\n", "not a mail"),
        (b"From: a@b.example\n" + b"Content-Type: message/rfc822\n\n" * 200, "too deeply"),
    ],
)
def test_what_is_no_mail_is_refused_with_a_sentence(raw: bytes, words: str) -> None:
    with pytest.raises(UnreadableMailError, match=words) as refusal:
        parse_message(raw)
    assert str(refusal.value).endswith(".")


def test_a_fault_of_the_program_becomes_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(parse, "read_content", fail)
    with pytest.raises(UnreadableMailError, match="RecursionError"):
        parse_message(b"From: a@b.example\n\nhello\n")


def test_a_mail_with_headers_and_a_picture_for_text_is_a_mail() -> None:
    message = parse_message(
        b"From: a@b.example\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0K\n"
    )
    assert message.text == ""
    assert message.form.attachment_names == ("image/png",)


def test_every_file_counts_by_its_own_bytes() -> None:
    one, two = (parse_message(b"From: a@b.example\n\nhello" + end) for end in (b"\n", b"\r\n"))
    assert one.text == two.text
    assert one.content_hash != two.content_hash
