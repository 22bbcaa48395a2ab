"""One account's night: which folders are read from which day on, and what is asked of the server.

Every mail that was seen is recorded by its UID, so that an empty night costs one EXAMINE and one SEARCH a folder, and
one FETCH of flags where leads wait for an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from followup_filter.errors import FollowupError, UnreadableMailError
from followup_filter.events.event import Event, EventList
from followup_filter.language import gettext as _
from followup_filter.mail.parse import parse_message
from followup_filter.mail.server import Folder, Role, ServerMail
from followup_filter.model.bundle import Model
from followup_filter.pipeline.faults import FolderFaults
from followup_filter.pipeline.intake import Incoming, Intake, Progress, RunSummary
from followup_filter.store import events as event_store
from followup_filter.store import messages as store
from followup_filter.store import nights, results
from followup_filter.store.contacts import add_first_contacts
from followup_filter.store.database import Database
from followup_filter.store.nights import Scan

if TYPE_CHECKING:
    from followup_filter.mail.imap import ImapSource

DAYS_WITHOUT_EVENTS = 60
DAYS_OF_HISTORY = 365
"""Whoever wrote or was written to in so many days before the first event is known from before."""
SLACK = timedelta(days=2)
"""Servers reckon a day in their own time zone (reliability.md section 1, fault 28)."""
DAYS_OF_ANSWERS = 120
"""Leads of so many days are asked for their \\Answered flag."""


def run_account(
    source: ImapSource,
    database: Database,
    model: Model,
    max_lead_loss: float,
    now: datetime,
    progress: Progress,
    read_since: date | None = None,
) -> RunSummary:
    """Take new mail of an account into the store and judge it; a folder that the server refuses stops no other.

    `read_since`: mail from this day on is wanted, even where no event asks for it.
    Of folders for sent mail only headers are read, mail in Trash is only counted. Raises ServerError when the
    connection is lost for good and StorageError when the database refuses; whole batches stay in both cases.
    """
    address = source.account.address
    with database.transaction() as connection:
        if event_store.add_own_address(connection, address):
            store.mark_own_mail(connection, event_store.read_events(connection).owner.addresses)
    folders = folders_to_read(source)
    faults = FolderFaults(database, address, now.date())
    faults.forget_others(folders)
    _read_history(source, database, [folder for folder in folders if folder.role in _KNOWS_PEOPLE], faults)
    intake = Intake.begin(database, address, model, max_lead_loss, now.date())
    try:
        for folder in folders:
            with faults.noted(folder):
                _read_folder(source, folder, intake, database, now, progress, read_since)
                faults.over(folder)
    except FollowupError:
        # What has arrived whole is kept and judged; only the run itself stays marked as cut off.
        intake.judge()
        raise
    faults.warn(hidden_all_mail(source, folders))
    return intake.end(tuple(faults.sentences))


def folders_to_read(source: ImapSource) -> list[Folder]:
    """The folders of an account that are looked at: every one that takes in mail, Junk to rescue leads, Sent, Trash.

    Where one folder holds all mail (Gmail), it stands for the others, sent mail included. Drafts are left out, and
    what the settings name.
    """
    folders = [folder for folder in source.folders() if folder.name not in source.account.leave_out]
    order = _WITH_ALL if any(folder.role is Role.ALL for folder in folders) else _WITHOUT_ALL
    folders = [folder for folder in folders if folder.role in order]
    return sorted(folders, key=lambda folder: (order.index(folder.role), folder.name))


def first_day_to_read(
    events: EventList, scan: Scan | None, uidvalidity: int, now: datetime, read_since: date | None = None
) -> date:
    """From which day on a folder is looked through: two days before the earliest event not fully scanned in it.

    Never later than two days before the last look, so that mail of no event is read as well. A folder that was never
    looked through, or whose UIDs begin anew, is read from the first event on, or 60 days back where there is none.
    """
    known = scan is not None and scan.uidvalidity == uidvalidity
    days = [event.date for event in events.events if not (scan and known and _is_scanned(event, scan))]
    if scan:
        days.append(scan.scanned.date())
    if read_since and not (scan and known and scan.since <= read_since - SLACK):
        days.append(read_since)
    if not known and not events.events:
        days.append(now.date() - timedelta(days=DAYS_WITHOUT_EVENTS))
    return min([*days, now.date()]) - SLACK


def _is_scanned(event: Event, scan: Scan) -> bool:
    """True when all mail of the event's window was seen in the folder."""
    return scan.since <= event.date - SLACK and scan.scanned >= event.window_end + SLACK


