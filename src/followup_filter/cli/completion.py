"""`completion`: the lines that make the Tab key complete commands."""

from __future__ import annotations

import rich_click as click

from followup_filter.language import gettext as _


@click.command(
    short_help=_("Make the Tab key complete commands."),
    help=_(
        "Print the script that makes the Tab key complete commands in your shell.\n\n"
        "Example: followup-filter completion bash >> ~/.bashrc"
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script of a shell."""
    from click.shell_completion import get_completion_class

    make = get_completion_class(shell)
    if make is not None:
        click.echo(make(context.find_root().command, {}, "followup-filter", "_FOLLOWUP_FILTER_COMPLETE").source())
