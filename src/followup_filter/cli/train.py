"""`train`: learning from corrections and labelled mail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from followup_filter.cli.common import data_dir_option, open_store
from followup_filter.errors import UsageError
from followup_filter.language import gettext as _
from followup_filter.language import ngettext

if TYPE_CHECKING:
    from followup_filter.learning import Learned
    from followup_filter.model.evaluation import Rate
    from followup_filter.store.database import Database

samples_option = click.option(
    "--samples",
    "sample_paths",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar=_("PATH"),
    help=_(
        "Folders named after labels with mail in them, <label>.mbox, or mailboxes in JSONL; may be given several times."
    ),
)


more_paths_argument = click.argument("more_paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
"""Paths behind the first one, as a shell writes `--samples mail/*`."""


PREVIEW_SHOWN = 40


@click.command(
    short_help=_("Learn from your corrections and labelled mail."),
    help=_(
        "Train a new model on the shipped samples, your corrections and the labelled mail below --samples. It is "
        "put to use only when it is no worse than without them; otherwise it is kept aside. Corrections alone are "
        "taken in by the nightly run as well; --quick does that now, in seconds.\n\n"
        "Examples: followup-filter train --samples ~/Mail/labelled; followup-filter train --quick"
    ),
)
@samples_option
@more_paths_argument
@click.option("--quick", is_flag=True, help=_("Only take in new corrections, as the nightly run does."))
@click.option(
    "--preview", "preview_only", is_flag=True, help=_("List the stored mails that would be judged anew; keep nothing.")
)
@data_dir_option
def train(
    sample_paths: tuple[Path, ...],
    more_paths: tuple[Path, ...],
    quick: bool,
    preview_only: bool,
    data_dir: Path | None,
) -> None:
    """Train, compare, put to use."""
    from followup_filter.config import read_settings, settings_file

    paths = [*sample_paths, *more_paths]
    if quick and (paths or preview_only):
        raise UsageError(_("--quick goes without samples and without --preview."))
    max_lead_loss = read_settings(settings_file()).max_lead_loss
    with open_store(data_dir) as database:
        if quick:
            _take_in(database, max_lead_loss)
        elif preview_only:
            _preview(database, paths, max_lead_loss)
        else:
            _train(database, paths, max_lead_loss)


def _train(database: Database, paths: list[Path], max_lead_loss: float) -> None:
    from followup_filter import learning
    from followup_filter.cli.common import progress_bar

    with progress_bar(None, _("Training")) as advance:
        training = learning.train(database, paths, lambda _done, _of: advance(1))
    if training.in_use:
        _judge_again(database, max_lead_loss)
    click.echo(_("On mail of people not trained on:"))
    click.echo(_("  right, new model: {rate}").format(rate=percent(training.after.outcome_accuracy)))
    if training.before:
        click.echo(_("  right, without your samples: {rate}").format(rate=percent(training.before.outcome_accuracy)))
    click.echo(_("  leads kept, new model: {rate}").format(rate=percent(training.leads_kept_after)))
    if training.leads_kept_before:
        click.echo(_("  leads kept, without your samples: {rate}").format(rate=percent(training.leads_kept_before)))
    if training.in_use:
        done = _("Model {version} is in use now. To go back: followup-filter model rollback")
    else:
        done = _("Model {version} is worse than the one without your samples, so it was kept aside. Nothing changed.")
    click.echo(done.format(version=training.version))


def _take_in(database: Database, max_lead_loss: float) -> None:
    from followup_filter import learning
    from followup_filter.store.records import UseSource

    learned = learning.learn_at_night(database, lambda sentence: click.echo(sentence, err=True), UseSource.TRAIN)
    if learned is None:
        click.echo(_("There is nothing new to learn."))
        return
    if learned.in_use:
        _judge_again(database, max_lead_loss)
    click.echo(learned_words(learned))


def learned_words(learned: Learned) -> str:
    """What came of taking corrections in."""
    if not learned.own:
        return _("No correction stands any more: {version} judges again.").format(version=learned.version)
    count = ngettext("{count} correction", "{count} corrections", learned.own).format(count=learned.own)
    if learned.in_use:
        return _("Learned from {count}.").format(count=count)
    return _(
        "A model with your {count} judged worse, so the one before stays. Your corrections stand all the same."
    ).format(count=count)


def _preview(database: Database, paths: list[Path], max_lead_loss: float) -> None:
    from followup_filter import learning
    from followup_filter.cli.common import progress_bar
    from followup_filter.mail.text import strip_controls
    from followup_filter.report.leads import sender_name
    from followup_filter.report.words import outcome_short

    with progress_bar(None, _("Training")) as advance:
        changes = learning.preview(database, paths, max_lead_loss, lambda _done, _of: advance(1))
    if not changes:
        click.echo(_("No stored mail would be judged otherwise. Nothing was changed."))
        return
    for change in changes[:PREVIEW_SHOWN]:
        message = change.decision.stored.message
        before, after = outcome_short(change.decision.outcome), outcome_short(change.outcome)
        percent_words = f"{before} → {after} {change.probability:.0%}"
        line = f"[{change.decision.stored.number}] {percent_words}  {sender_name(message)}  {message.subject}"
        click.echo(strip_controls(line))
    count = ngettext(
        "{count} mail would be judged otherwise.", "{count} mails would be judged otherwise.", len(changes)
    )
    click.echo(count.format(count=len(changes)) + " " + _("Nothing was changed."))


def _judge_again(database: Database, max_lead_loss: float) -> None:
    from followup_filter import learning, pipeline

    in_use = learning.model_in_use(database, lambda sentence: click.echo(sentence, err=True))
    with database.transaction() as connection:
        pipeline.judge_stored(connection, in_use, max_lead_loss)


def percent(rate: Rate) -> str:
    """A rate with its 95 % interval, in percent."""
    low, high = rate.interval
    return f"{rate.value:.1%} ({low:.1%}-{high:.1%}, {rate.hits}/{rate.count})"
