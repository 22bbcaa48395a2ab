"""Which links a mail has, and to which hosts they lead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

LINK_COUNT = 300
LINK_LENGTH = 2_000

_URL = re.compile(r"https?://[^\s<>\"'「」『』【】()（）、。，\u3000]{1,2000}", re.IGNORECASE)
_TRAILING = ".,;:!?)]}>*_~"


def links_in(text: str) -> list[str]:
    """The http and https links that stand in a text, as written, 300 at most."""
    found = []
    for match in _URL.finditer(text):
        found.append(match[0].rstrip(_TRAILING))
        if len(found) >= LINK_COUNT:
            break
    return found


def web_link(target: str | None) -> str | None:
    """`target` when it is an http or https link of sensible length, else None."""
    target = (target or "").strip()
    return target if len(target) <= LINK_LENGTH and target[:8].lower().startswith(("http://", "https://")) else None


def hosts_of(links: Iterable[str]) -> tuple[str, ...]:
    """The hosts of links in lower case, each once, in order."""
    hosts: dict[str, None] = {}
    for link in links:
        try:
            host = urlsplit(link).hostname
        except ValueError:
            continue
        if host:
            hosts[host] = None
    return tuple(hosts)
