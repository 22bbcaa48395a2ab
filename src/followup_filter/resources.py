"""Where the shipped model and samples are: package data first, else the checkout."""

from __future__ import annotations

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


def training_mailboxes() -> list[Path]:
    """The folders of the shipped mailboxes that the model is trained on: all but the demo, sorted."""
    return sorted(
        folder
        for folder in resource("samples").iterdir()
        if (folder / "mails.jsonl").is_file() and folder.name != "demo"
    )


def demo_mailbox() -> Path:
    """The folder of the demo mailbox, which no model is trained on."""
    return resource("samples", "demo")
