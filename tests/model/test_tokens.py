"""Tokens: MeCab's words, in calls that never crash it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followup_filter.model.tokens import CHUNK_LENGTH, TEXT_LENGTH, chunks, morphemes


def test_surface_dictionary_form_and_part_of_speech() -> None:
    assert ("願い", "願う", "動詞") in morphemes("見積もりをお願いします")
    assert ("見積もり", "見積もり", "名詞") in morphemes("見積もりをお願いします")


def test_width_and_numbers_fall_together() -> None:
    assert morphemes("予算は３０万円、ﾊﾝｶｸ") == morphemes("予算は50万円、ハンカク")


@given(st.text(max_size=20_000))
@settings(max_examples=50, deadline=None)
def test_chunks_are_short_and_lose_nothing(text: str) -> None:
    pieces = list(chunks(text))
    assert "".join(pieces) == text
    assert all(len(piece) <= CHUNK_LENGTH for piece in pieces)


@given(st.text(max_size=3_000))
@settings(max_examples=50, deadline=None)
def test_any_text_is_taken(text: str) -> None:
    for surface, lemma, tag in morphemes(text):
        assert surface and lemma and tag


@pytest.mark.parametrize("piece", ["a", "7", "漢", "カ", "あ", "\n", "ー", "\0", "😀", "ﾞ", "a "])
def test_long_runs_that_crash_mecab_are_harmless(piece: str) -> None:
    started = time.monotonic()
    morphemes(piece * 1_000_000)
    assert time.monotonic() - started < 20


def test_only_the_start_of_a_long_text_is_read() -> None:
    assert len(morphemes("あめ。" * TEXT_LENGTH)) <= TEXT_LENGTH
