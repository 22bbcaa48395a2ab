"""Bad input gets one clear sentence and the right exit status, and nothing is half done."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from followup_filter.errors import EXIT_LOCKED, EXIT_STORAGE, EXIT_USAGE
from followup_filter.store.database import FILE_NAME
from tests.conftest import Invoke

EVENT = '[[events]]\nid = "e"\nname = "Umeda"\ndate = 2026-05-12\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[events]\n", ("line 1", "TOML")),
        (EVENT + "venu = 'x'\n", ("line 5", "venu", "unknown key")),
        (EVENT.replace("2026-05-12", '"2026-05-12"'), ("line 4", "date", "2026-05-12")),
        (EVENT + "window_days = 0\n", ("line 5", "window_days", "1 to 365")),
        (EVENT + "fee = '3000'\n", ("line 5", "fee", "whole number")),
        (EVENT + EVENT, ("line 6", "two events", "e")),
        (EVENT + "[[events.cards]]\naddress = 'nobody'\n", ("line 6", "address", "mail address")),
        (EVENT + "timezone = 'Asia/Oska'\n", ("line 5", "timezone")),
        ("[[events]]\nid = 'e'\ndate = 2026-05-12\n", ("name", "missing")),
    ],
)
def test_a_wrong_events_file_names_file_line_and_key_and_changes_nothing(
    invoke: Invoke, tmp_path: Path, text: str, said: tuple[str, ...]
) -> None:
    file = tmp_path / "events.toml"
    file.write_text(text, "utf-8")
    result = invoke("events", "import", file)
    assert result.status == EXIT_USAGE
    assert len(result.err.strip().splitlines()) == 1
    for words in (str(file), *said):
        assert words in result.err
    assert invoke("events", "list", "--format", "json").out.strip() == "[]"
    by_classify = invoke("classify", "--events", file, file)
    assert (by_classify.status, by_classify.out) == (EXIT_USAGE, "")


def test_a_missing_path_and_a_folder_without_mail_are_told_apart(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for command in (("classify",), ("run", "--source")):
        missing = invoke(*command, tmp_path / "nowhere")
        empty = invoke(*command, tmp_path / "empty")
        assert missing.status == empty.status == EXIT_USAGE
        assert str(tmp_path / "nowhere") in missing.err
        assert str(tmp_path / "empty") in empty.err
        assert missing.err != empty.err.replace("empty", "nowhere")


def test_a_file_that_is_no_mail_is_refused(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "letter.docx"
    file.write_bytes(b"PK\x03\x04" + bytes(500))
    result = invoke("run", "--source", file)
    assert result.status == EXIT_USAGE
    assert str(file) in result.err


def test_no_path_at_all_is_a_usage_error(invoke: Invoke) -> None:
    assert invoke("classify").status == EXIT_USAGE
    assert invoke("run").status == EXIT_USAGE
    assert invoke("no-such-command").status == EXIT_USAGE


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("label", "4", "spam"), "spam"),
        (("label", "lead"), "number"),
        (("label", "4"), "--undo"),
        (("label", "4", "lead", "other"), "One label"),
        (("label", "999999", "lead"), "999999"),
        (("label", "4", "--undo"), "no correction"),
        (("label", "4", "--event", "no-such-event"), "no-such-event"),
        (("explain", "999999"), "999999"),
        (("done", "999999"), "999999"),
        (("report", "no-such-event"), "no-such-event"),
        (("events", "show", "no-such-event"), "no-such-event"),
        (("model", "use", "no-such-model"), "no-such-model"),
    ],
)
def test_commands_name_what_they_do_not_know(
    invoke: Invoke, own_demo_data: Path, arguments: tuple[str, ...], said: str
) -> None:
    result = invoke(*arguments, "--data-dir", own_demo_data)
    assert result.status == EXIT_USAGE
    assert said in result.err


def test_a_database_that_is_none_and_a_folder_that_is_none(invoke: Invoke, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    folder.mkdir()
    (folder / FILE_NAME).write_bytes(b"this is no database at all, but long enough to look at" * 50)
    damaged = invoke("report", "--data-dir", folder)
    (tmp_path / "file").write_text("x")
    no_folder = invoke("report", "--data-dir", tmp_path / "file" / "data")
    assert damaged.status == no_folder.status == EXIT_STORAGE
    assert FILE_NAME in damaged.err


def test_a_database_of_a_newer_program_is_left_alone(invoke: Invoke, own_demo_data: Path) -> None:
    database = sqlite3.connect(own_demo_data / FILE_NAME)
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.commit()
    database.close()
    result = invoke("report", "--data-dir", own_demo_data)
    assert result.status == EXIT_STORAGE
    assert "newer" in result.err


def test_a_second_run_at_the_same_time_is_refused(invoke: Invoke, demo: Path, tmp_path: Path) -> None:
    from filelock import FileLock

    from followup_filter.cli.run import LOCK_FILE

    folder = tmp_path / "data"
    folder.mkdir()
    with FileLock(folder / LOCK_FILE):
        result = invoke("run", "--source", demo / "mail", "--data-dir", folder)
    assert result.status == EXIT_LOCKED
    assert invoke("run", "--source", demo / "mail", "--data-dir", folder).status == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("language = 'fr'\n", "ja, en"),
        ("colour = 1\n", "colour"),
        ("max_lead_loss = 7.5\n", "0.5"),
        ("x =\n", "settings.toml"),
    ],
)
def test_wrong_settings_are_named(invoke: Invoke, demo: Path, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "settings.toml").write_text(text)
    result = invoke("run", "--source", demo / "mail")
    assert result.status == EXIT_USAGE
    assert said in result.err


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"spam/a.eml": b"From: a@b.example\n\nx"}, "spam"),
        ({"lead/a.eml": b"From: a@b.example\n\nx"}, "too few"),
        ({"box/mails.jsonl": b"{}\n", "box/scenario.toml": b""}, "line 1"),
        ({"box/mails.jsonl": b"not json\n", "box/scenario.toml": b""}, "line 1"),
        ({}, "no samples"),
    ],
)
def test_wrong_samples_are_named_and_the_model_stays(
    invoke: Invoke, tmp_path: Path, files: dict[str, bytes], said: str
) -> None:
    folder = tmp_path / "samples"
    folder.mkdir()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    result = invoke("evaluate", "--cross-validate", "--samples", folder)
    assert result.status == EXIT_USAGE
    assert said in result.err
    assert invoke("model", "list").out.startswith("* shipped ")


def test_a_fault_of_the_program_shows_no_traceback_and_keeps_one(
    invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("a fault made by the test")

    monkeypatch.setattr("followup_filter.store.database.Database.open", broken)
    result = invoke("report")
    assert result.status == 1
    assert "RuntimeError" not in result.err
    crash = tmp_path / "data" / "crash.log"
    assert "a fault made by the test" in crash.read_text("utf-8")
    assert crash.stat().st_mode & 0o777 == 0o600
