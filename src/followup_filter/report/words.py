"""The words people read for identifiers, days and evidence (wording.md), in the language in use."""

from __future__ import annotations

import re
from datetime import date, datetime

from followup_filter.labels import Kind, Outcome
from followup_filter.language import gettext as _
from followup_filter.language import language, marked
from followup_filter.mail.server import Role
from followup_filter.model.reasons import FORM, MAILBOX, REST
from followup_filter.report.layout import shortened

_OUTCOMES = {
    Outcome.LEAD: marked("Work for you"),
    Outcome.NETWORK_MARKETING: marked("Possible network marketing"),
    Outcome.MEMBERSHIP_VENUE: marked("Joining or venue offer"),
    Outcome.NEWSLETTER: marked("Newsletter or mass mail"),
    Outcome.OTHER: marked("Other mail"),
}
_OUTCOMES_SHORT = {
    Outcome.LEAD: marked("Work"),
    Outcome.NETWORK_MARKETING: marked("MLM"),
    Outcome.MEMBERSHIP_VENUE: marked("Join"),
    Outcome.NEWSLETTER: marked("News"),
    Outcome.OTHER: marked("Misc"),
}
_KINDS = {
    Kind.INQUIRY: marked("quote or order enquiry"),
    Kind.COMMISSION: marked("request to speak, write or teach"),
    Kind.REFERRAL: marked("introduction"),
    Kind.NETWORK_MARKETING: marked("possible network marketing"),
    Kind.MEMBERSHIP: marked("invitation to join"),
    Kind.VENUE: marked("place or room offer"),
    Kind.NEWSLETTER: marked("newsletter or mass mail"),
    Kind.SALES_PITCH: marked("sales offer"),
    Kind.FREE_ADVICE: marked("favour without pay"),
    Kind.BLIND_REFERRAL: marked("introduction without a reason"),
    Kind.COURTESY: marked("thanks or greetings"),
    Kind.LOGISTICS: marked("event arrangements"),
    Kind.UNRELATED: marked("everyday work or private"),
}
_EVIDENCE = {
    "reply_thread": marked("continues a conversation that began there"),
    "event_named": marked("names the event"),
    "alias": marked("came to the address given out only there"),
    "organizer_address": marked("comes from the organiser's address"),
    "card_address": marked("comes from the address on a card"),
    "quoted_event": marked("quotes a mail that names the event"),
    "card_name": marked("is from a person whose card you have"),
    "card_company": marked("is from a company whose card you have"),
    "company_domain": marked("comes from the domain of a card"),
    "organizer_domain": marked("comes from the organiser's domain"),
    "series_named": marked("names the series"),
    "organizer_named": marked("names the organiser"),
    "card_mentioned": marked("mentions a person whose card you have"),
    "venue_named": marked("names the place"),
    "date_named": marked("names the day"),
    "gathering_mentioned": marked("speaks of meeting at a gathering"),
    "recent": marked("came soon after the event"),
    "speaks_of_meeting": marked("speaks of a meeting"),
    "looks_back": marked("looks back on the last days"),
    "addresses_by_name": marked("addresses you by name"),
    "wrote_of_it_before": marked("wrote because of this event before"),
}
_FORM = {
    "bulk_headers": marked("sent as a mass mail"),
    "opt_out": marked("offers to unsubscribe"),
    "auto_submitted": marked("sent by a machine"),
    "has_html": marked("has a designed (HTML) part"),
    "html_only": marked("has only a designed (HTML) part"),
    "tracking_pixel": marked("reports back when it is opened"),
    "hidden_text": marked("contains hidden text"),
    "links": marked("number of links"),
    "images": marked("number of pictures"),
    "ruled_lines": marked("ruled lines"),
    "length": marked("length of the text"),
    "questions": marked("number of questions"),
    "amounts": marked("amounts of money"),
    "reply": marked("answers an earlier mail"),
    "quoted": marked("quotes an earlier mail"),
    "forwarded": marked("passes on somebody's mail"),
    "signature": marked("has a signature block"),
    "attachment": marked("has an attachment"),
    "several_recipients": marked("sent to several people"),
    "no_recipient": marked("names no recipient"),
    "reply_to_elsewhere": marked("answers go to another address"),
}
_OFFICE = re.compile(
    r"[会社店課係部室所院館園校局組屋塾]$|事務局|編集部|センター|窓口|フォーム|通信|だより|便り|ニュース|担当|係 |"
    r"[A-Za-z@.]{3,}$|\d|さん$|様$|先生$|チーム|クラブ|サロン|運営|広報|ラボ"
)
_WEEKDAYS = {"ja": "月火水木金土日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


def outcome_words(outcome: Outcome) -> str:
    """The outcome in full."""
    return _(_OUTCOMES[outcome])


def outcome_short(outcome: Outcome) -> str:
    """The outcome as a column heading."""
    return _(_OUTCOMES_SHORT[outcome])


def kind_words(kind: Kind) -> str:
    """The kind in words."""
    return _(_KINDS[kind])


def evidence_words(evidence_type: str) -> str:
    """What a sort of evidence means, as the end of a sentence that begins with "the mail"."""
    return _(_EVIDENCE[evidence_type]) if evidence_type in _EVIDENCE else evidence_type


def reason_words(feature: str) -> str:
    """A reason of a prediction in words: the phrase in quotation marks, or the fact of form."""
    if feature == MAILBOX:
        return _("how common such mail is in your mailbox")
    if feature == REST:
        return _("other words and sequences of characters")
    if feature.startswith(FORM):
        name = feature.removeprefix(FORM)
        return _(_FORM[name]) if name in _FORM else name
    return _("“{phrase}”").format(phrase=feature)


def person_words(name: str) -> str:
    """The name as people say it: in Japanese with さん behind a person's name, not behind that of an office."""
    return name if _OFFICE.search(name) else _("{name}").format(name=name)


def quoted(phrase: str, width: int) -> str:
    """A phrase of a mail in quotation marks, its brackets as the mail has them, in at most `width` + 4 cells."""
    return _("“{phrase}”").format(phrase=shortened(phrase, width))


def short_day(day: date) -> str:
    """Month and day as in 10/2."""
    return f"{day.month}/{day.day}"


def role_words(role: Role) -> str:
    """What a folder is for."""
    return {
        Role.INBOX: _("inbox"),
        Role.ALL: _("all mail"),
        Role.JUNK: _("spam, read to rescue work for you"),
        Role.SENT: _("sent, headers only"),
        Role.TRASH: _("trash, only counted"),
        Role.DRAFTS: _("drafts"),
        Role.OTHER: _("read"),
    }[role]


def day_with_weekday(day: date) -> str:
    """Month, day and weekday as in 10/2(金) or Fri 10/2."""
    weekday = _WEEKDAYS[language()][day.weekday()]
    return f"{short_day(day)}({weekday})" if language() == "ja" else f"{weekday} {short_day(day)}"


def long_moment(when: datetime) -> str:
    """Date, weekday and time of the report's head."""
    weekday = _WEEKDAYS[language()][when.weekday()]
    if language() == "ja":
        part = "朝" if 4 <= when.hour < 11 else ""
        return f"{when.year}年{when.month}月{when.day}日({weekday}) {part}{when.hour}:{when.minute:02}"
    return f"{weekday} {when.year}-{when.month:02}-{when.day:02} {when.hour}:{when.minute:02}"
