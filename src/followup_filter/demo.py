"""The demo: the shipped mailbox as mail files, and a run on them as an owner would have it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

from followup_filter.model.corpus import write_mailbox
from followup_filter.report.leads import local
from followup_filter.resources import demo_mailbox

MORNING = time(6, 30)


def write_demo(folder: Path) -> datetime:
    """Write the demo into `folder`: `mail/inbox/*.eml` as it arrived, `mail/sent/*.eml`, and events.toml.

    Returns the morning after the newest mail, from which the demo's report reckons.
    """
    last = local(write_mailbox(demo_mailbox(), folder))
    morning = datetime.combine(last.date(), MORNING, last.tzinfo)
    return morning if last <= morning else morning + timedelta(days=1)
