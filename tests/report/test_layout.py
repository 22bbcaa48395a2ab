"""Lines of a fixed number of cells."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from followup_filter.report.layout import both_ends, padded, right_aligned, shortened, wrapped

_TEXT = st.text(st.sampled_from("佐藤ｻﾄあAb 1　😀é-…"), max_size=60)
_WIDTH = st.integers(10, 80)


@given(_TEXT, _WIDTH)
def test_shortened_text_fits_and_says_where_it_was_cut(text: str, width: int) -> None:
    short = shortened(text, width)
    assert cell_len(short) <= width
    if short != " ".join(text.split()):
        assert short.endswith("…")
        assert " ".join(text.split()).startswith(short[:-1].rstrip())


@given(_TEXT, _WIDTH)
def test_padded_text_takes_exactly_its_width(text: str, width: int) -> None:
    assert cell_len(padded(text, width)) == width
    assert cell_len(right_aligned(shortened(text, width), width)) == width


@given(_TEXT, _TEXT.filter(lambda text: cell_len(text) <= 60))
def test_both_ends_fill_the_line_and_the_right_one_stays_whole(left: str, right: str) -> None:
    line = both_ends(left, right)
    assert cell_len(line) == 80
    assert line.endswith(right)


@given(_TEXT)
def test_an_indent_is_kept(text: str) -> None:
    assert both_ends(f"     {text}x", "right").startswith("     ")


@given(st.lists(_TEXT, max_size=5).map(" ".join), _WIDTH)
def test_wrapped_lines_fit_and_lose_no_word(text: str, width: int) -> None:
    lines = wrapped(text, width, "  ")
    assert all(cell_len(line) <= width and line.startswith("  ") for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
