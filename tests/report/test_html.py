"""The page: what it says, that nothing of a mail takes effect in it, and that everybody can read it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Connection

from followup_filter.events.event import Card, Event, EventList, Owner
from followup_filter.labels import Kind, Outcome
from followup_filter.language import set_language
from followup_filter.mail.message import Address
from followup_filter.report.as_html import OPEN_LINKS, open_link, render_page
from followup_filter.report.summary import build_summary, narrowed
from followup_filter.report.text import render_summary
from followup_filter.store.database import Database
from followup_filter.store.events import save_events
from followup_filter.store.messages import read_own_mail
from followup_filter.store.results import read_decisions
from tests.builders import at, judge, mail, scratch

NOW = at("2026-10-03T06:30")
KOHOKU = Event(
    "kohoku", "港北ものづくり交流会", date(2026, 7, 10), time(19, 0), organizer="商栄会", fee=3000, hours=2.0
)


def _page(connection: Connection, **options: Any) -> str:
    return render_page(build_summary(connection, NOW), read_decisions(connection), read_own_mail(connection), **options)


def _tree(page: str) -> LexborHTMLParser:
    return LexborHTMLParser(page)


def _texts(page: str, selector: str) -> list[str]:
    return [" ".join(node.text(separator=" ").split()) for node in _tree(page).css(selector)]


def test_leads_stand_first_each_with_what_is_asked_and_how_to_open_it(database: Database) -> None:
    with scratch(database) as connection:
        save_events(connection, EventList(Owner(), (KOHOKU,)))
        asked = mail(
            "予算は20,000円です。10月7日までにお返事をいただけますか。",
            sender="kogure@minato.example",
            name="小暮 真紀",
            when="2026-09-22T10:00",
        )
        number = judge(
            connection, asked, Outcome.LEAD, Kind.COMMISSION, event="kohoku", sentence="お返事をいただけますか"
        )
        page = _page(connection, open_with="gmail")
    [card] = _tree(page).css("#leads article.lead")
    shown = " ".join(card.text(separator=" ").split())
    for words in ("小暮 真紀", "10/7", "20,000円", "お返事をいただけますか", KOHOKU.name, f"[{number}]"):
        assert words in shown
    link = card.css_first("a")
    assert link is not None
    assert link.attributes["href"] == open_link(asked.message_id, "gmail")
    assert page.index('id="leads"') < page.index('id="events"')


@pytest.mark.parametrize("open_with", sorted(OPEN_LINKS))
def test_a_link_opens_the_mail_by_its_id_alone(open_with: str) -> None:
    link = open_link('<a"b&c d@mail.example>', open_with)
    assert not re.search(r"[\"<>\s]", link)
    assert link == "" or "a%22b%26c%20d%40mail.example" in link
    assert open_link(None, open_with) == ""


def test_names_beside_network_marketing_stand_in_the_owners_list_only_and_not_in_print(database: Database) -> None:
    with scratch(database) as connection:
        save_events(connection, EventList(Owner(), (KOHOKU,)))
        message = mail("一緒に始めませんか", sender="x@life.example", name="大槻 玲", when="2026-07-12T10:00")
        judge(connection, message, Outcome.NETWORK_MARKETING, event="kohoku", review=True, plausible=OUTCOMES_BOTH)
        page = _page(connection)
    assert _texts(page, "#check article.private strong") == ["大槻 玲"]
    assert not [text for text in _texts(page, "section.event, #events") if "大槻" in text]
    assert ".private" in page.split("@media print")[1]


OUTCOMES_BOTH = (Outcome.NETWORK_MARKETING, Outcome.LEAD)

PAYLOADS = [
    template.format(word=word)
    for word in ("alert(1)", "x", "é{{7*7}}", "{%raw%}", "\u202e", "\x1b[31m", "=1+1", "&#60;")
    for template in (
        "<script>{word}</script>",
        '"><img src=x onerror={word}>',
        "'><svg onload={word}>",
        "</style><script>{word}</script>",
        "</title><iframe src=//evil.example>{word}",
        "<!--{word}",
        "]]>{word}<![CDATA[",
        "javascript:{word}",
        "{word}<a href=javascript:{word}>",
        "</mark></blockquote><form action=//evil.example>{word}",
        "<link rel=stylesheet href=//evil.example/{word}>",
        "<meta http-equiv=refresh content='0;url=//evil.example'>{word}",
        "{{{{ {word} }}}}",
        "<base href=//evil.example>{word}",
        "\x00<b>{word}",
        "＜script＞{word}",
        "<math><mi xlink:href=javascript:{word}>",
        "<a style=background:url(//evil.example)>{word}",
        "<details ontoggle={word} open>",
        "%3Cscript%3E{word}",
        "<input autofocus onfocus={word}>",
        "<object data=//evil.example>{word}",
        "<embed src=//evil.example>{word}",
        "<plaintext>{word}",
        "<textarea>{word}",
        "<noscript>{word}",
    )
]


def test_there_are_enough_payloads() -> None:
    assert len(set(PAYLOADS)) >= 200


def test_nothing_of_a_mail_or_an_event_takes_effect(database: Database) -> None:
    """All payloads in every field at once: the page has the same elements as with harmless words, and as many."""
    with scratch(database) as connection:
        harmless = _hostile(connection, [f"word {place}" for place in range(len(PAYLOADS))])
    with scratch(database) as connection:
        page = _hostile(connection, PAYLOADS)
    assert set(_elements(page)) == set(_elements(harmless))
    for tag in ("article", "section", "table", "tr", "details", "a", "svg", "style", "meta", "title"):
        assert _elements(page).count(tag) == _elements(harmless).count(tag), tag
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", page)
    for node in _tree(page).css("*"):
        for name, value in node.attributes.items():
            assert not name.startswith("on")
            if name in ("href", "src", "action", "data"):
                assert re.match(r"#|https://mail\.google\.com/mail/u/0/#search/rfc822msgid%3A", value or "")


def _hostile(connection: Connection, words: list[str]) -> str:
    events = tuple(
        replace(
            KOHOKU, id=f"e{place}", name=word, venue=word, organizer=word, series=word, cards=(Card(word, word, ""),)
        )
        for place, word in enumerate(words[:4])
    )
    save_events(connection, EventList(Owner(), events))
    for place, word in enumerate(words):
        message = replace(
            mail(word, name=word, subject=word, sender=f"p{place}@evil.example", when="2026-07-12T10:00"),
            message_id=f"<{word}@evil.example>",
            signature=word,
            to=(Address(word, "hanako@example.jp"),),
        )
        outcome = (Outcome.LEAD, Outcome.OTHER, Outcome.NEWSLETTER)[place % 3]
        judge(connection, message, outcome, event=f"e{place % 4}", sentence=word, review=place % 2 == 0)
    return _page(connection, open_with="gmail")


def _elements(page: str) -> list[str]:
    return [str(node.tag) for node in _tree(page).css("*") if node.tag not in ("mark",)]


def test_the_page_asks_nothing_of_anybody(database: Database) -> None:
    with scratch(database) as connection:
        page = _page(connection)
    assert "default-src 'none'" in page
    assert not _tree(page).css("script, iframe, img, link, object, embed, form, base")
    assert "url(" not in page
    assert "@import" not in page


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "交流会メールのまとめ"), ("en", "Mail after networking events")]
)
def test_an_empty_store_says_how_to_begin_in_both_languages(language: str, words: str, database: Database) -> None:
    set_language(language)
    with scratch(database) as connection:
        page = _page(connection)
    assert f'<html lang="{language}">' in page
    assert words in page
    assert "followup-filter run --source" in page


def test_events_are_narrowed(database: Database) -> None:
    with scratch(database) as connection:
        other = replace(KOHOKU, id="asa", name="朝食会", date=date(2026, 9, 1), organizer="朝の会")
        save_events(connection, EventList(Owner(), (KOHOKU, other)))
        judge(connection, mail("見積もりを", when="2026-07-12T10:00"), Outcome.LEAD, event="kohoku")
        whole = build_summary(connection, NOW)
        summary = narrowed(whole, date(2026, 8, 1), None, "", "")
        page = render_page(summary, read_decisions(connection))
    assert [card.event and card.event.id for card in summary.scorecards] == ["asa"]
    assert not summary.leads
    assert "港北" not in page
    for said in (page, "".join(line.text for line in render_summary(summary))):
        assert "kept waiting" not in said
    assert "朝食会" in "".join(line.text for line in render_summary(summary))
    assert [card.event and card.event.id for card in narrowed(whole, None, None, "商栄", "").scorecards] == ["kohoku"]


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        *((text, ground, 4.5) for text in ("text", "quiet", "accent", "urgent") for ground in ("ground", "card")),
        ("fault-text", "fault-ground", 4.5),
        ("mark-text", "mark", 4.5),
        ("ground", "lead", 4.5),
        *((bar, "ground", 3.0) for bar in ("lead", "network_marketing", "membership_venue", "newsletter", "other")),
    ],
)
def test_contrast_is_enough_for_wcag_aa(text: str, ground: str, least: float, scheme: int) -> None:
    """WCAG 2.2, success criteria 1.4.3 and 1.4.11, for every pair of colours in light and dark."""
    css = (files("followup_filter.report") / "templates" / "page.css").read_text("utf-8")
    block = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    light, dark = sorted((_luminance(colours[text]), _luminance(colours[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= least


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_shown_as_text(database: Database, subject: str, sentence: str) -> None:
    with scratch(database) as connection:
        message = mail(subject, subject=subject, name=subject, when="2026-07-12T10:00")
        judge(connection, message, Outcome.LEAD, sentence=sentence)
        page = _page(connection)
    assert _elements(page).count("article") == 1
