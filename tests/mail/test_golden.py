"""Each golden mail is read as the JSON beside it says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from followup_filter.mail.parse import read_message
from tests.mail.golden import CASES, as_json

MAILS = sorted(CASES.glob("*.eml"))


def test_there_are_cases_and_each_has_its_expectation() -> None:
    assert len(MAILS) >= 45
    assert {path.stem for path in MAILS} == {path.stem for path in CASES.glob("*.json")}


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_a_mail_is_read_as_expected(path: Path) -> None:
    read = json.loads(json.dumps(as_json(read_message(path.read_bytes()))))
    assert read == json.loads(path.with_suffix(".json").read_text("utf-8"))


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_line_ends_make_no_difference(path: Path) -> None:
    raw = path.read_bytes()
    lines = raw.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    unix, network = (as_json(read_message(mail)) for mail in (lines, lines.replace(b"\n", b"\r\n")))
    assert network == unix


def test_golden_mails_name_nobody_real() -> None:
    for path in MAILS:
        for domain in re.findall(rb"@([a-z0-9-]+(?:\.[a-z0-9-]+)+)", path.read_bytes().lower()):
            assert domain.endswith((b".example", b"example.jp", b"example.org")), (path.name, domain)
