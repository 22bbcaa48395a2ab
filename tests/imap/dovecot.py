"""A real Dovecot for tests: Debian's package, on free ports, with TLS; every command it was sent is kept."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from datetime import datetime
from pathlib import Path

import trustme
from imapclient import IMAPClient

USER, PASSWORD = "hanako@example.jp", "correct-horse-canary"
START_SECONDS = 20

_CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.key
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain login {mechanisms}
mail_location = maildir:{folder}/mail/%u
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
{token_passdb}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
  mailbox Trash {{
    auto = create
    special_use = \\Trash
  }}
  mailbox Everything {{
    special_use = \\All
  }}
}}
protocol imap {{
  rawlog_dir = {folder}/rawlog
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
"""

# Dovecot 2.3 asks the service about each token (from 2.4 on this is configured otherwise; ecosystem.md section 8).
_TOKEN_PASSDB = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
"""
_INTROSPECTION = """
introspection_mode = post
introspection_url = {url}/introspect
force_introspection = yes
username_attribute = username
active_attribute = active
active_value = true
"""


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Dovecot:
    """One server in its own folder, with a certificate for these names that is valid until `not_after`.

    With `service_url` it also signs in with the access tokens of that service, by `mechanisms`.
    """

    def __init__(
        self,
        names: tuple[str, ...] = ("localhost", "127.0.0.1"),
        *,
        not_after: datetime | None = None,
        service_url: str = "",
        mechanisms: str = "xoauth2 oauthbearer",
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="followup-dovecot-", dir="/tmp"))
        self.tls_port, self.plain_port = _free_port(), _free_port()
        authority = trustme.CA()
        certificate = authority.issue_cert(*names, not_after=not_after)
        self.ca_file = self.folder / "authority.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        (self.folder / "server.pem").write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
        certificate.private_key_pem.write_to_path(str(self.folder / "server.key"))
        uid, gid = (65534, 65534) if os.getuid() == 0 else (os.getuid(), os.getgid())
        for name in ("mail", "home", "rawlog", "state", "run"):
            (self.folder / name).mkdir()
            os.chown(self.folder / name, uid if name in ("mail", "home", "rawlog") else -1, -1)
        self.folder.chmod(0o755)
        text = _CONFIGURATION.format(
            folder=self.folder,
            uid=uid,
            gid=gid,
            password=PASSWORD,
            tls_port=self.tls_port,
            plain_port=self.plain_port,
            mechanisms=mechanisms if service_url else "",
            token_passdb=_TOKEN_PASSDB.format(folder=self.folder) if service_url else "",
        )
        (self.folder / "oauth2.conf").write_text(_INTROSPECTION.format(url=service_url))
        (self.folder / "dovecot.conf").write_text(text)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        program = shutil.which("dovecot") or "/usr/sbin/dovecot"
        command = [program, "-F", "-c", str(self.folder / "dovecot.conf")]
        self._process = subprocess.Popen(command, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self.tls_port), timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError((self.folder / "dovecot.log").read_text())

    def stop(self) -> None:
        """Stop the server with all its sessions, at once, as a crash does; its mail stays."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
            self._process = None
            shutil.rmtree(self.folder / "run", ignore_errors=True)
            (self.folder / "run").mkdir()

    def remove(self) -> None:
        """Stop the server and delete everything."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def client(self) -> IMAPClient:
        """A connection of the owner's own mail program."""
        context = ssl.create_default_context(cafile=str(self.ca_file))
        client = IMAPClient("localhost", self.tls_port, ssl_context=context)
        client.login(USER, PASSWORD)
        return client

    def append(self, folder: str, mails: list[tuple[bytes, datetime | None]]) -> None:
        """Put mails with their INTERNALDATE into a folder, which is made where it is missing."""
        with self.client() as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            for raw, received in mails:
                client.append(folder, raw, msg_time=received)

    def state(self) -> dict[str, dict[int, tuple[tuple[bytes, ...], int]]]:
        """Flags and size of every mail by folder and UID."""
        found = {}
        with self.client() as client:
            for _flags, _delimiter, name in client.list_folders():
                client.select_folder(name, readonly=True)
                uids = client.search("ALL")
                answers = client.fetch(uids, ["FLAGS", "RFC822.SIZE"]) if uids else {}
                found[name] = {
                    uid: (
                        tuple(sorted(flag for flag in answer[b"FLAGS"] if flag != b"\\Recent")),
                        answer[b"RFC822.SIZE"],
                    )
                    for uid, answer in answers.items()
                }
        return found

    def commands(self) -> list[str]:
        """Every command after login that was sent since the last call, in upper case and without its tag."""
        sent = []
        for file in sorted((self.folder / "rawlog").rglob("*.in")):
            for line in file.read_text("ascii", "replace").splitlines():
                # With rawlog_dir every line begins with a time stamp.
                command = re.sub(r"^\d+\.\d+ ", "", line)
                if match := re.match(r"[A-Z]{1,6}\d+ (.*)", command):
                    sent.append(match[1].upper())
            file.unlink()
        return sent
