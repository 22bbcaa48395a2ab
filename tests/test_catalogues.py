"""The catalogues: every sentence of the program in both languages, and what is compiled is what is written."""

from __future__ import annotations

import ast
import io
import re
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from tools import catalogues

PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\([a-z]+\)s")
LOOKED_UP = {"_", "gettext", "ngettext", "marked"}


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_every_sentence_is_there_and_translated(language: str) -> None:
    written = read_po(io.BytesIO(catalogues.path(language, "po").read_bytes()), locale=language)
    wanted = {message.id: message for message in catalogues.extracted() if message.id}
    assert {message.id for message in written if message.id} == set(wanted)
    for message in written:
        if message.id:
            strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
            assert strings and all(strings), message.id


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    written = read_po(io.BytesIO(catalogues.path(language, "po").read_bytes()), locale=language)
    compiled = read_mo(io.BytesIO(catalogues.path(language, "mo").read_bytes()))
    # A compiled plural is filed under its singular.
    singular = {message.id if isinstance(message.id, str) else message.id[0] for message in written if message.id}
    assert {
        message.id if isinstance(message.id, str) else message.id[0] for message in compiled if message.id
    } == singular
    for message in compiled:
        if message.id:
            source = written.get(message.id)
            assert source is not None
            assert _forms(message.string) == _forms(source.string)


def _forms(string: object) -> list[str]:
    return list(string) if isinstance(string, (list, tuple)) else [str(string)]


def test_translations_keep_the_placeholders() -> None:
    written = read_po(io.BytesIO(catalogues.path("ja", "po").read_bytes()), locale="ja")
    for message in written:
        ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        known = {name for text in ids for name in PLACEHOLDER.findall(text)}
        for string in strings:
            assert set(PLACEHOLDER.findall(str(string))) <= known, message.id


def test_no_sentence_hides_inside_an_f_string() -> None:
    """The extractor reads no calls inside f-strings on Python 3.11, so that such a sentence would stay English."""
    for file in sorted(Path(catalogues.PACKAGE).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                calls = [call for call in ast.walk(node) if isinstance(call, ast.Call)]
                names = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
                assert not names & LOOKED_UP, f"{file}:{node.lineno}"
