"""The events file (design.md section 5): what is read, and that every fault is told with file, line and key."""

from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path

import pytest

from followup_filter.errors import UsageError
from followup_filter.events.event import Card, Event, EventList, Owner
from followup_filter.events.eventfile import parse_events, read_events
from followup_filter.language import set_language

EVENT = """\
[[events]]
id = "umeda-0512"
name = "梅田ビジネス交流会"
date = 2026-05-12
"""
"""Four lines: what a test adds begins at line 5."""

WHOLE = """\
[owner]
name = "山田 花子"
addresses = ["Hanako@Example.jp"]
business = "Webデザイン、LP制作"
known_addresses = ["old-client@example.jp"]

[[events]]
id = "umeda-0512"
name = "梅田ビジネス交流会"
date = 2026-05-12
start = 19:00:00
timezone = "Europe/Paris"
venue = "梅田スカイ会議室"
organizer = "梅田交流会事務局"
series = "梅田の会"
alias = "Hanako+Umeda@example.jp"
organizer_addresses = ["Info@umeda.example", "staff@umeda.example"]
fee = 3000
hours = 3.5
window_days = 30
purpose = "learning"

[[events.cards]]
name = "佐藤 次郎"
company = "佐藤製作所"
address = "Sato@example.jp"

[[events.cards]]
company = "みなと図書館"

[[events]]
id = "kohoku"
name = "港北ものづくり交流会"
date = 2026-06-09
"""


@pytest.fixture(params=["en", "ja"])
def language(request: pytest.FixtureRequest) -> str:
    """The language in which the fault is told."""
    set_language(request.param)
    return str(request.param)


def _fault(text: str) -> str:
    with pytest.raises(UsageError) as refused:
        parse_events(text, "my-events.toml")
    return str(refused.value)


def test_a_whole_file_is_read_with_addresses_in_lower_case() -> None:
    assert parse_events(WHOLE, "f") == EventList(
        Owner("山田 花子", "Webデザイン、LP制作", ("hanako@example.jp",), ("old-client@example.jp",)),
        (
            Event(
                id="umeda-0512",
                name="梅田ビジネス交流会",
                date=date(2026, 5, 12),
                start=time(19, 0),
                timezone="Europe/Paris",
                venue="梅田スカイ会議室",
                organizer="梅田交流会事務局",
                series="梅田の会",
                alias="hanako+umeda@example.jp",
                organizer_addresses=("info@umeda.example", "staff@umeda.example"),
                fee=3000,
                hours=3.5,
                window_days=30,
                purpose="learning",
                cards=(Card("佐藤 次郎", "佐藤製作所", "sato@example.jp"), Card("", "みなと図書館", "")),
            ),
            Event(id="kohoku", name="港北ものづくり交流会", date=date(2026, 6, 9)),
        ),
    )


def test_what_is_not_given_has_the_documented_default() -> None:
    (event,) = parse_events(EVENT, "f").events
    assert (event.start, event.timezone, event.window_days, event.purpose) == (time(0, 0), "Asia/Tokyo", 45, "leads")
    assert (event.fee, event.hours) == (None, None)
    assert (event.venue, event.organizer, event.series, event.alias) == ("", "", "", "")
    assert (event.organizer_addresses, event.cards) == ((), ())


def test_an_empty_file_is_no_event() -> None:
    assert parse_events("", "f") == EventList()


def test_an_empty_string_is_a_missing_key() -> None:
    keys = ["start", "timezone", "venue", "organizer", "series", "alias", "organizer_addresses", "fee", "hours"]
    keys += ["window_days", "purpose", "cards"]
    empty = EVENT + "".join(f'{key} = ""\n' for key in keys)
    owner = '[owner]\nname = ""\nbusiness = ""\naddresses = ""\nknown_addresses = ""\n'
    assert parse_events(owner + empty, "f") == parse_events(EVENT, "f")


@pytest.mark.parametrize("given", ['name = "佐藤"', 'company = "佐藤製作所"', 'address = "sato@example.jp"'])
def test_one_of_the_three_makes_a_card(given: str) -> None:
    (event,) = parse_events(f"{EVENT}[[events.cards]]\n{given}\n", "f").events
    assert len(event.cards) == 1


@pytest.mark.parametrize("window_days", [1, 365])
def test_a_window_of_one_day_to_one_year(window_days: int) -> None:
    (event,) = parse_events(f"{EVENT}window_days = {window_days}", "f").events
    assert event.window_days == window_days


UNKNOWN, MISSING, WRONG = "unknown key", "this required key is missing", "has the wrong form"
TEXT, MAIL = 'should be text in quotes, such as "…"', "should be a mail address such as name@company.example"
LIST, RANGE = 'should be a list, such as ["a@b.example"]', "is out of range"
DATE, TIME = "should be a date without quotes, such as 2026-05-12", "should be a time without quotes"
WHOLE_NUMBER, NUMBER = "should be a whole number", "should be a number"
ZONE, PURPOSE = "no such time zone; write an IANA name", "should be one of leads, organizer, learning, community"
CARD = "a card needs a name, a company or an address"

