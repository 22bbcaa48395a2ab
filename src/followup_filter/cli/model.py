"""`model …`: which model judges, what it was made of, going back, and trusting a file from elsewhere."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from followup_filter.cli.common import data_dir_option, format_option, open_store, print_json
from followup_filter.errors import UsageError
from followup_filter.language import gettext as _
from followup_filter.language import ngettext

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

    from followup_filter.store.database import Database

SHIPPED = "shipped"
"""What stands for the model that ships with the program."""


@click.group(
    short_help=_("Which model judges; go back to an earlier one."),
    help=_("List models and choose the one in use.\n\nExample: followup-filter model list"),
)
def model() -> None:
    """The group itself does nothing."""


@model.command(
    "list",
    short_help=_("List the models."),
    help=_(
        "List the shipped model and those made from your corrections and samples; a star marks the one in use.\n\n"
        "Example: followup-filter model list"
    ),
)
@format_option("text", "json")
@data_dir_option
def list_models(output_format: str, data_dir: Path | None) -> None:
    """Print one line a model."""
    with open_store(data_dir) as database, database.transaction() as connection:
        rows, chosen = _listed(connection)
    if output_format == "json":
        values = [{"version": SHIPPED, "made": None, "made_by": SHIPPED, "own": 0, "kept_aside": False}]
        values += [_values(row) for row in rows]
        print_json([{**value, "in_use": value["version"] == (chosen or SHIPPED)} for value in values])
        return
    standard = _("the standard model")
    click.echo(f"{' ' if chosen else '*'} {SHIPPED}  {standard}")
    for row in rows:
        mark = "*" if row["version"] == chosen else " "
        click.echo(f"{mark} {row['version']}  {_day(row)}  {_origin(row)}")


@model.command(
    "show",
    short_help=_("What a model was made of, and how it did."),
    help=_(
        "Show what a model was made of and how it compared with the one before; without VERSION, the one in use.\n\n"
        "Example: followup-filter model show"
    ),
)
@click.argument("version", required=False)
@data_dir_option
def show_model(version: str | None, data_dir: Path | None) -> None:
    """Print the facts recorded of one model."""
    from followup_filter.model.shipped import SHIPPED_VERSION

    with open_store(data_dir) as database, database.transaction() as connection:
        rows, chosen = _listed(connection)
    version = version or chosen or SHIPPED
    if version == SHIPPED:
        click.echo(_("{version}: the standard model, trained on the shipped samples.").format(version=SHIPPED_VERSION))
        click.echo(_("How it was made and how good it is: models/model-card.md"))
        return
    row = _row_of(rows, version)
    click.echo(f"{row['version']}  {_day(row)}  {_origin(row)}")
    for folder in row["facts"].get("folders", ()):
        click.echo(_("  with the labelled mail in {folder}").format(folder=folder))
    for name, title in (("before", _("without your mail")), ("after", _("with your mail"))):
        if figures := row["facts"].get(name):
            sentence = _("  {title}: {right} of {mails} right, {kept} of {leads} leads kept")
            click.echo(
                sentence.format(
                    title=title,
                    right=figures["right"],
                    mails=row["facts"]["mails"],
                    kept=figures["leads_kept"],
                    leads=figures["leads"],
                )
            )
    if row["facts"].get("kept_aside"):
        sentence = _("It was kept aside because it was worse. To use it: followup-filter model use {version}")
        click.echo(sentence.format(version=version))


@model.command(
    "use",
    short_help=_("Put a model to use."),
    help=_(
        "Put a model, or the one that ships, to use. It stays until the next train: at night nothing is learned until "
        "then.\n\nExample: followup-filter model use shipped"
    ),
)
@click.argument("version")
@data_dir_option
def use_model(version: str, data_dir: Path | None) -> None:
    """Choose the model in use and judge the stored mail with it."""
    with open_store(data_dir) as database:
        with database.transaction() as connection:
            rows, _chosen = _listed(connection)
        digest = None if version == SHIPPED else _row_of(rows, version)["digest"]
        _put_to_use(database, digest)
    click.echo(_("{version} judges from now on.").format(version=version))


@model.command(
    "rollback",
    short_help=_("Go back to the model before."),
    help=_(
        "Go back to the model that was in use before the present one. It stays until the next train.\n\n"
        "Example: followup-filter model rollback"
    ),
)
@data_dir_option
def roll_back(data_dir: Path | None) -> None:
    """Use the model before the one in use."""
    from followup_filter.store import records

    with open_store(data_dir) as database:
        with database.transaction() as connection:
            uses = [use["digest"] for use in records.model_uses(connection)]
            versions = {row["digest"]: row["version"] for row in records.models(connection)}
        versions[None] = SHIPPED
        # Before the first change the shipped model was in use.
        earlier = [digest for digest in (*uses[1:], None) if digest in versions and digest != (uses or [None])[0]]
        if not uses or not earlier:
            raise UsageError(_("No other model was in use before."))
        _put_to_use(database, earlier[0])
    click.echo(_("{version} judges from now on.").format(version=versions[earlier[0]]))


@model.command(
    "trust",
    short_help=_("Take over a model file from elsewhere."),
    help=_(
        "Take over a model file that this program did not make here, such as one from your other computer. Opening a "
        "model file runs what is in it: trust only files of your own.\n\n"
        "Example: followup-filter model trust backup/3-1240-0123abcd.joblib"
    ),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@data_dir_option
def trust_model(file: Path, yes: bool, data_dir: Path | None) -> None:
    """Record the file's digest after a question; only then is it opened."""
    from followup_filter import learning
    from followup_filter.model import bundle

    digest = bundle.digest(bundle.read(file))
    if not yes:
        click.echo(_("{file} was not made here. SHA-256: {digest}").format(file=file, digest=digest))
        question = _("Opening it runs what is in it. Did you make it yourself, and does the number agree?")
        if not click.confirm(question, default=False):
            click.echo(_("It was not opened."))
            return
    with open_store(data_dir) as database:
        version = learning.trust_file(database, file, digest).version
    click.echo(_("Trusted. To use it: followup-filter model use {version}").format(version=version))


