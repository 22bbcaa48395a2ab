"""What an HTML part says and how it is made: newest text, quotes and form facts, in one pass over its tree."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from followup_filter.mail.html_limits import within_limits
from followup_filter.mail.html_style import is_hidden, is_one_pixel, tiny_font
from followup_filter.mail.html_tags import LINE_TAGS, PARAGRAPH_TAGS, UNREAD_TAGS
from followup_filter.mail.links import LINK_COUNT, web_link
from followup_filter.mail.markers import FORWARDED
from followup_filter.mail.opt_out import leads_out
from followup_filter.mail.quotes import tidy

_QUOTE_CLASS = re.compile(
    r"(?:^|\s)(?:x_)*(?:gmail_quote(?:_container)?|gmail_extra_quote|moz-cite-prefix|moz-forward-container|yahoo_quoted"
    r"|yahoo-quoted[\w-]*|protonmail_quote|zmail_extra|OutlookMessageHeader)(?:\s|$)",
    re.IGNORECASE,
)
_REST_ID = re.compile(r"(?:x_)*(?:divRplyFwdMsg|mail-editor-reference-message-container)", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_CJK = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_SOURCE_WRAP = re.compile(f"(?<=[{_CJK}])\n(?=[{_CJK}])")
_FILLERS = re.compile("[\u00ad\u034f\u200b\u200c\u2060\ufeff]+")
RULE = "─" * 20


@dataclass(frozen=True, slots=True)
class HtmlText:
    """What was read from an HTML part; `cut` when it was too long or too deeply nested to be read to the end."""

    text: str = ""
    quoted: str = ""
    forwarded: bool = False
    links: tuple[str, ...] = ()
    link_count: int = 0
    image_count: int = 0
    tracking_pixel: bool = False
    hidden_text: bool = False
    tiny_text: bool = False
    opt_out: bool = False
    cut: bool = False


def read_html(html: str, hands_on: bool = False) -> HtmlText:
    """Newest text, quoted text and facts of form of an HTML part; `hands_on`: the subject says it is a forward.

    Hidden elements are left out and noted; quotes are told by the structure that mail programs give them.
    """
    kept, cut = within_limits(html)
    reader = _Reader(hands_on=hands_on)
    root = LexborHTMLParser(kept).body
    if root is not None:
        reader.read(root)
    return reader.result(cut)


@dataclass(slots=True)
class _Quote:
    """A quoted stretch; `is_forward` is None until its first line has said whether it is a forwarded mail."""

    is_forward: bool | None = None


@dataclass(slots=True)
class _Element:
    """What ends with an element."""

    node: LexborNode
    tag: str
    hidden: bool = False
    quote: bool = False
    tiny: bool = False


@dataclass(slots=True)
class _Reader:
    """One pass over a tree: what is open at the moment, and what has been found."""

    hands_on: bool
    new: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    quotes: list[_Quote] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    link_words: list[str] = field(default_factory=list)
    link_target: str = ""
    alternatives: list[str] = field(default_factory=list)
    hidden: int = 0
    preformatted: int = 0
    tiny: bool = False
    link_count: int = 0
    image_count: int = 0
    tracking_pixel: bool = False
    hidden_text: bool = False
    tiny_text: bool = False
    opt_out: bool = False
    forwarded: bool = False

    def read(self, root: LexborNode) -> None:
        """Walk the tree without recursion."""
        open_elements: list[_Element] = []
        node: LexborNode | None = root
        while node is not None:
            below = None
            tag = node.tag or "-"
            if tag == "-text":
                self._text(node.text_content or "")
            elif not tag.startswith("-") and (element := self._enter(node, tag)) is not None:
                below = node.child
                if below is None:
                    self._leave(element)
                else:
                    open_elements.append(element)
            following = below if below is not None else node.next if node is not root else None
            while following is None and open_elements:
                element = open_elements.pop()
                self._leave(element)
                following = element.node.next if open_elements else None
            node = following
        self._end_line()

    def _enter(self, node: LexborNode, tag: str) -> _Element | None:
        """Begin an element; None for one whose inside is not read."""
        if tag in UNREAD_TAGS:
            return None
        attributes = node.attributes
        if tag == "br":
            self._end_line(force=True)
            return None
        if tag == "img":
            self._image(attributes)
            return None
        if tag == "hr":
            self._end_line()
            if "tabindex" not in attributes:
                self.line = [RULE]
                self._end_line()
            return None
        if tag in LINE_TAGS:
            self._end_line(paragraph=tag in PARAGRAPH_TAGS)
        elif tag in ("td", "th") and self.line:
            self.line.append(" ")
        element = _Element(node, tag, tiny=self.tiny)
        if attributes:
            self._note_attributes(element, attributes)
        if tag == "pre":
            self.preformatted += 1
        return element

    def _note_attributes(self, element: _Element, attributes: dict[str, str | None]) -> None:
        if is_hidden(attributes):
            element.hidden = True
            self.hidden += 1
        tiny = tiny_font(attributes)
        self.tiny = self.tiny if tiny is None else tiny
        if element.tag in ("a", "area"):
            self._link(attributes)
        if _REST_ID.fullmatch(attributes.get("id") or ""):
            # It quotes everything that follows, however deep it stands itself.
            self.quotes.insert(0, _Quote(is_forward=self.hands_on and not self.forwarded))
            self.forwarded = self.forwarded or self.hands_on
        elif _QUOTE_CLASS.search((attributes.get("class") or "")[:500]) or (
            element.tag == "blockquote" and attributes.get("type") == "cite"
        ):
            element.quote = True
            self.quotes.append(_Quote())

    def _leave(self, element: _Element) -> None:
        tag = element.tag
        if tag in LINE_TAGS:
            self._end_line(paragraph=tag in PARAGRAPH_TAGS)
        elif element.quote:
            self._end_line()
        if tag == "a" and self.link_target:
            self.opt_out = self.opt_out or leads_out(self.link_target, "".join(self.link_words))
            self.link_target = ""
        if tag == "pre":
            self.preformatted -= 1
        self.hidden -= element.hidden
        self.tiny = element.tiny
        if element.quote and self.quotes:
            self.quotes.pop()

    def _text(self, text: str) -> None:
        if self.hidden:
            self.hidden_text = self.hidden_text or bool(_FILLERS.sub("", text).strip())
            return
        text = _FILLERS.sub("", text).replace("\xa0", " ")
        if self.preformatted:
            first, *others = text.replace("\r\n", "\n").split("\n")
            self.line.append(first)
            for other in others:
                self._end_line(force=True)
                self.line.append(other)
            return
        text = _SPACES.sub(_one_space, text)
        if text.startswith((" ", "\n")) and (not self.line or self.line[-1].endswith((" ", "\n"))):
            text = text[1:]
        if text:
            self.line.append(text)
            self.tiny_text = self.tiny_text or (self.tiny and not text.isspace())
            if self.link_target:
                self.link_words.append(text)

    def _end_line(self, force: bool = False, paragraph: bool = False) -> None:
        """Finish the line; `force` makes an empty one if there is none, `paragraph` leaves one below."""
        line = "".join(self.line)
        if not self.preformatted:
            line = _SOURCE_WRAP.sub("", line).replace("\n", " ").strip()
        self.line.clear()
        if line.strip() and self.quotes and self.quotes[-1].is_forward is None:
            # A forward of a forward of … ends somewhere: every line is compared with all that are open.
            self.quotes[-1].is_forward = len(self.quotes) <= 10 and FORWARDED.match(line[:400]) is not None
            self.forwarded = self.forwarded or bool(self.quotes[-1].is_forward)
        lines = self.new if all(quote.is_forward for quote in self.quotes) else self.quoted
        if line or force:
            lines.append(line)
        if paragraph and lines and lines[-1]:
            lines.append("")

    def _link(self, attributes: dict[str, str | None]) -> None:
        target = web_link(attributes.get("href"))
        self.link_target, self.link_words = target or (attributes.get("href") or "")[:400], []
        if target is not None:
            self.link_count += 1
            if len(self.links) < LINK_COUNT:
                self.links.append(target)

    def _image(self, attributes: dict[str, str | None]) -> None:
        self.image_count += 1
        pixel = is_one_pixel(attributes)
        self.tracking_pixel = self.tracking_pixel or pixel
        words = (attributes.get("alt") or "").strip()
        if words and not pixel and not self.hidden and len(self.alternatives) < 50:
            self.alternatives.append(words[:400])
            if self.link_target:
                self.link_words.append(words[:400])

    def result(self, cut: bool) -> HtmlText:
        """Everything found. A mail that is nothing but pictures says what their replacement texts say."""
        text = tidy(self.new)
        if not text and not self.quoted:
            text = tidy(self.alternatives)
        return HtmlText(
            text=text,
            quoted=tidy(self.quoted),
            forwarded=self.forwarded,
            links=tuple(dict.fromkeys(self.links)),
            link_count=self.link_count,
            image_count=self.image_count,
            tracking_pixel=self.tracking_pixel,
            hidden_text=self.hidden_text,
            tiny_text=self.tiny_text,
            opt_out=self.opt_out,
            cut=cut,
        )


def _one_space(spaces: re.Match[str]) -> str:
    """One blank, or a line end when the source has one there: between Japanese characters that is no blank."""
    return "\n" if "\n" in spaces[0] or "\r" in spaces[0] else " "