FAULTS = [
    ("colour = 1", 1, "colour", UNKNOWN),
    ('[ownr]\nname = "x"', 1, "ownr", UNKNOWN),
    ('[owner]\nname = "x"\nnmae = "x"', 3, "owner.nmae", UNKNOWN),
    ('# mine\n\nowner.nmae = "x"', 3, "owner.nmae", UNKNOWN),
    (f"{EVENT}colour = 1", 5, "events.colour", UNKNOWN),
    (f'{EVENT}"colour" = 1', 5, "events.colour", UNKNOWN),
    (f"{EVENT}  colour = 1  # blue", 5, "events.colour", UNKNOWN),
    (f'{EVENT}[[events.cards]]\nname = "a"\nphone = "1"', 7, "events.cards.phone", UNKNOWN),
    (f'{EVENT}cards = [{{ phone = "1" }}]', 5, "events.cards.phone", UNKNOWN),
    ("[owner]\nname = 3", 2, "owner.name", TEXT),
    ("[owner]\nbusiness = true", 2, "owner.business", TEXT),
    ('[owner]\naddresses = "a@b.example"', 2, "owner.addresses", LIST),
    ('[owner]\nknown_addresses = ["a@b.example", "nobody"]', 2, "owner.known_addresses", MAIL),
    ('[owner]\naddresses = [""]', 2, "owner.addresses", MAIL),
    ('owner = "x"', 1, "owner", WRONG),
    ("events = 3", 1, "events", LIST),
    ('[[events]]\nname = "a"\ndate = 2026-05-12', 1, "events.id", MISSING),
    ('[[events]]\nid = "a"\ndate = 2026-05-12', 1, "events.name", MISSING),
    ('[[events]]\nid = "a"\nname = "a"', 1, "events.date", MISSING),
    ('[[events]]\nid = ""\nname = "a"\ndate = 2026-05-12', 2, "events.id", MISSING),
    ('[[events]]\nid = "a"\nname = ""\ndate = 2026-05-12', 3, "events.name", MISSING),
    ('[[events]]\nid = 3\nname = "a"\ndate = 2026-05-12', 2, "events.id", TEXT),
    ('[[events]]\nid = "a"\nname = 3\ndate = 2026-05-12', 3, "events.name", TEXT),
    ('[[events]]\nid = "a"\nname = "a"\ndate = "2026-05-12"', 4, "events.date", DATE),
    ('[[events]]\nid = "a"\nname = "a"\ndate = 2026-05-12T19:00:00', 4, "events.date", DATE),
    ('[[events]]\nid = "a"\nname = "a"\ndate = 20260512', 4, "events.date", DATE),
    ('[[events]]\nid = "a"\nname = "a"\ndate = 9999-12-31', 4, "events.date", RANGE),
    (f'{EVENT}start = "19:00"', 5, "events.start", TIME),
    (f"{EVENT}start = 19", 5, "events.start", TIME),
    (f'{EVENT}timezone = "Asia/Tokio"', 5, "events.timezone", ZONE),
    (f'{EVENT}timezone = "Asia"', 5, "events.timezone", ZONE),
    (f'{EVENT}timezone = "../../etc/passwd"', 5, "events.timezone", ZONE),
    (f"{EVENT}timezone = 9", 5, "events.timezone", TEXT),
    (f"{EVENT}venue = 3", 5, "events.venue", TEXT),
    (f"{EVENT}organizer = 3", 5, "events.organizer", TEXT),
    (f"{EVENT}series = 3", 5, "events.series", TEXT),
    (f'{EVENT}alias = "nobody"', 5, "events.alias", MAIL),
    (f"{EVENT}alias = 3", 5, "events.alias", TEXT),
    (f'{EVENT}organizer_addresses = "a@b.example"', 5, "events.organizer_addresses", LIST),
    (f'{EVENT}organizer_addresses = ["a@b.example", "a b@c"]', 5, "events.organizer_addresses", MAIL),
    (f'{EVENT}organizer_addresses = ["<a@b.example>"]', 5, "events.organizer_addresses", MAIL),
    (f"{EVENT}organizer_addresses = [3]", 5, "events.organizer_addresses", TEXT),
    (f'{EVENT}fee = "3000"', 5, "events.fee", WHOLE_NUMBER),
    (f"{EVENT}fee = 3000.5", 5, "events.fee", WHOLE_NUMBER),
    (f"{EVENT}fee = true", 5, "events.fee", WHOLE_NUMBER),
    (f"{EVENT}fee = -1", 5, "events.fee", RANGE),
    (f'{EVENT}hours = "3"', 5, "events.hours", NUMBER),
    (f"{EVENT}hours = -0.5", 5, "events.hours", RANGE),
    (f"{EVENT}hours = nan", 5, "events.hours", RANGE),
    (f"{EVENT}hours = inf", 5, "events.hours", RANGE),
    (f'{EVENT}window_days = "45"', 5, "events.window_days", WHOLE_NUMBER),
    (f"{EVENT}window_days = 0", 5, "events.window_days", RANGE),
    (f"{EVENT}window_days = 366", 5, "events.window_days", RANGE),
    (f'{EVENT}purpose = "fun"', 5, "events.purpose", PURPOSE),
    (f"{EVENT}[[events.cards]]", 5, "events.cards", CARD),
    (f'{EVENT}[[events.cards]]\nname = ""\ncompany = ""\naddress = ""', 5, "events.cards", CARD),
    (f"{EVENT}[[events.cards]]\nname = 3", 6, "events.cards.name", TEXT),
    (f"{EVENT}[[events.cards]]\ncompany = 3", 6, "events.cards.company", TEXT),
    (f'{EVENT}[[events.cards]]\nname = "a"\naddress = "nobody"', 7, "events.cards.address", MAIL),
    (f'{EVENT}\n{EVENT.replace("umeda", "other")}fee = "0"', 10, "events.fee", WHOLE_NUMBER),
    (f'{EVENT}[[events.cards]]\nname = "a"\n[[events.cards]]\nphone = "b"', 8, "events.cards.phone", UNKNOWN),
    ('[owner]\naddresses = [\n  "a@b.example",\n  "nobody",\n]\nname = "x"', 2, "owner.addresses", MAIL),
    (f'{EVENT}cards = [\n  {{ phone = "1" }},\n]\nfee = 3000', 5, "events.cards.phone", UNKNOWN),
    ('# a\u2028b\n[owner]\nnmae = "x"', 3, "owner.nmae", UNKNOWN),
    (f'[owner]\nbusiness = """\n[[events]]\n"""\n{EVENT}fee = "0"', 9, "events.fee", WHOLE_NUMBER),
    (f'{EVENT}fee = "0"\n'.replace("\n", "\r\n"), 5, "events.fee", WHOLE_NUMBER),
]


