"""The report as one HTML page: no script, no request to anywhere, for phone, desk, dark rooms and paper."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from followup_filter.events.event import Event
from followup_filter.labels import OUTCOMES, Outcome
from followup_filter.language import gettext as _
from followup_filter.language import language, ngettext
from followup_filter.mail.text import strip_controls
from followup_filter.report.compare import Compared, Of, compare
from followup_filter.report.event_text import cost_words, fact_words
from followup_filter.report.fault_text import fault_sentence
from followup_filter.report.insight import insight, refusals
from followup_filter.report.insight_text import insight_words
from followup_filter.report.lead_text import came_words, kind_of_lead, lead_notes, origin_words, when_words
from followup_filter.report.leads import Lead, Waiting, local, sender_name
from followup_filter.report.scorecard import Scorecard
from followup_filter.report.summary import ReviewItem, Summary
from followup_filter.report.text import (
    REVIEW_SHOWN,
    doubt_words,
    hints,
    is_quiet,
    judge_words,
    missed_words,
    new_words,
    questions,
    quiet_sentences,
    read_words,
    reading_faults,
    to_check,
    verdict_sentence,
    verdict_short,
)
from followup_filter.report.words import (
    kind_words,
    long_moment,
    outcome_short,
    outcome_words,
    person_words,
    reason_words,
    short_day,
)
from followup_filter.store.messages import StoredMessage
from followup_filter.store.results import Decision

OPEN_LINKS: Mapping[str, str] = {
    "gmail": "https://mail.google.com/mail/u/0/#search/rfc822msgid%3A{id}",
    "apple_mail": "message://%3C{id}%3E",
    "thunderbird": "mid:{id}",
    "none": "",
}
"""What opens a mail by its Message-ID, by the setting `open_with`; Outlook has no such link (ecosystem.md)."""
WEEKS = 26
_MARKED = re.compile(r"[^\d\s]{2,}")
PILE_SHOWN = 100
"""Mails of one sort that an event's list names at most."""
REASONS_SHOWN = 6


