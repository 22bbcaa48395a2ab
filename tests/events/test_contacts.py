"""Address books: real layouts and encodings of each program (tests/data/contacts), and files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followup_filter.errors import UsageError
from followup_filter.events.contacts import AddressBook, read_address_book

DATA = Path(__file__).parents[1] / "data" / "contacts"


@pytest.mark.parametrize(
    ("name", "addresses", "people", "without"),
    [
        (
            "google.csv",
            "kogure@minato-lib.example maki.kogure@mail.example ryo@hiyama.example office@hiyama.example",
            3,
            1,
        ),
        ("google-older.csv", "otsuki@life-arc.example aihara@hakusan.example", 2, 0),
        ("outlook-english.csv", "maya@lanternfield.example jun@ito.example desk@ito.example", 2, 0),
        ("cards-with-notice.csv", "aihara@hakusan.example aoba@aoba-k.example", 3, 1),
        ("utf-16.csv", "kogure@minato-lib.example aihara@hakusan.example", 2, 0),
        ("telephone-2.1.vcf", "ryo@hiyama.example kogure@minato-lib.example", 2, 0),
        ("apple-3.0.vcf", "otsuki@life-arc.example rei@mail.example", 2, 1),
        ("version-4.0.vcf", "maya@lanternfield.example maya@books.example", 1, 0),
    ],
)
def test_every_layout_is_read(name: str, addresses: str, people: int, without: int) -> None:
    assert read_address_book(DATA / name) == AddressBook(tuple(addresses.split()), people, without, ())


def test_every_shipped_file_is_tested() -> None:
    text = Path(__file__).read_text("utf-8")
    assert all(f'"{path.name}"' in text for path in DATA.iterdir())


def test_a_value_that_is_no_address_is_told_with_its_row_and_spoils_nothing() -> None:
    book = read_address_book(DATA / "outlook-japanese.csv")
    assert book.addresses == ("takahashi@takahashi.example", "m.takahashi@mail.example", "sakiyama@sakiyama.example")
    ((row, reason),) = book.unreadable
    assert (row, "cn=tayori" in reason) == (3, True)


def test_a_card_that_is_cut_off_spoils_no_other() -> None:
    book = read_address_book(DATA / "cut-off.vcf")
    assert book.addresses == ("kogure@minato-lib.example", "aihara@hakusan.example")
    assert [number for number, _reason in book.unreadable] == [2, 4]


def test_another_heading_can_be_named_and_the_error_shows_those_there_are(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("得意先,連絡 先\n小暮,kogure@minato-lib.example\n", "utf-8")
    with pytest.raises(UsageError, match=r"得意先, 連絡 先.*--column"):
        read_address_book(path)
    assert read_address_book(path, ["連絡先"]).addresses == ("kogure@minato-lib.example",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 a workbook", "Save it as CSV"),
        (b"\xd0\xcf\x11\xe0 an older workbook", "Save it as CSV"),
        (b"\x81 \xff\xfe\x00 neither one nor the other \xa0\x00", "Export it once more"),
        (b"\xff\xfeo", "Export it once more"),
        (b"", "no column of mail addresses"),
        (b"name,telephone\nSato,03-0000-1234\n", "name, telephone"),
        (b'"an unclosed quote,E-mail Address\na@b.example\n', "no column of mail addresses"),
    ],
)
def test_a_file_that_is_no_address_book_gets_a_sentence(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=said):
        read_address_book(path)


def test_a_missing_file_and_a_folder_get_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(UsageError, match=path.name):
            read_address_book(path)


def test_a_cell_too_long_for_csv_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text(f"name,e-mail\nx,{'x' * 200_000}\ny,aihara@hakusan.example\n", "utf-8")
    book = read_address_book(path)
    assert book.addresses == ("aihara@hakusan.example",)
    assert [number for number, _reason in book.unreadable] == [1]


@given(st.sampled_from(sorted(DATA.iterdir())), st.data())
@settings(deadline=None, max_examples=150)
def test_a_damaged_file_is_read_or_refused_with_a_sentence(path: Path, data: st.DataObject) -> None:
    raw = bytearray(path.read_bytes()[:2_000])
    del raw[data.draw(st.integers(0, len(raw))) :]
    for _ in range(data.draw(st.integers(0, 8))):
        if raw:
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    damaged = path.parent.parent / f"damaged-{path.name}"
    try:
        damaged.write_bytes(bytes(raw))
        book = read_address_book(damaged)
    except UsageError as error:
        assert damaged.name in str(error)
    else:
        assert all("@" in address for address in book.addresses)
    finally:
        damaged.unlink()
