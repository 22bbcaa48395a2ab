"""The entry point: language first, then the commands; every fault becomes one sentence and an exit status."""

from __future__ import annotations

import contextlib
import os
import sys
import tomllib
import traceback

from followup_filter.errors import EXIT_FAULT, EXIT_INTERRUPTED, EXIT_USAGE, FollowupError
from followup_filter.language import LANGUAGES, choose_language, gettext, set_language

CRASH_FILE = "crash.log"


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with the status of design.md, "Exit statuses"."""
    set_language(_language())
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    sys.exit(_run(arguments))


def _language() -> str:
    """The language of the settings file where it names one, else the environment's (cron has none)."""
    from followup_filter.config import settings_file

    with contextlib.suppress(OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        chosen = tomllib.loads(settings_file().read_text("utf-8-sig")).get("language")
        if chosen in LANGUAGES:
            return str(chosen)
    return choose_language(os.environ)


def _run(arguments: list[str] | None) -> int:
    # Help texts are translated when the commands are imported, so the language must be set before.
    import click

    from followup_filter.cli.commands import followup_filter

    try:
        status = followup_filter.main(arguments, prog_name="followup-filter", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE
    except FollowupError as error:
        click.echo(str(error), err=True)
        return error.exit_status
    except (KeyboardInterrupt, click.Abort):
        click.echo(gettext("Stopped. What was read so far is kept; run it again to go on."), err=True)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has closed it; nothing is left to say to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # Whatever else goes wrong: no traceback reaches the screen, it is kept in a file.
        return _crashed()


def _crashed() -> int:
    """Keep the traceback in a private file and say in one sentence what to do with it."""
    import click

    from followup_filter.config import data_folder

    path = data_folder() / CRASH_FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(traceback.format_exc())
        place = str(path)
    except OSError:
        place = gettext("nowhere, since the data folder cannot be written")
    click.echo(
        gettext("This is a fault of followup-filter itself; nothing you did. Details were written to {file}.").format(
            file=place
        ),
        err=True,
    )
    return EXIT_FAULT