@pytest.mark.parametrize(
    ("text", "line", "key", "problem"), FAULTS, ids=[f"{number}-{fault[2]}" for number, fault in enumerate(FAULTS)]
)
def test_a_fault_is_told_with_file_line_and_key(text: str, line: int, key: str, problem: str) -> None:
    sentence = _fault(text)
    assert sentence.startswith(f"my-events.toml, line {line}, {key}: {problem}")
    assert sentence.endswith("Nothing was taken over.")


@pytest.mark.parametrize("problem", sorted({fault[3] for fault in FAULTS}))
def test_a_fault_is_told_in_japanese(problem: str) -> None:
    set_language("ja")
    text, line, key, _problem = next(fault for fault in FAULTS if fault[3] == problem)
    sentence = _fault(text)
    assert re.search(rf"my-events\.toml\D*{line}\D+{re.escape(key)}(?![\w.])", sentence)
    assert problem not in sentence
    assert re.search(r"[ぁ-ん]", sentence.partition(key)[2])


def test_two_events_with_one_id_are_refused(language: str) -> None:
    sentence = _fault(f"{EVENT}\n# once more\n{EVENT}")
    assert re.search(r"my-events\.toml\D*8(?!\d)", sentence)
    assert "umeda-0512" in sentence
    assert ("two events have the id" in sentence) == (language == "en")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{EVENT}venue", 5),
        (f'{EVENT}venue = "a', 5),
        (f'{EVENT}venue = ["a"', 5),
        (f'{EVENT}venue = "a\n', 5),
        (f"{EVENT}venue = 会場\nfee = 3\n", 5),
        ("[owner", 1),
        (f'{EVENT}name = "again"', 5),
        ("# mine\n[owner]\nname = 2026-13-45\n", 3),
    ],
    ids=["key-alone", "string-cut-off", "list-cut-off", "line-cut-off", "no-quotes", "header-cut-off", "twice", "day"],
)
def test_what_is_no_toml_is_told_with_file_and_line(text: str, line: int, language: str) -> None:
    sentence = _fault(text)
    assert re.search(rf"my-events\.toml\D*{line}(?!\d)", sentence)
    assert ("this is not valid TOML" in sentence) == (language == "en")


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    file = tmp_path / "events.toml"
    file.write_bytes(b"\xef\xbb\xbf" + WHOLE.encode())
    assert read_events(file) == parse_events(WHOLE, "f")


def test_a_missing_file_is_named(tmp_path: Path, language: str) -> None:
    file = tmp_path / "nowhere.toml"
    with pytest.raises(UsageError) as refused:
        read_events(file)
    assert str(file) in str(refused.value)
    assert ("There is no events file" in str(refused.value)) == (language == "en")


def test_a_file_in_another_charset_is_named_with_the_place(tmp_path: Path, language: str) -> None:
    file = tmp_path / "events.toml"
    file.write_bytes(b'# x\nname = "' + "梅田".encode("shift_jis") + b'"')
    with pytest.raises(UsageError) as refused:
        read_events(file)
    assert str(file) in str(refused.value)
    assert "UTF-8" in str(refused.value)
    assert "12" in str(refused.value).replace(str(file), "")
    assert ("Save it as" in str(refused.value)) == (language == "en")


def test_a_folder_is_no_events_file(tmp_path: Path, language: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_events(tmp_path)
    assert str(tmp_path) in str(refused.value)
    assert ("cannot be read" in str(refused.value)) == (language == "en")
