"""People of an event as lines of 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from followup_filter.events.event import EventList
from followup_filter.labels import OUTCOMES
from followup_filter.language import gettext as _
from followup_filter.language import ngettext
from followup_filter.report.layout import Line, both_ends, safe, shortened
from followup_filter.report.leads import local
from followup_filter.report.people import Contact, Stranger
from followup_filter.report.scorecard import Scorecard
from followup_filter.report.words import outcome_short, person_words, short_day


def render_stranger(stranger: Stranger, events: EventList) -> list[Line]:
    """Who wrote what and when; then the events that it may have come of, numbered."""
    who = f"[{stranger.numbers[0]}] {person_words(stranger.name)}"
    if stranger.company and stranger.company != stranger.name:
        who += f" ({shortened(stranger.company, 24)})"
    day = short_day(local(stranger.received)) if stranger.received else ""
    lines = [Line(both_ends(who, day)), Line(f"     {shortened(stranger.subject, 70)}")]
    choices = [event for event in events.events if event.id in stranger.may_be]
    for number, event in enumerate(choices, start=1):
        likely = _("(likely)") if event.id == stranger.event else ""
        lines.append(Line(f"     {number}  {short_day(event.date)} {event.name} {likely}".rstrip()))
    return [safe(line) for line in lines]


def render_contacts(contacts: Sequence[Contact], card: Scorecard) -> list[Line]:
    """The cards of an event: who wrote and how much of it is work, to whom the owner has not written; then the mail."""
    lines = []
    for contact in contacts:
        who = "  ".join(part for part in (contact.card.name, contact.card.company, contact.card.address) if part)
        lines.append(Line("  " + both_ends(who, _contact_words(contact), 78)))
    mails = ngettext("{count} mail", "{count} mails", card.mails).format(count=card.mails)
    counts = [
        f"{outcome_short(outcome)} {card.by_outcome[outcome]}" for outcome in OUTCOMES if card.by_outcome[outcome]
    ]
    lines.append(Line("  ".join([mails, *counts])))
    return [safe(line) for line in lines]


def _contact_words(contact: Contact) -> str:
    if not contact.mails:
        wrote = _("has not written")
    else:
        wrote = ngettext("{count} mail", "{count} mails", len(contact.mails)).format(count=len(contact.mails))
        if contact.leads:
            wrote += " " + _("({count} with work)").format(count=contact.leads)
    if contact.written_to is None:
        return wrote
    return wrote + _(", ") + (_("you wrote") if contact.written_to else _("you have not written"))
