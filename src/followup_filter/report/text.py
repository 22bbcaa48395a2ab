"""The report as lines of 80 columns (wording.md, "The terminal report"), for a terminal or a cron mail."""

from __future__ import annotations

from collections.abc import Sequence

from followup_filter.labels import OUTCOMES, Outcome
from followup_filter.language import gettext as _
from followup_filter.language import language, ngettext
from followup_filter.model.shipped import SHIPPED_VERSION
from followup_filter.report.audit import Audit
from followup_filter.report.compare import FEWEST_EVENTS
from followup_filter.report.fault_text import fault_lines
from followup_filter.report.layout import (
    WIDTH,
    Line,
    both_ends,
    heading,
    padded,
    right_aligned,
    safe,
    shortened,
    wrapped,
)
from followup_filter.report.lead_text import junk_note, overdue_days, render_lead
from followup_filter.report.leads import Lead, Waiting, local
from followup_filter.report.scorecard import CLOSED_BEFORE_SKIPPING, Scorecard, Verdict
from followup_filter.report.summary import ReviewItem, Scan, Summary
from followup_filter.report.words import (
    day_with_weekday,
    long_moment,
    outcome_short,
    outcome_words,
    person_words,
    quoted,
    short_day,
)
from followup_filter.store.lead_notes import Note

REVIEW_SHOWN = 10
"""Mails to check that the report lists at most; those that may be leads are all listed by name (promise 4)."""
SUGGESTIONS_SHOWN = 3


def render_summary(summary: Summary) -> list[Line]:
    """The whole report; the text of mails is stripped of control characters."""
    lines = [
        Line(both_ends(_("Mail after networking events"), long_moment(local(summary.now))), "title"),
        Line("=" * WIDTH, "quiet"),
        *fault_lines(summary.faults),
    ]
    if is_quiet(summary):
        lines += [*map(Line, quiet_sentences(summary)), _fact(_("Read"), read_words(summary))]
        return [safe(line) for line in lines]
    if not summary.narrowed:
        lines += _today(summary)
    if not summary.scan.mails:
        lines += [
            Line(""),
            *map(Line, wrapped(_("No mail has been read yet. Begin with: followup-filter run --source PATH"))),
        ]
    if summary.leads:
        lines += [Line(""), *_waiting(summary)]
    if to_check(summary):
        lines += [Line(""), *_review(summary)]
    if summary.scan.mails:
        lines += [Line(""), *_scorecards(summary)]
    lines += [Line(""), *_footer(summary)]
    return [safe(line) for line in lines]


def is_quiet(summary: Summary) -> bool:
    """True when mail was read and there is nothing to do and nothing to know."""
    scan = summary.scan
    fault = scan.cut_off or scan.unreadable or summary.faults or summary.suggestions
    if summary.narrowed:
        return False
    return bool(scan.mails) and not (summary.waiting or summary.review or scan.new_leads or fault)


def quiet_sentences(summary: Summary) -> list[str]:
    """What the report of a quiet day says beside what was read."""
    counts = summary.scan.new_by_outcome
    new = "  ".join(f"{outcome_short(outcome)} {counts[outcome]}" for outcome in OUTCOMES if counts.get(outcome))
    return [
        _("No new work for you."),
        _("Nobody is kept waiting for an answer."),
        padded(_("New mail"), 12) + (new or _("none")),
    ]


def _today(summary: Summary) -> list[Line]:
    lines = [Line(sentence, "urgent") for sentence in reading_faults(summary.scan)]
    waiting = summary.waiting
    late = sum(1 for lead in waiting if overdue_days(lead, summary.now) > 0)
    todo = ngettext("answer {count} person", "answer {count} people", len(waiting)).format(count=len(waiting))
    if late:
        todo += ngettext(" ({count} is past the date)", " ({count} are past the date)", late).format(count=late)
    looks = len(to_check(summary))
    check = ngettext("check {count} mail", "check {count} mails", looks).format(count=looks)
    if not waiting:
        todo = _("nobody is kept waiting")
    lines.append(Line(padded(_("To do today"), 15) + (f"{todo}   {check}" if looks else todo)))
    if said := new_since(summary.scan):
        lines.append(Line(padded(said[0], 15) + said[1]))
    return lines


def reading_faults(scan: Scan) -> list[str]:
    """What was wrong with the last reading itself; empty where nothing was."""
    if scan.cut_off:
        return [_("The last run was cut off; run it again to read the rest.")]
    if not scan.unreadable:
        return []
    count = len(scan.unreadable)
    sentence = ngettext(
        "{count} mail could not be read; see the end.", "{count} mails could not be read; see the end.", count
    )
    return [sentence.format(count=count)]


