"""Writes docs/commands.md and docs/commands.ja.md from the help texts. Run by `make docs`; a test compares them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = {"en": "commands.md", "ja": "commands.ja.md"}

_PROGRAM = """
import sys
from followup_filter.language import gettext as _, set_language
set_language(sys.argv[1])
import click
from followup_filter.cli.commands import followup_filter

def page(command, path, context):
    yield f"## {' '.join(path)}"
    yield ""
    yield (command.help or "").strip()
    yield ""
    yield f"    {' '.join(path)} {' '.join(command.collect_usage_pieces(context))}"
    yield ""
    rows = [parameter.get_help_record(context) for parameter in command.get_params(context)]
    for names, text in [row for row in rows if row]:
        yield f"- `{names}`: {text}"
    yield ""
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from page(child, [*path, name], click.Context(child, info_name=name, parent=context))

root = click.Context(followup_filter, info_name="followup-filter")
title = {"en": "Commands", "ja": "コマンド"}[sys.argv[1]]
lines = [f"# {title}", "", *page(followup_filter, ["followup-filter"], root)]
sys.stdout.reconfigure(encoding="utf-8")
print("\\n".join(lines).strip())
"""


def command_docs(language: str) -> str:
    """The page of all commands in a language ("en" or "ja"), in Markdown."""
    # A process of its own: help texts are translated once, when the commands are imported.
    environment = {**os.environ, "LANGUAGE": language, "COLUMNS": "100"}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, language], capture_output=True, check=True, env=environment, cwd=ROOT
    )
    return done.stdout.decode("utf-8")


if __name__ == "__main__":
    for code, name in PAGES.items():
        (ROOT / "docs" / name).write_text(command_docs(code), "utf-8")
