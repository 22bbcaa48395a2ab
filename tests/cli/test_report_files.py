"""The report as files and pages, narrowed to events, and two events side by side, by the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from followup_filter.errors import EXIT_OK, EXIT_STORAGE, EXIT_USAGE
from tests.conftest import Invoke


def test_every_format_is_written_into_a_folder_for_the_owner_alone(
    invoke: Invoke, demo_data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "reports"
    said = invoke("report", "--output", folder, "--data-dir", demo_data)
    assert said.status == EXIT_OK
    names = {"report.html", "report.txt", "report.json", "events.csv", "mails.csv"}
    assert {file.name for file in folder.iterdir()} == names
    assert {line.rpartition(os.sep)[2] for line in said.out.split()} == names
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir())
    assert (folder / "report.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert json.loads((folder / "report.json").read_text("utf-8"))["leads"]
    assert (folder / "mails.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_folder_that_cannot_be_made_is_named(invoke: Invoke, demo_data: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = invoke("report", "--output", tmp_path / "file", "--data-dir", demo_data)
    assert (said.status, str(tmp_path / "file") in said.err) == (EXIT_STORAGE, True)


def test_the_nightly_run_writes_a_page_where_the_name_says_so(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "a.eml").write_bytes(b"From: a@b.example\nDate: Thu, 10 Sep 2026 20:00:00 +0900\n\nHello.\n")
    page = tmp_path / "report.html"
    assert invoke("run", "--quiet", "--source", tmp_path / "mail", "--report", page).status == EXIT_OK
    assert "<!DOCTYPE html>" in page.read_text("utf-8")


def test_the_report_tells_of_the_events_that_fit(invoke: Invoke, demo_data: Path) -> None:
    def events(*options: str) -> list[str]:
        out = invoke("report", "--format", "json", *options, "--data-dir", demo_data).out
        return [card["event"] for card in json.loads(out)["scorecards"]]

    everything = events()
    assert everything[-1] is None
    assert 0 < len(events("--since", "2026-07-01")) < len(everything) - 1
    both = events("--since", "2026-07-01") + events("--until", "2026-06-30")
    assert sorted(both) == sorted(event for event in everything if event)
    assert invoke("report", "--series", "そのような会はない", "--data-dir", demo_data).status == EXIT_USAGE
    assert invoke("report", everything[0], "--since", "2026-07-01", "--data-dir", demo_data).status == EXIT_USAGE
    assert "<h1>" in invoke("report", "--format", "html", "--until", "2026-06-30", "--data-dir", demo_data).out


@pytest.mark.parametrize("options", [("--format", "html"), ("--output", "x")])
def test_the_page_is_of_all_events(invoke: Invoke, demo_data: Path, options: tuple[str, ...]) -> None:
    cards = json.loads(invoke("report", "--format", "json", "--data-dir", demo_data).out)["scorecards"]
    said = invoke("report", cards[0]["event"], *options, "--data-dir", demo_data)
    assert (said.status, said.out) == (EXIT_USAGE, "")


def test_two_events_are_compared_and_one_is_not(invoke: Invoke, demo_data: Path) -> None:
    cards = json.loads(invoke("report", "--format", "json", "--data-dir", demo_data).out)["scorecards"]
    first, second = cards[0], cards[1]
    said = invoke("events", "compare", first["event"], second["event"], "--data-dir", demo_data).out
    row = next(line for line in said.splitlines() if line.startswith("People with work"))
    assert row.split()[-2:] == [str(card["leads"] + card["leads_by_hand"]) for card in (first, second)]
    assert said.rstrip().splitlines()[-1] == "The difference may be chance."
    assert invoke("events", "compare", first["event"], first["event"], "--data-dir", demo_data).status == EXIT_USAGE
