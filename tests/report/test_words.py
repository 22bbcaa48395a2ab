"""The words that people read (wording.md), in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from followup_filter.events.evidence import WEIGHTS
from followup_filter.labels import KINDS, OUTCOMES
from followup_filter.language import set_language
from followup_filter.report.words import (
    day_with_weekday,
    evidence_words,
    kind_words,
    long_moment,
    outcome_short,
    outcome_words,
    person_words,
    quoted,
    reason_words,
)
from tests.builders import at


def test_outcomes_and_kinds_are_called_as_decided() -> None:
    set_language("ja")
    assert {outcome.value: (outcome_words(outcome), outcome_short(outcome)) for outcome in OUTCOMES} == {
        "lead": ("仕事の話", "仕事"),
        "newsletter": ("メルマガ・一斉案内", "メルマガ"),
        "network_marketing": ("ネットワークビジネスの勧誘らしいメール", "勧誘"),
        "membership_venue": ("入会・会場の案内", "入会"),
        "other": ("そのほか", "他"),
    }
    kinds = {kind.value: kind_words(kind) for kind in KINDS}
    assert kinds == {
        "inquiry": "見積もり・依頼の相談",
        "commission": "登壇・執筆などの依頼",
        "referral": "紹介",
        "membership": "入会の案内",
        "venue": "会場・場所の案内",
        "sales_pitch": "営業",
        "free_advice": "無料での頼みごと",
        "blind_referral": "用件のない紹介",
        "courtesy": "お礼・あいさつ",
        "logistics": "会の事務連絡",
        "unrelated": "ふだんの仕事・私用",
        **{kind: kinds[kind] for kind in ("network_marketing", "newsletter")},
    }


TOLD = {*WEIGHTS, "recent", "speaks_of_meeting", "looks_back", "addresses_by_name", "wrote_of_it_before"}
"""Types of evidence that a person may read: those with a positive weight."""


@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_identifier_is_shown(language: str) -> None:
    set_language(language)
    shown = [
        *(words(outcome) for outcome in OUTCOMES for words in (outcome_words, outcome_short)),
        *map(kind_words, KINDS),
        *map(evidence_words, TOLD),
    ]
    assert all(shown)
    assert not [words for words in shown if "_" in words or words in TOLD]
    assert language == "en" or all(any(ord(letter) > 0x3000 for letter in words) for words in shown)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("佐藤 次郎", "佐藤 次郎さん"),
        ("佐藤次郎様", "佐藤次郎様"),
        ("佐藤さん", "佐藤さん"),
        ("山田先生", "山田先生"),
        ("梅田交流会事務局", "梅田交流会事務局"),
        ("港北だより編集部", "港北だより編集部"),
        ("みなと図書館", "みなと図書館"),
        ("株式会社", "株式会社"),
        ("jiro@sato.example", "jiro@sato.example"),
        ("LIFE ARC", "LIFE ARC"),
    ],
)
def test_a_person_is_called_san_and_an_office_is_not(name: str, shown: str) -> None:
    set_language("ja")
    assert person_words(name) == shown
    set_language("en")
    assert person_words(name) == name


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [("en", "Sat 10/3", "Sat 2026-10-03 6:05"), ("ja", "10/3(土)", "2026年10月3日(土) 朝6:05")],
)
def test_days_are_written_as_people_write_them(language: str, day: str, moment: str) -> None:
    set_language(language)
    assert day_with_weekday(date(2026, 10, 3)) == day
    assert long_moment(at("2026-10-03T06:05")) == moment


def test_only_a_morning_is_called_one() -> None:
    set_language("ja")
    assert long_moment(at("2026-10-03T15:05")) == "2026年10月3日(土) 15:05"


def test_a_phrase_keeps_its_own_brackets_and_braces() -> None:
    set_language("ja")
    assert quoted("『{x}』を%sで", 40) == "「『{x}』を%sで」"
    assert reason_words("{phrase}") == "「{phrase}」"


def test_a_fact_of_form_is_told_in_words() -> None:
    assert reason_words("form:bulk_headers") == "sent as a mass mail"
    assert reason_words("form:some_new_fact") == "some_new_fact"
