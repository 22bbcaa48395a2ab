"""The settings file, and where files live."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import platformdirs

from followup_filter.errors import UsageError
from followup_filter.language import gettext as _

APPLICATION = "followup-filter"
DATA_VARIABLE = "FOLLOWUP_FILTER_DATA_DIR"
SETTINGS_VARIABLE = "FOLLOWUP_FILTER_SETTINGS"
LANGUAGES = ("ja", "en")


def data_folder(given: Path | None = None) -> Path:
    """The folder of database and models: the given one, else the environment's, else the platform's state folder."""
    if given is not None:
        return given
    if named := os.environ.get(DATA_VARIABLE):
        return Path(named)
    return Path(platformdirs.user_state_path(APPLICATION, appauthor=False))


def settings_file() -> Path:
    """Where the settings are looked for; the file need not exist."""
    if named := os.environ.get(SETTINGS_VARIABLE):
        return Path(named)
    return Path(platformdirs.user_config_path(APPLICATION, appauthor=False)) / "settings.toml"


def read_settings(path: Path) -> dict[str, Any]:
    """The keys of the settings file: `language` ("ja" or "en") and `max_lead_loss` (0.001 to 0.5), both optional.

    A missing file is an empty one. Raises UsageError with file and key when something is wrong.
    """
    try:
        settings = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(_("{file} cannot be read: {reason}.").format(file=path, reason=error)) from None
    for key, value in settings.items():
        if key == "language":
            right = value in LANGUAGES
            wanted = _("one of ja, en")
        elif key == "max_lead_loss":
            right = isinstance(value, float) and 0.001 <= value <= 0.5
            wanted = _("a number from 0.001 to 0.5")
        else:
            raise UsageError(
                _("{file}: unknown key {key}. Known keys: language, max_lead_loss.").format(file=path, key=key)
            )
        if not right:
            raise UsageError(_("{file}, {key}: should be {wanted}.").format(file=path, key=key, wanted=wanted))
    return settings
