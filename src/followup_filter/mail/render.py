"""Writes a labelled sample record as the MIME mail it stands for, in the encodings that real mail uses."""

from __future__ import annotations

import base64
import quopri
import re
from collections.abc import Mapping
from datetime import datetime
from email.header import Header
from email.message import Message as MimeMessage
from email.utils import format_datetime, formataddr
from functools import lru_cache
from typing import Any

MESSAGE_ID_DOMAIN = "mail.example"

_HALF_WIDTH_KANA = re.compile("[\uff61-\uff9f]+")


@lru_cache(maxsize=1)
def _nec_selected() -> dict[str, bytes]:
    """The cp932 pairs of rows 89 to 92 (ED40 to EEFC) by their character."""
    pairs = (bytes((lead, trail)) for lead in (0xED, 0xEE) for trail in range(0x40, 0xFD) if trail != 0x7F)
    return {pair.decode("cp932"): pair for pair in pairs if len(pair.decode("cp932", "ignore")) == 1}


def encode_jis(text: str) -> bytes:
    """`text` as Japanese mail programs send ISO-2022-JP, NEC and IBM characters and half-width kana included.

    cp932 pairs become JIS rows and cells by arithmetic (the inverse of the decoder in charset.py); characters that
    cp932 lacks become "?" or 〓.
    """
    output = bytearray()
    mode = b"\x1b(B"

    def switch(wanted: bytes) -> None:
        nonlocal mode
        if mode != wanted:
            output.extend(wanted)
            mode = wanted

    for character in text:
        encoded = character.encode("cp932", errors="replace")
        if len(encoded) == 1 and encoded[0] < 0x80:
            switch(b"\x1b(B")
            output += encoded
        elif len(encoded) == 1:
            switch(b"\x1b(I")
            output.append(encoded[0] & 0x7F)
        else:
            # IBM's own rows lie outside of JIS; NEC's copies of the same characters are rows 89 to 92.
            if encoded[0] >= 0xF0:
                encoded = _nec_selected().get(character, "〓".encode("cp932"))
            switch(b"\x1b$B")
            lead, trail = encoded
            row = (lead - (0x71 if lead < 0xA0 else 0xB1)) * 2 + 1
            if trail >= 0x9F:
                row, cell = row + 1, trail - 0x7E
            else:
                cell = trail - (0x1F if trail < 0x7F else 0x20)
            output += bytes((row, cell))
    switch(b"\x1b(B")
    return bytes(output)


def _encode(text: str, charset: str) -> bytes:
    if charset == "iso-2022-jp":
        return b"\n".join(encode_jis(line) for line in text.split("\n"))
    return text.encode({"shift_jis": "cp932"}.get(charset, charset), errors="replace")


def _header_text(text: str, charset: str) -> str:
    if text.isascii():
        return text
    if charset in ("utf-8", "us-ascii"):
        return Header(text, "utf-8").encode(linesep="\n")
    # Words of at most 12 characters stay below the 75 of RFC 2047 in every encoding.
    words = (text[start : start + 12] for start in range(0, len(text), 12))
    return "\n ".join(f"=?{charset}?B?{base64.b64encode(_encode(word, charset)).decode()}?=" for word in words)


def _part(text: str, subtype: str, charset: str) -> MimeMessage:
    part = MimeMessage()
    data = _encode(text, charset)
    if charset == "iso-2022-jp":
        encoding, payload = "7bit", data.decode("ascii")
    elif subtype == "html" or text.isascii():
        encoding, payload = "quoted-printable", quopri.encodestring(data).decode("ascii")
    else:
        encoding, payload = "base64", base64.encodebytes(data).decode("ascii")
    part["Content-Type"] = f'text/{subtype}; charset="{charset}"'
    part["Content-Transfer-Encoding"] = encoding
    part.set_payload(payload)
    return part


def message_id(mailbox: str, record_id: str) -> str:
    """The Message-ID of a sample, so that replies can name it."""
    return f"<{record_id}.{mailbox}@{MESSAGE_ID_DOMAIN}>"


def render(record: Mapping[str, Any], mailbox: str, owner_address: str) -> bytes:
    """The raw mail of one record of mails.jsonl (format: design.md, "Samples").

    The charset is that of a Content-Type among the record's headers, else UTF-8; an `X-Attachment` header names a
    file to attach (its content is a stub).
    """
    headers = dict(record["headers"])
    declared = re.search(r"charset=\"?([\w-]+)", headers.pop("Content-Type", ""))
    charset = declared[1].lower() if declared else "utf-8"
    attachment = headers.pop("X-Attachment", None)
    parts = [_part(record["body"], "plain", charset)] if record["body"] else []
    if record["html"]:
        parts.append(_part(record["html"], "html", charset))
    mail = parts[0]
    if len(parts) > 1:
        mail = MimeMessage()
        mail["Content-Type"] = f'multipart/alternative; boundary="alternative-{record["id"]}"'
        for part in parts:
            mail.attach(part)
    if attachment:
        inner, mail = mail, MimeMessage()
        mail["Content-Type"] = f'multipart/mixed; boundary="mixed-{record["id"]}"'
        file = MimeMessage()
        file["Content-Type"] = "application/octet-stream"
        file["Content-Disposition"] = f'attachment; filename="{_header_text(attachment, charset)}"'
        file["Content-Transfer-Encoding"] = "base64"
        file.set_payload(base64.encodebytes(b"%PDF-1.4\n").decode("ascii"))
        mail.attach(inner)
        mail.attach(file)
    mail["MIME-Version"] = "1.0"
    mail["Date"] = format_datetime(datetime.fromisoformat(record["date"]))
    mail["Message-ID"] = message_id(mailbox, record["id"])
    mail["From"] = _address(record["from_name"], record["from_address"], charset)
    to = headers.pop("To", None)
    mail["To"] = to or _address(record["to_name"], owner_address, charset)
    mail["Subject"] = _header_text(record["subject"], charset)
    if record["in_reply_to"]:
        parent = "owner-" + record["id"] if record["in_reply_to"] == "owner" else record["in_reply_to"]
        mail["In-Reply-To"] = mail["References"] = message_id(mailbox, parent)
    for name, value in headers.items():
        if name.lower() not in ("date", "from", "subject", "message-id", "in-reply-to", "references", "mime-version"):
            mail[name] = _header_text(value, charset)
    return mail.as_bytes()


def render_own(reply: Mapping[str, str], mailbox: str, owner_address: str, owner_name: str) -> bytes:
    """The raw mail that the owner of a mailbox sent: a record of sent.jsonl (data/samples/README.md)."""
    mail = _part(reply["body"], "plain", "utf-8")
    mail["MIME-Version"] = "1.0"
    mail["Date"] = format_datetime(datetime.fromisoformat(reply["date"]))
    mail["Message-ID"] = message_id(mailbox, reply["id"])
    mail["From"] = _address(owner_name, owner_address, "utf-8")
    mail["To"] = _address(reply["to_name"], reply["to_address"], "utf-8")
    mail["Subject"] = _header_text(reply["subject"], "utf-8")
    if reply["in_reply_to"]:
        mail["In-Reply-To"] = mail["References"] = message_id(mailbox, reply["in_reply_to"])
    return mail.as_bytes()


def _address(name: str, address: str, charset: str) -> str:
    if name.isascii():
        return formataddr((name, address))
    return f"{_header_text(name, charset)} <{address}>"
