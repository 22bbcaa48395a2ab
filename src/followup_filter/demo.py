"""The demo: the shipped mailbox as mail files, and a run on them as an owner would have it."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from pathlib import Path

from followup_filter.errors import SampleError
from followup_filter.events.eventfile import read_events
from followup_filter.language import gettext as _
from followup_filter.mail.render import render, render_own
from followup_filter.model.samples import read_records
from followup_filter.report.leads import local
from followup_filter.resources import demo_mailbox

MORNING = time(6, 30)


def write_demo(folder: Path) -> datetime:
    """Write the demo into `folder`: `mail/inbox/*.eml` as it arrived, `mail/sent/*.eml`, and events.toml.

    Returns the morning after the newest mail, from which the demo's report reckons.
    """
    mailbox = demo_mailbox()
    events = read_events(mailbox / "scenario.toml")
    owner = events.owner.addresses[0]
    inbox, sent = folder / "mail" / "inbox", folder / "mail" / "sent"
    for part in (inbox, sent):
        part.mkdir(parents=True, exist_ok=True)
    newest: list[datetime] = []
    for record in read_records(mailbox / "mails.jsonl"):
        (inbox / f"{record['id']}.eml").write_bytes(render(record, mailbox.name, owner))
        newest.append(datetime.fromisoformat(record["date"]))
    own_mail = mailbox / "sent.jsonl"
    for line in own_mail.read_text("utf-8").splitlines() if own_mail.exists() else ():
        reply = json.loads(line)
        (sent / f"{reply['id']}.eml").write_bytes(render_own(reply, mailbox.name, owner, events.owner.name))
    (folder / "events.toml").write_bytes((mailbox / "scenario.toml").read_bytes())
    if not newest:
        raise SampleError(_("{path} has no samples.").format(path=mailbox))
    last = local(max(newest))
    morning = datetime.combine(last.date(), MORNING, last.tzinfo)
    return morning if last <= morning else morning + timedelta(days=1)