def _read_folder(
    source: ImapSource,
    folder: Folder,
    intake: Intake,
    database: Database,
    now: datetime,
    progress: Progress,
    read_since: date | None,
) -> None:
    opened = source.open(folder)
    place = store.Place(source.account.address, folder.name, opened.uidvalidity)
    with database.transaction() as connection:
        scan = nights.read_scan(connection, place.account, place.folder)
        events = event_store.read_events(connection)
        leads = results.lead_uids(connection, place, now - timedelta(days=DAYS_OF_ANSWERS))
        attempted = nights.attempted_uids(connection, place)
    since = first_day_to_read(events, scan, opened.uidvalidity, now, read_since)
    # What was put into the folder since the last look may have arrived long before, in another one.
    moved_in = (scan.next_uid, min(scan.since, since)) if scan and scan.uidvalidity == opened.uidvalidity else None
    uids = source.arrived_since(opened, since, moved_in=moved_in)
    if folder.role is not Role.TRASH:
        known = intake.known_uids(place)
        # What could not be had before is asked for again, also where no event asks for its day any more.
        wanted = {*uids, *attempted}
        new = intake.recognise(place, source.gmail_numbers([uid for uid in wanted if str(uid) not in known]))
        progress(0, len(new))
        sent = folder.role is Role.SENT
        gone = set(attempted)
        for mails in source.fetch(new, headers_only=sent):
            incoming = [
                Incoming(str(mail.uid), mail.raw, mail.error, mail.received, new[mail.uid], sent or mail.sent)
                for mail in mails
            ]
            intake.take(place, incoming)
            gone.difference_update(mail.uid for mail in mails)
            progress(len(mails))
        answered = source.answered(leads)
        with database.transaction() as connection:
            nights.mark_answered(connection, [leads[uid] for uid in answered])
            nights.forget_attempts(connection, place, map(str, gone))
    if scan and scan.uidvalidity == opened.uidvalidity:
        since = min(since, scan.since)
    with database.transaction() as connection:
        whole = Scan(opened.uidvalidity, since, now.astimezone(UTC), len(uids), opened.next_uid)
        nights.save_scan(connection, place.account, place.folder, folder.role, whole)


_WITH_ALL = (Role.ALL, Role.JUNK, Role.TRASH)
_WITHOUT_ALL = (Role.INBOX, Role.OTHER, Role.SENT, Role.JUNK, Role.TRASH)
"""Which folders are read, and in which order; drafts never are."""
_KNOWS_PEOPLE = frozenset({Role.ALL, Role.INBOX, Role.SENT, Role.OTHER})
"""Folders in which mail from before the first event tells whom the owner knew."""


def _read_history(source: ImapSource, database: Database, folders: Iterable[Folder], faults: FolderFaults) -> None:
    """Once, the addresses of the year before the first event: who wrote, and to whom the owner wrote."""
    address = source.account.address
    with database.transaction() as connection:
        events = event_store.read_events(connection)
        known = {folder: nights.history_since(connection, address, folder.name) for folder in folders}
    if not events.events:
        return
    first = min(event.date for event in events.events)
    since = first - timedelta(days=DAYS_OF_HISTORY)
    own = {address, *events.owner.addresses}
    for folder, known_since in known.items():
        if known_since and known_since <= since:
            continue
        with faults.noted(folder):
            opened = source.open(folder)
            contacts: dict[str, datetime] = {}
            for mails in source.addresses(source.arrived_since(opened, since, before=known_since or first)):
                _note_contacts(contacts, mails, own)
            with database.transaction() as connection:
                if add_first_contacts(connection, contacts):
                    results.forget_attributions(connection)
                nights.save_history(connection, address, folder.name, since)


def _note_contacts(contacts: dict[str, datetime], mails: Iterable[ServerMail], own: set[str]) -> None:
    for mail in mails:
        try:
            message = parse_message(mail.raw)
        except UnreadableMailError:
            continue
        moment = mail.received or message.date
        sender = message.from_address.address if message.from_address else ""
        people = [person.address for person in (*message.to, *message.cc)] if sender in own else [sender]
        for person in people:
            if person and moment and person not in own:
                contacts[person] = min(moment, contacts.get(person, moment))


def hidden_all_mail(source: ImapSource, folders: Sequence[Folder]) -> str:
    """A warning when Gmail's folder of all mail cannot be seen; else ""."""
    if not source.is_gmail or any(folder.role is Role.ALL for folder in folders):
        return ""
    return _(
        "Gmail hides the folder “All Mail”, so that archived mail may be missed. Switch on “Show in IMAP” for it in "
        "Gmail's settings, under Labels."
    )
