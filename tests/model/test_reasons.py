"""Reasons are phrases of the mail, and add up to what the model says."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from followup_filter.labels import OUTCOMES, Outcome
from followup_filter.mail.text import normalize
from followup_filter.model.bundle import Model
from followup_filter.model.features import analyse
from followup_filter.model.prediction import predict, why_rather
from followup_filter.model.reasons import FORM, REASONS, REST, _verbatim
from followup_filter.model.samples import Sample, read_mailbox
from followup_filter.resources import Role, mailboxes
from tests.builders import at_most


@pytest.fixture(scope="module")
def mails() -> list[Sample]:
    return [sample for folder in mailboxes(Role.DEMO) for sample in read_mailbox(folder).samples]


def test_they_sum_to_the_log_odds_against_the_runner_up(shipped: Model, mails: list[Sample]) -> None:
    for prediction in predict(shipped, [sample.message for sample in mails]):
        first, second = sorted(prediction.probabilities.values(), reverse=True)[:2]
        total = sum(reason.weight for reason in prediction.reasons)
        assert total == pytest.approx(math.log(first / second), abs=0.01)
        assert len(prediction.reasons) <= REASONS + 1
        assert prediction.reasons[-1].feature == REST


def test_phrases_stand_in_the_mail_but_for_stand_ins_of_names(shipped: Model, mails: list[Sample]) -> None:
    found = missing = 0
    for sample, prediction in zip(mails, predict(shipped, [s.message for s in mails]), strict=True):
        text = " ".join(normalize(f"{sample.message.subject}\n{sample.message.text}").split()).lower()
        for reason in prediction.reasons:
            if reason.feature == REST or reason.feature.startswith(FORM):
                continue
            if "宛名" in reason.feature or "差出人" in reason.feature:
                continue
            found += 1
            missing += reason.feature.lower() not in text
    assert found > 150
    assert missing <= found * 0.02


def test_no_reason_is_part_of_another(shipped: Model, mails: list[Sample]) -> None:
    for prediction in predict(shipped, [sample.message for sample in mails]):
        names = [reason.feature for reason in prediction.reasons]
        assert len(set(names)) == len(names)


def test_why_rather_answers_for_any_pair(shipped: Model, mails: list[Sample]) -> None:
    message = mails[0].message
    (prediction,) = predict(shipped, [message])
    for against in OUTCOMES:
        if against is prediction.outcome:
            continue
        total = sum(reason.weight for reason in why_rather(shipped, message, prediction.outcome, against))
        odds = math.log(prediction.probability / prediction.probabilities[against])
        assert total == pytest.approx(odds, abs=0.01)


def test_long_numbers_take_linear_time(shipped: Model, mails: list[Sample]) -> None:
    """A phrase with a number is looked for in a text of nothing but digits before it."""
    text = analyse(replace(mails[0].message, text=f"{'1' * 100_000} そして 5,000円"))
    with at_most(2):
        assert _verbatim("0円", text) == "5,000円"


def test_a_mail_without_words_still_has_reasons(shipped: Model, mails: list[Sample]) -> None:
    empty = replace(mails[0].message, subject="", text="")
    assert why_rather(shipped, empty, Outcome.OTHER, Outcome.LEAD)[-1].feature == REST
