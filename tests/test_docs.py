"""The docs: what they say of the program is what the program does."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from followup_filter import config
from followup_filter.cli.commands import followup_filter
from followup_filter.events.eventfile import parse_events
from followup_filter.resources import resource
from tests.conftest import Invoke
from tools.classify_docs import classify_docs

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "models" / "model-card.md"])
COMMAND = re.compile(r"(?:`|^ *|&& )followup-filter ([a-z]+)", re.M)
LINK = re.compile(r"\]\((?!https?://)([^)#]+)\)")


def test_classify_examples_are_what_the_program_prints_and_fit_the_schema() -> None:
    page = (ROOT / "docs" / "classify.md").read_text("utf-8")
    assert page == classify_docs(), "docs/classify.md is out of date: make docs"
    schema = json.loads(resource("schema", "classify.schema.json").read_text("utf-8"))
    examples = re.findall(r"```json\n(.*?)```", page, re.S)
    assert len(examples) == 2
    for example in examples:
        jsonschema.validate(json.loads(example), schema, cls=jsonschema.Draft202012Validator)
    for key in schema["properties"]:
        assert f"`{key}`" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_commands_that_exist_and_link_to_files_that_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    for name in COMMAND.findall(text):
        assert name in followup_filter.commands, f"{page.name}: followup-filter {name}"
    for target in LINK.findall(text):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_events_file_of_the_docs_is_read() -> None:
    page = (ROOT / "docs" / "events-file.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.S)
    (event,) = parse_events(example, "docs").events
    assert (event.name, event.fee, len(event.cards)) == ("梅田ビジネス交流会", 3000, 1)


def _keys_of_docs() -> dict[str, set[str]]:
    """The keys that docs/json.md names, by heading (its first line) or by the words in front of the colon."""
    keys: dict[str, set[str]] = {}
    heading = ""
    for line in (ROOT / "docs" / "json.md").read_text("utf-8").replace("\n  ", " ").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ").strip("`")
        elif line.startswith("- "):
            head, _, body = line.removeprefix("- ").partition(": ")
            keys[head] = _names(body)
        elif line and heading:
            keys.setdefault(heading, _names(line))
    return keys


def _names(text: str) -> set[str]:
    return set(re.findall(r"`([a-z_0-9]+)`", re.sub(r"\([^)]*\)", "", text)))


def test_json_keys_are_the_documented_ones(invoke: Invoke, demo_data: Path, tmp_path: Path) -> None:
    documented = _keys_of_docs()
    report: dict[str, Any] = json.loads(invoke("report", "--format", "json", "--data-dir", demo_data).out)
    assert set(report) == documented["report --format json"]
    assert set(report["leads"][0]) == documented["each of `leads` (also `leads --format json`)"]
    assert set(report["review"][0]) == documented["each of `review`"]
    assert set(report["scorecards"][0]) == documented["each of `scorecards`"]
    assert set(report["scan"]) == documented["`scan`"]
    assert set(report["learning"]) == documented["`learning`"]
    event = report["scorecards"][0]["event"]
    page = json.loads(invoke("report", event, "--format", "json", "--data-dir", demo_data).out)
    listed = documented["report EVENT --format json"]
    assert {"mails_listed", *page["mails_listed"][0]} == listed
    files = tmp_path / "mail"
    files.mkdir()
    (files / "a.eml").write_bytes(b"From: a@b.example\nSubject: x\n\nhello\n")
    run = json.loads(invoke("run", "--source", files, "--data-dir", tmp_path / "store", "--format", "json").out)
    assert set(run) == documented["run --format json"]
    assert set(run["readings"][0]) == documented["each of `readings`"]
    for command in ("doctor", "schedule status", "account list"):
        (tmp_path / "settings.toml").write_text("[[accounts]]\naddress = 'a@b.example'\nhost = '127.0.0.1'\nport = 9\n")
        values = json.loads(invoke(*command.split(), "--format", "json").out)
        assert set(values[0] if isinstance(values, list) else values) == documented[f"{command} --format json"], command
    store = tmp_path / "store"
    invoke("pin", "add", "a@b.example", "other", "--data-dir", store)
    (pinned,) = json.loads(invoke("pin", "list", "--format", "json", "--data-dir", store).out)
    assert set(pinned) == documented["pin list --format json"]
    doubts = json.loads(invoke("doubts", "--format", "json", "--data-dir", store).out)
    assert set(doubts) == documented["doubts --format json"]
    models = json.loads(invoke("model", "list", "--format", "json", "--data-dir", demo_data).out)
    assert set(models[0]) == documented["model list --format json"]


def test_every_setting_is_documented() -> None:
    rows = [
        line.split("|")[1] for line in (ROOT / "docs" / "settings.md").read_text("utf-8").splitlines() if "|" in line
    ]
    named = {name.removeprefix("accounts.") for row in rows for name in re.findall(r"`([a-z_.]+)`", row)}
    settings = {field.name for kind in (config.Settings, config.Account, config.OAuth) for field in fields(kind)}
    assert settings - {"accounts"} <= named
    assert named <= settings


def test_the_pins_cover_what_the_project_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pins = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in pins}
    for line in pins:
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+-]+", line), line
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    for requirement in (requirement for group in groups for requirement in group):
        name = re.split(r"[<>=;\s]", requirement)[0].lower()
        assert name in pinned or name == "tzdata", requirement
