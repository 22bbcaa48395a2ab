"""Events found in confirmations and thank-you mails: the styles of organisers, and mail that names none."""

from __future__ import annotations

from datetime import date, time

import pytest

from followup_filter.events.suggestions import event_of_mail, suggested, suggestion_key
from tests.builders import event, mail

TODAY = date(2026, 10, 1)


@pytest.mark.parametrize(
    ("subject", "text", "name", "day", "start"),
    [
        (
            "【参加票】梅田ビジネス交流会",
            "お申し込みありがとうございます。\nイベント名：梅田ビジネス交流会\n日時：2026年9月18日(金) 19:00〜",
            "梅田ビジネス交流会",
            date(2026, 9, 18),
            time(19, 0),
        ),
        (
            "お申し込み完了のお知らせ",
            "「港北あさめし会 九月例会」へのお申込みを受け付けました。9/16(水)朝7時、港北会館へお越しください。",
            "港北あさめし会 九月例会",
            date(2026, 9, 16),
            time(7, 0),
        ),
        (
            "『第12回 士業ランチ会』ご参加のお礼",
            "本日はお忙しい中ご参加いただき、ありがとうございました。写真は後日お送りします。",
            "第12回 士業ランチ会",
            date(2026, 9, 10),
            time(0, 0),
        ),
        (
            "昨日のお礼",
            "昨日は【みなと異業種交流会】にお越しくださり、ありがとうございました。",
            "みなと異業種交流会",
            date(2026, 9, 9),
            time(0, 0),
        ),
        (
            "Your registration is confirmed",
            "Event: Harbor Business Meetup\nDate: September 24, 2026 18:30",
            "Harbor Business Meetup",
            date(2026, 9, 24),
            time(18, 30),
        ),
    ],
)
def test_the_event_of_a_confirmation_or_a_thank_you_mail(
    subject: str, text: str, name: str, day: date, start: time
) -> None:
    found = event_of_mail(mail(text, subject=subject, sender="info@koryu.example", when="2026-09-10T20:00"))
    assert found
    assert (found.name, found.date, found.start) == (name, day, start)
    # A confirmation may come from a ticket service, thanks come from the organiser.
    assert found.organizer_addresses == (("info@koryu.example",) if "ありがとうございました" in text else ())


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("9月の異業種交流会のご案内", "「梅田ビジネス交流会」を9月18日に開きます。ぜひお申し込みください。"),
        ("ご注文の確認", "お申し込みありがとうございます。「秋の保湿セット」を9月18日にお届けします。"),
        ("お申し込み完了のお知らせ", "「梅田ビジネス交流会」のお申込みを受け付けました。日時は追ってお知らせします。"),
        ("お申し込み完了のお知らせ", "「梅田ビジネス交流会」 2027年9月18日"),
        ("先日のお礼", "先日はありがとうございました。"),
        ("お申し込み完了のお知らせ", "「梅田ビジネス交流会」のお申込日: 9月10日 09:58"),
        ("お申し込み完了のお知らせ", "「梅田ビジネス交流会」会費は9月15日までにお振り込みください。"),
        ("", ""),
    ],
)
def test_other_mail_names_no_event_to_ask_about(subject: str, text: str) -> None:
    assert event_of_mail(mail(text, subject=subject, when="2026-09-10T20:00")) is None


def test_a_mail_without_a_date_names_none() -> None:
    assert event_of_mail(mail("「梅田ビジネス交流会」参加票 2026/9/18", when=None)) is None


def test_each_event_is_suggested_once_and_neither_those_entered_nor_those_declined_nor_those_to_come() -> None:
    def confirmation(name: str, day: str) -> object:
        return mail(f"「{name}」のお申込みを受け付けました。{day}", when="2026-09-10T20:00")

    mails = [
        confirmation("梅田ビジネス交流会", "9月18日"),
        confirmation("梅田ビジネス交流会", "9月18日"),
        confirmation("港北あさめし会", "9月11日"),
        confirmation("みなと夜会", "10月20日"),
    ]
    numbered = list(enumerate(mails, start=1))
    found = suggested(numbered, (), (), TODAY)  # type: ignore[arg-type]
    assert [(each.event.name, each.source) for each in found] == [("港北あさめし会", 3), ("梅田ビジネス交流会", 1)]
    entered = event("別の名前", date(2026, 9, 18))
    [left] = suggested(numbered, (entered,), (), TODAY)  # type: ignore[arg-type]
    assert left.key == suggestion_key(left.event) == "2026-09-11"
    assert not suggested(numbered, (entered,), {left.key}, TODAY)  # type: ignore[arg-type]
