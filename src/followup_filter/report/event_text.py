"""One event as lines of 80 columns: the verdict with its reason, what it cost, its cards, and every mail by outcome."""

from __future__ import annotations

from collections.abc import Sequence

from followup_filter.labels import OUTCOMES, Outcome
from followup_filter.language import gettext as _
from followup_filter.language import ngettext
from followup_filter.report.layout import WIDTH, Line, both_ends, safe, shortened, wrapped
from followup_filter.report.lead_text import render_lead
from followup_filter.report.leads import local, sender_name
from followup_filter.report.scorecard import Scorecard
from followup_filter.report.summary import Summary
from followup_filter.report.text import beside_mail, verdict_sentence
from followup_filter.report.words import day_with_weekday, kind_words, outcome_words, short_day
from followup_filter.store.results import Decision


def render_event(card: Scorecard, decisions: Sequence[Decision], summary: Summary) -> list[Line]:
    """The page of one event; `decisions` are its mails. Names beside network marketing are left out (promise 11)."""
    event = card.event
    if event is None:
        raise ValueError("the scorecard of no event has no page")
    lines = [
        Line(both_ends(event.name, day_with_weekday(event.date)), "title"),
        Line("=" * WIDTH, "quiet"),
        *(Line(text) for text in wrapped(verdict_sentence(card))),
        Line(_cards(card)),
    ]
    lines += [Line(text) for text in (_cost(card), beside_mail(card)) if text]
    leads = [lead for lead in summary.leads if lead.event == event.id]
    if leads:
        lines += [Line(""), Line(outcome_words(Outcome.LEAD), "heading"), Line("-" * WIDTH, "quiet")]
        for lead in leads:
            lines += render_lead(lead, summary)
    for outcome in OUTCOMES:
        mails = [decision for decision in decisions if decision.outcome is outcome]
        if outcome is not Outcome.LEAD and mails:
            count = ngettext("{count} mail", "{count} mails", len(mails)).format(count=len(mails))
            lines += [Line(""), Line(f"{outcome_words(outcome)} {count}", "heading"), Line("-" * WIDTH, "quiet")]
            if outcome is not Outcome.NETWORK_MARKETING:
                lines += [Line(mail_row(decision)) for decision in mails]
    return [safe(line) for line in lines]


def mail_row(decision: Decision) -> str:
    """One mail on one line: number, sender, subject, kind and day."""
    message = decision.stored.message
    day = short_day(local(message.date)) if message.date else ""
    who = f"[{decision.stored.number}] {shortened(sender_name(message), 22)}  {shortened(message.subject, 30)}"
    return both_ends(who, f"{shortened(kind_words(decision.kind), 22)} {day:>5}")


def _cards(card: Scorecard) -> str:
    mails = ngettext("{count} mail", "{count} mails", card.mails).format(count=card.mails)
    if not card.cards:
        return mails
    wrote = _("{written} of {cards} people whose cards you have wrote")
    return f"{mails}   {wrote.format(written=card.cards_written, cards=card.cards)}"


def _cost(card: Scorecard) -> str:
    event = card.event
    if event is None or event.fee is None:
        return ""
    cost = _("fee {yen} yen").format(yen=f"{event.fee:,}")
    if card.yen_per_lead is not None:
        cost += _(", {yen} yen for each person with work").format(yen=f"{card.yen_per_lead:,.0f}")
    if event.hours is not None:
        cost += _(", {hours} hours").format(hours=f"{event.hours:g}")
    return cost
