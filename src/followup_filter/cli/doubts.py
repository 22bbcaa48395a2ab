"""`doubts`: labels that are probably wrong, and what more labels would bring."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from followup_filter.cli.common import data_dir_option, format_option, open_store, print_json
from followup_filter.cli.train import more_paths_argument, samples_option
from followup_filter.language import gettext as _
from followup_filter.language import ngettext

if TYPE_CHECKING:
    from followup_filter.learning import Labels
    from followup_filter.model.doubts import Doubt, Yield
    from followup_filter.model.samples import Sample

DOUBTS_SHOWN = 40


@click.command(
    short_help=_("Labels that are probably wrong."),
    help=_(
        "List those of your corrections and labelled mails that are probably wrong: a model that has not seen the mail "
        "is sure that it is something else. Then say what your labels have brought, and whether more would help.\n\n"
        "Examples: followup-filter doubts; followup-filter doubts --samples ~/Mail/labelled"
    ),
)
@samples_option
@more_paths_argument
@format_option("text", "json")
@data_dir_option
def doubts(
    sample_paths: tuple[Path, ...], more_paths: tuple[Path, ...], output_format: str, data_dir: Path | None
) -> None:
    """Print one line a doubtful label, then one an outcome."""
    from followup_filter import learning

    with open_store(data_dir) as database:
        labels = learning.own_labels(
            database, [*sample_paths, *more_paths], lambda sentence: click.echo(sentence, err=True)
        )
    if output_format == "json":
        print_json(_values(labels))
        return
    if not labels.count:
        click.echo(_("You have not labelled any mail yet: followup-filter review"))
        return
    looked = ngettext("{count} label looked at.", "{count} labels looked at.", labels.count).format(count=labels.count)
    doubted = len(labels.doubts)
    if doubted:
        number = ngettext("{count} is probably wrong:", "{count} are probably wrong:", doubted).format(count=doubted)
        click.echo(f"{looked} {number}")
    else:
        click.echo(looked + " " + _("None looks wrong."))
    for sample, doubt in labels.doubts[:DOUBTS_SHOWN]:
        click.echo(_line(sample, doubt))
    if doubted > DOUBTS_SHOWN:
        rest = doubted - DOUBTS_SHOWN
        click.echo(ngettext("and {count} more", "and {count} more", rest).format(count=rest))
    if doubted:
        click.echo(_("To put one right: followup-filter label NUMBER LABEL"))
    click.echo("")
    click.echo(_("What your labels brought (each mail judged by a model that has not seen it):"))
    for outcome, found in labels.yields.items():
        if found.count:
            click.echo(_yield_line(outcome, found))


def _line(sample: Sample, doubt: Doubt) -> str:
    """One doubtful label: the mail's number, or its place among the samples."""
    from followup_filter.mail.text import strip_controls
    from followup_filter.report.layout import shortened
    from followup_filter.report.leads import sender_name
    from followup_filter.report.words import outcome_short

    labelled, said = outcome_short(doubt.labelled), outcome_short(doubt.said)
    place = f"[{sample.id}]" if sample.id.isdecimal() else sample.id
    words = _("{place} you: {labelled}, rather {said} ({percent} %)").format(
        place=place, labelled=labelled, said=said, percent=round(doubt.probability * 100)
    )
    return strip_controls(f"{words}  {sender_name(sample.message)}  {shortened(sample.message.subject, 40)}")


def _yield_line(outcome: Any, found: Yield) -> str:
    from followup_filter.model.doubts import MoreLabels
    from followup_filter.report.layout import padded
    from followup_filter.report.words import outcome_short

    more = {
        MoreLabels.UNKNOWN: _("too few to tell"),
        MoreLabels.MUCH: _("they help; more will"),
        MoreLabels.LITTLE: _("nearly all right already; more would bring little"),
        MoreLabels.NOTHING: _("they have not helped so far"),
    }[found.more]
    facts = _("{count} labelled, right without them {before}, with them {after}: {more}").format(
        count=found.count, before=found.before, after=found.after, more=more
    )
    return f"  {padded(outcome_short(outcome), 8)} {facts}"


def _values(labels: Labels) -> dict[str, Any]:
    return {
        "labels": labels.count,
        "doubts": [
            {
                "id": sample.id,
                "subject": sample.message.subject,
                "labelled": doubt.labelled,
                "said": doubt.said,
                "probability": doubt.probability,
            }
            for sample, doubt in labels.doubts
        ],
        "by_outcome": {
            outcome.value: {
                "labels": found.count,
                "right_before": found.before,
                "right_after": found.after,
                "more": found.more,
            }
            for outcome, found in labels.yields.items()
        },
    }
