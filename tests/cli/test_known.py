"""`known …`: an address book makes people known before the events, on the demo's real store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from followup_filter.errors import EXIT_OK, EXIT_USAGE
from tests.conftest import Invoke

CONTACTS = Path(__file__).parents[1] / "data" / "contacts"
EVENTS = """
[owner]
addresses = ["hanako@minato.example"]

[[events]]
id = "umeda"
name = "梅田ビジネス交流会"
date = 2026-05-12
cards = [
    { name = "相原 直", company = "白山印刷", address = "aihara@hakusan.example" },
    { name = "津田 茂", company = "檜山設備", address = "tsuda@hiyama.example" },
]
"""


@pytest.fixture
def store(invoke: Invoke, tmp_path: Path) -> Path:
    """A store with one event and three mails after it, one from a card, one from the domain of a card."""
    (tmp_path / "events.toml").write_text(EVENTS, "utf-8")
    folder = tmp_path / "mail"
    folder.mkdir()
    for number, sender in enumerate(("ryo@hiyama.example", "aihara@hakusan.example", "new@somebody.example")):
        text = f"From: {sender}\nTo: hanako@minato.example\nDate: Wed, 13 May 2026 10:0{number}:00 +0900\n"
        text += f"Subject: お見積りの件\n\n先日お話しした件、よろしくお願いいたします。{number}\n"
        (folder / f"{number}.eml").write_text(text, "utf-8")
    assert invoke("events", "import", tmp_path / "events.toml").status == EXIT_OK
    assert invoke("run", "--source", folder).status == EXIT_OK
    return tmp_path


def _events(invoke: Invoke) -> dict[str, Any]:
    report = json.loads(invoke("report", "umeda", "--format", "json").out)
    return {mail["from"]: mail["event"] for mail in report["mails_listed"]}


def test_the_mail_of_people_known_before_counts_for_no_event_and_importing_twice_changes_nothing(
    invoke: Invoke, store: Path
) -> None:
    before = _events(invoke)
    assert "ryo@hiyama.example" in before
    preview = invoke("known", "import", CONTACTS / "google.csv", "--dry-run")
    assert (preview.status, _events(invoke)) == (EXIT_OK, before)
    first = invoke("known", "import", CONTACTS / "google.csv")
    assert "4 new addresses, 0 known before, 0 left out" in first.out
    assert preview.out.startswith(first.out)
    assert "1 entry has no mail address" in first.out
    assert set(before) - set(_events(invoke)) == {"ryo@hiyama.example"}
    again = invoke("known", "import", CONTACTS / "google.csv")
    assert "0 new addresses, 4 known before" in again.out
    assert json.loads(invoke("known", "list", "--format", "json").out)[0] == {"address": "kogure@minato-lib.example"}
    gone = invoke("known", "remove", "RYO@hiyama.example")
    assert (gone.status, _events(invoke)) == (EXIT_OK, before)
    assert len(invoke("known", "list").out.splitlines()) == 3
    assert invoke("known", "remove", "--all").status == EXIT_OK
    assert invoke("known", "list").out == ""


def test_people_on_cards_and_the_owner_are_left_out(invoke: Invoke, store: Path) -> None:
    book = store / "book.csv"
    book.write_text("name,mail\nA,aihara@hakusan.example\nme,hanako@minato.example\nB,b@b.example\n", "utf-8")
    before = _events(invoke)
    result = invoke("known", "import", book)
    assert "1 new addresses, 0 known before, 2 left out" in result.out
    assert invoke("known", "list").out.split() == ["b@b.example"]
    assert _events(invoke) == before


def test_a_card_that_is_entered_later_wins_over_the_address_book(invoke: Invoke, store: Path) -> None:
    invoke("known", "import", CONTACTS / "telephone-2.1.vcf")
    assert "ryo@hiyama.example" not in _events(invoke)
    card = 'cards = [{ name = "檜山 亮", company = "", address = "ryo@hiyama.example" },'
    (store / "events.toml").write_text(EVENTS.replace("cards = [", card), "utf-8")
    invoke("events", "import", store / "events.toml")
    assert _events(invoke)["ryo@hiyama.example"] == "umeda"


def test_importing_events_again_keeps_the_address_book(invoke: Invoke, store: Path) -> None:
    invoke("known", "import", CONTACTS / "google.csv")
    invoke("events", "import", store / "events.toml")
    assert len(invoke("known", "list").out.splitlines()) == 4


def test_what_cannot_be_read_is_told_by_number(invoke: Invoke, store: Path) -> None:
    result = invoke("known", "import", CONTACTS / "cut-off.vcf")
    assert result.status == EXIT_OK
    assert "1 new addresses" in result.out
    assert "Entry 2: the card is cut off" in result.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("known", "import", "no-such-file.csv"), "no-such-file.csv"),
        (("known", "import", "BROKEN"), "--column"),
        (("known", "remove"), "--all"),
        (("known", "remove", "a@b.example", "--all"), "--all"),
        (("known", "remove", "a@b.example"), "a@b.example"),
    ],
)
def test_a_slip_gets_a_sentence(invoke: Invoke, store: Path, arguments: tuple[str, ...], said: str) -> None:
    broken = store / "broken.csv"
    broken.write_text("name,telephone\nx,y\n", "utf-8")
    result = invoke(*(str(broken) if word == "BROKEN" else word for word in arguments))
    assert result.status == EXIT_USAGE
    assert said in result.err
