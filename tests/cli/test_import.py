"""`cards import | remove` and `events import` of calendars and tables, as an owner types them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from followup_filter.errors import EXIT_OK, EXIT_USAGE
from tests.conftest import Invoke

CARDS = Path(__file__).parents[1] / "data" / "cards"
CALENDARS = Path(__file__).parents[1] / "data" / "calendars"


@pytest.fixture(autouse=True)
def _september(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("followup_filter.cli.common.now", lambda: datetime(2026, 9, 20, 6, tzinfo=UTC))


def cards_of(invoke: Invoke, event: str) -> list[dict[str, str]]:
    events = json.loads(invoke("events", "list", "--format", "json").out)
    found: list[dict[str, str]] = next(each["cards"] for each in events if each["name"] == event)
    return found


def test_a_table_of_events_then_their_cards(invoke: Invoke) -> None:
    assert "2 new events" in invoke("events", "import", CALENDARS / "events.csv").out
    assert "2 as before" in invoke("events", "import", CALENDARS / "events.csv").out
    preview = invoke("cards", "import", "梅田", CARDS / "eight.csv", "--dry-run")
    assert "4 new cards" in preview.out and "Nothing was changed" in preview.out and "Row 4" in preview.err
    assert cards_of(invoke, "梅田ビジネス交流会") == []
    assert invoke("cards", "import", "梅田", CARDS / "eight.csv").status == EXIT_OK
    assert len(cards_of(invoke, "梅田ビジネス交流会")) == 4
    assert "0 new cards, 0 completed, 4 as before" in invoke("cards", "import", "梅田", CARDS / "eight.csv").out
    invoke("events", "import", CALENDARS / "events.csv")
    assert len(cards_of(invoke, "梅田ビジネス交流会")) == 4


def test_auto_ties_cards_to_events_by_their_day_of_entry(invoke: Invoke) -> None:
    invoke("events", "import", CALENDARS / "events.csv")
    asked = invoke("cards", "import", "auto", CARDS / "eight.csv")
    assert asked.status == EXIT_USAGE and "--yes" in asked.err
    done = invoke("cards", "import", "auto", CARDS / "eight.csv", "--yes")
    assert "梅田ビジネス交流会: 3 new cards" in done.out
    assert "港北あさめし会: 1 new cards" in done.out


def test_cards_around_no_event_are_told_by_row(invoke: Invoke) -> None:
    invoke("events", "add", "朝食会", "2026-06-20")
    done = invoke("cards", "import", "auto", CARDS / "eight.csv", "--yes")
    assert "朝食会: 1 new cards" in done.out
    assert "3 cards were entered around no event, or have no date (rows 1, 2, 4)" in done.out


def test_named_headings_are_remembered(invoke: Invoke) -> None:
    invoke("events", "add", "朝食会", "2026-06-20")
    file = CARDS / "own-headings.csv"
    refused = invoke("cards", "import", "朝食会", file)
    assert refused.status == EXIT_USAGE and "参加者" in refused.err
    named = ("--map", "参加者=name", "--map", "御社名=company", "--map", "連絡先メール=address")
    assert "1 new cards" in invoke("cards", "import", "朝食会", file, *named).out
    assert "1 as before" in invoke("cards", "import", "朝食会", file).out
    wrong = invoke("cards", "import", "朝食会", file, "--map", "参加者=nickname")
    assert wrong.status == EXIT_USAGE and "name, family, given" in wrong.err


def test_the_owners_own_card_is_left_out(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "events.toml").write_text(
        '[owner]\naddresses = ["kogure@minamo.example"]\n[[events]]\nid = "a"\nname = "朝食会"\ndate = 2026-06-20\n',
        "utf-8",
    )
    invoke("events", "import", tmp_path / "events.toml")
    invoke("cards", "import", "朝食会", CARDS / "google.csv")
    assert [card["address"] for card in cards_of(invoke, "朝食会")] == ["maya@lantern.example"]


def test_a_card_is_taken_out_by_address_or_name(invoke: Invoke) -> None:
    invoke("events", "add", "朝食会", "2026-06-20")
    invoke("cards", "import", "朝食会", CARDS / "google.csv")
    assert "小暮 真紀" in invoke("cards", "remove", "朝食会", "kogure@minamo.example").out
    assert "Maya" in invoke("cards", "remove", "朝食会", "maya ellings").out
    assert cards_of(invoke, "朝食会") == []
    assert invoke("cards", "remove", "朝食会", "nobody").status == EXIT_USAGE


def test_calendars_come_in_with_a_preview(invoke: Invoke) -> None:
    preview = invoke("events", "import", CALENDARS / "google.ics", "--only", "交流会", "--dry-run")
    assert "2026-05-14 19:00  梅田ビジネス交流会, 五月  大阪市北区, 会議室3F" in preview.out
    assert "歯医者" not in preview.out and "Nothing was changed" in preview.out
    assert "2 new events" in invoke("events", "import", CALENDARS / "google.ics", "--only", "交流会").out
    assert "3 new events" in invoke("events", "import", CALENDARS / "outlook.ics").out


@pytest.mark.parametrize(
    ("name", "content"), [("a.ics", b"hello"), ("b.csv", b"x,y\n1,2\n"), ("c.csv", "名称,日付\nx,?\n".encode())]
)
def test_a_bad_file_changes_nothing(name: str, content: bytes, invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    result = invoke("events", "import", tmp_path / name)
    assert result.status == EXIT_USAGE and result.err.count("\n") <= 3
    assert json.loads(invoke("events", "list", "--format", "json").out) == []


def test_missing_files_are_named(invoke: Invoke, tmp_path: Path) -> None:
    invoke("events", "add", "朝食会", "2026-06-20")
    for command in (("events", "import"), ("cards", "import", "朝食会")):
        result = invoke(*command, tmp_path / "nowhere.ics")
        assert result.status == EXIT_USAGE and "nowhere.ics" in result.err
    assert invoke("cards", "import", "どこか", CARDS / "google.csv").status == EXIT_USAGE
