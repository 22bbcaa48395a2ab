"""`samples check` finds planted faults of each sort and nothing else; statistics and mail files tell the same."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from followup_filter.errors import EXIT_OK, EXIT_USAGE, SampleError
from followup_filter.labels import KINDS, OUTCOME_OF_KIND, OUTCOMES
from followup_filter.model import corpus
from followup_filter.model.corpus import TOPICS, Check, check_corpus, corpus_statistics, write_mailbox
from followup_filter.model.samples import read_records
from followup_filter.resources import demo_mailbox
from tests.conftest import Invoke

SCENARIO = """
[owner]
name = "山田 花子"
addresses = ["hanako@minato.example"]

[[events]]
id = "umeda"
name = "梅田ビジネス交流会"
date = 2026-05-12
start = 19:00:00
organizer_addresses = ["info@umeda.example"]
window_days = 10
"""
LABELS = ("inquiry", "network_marketing", "membership", "newsletter", "courtesy")
Records = list[dict[str, Any]]


def _record(number: int, kind: str, **facts: Any) -> dict[str, Any]:
    """A valid record whose text shares nothing with that of others."""
    body = "".join(chr(0x4E00 + number * 50 + place) for place in range(40)) + "。"
    return {
        **{"id": f"m{number}", "date": f"2026-05-{13 + number % 9}T10:00:00+09:00", "from_name": "佐藤 次郎"},
        **{"from_address": "jiro@sato.example", "to_name": "山田 花子", "subject": "件名", "headers": {}},
        **{"in_reply_to": None, "body": body, "html": "", "outcome": OUTCOME_OF_KIND[kind], "kind": kind},  # type: ignore[index]
        **{"event": "umeda", "difficulty": "easy", "why": "rule 5", **facts},
    }


def _mailbox(folder: Path, records: Records, scenario: str = SCENARIO) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.toml").write_text(scenario, "utf-8")
    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
    (folder / "mails.jsonl").write_text("".join(lines), "utf-8")
    return folder


def _sound() -> Records:
    return [_record(number, kind) for number, kind in enumerate(LABELS)]


SENTENCE = "この一文は二通のメールに同じまま出てきます"


def _planted(change: Callable[[Records], object]) -> Records:
    records = _sound()
    change(records)
    return records


FAULTS: list[tuple[str, Check, str, Callable[[Records], object]]] = [
    ("a missing key", Check.SCHEMA, "line 1", lambda rows: rows[0].pop("why")),
    ("an unknown key", Check.SCHEMA, "line 1", lambda rows: rows[0].update(label="lead")),
    ("a kind of another outcome", Check.SCHEMA, "line 2", lambda rows: rows[1].update(outcome="lead")),
    ("an unknown difficulty", Check.SCHEMA, "line 1", lambda rows: rows[0].update(difficulty="very")),
    ("no reason", Check.SCHEMA, "line 1", lambda rows: rows[0].update(why=" ")),
    ("a date without offset", Check.SCHEMA, "line 1", lambda rows: rows[0].update(date="2026-05-13T10:00:00")),
    ("an id twice", Check.SCHEMA, "line 3", lambda rows: rows.insert(2, {**_record(9, "referral"), "id": "m1"})),
    ("no such event", Check.EVENT, "m0", lambda rows: rows[0].update(event="osaka")),
    ("after the window", Check.WINDOW, "m0", lambda rows: rows[0].update(date="2026-05-23T00:00:00+09:00")),
    ("before the start", Check.WINDOW, "m0", lambda rows: rows[0].update(date="2026-05-12T18:59:00+09:00")),
    ("a domain in the text", Check.DOMAIN, "m0", lambda rows: rows[0].update(html="<a href='https://real.jp/'>x</a>")),
    ("a domain of the sender", Check.DOMAIN, "m0", lambda rows: rows[0].update(from_address="a@real-shop.com")),
    ("a domain in a header", Check.DOMAIN, "m0", lambda rows: rows[0].update(headers={"Reply-To": "a@real.ne.jp"})),
    ("a telephone number", Check.TELEPHONE, "m0", lambda rows: rows[0].update(subject="０３-３２１４-５６７８")),
    (
        "a sentence twice",
        Check.SENTENCE,
        "m3",
        lambda rows: [row.update(body=f"{row['body']}\n{SENTENCE}。") for row in (rows[0], rows[3])],
    ),
    (
        "a copy with a few words changed",
        Check.NEAR_DUPLICATE,
        "m4",
        lambda rows: rows[4].update(body=rows[0]["body"].replace(rows[0]["body"][20:23], "変えた")),
    ),
    ("an outcome that is missing", Check.COVERAGE, "box", lambda rows: rows.pop(3)),
]


@pytest.mark.parametrize(("check", "place", "change"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_planted_fault_is_found(
    check: Check, place: str, change: Callable[[Records], object], tmp_path: Path
) -> None:
    assert check_corpus([_mailbox(tmp_path / "box", _sound())]) == []
    found = check_corpus([_mailbox(tmp_path / "box", _planted(change))])
    of_others = {Check.COVERAGE} if check is Check.SCHEMA else set()
    assert [finding.place for finding in found if finding.check is check and place in finding.place], found
    assert {finding.check for finding in found} - of_others == {check}


def test_what_is_said_twice_in_a_quote_and_in_set_phrases_is_no_fault(tmp_path: Path) -> None:
    records = _sound()
    records[0]["body"] += f"\n{SENTENCE}。\nいつも大変お世話になっております、佐藤でございます。"
    records[3]["body"] += f"\n> {SENTENCE}。\nいつも大変お世話になっております、佐藤でございます。"
    assert check_corpus([_mailbox(tmp_path / "box", records)]) == []


def test_the_organizer_may_write_before_the_event_begins(tmp_path: Path) -> None:
    records = _sound()
    records[0] |= {"date": "2026-05-12T09:00:00+09:00", "from_address": "Info@umeda.example"}
    assert check_corpus([_mailbox(tmp_path / "box", records)]) == []


def test_copies_are_found_across_mailboxes(tmp_path: Path) -> None:
    folders = [_mailbox(tmp_path / name, _sound()) for name in ("one", "two")]
    found = check_corpus(folders)
    assert {finding.check for finding in found} == {Check.SENTENCE, Check.NEAR_DUPLICATE}
    assert {finding.place for finding in found} == {f"two/m{number}" for number in range(5)}


def test_real_mail_may_name_real_domains(tmp_path: Path) -> None:
    records = _sound()
    records[0]["from_address"] = "a@real-shop.com"
    folder = _mailbox(tmp_path / "box", records)
    assert check_corpus([folder])
    assert check_corpus([folder], invented=False) == []


def test_a_scenario_that_cannot_be_read_and_mails_that_are_no_text_are_told(tmp_path: Path) -> None:
    folder = _mailbox(tmp_path / "box", _sound(), scenario="[owner")
    assert Check.SCHEMA in {finding.check for finding in check_corpus([folder])}
    (folder / "mails.jsonl").write_bytes(b"\xff\xfe\x00")
    assert [finding.check for finding in check_corpus([folder])] == [Check.SCHEMA, Check.SCHEMA]


def test_a_whole_corpus_covers_every_kind_and_topic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "WHOLE_CORPUS", 1)
    monkeypatch.setattr(corpus, "AUTHORS_OF_KIND", 1)
    records = [_record(number, kind) for number, kind in enumerate(KINDS)]
    words = "SNS ホームページ"
    for row in records:
        row["body"] += f"\n{words}"
    folder = _mailbox(tmp_path / "box", records)
    sentences = [finding.sentence for finding in check_corpus([folder])]
    assert len(sentences) == len(TOPICS) - 2
    assert all("topic" in sentence for sentence in sentences)
    _mailbox(folder, [row for row in records if row["kind"] != "venue"])
    assert any("venue" in finding.sentence for finding in check_corpus([folder]))


def test_there_are_forty_topics() -> None:
    assert len(TOPICS) == 40


def test_statistics_are_what_counting_the_records_gives() -> None:
    figures = corpus_statistics([demo_mailbox()])
    records = list(read_records(demo_mailbox() / "mails.jsonl"))
    assert figures.mails == len(records) == figures.mailboxes["demo"]
    assert figures.by_outcome == {name: sum(row["outcome"] == name for row in records) for name in OUTCOMES}
    assert figures.by_kind == {name: sum(row["kind"] == name for row in records) for name in KINDS}
    assert Counter(row["difficulty"] for row in records) == figures.by_difficulty
    assert figures.without_event == len([row for row in records if not row["event"]])
    assert figures.html == len([row for row in records if row["html"]])
    photographs = [row for row in records if "写真" in row["subject"] + row["body"]]
    assert sum(figures.by_topic["photography"].values()) >= len(photographs) > 0
    assert figures.lengths == tuple(sorted(figures.lengths))


@pytest.mark.parametrize("maildir", [False, True])
def test_a_mailbox_is_written_as_mail_that_run_reads(maildir: bool, invoke: Invoke, tmp_path: Path) -> None:
    form = "maildir" if maildir else "eml"
    written = invoke("samples", "render", demo_mailbox(), tmp_path / "out", "--format", form)
    assert written.status == EXIT_OK
    assert invoke("events", "import", tmp_path / "out" / "events.toml").status == EXIT_OK
    read = invoke("run", "--source", tmp_path / "out" / "mail")
    assert (read.status, read.out.split()[0]) == (EXIT_OK, "84")
    again = invoke("samples", "render", demo_mailbox(), tmp_path / "out")
    assert (again.status, "not empty" in again.err) == (EXIT_USAGE, True)


def test_an_empty_mailbox_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(SampleError, match="no samples"):
        write_mailbox(_mailbox(tmp_path / "box", []), tmp_path / "out")


def test_the_commands_tell_what_they_find(invoke: Invoke, tmp_path: Path) -> None:
    folder = _mailbox(tmp_path / "corpus" / "box", _sound())
    good = invoke("samples", "check", tmp_path / "corpus")
    assert (good.status, good.out, "nothing to mend" in good.err) == (EXIT_OK, "", True)
    _mailbox(folder, _planted(FAULTS[7][3]))
    bad = invoke("samples", "check", tmp_path / "corpus", "--format", "json")
    assert bad.status == EXIT_USAGE
    assert [set(item) for item in json.loads(bad.out)] == [{"check", "place", "sentence"}]
    assert invoke("samples", "check", folder).out.startswith("event  box/m0: ")
    assert "5 mails in 1 mailbox" in invoke("samples", "stats", folder).out
    values = json.loads(invoke("samples", "stats", folder, "--format", "json").out)
    assert (values["mails"], values["by_outcome"]["lead"], len(values["by_topic"])) == (5, 1, 40)


@pytest.mark.parametrize("command", ["check", "stats", "render"])
def test_a_folder_without_mailboxes_gets_a_sentence(command: str, invoke: Invoke, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        arguments = [path, tmp_path / "out"] if command == "render" else [path]
        result = invoke("samples", command, *arguments)
        assert result.status == EXIT_USAGE
        assert path.name in result.err
    _mailbox(tmp_path / "box", _sound())
    if command == "render":
        assert "name one" in invoke("samples", command, tmp_path, tmp_path / "out").err
