"""What a golden case holds: a Message as JSON that people can read."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from followup_filter.mail.message import Address, FormFacts, Message

CASES = Path(__file__).parents[1] / "data" / "mail"


def _shown(address: Address) -> str:
    return f"{address.name} <{address.address}>" if address.name else address.address


def as_json(message: Message) -> dict[str, Any]:
    """The message without its hash; texts as lists of lines, and of the form only what is out of the ordinary."""
    facts = asdict(message.form)
    form = {fact.name: facts[fact.name] for fact in fields(FormFacts) if facts[fact.name] != fact.default}
    values: dict[str, Any] = {
        "subject": message.subject,
        "from": _shown(message.from_address) if message.from_address else None,
        "to": [_shown(address) for address in message.to],
        "cc": [_shown(address) for address in message.cc],
        "reply_to": [_shown(address) for address in message.reply_to],
        "date": message.date.isoformat() if message.date else None,
        "message_id": message.message_id,
        "in_reply_to": message.in_reply_to,
        "references": message.references,
        "text": message.text.split("\n") if message.text else [],
        "quoted": message.quoted.split("\n") if message.quoted else [],
        "signature": message.signature.split("\n") if message.signature else [],
        "forwarded": message.forwarded,
        "list_headers": dict(message.list_headers),
        "links": message.links,
        "form": form,
        "repairs": message.repairs,
    }
    usual = ("subject", "from", "date", "text")
    return {key: value for key, value in values.items() if value or key in usual}
