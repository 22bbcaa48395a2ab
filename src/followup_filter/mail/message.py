"""What one parsed mail is: the frozen dataclasses every later stage reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """One mail address: the name beside it (may be empty) and the address in lower case."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The part behind the last @, or an empty string."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class FormFacts:
    """Facts about the form of a mail, none about its words.

    Counts are numbers of things found in the whole mail; `ruled_lines` counts lines made of rule
    characters (━, ─, =, -, * …) in the newest text; `html_only` means that the text was read from HTML
    because there was no useful plain part.
    """

    has_html: bool = False
    html_only: bool = False
    link_count: int = 0
    link_hosts: tuple[str, ...] = ()
    image_count: int = 0
    tracking_pixel: bool = False
    hidden_text: bool = False
    tiny_text: bool = False
    opt_out: bool = False
    bulk_headers: bool = False
    auto_submitted: bool = False
    ruled_lines: int = 0
    attachment_names: tuple[str, ...] = ()
    calendar_part: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One parsed mail.

    `content_hash` is the SHA-256 of the raw bytes, in hexadecimal. `date` is aware, or None where the
    Date header is missing or senseless. `text` is what the sender newly wrote, forwarded text included,
    without `quoted` (earlier mails) and `signature`. `list_headers` holds the headers that broadcast mail
    carries, names in lower case. `repairs` names what had to be mended to read the mail.
    """

    content_hash: str
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: datetime | None
    from_address: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    text: str
    quoted: str
    signature: str
    forwarded: bool
    list_headers: tuple[tuple[str, str], ...]
    links: tuple[str, ...]
    form: FormFacts
    repairs: tuple[str, ...] = ()
