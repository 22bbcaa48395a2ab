"""Which people an address header names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from followup_filter.mail.headers import ENCODED_WORD, decode_raw, decode_words, unfolded
from followup_filter.mail.message import Address
from followup_filter.mail.text import limit_marks, one_line

ADDRESS_COUNT = 200
"""Addresses of one header that are read at most."""

_TOKEN = re.compile(ENCODED_WORD.pattern + r'|\\.|["(),;:<>]', re.DOTALL)
_BARE_ADDRESS = re.compile(r"[^\s<>()\"',;:\[\]]{1,200}@[^\s<>()\"',;:\[\]]{1,250}")
_NAME_LENGTH = 500


@dataclass(slots=True)
class _Mailbox:
    """One mailbox while it is being read: what stands outside, in angle brackets and in comments."""

    words: list[str] = field(default_factory=list)
    angle: list[str] | None = None
    comment: list[str] = field(default_factory=list)
    in_angle: bool = False
    has_at: bool = False

    def keep(self, piece: str, in_comment: bool) -> None:
        """Put a piece of the header where it belongs."""
        if in_comment:
            self.comment.append(piece)
        elif self.in_angle and self.angle is not None:
            self.angle.append(piece)
            # An at sign in front belongs to an old route: <@relay,@relay:who@where>.
            self.has_at = self.has_at or "@" in piece.lstrip()[1:]
        else:
            self.words.append(piece)


def parse_addresses(value: str | bytes, hint: str | None = None) -> tuple[tuple[Address, ...], bool]:
    """The addresses of a header, 200 at most, and whether it was repaired. Never raises; one pass, whatever is nested.

    Names are decoded after the list is taken apart, so that an encoded comma or bracket makes no new address. A
    sender without address is given with an empty one when nothing else is there.
    """
    text, repaired = decode_raw(unfolded(value), hint)
    found = _addresses(text)
    decoded, odd = decode_words(text)
    if not found and "=?" in text and _BARE_ADDRESS.search(decoded):
        # Some programs encode the address together with the name.
        found, odd = _addresses(decoded), True
    if not found and (name := _name([decoded]).strip(" <>;:,")) and not name.lower().startswith("undisclosed"):
        found = [Address(name, "")]
    return tuple(found), repaired or odd


def _addresses(text: str) -> list[Address]:
    found = []
    surname: list[str] = []
    for mailbox in _split(text):
        # "Sato, Jiro <sato@…>" without quotes is one person.
        address = _address(mailbox, surname)
        if address is not None:
            found.append(address)
        surname = ["".join(mailbox.words).strip()] if address is None else []
    return found


def _split(text: str) -> list[_Mailbox]:
    """The mailboxes of an address list."""
    mailboxes: list[_Mailbox] = []
    mailbox = _Mailbox()
    in_quotes = False
    comments = 0
    position = 0
    last_group_end = text.rfind(";")
    for token in _TOKEN.finditer(text):
        mailbox.keep(text[position : token.start()], comments > 0)
        position = token.end()
        sign = token[0]
        if len(sign) == 2 and (in_quotes or comments):
            mailbox.keep(sign[1], comments > 0)
        elif sign == '"' and not comments:
            in_quotes = not in_quotes
        elif in_quotes or len(sign) > 1:
            mailbox.keep(sign, comments > 0)
        elif sign == "(":
            if comments:
                mailbox.keep(sign, True)
            comments += 1
        elif sign == ")":
            comments = max(0, comments - 1)
            if comments:
                mailbox.keep(sign, True)
        elif comments:
            mailbox.keep(sign, True)
        elif sign == "<":
            mailbox.angle, mailbox.in_angle, mailbox.has_at = [], True, False
        elif sign == ">":
            mailbox.in_angle = False
        elif sign in ",;" and (mailbox.has_at or not mailbox.in_angle):
            mailboxes.append(mailbox)
            mailbox = _Mailbox()
            if len(mailboxes) >= ADDRESS_COUNT:
                return mailboxes
        elif sign == ":" and mailbox.angle is None and position <= last_group_end:
            mailbox = _Mailbox()
        else:
            mailbox.keep(sign, False)
    mailbox.keep(text[position:], comments > 0)
    return [*mailboxes, mailbox]


def _address(mailbox: _Mailbox, surname: list[str]) -> Address | None:
    outside = ", ".join([*(name for name in surname if name), "".join(mailbox.words).strip()])
    if mailbox.angle is not None:
        # An old route ("<@relay:who@where>") stands before the last colon.
        address = "".join("".join(mailbox.angle).split()).rpartition(":")[2]
        if "@" in address:
            return _named(outside or "".join(mailbox.comment), address)
    match = _BARE_ADDRESS.search(outside)
    if match is None:
        return None
    name = (outside[: match.start()] + outside[match.end() :]).strip().removesuffix("<>").strip(" <>")
    return _named(name or "".join(mailbox.comment), match[0])


def _named(name: str, address: str) -> Address:
    address = address.strip("'\"").lower()[:_NAME_LENGTH]
    shown = _name([name])
    says_nothing = shown.lower().removeprefix("mailto:") in ("", address)
    return Address("" if says_nothing else shown, address)


def _name(pieces: list[str]) -> str:
    name = one_line(limit_marks(decode_words("".join(pieces))[0]))
    for quote in "\"'":
        if len(name) > 1 and name.startswith(quote) and name.endswith(quote):
            name = name[1:-1].strip()
    return name[:_NAME_LENGTH]
