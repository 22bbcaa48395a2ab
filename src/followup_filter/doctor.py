"""Checks of a set-up, each with what to do: everything that can make a night fail or mail be missed."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection

from followup_filter.config import Account, Settings
from followup_filter.errors import (
    EXIT_LOGIN,
    EXIT_OK,
    EXIT_SERVER,
    EXIT_STORAGE,
    EXIT_USAGE,
    FollowupError,
    ModelError,
)
from followup_filter.language import gettext as _
from followup_filter.language import ngettext
from followup_filter.mail.server import Role
from followup_filter.store.database import Database

LITTLE_SPACE = 200_000_000
"""Bytes; below this a night may fill the disk."""
DAYS_UNTIL_STALE = 2
DAYS_OF_POP = 21
"""An inbox whose oldest mail is younger, without sent mail, is most likely emptied by another program over POP."""
_SYNCED = ("dropbox", "onedrive", "icloud", "mobile documents", "google drive", "googledrive", "nextcloud")
_REMOTE = frozenset(
    ["nfs", "nfs4", "cifs", "smb3", "smbfs", "sshfs", "fuse.sshfs", "9p", "afs", "davfs", "fuse.rclone"]
)


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `todo`: the one thing to do, empty when all is well. `exit_status` as in errors.py."""

    check: str
    level: Level
    sentence: str
    todo: str = ""
    exit_status: int = EXIT_OK


def private_file(path: Path, check: str) -> Iterator[Finding]:
    """Whether a file of the owner's can be read by nobody else; nothing where there is no such file or notion."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return
    if os.name == "posix" and mode & 0o077:
        sentence = _("Others on this machine can read {file}.").format(file=path)
        yield Finding(check, Level.FAULT, sentence, f"chmod {'700' if path.is_dir() else '600'} {path}", EXIT_USAGE)


def check_files(settings_path: Path, folder: Path, database: Database) -> Iterator[Finding]:
    """Permissions, room, kind of disk, and whether the database is whole."""
    files = [settings_path, folder, *sorted(folder.glob("*.sqlite3")), folder / "report.txt"]
    loose = [finding for path in files for finding in private_file(path, _("permissions"))]
    yield from loose or [Finding(_("permissions"), Level.OK, _("Only you can read settings and data."))]
    free = shutil.disk_usage(folder).free
    room = _("{free:,} MB are free in {folder}.").format(free=free // 1_000_000, folder=folder)
    if free < LITTLE_SPACE:
        yield Finding(_("disk"), Level.WARNING, room, _("Free some space, or move the data folder (--data-dir)."))
    else:
        yield Finding(_("disk"), Level.OK, room)
    if kind := shared_disk(folder):
        sentence = _("The data folder lies on a shared or synchronised disk ({kind}).").format(kind=kind)
        yield Finding(_("disk"), Level.WARNING, sentence, _("Databases break there: name a folder on this machine."))
    with database.transaction() as connection:
        verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if verdict == "ok":
        yield Finding(_("database"), Level.OK, _("The database is whole."))
    else:
        sentence = _("The database is damaged: {reason}.").format(reason=verdict)
        todo = _("Set {file} aside and run again; mail will be read anew.").format(file=database.path)
        yield Finding(_("database"), Level.FAULT, sentence, todo, EXIT_STORAGE)


def shared_disk(folder: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Which shared or synchronised disk a folder lies on; "" for a disk of this machine, as far as one can tell."""
    parts = [part.lower() for part in folder.absolute().parts]
    if synced := next((name for name in _SYNCED if any(name in part for part in parts)), ""):
        return synced
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    place = str(folder.absolute())
    fitting = [
        (fields[1], fields[2])
        for line in lines
        if len(fields := line.split()) > 2 and (f"{place}/").startswith(fields[1].rstrip("/") + "/")
    ]
    _mount, kind = max(fitting, key=lambda mount: len(mount[0]), default=("", ""))
    return kind if kind in _REMOTE else ""


def check_model(database: Database) -> Iterator[Finding]:
    """Whether the model that judges is the recorded one and fits the installed libraries."""
    from followup_filter import learning

    said: list[str] = []
    try:
        model = learning.model_in_use(database, said.append)
    except (ModelError, FollowupError) as error:
        yield Finding(_("model"), Level.FAULT, str(error), "followup-filter train", error.exit_status)
        return
    if said:
        yield Finding(_("model"), Level.WARNING, " ".join(said), _("Make a new one: followup-filter train"))
    else:
        yield Finding(_("model"), Level.OK, _("Model {version} is ready.").format(version=model.version))


