"""What a raw mail says: bytes to Message."""

from __future__ import annotations

import hashlib

from followup_filter.errors import UnreadableMailError
from followup_filter.language import gettext as _
from followup_filter.mail.content import read_content
from followup_filter.mail.envelope import read_envelope
from followup_filter.mail.message import Message
from followup_filter.mail.parts import parse_parts

_MAGIC = (
    b"%PDF",
    b"PK\x03\x04",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"\xd0\xcf\x11\xe0",
    b"\x1f\x8b",
    b"\x7fELF",
    b"SQLite",
)
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\f\x1b")
_SAMPLE_BYTES = 4_096


def parse_message(raw: bytes) -> Message:
    """The Message in `raw` (RFC 5322, or what mail programs take for it).

    `repairs` of the result names what was mended: "header", "date", "charset", "base64", "quoted-printable",
    "uuencode", "transfer-encoding", "structure" (parts that do not begin or end as announced) or "limit" (something
    was too long, too many or too deep and was left unread).

    Raises UnreadableMailError, and nothing else, when neither a header nor a text can be made out, or when a limit
    leaves nothing to read.
    """
    try:
        return read_message(raw)
    except UnreadableMailError:
        raise
    except Exception as error:  # Whatever a hostile mail brings about, the mails behind it are read.
        fault = type(error).__name__
        raise UnreadableMailError(
            _("This mail could not be read because of a fault in the program ({fault}).").format(fault=fault)
        ) from error


def has_text(raw: bytes) -> bool:
    """True when these bytes, perhaps only the start of a mail, already hold text that can be read."""
    try:
        return bool(parse_message(raw).text)
    except UnreadableMailError:
        return False


def read_message(raw: bytes) -> Message:
    """The same as parse_message without its guard against faults of the program."""
    data = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if not data.strip(b"\0 \t\r\n"):
        raise UnreadableMailError(_("This mail is empty."))
    part, cut = parse_parts(data)
    envelope = read_envelope(part)
    if not envelope.is_mail and _is_binary(data):
        raise UnreadableMailError(_("This file is not a mail: it has no mail header, and it is not text."))
    content = read_content(part, envelope)
    form = content.form
    if not (content.text or content.quoted or form.attachment_names or form.calendar_part):
        if cut:
            raise UnreadableMailError(_("This mail is nested too deeply or has too many parts; no text could be read."))
        if not envelope.is_mail:
            raise UnreadableMailError(_("This file is not a mail: it has neither a mail header nor text."))
    return Message(
        content_hash=hashlib.sha256(raw).hexdigest(),
        message_id=envelope.message_id,
        in_reply_to=envelope.in_reply_to,
        references=envelope.references,
        date=envelope.date,
        from_address=envelope.sender,
        reply_to=envelope.reply_to,
        to=envelope.to,
        cc=envelope.cc,
        subject=envelope.subject,
        text=content.text,
        quoted=content.quoted,
        signature=content.signature,
        forwarded=content.forwarded,
        list_headers=envelope.list_headers,
        links=content.links,
        form=form,
        repairs=tuple(dict.fromkeys((*envelope.repairs, *content.repairs, *(("limit",) if cut else ())))),
    )


def _is_binary(data: bytes) -> bool:
    sample = data[:_SAMPLE_BYTES]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return data.startswith(_MAGIC) or controls * 20 > len(sample)
