"""The commands an owner uses, each on the demo's real store."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from pathlib import Path

import pytest

from followup_filter.errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_UNREADABLE
from followup_filter.language import set_language
from followup_filter.learning import training
from followup_filter.model.samples import read_mailbox
from followup_filter.resources import Role, mailboxes
from followup_filter.store.database import FILE_NAME
from tests.conftest import Invoke, Result

AS_OF = "2026-10-03T06:30"


def _report(invoke: Invoke, data: Path) -> dict[str, object]:
    result = invoke("report", "--format", "json", "--as-of", AS_OF, "--data-dir", data)
    assert result.status == EXIT_OK
    values = json.loads(result.out)
    assert isinstance(values, dict)
    return values


def _numbers(result: Result) -> set[int]:
    return {int(number) for number in re.findall(r"^\[(\d+)\]", result.out, re.M)}


def test_run_reads_reports_and_is_silent_the_second_time(invoke: Invoke, demo: Path, tmp_path: Path) -> None:
    assert invoke("events", "import", demo / "events.toml").status == EXIT_OK
    first = invoke("run", "--source", demo / "mail")
    second = invoke("run", "--source", demo / "mail")
    assert first.status == second.status == EXIT_OK
    assert re.match(r"\d+ mails read, \d+ new: Work \d+", first.out)
    assert re.match(r"\d+ mails read, 0 new$", second.out.strip())
    assert (tmp_path / "data" / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_run_says_when_mail_could_not_be_read_and_the_report_lists_it(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "a.eml").write_bytes(b"From: a@b.example\nSubject: hello\n\nhello")
    (tmp_path / "mail" / "b.eml").write_bytes(b"")
    result = invoke("run", "--source", tmp_path / "mail")
    report = invoke("report")
    assert result.status == EXIT_UNREADABLE
    assert "1 could not be read" in result.out
    assert "1 unreadable" in report.out
    assert re.search(r"\[\d+\] .*empty", report.out)


def test_the_report_of_an_empty_store_says_how_to_begin(invoke: Invoke) -> None:
    result = invoke("report")
    assert result.status == EXIT_OK
    assert "followup-filter run --source" in result.out


def test_the_report_shows_leads_checks_and_events(invoke: Invoke, demo_data: Path) -> None:
    result = invoke("report", "--as-of", AS_OF, "--data-dir", demo_data)
    values = _report(invoke, demo_data)
    waiting = [lead for lead in values["leads"] if lead["waiting"] == "owner"]  # type: ignore[attr-defined]
    assert waiting
    for lead in waiting:
        assert f"[{lead['number']}]" in result.out
    for card in values["scorecards"]:  # type: ignore[attr-defined]
        assert sum(card["by_outcome"].values()) == card["mails"]
    assert "Mail of no event" in result.out


def test_what_may_be_a_lead_is_always_shown_by_name(invoke: Invoke, demo_data: Path) -> None:
    """Design.md, promise 4: as a lead, or in the review list."""
    database = sqlite3.connect(demo_data / FILE_NAME)
    possible = {
        number
        for number, outcome, plausible in database.execute("SELECT number, outcome, plausible FROM result")
        if outcome == "lead" or "lead" in json.loads(plausible)
    }
    database.close()
    values = _report(invoke, demo_data)
    in_leads = {number for lead in values["leads"] for number in lead["numbers"]}  # type: ignore[attr-defined]
    shown = _numbers(invoke("report", "--as-of", AS_OF, "--data-dir", demo_data))
    assert possible <= in_leads | shown


def test_one_event_with_its_mails_in_all_formats(invoke: Invoke, demo_data: Path) -> None:
    cards = _report(invoke, demo_data)["scorecards"]
    card = max((card for card in cards if card["event"]), key=lambda card: card["mails"])  # type: ignore[attr-defined]
    by_id = invoke("report", card["event"], "--data-dir", demo_data)
    by_part = invoke("report", card["name"][:-1], "--data-dir", demo_data)
    as_json = json.loads(invoke("report", card["event"], "--format", "json", "--data-dir", demo_data).out)
    as_csv = invoke("report", card["event"], "--format", "csv", "--data-dir", demo_data).out
    assert by_id.out == by_part.out
    assert card["name"] in by_id.out
    assert len(as_json["mails_listed"]) == card["mails"]
    assert as_csv.startswith("\ufeff")
    assert len(list(csv.DictReader(io.StringIO(as_csv.removeprefix("\ufeff"))))) == card["mails"]


def test_names_beside_network_marketing_stay_out_of_event_pages(invoke: Invoke, demo_data: Path) -> None:
    database = sqlite3.connect(demo_data / FILE_NAME)
    rows = database.execute(
        "SELECT m.subject, m.from_address, r.event FROM message m JOIN result r USING (number) "
        "WHERE r.outcome = 'network_marketing' AND r.event IS NOT NULL"
    ).fetchall()
    database.close()
    assert rows
    for subject, address, event in rows:
        for output_format in ("text", "csv"):
            page = invoke("report", event, "--format", output_format, "--data-dir", demo_data).out
            assert subject not in page
            assert address not in page


def test_a_label_counts_at_once_and_can_be_taken_back(invoke: Invoke, own_demo_data: Path) -> None:
    before = invoke("leads", "--format", "json", "--data-dir", own_demo_data).out
    number = json.loads(before)[0]["number"]
    assert invoke("label", number, "newsletter", "--data-dir", own_demo_data).status == EXIT_OK
    changed = json.loads(invoke("leads", "--format", "json", "--data-dir", own_demo_data).out)
    assert number not in {lead["number"] for lead in changed}
    assert "you said so" in invoke("explain", number, "--data-dir", own_demo_data).out
    assert invoke("label", number, "--undo", "--data-dir", own_demo_data).status == EXIT_OK
    assert invoke("leads", "--format", "json", "--data-dir", own_demo_data).out == before


@pytest.mark.parametrize("word", ["仕事", "勧誘", "入会", "メルマガ", "他", "紹介", "lead", "sales_pitch"])
def test_labels_are_taken_in_the_words_of_the_report(invoke: Invoke, own_demo_data: Path, word: str) -> None:
    set_language("ja")
    from followup_filter.cli.correct import parse_words
    from followup_filter.labels import OUTCOMES

    outcome, _kind = parse_words(word)
    assert outcome in OUTCOMES


def test_an_event_is_corrected_and_the_thread_follows(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "events.toml").write_text('[[events]]\nid = "e"\nname = "Umeda"\ndate = 2026-05-12\n')
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "1.eml").write_bytes(
        b"From: a@b.example\nMessage-ID: <1@b.example>\nDate: Thu, 14 May 2026 10:00:00 +0900\n\nhello there"
    )
    (tmp_path / "mail" / "2.eml").write_bytes(
        b"From: c@d.example\nIn-Reply-To: <1@b.example>\nDate: Fri, 15 May 2026 10:00:00 +0900\n\nand again"
    )
    invoke("events", "import", tmp_path / "events.toml")
    invoke("run", "--source", tmp_path / "mail")
    counted = [card["mails"] for card in _report(invoke, tmp_path / "data")["scorecards"]]  # type: ignore[attr-defined]
    assert counted == [0, 2]
    assert invoke("label", 1, "--event", "e").status == EXIT_OK
    counted = [card["mails"] for card in _report(invoke, tmp_path / "data")["scorecards"]]  # type: ignore[attr-defined]
    assert counted == [2, 0]
    assert invoke("label", 1, "--undo").status == EXIT_OK
    counted = [card["mails"] for card in _report(invoke, tmp_path / "data")["scorecards"]]  # type: ignore[attr-defined]
    assert counted == [0, 2]


def test_done_takes_a_person_off_the_waiting_list(invoke: Invoke, own_demo_data: Path) -> None:
    leads = json.loads(invoke("leads", "--format", "json", "--data-dir", own_demo_data).out)
    number = next(lead["number"] for lead in leads if lead["waiting"] == "owner")
    assert invoke("done", number, "--data-dir", own_demo_data).status == EXIT_OK
    after = json.loads(invoke("leads", "--format", "json", "--data-dir", own_demo_data).out)
    assert next(lead["waiting"] for lead in after if lead["number"] == number) == "done"
    assert invoke("done", number, "--undo", "--data-dir", own_demo_data).status == EXIT_OK
    assert json.loads(invoke("leads", "--format", "json", "--data-dir", own_demo_data).out) == leads


def test_explain_gives_reasons_and_evidence_in_words(invoke: Invoke, demo_data: Path) -> None:
    lead = next(lead for lead in _report(invoke, demo_data)["leads"] if lead["event"])  # type: ignore[attr-defined]
    out = invoke("explain", lead["number"], "--data-dir", demo_data).out
    assert re.search(r"it seems: \d+ %", out)
    assert len(re.findall(r"^  [+-] .*\([+-]\d\.\d\d\)$", out, re.M)) >= 3
    assert re.search(r"Event: .*, since the mail\n  \+ ", out)
    for identifier in ("event_named", "card_address", "form:", "inquiry"):
        assert identifier not in out


def test_find_looks_into_subject_text_and_sender(invoke: Invoke, demo_data: Path) -> None:
    database = sqlite3.connect(demo_data / FILE_NAME)
    number, subject, address = database.execute(
        "SELECT number, subject, from_address FROM message WHERE NOT sent_by_owner ORDER BY number LIMIT 1"
    ).fetchone()
    database.close()
    assert number in _numbers(invoke("find", subject, "--data-dir", demo_data))
    assert number in _numbers(invoke("find", address, "--data-dir", demo_data))
    nothing = invoke("find", "zzzzqqqq", "--data-dir", demo_data)
    assert (nothing.status, nothing.out) == (EXIT_OK, "")


def test_review_lists_unsure_mail_where_there_is_no_terminal(invoke: Invoke, demo_data: Path) -> None:
    database = sqlite3.connect(demo_data / FILE_NAME)
    unsure = {number for (number,) in database.execute("SELECT number FROM result WHERE review")}
    database.close()
    drawn = json.loads(invoke("report", "--format", "json", "--data-dir", demo_data).out)["audit"]["next"]
    assert len(drawn) == 2
    assert unsure | set(drawn) == _numbers(invoke("review", "--data-dir", demo_data))


def test_events_are_added_listed_and_shown(invoke: Invoke) -> None:
    assert invoke("events", "add", "梅田ビジネス交流会", "2026-05-12", "--fee", "3000").status == EXIT_OK
    (event,) = json.loads(invoke("events", "list", "--format", "json").out)
    assert (event["name"], event["date"], event["fee"]) == ("梅田ビジネス交流会", "2026-05-12", 3000)
    assert event["id"] in invoke("events", "list").out
    assert "3,000 yen" in invoke("events", "show", "梅田").out
    assert invoke("events", "add", "梅田ビジネス交流会", "2026-05-12").status == EXIT_OK
    assert len(json.loads(invoke("events", "list", "--format", "json").out)) == 2


def test_importing_twice_changes_nothing(invoke: Invoke, demo: Path) -> None:
    first = invoke("events", "import", demo / "events.toml")
    second = invoke("events", "import", demo / "events.toml")
    assert first.out.startswith("5 new events")
    assert second.out == "0 new events, 0 changed, 5 as before.\n"


def test_the_demo_needs_nothing_and_leaves_nothing(invoke: Invoke, tmp_path: Path) -> None:
    result = invoke("demo")
    assert result.status == EXIT_OK
    assert result.out.startswith("Mail after networking events")
    assert not (tmp_path / "data").exists()


def test_a_kept_demo_can_be_explored(invoke: Invoke, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    assert invoke("demo", "--keep", kept).status == EXIT_OK
    assert invoke("report", "--data-dir", kept).status == EXIT_OK
    again = invoke("demo", "--keep", kept)
    assert "not empty" in again.err


def test_evaluating_a_model_on_its_own_training_mail_is_refused(invoke: Invoke) -> None:
    result = invoke("evaluate", "--samples", mailboxes(Role.TRAINING)[0])
    assert "--cross-validate" in result.err
    assert result.out == ""


def test_the_shipped_model_is_measured_on_the_demo(invoke: Invoke) -> None:
    from followup_filter.resources import demo_mailbox

    values = json.loads(invoke("evaluate", "--samples", demo_mailbox(), "--format", "json").out)
    low, high = values["outcome_accuracy"]["interval"]
    assert low < values["outcome_accuracy"]["value"] <= high
    assert values["outcome_accuracy"]["value"] > values["majority_accuracy"]["value"]
    text = invoke("evaluate", "--samples", demo_mailbox()).out
    assert "always saying the commonest" in text


def test_training_on_labelled_folders_puts_a_model_to_use_and_back(
    invoke: Invoke, demo: Path, own_demo_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of labelled mail beside five shipped mailboxes: a new version judges, and one command goes back."""
    few = [sample for folder in mailboxes(Role.TRAINING)[:5] for sample in read_mailbox(folder).samples]
    monkeypatch.setattr(training, "shipped_samples", lambda: few)
    labelled = tmp_path / "labelled"
    for label, files in (("newsletter", 3), ("lead", 3)):
        (labelled / label).mkdir(parents=True)
        for file in sorted((demo / "mail" / "inbox").glob("*.eml"))[:files]:
            (labelled / label / file.name).write_bytes(
                file.read_bytes().replace(b"Subject:", b"Subject: " + label.encode())
            )
    result = invoke("train", "--samples", labelled, "--data-dir", own_demo_data)
    assert result.status == EXIT_OK
    assert "right, new model" in result.out and "right, without your samples" in result.out
    models = json.loads(invoke("model", "list", "--format", "json", "--data-dir", own_demo_data).out)
    assert models[0]["version"] == "shipped"
    assert len(models) == 2
    in_use = next(model["version"] for model in models if model["in_use"])
    assert ("is in use now" in result.out) == (in_use != "shipped")
    assert invoke("model", "use", models[1]["version"], "--data-dir", own_demo_data).status == EXIT_OK
    assert models[1]["version"] in invoke("report", "--data-dir", own_demo_data).out
    assert invoke("model", "use", "shipped", "--data-dir", own_demo_data).status == EXIT_OK
    assert "the standard model" in invoke("report", "--data-dir", own_demo_data).out


