"""Outcomes and kinds: as labels.md lists them, and as people type them."""

from __future__ import annotations

import pytest

from followup_filter.labels import (
    KINDS,
    KINDS_OF_OUTCOME,
    LABELS,
    OUTCOME_OF_KIND,
    OUTCOMES,
    Kind,
    Outcome,
    parse_label,
)
from followup_filter.language import set_language


def test_outcomes_and_kinds_are_those_of_the_labelling_rules() -> None:
    assert {outcome.value: [kind.value for kind in kinds] for outcome, kinds in KINDS_OF_OUTCOME.items()} == {
        "lead": ["inquiry", "commission", "referral"],
        "network_marketing": ["network_marketing"],
        "membership_venue": ["membership", "venue"],
        "newsletter": ["newsletter"],
        "other": ["sales_pitch", "free_advice", "blind_referral", "courtesy", "logistics", "unrelated"],
    }


def test_the_lead_comes_first() -> None:
    assert OUTCOMES[0] is Outcome.LEAD


def test_every_kind_belongs_to_one_outcome() -> None:
    listed = [kind for kinds in KINDS_OF_OUTCOME.values() for kind in kinds]
    assert sorted(listed) == sorted(KINDS)
    assert all(kind in KINDS_OF_OUTCOME[outcome] for kind, outcome in OUTCOME_OF_KIND.items())


def test_every_identifier_is_listed_once() -> None:
    assert len(set(LABELS)) == len(LABELS)
    assert set(LABELS) == {*OUTCOMES, *KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_names_its_outcome_too(kind: Kind) -> None:
    assert parse_label(kind.value) == (OUTCOME_OF_KIND[kind], kind)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_outcome_names_its_kind_only_where_it_has_just_one(outcome: Outcome) -> None:
    kinds = KINDS_OF_OUTCOME[outcome]
    assert parse_label(outcome.value) == (outcome, kinds[0] if len(kinds) == 1 else None)


@pytest.mark.parametrize("text", ["", "leads", "LEAD", " lead", "仕事", "lead,inquiry"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_any_other_text_is_refused_with_what_can_be_typed(text: str, language: str) -> None:
    set_language(language)
    with pytest.raises(ValueError, match="membership_venue") as refused:
        parse_label(text)
    assert ("is no label" in str(refused.value)) == (language == "en")
