"""The command group, with every command in it."""

from __future__ import annotations

import rich_click as click

from followup_filter import __version__
from followup_filter.cli.account import account
from followup_filter.cli.cards import cards
from followup_filter.cli.classify import classify
from followup_filter.cli.completion import completion
from followup_filter.cli.correct import label, review
from followup_filter.cli.demo import demo
from followup_filter.cli.doctor import doctor
from followup_filter.cli.doubts import doubts
from followup_filter.cli.evaluate import evaluate
from followup_filter.cli.events import events
from followup_filter.cli.init import init
from followup_filter.cli.known import known
from followup_filter.cli.lead import done, leads, lost, snooze, won
from followup_filter.cli.look import explain, find
from followup_filter.cli.model import model
from followup_filter.cli.pin import pin
from followup_filter.cli.report import report
from followup_filter.cli.run import run
from followup_filter.cli.samples import samples
from followup_filter.cli.schedule import schedule
from followup_filter.cli.train import train
from followup_filter.language import gettext as _

click.rich_click.TEXT_MARKUP = None
click.rich_click.MAX_WIDTH = 100
click.rich_click.OPTIONS_PANEL_TITLE = _("Options")
click.rich_click.ARGUMENTS_PANEL_TITLE = _("Arguments")
click.rich_click.COMMANDS_PANEL_TITLE = _("Commands")
click.rich_click.ERRORS_PANEL_TITLE = _("Error")
click.rich_click.ERRORS_SUGGESTION = _("Add --help to the command to see how it is used.")
click.rich_click.REQUIRED_LONG_STRING = _("[required]")
click.rich_click.DEFAULT_STRING = _("[default: {}]")
click.rich_click.COMMAND_GROUPS = {
    "followup-filter": [
        {"name": _("Every day"), "commands": ["run", "report", "leads", "review"]},
        {"name": _("What became of a lead"), "commands": ["done", "snooze", "won", "lost"]},
        {"name": _("Single mails"), "commands": ["label", "pin", "explain", "find"]},
        {"name": _("Events"), "commands": ["events", "cards", "known"]},
        {"name": _("Learning"), "commands": ["train", "doubts", "evaluate", "model", "samples"]},
        {"name": _("Setting up"), "commands": ["init", "doctor", "account", "schedule"]},
        {"name": _("Without any set-up"), "commands": ["demo", "classify", "completion"]},
    ]
}


@click.group(
    help=_(
        "Reads the mail that comes after networking events: what each mail is, which event caused it, and who waits "
        "for your answer.\n\n"
        "Example: followup-filter demo"
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, "--version", prog_name="followup-filter", help=_("Show the version and exit."))
def followup_filter() -> None:
    """The group itself does nothing."""


for command in (
    *(run, report, leads, review, done, snooze, won, lost, label, pin, explain, find, events, cards, known),
    *(train, doubts, evaluate, model, samples, init, doctor, account, schedule, demo, classify, completion),
):
    followup_filter.add_command(command)
