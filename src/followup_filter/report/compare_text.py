"""Two events side by side as lines of 80 columns."""

from __future__ import annotations

from followup_filter.labels import OUTCOMES
from followup_filter.language import gettext as _
from followup_filter.report.compare import cost
from followup_filter.report.layout import WIDTH, Line, padded, right_aligned, safe, shortened
from followup_filter.report.rates import Estimate, leads_per_event, more_likely
from followup_filter.report.scorecard import Scorecard
from followup_filter.report.text import verdict_short
from followup_filter.report.words import outcome_short, short_day

NAME_WIDTH, CELL_WIDTH = 24, 27
CLEAR = 0.975
"""From which probability on one event is said to bring more than the other (5 % in both directions together)."""


def render_pair(first: Scorecard, second: Scorecard, hourly_yen: int = 0) -> list[Line]:
    """The numbers of two events, and whether one brought more people with work than chance explains."""
    cards = (first, second)
    estimates = leads_per_event([card.all_leads for card in cards])
    rows = [
        ("", [card.event.name if card.event else "" for card in cards]),
        (_("Date"), [short_day(card.event.date) if card.event else "" for card in cards]),
        (_("People with work"), [str(card.all_leads) for card in cards]),
        (_("each time, about"), [_range(estimate) for estimate in estimates]),
        (_("Cost for each"), [_cost(card, hourly_yen) for card in cards]),
        (_("Cards, of these wrote"), [f"{card.cards} / {card.cards_written}" for card in cards]),
        (_("Mails"), [str(card.mails) for card in cards]),
        *((f"  {outcome_short(outcome)}", [str(card.by_outcome[outcome]) for card in cards]) for outcome in OUTCOMES),
        (_("Go again?"), [verdict_short(card) for card in cards]),
    ]
    lines = [
        Line(
            padded(name, NAME_WIDTH)
            + "".join(right_aligned(shortened(cell, CELL_WIDTH), CELL_WIDTH + 1) for cell in cells)
        )
        for name, cells in rows
    ]
    return [safe(line) for line in [*lines, Line("-" * WIDTH, "quiet"), Line(_difference(first, second))]]


def _range(estimate: Estimate) -> str:
    return _("{value} ({low} to {high})").format(
        value=f"{estimate.value:.1f}", low=f"{estimate.low:.1f}", high=f"{estimate.high:.1f}"
    )


def _cost(card: Scorecard, hourly_yen: int) -> str:
    yen = cost(card.event, hourly_yen) if card.event else None
    return _("{yen} yen").format(yen=f"{yen / card.all_leads:,.0f}") if yen is not None and card.all_leads else "-"


def _difference(first: Scorecard, second: Scorecard) -> str:
    for card in (first, second):
        if card.days_left:
            return _("Mail of “{event}” is still being counted.").format(event=card.event.name if card.event else "")
    sure = more_likely(first.all_leads, second.all_leads)
    better = first if sure >= CLEAR else second if sure <= 1 - CLEAR else None
    if better is None or better.event is None:
        return _("The difference may be chance.")
    return _("“{event}” brings more people with work; that is hardly chance.").format(event=better.event.name)
