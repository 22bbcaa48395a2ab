"""Tendency, purpose, warnings and observations of an event in sentences (wording.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from followup_filter.events.event import Event
from followup_filter.language import gettext as _
from followup_filter.language import ngettext
from followup_filter.report.insight import Insight, Notice, Tendency


def insight_words(found: Insight, event: Event) -> list[str]:
    """One sentence each: what kind of event it seems to be, whether it served its purpose, and what else was seen."""
    sentences = []
    if found.tendency:
        count = _("{count} of {mails} mails").format(count=found.count, mails=found.mails)
        if found.tendency is Tendency.VARIED:
            count = ngettext("{count} sender", "{count} senders", found.count).format(count=found.count)
        sentence = _("Going by the mail: {tendency} ({count}).")
        sentences.append(sentence.format(tendency=tendency_words(found.tendency), count=count))
    if served := _served(found, event):
        sentences.append(served)
    return sentences + [notice_words(notice, count) for notice, count in found.notices]


def tendency_words(tendency: Tendency) -> str:
    """The kind of event."""
    return {
        Tendency.ORGANIZER_WORK: _("an event whose organiser brings work"),
        Tendency.NETWORK_MARKETING: _("an event with noticeably many invitations to network marketing"),
        Tendency.ORGANIZER_BROADCASTS: _("an event with much mass mail of its organiser"),
        Tendency.PARTICIPANT_PITCHES: _("an event where participants pitch to each other"),
        Tendency.FELLOWSHIP: _("an event of members who keep company"),
        Tendency.VARIED: _("an event where one can talk with all sorts of people"),
    }[tendency]


def purpose_words(purpose: str) -> str:
    """What the owner went for."""
    return {
        "leads": _("to find work"),
        "organizer": _("to get to know the organiser"),
        "learning": _("to learn"),
        "community": _("to find companions"),
    }[purpose]


def _served(found: Insight, event: Event) -> str:
    purpose = purpose_words(event.purpose)
    if found.served is None:
        return _("You went {purpose}: mail does not tell.").format(purpose=purpose)
    sentence = {
        "leads": ngettext(
            "You went {purpose}: {count} person came with work.",
            "You went {purpose}: {count} people came with work.",
            found.served,
        ),
        "organizer": ngettext(
            "You went {purpose}: {count} personal mail from them.",
            "You went {purpose}: {count} personal mails from them.",
            found.served,
        ),
        "community": ngettext(
            "You went {purpose}: {count} greeting of participants.",
            "You went {purpose}: {count} greetings of participants.",
            found.served,
        ),
    }[event.purpose]
    return sentence.format(purpose=purpose, count=found.served)


def notice_words(notice: Notice, count: int) -> str:
    """A warning or an observation with its count; nobody is accused."""
    words: Mapping[Notice, Callable[[int], str]] = {
        Notice.FREE_ADVICE: lambda n: ngettext(
            "Asked for something without pay: {count} mail", "Asked for something without pay: {count} mails", n
        ),
        Notice.BLIND_REFERRAL: lambda n: ngettext(
            "Introductions without a matter: {count} mail", "Introductions without a matter: {count} mails", n
        ),
        Notice.SALES_PITCH: lambda n: ngettext("Sales pitches: {count} mail", "Sales pitches: {count} mails", n),
        Notice.ORGANIZER_BROADCAST: lambda n: ngettext(
            "Mass mail of the organiser: {count} mail", "Mass mail of the organiser: {count} mails", n
        ),
        Notice.NO_OPT_OUT: lambda n: ngettext(
            "No way to unsubscribe was found in {count} mail", "No way to unsubscribe was found in {count} mails", n
        ),
        Notice.AFTER_REFUSAL: lambda n: ngettext(
            "Came after you had declined: {count} mail", "Came after you had declined: {count} mails", n
        ),
        Notice.BROADCAST_BEGAN: lambda _n: _("After the event the organiser began to send mass mail"),
        Notice.ALIAS_PASSED_ON: lambda n: ngettext(
            "To the address given only at this event somebody else wrote: {count} mail",
            "To the address given only at this event somebody else wrote: {count} mails",
            n,
        ),
    }
    return words[notice](count).format(count=count)
