"""Pinned senders: below a correction, above the model, until the owner writes to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from followup_filter.labels import Outcome
from followup_filter.mail.message import Address
from followup_filter.store import corrections, messages, pins
from followup_filter.store.database import Database
from followup_filter.store.pins import EndedBy
from followup_filter.store.results import read_decisions
from tests.builders import judge, mail, scratch

LEAD, NEWS, OTHER, MARKETING = Outcome.LEAD, Outcome.NEWSLETTER, Outcome.OTHER, Outcome.NETWORK_MARKETING
SENDER = "jiro@sato.example"


def test_a_pin_beats_the_model_and_a_correction_beats_the_pin(database: Database) -> None:
    with scratch(database) as connection:
        number = judge(connection, mail(sender=SENDER), NEWS, review=True)
        judge(connection, mail(sender="other@sato.example"), NEWS)
        pins.add_pin(connection, SENDER, MARKETING, "third time")
        pinned, other = read_decisions(connection)
        assert (pinned.outcome, pinned.review, pinned.confirmed, pinned.probability) == (MARKETING, False, False, 1.0)
        assert pinned.pin is not None and pinned.pin.reason == "third time"
        assert pinned.ranked[0] is NEWS
        assert (other.outcome, other.pin) == (NEWS, None)
        corrections.correct_outcome(connection, number, OTHER, None, "cli")
        corrected, _other = read_decisions(connection)
        assert (corrected.outcome, corrected.pin, corrected.confirmed) == (OTHER, None, True)
        assert corrected.label is not None and corrected.label.source == "cli"


def test_what_looks_like_a_lead_is_shown_for_checking_all_the_same(database: Database) -> None:
    with scratch(database) as connection:
        judge(connection, mail(sender=SENDER), LEAD)
        pins.add_pin(connection, SENDER, NEWS, "")
        (decision,) = read_decisions(connection)
        assert (decision.outcome, decision.review) == (NEWS, True)


@pytest.mark.parametrize(("hours", "stands"), [(-1, True), (1, False)])
def test_a_mail_to_the_sender_ends_the_pin_when_it_is_later(database: Database, hours: int, stands: bool) -> None:
    with scratch(database) as connection:
        judge(connection, mail(sender=SENDER), NEWS)
        pins.add_pin(connection, SENDER, NEWS, "")
        moment = datetime.now(UTC) + timedelta(hours=hours)
        written = mail(sender="hanako@example.jp", when=moment, to=(Address("佐藤", SENDER),))
        messages.add_message(connection, written, sent_by_owner=True)
        assert pins.lift_answered(connection) == ([] if stands else [SENDER])
        assert (SENDER in pins.standing_pins(connection)) is stands


def test_the_newest_pin_counts_and_one_that_was_lifted_is_gone(database: Database) -> None:
    with scratch(database) as connection:
        for outcome in (NEWS, MARKETING):
            pins.add_pin(connection, SENDER, outcome, "")
        assert [pin.outcome for pin in pins.standing_pins(connection).values()] == [MARKETING]
        assert pins.end_pin(connection, SENDER, EndedBy.OWNER)
        assert not pins.end_pin(connection, SENDER, EndedBy.OWNER)
        assert pins.standing_pins(connection) == {}


def test_the_owners_other_mail_ends_nothing(database: Database) -> None:
    with scratch(database) as connection:
        pins.add_pin(connection, SENDER, NEWS, "")
        own = mail(sender="hanako@example.jp", when=datetime.now(UTC) + timedelta(hours=1))
        messages.add_message(connection, own, sent_by_owner=True)
        assert pins.lift_answered(connection) == []
