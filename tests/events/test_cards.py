"""Cards of each program, in the real layouts and encodings (tests/data/cards), and how they join an event's cards."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followup_filter.errors import UsageError
from followup_filter.events.cards import CardField, event_of_entry, merged, read_cards
from followup_filter.events.event import Card, Event

DATA = Path(__file__).parents[1] / "data" / "cards"
MAKI = Card("小暮 真紀", "合同会社みなも", "kogure@minamo.example")
MAYA = Card("Maya Ellings", "Lantern Field", "maya@lantern.example")


@pytest.mark.parametrize(
    ("name", "cards"),
    [
        (
            "eight.csv",
            [
                Card("髙橋 ①郎", "㈱髙橋硝子", "takahashi@garasu.example"),
                MAKI,
                Card("相原", "湊印刷"),
                Card("大月 理??", "白山商会", "otsuki@hakusan.example"),
            ],
        ),
        (
            "sansan.csv",
            [
                Card("灯 涼", "灯写真室", "akari@akari-photo.example"),
                Card("丸山 健", "丸,山電機", "maruyama@maruyama.example"),
            ],
        ),
        ("google.csv", [MAKI, MAYA]),
        ("google-older.csv", [Card("相原 湊", "湊印刷", "aihara@minato.example")]),
        ("outlook-japanese.csv", [MAKI]),
        ("outlook-english.csv", [Card("Jun Ito", "Ito Works", "jun@ito.example")]),
        ("linkedin.csv", [MAYA, Card("Ren Sato", "Sato Pottery")]),
        ("telephone-2.1.vcf", [Card("小暮 真紀", "", "kogure@minamo.example")]),
        ("apple-3.0.vcf", [Card("大月 理人", "白山商会", "otsuki@hakusan.example")]),
        ("version-4.0.vcf", [MAYA]),
    ],
)
def test_every_layout_is_read(name: str, cards: list[Card]) -> None:
    assert [each.card for each in read_cards(DATA / name).cards] == cards


def test_every_shipped_file_is_tested() -> None:
    text = Path(__file__).read_text("utf-8")
    assert [file.name for file in DATA.iterdir() if f'"{file.name}"' not in text] == []


def test_the_day_of_entry_is_read_where_there_is_one() -> None:
    assert [each.entered for each in read_cards(DATA / "eight.csv").cards] == [
        date(2026, 5, 14),
        date(2026, 5, 20),
        date(2026, 6, 30),
        date(2026, 5, 15),
    ]
    assert read_cards(DATA / "linkedin.csv").cards[0].entered == date(2026, 5, 14)
    assert read_cards(DATA / "google.csv").cards[0].entered is None


def test_what_was_lost_or_cut_off_is_told_by_row() -> None:
    ((row, reason),) = read_cards(DATA / "eight.csv").unreadable
    assert row == 4 and "理??" in reason
    ((number, reason),) = read_cards(DATA / "apple-3.0.vcf").unreadable
    assert number == 2 and "cut off" in reason


def test_unknown_headings_are_listed_and_can_be_named() -> None:
    with pytest.raises(UsageError, match="参加者, 御社名"):
        read_cards(DATA / "own-headings.csv")
    mapping = {"参加者": CardField.NAME, "御社名": CardField.COMPANY, "連絡先メール": CardField.ADDRESS}
    (read,) = read_cards(DATA / "own-headings.csv", mapping).cards
    assert read.card == Card("相原 湊", "湊印刷", "aihara@minato.example")


def test_two_address_columns_give_the_first_address_there_is(tmp_path: Path) -> None:
    file = tmp_path / "two.csv"
    file.write_text(
        "氏名,会社名,E-mail,メールアドレス2\n甲,乙社,,a@b.example\n丙,丁社,c@d.example,e@f.example\n", "utf-8"
    )
    assert [each.card.address for each in read_cards(file).cards] == ["a@b.example", "c@d.example"]


def test_a_file_that_is_none_is_refused_with_a_sentence(tmp_path: Path) -> None:
    for name, content in (
        ("a.csv", b""),
        ("b.csv", b"\x00\x01\x02"),
        ("c.xlsx", b"PK\x03\x04..."),
        ("d.csv", b"hello"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UsageError):
            read_cards(tmp_path / name)
    with pytest.raises(UsageError, match="nowhere"):
        read_cards(tmp_path / "nowhere.csv")


def test_importing_twice_changes_nothing() -> None:
    found = [each.card for each in read_cards(DATA / "eight.csv").cards]
    once = merged([], found)
    assert (once.new, once.merged, once.skipped) == (4, 0, 0)
    twice = merged(once.cards, found)
    assert (twice.cards, twice.new, twice.merged, twice.skipped) == (once.cards, 0, 0, 4)


def test_a_known_card_is_completed_and_never_changed() -> None:
    known = [Card("小暮 真紀", "", "kogure@minamo.example"), Card("相原　湊", "湊印刷", "")]
    found = [MAKI, Card("相原 湊", "湊印刷", "aihara@minato.example"), Card("別の名", "別社", "kogure@minamo.example")]
    merge = merged(known, found)
    assert merge.cards == (MAKI, Card("相原　湊", "湊印刷", "aihara@minato.example"))
    assert (merge.new, merge.merged, merge.skipped) == (0, 2, 1)


def test_two_people_of_one_name_with_two_addresses_stay_two() -> None:
    merge = merged([Card("佐藤", "山形屋", "a@y.example")], [Card("佐藤", "山形屋", "b@y.example")])
    assert merge.new == 1 and len(merge.cards) == 2


_CARDS = st.lists(
    st.builds(
        Card,
        st.sampled_from(["", "甲", "乙", "丙"]),
        st.sampled_from(["", "一社", "二社"]),
        st.sampled_from(["", "a@b.example", "c@d.example"]),
    ).filter(lambda card: bool(card.name or card.company or card.address)),
    max_size=8,
)


@settings(max_examples=200, deadline=None)
@given(_CARDS, _CARDS)
def test_no_card_is_lost_and_nothing_known_changes(known: list[Card], found: list[Card]) -> None:
    merge = merged(known, found)
    assert merge.new + merge.merged + merge.skipped == len(found)
    assert len(merge.cards) == len(known) + merge.new
    for before, after in zip(known, merge.cards, strict=False):
        assert all(old in ("", new) for old, new in zip(_facts(before), _facts(after), strict=True))
    assert {card.address for card in found} <= {card.address for card in merge.cards} | {""}


def _facts(card: Card) -> tuple[str, str, str]:
    return card.name, card.company, card.address


def test_ten_thousand_cards_join_in_a_second() -> None:
    found = [Card(f"人{number}", f"社{number % 700}", f"p{number}@c.example") for number in range(10_000)]
    began = time.process_time()
    merge = merged(merged([], found).cards, found)
    assert merge.skipped == 10_000
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("entered", "event"),
    [
        (date(2026, 5, 14), "may"),
        (date(2026, 5, 28), "may"),
        (date(2026, 5, 29), None),
        (date(2026, 5, 13), None),
        (date(2026, 6, 12), "june"),
        (None, None),
    ],
)
def test_a_card_belongs_to_the_latest_event_before_its_entry(entered: date | None, event: str | None) -> None:
    events = [Event("may", "五月", date(2026, 5, 14)), Event("june", "六月", date(2026, 6, 10))]
    found = event_of_entry(entered, events)
    assert (found.id if found else None) == event
