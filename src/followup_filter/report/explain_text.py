"""Why one mail was judged as it was, as lines: who decided, the reasons, the event and the evidence for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from followup_filter.events.event import EventList
from followup_filter.language import gettext as _
from followup_filter.mail.text import strip_controls
from followup_filter.model.reasons import Reason
from followup_filter.report.layout import WIDTH, Line, both_ends, shortened
from followup_filter.report.leads import local, sender_name
from followup_filter.report.words import (
    day_with_weekday,
    evidence_words,
    kind_words,
    outcome_words,
    reason_words,
    short_day,
)
from followup_filter.store.results import Decision


def render_explanation(decision: Decision, events: EventList, why_no_lead: Sequence[Reason] = ()) -> list[Line]:
    """All about one mail's outcome and event; `why_no_lead`: what spoke for the model's answer against a lead."""
    message = decision.stored.message
    day = day_with_weekday(local(message.date).date()) if message.date else _("no date")
    lines = [
        Line(both_ends(f"[{decision.stored.number}] {sender_name(message)}", day), "title"),
        Line(shortened(message.subject, WIDTH)),
        Line(""),
        *_outcome_lines(decision),
    ]
    if why_no_lead:
        lines.append(Line(_("Why it does not look like work for you:")))
        lines += _reason_lines((reason.feature, reason.weight) for reason in why_no_lead)
    lines += [Line(""), *_event_lines(decision, events)]
    return [Line(strip_controls(line.text), line.style) for line in lines]


def _outcome_lines(decision: Decision) -> Iterator[Line]:
    label = f"{outcome_words(decision.outcome)} ({kind_words(decision.kind)})"
    first, second = decision.ranked[:2]
    percent = round(decision.probabilities[first] * 100)
    alone = _("The model alone would say: {outcome}, {percent} %.").format(
        outcome=outcome_words(first), percent=percent
    )
    if decision.label:
        day = short_day(local(decision.label.moment).date())
        yield Line(
            _("{label}: you said so on {day} ({source}).").format(label=label, day=day, source=decision.label.source)
        )
        yield Line(alone)
        return
    if decision.pin:
        day = short_day(local(decision.pin.moment).date())
        sentence = _("{label}: you pinned {address} on {day}.")
        yield Line(sentence.format(label=label, address=decision.pin.address, day=day))
        if decision.pin.reason:
            yield Line(_("Your reason: {reason}").format(reason=decision.pin.reason))
        yield Line(alone)
        return
    yield Line(_("{label}, it seems: {percent} %.").format(label=label, percent=percent))
    yield Line(_("What spoke for that rather than for “{other}”:").format(other=outcome_words(second)))
    yield from _reason_lines((reason["feature"], reason["weight"]) for reason in decision.reasons)
    others = [outcome for outcome in decision.plausible if outcome is not decision.outcome]
    if others:
        names = ", ".join(outcome_words(outcome) for outcome in others)
        yield Line(_("Cannot be ruled out: {names}.").format(names=names))


def _reason_lines(reasons: Iterable[tuple[str, float]]) -> Iterator[Line]:
    """Each reason with its weight, and what they come to together."""
    total = 0.0
    for feature, weight in reasons:
        total += weight
        yield Line(f"  {'+' if weight >= 0 else '-'} {reason_words(feature)}  ({weight:+.2f})")
    yield Line("  = " + _("together {total} (the larger, the surer)").format(total=f"{total:+.2f}"), "quiet")


def _event_lines(decision: Decision, events: EventList) -> Iterator[Line]:
    names = {event.id: event.name for event in events.events}
    if decision.event_confirmed:
        yield Line(_("Event: {name}, you said so.").format(name=names.get(decision.event or "", _("no event"))))
    elif decision.event:
        percent = round(decision.event_probability * 100)
        name = names.get(decision.event, decision.event)
        yield Line(_("Event: {name}, {percent} %, since the mail").format(name=name, percent=percent))
        for item in decision.evidence:
            if item["event"] == decision.event:
                yield Line(f"  + {evidence_words(item['type'])}: {shortened(item['detail'], 40)}")
        if decision.runner_up:
            other = names.get(decision.runner_up["event"] or "", _("no event"))
            percent = round(decision.runner_up["probability"] * 100)
            yield Line(_("The next candidate: {name}, {percent} %.").format(name=other, percent=percent))
    else:
        yield Line(_("Event: none found."))
