"""Tokens: MeCab's words, in calls that never crash it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followup_filter.model.tokens import CHUNK_LENGTH, TEXT_LENGTH, chunks, words


def test_words_stand_as_written() -> None:
    assert words("見積もりをお願いします") == ["見積もり", "を", "お", "願い", "し", "ます"]


def test_words_of_two_lines_stay_apart_and_blanks_are_none() -> None:
    assert words("東京\n都庁 a　b") == ["東京", "。", "都庁", "a", "b"]


def test_width_and_numbers_fall_together() -> None:
    assert words("予算は３０万円、ﾊﾝｶｸ") == words("予算は50万円、ハンカク")


@given(st.text(max_size=20_000))
@settings(max_examples=50, deadline=None)
def test_chunks_are_short_and_lose_nothing(text: str) -> None:
    pieces = list(chunks(text))
    assert "".join(pieces) == text
    assert all(len(piece) <= CHUNK_LENGTH for piece in pieces)


@given(st.text(max_size=3_000))
@settings(max_examples=50, deadline=None)
def test_any_text_is_taken(text: str) -> None:
    assert all(word and not word.isspace() for word in words(text))


@pytest.mark.parametrize("piece", ["a", "7", "漢", "カ", "あ", "\n", "ー", "\0", "😀", "ﾞ", "a "])
def test_long_runs_that_crash_mecab_are_harmless(piece: str) -> None:
    started = time.monotonic()
    words(piece * 1_000_000)
    assert time.monotonic() - started < 20


def test_only_the_start_of_a_long_text_is_read() -> None:
    assert len(words("あめ。" * TEXT_LENGTH)) <= TEXT_LENGTH
