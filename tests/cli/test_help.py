"""Help: quick, complete, with examples, in both languages, and the same as in the docs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from rich.cells import cell_len

from followup_filter.cli.commands import followup_filter
from tools.command_docs import command_docs

HEAVY = ("sklearn", "numpy", "scipy", "fugashi", "sqlalchemy", "alembic", "pydantic", "joblib", "selectolax")
ROOT = Path(__file__).parents[2]


def _commands(
    group: click.Group = followup_filter, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))


COMMANDS = dict(_commands())


def _modules_after(code: str, **environment: str) -> set[str]:
    program = (
        f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint('\\n'.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env={**os.environ, **environment}, check=True
    )
    return set(done.stderr.split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([*path, "--help"] for path in COMMANDS)])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    modules = _modules_after(f"from followup_filter.cli.main import main; main({arguments!r})")
    assert "followup_filter.cli.commands" in modules
    assert not modules & set(HEAVY)


@pytest.mark.parametrize("typed", ["followup-filter ", "followup-filter ev", "followup-filter report --for"])
def test_completion_imports_nothing_heavy(typed: str) -> None:
    words = typed.split(" ")
    modules = _modules_after(
        "from followup_filter.cli.main import main; main()",
        _FOLLOWUP_FILTER_COMPLETE="bash_complete",
        COMP_WORDS=typed,
        COMP_CWORD=str(len(words) - 1),
    )
    assert "click.shell_completion" in modules
    assert not modules & set(HEAVY)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_a_short_help_and_an_example(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    assert command.short_help
    assert "Example" in (command.help or "")
    assert f"followup-filter {path[0]}" in (command.help or "")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("path", [(), *COMMANDS], ids=lambda path: " ".join(path) or "top")
def test_help_fits_eighty_cells(language: str, path: tuple[str, ...]) -> None:
    environment = {**os.environ, "LANGUAGE": language, "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-m", "followup_filter", *path, "--help"], capture_output=True, env=environment, check=True
    )
    lines = done.stdout.decode("utf-8").splitlines()
    assert max(cell_len(line.rstrip()) for line in lines) <= 80
    assert ("オプション" in done.stdout.decode("utf-8")) == (language == "ja")


def test_the_docs_hold_the_help_as_it_is() -> None:
    for language, name in (("en", "commands.md"), ("ja", "commands.ja.md")):
        written = (ROOT / "docs" / name).read_text("utf-8")
        assert written == command_docs(language), f"docs/{name} is out of date: make docs"


def test_every_command_prints_a_completion_script() -> None:
    for shell in ("bash", "zsh", "fish"):
        done = subprocess.run(
            [sys.executable, "-m", "followup_filter", "completion", shell], capture_output=True, text=True, check=True
        )
        assert "_FOLLOWUP_FILTER_COMPLETE" in done.stdout
