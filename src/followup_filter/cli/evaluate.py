"""`evaluate`: how good the model is on labelled mail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from followup_filter.cli.common import data_dir_option, format_option, open_store, print_json
from followup_filter.cli.train import more_paths_argument, percent, samples_option
from followup_filter.errors import SampleError, UsageError
from followup_filter.language import gettext as _
from followup_filter.language import ngettext

if TYPE_CHECKING:
    from followup_filter.model.evaluation import Evaluation, Rate
    from followup_filter.model.samples import Sample


@click.command(
    short_help=_("How good the model is on labelled mail."),
    help=_(
        "Measure the model in use on labelled mail that it was not trained on; or, with --cross-validate, train anew "
        "without each mailbox in turn and measure on that one; or, with --stream, play the mail in time order from the "
        "shipped model on, correcting each mistake.\n\n"
        "Examples: followup-filter evaluate --samples ~/Mail/labelled; "
        "followup-filter evaluate --cross-validate --samples data/samples"
    ),
)
@samples_option
@more_paths_argument
@click.option("--stream", is_flag=True, help=_("Play the mail in time order, correcting each mistake at once."))
@click.option("--cross-validate", is_flag=True, help=_("Train without each mailbox in turn."))
@format_option("text", "json")
@data_dir_option
def evaluate(
    sample_paths: tuple[Path, ...],
    more_paths: tuple[Path, ...],
    stream: bool,
    cross_validate: bool,
    output_format: str,
    data_dir: Path | None,
) -> None:
    """Print accuracy with intervals and the baseline."""
    from followup_filter import learning
    from followup_filter.cli.common import progress_bar
    from followup_filter.model.evaluation import evaluate as evaluate_predictions
    from followup_filter.model.evaluation import evaluate_model
    from followup_filter.model.samples import read_samples
    from followup_filter.model.training import out_of_fold

    if not (sample_paths or more_paths):
        raise UsageError(_("Name labelled mail with --samples PATH. See: followup-filter evaluate --help"))
    if stream and cross_validate:
        raise UsageError(_("Give --stream or --cross-validate, not both."))
    samples = read_samples([*sample_paths, *more_paths])
    if stream:
        _stream(samples, output_format)
        return
    if cross_validate:
        with progress_bar(None, _("Training")) as advance:
            figures = evaluate_predictions(out_of_fold(samples, lambda _done, _of: advance(1)))
    else:
        with open_store(data_dir) as database:
            in_use = learning.model_in_use(database, lambda sentence: click.echo(sentence, err=True))
        trained_on = set(in_use.trained_on)
        seen = sum(sample.message.content_hash in trained_on for sample in samples)
        if seen:
            raise SampleError(
                _(
                    "The model was trained on {seen} of these mails, so they cannot tell how good it is. "
                    "Add --cross-validate."
                ).format(seen=seen)
            )
        figures = evaluate_model(in_use, samples)
    if output_format == "json":
        print_json(evaluation_values(figures))
    else:
        click.echo("\n".join(evaluation_lines(figures)))


def _stream(samples: list[Sample], output_format: str) -> None:
    """Print how many were right in each stretch of 50 mails: by the shipped model alone, and taught by corrections."""
    from followup_filter import learning
    from followup_filter.cli.common import progress_bar
    from followup_filter.labels import Outcome
    from followup_filter.model.stream import curve

    with progress_bar(len(samples), _("Playing the mail")) as advance:
        steps = learning.play_stream(samples, lambda sentence: click.echo(sentence, err=True), lambda _done: advance(1))
    stretches = curve(steps)
    corrected = sum(step.taught is not step.truth for step in steps)
    lost = sum(step.truth is Outcome.LEAD and step.taught is not Outcome.LEAD for step in steps)
    if output_format == "json":
        values = [{"mails": mails, "right_alone": alone, "right_taught": taught} for mails, alone, taught in stretches]
        print_json({"stretches": values, "corrected": corrected, "leads_called_otherwise": lost})
        return
    click.echo(_("  mails      shipped model   with corrections so far"))
    start = 1
    for mails, alone, taught in stretches:
        click.echo(f"  {start:4}-{start + mails - 1:<5} {alone / mails:10.0%} {taught / mails:18.0%}")
        start += mails
    right = [sum(stretch[column] for stretch in stretches) / max(1, len(steps)) for column in (1, 2)]
    everything = _("all")
    click.echo(f"  {everything:10} {right[0]:10.1%} {right[1]:18.1%}")
    count = ngettext("{count} mail corrected", "{count} mails corrected", corrected).format(count=corrected)
    click.echo(_("{corrected}; leads called something else: {lost}").format(corrected=count, lost=lost))


def evaluation_lines(figures: Evaluation) -> list[str]:
    """The figures for people."""
    from followup_filter.labels import OUTCOMES
    from followup_filter.report.layout import padded
    from followup_filter.report.words import outcome_words

    mails = ngettext("{count} mail", "{count} mails", figures.count).format(count=figures.count)
    groups = ngettext("{count} mailbox or sender", "{count} mailboxes or senders", figures.groups)
    lines = [
        f"{mails}, {groups.format(count=figures.groups)}",
        _("outcome right: {rate}").format(rate=percent(figures.outcome_accuracy)),
        _("always saying the commonest: {rate}").format(rate=percent(figures.majority_accuracy)),
        _("kind right: {rate}").format(rate=percent(figures.kind_accuracy)),
        _("leads kept (lead or to be checked): {rate}").format(rate=percent(figures.leads_kept)),
        _("sent to be checked: {rate}").format(rate=percent(figures.review)),
        _("right among the rest: {rate}").format(rate=percent(figures.sure_accuracy)),
        _("calibration error: {error}   macro F1: {f1}").format(
            error=f"{figures.calibration_error:.3f}", f1=f"{figures.macro_f1:.3f}"
        ),
    ]
    for outcome in OUTCOMES:
        score = figures.by_outcome[outcome]
        facts = _("precision {precision}, recall {recall}, {count} mails").format(
            precision=f"{score.precision:.2f}", recall=f"{score.recall:.2f}", count=score.count
        )
        lines.append(f"  {padded(outcome_words(outcome), 32)} {facts}")
    return lines


def evaluation_values(figures: Evaluation) -> dict[str, Any]:
    """The figures for programs."""
    from followup_filter.labels import OUTCOMES

    def rate(value: Rate) -> dict[str, Any]:
        return {"value": value.value, "interval": list(value.interval), "hits": value.hits, "count": value.count}

    return {
        "mails": figures.count,
        "groups": figures.groups,
        "outcome_accuracy": rate(figures.outcome_accuracy),
        "majority_accuracy": rate(figures.majority_accuracy),
        "kind_accuracy": rate(figures.kind_accuracy),
        "macro_f1": figures.macro_f1,
        "leads_kept": rate(figures.leads_kept),
        "review": rate(figures.review),
        "sure_accuracy": rate(figures.sure_accuracy),
        "calibration_error": figures.calibration_error,
        "by_outcome": {
            outcome.value: {
                "precision": figures.by_outcome[outcome].precision,
                "recall": figures.by_outcome[outcome].recall,
                "f1": figures.by_outcome[outcome].f1,
                "count": figures.by_outcome[outcome].count,
            }
            for outcome in OUTCOMES
        },
        "confusion": [list(row) for row in figures.confusion],
    }
