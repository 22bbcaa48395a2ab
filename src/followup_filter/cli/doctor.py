"""`doctor`: what may keep the program from working, each with what to do."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import rich_click as click

from followup_filter.cli.common import data_dir_option, format_option, now, open_store, print_json, print_lines
from followup_filter.config import read_settings, settings_file
from followup_filter.errors import EXIT_LOGIN, EXIT_OK, EXIT_SERVER, EXIT_STORAGE, EXIT_USAGE
from followup_filter.language import gettext as _


@click.command(
    short_help=_("See whether everything is set up right."),
    help=_(
        "Look at settings, sign-in, folders, events, disk, database, model and schedule, and say of each what to do. "
        "Nothing is changed. The exit status is 0 unless something is broken.\n\nExample: followup-filter doctor"
    ),
)
@format_option("text", "json")
@data_dir_option
def doctor(output_format: str, data_dir: Path | None) -> int:
    """Print every finding; the exit status is that of the worst fault."""
    from followup_filter.doctor import Level, examine
    from followup_filter.report.layout import Line, padded, safe, wrapped

    settings = read_settings(settings_file())
    with open_store(data_dir) as database:
        findings = []
        for finding in examine(settings, settings_file(), database, now()):
            findings.append(finding)
            if output_format == "json":
                continue
            style = {Level.OK: "", Level.WARNING: "heading", Level.FAULT: "urgent"}[finding.level]
            mark = {Level.OK: _("fine"), Level.WARNING: _("look"), Level.FAULT: _("fault")}[finding.level]
            first, *others = wrapped(f"{finding.check}: {finding.sentence}", indent=" " * 8)
            lines = [padded(mark, 8) + first.lstrip(), *others]
            lines += wrapped(f"→ {finding.todo}", indent=" " * 8) if finding.todo else []
            print_lines(safe(Line(line, style)) for line in lines)
    if output_format == "json":
        print_json([asdict(finding) for finding in findings])
    elif all(finding.level is Level.OK for finding in findings):
        click.echo(_("All is well."))
    statuses = {finding.exit_status for finding in findings if finding.level is Level.FAULT}
    order = (EXIT_STORAGE, EXIT_LOGIN, EXIT_SERVER, EXIT_USAGE, *sorted(statuses))
    return next((status for status in order if status in statuses), EXIT_OK)
