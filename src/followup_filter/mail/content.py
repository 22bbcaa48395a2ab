"""What the text of a mail is, and what facts of form it has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from followup_filter.mail.bodies import Block, Body, is_stub, read_body
from followup_filter.mail.envelope import Envelope, read_envelope
from followup_filter.mail.links import LINK_COUNT, hosts_of, links_in
from followup_filter.mail.markers import RULE
from followup_filter.mail.message import FormFacts
from followup_filter.mail.opt_out import offers_opt_out
from followup_filter.mail.parts import Part, walk
from followup_filter.mail.quotes import is_forward, is_reply, split_text

ENCLOSED_COUNT = 20
ENCLOSED_LEVELS = 3
_CALENDAR_LINE = re.compile(r"^(?:SUMMARY|LOCATION|DESCRIPTION)(?:;[^:\n]{0,200})?:(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Content:
    """The text of a mail taken apart, with its form facts, links and what was mended."""

    text: str
    quoted: str
    signature: str
    forwarded: bool
    links: tuple[str, ...]
    form: FormFacts
    repairs: tuple[str, ...]


@dataclass(slots=True)
class _Gathered:
    """What the blocks of a mail, and of mails enclosed in it, have added up to so far."""

    text: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    signature: list[str] = field(default_factory=list)
    forwarded: bool = False
    plain_used: bool = False
    html_used: bool = False
    links: dict[str, None] = field(default_factory=dict)
    link_count: int = 0
    blocks: list[Block] = field(default_factory=list)


def read_content(part: Part, envelope: Envelope) -> Content:
    """The text and form of a mail whose headers are `envelope`."""
    body = read_body(part, is_forward(envelope.subject))
    gathered = _Gathered()
    for block in body.blocks:
        _add_block(block, envelope, gathered)
    if not gathered.text and gathered.quoted and not (envelope.answers or is_reply(envelope.subject)):
        # A mail that is nothing but a quote and answers nothing hands something on.
        gathered.text, gathered.quoted, gathered.forwarded = gathered.quoted, [], True
    _add_enclosed(part, body, gathered, level=1)
    if not gathered.text and not gathered.quoted:
        gathered.text = [text for text in map(_calendar_text, body.calendars) if text]
    if any(inner.defects for inner in walk(part)):
        body.repairs.setdefault("structure")
    text, signature = _joined(gathered.text), _joined(gathered.signature)
    return Content(
        text=text,
        quoted=_joined(gathered.quoted),
        signature=signature,
        forwarded=gathered.forwarded,
        links=tuple(gathered.links),
        form=_form_facts(text, signature, envelope, body, gathered),
        repairs=tuple(body.repairs),
    )


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(text for text in texts if text)


def _add_block(block: Block, envelope: Envelope, gathered: _Gathered) -> None:
    """Read a block in the form that says more: its plain text, unless that only stands in for the HTML."""
    plain, html = block.plain, block.html
    gathered.blocks.append(block)
    plain_links = links_in(plain) if plain else []
    gathered.link_count += max(len(plain_links), html.link_count if html else 0)
    for link in (*(html.links if html else ()), *plain_links):
        if len(gathered.links) < LINK_COUNT:
            gathered.links.setdefault(link)
    if html is not None and (plain is None or is_stub(plain, html.text + html.quoted)):
        split = split_text(html.text, envelope.subject, envelope.answers)
        quoted = [split.quoted, html.quoted]
        gathered.forwarded = gathered.forwarded or html.forwarded
        gathered.html_used = gathered.html_used or bool(html.text)
    else:
        split = split_text(plain or "", envelope.subject, envelope.answers)
        quoted = [split.quoted]
        gathered.plain_used = gathered.plain_used or bool(split.text)
    gathered.text += [split.text] if split.text else []
    gathered.quoted += [text for text in quoted if text]
    gathered.signature += [split.signature] if split.signature else []
    gathered.forwarded = gathered.forwarded or split.forwarded


def _add_enclosed(part: Part, body: Body, gathered: _Gathered, level: int) -> None:
    """Add the mails enclosed as attachments: news handed on, but in a report of non-delivery the mail that failed."""
    returned = part.get_content_type() == "multipart/report"
    for mail in islice(body.enclosed, ENCLOSED_COUNT):
        if level > ENCLOSED_LEVELS or body.left <= 0:
            body.repairs.setdefault("limit")
            return
        envelope = read_envelope(mail)
        inner = read_body(mail, hands_on=False, left=body.left)
        below = _Gathered()
        for block in inner.blocks:
            _add_block(block, envelope, below)
        _add_enclosed(mail, inner, below, level + 1)
        text = _joined([_heading(envelope), *below.text, *below.signature])
        (gathered.quoted if returned else gathered.text).append(text)
        gathered.quoted += below.quoted
        gathered.forwarded = gathered.forwarded or not returned
        gathered.plain_used = gathered.plain_used or below.plain_used
        gathered.html_used = gathered.html_used or below.html_used
        gathered.blocks += below.blocks
        gathered.links.update(dict.fromkeys(islice(below.links, max(0, LINK_COUNT - len(gathered.links)))))
        gathered.link_count += below.link_count
        body.attachments += inner.attachments
        body.repairs.update(inner.repairs)
        body.left = inner.left


def _heading(envelope: Envelope) -> str:
    """Who wrote an enclosed mail, and about what."""
    sender = envelope.sender
    name = f"{sender.name} <{sender.address}>".strip() if sender and sender.name else sender.address if sender else ""
    return "\n".join(line for line in (name, envelope.subject) if line)


def _calendar_text(calendar: str) -> str:
    """What an invitation says when it is all that a mail has (RFC 5545: folded lines, backslash escapes)."""
    values = _CALENDAR_LINE.findall(re.sub(r"\n[ \t]", "", calendar))
    return "\n".join(
        re.sub(r"\\([,;\\])", r"\1", value.replace("\\n", "\n").replace("\\N", "\n")).strip() for value in values
    )


def _form_facts(text: str, signature: str, envelope: Envelope, body: Body, gathered: _Gathered) -> FormFacts:
    html = [block.html for block in gathered.blocks if block.html is not None]
    return FormFacts(
        has_html=bool(html),
        html_only=gathered.html_used and not gathered.plain_used,
        link_count=gathered.link_count,
        link_hosts=hosts_of(gathered.links),
        image_count=sum(part.image_count for part in html),
        tracking_pixel=any(part.tracking_pixel for part in html),
        hidden_text=any(part.hidden_text for part in html),
        tiny_text=any(part.tiny_text for part in html),
        opt_out=_lists_unsubscribe(envelope)
        or offers_opt_out(f"{text}\n{signature}")
        or any(part.opt_out for part in html),
        bulk_headers=bool(envelope.list_headers),
        auto_submitted=envelope.auto_submitted,
        ruled_lines=_count_rules(text.split("\n")),
        attachment_names=tuple(body.attachments),
        calendar_part=bool(body.calendars),
    )


def _lists_unsubscribe(envelope: Envelope) -> bool:
    return any(name == "list-unsubscribe" for name, _ in envelope.list_headers)


def _count_rules(lines: Sequence[str]) -> int:
    return sum(RULE.match(line[:400]) is not None for line in lines)
