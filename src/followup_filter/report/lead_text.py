"""Leads as lines of 80 columns: who, by when, what about and from which event, and the deciding sentence."""

from __future__ import annotations

from datetime import datetime, timedelta

from rich.cells import cell_len

from followup_filter.labels import Outcome
from followup_filter.language import gettext as _
from followup_filter.language import ngettext
from followup_filter.report.layout import WIDTH, Line, both_ends, heading, safe, shortened
from followup_filter.report.leads import Lead, Waiting, local
from followup_filter.report.summary import Summary
from followup_filter.report.words import (
    day_with_weekday,
    kind_words,
    outcome_words,
    person_words,
    quoted,
    short_day,
)
from followup_filter.store.lead_notes import Note


def render_leads(summary: Summary) -> list[Line]:
    """Every lead, those who wait for the owner first."""
    count = ngettext("{count} person", "{count} people", len(summary.leads)).format(count=len(summary.leads))
    lines = heading(f"{outcome_words(Outcome.LEAD)} {count}")
    for lead in summary.leads:
        lines += render_lead(lead, summary)
    if not summary.leads:
        lines.append(Line(_("No mail with work for you so far.")))
    return [safe(line) for line in lines]


def render_lead(lead: Lead, summary: Summary) -> list[Line]:
    """A lead in three lines: who and by when, what and from where, and the deciding sentence."""
    who = f"[{lead.id}] {person_words(lead.name)}"
    if lead.company and lead.company != lead.name:
        who += f" ({shortened(lead.company, 30)})"
    when, urgent = when_words(lead, summary)
    what = f"     {kind_of_lead(lead)} / {origin_words(lead, summary)}"
    came = came_words(lead)
    quote = lead.sentence
    amount = "" if lead.amount.replace(" ", "") in quote.replace(" ", "") else f" {lead.amount}"
    text = f"     {quoted(quote, WIDTH - 10 - cell_len(amount))}{amount}"
    if lead.by_hand:
        text = f"     {shortened(quote, WIDTH - 5)}"
    lines = [Line(both_ends(who, when), urgent), Line(both_ends(what, came)), *([Line(text)] if quote else [])]
    return [*lines, *(Line(f"     {note}", "quiet" if note == junk_words() else "") for note in lead_notes(lead))]


def kind_of_lead(lead: Lead) -> str:
    """What is asked; らしい until it is sure or somebody confirmed it."""
    kind = kind_words(lead.kind) if lead.kind else _("not by mail")
    return kind if lead.confirmed or lead.sure else _("{kind}, it seems").format(kind=kind)


def came_words(lead: Lead) -> str:
    """When the newest mail came, and how long ago that is."""
    if not lead.received:
        return _("no date")
    return _("came {day}, {days} d").format(day=short_day(local(lead.received)), days=lead.days)


def lead_notes(lead: Lead) -> list[str]:
    """What became of a lead that is not settled, and whether it lay in the folder for spam."""
    result = [_result_words(lead)] if lead.result and lead.waiting is not Waiting.DONE else []
    return result + ([junk_words()] if lead.in_junk else [])


def _result_words(lead: Lead) -> str:
    """What became of the matter: an order, with its worth where it is known, or nothing."""
    if lead.result is Note.LOST:
        return _("came to nothing")
    return _("order of {yen} yen").format(yen=f"{lead.order_yen:,}") if lead.order_yen is not None else _("order")


def junk_note(in_junk: bool) -> list[Line]:
    """A line that says so when mail lay in the folder for spam."""
    return [Line("     " + junk_words(), "quiet")] if in_junk else []


def junk_words() -> str:
    """That a mail lay in the folder for spam."""
    return _("It lay in the folder for spam.")


def when_words(lead: Lead, summary: Summary) -> tuple[str, str]:
    """By when a lead wants an answer, or what became of it; and its style: urgent, quiet or ""."""
    if lead.waiting is Waiting.THEM:
        return _("answered, waiting for them"), "quiet"
    if lead.waiting is Waiting.SNOOZED and lead.snoozed_until:
        return _("put off until {day}").format(day=day_with_weekday(lead.snoozed_until)), "quiet"
    if lead.waiting is Waiting.DONE:
        return _result_words(lead) if lead.result else "" if lead.by_hand else _("answered"), "quiet"
    today = local(summary.now).date()
    if lead.deadline:
        words = _("answer by {day}").format(day=day_with_weekday(lead.deadline))
        late = overdue_days(lead, summary.now)
        if late > 0:
            return _("{answer_by}, {days} d late").format(answer_by=words, days=late), "urgent"
        return words, "urgent" if lead.deadline - today <= timedelta(days=2) else ""
    coming = [day for day in lead.days_named if day >= today]
    if coming:
        days = short_day(coming[0]) if len(coming) == 1 else f"{short_day(coming[0])}-{short_day(coming[-1])}"
        return _("dates named {days}").format(days=days), ""
    if lead.snoozed_until:
        return _("was put off until {day}").format(day=short_day(lead.snoozed_until)), ""
    return "", ""


def overdue_days(lead: Lead, now: datetime) -> int:
    """Whole days since the deadline; 0 without one, negative before it."""
    return (local(now).date() - lead.deadline).days if lead.deadline else 0


def origin_words(lead: Lead, summary: Summary) -> str:
    """The event that a lead comes of, with its day."""
    event = next((event for event in summary.events.events if event.id == lead.event), None)
    if event is None:
        return _("no event")
    return f"{shortened(event.name, 30)} {short_day(event.date)}"
