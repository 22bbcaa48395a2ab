"""Where the shipped model and samples are: package data first, else the checkout."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from pathlib import Path

from followup_filter.errors import UsageError
from followup_filter.language import gettext as _

_PACKAGE = Path(__file__).parent


def resource(*parts: str) -> Path:
    """The path of a shipped file or folder, such as `resource("models", "classifier.joblib")`.

    In an installed wheel it lies in the package, in a checkout at the root. Raises UsageError when neither has it.
    """
    checkout = _PACKAGE.parent.parent
    places = {
        "models": checkout / "models",
        "samples": checkout / "data" / "samples",
        "schema": checkout / "docs" / "schema",
    }
    for folder in (_PACKAGE / "data" / parts[0], places[parts[0]]):
        path = folder.joinpath(*parts[1:])
        if path.exists():
            return path
    raise UsageError(
        _("The installation is incomplete: {name} is missing. Install followup-filter again.").format(
            name="/".join(parts)
        )
    )


class Role(StrEnum):
    """What a shipped mailbox is for: `confirmation` and `demo` are never trained on or used to choose anything."""

    TRAINING = "training"
    CONFIRMATION = "confirmation"
    DEMO = "demo"


def mailboxes(role: Role) -> list[Path]:
    """The folders of the shipped mailboxes with this role (data/samples/roles.toml), sorted."""
    folder = resource("samples")
    named = tomllib.loads((folder / "roles.toml").read_text("utf-8"))
    role_of = {name: Role(role) for role, names in named.items() for name in names}
    found = (path for path in sorted(folder.iterdir()) if (path / "mails.jsonl").is_file())
    return [path for path in found if role_of.get(path.name, Role.TRAINING) is role]


def demo_mailbox() -> Path:
    """The folder of the mailbox that `demo` reads."""
    return resource("samples", "demo")
