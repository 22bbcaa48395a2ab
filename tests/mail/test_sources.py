"""The same mails come out of every source, in order and by name, and one bad file stops none of the others."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from followup_filter.errors import UsageError
from followup_filter.mail import sources
from followup_filter.mail.sources import Folder, MailFile, MailSource, Mbox, RawMail, StandardInput, open_source

MAILS = [
    b"From: sato@a.example\nSubject: one\n\nFirst.\n",
    b"From: ito@b.example\nSubject: two\n\nSecond.\n\nFrom here on it is prose.\n\n>From the third line on, quoted.\n",
    "From: mori@c.example\nSubject: three\nContent-Type: text/plain; charset=Shift_JIS\n\n三つ目です。\n".encode(
        "cp932"
    ),
]


def as_folder(folder: Path) -> str:
    (folder / "b").mkdir()
    for name, mail in zip(("a.eml", "b/1.EML", "c.eml"), MAILS, strict=True):
        (folder / name).write_bytes(mail)
    (folder / "notes.txt").write_text("From: nobody\n\nnot read\n")
    (folder / ".hidden.eml").write_bytes(MAILS[0])
    (folder / ".git").mkdir()
    (folder / ".git" / "x.eml").write_bytes(MAILS[0])
    return str(folder)


def as_maildir(folder: Path) -> str:
    for name in ("cur", "new", "tmp", ".Trash"):
        (folder / name).mkdir()
    for name, mail in zip(("cur/1.a.host:2,S", "cur/2.b.host:2,", "new/3.c.host"), MAILS, strict=True):
        (folder / name).write_bytes(mail)
    (folder / "tmp" / "4.d.host").write_bytes(MAILS[0])
    (folder / "cur" / ".nfs0001").write_bytes(MAILS[0])
    (folder / "dovecot-uidlist").write_text("3 V1 N4\n")
    return str(folder)


def as_nested_maildir(folder: Path) -> str:
    inside = folder / "old mail" / "inbox"
    inside.mkdir(parents=True)
    as_maildir(inside)
    return str(folder)


def as_mbox(folder: Path, end: bytes = b"\n") -> str:
    path = folder / "archive.mbox"
    with path.open("wb") as file:
        for number, mail in enumerate(MAILS, start=1):
            mail = mail.replace(b"\n>From", b"\n>>From")
            file.write(
                (b"From sender@a.example Thu May 14 21:0%d:00 2026\n" % number + mail + b"\n").replace(b"\n", end)
            )
    return str(path)


WAYS: dict[str, tuple[Callable[[Path], str], list[str]]] = {
    "folder": (as_folder, ["a.eml", "b/1.EML", "c.eml"]),
    "Maildir": (as_maildir, ["cur/1.a.host:2,S", "cur/2.b.host:2,", "new/3.c.host"]),
    "Maildir below a folder": (
        as_nested_maildir,
        [f"old mail/inbox/{name}" for name in ("cur/1.a.host:2,S", "cur/2.b.host:2,", "new/3.c.host")],
    ),
    "mbox": (as_mbox, ["#1", "#2", "#3"]),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_source_gives_the_same_mails(way: str, tmp_path: Path) -> None:
    make, names = WAYS[way]
    path = make(tmp_path)
    source = open_source(path)
    assert source.name == path
    assert source.count() == len(MAILS)
    separator = "" if way == "mbox" else "/"
    expected = [RawMail(f"{path}{separator}{name}", mail) for name, mail in zip(names, MAILS, strict=True)]
    assert list(source.mails()) == expected
    assert list(source.mails()) == expected  # a source can be read again


@pytest.mark.parametrize("number", range(len(MAILS)))
def test_one_file_and_standard_input_give_one_mail(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(MAILS[number])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(MAILS[number])))
    for source, name in ((open_source(str(path)), str(path)), (open_source("-"), "-")):
        assert source.count() == 1
        assert list(source.mails()) == [RawMail(name, MAILS[number])]


def test_network_line_ends_in_an_mbox(tmp_path: Path) -> None:
    source = open_source(as_mbox(tmp_path, end=b"\r\n"))
    assert [mail.raw for mail in source.mails()] == [mail.replace(b"\n", b"\r\n") for mail in MAILS]


def test_an_mbox_without_times_in_its_from_lines(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"From sato@a.example\nSubject: one\n\nFirst.\n\nFrom ito@b.example\nSubject: two\n\nSecond.\n")
    assert [mail.raw for mail in open_source(str(path)).mails()] == [
        b"Subject: one\n\nFirst.\n",
        b"Subject: two\n\nSecond.\n",
    ]


def test_paths_are_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_folder(tmp_path)
    monkeypatch.chdir(tmp_path)
    for given in (".", "./", "./b", "b/"):
        for mail in open_source(given).mails():
            assert mail.path.startswith(given.rstrip("/") + "/")
            assert Path(mail.path).exists()


def test_a_loop_of_links_ends_and_a_linked_folder_is_read_once(tmp_path: Path) -> None:
    as_folder(tmp_path)
    (tmp_path / "b" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "z").symlink_to(tmp_path / "b", target_is_directory=True)
    assert [Path(mail.path).name for mail in open_source(str(tmp_path)).mails()] == ["a.eml", "1.EML", "c.eml"]


def test_a_file_that_vanishes_is_a_mail_that_could_not_be_read(tmp_path: Path) -> None:
    source = open_source(as_folder(tmp_path))
    mails = source.mails()
    first = next(mails)
    (tmp_path / "b" / "1.EML").unlink()
    (tmp_path / "b" / "1.EML").symlink_to("nowhere")
    second, third = mails
    assert (first.error, third.error) == ("", "")
    assert second == RawMail(f"{tmp_path}/b/1.EML", b"", "This mail could not be read: No such file or directory.")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    as_folder(tmp_path)
    os.mkfifo(tmp_path / "d.eml")
    *_, last = open_source(str(tmp_path)).mails()
    assert last.error == "This mail could not be read: not a regular file."
    with pytest.raises(UsageError, match="neither a file nor a folder"):
        open_source(str(tmp_path / "d.eml"))


def test_a_folder_that_may_not_be_listed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_folder(tmp_path)
    listing = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "b":
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr(os, "scandir", refuse)
    source = open_source(str(tmp_path))
    assert source.count() == 3
    assert [bool(mail.error) for mail in source.mails()] == [False, True, False]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may read everything")
def test_a_file_without_permission_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(MAILS[0])
    path.chmod(0)
    with pytest.raises(UsageError, match=r"one\.eml may not be read"):
        open_source(str(path))


def test_permission_refused_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "one.eml"
    path.write_bytes(MAILS[0])
    source = open_source(str(path))
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UsageError, match=r"one\.eml may not be read"):
        open_source(str(path))
    assert next(source.mails()).error == "This mail could not be read: Permission denied."
    assert [mail.error for mail in Mbox(str(path)).mails()] == ["This mail could not be read: Permission denied."]
    assert Mbox(str(path)).count() == 0
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(UsageError, match="may not be read"):
        open_source(str(tmp_path))


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (None, "missing.eml", "does not exist"),
        (None, "missing\0.eml", "cannot be read"),
        (b"\x89PNG\r\n\x1a\n\0\0", "photo.png", "neither a mail nor an mbox"),
        (b"%PDF-1.7\n", "form.pdf", "neither a mail nor an mbox"),
        (b"name,company\nSato,Sato\n", "cards.csv", "neither a mail nor an mbox"),
        (b"", "empty.txt", "neither a mail nor an mbox"),
        ("メモ: 明日\n".encode(), "memo.txt", "neither a mail nor an mbox"),
        (b"https://a.example/\n", "link.txt", "neither a mail nor an mbox"),
    ],
)
def test_what_is_no_source_is_refused_with_a_sentence(
    content: bytes | None, name: str, words: str, tmp_path: Path
) -> None:
    path = str(tmp_path / name)
    if content is not None:
        Path(path).write_bytes(content)
    with pytest.raises(UsageError, match=words) as refusal:
        open_source(path)
    assert name.strip("\0") in str(refusal.value) or "\0" in name
    assert str(refusal.value).endswith(".")


def test_an_empty_folder_says_what_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    with pytest.raises(UsageError, match=r"has no mail: files ending in \.eml, Maildirs"):
        open_source(str(tmp_path))


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "photo.eml", MailFile),  # parse_message refuses it
        (b"", "empty.eml", MailFile),
        (MAILS[0], "mail.txt", MailFile),
        (b"\r\n\r\n" + MAILS[0], "mail", MailFile),
        (b"From a@b.example Thu May 14 21:07:00 2026\n" + MAILS[0], "inbox", Mbox),
        (b"From a@b.example Thu May 14 21:07:00 2026\n" + MAILS[0], "one.eml", MailFile),
        (None, "-", StandardInput),
    ],
)
def test_a_source_is_known_by_its_content(
    content: bytes | None, name: str, kind: type[MailSource], tmp_path: Path
) -> None:
    path = str(tmp_path / name) if content is not None else name
    if content is not None:
        Path(path).write_bytes(content)
    assert type(open_source(path)) is kind


def test_of_a_huge_file_the_start_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LARGE_BYTES", 10_000)
    monkeypatch.setattr(sources, "READ_BYTES", 1_000)
    huge, mail = MAILS[0] + b"x" * 70 * 1_000, MAILS[0]
    line = b"From a@b.example Thu May 14 21:07:00 2026\n"
    (tmp_path / "huge.eml").write_bytes(huge)
    (tmp_path / "box").write_bytes(line + huge + b"\n\n" + line + mail)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(huge)))
    assert [mail.raw for mail in open_source(str(tmp_path / "huge.eml")).mails()] == [huge[:1_000]]
    assert [mail.raw for mail in open_source("-").mails()] == [huge[:1_000]]
    assert [mail.raw for mail in open_source(str(tmp_path / "box")).mails()] == [huge[:1_000], mail]


def test_standard_input_that_is_closed_is_an_unreadable_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    (mail,) = StandardInput().mails()
    assert mail.raw == b""
    assert mail.error


def test_a_folder_that_is_gone_is_one_unreadable_mail(tmp_path: Path) -> None:
    (mail,) = Folder(str(tmp_path / "gone")).mails()
    assert (mail.path, mail.raw) == (str(tmp_path / "gone"), b"")
    assert mail.error
