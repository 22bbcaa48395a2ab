"""`make demo-imap`: the demo mailbox on a real Dovecot, read over IMAP with TLS; the same report as `make demo`.

Needs what the tests need: Debian's Dovecot, and trustme for the certificate.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from followup_filter.demo import write_demo
from followup_filter.language import choose_language, set_language
from followup_filter.mail.parse import parse_message
from tests.imap.builders import write_settings
from tests.imap.dovecot import Dovecot

READ_SINCE = "2026-04-01"
"""Before the oldest mail of the demo; without it reading begins two days before the first event."""


def fill(server: Dovecot, folder: Path) -> None:
    """Put the demo's mails into INBOX and Sent, each with the moment at which it arrived."""
    for name, part in (("INBOX", "inbox"), ("Sent", "sent")):
        mails = [file.read_bytes() for file in sorted((folder / "mail" / part).glob("*.eml"))]
        server.append(name, [(raw, parse_message(raw).date) for raw in mails])


def main() -> int:
    """Fill a server, run on it, print the report as of the demo's morning; returns the exit status."""
    set_language(choose_language(os.environ))
    with tempfile.TemporaryDirectory(prefix="followup-filter-") as name:
        folder = Path(name)
        morning = write_demo(folder)
        server = Dovecot()
        try:
            server.start()
            fill(server, folder)
            settings = folder / "settings.toml"
            write_settings(server, settings)
            settings.write_text(f"read_since = {READ_SINCE}\n\n{settings.read_text()}")
            settings.chmod(0o600)
            environment = {
                **os.environ,
                "FOLLOWUP_FILTER_DATA_DIR": str(folder / "data"),
                "FOLLOWUP_FILTER_SETTINGS": str(settings),
            }
            for arguments in (
                ["events", "import", str(folder / "events.toml")],
                ["run"],
                ["report", "--as-of", morning.strftime("%Y-%m-%dT%H:%M")],
            ):
                command = [sys.executable, "-m", "followup_filter", *arguments]
                # Only the report belongs on standard output.
                out = None if arguments[0] == "report" else sys.stderr
                status = subprocess.run(command, env=environment, stdout=out, check=False).returncode
                if status:
                    return status
        finally:
            server.remove()
    return 0


if __name__ == "__main__":
    sys.exit(main())
