"""Leads: one person and one matter each, who waits for whom, by when, and in which order."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from followup_filter.events.event import Card, EventList, Owner
from followup_filter.labels import Kind, Outcome
from followup_filter.mail.message import Address
from followup_filter.report.leads import Lead, Waiting, build_leads, sender_company, sender_name
from followup_filter.store import corrections, lead_notes, messages
from followup_filter.store.database import Database
from followup_filter.store.lead_notes import Note, add_note, undo_note
from followup_filter.store.results import read_decisions
from tests.builders import answer, at, event, judge, mail, scratch

NOW = at("2026-05-30T06:30")
CORRECTED = "2026-05-28T00:00:00+00:00"
LEAD, OTHER = Outcome.LEAD, Outcome.OTHER


def _leads(connection: Connection, now: datetime = NOW) -> list[Lead]:
    return build_leads(read_decisions(connection), messages.read_own_mail(connection), EventList(), now)


def _waiting(connection: Connection) -> Waiting:
    (lead,) = _leads(connection)
    return lead.waiting


@pytest.fixture(autouse=True)
def _corrections_have_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lead_notes, "now_text", lambda: CORRECTED)


def test_only_leads_are_leads(database: Database) -> None:
    with scratch(database) as connection:
        for outcome in Outcome:
            judge(connection, mail(), outcome)
        assert len(_leads(connection)) == 1


def test_later_mails_of_the_thread_join_the_lead(database: Database) -> None:
    first = mail("一通目", when="2026-05-20T10:00")
    second = mail("二通目", when="2026-05-21T10:00", in_reply_to=(first.message_id,))
    third = mail("三通目", when="2026-05-22T10:00", references=(first.message_id, second.message_id))
    with scratch(database) as connection:
        numbers = {
            message.text: judge(connection, message, LEAD, kind, event=name, sentence=message.text)
            for message, kind, name in (
                (third, Kind.COMMISSION, "kohoku"),
                (first, Kind.INQUIRY, "umeda"),
                (second, Kind.INQUIRY, "kohoku"),
            )
        }
        (lead,) = _leads(connection)
        assert lead.number == numbers["一通目"]
        assert lead.numbers == (numbers["一通目"], numbers["二通目"], numbers["三通目"])
        assert lead.event == "umeda"
        assert (lead.kind, lead.sentence) == (Kind.COMMISSION, "三通目")
        assert (lead.received, lead.days) == (third.date, 8)


def test_a_mail_that_answers_only_the_owners_answer_joins_the_lead(database: Database) -> None:
    with scratch(database) as connection:
        first = mail(when="2026-05-20T10:00")
        judge(connection, first, LEAD)
        own = answer(connection, first, "2026-05-21T10:00")
        judge(connection, mail(when="2026-05-22T10:00", in_reply_to=(own.message_id,)), LEAD)
        (lead,) = _leads(connection)
        assert len(lead.numbers) == 2
        assert lead.waiting is Waiting.OWNER


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"sender": "hanae@sato.example", "references": ("<first@mail.example>",)},
        {"references": ("<another@mail.example>",)},
    ],
)
def test_another_person_or_another_matter_is_another_lead(facts: dict[str, Any], database: Database) -> None:
    with scratch(database) as connection:
        judge(connection, mail(message_id="<first@mail.example>"), LEAD)
        judge(connection, mail(**facts), LEAD)
        assert len(_leads(connection)) == 2


def test_mails_without_any_identifier_are_leads_of_their_own(database: Database) -> None:
    with scratch(database) as connection:
        for _ in range(2):
            judge(connection, mail(message_id=None), LEAD)
        assert len(_leads(connection)) == 2


def test_as_long_as_no_mail_of_the_owner_is_seen_nobody_can_tell_who_waits(database: Database) -> None:
    with scratch(database) as connection:
        judge(connection, mail(), LEAD)
        assert _waiting(connection) is Waiting.UNKNOWN


def test_a_lead_that_was_not_answered_waits_for_the_owner(database: Database) -> None:
    with scratch(database) as connection:
        judge(connection, mail(), LEAD)
        answer(connection, mail(), "2026-05-25T10:00")
        assert _waiting(connection) is Waiting.OWNER


@pytest.mark.parametrize("how", ["in_reply_to", "references"])
def test_after_the_owners_answer_it_is_their_turn(how: str, database: Database) -> None:
    lead = mail(when="2026-05-20T10:00")
    with scratch(database) as connection:
        judge(connection, lead, LEAD)
        answer(connection, lead, "2026-05-21T10:00", **{"in_reply_to": (), "references": (), how: (lead.message_id,)})
        assert _waiting(connection) is Waiting.THEM


def test_when_they_write_again_it_is_the_owners_turn(database: Database) -> None:
    lead = mail(when="2026-05-20T10:00")
    with scratch(database) as connection:
        judge(connection, lead, LEAD)
        answer(connection, lead, "2026-05-21T10:00")
        judge(connection, mail(when="2026-05-22T10:00", references=(lead.message_id,)), LEAD)
        assert _waiting(connection) is Waiting.OWNER


@pytest.mark.parametrize("kind", [Kind.UNRELATED, Kind.SALES_PITCH, Kind.LOGISTICS])
def test_any_mail_of_theirs_in_the_thread_is_their_word_though_it_is_no_lead(kind: Kind, database: Database) -> None:
    lead = mail(when="2026-05-20T10:00")
    with scratch(database) as connection:
        judge(connection, lead, LEAD)
        own = answer(connection, lead, "2026-05-21T10:00")
        judge(connection, mail(when="2026-05-22T10:00", in_reply_to=(own.message_id,)), OTHER, kind)
        assert _waiting(connection) is Waiting.OWNER


@pytest.mark.parametrize("name", ["", "佐藤 次郎"])
def test_thanks_for_the_answer_end_the_matter(name: str, database: Database) -> None:
    lead = mail(when="2026-05-20T10:00")
    with scratch(database) as connection:
        judge(connection, lead, LEAD)
        own = answer(connection, lead, "2026-05-21T10:00")
        thanks = mail(name=name, when="2026-05-22T10:00", in_reply_to=(own.message_id,))
        judge(connection, thanks, OTHER, Kind.COURTESY)
        assert _waiting(connection) is Waiting.DONE


def test_thanks_before_any_answer_end_nothing(database: Database) -> None:
    lead = mail(when="2026-05-20T10:00")
    with scratch(database) as connection:
        judge(connection, lead, LEAD)
        judge(connection, mail(when="2026-05-22T10:00", references=(lead.message_id,)), OTHER, Kind.COURTESY)
        answer(connection, mail(), "2026-05-25T10:00")
        assert _waiting(connection) is Waiting.OWNER


def test_thanks_of_another_person_in_the_thread_end_nothing(database: Database) -> None:
    lead = mail(when="2026-05-20T10:00")
    with scratch(database) as connection:
        judge(connection, lead, LEAD)
        own = answer(connection, lead, "2026-05-21T10:00")
        thanks = mail(sender="other@sato.example", when="2026-05-22T10:00", in_reply_to=(own.message_id,))
        judge(connection, thanks, OTHER, Kind.COURTESY)
        assert _waiting(connection) is Waiting.THEM


@pytest.mark.parametrize("with_references", [True, False])
def test_a_thread_is_followed_through_every_answer(with_references: bool, database: Database) -> None:
    def on(before: Any) -> dict[str, Any]:
        references = (*before.references, before.message_id) if with_references else ()
        return {"in_reply_to": (before.message_id,), "references": references}

    lead = mail(when="2026-05-20T10:00")
    with scratch(database) as connection:
        judge(connection, lead, LEAD)
        first = answer(connection, lead, "2026-05-21T10:00", **on(lead))
        more = mail(when="2026-05-22T10:00", **on(first))
        judge(connection, more, OTHER, Kind.UNRELATED)
        answer(connection, more, "2026-05-23T10:00", **on(more))
        assert _waiting(connection) is Waiting.THEM


def test_what_the_owner_answered_by_telephone_is_done_until_taken_back(database: Database) -> None:
    with scratch(database) as connection:
        number = judge(connection, mail(), LEAD)
        add_note(connection, str(number), Note.DONE, "cli")
        assert _waiting(connection) is Waiting.DONE
        assert undo_note(connection, [str(number)], Note.DONE)
        assert _waiting(connection) is Waiting.UNKNOWN


def test_who_writes_again_after_a_telephone_answer_waits_again(database: Database) -> None:
    lead = mail(when="2026-05-20T10:00")
    with scratch(database) as connection:
        number = judge(connection, lead, LEAD)
        answer(connection, mail(), "2026-05-25T10:00")
        add_note(connection, str(number), Note.DONE, "cli")
        judge(connection, mail(when="2026-05-29T10:00", references=(lead.message_id,)), LEAD)
        assert _waiting(connection) is Waiting.OWNER


@pytest.mark.parametrize("note", [Note.SNOOZED, Note.WON, Note.LOST])
def test_who_writes_again_waits_again_whatever_was_noted_and_an_order_stays(note: Note, database: Database) -> None:
    lead = mail(when="2026-05-20T10:00")
    value = {Note.SNOOZED: "2026-06-10", Note.WON: "5000"}.get(note)
    with scratch(database) as connection:
        number = judge(connection, lead, LEAD)
        answer(connection, mail(), "2026-05-25T10:00")
        add_note(connection, str(number), note, "cli", value)
        assert _waiting(connection) is (Waiting.SNOOZED if note is Note.SNOOZED else Waiting.DONE)
        judge(connection, mail(when="2026-05-29T10:00", references=(lead.message_id,)), LEAD)
        (found,) = _leads(connection)
        assert (found.waiting, found.snoozed_until) == (Waiting.OWNER, None)
        assert (found.result, found.order_yen) == {
            Note.SNOOZED: (None, None),
            Note.WON: (Note.WON, 5000),
            Note.LOST: (Note.LOST, None),
        }[note]


def test_a_lead_put_off_is_back_on_the_day_unless_the_owner_wrote_since(database: Database) -> None:
    lead = mail(when="2026-05-20T10:00")
    with scratch(database) as connection:
        number = judge(connection, lead, LEAD)
        answer(connection, lead, "2026-05-25T10:00")
        assert _waiting(connection) is Waiting.THEM
        add_note(connection, str(number), Note.SNOOZED, "cli", "2026-06-01")
        for day, waiting in (("2026-05-31T23:59", Waiting.SNOOZED), ("2026-06-01T00:00", Waiting.OWNER)):
            (found,) = _leads(connection, at(day))
            assert (found.waiting, found.snoozed_until) == (waiting, date(2026, 6, 1))
        answer(connection, lead, "2026-05-29T10:00")
        (found,) = _leads(connection, at("2026-06-02T00:00"))
        assert found.waiting is Waiting.THEM


def test_of_several_notes_the_newest_decides_who_waits(database: Database) -> None:
    with scratch(database) as connection:
        number = str(judge(connection, mail(), LEAD))
        add_note(connection, number, Note.DONE, "cli")
        add_note(connection, number, Note.SNOOZED, "cli", "2026-06-10")
        assert _waiting(connection) is Waiting.SNOOZED
        add_note(connection, number, Note.DONE, "cli")
        assert _waiting(connection) is Waiting.DONE
        assert undo_note(connection, [number], Note.DONE)
        assert _waiting(connection) is Waiting.SNOOZED


def test_a_deadline_is_reckoned_from_the_day_of_the_mail_and_the_newest_counts(database: Database) -> None:
    first = mail("来週の金曜までにお返事ください", when="2026-05-13T10:00")
    second = mail("6/5まで可。予算は30万円、6/10か6/11に", when="2026-05-25T10:00", references=(first.message_id,))
    third = mail("よろしくお願いします", when="2026-05-26T10:00", references=(first.message_id,))
    with scratch(database) as connection:
        judge(connection, first, LEAD)
        assert _leads(connection)[0].deadline == date(2026, 5, 22)
        judge(connection, second, LEAD)
        judge(connection, third, LEAD)
        (lead,) = _leads(connection)
        assert (lead.deadline, lead.amount) == (date(2026, 6, 5), "予算は30万円")
        assert lead.days_named == (date(2026, 6, 10), date(2026, 6, 11))


def test_the_day_of_a_mail_is_the_day_in_japan(database: Database) -> None:
    with scratch(database) as connection:
        judge(connection, mail("明日までに", when="2026-05-20T23:00:00+00:00"), LEAD)
        (lead,) = _leads(connection, at("2026-05-22T00:30"))
        assert lead.deadline == date(2026, 5, 22)
        assert lead.days == 1


def test_a_subject_may_name_the_deadline(database: Database) -> None:
    with scratch(database) as connection:
        judge(connection, mail("ご検討ください", subject="お見積もりのお願い(6/5まで)"), LEAD)
        assert _leads(connection)[0].deadline == date(2026, 6, 5)


def test_a_mail_from_the_future_is_no_days_old(database: Database) -> None:
    with scratch(database) as connection:
        judge(connection, mail(when="2026-06-20T10:00"), LEAD)
        assert _leads(connection)[0].days == 0


def test_a_lead_without_sender_and_date_is_listed_all_the_same(database: Database) -> None:
    with scratch(database) as connection:
        judge(connection, mail(sender="", when=None), LEAD)
        (lead,) = _leads(connection)
        assert (lead.name, lead.company, lead.address, lead.received, lead.days) == ("", "", "", None, 0)


def test_one_mail_in_doubt_puts_the_lead_in_doubt_until_a_person_says_so(database: Database) -> None:
    first = mail(when="2026-05-20T10:00")
    with scratch(database) as connection:
        judge(connection, first, LEAD)
        doubtful = judge(connection, mail(when="2026-05-21T10:00", references=(first.message_id,)), LEAD, review=True)
        (lead,) = _leads(connection)
        assert (lead.sure, lead.confirmed) == (False, False)
        corrections.correct_outcome(connection, doubtful, LEAD, None, "review")
        (lead,) = _leads(connection)
        assert (lead.sure, lead.confirmed) == (True, True)


def test_who_waits_for_the_owner_comes_first_then_the_nearest_deadline_then_the_oldest(database: Database) -> None:
    texts = {
        "late": ("5/22までに", "2026-05-20T10:00"),
        "soon": ("6/1までに", "2026-05-24T10:00"),
        "long": ("", "2026-05-14T10:00"),
        "short": ("", "2026-05-26T10:00"),
        "same": ("", "2026-05-26T11:00"),
        "theirs": ("5/25までに", "2026-05-14T10:00"),
        "done": ("5/21までに", "2026-05-14T10:00"),
    }
    with scratch(database) as connection:
        for name, (text, when) in reversed(texts.items()):
            message = mail(text, name=name, when=when)
            number = judge(connection, message, LEAD)
            if name == "theirs":
                answer(connection, message, "2026-05-27T10:00")
            if name == "done":
                add_note(connection, str(number), Note.DONE, "cli")
        found = [lead.name for lead in _leads(connection)]
        assert found == ["late", "soon", "long", "same", "short", "theirs", "done"]


@pytest.mark.parametrize(
    ("written", "name", "company"),
    [
        ("佐藤 次郎", "佐藤 次郎", ""),
        ("佐藤 次郎(佐藤製作所)", "佐藤 次郎", "佐藤製作所"),
        ("佐藤 次郎（佐藤製作所）", "佐藤 次郎", "佐藤製作所"),
        ("【佐藤製作所】佐藤 次郎", "佐藤 次郎", "佐藤製作所"),
        ("佐藤 次郎 [LIFE ARC]", "佐藤 次郎", "LIFE ARC"),
        ("佐藤 次郎＠佐藤製作所", "佐藤 次郎", "佐藤製作所"),
        ("佐藤 次郎 / 佐藤製作所", "佐藤 次郎", "佐藤製作所"),
        ("佐藤 次郎｜佐藤製作所", "佐藤 次郎", "佐藤製作所"),
        ("(株)佐藤製作所", "(株)佐藤製作所", ""),
        ("【佐藤製作所】", "【佐藤製作所】", "佐藤製作所"),
        ("", "jiro@sato.example", ""),
    ],
)
def test_name_and_company_in_the_from(written: str, name: str, company: str) -> None:
    message = mail(name=written)
    assert (sender_name(message), sender_company(message, EventList())) == (name, company)


def test_a_company_is_taken_from_the_card_then_the_from_then_the_signature() -> None:
    signature = "━━━━━━━━━━\n■ 株式会社みなとデザイン\n佐藤 次郎"
    message = mail(name="佐藤 次郎(営業部)", signature=signature)
    carded = event(cards=(Card("佐藤 次郎", "佐藤製作所", "jiro@sato.example"),))
    events = EventList(Owner(), (event("another", cards=(Card("", "x"),)), carded))
    assert sender_company(message, events) == "佐藤製作所"
    assert sender_company(message, EventList()) == "営業部"
    assert sender_company(mail(name="佐藤 次郎", signature=signature), EventList()) == "株式会社みなとデザイン"
    assert sender_company(mail(name="佐藤 次郎", signature="佐藤 次郎\n03-1234-5678"), EventList()) == ""
    assert sender_company(mail(from_address=None, signature=signature), EventList()) == ""


def test_a_mail_without_sender_has_no_name() -> None:
    assert sender_name(mail(from_address=None)) == ""
    assert sender_name(mail(from_address=Address(" ", "jiro@sato.example"))) == "jiro@sato.example"