def new_words(scan: Scan) -> str:
    """What is new since the run before, in one line; "" where nothing was read."""
    return " ".join(new_since(scan))


def new_since(scan: Scan) -> tuple[str, ...]:
    """Since when, and what is new; empty where nothing was read."""
    if scan.ended or scan.cut_off:
        since = _("Since {day}").format(day=short_day(local(scan.previous))) if scan.previous else _("First reading")
        new = ngettext("{count} new mail", "{count} new mails", scan.new).format(count=scan.new)
        leads = ngettext("{count} with work for you", "{count} with work for you", scan.new_leads).format(
            count=scan.new_leads
        )
        return since, _("{new} ({leads})").format(new=new, leads=leads)
    return ()


def _waiting(summary: Summary) -> list[Line]:
    waiting, answered = summary.waiting, summary.answered
    unknown = any(lead.waiting is Waiting.UNKNOWN for lead in waiting)
    title = _("[Work for you: not known whether answered]") if unknown else _("[Work for you, not yet answered]")
    count = ngettext("{count} person", "{count} people", len(waiting)).format(count=len(waiting))
    lines = heading(f"{title} {count}", _("nearest date first"))
    for lead in waiting:
        lines += render_lead(lead, summary)
    rest = [text for text in (_answered(answered), _snoozed(summary.snoozed), _by_hand(summary.by_hand)) if text]
    if rest:
        rest[0] = both_ends(f"  {rest[0]}", _("see all: {command}").format(command="followup-filter leads"))
        lines += [Line(rest[0], "quiet"), *(Line(f"  {text}", "quiet") for text in rest[1:])]
    if waiting:
        hint = _("If you answered by telephone or otherwise: {command}")
        lines.append(Line("  " + hint.format(command=f"followup-filter done {waiting[0].id}"), "quiet"))
    return lines


def _answered(answered: Sequence[Lead]) -> str:
    """How many were answered, how many of those have to write, and what became of the others; "" for none."""
    if not answered:
        return ""
    them = sum(lead.waiting is Waiting.THEM for lead in answered)
    won = sum(lead.result is Note.WON for lead in answered)
    lost = sum(lead.result is Note.LOST for lead in answered)
    details = [
        (them, ngettext("{count} of them now has to write", "{count} of them now have to write", them)),
        (won, ngettext("{count} order", "{count} orders", won)),
        (lost, ngettext("{count} came to nothing", "{count} came to nothing", lost)),
    ]
    said = _(", ").join(words.format(count=count) for count, words in details if count)
    text = ngettext("Answered: {count}", "Answered: {count}", len(answered)).format(count=len(answered))
    return text + (_(" ({details})").format(details=said) if said else "")


def _snoozed(snoozed: Sequence[Lead]) -> str:
    if not snoozed or snoozed[0].snoozed_until is None:
        return ""
    text = ngettext("Put off: {count} (until {day})", "Put off: {count} (the next until {day})", len(snoozed))
    return text.format(count=len(snoozed), day=day_with_weekday(snoozed[0].snoozed_until))


def _by_hand(by_hand: Sequence[Lead]) -> str:
    if not by_hand:
        return ""
    text = ngettext("Entered by you, not by mail: {count}", "Entered by you, not by mail: {count}", len(by_hand))
    return text.format(count=len(by_hand))


def to_check(summary: Summary) -> list[ReviewItem]:
    """The mails to check that are no leads anyway, then those drawn by lot."""
    return [*summary.review, *summary.audited]


def _review(summary: Summary) -> list[Line]:
    items = to_check(summary)
    count = ngettext("{count} mail", "{count} mails", len(items)).format(count=len(items))
    correct = _("put right: {command}").format(command="followup-filter review")
    title = _("[Please check]")
    lines = heading(f"{title} {count}", correct)
    shown = [item for row, item in enumerate(items) if row < REVIEW_SHOWN or item.may_be_lead]
    for item in shown:
        lines += render_review_item(item, drawn=item in summary.audited)
    if len(items) > len(shown):
        rest = ngettext(
            "  and {count} more, none of which seems to be work",
            "  and {count} more, none of which seems to be work",
            len(items) - len(shown),
        )
        lines.append(Line(rest.format(count=len(items) - len(shown)), "quiet"))
    return lines


def render_review_item(item: ReviewItem, *, drawn: bool = False) -> list[Line]:
    """A mail to check: who, what it seems to be and what else it may be; then the deciding sentence.

    `drawn`: it was drawn by lot.
    """
    who = f"[{item.number}] {person_words(item.name)}"
    if item.company and item.company != item.name:
        who += f" ({shortened(item.company, 24)})"
    doubt = doubt_words(item)
    if drawn:
        doubt = _("drawn by lot: {doubt}").format(doubt=doubt)
    quote = item.sentence or item.subject
    return [Line(both_ends(who, doubt)), Line(f"     {quoted(quote, WIDTH - 10)}"), *junk_note(item.in_junk)]


