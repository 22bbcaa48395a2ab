"""`make bench-report`: a page over a large store against one full read of its rows (issue 7: 5 times, 300 MB)."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from pathlib import Path

from sqlalchemy import select

from followup_filter.cli.common import open_store
from followup_filter.config import Settings
from followup_filter.events.event import Card, Event, EventList, Owner
from followup_filter.labels import KINDS, OUTCOMES
from followup_filter.mail.message import Message
from followup_filter.report.output import page
from followup_filter.resources import Role, mailboxes
from followup_filter.store import events as event_store
from followup_filter.store import messages, results, schema
from followup_filter.store.database import Database

MAILS, EVENTS = 100_000, 300
SPEED_LIMIT, MEMORY_LIMIT = 5.0, 300.0
NOW = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def fill(folder: Path) -> None:
    """A store with the mail of the ordinary inboxes again and again, with results, half of it of events."""
    from followup_filter.model.samples import read_mailbox

    days = [date(2026, 1, 5) + timedelta(days=number % 290) for number in range(EVENTS)]
    events = [
        Event(f"e{number}", f"交流会 {number}", day, fee=3000, cards=(Card("", "", f"c{number}@x.example"),))
        for number, day in enumerate(days)
    ]
    with open_store(folder) as database, database.transaction() as connection:
        event_store.save_events(connection, EventList(Owner(), tuple(events)))
        boxes = [read_mailbox(folder) for folder in mailboxes(Role.TRAINING) if folder.name.startswith("inbox-")]
        samples = cycle([sample for box in boxes for sample in box.samples])
        for number in range(MAILS):
            sample, event = next(samples), events[number % EVENTS] if number % 2 else None
            when = datetime.combine(event.date if event else date(2026, 3, 1), datetime.min.time(), UTC)
            message = _copy(sample.message, number, when + timedelta(days=number % 40, seconds=number % 86_400))
            key = messages.add_message(connection, message, sent_by_owner=False)
            likely = {outcome: 0.96 if outcome is sample.outcome else 0.01 for outcome in OUTCOMES}
            values = {
                "outcome": sample.outcome,
                "kind": sample.kind,
                "probabilities": likely,
                "kinds": {kind: 0.96 if kind is sample.kind else 0.003 for kind in KINDS},
                "raw": list(likely.values()),
                "plausible": [sample.outcome],
                "review": number % 15 == 0,
                "reasons": [{"feature": "見積もり", "weight": 1.5}] * 6,
                "sentence": message.text[:60],
                "model_version": "bench",
                "events_version": "",
            }
            results.save_prediction(connection, key, values)
            attributed: dict[str, object] = {
                "event": event.id if event else None,
                "event_probability": 0.9,
                "runner_up": None,
                "evidence": [],
                "events_version": "bench",
            }
            results.save_attribution(connection, key, attributed)


def _copy(message: Message, number: int, when: datetime) -> Message:
    name = f"<{number}@bench.example>"
    return replace(message, content_hash=f"{number:064x}", message_id=name, references=(), in_reply_to=(), date=when)


def read_rows(database: Database) -> int:
    """One full read of the rows that a report is made of."""
    with database.transaction() as connection:
        rows = 0
        for table in (schema.message, schema.result):
            rows += sum(1 for _row in connection.execute(select(table)).mappings())
    return rows


def measure(what: str, folder: Path) -> None:
    """One measurement in a process of its own: seconds and megabytes at most in use."""
    with open_store(folder) as database:
        begin = time.perf_counter()
        if what == "rows":
            read_rows(database)
        else:
            with database.transaction() as connection:
                page(connection, NOW, Settings())
        seconds = time.perf_counter() - begin
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    """Fill a store, measure both, and say whether the limits hold."""
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder))
        figures = {}
        for what in ("rows", "page"):
            command = [sys.executable, "-m", "benchmarks.report", what, folder]
            out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            figures[what] = tuple(map(float, out.split()))
    (read, _), (made, memory) = figures["rows"], figures["page"]
    print(f"{MAILS} mails, {EVENTS} events: one full read {read:.1f} s, the page {made:.1f} s and {memory:.0f} MB")
    print(f"{made / read:.2f} times the read (limit {SPEED_LIMIT}), {memory:.0f} MB (limit {MEMORY_LIMIT:.0f})")
    if made / read > SPEED_LIMIT or memory > MEMORY_LIMIT:
        raise SystemExit(1)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measure(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
