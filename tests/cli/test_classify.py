"""`classify`: the contract of design.md section 5, to the letter."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from followup_filter.errors import EXIT_OK, EXIT_UNREADABLE, EXIT_USAGE
from followup_filter.labels import KINDS_OF_OUTCOME, OUTCOMES
from followup_filter.resources import resource
from tests.conftest import Invoke
from tests.damaged import write_damaged

DAMAGED = 200


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(resource("schema", "classify.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def _lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_demo_gives_one_valid_line_a_mail_in_order(
    invoke: Invoke, demo: Path, validator: jsonschema.Draft202012Validator
) -> None:
    inbox = demo / "mail" / "inbox"
    result = invoke("classify", "--events", demo / "events.toml", "--format", "jsonl", inbox)
    lines = _lines(result.out)
    assert result.status == EXIT_OK
    assert [line["path"] for line in lines] == [file.as_posix() for file in sorted(inbox.glob("*.eml"))]
    for line in lines:
        validator.validate(line)
        assert sum(line["probabilities"].values()) == pytest.approx(1)
        assert line["probability"] == max(line["probabilities"].values()) == line["probabilities"][line["outcome"]]
        for outcome in OUTCOMES:
            kinds = sum(line["kinds"][kind] for kind in KINDS_OF_OUTCOME[outcome])
            assert kinds == pytest.approx(line["probabilities"][outcome])
        assert line["kind"] in KINDS_OF_OUTCOME[line["outcome"]]
        assert line["review"] == (line["plausible"] != [line["outcome"]])
        if line["event"]:
            assert any(item["event"] == line["event"] for item in line["evidence"])


def test_two_hundred_damaged_mails_give_two_hundred_answers(
    invoke: Invoke, demo: Path, tmp_path: Path, validator: jsonschema.Draft202012Validator
) -> None:
    folder = tmp_path / "damaged"
    folder.mkdir()
    names = write_damaged(demo / "mail" / "inbox", folder, DAMAGED)
    result = invoke("classify", "--events", demo / "events.toml", folder)
    lines = _lines(result.out)
    assert result.status in (EXIT_OK, EXIT_UNREADABLE)
    assert result.status == (EXIT_UNREADABLE if any("error" in line for line in lines) else EXIT_OK)
    assert [Path(line["path"]).name for line in lines] == names
    for line in lines:
        validator.validate(line)


def test_a_mail_that_cannot_be_read_has_an_error_and_nothing_after_the_subject(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "picture.eml").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    result = invoke("classify", tmp_path / "picture.eml")
    (line,) = _lines(result.out)
    assert result.status == EXIT_UNREADABLE
    assert set(line) == {"path", "message_id", "date", "from", "from_name", "subject", "error"}
    assert line["error"]


def test_standard_input_and_mbox_are_named_by_the_contract(invoke: Invoke, demo: Path, tmp_path: Path) -> None:
    mail = next(iter(sorted((demo / "mail" / "inbox").glob("*.eml")))).read_bytes()
    mbox = tmp_path / "two.mbox"
    mbox.write_bytes(
        b"From a@b.example Tue May 12 10:00:00 2026\n"
        + mail
        + b"\n\nFrom c@d.example Wed May 13 11:00:00 2026\n"
        + mail
        + b"\n"
    )
    from_input = _lines(invoke("classify", "-", stdin=mail).out)
    from_mbox = _lines(invoke("classify", mbox).out)
    assert [line["path"] for line in from_input] == ["-"]
    assert [line["path"] for line in from_mbox] == [f"{mbox}#1", f"{mbox}#2"]
    assert {line["outcome"] for line in from_input} == {line["outcome"] for line in from_mbox}


def test_it_writes_nothing(invoke: Invoke, demo: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert invoke("classify", "--events", demo / "events.toml", demo / "mail" / "inbox").status == EXIT_OK
    assert sorted(tmp_path.rglob("*")) == before


def test_the_mails_of_one_call_are_each_others_history(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "events.toml").write_text(
        '[[events]]\nid = "e"\nname = "Umeda Night"\ndate = 2026-05-12\n[[events.cards]]\naddress = "sato@a.example"\n'
    )
    mail = "From: sato@a.example\nDate: {day} 2026 10:00:00 +0900\n\nHello, about the leaflet.\n"
    (tmp_path / "new.eml").write_text(mail.format(day="20 May"))
    (tmp_path / "old.eml").write_text(mail.format(day="1 Apr"))
    alone = _lines(invoke("classify", "--events", tmp_path / "events.toml", tmp_path / "new.eml").out)
    both = _lines(invoke("classify", "--events", tmp_path / "events.toml", tmp_path).out)
    assert [line["event"] for line in alone] == ["e"]
    assert [line["event"] for line in both] == [None, None]


def test_a_smaller_lead_loss_sends_no_less_to_review(invoke: Invoke, demo: Path) -> None:
    def reviewed(loss: str) -> int:
        lines = _lines(invoke("classify", "--max-lead-loss", loss, demo / "mail" / "inbox").out)
        return sum("lead" in line["plausible"] for line in lines)

    assert reviewed("0.02") >= reviewed("0.2")


def test_text_is_one_line_a_mail(invoke: Invoke, demo: Path) -> None:
    inbox = demo / "mail" / "inbox"
    result = invoke("classify", "--format", "text", inbox)
    assert len(result.out.splitlines()) == len(list(inbox.glob("*.eml")))
    assert "\x1b" not in result.out


def test_an_unknown_model_is_not_opened(invoke: Invoke, demo: Path, tmp_path: Path) -> None:
    model = tmp_path / "foreign.joblib"
    shutil.copy(resource("models", "classifier.joblib"), model)
    model.write_bytes(model.read_bytes() + b"x")
    result = invoke("classify", "--model", model, demo / "mail" / "inbox")
    assert result.status == EXIT_USAGE
    assert str(model) in result.err and "not opened" in result.err
    assert result.out == ""


@pytest.mark.parametrize(
    "text",
    [
        *("x" * 300_000, "7" * 300_000, "漢" * 300_000, "ア" * 300_000, "a@" * 150_000, "x.x" * 100_000),
        *("5/5" * 100_000, "10月" * 100_000, "5月1日 " * 50_000, "http://" * 40_000, "> " * 150_000, "-" * 300_000),
        *("まで" * 100_000, "円" * 300_000, "1,1" * 100_000, "。" * 300_000, "「" * 300_000, " " * 300_000 + "x"),
        *("\n" * 300_000, "On Mon " * 40_000, "ﾞ" * 300_000, "a\u0301" * 100_000, "\u0301" * 100_000, "(株)" * 80_000),
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_no_text_takes_long(invoke: Invoke, demo: Path, text: str) -> None:
    """Every step on the way, not only the parser: words, features, days, names (design.md, promise 10)."""
    head = "From: a@b.example\nSubject: x\nDate: Fri, 22 May 2026 10:00:00 +0900\n"
    head += "Content-Type: text/plain; charset=utf-8\n\n"
    started = time.monotonic()
    result = invoke("classify", "--events", demo / "events.toml", "-", stdin=(head + text).encode())
    assert result.status in (EXIT_OK, EXIT_UNREADABLE)
    assert time.monotonic() - started < 20
