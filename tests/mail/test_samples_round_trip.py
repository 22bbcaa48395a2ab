"""What render.py writes is read back whole: training sees what the samples say."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup_filter.mail.parse import read_message
from followup_filter.mail.render import render, render_own

BODY = "山田様\n\n㈱サトウ印刷の佐藤です。①名刺 ②封筒のお見積もりを6月9日(火)までにお願いします。\n\n佐藤"
RECORD: dict[str, Any] = {
    "id": "m01",
    "date": "2026-05-14T21:07:00+09:00",
    "from_name": "佐藤 次郎",
    "from_address": "sato@sato-insatsu.example",
    "to_name": "山田 花子 様",
    "subject": "お見積もりのお願い(①と②、あわせて名刺300枚と角2封筒500枚の件です)",
    "headers": {},
    "in_reply_to": None,
    "body": BODY,
    "html": "",
}


@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp", "shift_jis"])
@pytest.mark.parametrize("html", ["", "<p>" + BODY.replace("\n", "<br>") + "</p>"])
@pytest.mark.parametrize("attachment", ["", "御見積書(第1版).pdf"])
def test_a_sample_is_read_back_in_every_charset(charset: str, html: str, attachment: str) -> None:
    headers = {"Content-Type": f"text/plain; charset={charset}"} | ({"X-Attachment": attachment} if attachment else {})
    message = read_message(render({**RECORD, "html": html, "headers": headers}, "osaka", "hanako@example.jp"))
    assert message.text == BODY
    assert message.subject == RECORD["subject"]
    assert message.from_address is not None
    assert (message.from_address.name, message.from_address.address) == ("佐藤 次郎", "sato@sato-insatsu.example")
    assert [(to.name, to.address) for to in message.to] == [("山田 花子 様", "hanako@example.jp")]
    assert message.date is not None
    assert message.date.isoformat() == RECORD["date"]
    assert message.form.attachment_names == ((attachment,) if attachment else ())
    assert message.form.has_html == bool(html)
    assert message.repairs == ()


def test_an_answer_of_the_owner_is_read_back() -> None:
    reply = {
        **{"id": "r1", "date": "2026-05-15T09:00:00+09:00", "to_name": "佐藤 次郎", "to_address": "sato@a.example"},
        **{"subject": "Re: お見積もり", "body": "承知しました。", "in_reply_to": "m01"},
    }
    message = read_message(render_own(reply, "osaka", "hanako@example.jp", "山田 花子"))
    assert (message.text, message.in_reply_to) == ("承知しました。", ("<m01.osaka@mail.example>",))


_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Co", "Zs", "Zl", "Zp", "Mn", "Me")), max_size=40
)


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit"])
@given(words=_WORDS)
def test_what_the_standard_library_writes_is_read_back(encoding: str, words: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@b.example", "words"
    mail.set_content(f"文 {words} 終", charset="utf-8", cte=encoding)
    read = read_message(mail.as_bytes())
    assert (read.text, read.repairs) == (f"文 {words} 終", ())
