"""Standing faults as the first lines of the report: what is wrong, since when, and the one thing to do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from followup_filter.language import ngettext
from followup_filter.report.layout import Line, wrapped
from followup_filter.report.words import short_day
from followup_filter.store.nights import Fault

FAULTS_SHOWN = 3
"""Faults that are told in full; of more than these only the number."""


def fault_lines(faults: Sequence[Fault]) -> list[Line]:
    """The faults, worst first, as lines of at most 80 columns; none where nothing stands."""
    lines = [line for fault in islice(faults, FAULTS_SHOWN) for line in _lines(fault)]
    if len(faults) > FAULTS_SHOWN:
        count = len(faults) - FAULTS_SHOWN
        more = ngettext("and {count} more fault", "and {count} more faults", count)
        lines.append(Line("    " + more.format(count=count), "urgent"))
    return [*lines, Line("")] if lines else []


def fault_sentence(fault: Fault) -> str:
    """What is wrong with which account, and since when."""
    text = f"{fault.account}: {fault.sentence}"
    if fault.nights > 1:
        since = ngettext("(since {day}, {count} night)", "(since {day}, {count} nights)", fault.nights)
        text += " " + since.format(day=short_day(fault.first_night), count=fault.nights)
    return text


def _lines(fault: Fault) -> list[Line]:
    text = fault_sentence(fault)
    first, *others = wrapped(text, indent="    ")
    style = "urgent" if fault.exit_status else "quiet"
    return [Line(f"[!] {first.lstrip()}", style), *(Line(line, style) for line in others)]
