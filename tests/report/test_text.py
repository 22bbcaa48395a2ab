"""The terminal report: 80 columns whatever mails say, nothing that a terminal obeys, and the wording of wording.md."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from followup_filter.events.event import Card, EventList, Owner
from followup_filter.labels import Kind, Outcome
from followup_filter.language import set_language
from followup_filter.model.shipped import SHIPPED_VERSION
from followup_filter.report.event_text import render_event
from followup_filter.report.layout import Line
from followup_filter.report.lead_text import render_leads
from followup_filter.report.leads import local
from followup_filter.report.summary import Summary, build_summary
from followup_filter.report.text import render_summary
from followup_filter.store import corrections, lead_notes, messages, records
from followup_filter.store.database import Database
from followup_filter.store.events import save_events
from followup_filter.store.lead_notes import Note, add_note
from followup_filter.store.records import UseSource
from followup_filter.store.results import Decision, read_decisions
from tests.builders import answer, at, event, judge, mail, scratch

WIDTH = 80
NOW = at("2026-05-30T06:30")
LEAD, NEWS, OTHER, MARKETING = Outcome.LEAD, Outcome.NEWSLETTER, Outcome.OTHER, Outcome.NETWORK_MARKETING

_PLAIN = st.text(st.sampled_from("佐藤髙橋ｻﾄｳﾞｱあアー株式会社AaZz019 -_.,()（）「」😀🍣🏢é①㍿　{}%"), max_size=70)
_HOSTILE = st.text(
    st.sampled_from(
        "佐藤A 　\x1b\x07\x7f\x9b\r\n\t\v\u0085\u202e\u2066\u200e\u061c\u200b\u200d\u00ad\u2028\ufeff"
        "👩🚀❤\ufe0f🇯🇵が\u3099"
    ),
    max_size=70,
)


@dataclass(frozen=True)
class Row:
    """One mail of a random store."""

    name: str
    subject: str
    text: str
    sentence: str
    signature: str
    outcome: Outcome
    review: bool
    event: str | None


def _rows(words: st.SearchStrategy[str]) -> st.SearchStrategy[list[Row]]:
    row = st.builds(
        Row, words, words, words, words, words, st.sampled_from(Outcome), st.booleans(), st.sampled_from(["e", None])
    )
    return st.lists(row, min_size=1, max_size=5)


def _pages(database: Database, rows: Sequence[Row], event_name: str, own_mail: bool = False) -> list[Line]:
    """Every page of a store with these mails and one event of that name, in both languages."""
    with scratch(database) as connection:
        met = event(event_name, id="e", fee=3000, hours=3.5, cards=(Card(event_name, event_name, "x@y.example"),))
        save_events(connection, EventList(Owner(), (met,)))
        for row in rows:
            judge(
                connection,
                mail(row.text, name=row.name, subject=row.subject, signature=row.signature),
                row.outcome,
                event=row.event,
                review=row.review,
                plausible=[LEAD, row.outcome] if row.review else None,
                sentence=row.sentence,
            )
        if own_mail:
            answer(connection, mail(), "2026-05-25T10:00")
        messages.add_unreadable(connection, "ab" * 32, b"", "no header and no text could be made out")
        summary, decisions = build_summary(connection, NOW), read_decisions(connection)
    return [line for language in ("en", "ja") for line in _rendered(language, summary, decisions)]


def _rendered(language: str, summary: Summary, decisions: Sequence[Decision]) -> list[Line]:
    set_language(language)
    card = next(card for card in summary.scorecards if card.event)
    mails = [decision for decision in decisions if decision.event == "e"]
    return [*render_summary(summary), *render_leads(summary), *render_event(card, mails, summary)]


def _too_wide(lines: Sequence[Line]) -> list[str]:
    return [line.text for line in lines if cell_len(line.text) > WIDTH]


@given(_rows(_PLAIN), _PLAIN, st.booleans())
@settings(deadline=None, max_examples=40)
def test_no_line_is_wider_than_eighty_cells(
    database: Database, rows: list[Row], event_name: str, own_mail: bool
) -> None:
    assert _too_wide(_pages(database, rows, event_name, own_mail)) == []


@given(_rows(_HOSTILE), _HOSTILE)
@settings(deadline=None, max_examples=40)
def test_no_line_is_wider_than_eighty_cells_though_the_mail_is_hostile(
    database: Database, rows: list[Row], event_name: str
) -> None:
    assert _too_wide(_pages(database, rows, event_name)) == []


@pytest.mark.parametrize("amount", ["5万円", f"{'9' * 300}円", f"budget{' ' * 200}5 yen", f"予算{'は' * 200}5万円"])
@pytest.mark.parametrize("sentence", ["お見積もりを", "お見積もりを" * 10])
def test_no_line_is_wider_than_eighty_cells_whatever_amount_is_named(
    amount: str, sentence: str, database: Database
) -> None:
    row = Row("佐藤 次郎", "", f"よろしく。{amount}です", sentence, "", LEAD, False, "e")
    assert _too_wide(_pages(database, [row], "交流会")) == []


@given(_rows(_HOSTILE), _HOSTILE)
@settings(deadline=None, max_examples=40)
def test_no_line_carries_what_a_terminal_obeys(database: Database, rows: list[Row], event_name: str) -> None:
    for line in _pages(database, rows, event_name):
        # Controls, format characters (bidi marks among them), separators of lines and paragraphs.
        assert not {character for character in line.text if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")}


def test_an_escape_sequence_is_shown_and_not_obeyed(database: Database) -> None:
    row = Row("\x1b[31m佐藤\u202e", "", "", "\x1b]0;owned\x07", "", LEAD, False, "e")
    text = "\n".join(line.text for line in _pages(database, [row], "交流会"))
    assert "␛[31m佐藤\\u202e" in text
    assert "␛]0;owned␇" in text


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            [
                "No new work for you.",
                "Nobody is kept waiting for an answer.",
                "New mail    News 2  Misc 1",
                "Read        3 mails (5/20-5/21 10:00), 0 unreadable",
            ],
        ),
        (
            "ja",
            [
                "新しい仕事の話はありません",
                "返事を待たせている方もいません",
                "新着の内訳  メルマガ 2  他 1",
                "読んだ範囲  メール 3通(5/20-5/21 10:00)、読めないメール 0通",
            ],
        ),
    ],
)
def test_a_quiet_day_is_four_lines_below_the_head(language: str, lines: list[str], database: Database) -> None:
    set_language(language)
    with scratch(database) as connection:
        run = records.start_run(connection, "mail/", "1")
        for outcome, when in ((NEWS, "2026-05-20T10:00"), (NEWS, "2026-05-21T10:00"), (OTHER, "2026-05-21T09:00")):
            judge(connection, mail(when=when), outcome)
        records.end_run(connection, run, {"mails": 3, "new": 3, "unreadable": 0})
        head, rule, *rest = [line.text for line in render_summary(build_summary(connection, NOW))]
    assert rule == "=" * WIDTH
    assert cell_len(head) == WIDTH
    assert rest == lines


@pytest.mark.parametrize("kind", ["lead", "review", "unreadable", "cut off"])
def test_a_day_with_something_to_do_or_to_know_is_not_quiet(kind: str, database: Database) -> None:
    with scratch(database) as connection:
        run = records.start_run(connection, "mail/", "1")
        judge(connection, mail(), NEWS)
        if kind == "lead":
            judge(connection, mail(), LEAD)
        if kind == "review":
            judge(connection, mail(), NEWS, review=True, plausible=[NEWS, OTHER])
        if kind == "unreadable":
            messages.add_unreadable(connection, "ab" * 32, b"", "no header")
        if kind != "cut off":
            records.end_run(connection, run, {"mails": 2, "new": 2, "unreadable": 0})
        text = [line.text for line in render_summary(build_summary(connection, NOW))]
    assert "No new work for you." not in text
    assert any(line.startswith("To do today") for line in text)


def test_a_store_without_mail_says_how_to_begin(database: Database) -> None:
    with scratch(database) as connection:
        text = " ".join(line.text for line in render_summary(build_summary(connection, NOW)))
    assert "followup-filter run --source PATH" in text


def test_a_lead_in_three_lines(database: Database) -> None:
    set_language("ja")
    with scratch(database) as connection:
        save_events(connection, EventList(Owner(), (event("港北ものづくり交流会"),)))
        text = "ご登壇の可否を5月28日までにお知らせ願えますか。謝礼20,000円"
        number = judge(
            connection,
            mail(text, name="小暮 真紀(みなと図書館 企画係)", when="2026-05-19T10:00"),
            LEAD,
            Kind.COMMISSION,
            event="港北ものづくり交流会",
            sentence="ご登壇の可否を5月28日までにお知らせ願えますか",
        )
        answer(connection, mail(), "2026-05-25T10:00")
        lines = render_summary(build_summary(connection, NOW))
    row = next(row for row, line in enumerate(lines) if line.text.startswith(f"[{number}]"))
    who, what, quote = (line.text for line in lines[row : row + 3])
    assert who.startswith(f"[{number}] 小暮 真紀さん (みなと図書館 企画係) ")
    assert who.endswith(" 期限 5/28(木) 2日超過")
    assert lines[row].style == "urgent"
    assert what.startswith("     登壇・執筆などの依頼 / 港北ものづくり交流会 5/12 ")
    assert what.endswith(" 5/19着 11日")
    assert quote == "     「ご登壇の可否を5月28日までにお知らせ願えますか」 謝礼20,000円"
    assert [cell_len(who), cell_len(what)] == [WIDTH, WIDTH]


@pytest.mark.parametrize(
    ("own_mail", "title"),
    [
        (False, "[Work for you: not known whether answered] 2 people"),
        (True, "[Work for you, not yet answered] 2 people"),
    ],
)
def test_the_heading_says_whether_anybody_can_tell_who_was_answered(
    own_mail: bool, title: str, database: Database
) -> None:
    with scratch(database) as connection:
        for _ in range(2):
            judge(connection, mail(), LEAD)
        if own_mail:
            answer(connection, mail(), "2026-05-25T10:00")
        lines = [line.text for line in render_summary(build_summary(connection, NOW))]
    assert any(line.startswith(title) for line in lines)


@pytest.mark.parametrize(
    ("plausible", "doubt"),
    [([NEWS, LEAD], "News, it seems (or Work)"), ([], "Newsletter or mass mail, it seems")],
)
@pytest.mark.parametrize(("sentence", "quote"), [("お見積もりを", "お見積もりを"), ("", "港北だより 9月号")])
def test_a_mail_to_check_in_two_lines(
    plausible: list[Outcome], doubt: str, sentence: str, quote: str, database: Database
) -> None:
    with scratch(database) as connection:
        message = mail(name="大槻 玲(LIFE ARC 事務局)", subject="港北だより 9月号")
        number = judge(connection, message, NEWS, review=True, plausible=plausible, sentence=sentence)
        lines = [line.text for line in render_summary(build_summary(connection, NOW))]
    row = next(row for row, line in enumerate(lines) if line.startswith(f"[{number}]"))
    assert lines[row].startswith(f"[{number}] 大槻 玲 (LIFE ARC 事務局) ")
    assert lines[row].endswith(f" {doubt}")
    assert lines[row + 1] == f"     “{quote}”"


@pytest.mark.parametrize(
    ("text", "right", "style"),
    [
        ("5/28までに", "answer by Thu 5/28, 2 d late", "urgent"),
        ("5/30までに", "answer by Sat 5/30", "urgent"),
        ("6/1までに", "answer by Mon 6/1", "urgent"),
        ("6/2までに", "answer by Tue 6/2", ""),
        ("6/10か6/12に", "dates named 6/10-6/12", ""),
        ("6/10に", "dates named 6/10", ""),
        ("5/28に", "", ""),
        ("", "", ""),
    ],
)
def test_by_when_an_answer_is_wanted_stands_at_the_right(text: str, right: str, style: str, database: Database) -> None:
    with scratch(database) as connection:
        judge(connection, mail(text, name="佐藤"), LEAD)
        lines = render_leads(build_summary(connection, NOW))
    who = next(line for line in lines if line.text.startswith("["))
    assert who.text.partition("佐藤")[2].strip() == right
    assert who.style == style


@pytest.mark.parametrize(("answered", "right"), [("by mail", "answered, waiting for them"), ("by hand", "answered")])
def test_an_answered_lead_says_so(
    answered: str, right: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_notes, "now_text", lambda: "2026-05-28T00:00:00+00:00")
    message = mail("6/2までに")
    with scratch(database) as connection:
        number = judge(connection, message, LEAD)
        if answered == "by mail":
            answer(connection, message, "2026-05-25T10:00")
        else:
            add_note(connection, str(number), Note.DONE, "cli")
        lines = render_leads(build_summary(connection, NOW))
    assert next(line.text for line in lines if line.text.startswith("[")).endswith(f" {right}")


@pytest.mark.parametrize(
    ("texts", "todo"),
    [
        ([""], "answer 1 person"),
        (["5/30までに", "6/1までに", ""], "answer 3 people"),
        (["5/29までに", "6/1までに", ""], "answer 3 people (1 is past the date)"),
        (["5/29までに", "5/25までに"], "answer 2 people (2 are past the date)"),
    ],
)
def test_the_day_begins_with_how_many_wait_and_how_many_are_past_their_date(
    texts: list[str], todo: str, database: Database
) -> None:
    with scratch(database) as connection:
        for text in texts:
            judge(connection, mail(text), LEAD)
        judge(connection, mail(), NEWS, review=True, plausible=[NEWS, OTHER])
        lines = [line.text for line in render_summary(build_summary(connection, NOW))]
    assert f"To do today    {todo}   check 1 mail" in lines


@pytest.mark.parametrize(
    ("version", "learned", "kept_aside", "words"),
    [
        (SHIPPED_VERSION, None, False, "the standard model, 1 correction (1 to be learned at the next run)"),
        ("own-2", None, False, "model own-2, 1 correction (1 to be learned at the next run)"),
        (f"{SHIPPED_VERSION}+1-0123abcd", True, False, "the standard model, 1 correction (learned on {day})"),
        (SHIPPED_VERSION, False, True, "the standard model, 1 correction"),
    ],
)
def test_the_foot_says_which_model_judged_and_whether_it_learned(
    version: str, learned: bool | None, kept_aside: bool, words: str, database: Database
) -> None:
    with scratch(database) as connection:
        number = judge(connection, mail(), LEAD, model_version=version)
        corrections.correct_outcome(connection, number, LEAD, None, "cli")
        if learned is not None:
            facts = {"own": 1, "kept_aside": kept_aside}
            records.add_model(connection, digest="a", version=version, file="a", note="updated", facts=facts)
        if learned:
            records.use_model(connection, "a", UseSource.NIGHT)
        lines = [line.text for line in render_summary(build_summary(connection, NOW))]
    today = local(datetime.now(UTC))
    (judged,) = [line for line in lines if line.startswith("Judged by")]
    assert judged == f"Judged by   {words.format(day=f'{today.month}/{today.day}')}"
    assert any("judged worse" in line for line in lines) is kept_aside


def test_answered_leads_are_counted_and_not_listed(database: Database) -> None:
    with scratch(database) as connection:
        for name in ("first", "second"):
            message = mail(name=name)
            judge(connection, message, LEAD)
            answer(connection, message, "2026-05-25T10:00")
        judge(connection, mail(name="third"), LEAD)
        text = "\n".join(line.text for line in render_summary(build_summary(connection, NOW)))
    assert "Answered: 2 (2 of them now have to write)" in text
    assert "third" in text
    assert "second" not in text


@pytest.mark.parametrize(
    ("doubt", "person", "words"), [(False, False, ""), (True, False, ", it seems"), (True, True, "")]
)
def test_a_kind_is_an_impression_until_it_is_sure(doubt: bool, person: bool, words: str, database: Database) -> None:
    with scratch(database) as connection:
        number = judge(connection, mail(), LEAD, review=doubt)
        if person:
            corrections.correct_outcome(connection, number, LEAD, Kind.INQUIRY, "review")
        lines = [line.text for line in render_leads(build_summary(connection, NOW))]
    assert any(line.startswith(f"     quote or order enquiry{words} / no event") for line in lines)


def test_events_are_not_ranked_while_each_was_visited_once(database: Database) -> None:
    with scratch(database) as connection:
        judge(connection, mail(), LEAD)
        save_events(connection, EventList(Owner(), (event("a"), event("b"))))
        once = "\n".join(line.text for line in render_summary(build_summary(connection, NOW)))
        save_events(connection, EventList(Owner(), (event("a", series="s"), event("b", series="s"))))
        twice = "\n".join(line.text for line in render_summary(build_summary(connection, NOW)))
    assert "Each event was visited once so far, so they are not ranked." in once
    assert "There are too few events to rank them." in twice


@pytest.mark.parametrize(
    ("now", "leads", "cell", "sentence"),
    [
        ("2026-05-12T18:00", 0, "to come", "The event is still to come."),
        ("2026-05-30T06:30", 3, "28 d to go", "Still counting (28 days to go)."),
        ("2026-07-01T06:30", 3, "worth it", "Worth going again: work for you from 3 people."),
        ("2026-07-01T06:30", 1, "wait and see", "Wait and see: work from 1 people; one visit is too little to tell."),
        ("2026-07-01T06:30", 0, "wait and see", "Wait and see: work from 0 people; one visit is too little to tell."),
    ],
)
def test_a_verdict_is_told_in_a_cell_and_with_its_reason(
    now: str, leads: int, cell: str, sentence: str, database: Database
) -> None:
    with scratch(database) as connection:
        save_events(connection, EventList(Owner(), (event("交流会", id="e", start=at("2026-05-12T19:00").time()),)))
        for _ in range(leads):
            judge(connection, mail(), LEAD, event="e")
        judge(connection, mail(), NEWS, review=True, plausible=[NEWS, OTHER])
        summary = build_summary(connection, at(now))
        page = [line.text for line in render_event(summary.scorecards[0], [], summary)]
    row = next(line.text for line in render_summary(summary) if line.text.startswith("交流会 "))
    assert row.endswith(f" {cell}")
    assert sentence in page


def test_after_two_visits_one_is_no_longer_too_little_to_tell(database: Database) -> None:
    visits = (event("一回目", date(2026, 3, 3), series="商いの輪"), event("二回目", series="商いの輪"))
    with scratch(database) as connection:
        save_events(connection, EventList(Owner(), visits))
        judge(connection, mail(), LEAD, event="二回目")
        summary = build_summary(connection, at("2026-12-01T06:30"))
        first, second = ([line.text for line in render_event(card, [], summary)] for card in summary.scorecards[:2])
    assert "Wait and see: work from 0 people this time." in first
    assert "Wait and see: work from 1 people this time." in second


def test_skipping_is_suggested_with_the_number_of_visits(database: Database) -> None:
    visits = tuple(event(f"第{number}回", date(2026, number, 3), series="商いの輪") for number in (1, 2, 3))
    with scratch(database) as connection:
        save_events(connection, EventList(Owner(), visits))
        summary = build_summary(connection, at("2026-12-01T06:30"))
        page = [line.text for line in render_event(summary.scorecards[0], [], summary)]
    assert "Consider skipping it: 3 visits, and no work has come by mail yet." in page


def test_names_and_subjects_beside_network_marketing_stay_out_of_the_event_page(database: Database) -> None:
    with scratch(database) as connection:
        save_events(connection, EventList(Owner(), (event("交流会", id="e"),)))
        for outcome, name in ((MARKETING, "大槻 玲"), (NEWS, "港北だより"), (OTHER, "檜山 亮")):
            message = mail(name=name, subject=f"{name}の件", sender=f"{outcome.value}@x.example")
            judge(connection, message, outcome, event="e", sentence=f"{name}です")
        summary, decisions = build_summary(connection, NOW), read_decisions(connection)
        page = "\n".join(line.text for line in render_event(summary.scorecards[0], decisions, summary))
    assert "大槻" not in page
    assert "network_marketing@" not in page
    assert "Possible network marketing 1 mail" in page
    assert "港北だより" in page
    assert "檜山 亮の件" in page


def test_the_page_of_an_event_tells_cost_and_cards(database: Database) -> None:
    cards = (Card("佐藤 次郎", "", "jiro@sato.example"), Card("檜山 亮", "", "ryo@hiyama.example"))
    with scratch(database) as connection:
        save_events(connection, EventList(Owner(), (event("交流会", id="e", fee=3000, hours=3.5, cards=cards),)))
        for sender in ("jiro@sato.example", "someone@x.example"):
            judge(connection, mail(sender=sender), LEAD, event="e")
        summary, decisions = build_summary(connection, NOW), read_decisions(connection)
        page = [line.text for line in render_event(summary.scorecards[0], decisions, summary)]
    assert "2 mails   1 of 2 people whose cards you have wrote" in page
    assert "fee 3,000 yen, 1,500 yen for each person with work, 3.5 hours" in page


def test_mail_of_no_event_has_no_page(database: Database) -> None:
    with scratch(database) as connection:
        summary = build_summary(connection, NOW)
    with pytest.raises(ValueError, match="no page"):
        render_event(summary.scorecards[-1], [], summary)
