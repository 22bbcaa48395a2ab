"""A person's word: the newest wins for each field, over every result, until it is taken back (promise 3)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from followup_filter.errors import StorageError
from followup_filter.labels import KINDS_OF_OUTCOME, OUTCOME_OF_KIND, OUTCOMES, Kind, Outcome
from followup_filter.store import corrections
from followup_filter.store.corrections import Field
from followup_filter.store.database import Database
from followup_filter.store.lead_notes import Note, add_note, undo_note
from followup_filter.store.results import Decision, read_decisions, read_traces
from tests.builders import judge, mail, scratch


def _decision(connection: Connection, number: int) -> Decision:
    (decision,) = read_decisions(connection, [number])
    return decision


def test_the_newest_word_wins(database: Database) -> None:
    with scratch(database) as connection:
        number = judge(connection, mail(), Outcome.NEWSLETTER, review=True)
        corrections.correct_outcome(connection, number, Outcome.OTHER, Kind.SALES_PITCH, "cli")
        corrections.correct_outcome(connection, number, Outcome.LEAD, Kind.REFERRAL, "review")
        decision = _decision(connection, number)
        assert (decision.outcome, decision.kind, decision.probability) == (Outcome.LEAD, Kind.REFERRAL, 1.0)
        assert decision.confirmed
        assert not decision.review
        assert corrections.corrected_labels(connection) == {number: (Outcome.LEAD, Kind.REFERRAL)}


def test_taken_back_the_word_before_counts_and_then_the_result(database: Database) -> None:
    with scratch(database) as connection:
        number = judge(connection, mail(), Outcome.NEWSLETTER, review=True)
        corrections.correct_outcome(connection, number, Outcome.OTHER, Kind.SALES_PITCH, "cli")
        corrections.correct_outcome(connection, number, Outcome.LEAD, Kind.REFERRAL, "cli")
        assert corrections.undo_newest(connection, number) is Field.OUTCOME
        assert _decision(connection, number).kind is Kind.SALES_PITCH
        assert corrections.undo_newest(connection, number) is Field.OUTCOME
        decision = _decision(connection, number)
        assert (decision.outcome, decision.confirmed, decision.review) == (Outcome.NEWSLETTER, False, True)
        assert corrections.undo_newest(connection, number) is None


def test_fields_are_corrected_and_taken_back_each_by_itself(database: Database) -> None:
    with scratch(database) as connection:
        number = judge(connection, mail(), Outcome.LEAD, event="umeda")
        corrections.correct_event(connection, number, "kohoku", "cli")
        add_note(connection, str(number), Note.DONE, "cli")
        corrections.correct_outcome(connection, number, Outcome.OTHER, Kind.COURTESY, "cli")
        decision = _decision(connection, number)
        assert (decision.event, decision.outcome) == ("kohoku", Outcome.OTHER)
        assert Note.DONE in decision.notes
        assert corrections.undo_newest(connection, number, [Field.EVENT]) is Field.EVENT
        decision = _decision(connection, number)
        assert (decision.event, decision.event_confirmed) == ("umeda", False)
        assert decision.outcome is Outcome.OTHER
        assert Note.DONE in decision.notes
        assert undo_note(connection, [str(number)], Note.DONE)
        assert not _decision(connection, number).notes


def test_a_person_may_say_that_there_was_no_event(database: Database) -> None:
    with scratch(database) as connection:
        number = judge(connection, mail(), event="umeda")
        corrections.correct_event(connection, number, None, "cli")
        decision = _decision(connection, number)
        assert (decision.event, decision.event_confirmed, decision.event_probability) == (None, True, 1.0)
        (trace,) = read_traces(connection)
        assert (trace.event, trace.event_corrected) == (None, True)


@pytest.mark.parametrize("take_back", [False, True])
def test_a_corrected_event_puts_later_mail_up_for_another_look(take_back: bool, database: Database) -> None:
    with scratch(database) as connection:
        number, other = judge(connection, mail(), event="umeda"), judge(connection, mail(), event="umeda")
        corrections.correct_event(connection, number, "kohoku", "cli")
        if take_back:
            corrections.undo_newest(connection, number)
        assert {trace.number: trace.events_version for trace in read_traces(connection)} == {number: "", other: "1"}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_outcome_without_a_kind_takes_the_likeliest_of_its_kinds(outcome: Outcome, database: Database) -> None:
    with scratch(database) as connection:
        likeliest = KINDS_OF_OUTCOME[outcome][-1]
        number = judge(connection, mail(), outcome, likeliest)
        corrections.correct_outcome(connection, number, outcome, None, "review")
        assert _decision(connection, number).kind is likeliest


def test_mails_with_a_persons_word_are_counted_once_and_answers_are_no_labels(database: Database) -> None:
    with scratch(database) as connection:
        numbers = [judge(connection, mail(), Outcome.LEAD) for _ in range(4)]
        corrections.correct_outcome(connection, numbers[0], Outcome.OTHER, Kind.COURTESY, "cli")
        corrections.correct_event(connection, numbers[0], None, "cli")
        corrections.correct_event(connection, numbers[1], None, "cli")
        add_note(connection, str(numbers[2]), Note.DONE, "cli")
        corrections.correct_outcome(connection, numbers[3], Outcome.OTHER, Kind.COURTESY, "cli")
        corrections.undo_newest(connection, numbers[3])
        assert corrections.count_corrections(connection) == 2


def test_a_correction_keeps_its_source_and_time(database: Database) -> None:
    with scratch(database) as connection:
        number = judge(connection, mail())
        corrections.correct_outcome(connection, number, Outcome.LEAD, None, "review")
        row = corrections.newest_corrections(connection)[number][Field.OUTCOME]
        assert row["source"] == "review"
        assert row["time"].endswith("+00:00")


def test_a_mail_that_is_not_there_cannot_be_corrected(database: Database) -> None:
    with pytest.raises(StorageError), scratch(database) as connection:
        corrections.correct_outcome(connection, 99, Outcome.LEAD, None, "cli")


_STEPS = st.lists(st.sampled_from([*Kind, "undo"]), max_size=12)


@given(_STEPS)
@settings(deadline=None, max_examples=50)
def test_after_any_corrections_and_takings_back_the_newest_standing_word_counts(
    database: Database, steps: list[Kind | str]
) -> None:
    with scratch(database) as connection:
        number = judge(connection, mail(), Outcome.NEWSLETTER)
        standing: list[Kind] = [Kind.NEWSLETTER]
        for step in steps:
            if isinstance(step, Kind):
                corrections.correct_outcome(connection, number, OUTCOME_OF_KIND[step], step, "cli")
                standing.append(step)
            else:
                undone = corrections.undo_newest(connection, number, [Field.OUTCOME])
                assert (undone is not None) == (len(standing) > 1)
                standing = standing[:1] + standing[1:-1]
        decision = _decision(connection, number)
        assert (decision.kind, decision.outcome) == (standing[-1], OUTCOME_OF_KIND[standing[-1]])
        assert decision.confirmed == (len(standing) > 1)
