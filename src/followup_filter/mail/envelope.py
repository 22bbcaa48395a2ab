"""Who writes to whom about what: the headers of a mail, read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from followup_filter.mail.addresses import parse_addresses
from followup_filter.mail.headers import decode_header, message_ids, parse_date
from followup_filter.mail.message import Address
from followup_filter.mail.parts import Part, walk

_KNOWN = frozenset(
    [
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "message-id",
        "received",
        "return-path",
        "sender",
        "reply-to",
        "mime-version",
        "content-type",
        "delivered-to",
    ]
)
_BULK = frozenset(
    [
        "feedback-id",
        "x-campaign",
        "x-campaignid",
        "x-campaign-id",
        "x-mailchimp-campaign-id",
        "x-mc-user",
        "x-csa-complaints",
        "x-report-abuse",
        "x-sg-eid",
        "x-mailgun-sid",
        "x-ses-configuration-set",
        "x-mailer-lid",
        "x-mailer-recptid",
        "x-mailer-sid",
        "x-bulkmail",
        "x-mlserver",
        "x-ml-name",
        "x-ml-count",
        "x-mail-magazine-id",
        "x-rpcampaign",
        "x-hubspot-campaign-id",
        "x-blastengine-id",
    ]
)
"""Headers that services for mass mail and mailing list programs write."""

_BULK_PRECEDENCE = frozenset({"bulk", "list", "junk"})
_LIST_HEADER_COUNT = 30
_LIST_HEADER_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class Envelope:
    """The headers of one mail that later stages read; `is_mail` when at least one usual header is there."""

    is_mail: bool
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: datetime | None
    sender: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    list_headers: tuple[tuple[str, str], ...]
    auto_submitted: bool
    repairs: tuple[str, ...]

    @property
    def answers(self) -> bool:
        """True when the headers name an earlier mail."""
        return bool(self.in_reply_to or self.references)


def read_envelope(part: Part) -> Envelope:
    """The headers of a mail. Never raises; what is missing or senseless is None or empty."""
    hint = next((label for inner in islice(walk(part), 20) if (label := inner.charset_label)), None)
    repairs: dict[str, None] = {}

    def addresses(name: str) -> tuple[Address, ...]:
        found, mended = parse_addresses(part.field(name), hint)
        if mended:
            repairs["header"] = None
        return found

    def people(name: str) -> tuple[Address, ...]:
        return tuple(address for address in addresses(name) if address.address)

    subject, mended = decode_header(part.field("subject"), hint)
    if mended:
        repairs["header"] = None
    date = parse_date(part.field("date"))
    if date is None and part.field("date"):
        repairs["date"] = None
    return Envelope(
        is_mail=any(name in _KNOWN for name, _ in part.fields),
        message_id=next(iter(message_ids(part.field("message-id"))), None),
        in_reply_to=message_ids(part.field("in-reply-to")),
        references=message_ids(part.field("references")),
        date=date,
        sender=next(iter(addresses("from") or addresses("sender")), None),
        reply_to=people("reply-to"),
        to=people("to"),
        cc=people("cc"),
        subject=subject,
        list_headers=_list_headers(part, hint),
        auto_submitted=_is_automatic(part),
        repairs=tuple(repairs),
    )


def _list_headers(part: Part, hint: str | None) -> tuple[tuple[str, str], ...]:
    found = (
        (name, decode_header(value, hint)[0][:_LIST_HEADER_LENGTH])
        for name, value in part.fields
        if name.startswith("list-")
        or name in _BULK
        or (name == "precedence" and value.strip().lower() in _BULK_PRECEDENCE)
    )
    return tuple(islice(found, _LIST_HEADER_COUNT))


def _is_automatic(part: Part) -> bool:
    """True for answers and notices that a program wrote by itself (RFC 3834 and older habits)."""
    submitted = part.field("auto-submitted").strip().lower()
    return (
        (bool(submitted) and not submitted.startswith("no"))
        or part.field("precedence").strip().lower() == "auto_reply"
        or any(name in ("x-autoreply", "x-autorespond", "x-autoresponder") for name, _ in part.fields)
    )
