"""Messages in the database: read as they were stored, found again by content and place, and own mail told apart."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from followup_filter.labels import Outcome
from followup_filter.mail.message import Address, FormFacts, Message
from followup_filter.store import corrections, messages
from followup_filter.store.database import Database
from followup_filter.store.messages import Place
from followup_filter.store.results import outcome_counts, outdated_numbers, read_decisions, read_traces
from tests.builders import at, judge, mail, scratch

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
_TEXTS = st.lists(_TEXT, max_size=3).map(tuple)
_ADDRESS = st.builds(Address, _TEXT, _TEXT)
_ADDRESSES = st.lists(_ADDRESS, max_size=3).map(tuple)
_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_DATES = st.datetimes(datetime(1990, 1, 1), datetime(2100, 12, 31), timezones=_ZONES)
_MESSAGES = st.builds(
    Message,
    content_hash=st.binary(min_size=32, max_size=32).map(bytes.hex),
    message_id=st.none() | _TEXT,
    in_reply_to=_TEXTS,
    references=_TEXTS,
    date=st.none() | _DATES,
    from_address=st.none() | _ADDRESS,
    reply_to=_ADDRESSES,
    to=_ADDRESSES,
    cc=_ADDRESSES,
    subject=_TEXT,
    text=_TEXT,
    quoted=_TEXT,
    signature=_TEXT,
    forwarded=st.booleans(),
    list_headers=st.lists(st.tuples(_TEXT, _TEXT), max_size=3).map(tuple),
    links=_TEXTS,
    form=st.builds(FormFacts, link_hosts=_TEXTS, attachment_names=_TEXTS, opt_out=st.booleans()),
    repairs=_TEXTS,
)


@given(_MESSAGES, st.booleans())
@settings(deadline=None)
def test_a_message_is_read_as_it_was_stored(database: Database, message: Message, own: bool) -> None:
    with scratch(database) as connection:
        number = messages.add_message(connection, message, own)
        (stored,) = messages.read_messages(connection, [number])
        assert stored.message == message
        assert (stored.sent_by_owner, stored.error) == (own, None)
        assert messages.known_hashes(connection) == {message.content_hash: number}


def test_messages_come_in_order_of_date_and_those_without_one_last(database: Database) -> None:
    with scratch(database) as connection:
        whens = ["2026-05-20T10:00", None, "2026-05-13T10:00", "2026-05-13T00:59:59+00:00"]
        numbers = [messages.add_message(connection, mail(when=when), sent_by_owner=False) for when in whens]
        order = [numbers[3], numbers[2], numbers[0], numbers[1]]
        assert [stored.number for stored in messages.read_messages(connection)] == order
        assert [stored.number for stored in messages.read_messages(connection, numbers[:2])] == numbers[:2]
        assert [trace.number for trace in read_traces(connection)] == order


def test_an_unreadable_mail_is_kept_with_its_reason_and_is_no_result(database: Database) -> None:
    with scratch(database) as connection:
        number = messages.add_unreadable(connection, "ab" * 32, b"raw", "no header")
        messages.add_message(connection, mail(), sent_by_owner=False)
        (stored,) = messages.unreadable(connection)
        assert (stored.number, stored.error) == (number, "no header")
        assert messages.count_messages(connection) == 2
        assert number not in outdated_numbers(connection, "1")
        assert number not in {trace.number for trace in read_traces(connection)}


def test_a_place_knows_its_messages_and_forgets_what_was_there_before(database: Database) -> None:
    inbox, junk, rebuilt = Place("me", "INBOX", 1), Place("me", "Junk", 1), Place("me", "INBOX", 2)
    with scratch(database) as connection:
        one, two = (messages.add_message(connection, mail(), sent_by_owner=False) for _ in range(2))
        messages.add_position(connection, inbox, "7", one)
        messages.add_position(connection, inbox, "8", two)
        messages.add_position(connection, junk, "7", two)
        assert messages.known_uids(connection, inbox) == {"7": one, "8": two}
        assert messages.known_uids(connection, junk) == {"7": two}
        assert messages.known_uids(connection, rebuilt) == {}
        messages.add_position(connection, inbox, "7", two)
        assert messages.known_uids(connection, inbox) == {"7": two, "8": two}


def test_mail_from_the_owners_addresses_is_own_mail_and_no_other(database: Database) -> None:
    with scratch(database) as connection:
        own = judge(connection, mail(sender="hanako@example.jp"))
        other = judge(connection, mail(sender="jiro@sato.example"))
        nobody = judge(connection, mail(sender=""))
        messages.mark_own_mail(connection, ["hanako@example.jp", "hanako@other.example"])
        assert [stored.number for stored in messages.read_own_mail(connection)] == [own]
        assert {decision.stored.number for decision in read_decisions(connection)} == {other, nobody}


def test_mail_from_an_address_that_is_no_longer_the_owners_is_judged_again(database: Database) -> None:
    with scratch(database) as connection:
        number = judge(connection, mail(sender="hanako@example.jp"), model_version="1")
        messages.mark_own_mail(connection, ["hanako@example.jp"])
        assert outdated_numbers(connection, "1") == []
        messages.mark_own_mail(connection, [])
        assert messages.read_own_mail(connection) == []
        assert outdated_numbers(connection, "1") == [number]


def test_only_results_of_another_model_are_out_of_date(database: Database) -> None:
    with scratch(database) as connection:
        old = judge(connection, mail(), model_version="1")
        judge(connection, mail(), model_version="2")
        new = messages.add_message(connection, mail(), sent_by_owner=False)
        messages.add_message(connection, mail(), sent_by_owner=True)
        assert outdated_numbers(connection, "2") == [old, new]


def test_outcomes_are_counted_by_the_programs_own_result_and_only_of_these_mails(database: Database) -> None:
    with scratch(database) as connection:
        numbers = [judge(connection, mail(), outcome) for outcome in (Outcome.LEAD, Outcome.OTHER, Outcome.OTHER)]
        judge(connection, mail(), Outcome.LEAD)
        corrections.correct_outcome(connection, numbers[0], Outcome.NEWSLETTER, None, "cli")
        assert outcome_counts(connection, numbers) == {Outcome.LEAD: 1, Outcome.OTHER: 2}


def test_a_trace_tells_when_by_whom_in_which_thread_and_for_which_event(database: Database) -> None:
    with scratch(database) as connection:
        message = mail(when="2026-05-13T10:00", in_reply_to=("<a@b>",), references=("<c@d>",))
        number = judge(connection, message, Outcome.LEAD, event="umeda")
        own = messages.add_message(connection, mail(when="2026-05-14T10:00"), sent_by_owner=True)
        first, second = read_traces(connection)
        assert (first.number, first.address, first.when) == (number, "jiro@sato.example", at("2026-05-13T10:00"))
        assert first.names == (message.message_id, "<a@b>", "<c@d>")
        assert (first.event, first.event_corrected, first.events_version) == ("umeda", False, "1")
        assert (second.number, second.sent_by_owner, second.events_version) == (own, True, None)