def render_page(
    summary: Summary,
    decisions: Sequence[Decision],
    own_mail: Sequence[StoredMessage] = (),
    *,
    open_with: str = "none",
    hourly_yen: int = 0,
) -> str:
    """The whole page. `decisions`: all mails; `open_with`: a key of OPEN_LINKS; `hourly_yen`: what an hour costs."""
    environment = Environment(
        loader=PackageLoader("followup_filter.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    source = environment.loader.get_source(environment, "page.css")[0] if environment.loader else ""
    values = page_values(summary, decisions, own_mail, open_with=open_with, hourly_yen=hourly_yen)
    return environment.get_template("page.html.jinja").render(style=Markup(source), **values)


def page_values(
    summary: Summary,
    decisions: Sequence[Decision],
    own_mail: Sequence[StoredMessage],
    *,
    open_with: str,
    hourly_yen: int,
) -> dict[str, Any]:
    """What the page says, as texts and numbers by the names of the template."""
    by_number = {decision.stored.number: decision for decision in decisions}
    checks = to_check(summary)
    shown = [item for row, item in enumerate(checks) if row < REVIEW_SHOWN or item.may_be_lead]
    waiting = summary.waiting
    rest = [lead for lead in summary.leads if lead.waiting not in (Waiting.OWNER, Waiting.UNKNOWN)]
    of_event, refused = _by_event(summary, decisions), refusals(own_mail)
    quiet = is_quiet(summary)

    def lead_of(lead: Lead) -> dict[str, Any]:
        return _lead(lead, summary, by_number, open_with)

    return {
        "language": language(),
        "title": _("Mail after networking events"),
        "moment": long_moment(local(summary.now)),
        "strip": _strip(summary, len(checks)),
        "read_until": _read_until(summary),
        "news": "" if quiet else new_words(summary.scan),
        "faults": [*map(_clean, map(fault_sentence, summary.faults)), *reading_faults(summary.scan)],
        "quiet_day": quiet_sentences(summary) if quiet else [],
        "questions": [_clean(question) for question in questions(summary)],
        "waiting": [lead_of(lead) for lead in waiting],
        "answered": [lead_of(lead) for lead in rest],
        "checks": [_check(item, summary, by_number, open_with) for item in shown],
        "more_checks": _more(len(checks) - len(shown)),
        "events": [
            _event(card, place, of_event[card.event.id if card.event else None], refused, hourly_yen)
            for place, card in enumerate(summary.scorecards)
            if _told(card)
        ],
        "hints": [sentence for sentence in hints(summary) if sentence not in questions(summary)],
        "compared": _compared(compare(summary.scorecards, hourly_yen)),
        "legend": [{"outcome": outcome.value, "label": outcome_short(outcome)} for outcome in OUTCOMES],
        "weeks": _weeks(decisions, summary),
        "how_sure": _how_sure(summary),
        "unreadable": [_clean(f"[{number}] {reason}") for number, reason in summary.scan.unreadable],
        "words": _words(summary, len(rest)),
    }


def open_link(message_id: str | None, open_with: str) -> str:
    """A link that opens the mail in the owner's program; "" where there is none."""
    bare = (message_id or "").strip().strip("<>")
    pattern = OPEN_LINKS[open_with]
    return pattern.format(id=quote(bare, safe="")) if pattern and bare else ""


def _clean(text: str) -> str:
    return strip_controls(" ".join(text.split()))


def _told(card: Scorecard) -> bool:
    return card.event is not None or bool(card.mails)


def _strip(summary: Summary, checks: int) -> list[dict[str, Any]]:
    waiting = len(summary.waiting)
    strip = []
    if waiting:
        count = ngettext("{count} person", "{count} people", waiting).format(count=waiting)
        strip.append({"target": "leads", "label": _("Answer"), "count": count})
    if checks:
        count = ngettext("{count} mail", "{count} mails", checks).format(count=checks)
        strip.append({"target": "check", "label": _("Check"), "count": count})
    return strip


def _read_until(summary: Summary) -> str:
    if summary.scan.ended is None:
        return _("No mail has been read yet. Begin with: followup-filter run --source PATH")
    return _("Mail read until {moment}").format(moment=long_moment(local(summary.scan.ended)))


def _lead(lead: Lead, summary: Summary, by_number: Mapping[int, Decision], open_with: str) -> dict[str, Any]:
    when, style = when_words(lead, summary)
    decision = by_number.get(lead.numbers[-1]) if lead.numbers else None
    amount = "" if lead.amount.replace(" ", "") in lead.sentence.replace(" ", "") else lead.amount
    return {
        "id": lead.id,
        "name": _clean(person_words(lead.name)),
        "company": "" if lead.company == lead.name else _clean(lead.company),
        "when": when,
        "urgent": style == "urgent",
        "kind": kind_of_lead(lead),
        "amount": _clean(amount),
        "quote": _marked(lead.sentence, decision) if lead.sentence else "",
        "notes": lead_notes(lead),
        "origin": _clean(f"{origin_words(lead, summary)} {came_words(lead)}"),
        "open": open_link(decision.stored.message.message_id, open_with) if decision else "",
        "is_new": bool(decision and summary.scan.previous and decision.stored.number in summary.scan.fresh),
    }


def _marked(sentence: str, decision: Decision | None) -> Markup:
    """The sentence in quotation marks, with the words that decided marked."""
    sentence = _clean(sentence)
    decisive = [str(reason["feature"]) for reason in (decision.reasons if decision else ()) if reason["weight"] > 0]
    phrases = [phrase for phrase in decisive if phrase in sentence and _MARKED.fullmatch(phrase)]
    marked = Markup("")
    if phrases:
        pattern = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
        for place, part in enumerate(re.split(f"({pattern})", sentence)):
            marked += Markup("<mark>{}</mark>").format(part) if place % 2 else escape(part)
    else:
        marked = escape(sentence)
    return Markup(escape(_("“{phrase}”"))).format(phrase=marked)


def _check(item: ReviewItem, summary: Summary, by_number: Mapping[int, Decision], open_with: str) -> dict[str, Any]:
    decision = by_number[item.number]
    doubt = doubt_words(item)
    if item in summary.audited:
        doubt = _("drawn by lot: {doubt}").format(doubt=doubt)
    return {
        "number": item.number,
        "name": _clean(person_words(item.name)),
        "company": "" if item.company == item.name else _clean(item.company),
        "doubt": doubt,
        "quote": _marked(item.sentence or item.subject, decision),
        "private": Outcome.NETWORK_MARKETING in (item.outcome, *item.others),
        "open": open_link(decision.stored.message.message_id, open_with),
        "reasons": [
            _clean(f"{'+' if reason['weight'] > 0 else '-'} {reason_words(str(reason['feature']))}")
            for reason in decision.reasons[:REASONS_SHOWN]
        ],
    }


def _more(count: int) -> str:
    if not count:
        return ""
    more = ngettext(
        "  and {count} more, none of which seems to be work",
        "  and {count} more, none of which seems to be work",
        count,
    )
    return more.format(count=count).strip()


def _by_event(summary: Summary, decisions: Sequence[Decision]) -> dict[str | None, list[Decision]]:
    """The mails of each event; those of no event, or of one that is gone, under None."""
    found: dict[str | None, list[Decision]] = {event.id: [] for event in summary.events.events}
    found[None] = []
    for decision in decisions:
        found[decision.event if decision.event in found else None].append(decision)
    return found


def _event(
    card: Scorecard, place: int, mails: Sequence[Decision], refused: Mapping[str, float], hourly_yen: int
) -> dict[str, Any]:
    event = card.event
    facts = [fact_words(card)]
    if event:
        facts += [cost_words(card, hourly_yen), *insight_words(insight(event, mails, refused, card.all_leads), event)]
    return {
        "anchor": place,
        "name": _clean(event.name) if event else _("Mail of no event"),
        "date": short_day(event.date) if event else "",
        "leads": ngettext("{count} person", "{count} people", card.leads).format(count=card.leads),
        "mails": card.mails,
        "bar": _bar(card.by_outcome, max(card.mails, 1)),
        "bar_words": _counts(card.by_outcome),
        "verdict": verdict_short(card).strip(),
        "sentence": verdict_sentence(card) if event else "",
        "facts": [_clean(fact) for fact in facts if fact],
        "piles": [_pile(outcome, mails) for outcome in OUTCOMES if card.by_outcome[outcome]],
    }


def _pile(outcome: Outcome, mails: Sequence[Decision]) -> dict[str, Any]:
    """The mails of one outcome; beside network marketing no names stand in event cards (promise 11)."""
    own = [mail for mail in mails if mail.outcome is outcome]
    count = ngettext("{count} mail", "{count} mails", len(own)).format(count=len(own))
    named = outcome is not Outcome.NETWORK_MARKETING
    return {
        "title": f"{outcome_words(outcome)} {count}",
        "note": "" if named else _("Names are not listed here: followup-filter find"),
        "rows": [
            {
                "number": mail.stored.number,
                "day": short_day(local(mail.stored.message.date)) if mail.stored.message.date else "",
                "name": _clean(person_words(sender_name(mail.stored.message))),
                "subject": _clean(mail.stored.message.subject),
                "kind": kind_words(mail.kind),
            }
            for mail in own[:PILE_SHOWN]
        ]
        if named
        else [],
    }


def _bar(counts: Mapping[Outcome, int], whole: int) -> list[dict[str, Any]]:
    parts, start = [], 0.0
    for outcome in OUTCOMES:
        width = 100 * counts.get(outcome, 0) / whole
        if width:
            parts.append({"outcome": outcome.value, "start": round(start, 2), "width": round(width, 2)})
        start += width
    return parts


def _counts(counts: Mapping[Outcome, int]) -> str:
    return _(", ").join(f"{outcome_short(outcome)} {counts[outcome]}" for outcome in OUTCOMES if counts.get(outcome))


def _compared(rows: Sequence[Compared]) -> list[dict[str, Any]]:
    most = max((row.estimate.high for row in rows), default=1.0)
    return [
        {
            "name": _clean(row.name),
            "occasions": row.occasions,
            "interval": _interval(row),
            "low": round(100 * row.estimate.low / most, 2),
            "width": round(100 * (row.estimate.high - row.estimate.low) / most, 2) if row.of is Of.EVENT else 0,
            "value": round(98.5 * row.estimate.value / most, 2),
            "yen": _("{yen} yen").format(yen=f"{row.yen_per_lead:,.0f}") if row.yen_per_lead is not None else "-",
        }
        for row in rows
    ]


def _interval(row: Compared) -> str:
    value = f"{row.estimate.value:.1f}"
    if row.of is not Of.EVENT:
        return value
    low, high = f"{row.estimate.low:.1f}", f"{row.estimate.high:.1f}"
    return _("{value} ({low} to {high})").format(value=value, low=low, high=high)


def _weeks(decisions: Sequence[Decision], summary: Summary) -> list[dict[str, Any]]:
    """Mails by week and outcome, the newest week first, with the events of each week."""
    events = [card.event for card in summary.scorecards if card.event]
    told = {event.id for event in events}
    everything = any(card.event is None for card in summary.scorecards)
    by_week: dict[date, Counter[Outcome]] = {}
    for decision in decisions:
        if (when := decision.stored.message.date) and (everything or decision.event in told):
            by_week.setdefault(_monday(local(when).date()), Counter())[decision.outcome] += 1
    weeks = sorted(by_week, reverse=True)[:WEEKS]
    most = max((by_week[week].total() for week in weeks), default=1)

    def of(event: Event, week: date) -> bool:
        return _monday(event.date) == week

    return [
        {
            "day": short_day(week),
            "event": _(", ").join(_clean(event.name) for event in events if of(event, week)),
            "bar": _bar(by_week[week], most),
            "bar_words": _counts(by_week[week]),
            "counts": [by_week[week][outcome] for outcome in OUTCOMES],
        }
        for week in weeks
    ]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _how_sure(summary: Summary) -> list[str]:
    facts = [_("Read: {what}").format(what=read_words(summary))]
    if summary.model_version:
        facts.append(_("Judged by: {what}").format(what=judge_words(summary)))
    return [*facts, *([missed] if (missed := missed_words(summary.audit)) else [])]


def _words(summary: Summary, answered: int) -> dict[str, str]:
    unreadable = len(summary.scan.unreadable)
    return {
        "new": _("new"),
        "open": _("Open the mail"),
        "waiting": _("Work for you, not yet answered"),
        "nearest_first": _("nearest date first"),
        "nobody_waits": "" if summary.narrowed else _("Nobody is kept waiting for an answer."),
        "answered": ngettext("Answered and others: {count}", "Answered and others: {count}", answered).format(
            count=answered
        ),
        "check": _("Please check"),
        "put_right": _("Put right:"),
        "why": _("Why?"),
        "events": _("What each event brought"),
        "by_mail": _("by mail; others can be added by hand"),
        "event": _("Event"),
        "date": _("Date"),
        "lead": outcome_words(Outcome.LEAD),
        "mails": _("Mails"),
        "again": _("Go again?"),
        "compare": _("Events side by side"),
        "name": _("Name"),
        "occasions": _("Visits"),
        "per_event": _("People with work, each time"),
        "per_lead": _("Cost for each"),
        "compare_note": _(
            "Closed events only. Values are drawn toward the mean where little is known; in brackets where the true "
            "value lies with 95 %."
        ),
        "weeks": _("Mail by week"),
        "week": _("Week of"),
        "how_sure": _("How sure is this?"),
        "unreadable": ngettext("{count} unreadable mail", "{count} unreadable mails", unreadable).format(
            count=unreadable
        ),
        "footer": _("Made on your own machine by followup-filter; nothing was sent anywhere."),
    }
