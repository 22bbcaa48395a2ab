"""Which language a person reads, and that sentences follow it."""

from __future__ import annotations

import gettext as standard_gettext
import os

import pytest

from followup_filter.language import choose_language, gettext, language, marked, ngettext, set_language


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({}, "ja"),
        ({"LANG": ""}, "ja"),
        ({"LANG": "C"}, "ja"),
        ({"LANG": "C.UTF-8"}, "ja"),
        ({"LANG": "POSIX"}, "ja"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.eucJP"}, "ja"),
        ({"LANG": "ja"}, "ja"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "EN"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8"}, "ja"),
        ({"LC_MESSAGES": "ja_JP.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LC_ALL": "en_US.UTF-8", "LANGUAGE": "ja"}, "ja"),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, "en"),
        ({"LANGUAGE": "", "LANG": "en_US.UTF-8"}, "en"),
        ({"LANGUAGE": "ja:en"}, "ja"),
        ({"LANGUAGE": "en:ja"}, "en"),
        ({"LANGUAGE": ":ja"}, "ja"),
        ({"LANGUAGE": "fr:ja"}, "en"),
        ({"LANGUAGE": "C:ja"}, "ja"),
        ({"PATH": "en"}, "ja"),
    ],
)
def test_the_first_variable_that_names_a_language_decides(environment: dict[str, str], code: str) -> None:
    assert choose_language(environment) == code


@pytest.mark.parametrize(("code", "one", "two"), [("en", "1 mail", "2 mails"), ("ja", "1通", "2通")])
def test_sentences_follow_the_language_and_the_count(code: str, one: str, two: str) -> None:
    set_language(code)
    assert language() == code
    for count, words in ((1, one), (2, two)):
        assert ngettext("{count} mail", "{count} mails", count).format(count=count) == words


def test_the_language_may_be_changed_at_any_time() -> None:
    set_language("ja")
    japanese = gettext("Newsletter or mass mail")
    set_language("en")
    assert gettext("Newsletter or mass mail") == "Newsletter or mass mail"
    assert japanese == "メルマガ・一斉案内"


def test_the_command_line_library_speaks_the_same_language() -> None:
    set_language("ja")
    assert os.environ["LANGUAGE"] == "ja"
    assert standard_gettext.gettext("Newsletter or mass mail") == "メルマガ・一斉案内"


def test_an_unknown_sentence_and_a_language_without_catalogue_stay_english() -> None:
    set_language("ja")
    assert gettext("a sentence that is in no catalogue") == "a sentence that is in no catalogue"
    set_language("xx")
    assert gettext("Newsletter or mass mail") == "Newsletter or mass mail"


def test_a_marked_sentence_is_translated_only_when_it_is_shown() -> None:
    set_language("ja")
    assert marked("Newsletter or mass mail") == "Newsletter or mass mail"
