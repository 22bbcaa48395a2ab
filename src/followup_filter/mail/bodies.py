"""Which of a mail's parts are its text, and what they say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from followup_filter.mail.charset import decode_text
from followup_filter.mail.html import HtmlText, read_html
from followup_filter.mail.html_limits import HTML_LENGTH
from followup_filter.mail.parts import Part, decode_uuencode, with_guessed_boundary
from followup_filter.mail.text import limit_marks, normalize, normalize_line_ends

TEXT_BYTES = 2_000_000
"""Bytes of text of one mail that are read at most."""
LINE_COUNT = 100_000
"""Lines of one part that are read at most."""
ATTACHMENT_COUNT = 100
_STUB_LENGTH = 250
"""A plain part that speaks of HTML is a stub up to this length; longer ones say something of their own."""
_SHORT_OF = 4
"""A plain part is a stub when the HTML text is at least this many times longer, and longer than 300 characters."""
_LONG_HTML = 300

_STUB = re.compile(
    r"html\s?(?:形式|メール|版|対応|を?表示|で?ご?覧)|ブラウザ[^。\n]{0,12}(?:ご覧|表示|開)|メールが正しく表示|テキスト(?:形式|版)では"
    r"|\bhtml (?:e-?mail|message|version|format)"
    r"|view (?:this|it) (?:e-?mail |message |newsletter )?(?:in|on) (?:your|a|the) (?:web )?browser"
    r"|does not support html|html[- ](?:capable|compatible|enabled)",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]{0,200}>")
_CALENDAR_TYPES = frozenset({"text/calendar", "application/ics"})
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_RICH_TYPES = frozenset({"text/enriched", "text/richtext"})
_TEXT_TYPES = frozenset({"text/plain", *_HTML_TYPES, *_RICH_TYPES})
_UU_BEGIN = re.compile(r"begin [0-7]{3,4} (\S.{0,200})")


@dataclass(slots=True)
class Block:
    """One stretch of a mail: as plain text, as HTML, or both saying the same."""

    plain: str | None = None
    html: HtmlText | None = None


@dataclass(slots=True)
class Body:
    """Everything read from the parts of a mail; `enclosed` holds mails that were attached."""

    blocks: list[Block] = field(default_factory=list)
    enclosed: list[Part] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    calendars: list[str] = field(default_factory=list)
    repairs: dict[str, None] = field(default_factory=dict)
    left: int = TEXT_BYTES
    html_left: int = HTML_LENGTH
    guesses: int = 3


def read_body(part: Part, hands_on: bool, left: int = TEXT_BYTES) -> Body:
    """The text of a mail, its attachments' names and its calendar parts. Enclosed mails are listed, not read.

    `hands_on`: the subject says it is a forward; `left`: bytes of text that may still be read.
    """
    body = Body(left=left)
    _collect(part, body, hands_on, depth=0)
    return body


def _collect(part: Part, body: Body, hands_on: bool, depth: int) -> None:
    kind = part.get_content_type()
    children = part.children
    if kind.startswith("message/") and children and depth:
        body.enclosed += children
    elif kind == "multipart/alternative" and children:
        _collect_alternative(children, body, hands_on, depth + 1)
    elif children:
        for child in children:
            _collect(child, body, hands_on, depth + 1)
    else:
        _collect_leaf(part, kind, body, hands_on, depth)


def _collect_alternative(children: tuple[Part, ...], body: Body, hands_on: bool, depth: int) -> None:
    """The same text in several forms becomes one block."""
    start = len(body.blocks)
    for child in children:
        _collect(child, body, hands_on, depth)
    blocks = body.blocks[start:]
    plain = [block.plain for block in blocks if block.plain is not None]
    html = [block.html for block in blocks if block.html is not None]
    if plain and html:
        first, *others = html
        body.blocks[start:] = [Block("\n".join(plain), first), *(Block(html=other) for other in others)]


def _collect_leaf(part: Part, kind: str, body: Body, hands_on: bool, depth: int) -> None:
    name = part.file_name
    if kind in _CALENDAR_TYPES or name.lower().endswith(".ics"):
        body.calendars.append(_text_of(part, body, charset="utf-8"))
        _attach(name, body)
    elif part.disposition.value == "attachment" or (name and (kind not in _TEXT_TYPES or body.blocks)):
        # Some programs give the text of the mail itself a name: the first text is read all the same.
        _attach(name or kind, body)
    elif kind in _HTML_TYPES:
        source = _text_of(part, body)
        html = read_html(source[: body.html_left], hands_on)
        if html.cut or len(source) > body.html_left:
            body.repairs["limit"] = None
        # Every tag costs time, so that many parts of many tags use the allowance up sooner.
        body.html_left = max(0, body.html_left - len(source) - 6 * source.count("<"))
        body.blocks.append(Block(html=html))
    elif kind.startswith("multipart/") and body.guesses and (mended := with_guessed_boundary(part)) is not None:
        body.guesses -= 1
        body.repairs["structure"] = None
        _collect(mended, body, hands_on, depth)
    elif kind in _TEXT_TYPES or kind.startswith("multipart/"):
        text = _without_uuencode(_text_of(part, body), body)
        body.blocks.append(Block(plain=_TAG.sub("", text) if kind in _RICH_TYPES else text))
    else:
        _attach(name or kind, body)


def _attach(name: str, body: Body) -> None:
    if name and len(body.attachments) < ATTACHMENT_COUNT:
        body.attachments.append(name[:400])


def _text_of(part: Part, body: Body, charset: str | None = None) -> str:
    """The decoded text of a leaf, as far as the mail's allowance goes; `charset` is that of a leaf without label."""
    data, fault = part.content(body.left)
    if fault:
        body.repairs[fault] = None
    body.left -= len(data)
    if body.left <= 0 or part.is_long:
        body.repairs["limit"] = None
    text, mended = decode_text(data, part.charset_label or charset)
    if mended:
        body.repairs["charset"] = None
    text = normalize_line_ends(text)
    if text.count("\n") > LINE_COUNT:
        text = "\n".join(text.split("\n", LINE_COUNT)[:LINE_COUNT])
        body.repairs["limit"] = None
    return limit_marks(text)


def _without_uuencode(text: str, body: Body) -> str:
    """`text` without files that old programs write into it; their names join the attachments."""
    if "begin " not in text:
        return text
    kept: list[str] = []
    lines = text.split("\n")
    end = -1
    ends = [number for number, line in enumerate(lines) if line.strip() == "end"]
    for number, line in enumerate(lines):
        if number <= end:
            continue
        begin = _UU_BEGIN.fullmatch(line.rstrip()[:400])
        if begin:
            while ends and ends[0] < number:
                ends.pop(0)
            if ends and decode_uuencode([lines[number + 1].encode("ascii", "replace")]):
                end = ends[0]
                _attach(begin[1], body)
                body.repairs["uuencode"] = None
                continue
        kept.append(line)
    return "\n".join(kept)


def is_stub(plain: str, html_text: str) -> bool:
    """True when a plain part only stands in for the HTML one: empty, "see the HTML", or much shorter."""
    shown = "".join(plain.split())
    wanted = len("".join(html_text.split()))
    if not shown:
        return wanted > 0
    if len(shown) <= _STUB_LENGTH and _STUB.search(normalize(plain)):
        return wanted > 0
    return wanted > _LONG_HTML and len(shown) * _SHORT_OF < wanted
