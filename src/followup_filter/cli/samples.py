"""`samples …`: is a labelled corpus sound, what is in it, and its mail as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from followup_filter.cli.common import format_option, print_json
from followup_filter.errors import UsageError
from followup_filter.language import gettext as _
from followup_filter.language import ngettext

if TYPE_CHECKING:
    from followup_filter.model.corpus import CorpusStatistics

paths_argument = click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar=_("PATH..."))


@click.group(
    short_help=_("Check and describe labelled mailboxes."),
    help=_(
        "Labelled mailboxes are what the model is trained and measured on: a folder each, with scenario.toml and "
        "mails.jsonl (data/samples/README.md).\n\nExample: followup-filter samples check data/samples"
    ),
)
def samples() -> None:
    """The group itself does nothing."""


@samples.command(
    "check",
    short_help=_("Say what is wrong in labelled mailboxes."),
    help=_(
        "Check labelled mailboxes: the form of every record, ids, events and their windows, sentences of 15 characters "
        "or more that occur twice, mails that resemble each other, every outcome in every mailbox, and, from 20 "
        "mailboxes on, every kind and topic; in invented mail also that domains and telephone numbers are nobody's. "
        "PATH is a mailbox or a folder of mailboxes. Ends with status 2 when something was found.\n\n"
        "Examples: followup-filter samples check data/samples; followup-filter samples check ~/labelled --real-mail"
    ),
)
@paths_argument
@click.option("--real-mail", is_flag=True, help=_("The mail is real: do not ask for invented domains and numbers."))
@format_option("text", "json")
def check(paths: tuple[Path, ...], real_mail: bool, output_format: str) -> None:
    """Print one line a finding."""
    from followup_filter.mail.text import strip_controls
    from followup_filter.model.corpus import check_corpus, mailbox_folders

    folders = mailbox_folders(paths)
    findings = check_corpus(folders, invented=not real_mail)
    if output_format == "json":
        print_json([{"check": item.check, "place": item.place, "sentence": item.sentence} for item in findings])
    else:
        for item in findings:
            where = f"{item.place}: " if item.place else ""
            click.echo(strip_controls(f"{item.check}  {where}{item.sentence}"))
    mailboxes = ngettext("{count} mailbox", "{count} mailboxes", len(folders)).format(count=len(folders))
    if findings:
        found = ngettext("{mailboxes}: {count} thing to mend.", "{mailboxes}: {count} things to mend.", len(findings))
        raise UsageError(found.format(count=len(findings), mailboxes=mailboxes))
    click.echo(_("{mailboxes}: nothing to mend.").format(mailboxes=mailboxes), err=True)


@samples.command(
    "stats",
    short_help=_("What is in labelled mailboxes."),
    help=_(
        "Count mails by outcome, kind, difficulty, form and topic.\n\n"
        "Example: followup-filter samples stats data/samples"
    ),
)
@paths_argument
@format_option("text", "json")
def stats(paths: tuple[Path, ...], output_format: str) -> None:
    """Print the statistics."""
    from followup_filter.model.corpus import corpus_statistics, mailbox_folders

    figures = corpus_statistics(mailbox_folders(paths))
    if output_format == "json":
        print_json(statistics_values(figures))
    else:
        click.echo("\n".join(statistics_lines(figures)))


def statistics_values(figures: CorpusStatistics) -> dict[str, Any]:
    """The statistics as JSON values (docs/json.md)."""
    return {
        "mailboxes": dict(figures.mailboxes),
        "mails": figures.mails,
        "by_outcome": dict(figures.by_outcome),
        "by_kind": dict(figures.by_kind),
        "by_difficulty": dict(figures.by_difficulty),
        "without_event": figures.without_event,
        "html": figures.html,
        "replies": figures.replies,
        "list_headers": figures.list_headers,
        "latin": dict(figures.latin),
        "several_mails": figures.several_mails,
        "lengths": list(figures.lengths),
        "by_topic": {topic: dict(counts) for topic, counts in figures.by_topic.items()},
    }


def statistics_lines(figures: CorpusStatistics) -> list[str]:
    """The statistics for people."""
    from followup_filter.labels import OUTCOMES
    from followup_filter.report.layout import padded, right_aligned
    from followup_filter.report.words import kind_words, outcome_short, outcome_words

    def row(name: str, count: int) -> str:
        return f"  {padded(name, 34)} {count:>6} {100 * count / figures.mails:>5.1f} %"

    boxes = len(figures.mailboxes)
    counts = figures.mailboxes.values()
    said = ngettext("{mails} mails in {count} mailbox", "{mails} mails in {count} mailboxes", boxes)
    lines = [said.format(mails=figures.mails, count=boxes) + f" ({min(counts)}-{max(counts)})", ""]
    lines += [row(outcome_words(outcome), figures.by_outcome[outcome]) for outcome in OUTCOMES]
    lines += ["", *(row(kind_words(kind), count) for kind, count in figures.by_kind.items()), ""]
    difficulty = {"easy": _("easy for a machine"), "medium": _("of medium difficulty"), "hard": _("hard for a machine")}
    lines += [row(difficulty[name], count) for name, count in figures.by_difficulty.items()]
    lines += [
        "",
        row(_("of no event"), figures.without_event),
        row(_("with an HTML part"), figures.html),
        row(_("answers or with quotes"), figures.replies),
        row(_("with headers of a list"), figures.list_headers),
        row(_("mostly in Latin letters"), sum(figures.latin.values())),
        row(_("leads of people who wrote twice"), figures.several_mails),
        "",
        _("Characters: shortest {0}, quartiles {1}, {2}, {3}, longest {4}").format(*figures.lengths),
        "",
        padded(_("Topic"), 22) + "".join(right_aligned(outcome_short(outcome), 10) for outcome in OUTCOMES),
    ]
    for topic, by_outcome in figures.by_topic.items():
        cells = "".join(f"{by_outcome.get(outcome, 0):>10}" for outcome in OUTCOMES)
        lines.append(f"{padded(topic, 22)}{cells}")
    return lines


@samples.command(
    "render",
    short_help=_("Write a labelled mailbox as real mail."),
    help=_(
        "Write the mail of a labelled mailbox as .eml files or a Maildir, with its events file, so that any program "
        "can read it. FOLDER has to be new or empty.\n\n"
        "Example: followup-filter samples render data/samples/demo ~/demo-mail --format maildir"
    ),
)
@click.argument("mailbox", type=click.Path(path_type=Path), metavar=_("MAILBOX"))
@click.argument("folder", type=click.Path(path_type=Path), metavar=_("FOLDER"))
@format_option("eml", "maildir")
def render(mailbox: Path, folder: Path, output_format: str) -> None:
    """Write the mail of one mailbox."""
    from followup_filter.model.corpus import mailbox_folders, write_mailbox

    folders = mailbox_folders([mailbox])
    if folders != [mailbox]:
        raise UsageError(_("{path} is no mailbox; name one of those in it.").format(path=mailbox))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(_("{folder} is not empty. Name a new folder.").format(folder=folder))
    write_mailbox(mailbox, folder, maildir=output_format == "maildir")
    click.echo(_("Written to {path}. Try: followup-filter run --source {path}/mail").format(path=folder))