def doubt_words(item: ReviewItem) -> str:
    """What a mail seems to be, and what else it may be."""
    if not item.others:
        # The full words for network marketing say "it seems" themselves in Japanese.
        words = outcome_short if item.outcome is Outcome.NETWORK_MARKETING else outcome_words
        return _("{outcome}, it seems").format(outcome=words(item.outcome))
    return _("{outcome}, it seems (or {other})").format(
        outcome=outcome_short(item.outcome), other=outcome_short(item.others[0])
    )


def _columns() -> list[tuple[str, int]]:
    counts = [(outcome_short(outcome), 5) for outcome in OUTCOMES]
    if language() == "ja":
        counts = [
            (outcome_short(outcome), 9 if outcome is Outcome.NEWSLETTER else 3 if outcome is Outcome.OTHER else 5)
            for outcome in OUTCOMES
        ]
    return [(_("Date"), 6), (_("Mails"), 6), *counts, (_("Check"), 6), (_("Go again?"), 13)]


def _scorecards(summary: Summary) -> list[Line]:
    lines = heading(_("[What each event brought]"), _("by mail; others can be added by hand"))
    columns = _columns()
    room = WIDTH - sum(width for _heading_text, width in columns)
    lines.append(Line(padded(_("Event"), room) + "".join(right_aligned(text, width) for text, width in columns)))
    for card in summary.scorecards:
        lines.append(Line(_scorecard_row(card, columns, room)))
    lines += [Line(f"  {hint}", "quiet") for sentence in hints(summary) for hint in wrapped(sentence, WIDTH - 2)]
    return lines


def _scorecard_row(card: Scorecard, columns: list[tuple[str, int]], room: int) -> str:
    name = padded(card.event.name if card.event else _("Mail of no event"), room - 1) + " "
    cells = [
        short_day(card.event.date) if card.event else "",
        str(card.mails),
        *(str(card.by_outcome[outcome]) for outcome in OUTCOMES),
        str(card.review or "-"),
        verdict_short(card),
    ]
    return name + "".join(right_aligned(cell, width) for cell, (_text, width) in zip(cells, columns, strict=True))


def verdict_short(card: Scorecard) -> str:
    """The verdict in a table cell; for mail of no event nothing."""
    if card.verdict is None:
        return ""
    return {
        Verdict.UPCOMING: _("to come"),
        Verdict.COUNTING: _("{days} d to go").format(days=card.days_left),
        Verdict.WORTHWHILE: _("worth it"),
        Verdict.WAIT_AND_SEE: _("wait and see"),
        Verdict.CONSIDER_SKIPPING: _("maybe skip"),
    }[card.verdict]


def verdict_sentence(card: Scorecard) -> str:
    """The verdict with its reason, in a sentence."""
    leads = card.all_leads
    if card.verdict is Verdict.UPCOMING:
        return _("The event is still to come.")
    if card.verdict is Verdict.COUNTING:
        return _("Still counting ({days} days to go).").format(days=card.days_left)
    if card.verdict is Verdict.WORTHWHILE and card.orders:
        return _("Worth going again: {said}.").format(said=_orders(card))
    if card.verdict is Verdict.WORTHWHILE:
        return _("Worth going again: work for you from {leads} people.").format(leads=leads)
    if card.verdict is Verdict.CONSIDER_SKIPPING:
        return _("Consider skipping it: {visits} visits, and no work has come by mail yet.").format(visits=card.visits)
    if card.visits >= CLOSED_BEFORE_SKIPPING:
        return _("Wait and see: work from {leads} people this time.").format(leads=leads)
    return _("Wait and see: work from {leads} people; one visit is too little to tell.").format(leads=leads)


def beside_mail(card: Scorecard) -> str:
    """What the owner entered beside the mail of an event: leads by hand and orders; "" without any."""
    said = []
    if card.leads_by_hand:
        by_hand = ngettext("{count} lead not by mail", "{count} leads not by mail", card.leads_by_hand)
        said.append(by_hand.format(count=card.leads_by_hand))
    if card.orders:
        said.append(_orders(card))
    return _(", ").join(said)


def _orders(card: Scorecard) -> str:
    orders = ngettext("{count} order", "{count} orders", card.orders).format(count=card.orders)
    return orders + (_(" ({yen} yen)").format(yen=f"{card.order_yen:,}") if card.order_yen else "")


