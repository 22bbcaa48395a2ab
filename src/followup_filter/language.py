"""Which language a person reads, and the look-up of every sentence shown (gettext).

Message ids are English. The choice is made once, before commands are imported: the given code,
else LANGUAGE, LC_ALL, LC_MESSAGES, LANG, else Japanese (cron sets none of them).
"""

from __future__ import annotations

import gettext as _gettext
import os
from collections.abc import Mapping
from pathlib import Path

DOMAIN = "followup_filter"
LANGUAGES = ("ja", "en")
LOCALE_FOLDER = Path(__file__).parent / "locale"

_translation: _gettext.NullTranslations = _gettext.NullTranslations()
_current = "en"


def choose_language(environment: Mapping[str, str]) -> str:
    """The language code for these environment variables: "ja" or "en".

    The first variable that names a language decides; a language we have no catalogue for means English,
    and C, POSIX or nothing at all means Japanese.
    """
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        for name in environment.get(variable, "").split(":"):
            code = name.split(".")[0].split("_")[0].lower()
            if code in LANGUAGES:
                return code
            if code and code not in ("c", "posix"):
                return "en"
    return "ja"


def set_language(code: str) -> None:
    """Make `code` ("ja" or "en") the language of every sentence from now on, click's own included.

    click looks its sentences up in the standard library's global domain, which follows LANGUAGE.
    """
    global _translation, _current
    _translation = _gettext.translation(DOMAIN, str(LOCALE_FOLDER), languages=[code], fallback=True)
    _current = code
    os.environ["LANGUAGE"] = code
    _gettext.bindtextdomain(DOMAIN, str(LOCALE_FOLDER))
    _gettext.textdomain(DOMAIN)


def language() -> str:
    """The language code in use."""
    return _current


def gettext(message: str) -> str:
    """`message` in the language in use."""
    return _translation.gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of the sentence that fits `count`, in the language in use."""
    return _translation.ngettext(singular, plural, count)


def marked(message: str) -> str:
    """`message` unchanged: marks a string in a table for extraction; translate it where it is shown."""
    return message
