"""What the owner is asked about events, in a real terminal: people whom nobody can place, and events found in mail."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import Invoke

STRANGER = """From: =?utf-8?b?5p2J5pysIOiRtQ==?= <sugimoto@elsewhere.example>
To: hanako@example.jp
Date: {date}
Message-ID: <{number}@elsewhere.example>
Subject: =?utf-8?b?44GC44GE44GV44Gk?=
Content-Type: text/plain; charset=utf-8

先週はお話しできて楽しかったです。弊社のチラシ50{number}部の制作をお願いしたいのですが、お見積もりをいただけますでしょうか。
"""
CONFIRMATION = """From: office@asa.example
To: hanako@example.jp
Date: Thu, 10 Sep 2026 20:00:00 +0900
Message-ID: <c@asa.example>
Subject: registration confirmed
Content-Type: text/plain; charset=utf-8

「港北あさめし会 九月例会」へのお申込みを受け付けました。9/16(水)朝7時にお越しください。
"""


def _terminal(answers: str, *arguments: object) -> str:
    """What a command prints in a terminal of its own where these keys are pressed."""
    ours, theirs = pty.openpty()
    os.write(ours, answers.encode())
    command = [sys.executable, "-m", "followup_filter", *map(str, arguments)]
    running = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 4096):
            said += part
    except OSError:  # The end of a terminal, on Linux.
        pass
    finally:
        os.close(ours)
    assert running.wait(60) == 0, said
    return said.decode()


def _store(invoke: Invoke, tmp_path: Path) -> Path:
    mails = tmp_path / "mail"
    mails.mkdir()
    dates = ("Thu, 24 Sep 2026 10:00:00 +0900", "Fri, 25 Sep 2026 10:00:00 +0900")
    for number, date in enumerate(dates):
        (mails / f"{number}.eml").write_text(STRANGER.format(date=date, number=number), "utf-8")
    (mails / "c.eml").write_text(CONFIRMATION, "utf-8")
    invoke("events", "add", "みなと夜会", "2026-09-14")
    assert invoke("run", "--source", mails).status == 0
    return mails


def _report(invoke: Invoke) -> dict[str, Any]:
    values = json.loads(invoke("report", "--as-of", "2026-09-27T06:00", "--format", "json").out)
    assert isinstance(values, dict)
    return values


def test_a_stranger_is_asked_for_once_and_the_answer_becomes_a_card(invoke: Invoke, tmp_path: Path) -> None:
    _store(invoke, tmp_path)
    assert _report(invoke)["questions"]["strangers"] == 1
    assert "杉本 葵" in invoke("cards", "ask").out
    assert "みなと夜会" in _terminal("\n", "cards", "ask")
    assert _report(invoke)["questions"]["strangers"] == 1
    _terminal("1\n", "cards", "ask")
    assert _report(invoke)["questions"]["strangers"] == 0
    shown = invoke("events", "show", "みなと夜会").out
    assert "杉本 葵" in shown
    assert "2 mails" in shown
    assert "placed" in invoke("cards", "ask").out


def test_two_people_of_one_event_both_become_cards(invoke: Invoke, tmp_path: Path) -> None:
    mails = _store(invoke, tmp_path)
    second = STRANGER.format(date="Thu, 24 Sep 2026 11:00:00 +0900", number=2)
    (mails / "2.eml").write_text(second.replace("sugimoto@", "ebara@"), "utf-8")
    assert invoke("run", "--source", mails).status == 0
    _terminal("1\n1\n", "cards", "ask")
    shown = invoke("events", "show", "みなと夜会").out
    assert "sugimoto@" in shown
    assert "ebara@" in shown


def test_a_stranger_of_no_event_is_somebody_known(invoke: Invoke, tmp_path: Path) -> None:
    _store(invoke, tmp_path)
    _terminal("0\n", "cards", "ask")
    values = _report(invoke)
    assert values["questions"]["strangers"] == 0
    assert next(card for card in values["scorecards"] if card["event"] is None)["mails"] >= 2


def test_an_event_found_in_mail_is_entered_or_never_asked_about_again(invoke: Invoke, tmp_path: Path) -> None:
    _store(invoke, tmp_path)
    [found] = _report(invoke)["questions"]["events"]
    assert (found["name"], found["date"]) == ("港北あさめし会 九月例会", "2026-09-16")
    assert "港北あさめし会" in invoke("report", "--as-of", "2026-09-27T06:00").out
    assert "港北あさめし会" in invoke("events", "suggest").out
    _terminal("n\n", "events", "suggest")
    assert _report(invoke)["questions"]["events"] == []
    assert "No further event" in invoke("events", "suggest").out


def test_an_event_found_in_mail_is_entered(invoke: Invoke, tmp_path: Path) -> None:
    _store(invoke, tmp_path)
    _terminal("y\n", "events", "suggest")
    events = json.loads(invoke("events", "list", "--format", "json").out)
    entered = next(event for event in events if event["date"] == "2026-09-16")
    assert entered["name"] == "港北あさめし会 九月例会"
    assert _report(invoke)["questions"]["events"] == []


def test_an_address_of_the_owner_that_was_wrong_can_be_taken_back(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "events.toml"
    event = '[[events]]\nid = "asa"\nname = "朝食会"\ndate = 2026-09-14\n'
    file.write_text(f'[owner]\naddresses = ["hanako@example.jp", "sugimoto@elsewhere.example"]\n{event}', "utf-8")
    assert invoke("events", "import", file).status == 0
    mails = _store(invoke, tmp_path)
    file.write_text(f'[owner]\naddresses = ["hanako@example.jp"]\n{event}', "utf-8")
    assert invoke("events", "import", file).status == 0
    assert invoke("run", "--source", mails).status == 0
    assert _report(invoke)["questions"]["strangers"] == 1
