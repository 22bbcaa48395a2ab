"""`classify`: judge mail files without any account, settings or database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from followup_filter.cli.common import data_dir_option, progress_bar
from followup_filter.errors import EXIT_OK, EXIT_UNREADABLE
from followup_filter.language import gettext as _

if TYPE_CHECKING:
    from followup_filter.mail.sources import RawMail
    from followup_filter.pipeline import Judged


@click.command(
    short_help=_("Judge mail files; nothing is stored."),
    help=_(
        "Judge mails in files: .eml, folders (read recursively, Maildirs too), mbox, or - for one mail on standard "
        "input. Needs no set-up and writes nothing. Prints one JSON object a line, in order (docs/classify.md).\n\n"
        "Example: followup-filter classify --events events.toml ~/Mail/export"
    ),
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--events",
    "events_file",
    type=click.Path(path_type=Path),
    metavar=_("FILE"),
    help=_("Events file (TOML); without it no mail has an event."),
)
@click.option(
    "--model",
    "model_file",
    type=click.Path(path_type=Path),
    metavar=_("FILE"),
    help=_("A model made by “train” (default: the one that ships)."),
)
@click.option(
    "--max-lead-loss",
    type=click.FloatRange(0.001, 0.5),
    default=0.02,
    show_default=True,
    help=_("How often a true lead may be ruled out; smaller sends more mail to review."),
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["jsonl", "text"]),
    default="jsonl",
    show_default=True,
    help=_("How to print."),
)
@data_dir_option
def classify(
    paths: tuple[str, ...],
    events_file: Path | None,
    model_file: Path | None,
    max_lead_loss: float,
    output_format: str,
    data_dir: Path | None,
) -> int:
    """Read, judge and print; the exit status is 3 when some mail could not be read."""
    from followup_filter import pipeline
    from followup_filter.events.event import EventList
    from followup_filter.events.eventfile import read_events
    from followup_filter.mail.sources import open_source

    events = read_events(events_file) if events_file else EventList()
    sources = [open_source(path) for path in paths]
    model = _model(model_file, data_dir)

    def mails() -> Iterator[RawMail]:
        for source in sources:
            yield from source.mails()

    with progress_bar(sum(source.count() for source in sources), _("Reading mail")) as progress:
        judged = pipeline.classify(mails(), events, model, max_lead_loss, progress)
    for mail in judged:
        click.echo(json.dumps(json_values(mail), ensure_ascii=False) if output_format == "jsonl" else text_line(mail))
    return EXIT_UNREADABLE if any(mail.error for mail in judged) else EXIT_OK


def _model(model_file: Path | None, data_dir: Path | None) -> Any:
    from followup_filter import learning
    from followup_filter.config import data_folder
    from followup_filter.store.database import FILE_NAME, Database

    if model_file is None:
        return learning.shipped_model(lambda sentence: click.echo(sentence, err=True))
    # Only an existing database is asked which models this program made: this command makes none.
    folder = data_folder(data_dir)
    database = Database.open(folder) if (folder / FILE_NAME).exists() else None
    try:
        return learning.load_file(model_file, database)
    finally:
        if database:
            database.close()


def json_values(mail: Judged) -> dict[str, Any]:
    """One line of the contract (design.md section 5, docs/schema/classify.schema.json)."""
    message, prediction, attribution = mail.message, mail.prediction, mail.attribution
    sender = message.from_address if message else None
    values: dict[str, Any] = {
        "path": mail.path,
        "message_id": message.message_id if message else None,
        "date": message.date.isoformat() if message and message.date else None,
        "from": sender.address if sender else None,
        "from_name": sender.name or None if sender else None,
        "subject": message.subject or None if message else None,
    }
    if prediction is None or attribution is None:
        return {**values, "error": mail.error}
    runner_up = attribution.runner_up
    return {
        **values,
        "outcome": prediction.outcome,
        "kind": prediction.kind,
        "probability": prediction.probability,
        "probabilities": prediction.probabilities,
        "kinds": prediction.kinds,
        "plausible": prediction.plausible,
        "review": prediction.review,
        "event": attribution.event,
        "event_probability": attribution.probability,
        "runner_up": {"event": runner_up[0], "probability": runner_up[1]} if runner_up else None,
        "evidence": [
            {"type": item.type, "event": item.event, "detail": item.detail, "weight": item.weight}
            for item in attribution.evidence
        ],
        "reasons": [{"feature": reason.feature, "weight": reason.weight} for reason in prediction.reasons],
    }


def text_line(mail: Judged) -> str:
    """The same for people: path, what it seems to be, event, sender and subject on one line."""
    from followup_filter.mail.text import strip_controls
    from followup_filter.report.words import outcome_words

    if mail.message is None or mail.prediction is None or mail.attribution is None:
        return strip_controls(f"{mail.path}  {mail.error}")
    seems = outcome_words(mail.prediction.outcome)
    seems = _("{outcome}, please check").format(outcome=seems) if mail.prediction.review else seems
    sender = mail.message.from_address
    parts = [
        mail.path,
        seems,
        mail.attribution.event or _("no event"),
        sender.address if sender else "",
        mail.message.subject,
    ]
    return strip_controls("  ".join(" ".join(part.split()) for part in parts))