def check_store(connection: Connection, now: datetime) -> Iterator[Finding]:
    """Events and their windows, and when mail was last read."""
    from followup_filter.store import records
    from followup_filter.store.events import read_events

    events = read_events(connection).events
    open_events = [event for event in events if event.day_start <= now < event.window_end]
    if not events:
        todo = _("Enter one: followup-filter events add NAME DATE")
        yield Finding(_("events"), Level.WARNING, _("No event is entered, so no mail can be tied to one."), todo)
    else:
        count = ngettext("{count} event is entered", "{count} events are entered", len(events))
        sentence = _("{events}; mail is being counted for {open} of them.")
        yield Finding(
            _("events"), Level.OK, sentence.format(events=count.format(count=len(events)), open=len(open_events))
        )
    runs = records.last_runs(connection, 1)
    again = _("Run it: followup-filter run")
    if not runs:
        yield Finding(_("last run"), Level.WARNING, _("No mail has been read yet."), again)
    elif not runs[0]["ended"]:
        yield Finding(_("last run"), Level.WARNING, _("The last run was cut off."), again)
    else:
        ended = datetime.fromisoformat(runs[0]["ended"])
        days = (now - ended).days
        sentence = _("Mail was last read: {moment}").format(moment=f"{ended.astimezone():%Y-%m-%d %H:%M}")
        stale = days >= DAYS_UNTIL_STALE
        yield Finding(_("last run"), Level.WARNING if stale else Level.OK, sentence, again if stale else "")


def check_clock(now: datetime) -> Iterator[Finding]:
    """Whether this machine's clock can be right."""
    if now.year < 2026:
        sentence = _("This machine's clock says {moment}.").format(moment=f"{now:%Y-%m-%d %H:%M %Z}")
        yield Finding(_("clock"), Level.FAULT, sentence, _("Set the clock; deadlines depend on it."), EXIT_USAGE)


def check_schedule() -> Iterator[Finding]:
    """Whether something starts the program by itself."""
    from followup_filter.schedule import backend

    status = backend().status()
    if status.at:
        sentence = _("It runs every day at {at} ({means}).").format(at=status.at, means=status.means)
        yield Finding(_("schedule"), Level.OK, sentence)
    else:
        todo = "followup-filter schedule install"
        yield Finding(_("schedule"), Level.WARNING, _("It does not run by itself yet."), todo)


def check_account(account: Account, database: Database, now: datetime) -> Iterator[Finding]:
    """Secret, also as bare as cron has it, sign-in, folders, and signs of a mailbox emptied over POP."""
    from followup_filter.mail.imap import ImapSource
    from followup_filter.mail.parse import has_text
    from followup_filter.pipeline.account import folders_to_read, hidden_all_mail
    from followup_filter.pipeline.faults import note_success
    from followup_filter.secret import read_credentials
    from followup_filter.secret import test_password_command as test_command

    check = account.address
    try:
        credentials = read_credentials(account)
        test_command(account)
        with ImapSource(account, credentials, has_text) as source:
            note_success(database, account)
            yield Finding(check, Level.OK, _("Signed in to {host}.").format(host=account.host))
            folders = folders_to_read(source)
            names = ", ".join(folder.name for folder in folders)
            yield Finding(check, Level.OK, _("Folders that are read: {names}").format(names=names))
            if warning := hidden_all_mail(source, folders):
                yield Finding(check, Level.WARNING, warning, _("Then run followup-filter doctor again."))
            sent = sum(source.open(folder).mails for folder in folders if folder.role in (Role.SENT, Role.ALL))
            inbox = next((folder for folder in folders if folder.role is Role.INBOX), None)
            if inbox is None or sent:
                return
            opened = source.open(inbox)
            day = (now - timedelta(days=DAYS_OF_POP)).date()
            if opened.mails and len(source.arrived_since(opened, day)) == opened.mails:
                sentence = _(
                    "The inbox holds no mail older than three weeks, and no sent mail is seen: another program seems "
                    "to take the mail away (POP)."
                )
                todo = _("Have that program leave mail on the server, or it will be missed here.")
                yield Finding(check, Level.WARNING, sentence, todo)
    except FollowupError as error:
        todo = {
            EXIT_LOGIN: _("Put it right with: followup-filter init"),
            EXIT_SERVER: _("Check the connection, and host and port in the settings; then try again."),
        }.get(error.exit_status, "followup-filter init")
        yield Finding(check, Level.FAULT, str(error), todo, error.exit_status)


def examine(settings: Settings, settings_path: Path, database: Database, now: datetime) -> Iterator[Finding]:
    """Every check, in the order in which a night needs them."""
    folder = database.path.parent
    checks: list[Callable[[], Iterator[Finding]]] = [
        lambda: check_clock(now),
        lambda: check_files(settings_path, folder, database),
        lambda: check_model(database),
    ]
    for check in checks:
        yield from check()
    with database.transaction() as connection:
        yield from list(check_store(connection, now))
    if not settings.accounts:
        sentence = _("No account is set up in {file}.").format(file=settings_path)
        yield Finding(_("account"), Level.WARNING, sentence, "followup-filter init")
    for account in settings.accounts:
        yield from check_account(account, database, now)
    yield from check_schedule()