def _listed(connection: Connection) -> tuple[list[RowMapping], str | None]:
    """The models that people can choose, oldest first, and the version of the one in use (None: the shipped one)."""
    from followup_filter import learning
    from followup_filter.store import records

    rows = [row for row in records.models(connection) if row["note"] != learning.REBUILT]
    chosen = learning.row_in_use(connection)
    return rows, chosen["version"] if chosen and chosen["note"] != learning.REBUILT else None


def _row_of(rows: list[RowMapping], version: str) -> RowMapping:
    """The newest model of this version. Raises UsageError."""
    for row in reversed(rows):
        if row["version"] == version:
            return row
    known = ", ".join([SHIPPED, *(row["version"] for row in rows)])
    raise UsageError(_("There is no model {version}. Known models: {known}").format(version=version, known=known))


def _put_to_use(database: Database, digest: str | None) -> None:
    """Put a model to use by the owner's word, once it was seen to open, and judge the stored mail with it."""
    from followup_filter import learning, pipeline
    from followup_filter.config import read_settings, settings_file
    from followup_filter.model import bundle
    from followup_filter.store import records
    from followup_filter.store.records import UseSource

    max_lead_loss = read_settings(settings_file()).max_lead_loss
    if digest is None:
        in_use = None
    else:
        with database.transaction() as connection:
            file = next(row["file"] for row in records.models(connection) if row["digest"] == digest)
        in_use = bundle.load(learning.model_folder(database) / file, {digest})
    with database.transaction() as connection:
        records.use_model(connection, digest, UseSource.OWNER)
    judge = in_use or learning.model_in_use(database, lambda sentence: click.echo(sentence, err=True))
    with database.transaction() as connection:
        pipeline.judge_stored(connection, judge, max_lead_loss)


def _origin(row: RowMapping) -> str:
    """How a model came about, in words."""
    from followup_filter import learning

    own = row["facts"].get("own", 0)
    count = ngettext("{count} mail of yours", "{count} mails of yours", own).format(count=own)
    words = {
        learning.TRAINED: _("trained with {count}").format(count=count),
        learning.UPDATED: _("took in {count}").format(count=count),
        learning.TRUSTED: _("from elsewhere"),
    }[row["note"]]
    return _("{words}, kept aside").format(words=words) if row["facts"].get("kept_aside") else words


def _day(row: RowMapping) -> date:
    """The day on which a model was made, by the clock of this machine."""
    from followup_filter.report.leads import local

    return local(datetime.fromisoformat(row["made"])).date()


def _values(row: RowMapping) -> dict[str, Any]:
    return {
        "version": row["version"],
        "made": row["made"],
        "made_by": row["note"],
        "own": row["facts"].get("own", 0),
        "kept_aside": bool(row["facts"].get("kept_aside")),
    }
