"""What became of leads elsewhere: snooze, won, lost, and leads that never came by mail, each with its undo."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from followup_filter.cli.common import now
from followup_filter.errors import EXIT_OK, EXIT_USAGE
from followup_filter.report.leads import local
from tests.conftest import Invoke


def _leads(invoke: Invoke, data: Path, as_of: str = "") -> list[dict[str, Any]]:
    when = ("--as-of", as_of) if as_of else ()
    result = invoke("leads", "--format", "json", *when, "--data-dir", data)
    assert result.status == EXIT_OK
    values = json.loads(result.out)
    assert isinstance(values, list)
    return values


def _lead(invoke: Invoke, data: Path, lead: object, as_of: str = "") -> dict[str, Any]:
    return next(values for values in _leads(invoke, data, as_of) if values["id"] == str(lead))


def _waiting(invoke: Invoke, data: Path) -> dict[str, Any]:
    """A lead that waits for the owner, and comes of an event."""
    return next(lead for lead in _leads(invoke, data) if lead["waiting"] == "owner" and lead["event"])


def _card(invoke: Invoke, data: Path, event: str | None) -> dict[str, Any]:
    cards = json.loads(invoke("report", "--format", "json", "--data-dir", data).out)["scorecards"]
    card = next(card for card in cards if card["event"] == event)
    assert isinstance(card, dict)
    return card


def test_a_lead_put_off_comes_back_on_its_morning(invoke: Invoke, own_demo_data: Path) -> None:
    lead = _waiting(invoke, own_demo_data)["id"]
    said = invoke("snooze", lead, "+3", "--data-dir", own_demo_data)
    back = (local(now()) + timedelta(days=3)).date()
    assert (said.status, f"{back.month}/{back.day}" in said.out) == (EXIT_OK, True)
    assert _lead(invoke, own_demo_data, lead)["waiting"] == "snoozed"
    assert _lead(invoke, own_demo_data, lead)["snoozed_until"] == back.isoformat()
    eve = f"{back - timedelta(days=1)}T23:59"
    assert _lead(invoke, own_demo_data, lead, eve)["waiting"] == "snoozed"
    assert _lead(invoke, own_demo_data, lead, f"{back}T00:00")["waiting"] == "owner"
    report = invoke("report", "--data-dir", own_demo_data).out
    assert f"[{lead}]" not in report
    assert "Put off: 1" in report
    assert invoke("snooze", lead, "--undo", "--data-dir", own_demo_data).status == EXIT_OK
    assert _lead(invoke, own_demo_data, lead)["waiting"] == "owner"


def test_an_order_counts_for_its_event_until_taken_back(invoke: Invoke, own_demo_data: Path) -> None:
    lead = _waiting(invoke, own_demo_data)
    before = _card(invoke, own_demo_data, lead["event"])
    assert invoke("won", lead["id"], "１２万円", "--data-dir", own_demo_data).status == EXIT_OK
    after = _card(invoke, own_demo_data, lead["event"])
    assert (after["orders"], after["order_yen"]) == (before["orders"] + 1, before["order_yen"] + 120_000)
    assert after["verdict"] == "worthwhile"
    values = _lead(invoke, own_demo_data, lead["id"])
    assert (values["waiting"], values["result"], values["order_yen"]) == ("done", "won", 120_000)
    assert "order of 120,000 yen" in invoke("leads", "--data-dir", own_demo_data).out
    assert "1 order (120,000 yen)" in invoke("report", "--data-dir", own_demo_data).out
    invoke("won", lead["id"], "90000", "--data-dir", own_demo_data)
    assert _card(invoke, own_demo_data, lead["event"])["order_yen"] == before["order_yen"] + 90_000
    invoke("won", lead["id"], "--undo", "--data-dir", own_demo_data)
    assert _card(invoke, own_demo_data, lead["event"])["order_yen"] == before["order_yen"] + 120_000
    invoke("won", lead["id"], "--undo", "--data-dir", own_demo_data)
    assert _card(invoke, own_demo_data, lead["event"]) == before
    assert _lead(invoke, own_demo_data, lead["id"]) == lead


def test_won_and_lost_shut_each_other_out_and_the_newer_counts(invoke: Invoke, own_demo_data: Path) -> None:
    lead = _waiting(invoke, own_demo_data)["id"]
    invoke("won", lead, "5000", "--data-dir", own_demo_data)
    assert invoke("lost", lead, "--data-dir", own_demo_data).status == EXIT_OK
    values = _lead(invoke, own_demo_data, lead)
    assert (values["result"], values["order_yen"], values["waiting"]) == ("lost", None, "done")
    assert "came to nothing" in invoke("leads", "--data-dir", own_demo_data).out
    invoke("lost", lead, "--undo", "--data-dir", own_demo_data)
    assert _lead(invoke, own_demo_data, lead)["result"] == "won"


def test_a_lead_by_telephone_counts_beside_the_mail_and_can_be_won_and_put_off(
    invoke: Invoke, own_demo_data: Path
) -> None:
    event = _waiting(invoke, own_demo_data)["event"]
    before = _card(invoke, own_demo_data, event)
    added = invoke(
        *("leads", "add", event, "檜山さん", "カタログの印刷", "--company", "檜山設備", "--date", "2026-09-02"),
        *("--data-dir", own_demo_data),
    )
    assert (added.status, added.out.split()[2]) == (EXIT_OK, "h1")
    card = _card(invoke, own_demo_data, event)
    assert (card["leads"], card["leads_by_hand"]) == (before["leads"], before["leads_by_hand"] + 1)
    values = _lead(invoke, own_demo_data, "h1")
    assert {key: values[key] for key in ("name", "company", "event", "numbers", "number", "kind", "by_hand")} == {
        "name": "檜山さん",
        "company": "檜山設備",
        "event": event,
        "numbers": [],
        "number": None,
        "kind": None,
        "by_hand": True,
    }
    assert values["received"].startswith("2026-09-02")
    assert "カタログの印刷" in invoke("leads", "--data-dir", own_demo_data).out
    assert "[h1]" not in invoke("report", "--data-dir", own_demo_data).out
    invoke("snooze", "H1", "明日", "--data-dir", own_demo_data)
    tomorrow = (local(now()) + timedelta(days=1)).date().isoformat()
    assert _lead(invoke, own_demo_data, "h1")["waiting"] == "snoozed"
    assert _lead(invoke, own_demo_data, "h1", tomorrow)["waiting"] == "owner"
    invoke("won", "h1", "30万", "--data-dir", own_demo_data)
    assert _card(invoke, own_demo_data, event)["order_yen"] == before["order_yen"] + 300_000
    assert invoke("leads", "remove", "h1", "--data-dir", own_demo_data).status == EXIT_OK
    assert _card(invoke, own_demo_data, event) == before
    assert invoke("leads", "remove", "h1", "--undo", "--data-dir", own_demo_data).status == EXIT_OK
    assert _lead(invoke, own_demo_data, "h1")["order_yen"] == 300_000
    invoke("leads", "remove", "h1", "--data-dir", own_demo_data)
    assert invoke("leads", "add", "none", "田中", "--data-dir", own_demo_data).out.split()[2] == "h2"
    assert _card(invoke, own_demo_data, None)["leads_by_hand"] == 1


def test_a_note_on_one_mail_is_taken_back_on_another_of_the_same_lead(invoke: Invoke, own_demo_data: Path) -> None:
    lead = next(lead for lead in _leads(invoke, own_demo_data) if len(lead["numbers"]) > 1)
    first, last = lead["numbers"][0], lead["numbers"][-1]
    invoke("won", last, "1000", "--data-dir", own_demo_data)
    assert _lead(invoke, own_demo_data, lead["id"])["result"] == "won"
    assert invoke("won", first, "--undo", "--data-dir", own_demo_data).status == EXIT_OK
    assert _lead(invoke, own_demo_data, lead["id"])["result"] is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("snooze", "LEAD"), "--undo"),
        (("snooze", "LEAD", "+3", "--undo"), "--undo"),
        (("snooze", "LEAD", "そのうち"), "そのうち"),
        (("snooze", "LEAD", "2020-01-01"), "2020-01-01"),
        (("won", "LEAD", "たくさん"), "たくさん"),
        (("won", "LEAD", "5000", "--undo"), "--undo"),
        (("won", "LEAD", "--undo"), "LEAD"),
        (("lost", "LEAD", "--undo"), "LEAD"),
        (("lost", "h9"), "h9"),
        (("won", "999999", "5"), "999999"),
        (("won", "9" * 40, "5"), "no number"),
        (("done", "x1"), "x1"),
        (("done", "OTHER"), "label OTHER lead"),
        (("leads", "add", "no-such-event", "x"), "no-such-event"),
        (("leads", "add", "none", " "), "name"),
        (("leads", "add", "none", "x", "--date", "2099-01-01"), "2099-01-01"),
        (("leads", "remove", "h7"), "h7"),
        (("leads", "remove", "47"), "47"),
        (("leads", "remove", "h7", "--undo"), "h7"),
        (("leads", "--format", "json", "add", "none", "x"), "behind"),
    ],
)
def test_a_slip_changes_nothing_and_gets_a_sentence(
    invoke: Invoke, own_demo_data: Path, arguments: tuple[str, ...], said: str
) -> None:
    before = invoke("report", "--format", "json", "--as-of", "2026-10-03", "--data-dir", own_demo_data).out
    lead = _waiting(invoke, own_demo_data)["id"]
    numbers = [number for values in _leads(invoke, own_demo_data) for number in values["numbers"]]
    other = next(number for number in range(1, 99) if number not in numbers)
    names = {"LEAD": lead, "OTHER": str(other)}
    result = invoke(*(names.get(word, word) for word in arguments), "--data-dir", own_demo_data)
    assert result.status == EXIT_USAGE
    for name, number in names.items():
        said = said.replace(name, number)
    assert said in result.err
    after = invoke("report", "--format", "json", "--as-of", "2026-10-03", "--data-dir", own_demo_data).out
    assert after == before
