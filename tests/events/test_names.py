"""When two names are the same: companies, people, mail domains, and the short forms of an event's name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup_filter.events.names import company, event_short_forms, folded, is_freemail, person


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("株式会社佐藤製作所", "佐藤製作所"),
        ("佐藤製作所株式会社", "佐藤製作所"),
        ("株式会社 佐藤製作所", "佐藤製作所"),
        ("(株)佐藤製作所", "佐藤製作所"),
        ("（株）佐藤製作所", "佐藤製作所"),
        ("佐藤製作所(株)", "佐藤製作所"),
        ("㈱佐藤製作所", "佐藤製作所"),
        ("佐藤製作所㈱", "佐藤製作所"),
        ("㈲みなと商店", "有限会社みなと商店"),
        ("(同)みなと", "合同会社みなと"),
        ("一般社団法人港北会", "港北会"),
        ("NPO法人港北会", "港北会"),
        ("ＮＰＯ法人港北会", "港北会"),
        ("ｻﾄｳ製作所", "サトウ製作所"),
        ("ＳＡＴＯ製作所", "sato製作所"),
        ("齋藤工務店", "斉藤工務店"),
        ("Sample Co., Ltd.", "sample"),
        ("Sample Co.,Ltd.", "Sample"),
        ("Sample, Inc.", "Sample"),
        ("Sample LLC", "SAMPLE"),
        ("Sample K.K.", "Sample"),
        ("サンプルInc.", "サンプル"),
        ("サンプルLLC", "合同会社サンプル"),
    ],
)
def test_a_company_is_the_same_with_and_without_its_legal_form(one: str, other: str) -> None:
    assert company(one) == company(other)


def test_an_english_word_keeps_its_beginning() -> None:
    assert company("Incubate Works") == folded("Incubate Works")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("佐藤 次郎", "佐藤次郎"),
        ("佐藤　次郎", "佐藤 次郎"),
        ("佐藤・次郎", "佐藤次郎"),
        ("佐藤 次郎 様", "佐藤 次郎"),
        ("佐藤次郎さん", "佐藤次郎"),
        ("佐藤次郎さま", "佐藤次郎"),
        ("佐藤次郎氏", "佐藤次郎"),
        ("佐藤次郎先生", "佐藤次郎"),
        ("髙橋 恵", "高橋 恵"),
        ("山﨑 洋", "山崎 洋"),
        ("渡邊 學", "渡辺 學"),
        ("渡邉 洋", "渡邊 洋"),
        ("齋藤 徹", "斎藤 徹"),
        ("濵田 廣", "浜田 広"),
        ("ｻﾄｳ ｼﾞﾛｳ", "サトウ ジロウ"),
        ("ＳＡＴＯ Ｊｉｒｏ", "Sato JIRO"),
        ("Sato, Jiro", "Sato Jiro"),
    ],
)
def test_a_person_is_the_same_however_the_name_is_written(one: str, other: str) -> None:
    assert person(one) == person(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("佐藤 次郎", "佐藤 三郎"), ("髙橋 恵", "高梨 恵"), ("さんだ 洋", "だ 洋"), ("様々 洋", "々 洋")],
)
def test_different_people_stay_apart(one: str, other: str) -> None:
    assert person(one) != person(other)


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "yahoo.co.jp", "outlook.jp", "icloud.com", "docomo.ne.jp", "ezweb.ne.jp", "ymail.ne.jp", "nifty.com"],
)
def test_a_domain_of_many_strangers_says_nothing(domain: str) -> None:
    assert is_freemail(domain)


@pytest.mark.parametrize("domain", ["sato.example", "mail.sato.example", "gmail-shop.example", "yahoo-bb.example", ""])
def test_a_company_domain_is_no_freemail(domain: str) -> None:
    assert not is_freemail(domain)


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("夜の名刺交換会 第8回", ["夜の名刺交換会第8回", "夜の名刺交換会"]),
        ("夜の名刺交換会　第８回", ["夜の名刺交換会第8回", "夜の名刺交換会"]),
        ("経営者朝食会 6月", ["経営者朝食会6月", "経営者朝食会"]),
        ("第12期 港北ものづくり塾", ["第12期港北ものづくり塾", "港北ものづくり塾"]),
        ("梅田ビジネス交流会(5/12)", ["梅田ビジネス交流会5/12", "梅田ビジネス交流会"]),
        ("「港北ものづくり交流会」", ["港北ものづくり交流会"]),
        ("港北ものづくり交流会 vol.3", ["港北ものづくり交流会vol.3", "港北ものづくり交流会"]),
        ("港北ものづくり交流会 2026", ["港北ものづくり交流会2026", "港北ものづくり交流会"]),
    ],
)
def test_an_event_is_also_called_by_its_name_without_number_and_date(name: str, forms: list[str]) -> None:
    assert event_short_forms(name) == tuple(folded(form) for form in forms)


@pytest.mark.parametrize("name", ["交流会", "異業種交流会", "ビジネス交流会", "ランチ会", "朝会", "第3回", ""])
def test_a_name_that_any_event_may_have_names_none(name: str) -> None:
    assert event_short_forms(name) == ()


@pytest.mark.parametrize("word", ["business", "networking", "tokyo"])
def test_an_everyday_word_of_the_name_is_not_the_name(word: str) -> None:
    forms = event_short_forms("Tokyo Business Networking")
    assert "tokyobusinessnetworking" in forms
    assert word not in forms


@given(st.text(st.sampled_from("佐藤髙﨑ｻﾄｳﾞﾟＡaＺß㈱㍿①・　 -〜さん様")))
def test_folding_twice_is_folding_once(name: str) -> None:
    assert folded(folded(name)) == folded(name)


@given(st.text())
def test_short_forms_are_long_enough_to_tell_events_apart(name: str) -> None:
    assert all(len(form) >= 4 for form in event_short_forms(name))
