"""One event as lines of 80 columns: the verdict with its reason, what it cost, its cards, and every mail by outcome."""

from __future__ import annotations

from collections.abc import Sequence

from followup_filter.labels import OUTCOMES, Outcome
from followup_filter.language import gettext as _
from followup_filter.language import ngettext
from followup_filter.report.compare import cost
from followup_filter.report.insight import insight, refusals
from followup_filter.report.insight_text import insight_words
from followup_filter.report.layout import WIDTH, Line, both_ends, safe, shortened, wrapped
from followup_filter.report.lead_text import render_lead
from followup_filter.report.leads import local, sender_name
from followup_filter.report.scorecard import Scorecard
from followup_filter.report.summary import Summary
from followup_filter.report.text import beside_mail, verdict_sentence
from followup_filter.report.words import day_with_weekday, kind_words, outcome_words, short_day
from followup_filter.store.messages import StoredMessage
from followup_filter.store.results import Decision


def render_event(
    card: Scorecard,
    decisions: Sequence[Decision],
    summary: Summary,
    own_mail: Sequence[StoredMessage] = (),
    hourly_yen: int = 0,
) -> list[Line]:
    """The page of one event; `decisions` are its mails. Names beside network marketing are left out (promise 11)."""
    event = card.event
    if event is None:
        raise ValueError("the scorecard of no event has no page")
    lines = [
        Line(both_ends(event.name, day_with_weekday(event.date)), "title"),
        Line("=" * WIDTH, "quiet"),
        *(Line(text) for text in wrapped(verdict_sentence(card))),
        Line(fact_words(card)),
    ]
    lines += [Line(text) for text in (cost_words(card, hourly_yen), beside_mail(card)) if text]
    seen = insight_words(insight(event, decisions, refusals(own_mail), card.all_leads), event)
    lines += [Line(text) for sentence in seen for text in wrapped(sentence)]
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


def fact_words(card: Scorecard) -> str:
    """How many mails came, and how many of the people met wrote."""
    mails = ngettext("{count} mail", "{count} mails", card.mails).format(count=card.mails)
    if not card.cards:
        return mails
    wrote = _("{written} of {cards} people whose cards you have wrote")
    return f"{mails}   {wrote.format(written=card.cards_written, cards=card.cards)}"


def cost_words(card: Scorecard, hourly_yen: int = 0) -> str:
    """What the event cost, also for each person with work; `hourly_yen`: what an hour of the owner costs."""
    event = card.event
    whole = cost(event, hourly_yen) if event else None
    if event is None or event.fee is None or whole is None:
        return ""
    words = _("fee {yen} yen").format(yen=f"{event.fee:,}")
    if card.all_leads and whole:
        words += _(", {yen} yen for each person with work").format(yen=f"{whole / card.all_leads:,.0f}")
    if event.hours is not None:
        words += _(", {hours} hours").format(hours=f"{event.hours:g}")
    return words