def test_a_damaged_model_of_the_owner_gives_way_to_the_shipped_one(
    invoke: Invoke, demo: Path, own_demo_data: Path, shipped: object
) -> None:
    from followup_filter import learning
    from followup_filter.learning import choice
    from followup_filter.model.bundle import Model
    from followup_filter.store.database import Database
    from followup_filter.store.records import UseSource

    assert isinstance(shipped, Model)
    database = Database.open(own_demo_data)
    digest = choice.record(database, shipped, "own.joblib", note=learning.TRAINED, facts={})
    choice.use(database, digest, UseSource.TRAIN)
    database.close()
    file = own_demo_data / "models" / "own.joblib"
    file.write_bytes(file.read_bytes()[:-1])
    result = invoke("run", "--source", demo / "mail", "--data-dir", own_demo_data)
    assert result.status == EXIT_OK
    assert "not opened" in result.err and "shipped model judges instead" in result.err


def test_an_interrupted_command_says_that_nothing_is_lost(
    invoke: Invoke, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("followup_filter.pipeline.run", interrupted)
    result = invoke("run", "--source", demo / "mail")
    assert result.status == EXIT_INTERRUPTED
    assert "is kept" in result.err


def test_japanese_is_spoken_where_the_environment_names_no_language(demo_data: Path) -> None:
    import os
    import subprocess
    import sys

    environment = {
        key: value for key, value in os.environ.items() if key not in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    }
    done = subprocess.run(
        [sys.executable, "-m", "followup_filter", "report", "--data-dir", str(demo_data), "--as-of", AS_OF],
        capture_output=True,
        check=True,
        env={**environment, "PYTHONIOENCODING": "utf-8"},
    )
    assert done.stdout.decode("utf-8").startswith("交流会メールのまとめ")
