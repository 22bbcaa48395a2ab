"""The newest text is told from quotes, signatures and forwards, by lines alone (golden mails show whole clients)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup_filter.mail.quotes import is_forward, is_reply, split_text

ATTRIBUTIONS = [
    "2026年5月14日(木) 21:07 山田 花子 <hanako@example.jp>:",
    "5月14日(木) 21:07 山田 花子 <hanako@example.jp>:",
    "2026/05/14 21:07、山田 花子 <hanako@example.jp>のメール:",
    "2026/05/14 21:07 山田 花子:",
    "2026/05/14 21:07、山田：",
    "On Thu, May 14, 2026 at 9:07 PM Hanako <hanako@example.jp> wrote:",
    "On 2026/05/14 21:07, 山田 花子 wrote:",
    "On 14 May 2026, at 21:07, 山田 花子 <hanako@example.jp> wrote:",
    "(2026/05/14 21:07), 山田 花子 wrote:",
    "2026/05/14 21:07、山田 花子 さんは書きました:",
    "山田 花子 <hanako@example.jp> さんは 2026/05/14(木) 21:07:12 に書きました:",
    "山田さんは書きました:",
    "Hanako Yamada wrote:",
    "--- hanako@example.jp wrote:",
    "2026년 5월 14일 (목) 오후 9:07, 山田 <hanako@example.jp>님이 작성:",
    "山田 花子 <hanako@example.jp> 于2026年5月14日周四 21:07写道：",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_a_line_that_says_who_wrote_belongs_to_the_quote(attribution: str) -> None:
    split = split_text(f"14時でお願いします。\n\n{attribution}\n\n> ご都合はいかがでしょうか。\n\n追伸です。")
    assert split.text == "14時でお願いします。\n\n追伸です。"
    assert split.quoted.startswith(attribution)


@pytest.mark.parametrize(
    "attribution", [line for line in ATTRIBUTIONS if "21:07" in line and ("@" in line or "wrote" in line)]
)
def test_with_day_time_and_writer_everything_below_is_quoted(attribution: str) -> None:
    split = split_text(f"14時でお願いします。\n\n{attribution}\nご都合はいかがでしょうか。\n\n山田")
    assert split.text == "14時でお願いします。"
    assert split.quoted.endswith("山田")


@pytest.mark.parametrize(
    "separator",
    [
        "-----Original Message-----",
        "------ Original Message ------",
        "-----元のメッセージ-----",
        "---- 元のメッセージ(7/4) ----",
        "――――― 元のメール ―――――",
        "-------- オリジナルメッセージ --------",
        "-----Original Appointment-----",
        "----- Reply message -----",
        "----- 返信元のメッセージ -----",
    ],
)
def test_below_a_separator_everything_is_quoted(separator: str) -> None:
    split = split_text(f"承知しました。\n\n{separator}\n\nお願いします。\n山田")
    assert (split.text, split.quoted) == ("承知しました。", f"{separator}\n\nお願いします。\n山田")


@pytest.mark.parametrize(
    "marker",
    [
        "---------- Forwarded message ---------",
        "---------- Forwarded message ----------",
        "-------- Forwarded Message --------",
        "-------- 転送されたメッセージ --------",
        "----- 転送メッセージ -----",
        "Begin forwarded message:",
        "転送されたメッセージ:",
        "--------------------- Forwarded by 佐藤 次郎 ---------------------",
        "Forwarded by 佐藤 次郎 <sato@sato-insatsu.example>",
    ],
)
def test_what_is_forwarded_is_news(marker: str) -> None:
    split = split_text(
        f"ご紹介します。\n\n{marker}\nFrom: 鈴木 <s@k.example>\nTo: 佐藤\nSubject: 看板\n\n看板をお願いします。"
    )
    assert split.forwarded
    assert split.text == "ご紹介します。\n\nFrom: 鈴木 <s@k.example>\nTo: 佐藤\nSubject: 看板\n\n看板をお願いします。"
    assert split.quoted == ""


def test_the_body_of_a_forward_may_be_marked_while_its_headers_are_not() -> None:
    text = "---------- Forwarded message ---------\nFrom: a\nDate: b\nTo: c\n\n> 看板を\n> お願いします。"
    assert split_text(text).text == "From: a\nDate: b\nTo: c\n\n看板を\nお願いします。"


@pytest.mark.parametrize(
    "footer",
    [
        "iPhoneから送信",
        "私の iPad から送信",
        "Androidスマートフォンから送信",
        "Xperia™ スマートフォンから送信",
        "Yahoo!メール アプリから送信",
        "Windows 版のメールから送信",
        "Sent from my iPhone",
        "Sent from Mail for Windows",
        "Outlook for iOS を入手",
        "Get Outlook for Android",
    ],
)
def test_footers_of_phones_are_dropped(footer: str) -> None:
    assert split_text(f"着きました\n\n{footer}").text == "着きました"


@pytest.mark.parametrize(
    "text",
    [
        "フォームから送信してください。",
        "> 一行だけの引用のような行",
        "＞＞ お申し込みはこちら\n＞＞ 詳しくはこちら\n＞＞ お問い合わせはこちら",
        "From now on we meet on Tuesdays.\nTo: the point.\nSubject to change.",
        "日時: 6月9日(火) 19時\n場所: 北浜\n件名: 例会\n宛先: 会員各位",
        "5月14日の件、次のとおりです:\n・部数 500",
        "お客様のメール:\n見積もりの依頼です。",
        "会場: 10:00 開場\nhttps://a.example/:\n続きです。",
        "a > b\n1 < 2",
    ],
)
def test_prose_is_left_alone(text: str) -> None:
    split = split_text(text)
    assert (split.text, split.quoted, split.signature, split.forwarded) == (text, "", "", False)


@pytest.mark.parametrize(
    ("block", "is_signature"),
    [
        ("-- \n佐藤", True),
        ("-- \n佐藤印刷\nTEL 06-0000-0001\n想いを形にします。", True),
        ("--\nお手紙が重たくなった方は、こちらから抜けられます\nhttps://a.example/off", False),
        ("--\n配信停止 https://a.example/stop", False),
        ("━━━━━━━━\n佐藤印刷\n〒000-0000 大阪市\n━━━━━━━━", True),
        ("*-*-*-*-*-*-*-*\n佐藤 090-0000-0001\n*-*-*-*-*-*-*-*", True),
        ("┏━━━━━━┓\n佐藤 sato@a.example\n┗━━━━━━┛", True),
        ("━━━━━━━━\n次回は6月9日です。\nお電話 06-0000-0001 でもどうぞ。", False),
        ("━━━━━━━━\n■ 次回\nhttps://a.example/0609", False),
        ("━━━━━━━━\n" + "\n".join(f"{n} TEL 06-0000-000{n}" for n in range(1, 10)) + "\na\nb\nc\nd", False),
    ],
)
def test_signatures(block: str, is_signature: bool) -> None:
    split = split_text(f"ご相談です。\n\n{block}")
    assert bool(split.signature) == is_signature
    assert split.text == ("ご相談です。" if is_signature else f"ご相談です。\n\n{block}")


def test_a_mail_that_is_nothing_but_a_signature_keeps_its_text() -> None:
    assert split_text("-- \n佐藤\nTEL 06-0000-0001").signature == ""


@pytest.mark.parametrize(
    ("subject", "reply", "forward"),
    [
        ("Re: 件", True, False),
        ("RE：件", True, False),
        ("Re[2]: 件", True, False),
        ("[koryu:12] Re: 件", True, False),
        ("返信: 件", True, False),
        ("Fwd: 件", False, True),
        ("FW: Re: 件", False, True),
        ("転送: 件", False, True),
        ("Reの話", False, False),
        ("件", False, False),
    ],
)
def test_subjects(subject: str, reply: bool, forward: bool) -> None:
    assert (is_reply(subject), is_forward(subject)) == (reply, forward)


_LINES = st.sampled_from(
    [
        *(
            "",
            "本文です。",
            "> 引用",
            "> > 二重",
            "-- ",
            "━━━━━━",
            "TEL 06-0000-0001",
            "From: a",
            "To: b",
            "Subject: c",
        ),
        *("iPhoneから送信", "-----Original Message-----", "---------- Forwarded message ---------", *ATTRIBUTIONS[:6]),
    ]
)


@given(st.lists(_LINES, max_size=25).map("\n".join), st.sampled_from(["", "Re: x", "Fwd: x"]), st.booleans())
def test_every_line_of_text_ends_up_somewhere(text: str, subject: str, answers: bool) -> None:
    split = split_text(text, subject, answers)
    kept = f"{split.text}\n{split.quoted}\n{split.signature}"
    for words in ("本文です。", "引用", "二重"):
        assert kept.count(words) == text.count(words)