def hints(summary: Summary) -> list[str]:
    """What stands below the table of events: what was entered by hand, how to read it, and what the owner is asked."""
    found: list[str] = []
    for card in summary.scorecards:
        if said := beside_mail(card):
            name = card.event.name if card.event else _("Mail of no event")
            found.append(_("{event}: {said}").format(event=shortened(name, 34), said=said))
    counting = next((card for card in summary.scorecards if card.verdict is Verdict.COUNTING), None)
    if counting and counting.event:
        found.append(
            _("“{cell}”: until counting ends ({days} days after the event).").format(
                cell=verdict_short(counting), days=counting.event.window_days
            )
        )
    names = [card.event.series or card.event.name for card in summary.scorecards if card.event]
    if len(names) > 1 and len(set(names)) == len(names):
        found.append(_("Each event was visited once so far, so they are not ranked."))
    elif len(names) > 1 and sum(card.days_left == 0 for card in summary.scorecards if card.event) < FEWEST_EVENTS:
        found.append(_("There are too few events to rank them."))
    found += questions(summary)
    named = next((card.event for card in summary.scorecards if card.event), None)
    if named:
        found.append(_("Reasons and list of mails: {command}").format(command=f"followup-filter report {named.id}"))
    else:
        found.append(_("No event is entered yet: followup-filter events import FILE"))
    return found


def questions(summary: Summary) -> list[str]:
    """What the owner is asked about events: those that mail speaks of, and people whom nobody can place."""
    asked = [
        _("Did you go to “{event}” on {day}? (followup-filter events suggest)").format(
            event=suggestion.event.name, day=short_day(suggestion.event.date)
        )
        for suggestion in summary.suggestions[:SUGGESTIONS_SHOWN]
    ]
    if summary.strangers:
        people = ngettext(
            "{count} person who wrote cannot be placed: followup-filter cards ask",
            "{count} people who wrote cannot be placed: followup-filter cards ask",
            summary.strangers,
        )
        asked.append(people.format(count=summary.strangers))
    return asked


def _fact(name: str, value: str) -> Line:
    """A fact of the last lines: its name, then what it is."""
    return Line(padded(name, 12) + value, "quiet")


def read_words(summary: Summary) -> str:
    """How much was read, from when to when, and how much of it was unreadable."""
    scan = summary.scan
    read = ngettext(
        "{count} mail ({span}), {unreadable} unreadable", "{count} mails ({span}), {unreadable} unreadable", scan.mails
    )
    span = _("no date")
    if scan.first and scan.last:
        span = f"{short_day(local(scan.first))}-{short_day(local(scan.last))} {local(scan.last):%H:%M}"
    line = read.format(count=scan.mails, span=span, unreadable=len(scan.unreadable))
    if scan.in_trash:
        line += "  " + _("in the trash, only counted: {count}").format(count=scan.in_trash)
    return line


def _footer(summary: Summary) -> list[Line]:
    if not summary.scan.mails:
        return []
    lines = [_fact(_("Read"), read_words(summary))]
    for number, reason in summary.scan.unreadable[:REVIEW_SHOWN]:
        lines += [Line(text, "quiet") for text in wrapped(f"[{number}] {reason}", indent=" " * 12)]
    if summary.model_version:
        lines.append(_fact(_("Judged by"), judge_words(summary)))
    if missed := missed_words(summary.audit):
        lines.append(Line(" " * 12 + missed, "quiet"))
    if summary.learning.kept_aside:
        sentence = _(
            "A model with your corrections judged worse, so the one before stays (followup-filter model list)."
        )
        lines += [Line(text, "quiet") for text in wrapped(sentence, indent=" " * 12)]
    return lines


def missed_words(audit: Audit) -> str:
    """How many leads may have been missed, after a look at mails drawn by lot; "" before enough were looked at."""
    if audit.most_missed is None:
        return ""
    return _("Of {looked_at} drawn by lot {found} were work; at most {missed} more may have been missed.").format(
        looked_at=audit.looked_at, found=audit.found, missed=audit.most_missed
    )


def judge_words(summary: Summary) -> str:
    """The model, how many corrections there are, and whether it has learned from them."""
    standard = summary.model_version.split("+")[0] == SHIPPED_VERSION
    model = _("the standard model") if standard else _("model {version}").format(version=summary.model_version)
    corrected = ngettext("{count} correction", "{count} corrections", summary.corrections)
    words = _("{model}, {corrections}").format(model=model, corrections=corrected.format(count=summary.corrections))
    learning = summary.learning
    if learning.when and not learning.waiting:
        words += " " + _("(learned on {day})").format(day=short_day(local(learning.when).date()))
    elif learning.waiting and not learning.kept_aside:
        words += " " + _("({count} to be learned at the next run)").format(count=learning.waiting)
    return words
