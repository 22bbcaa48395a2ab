"""Where the mail of an address lies: a table of providers in Japan, and a look at the domain's MX records.

Thunderbird's data base names POP only for most of them (ecosystem.md section 8). `checked` tells what rests on a
provider's own page; none was signed in to from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from followup_filter.language import marked

MX_SECONDS = 4.0


class SignsInWith(StrEnum):
    """What a provider takes."""

    PASSWORD = "password"
    APP_PASSWORD = "app password"
    OAUTH = "OAuth2"


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider. `host` is empty where every customer has another one; `host_hint` then says where it is told.

    `domains` are mail domains, `mx` endings of mail servers' names; an entry of `domains` that begins with "." stands
    for all its subdomains. `local_user`: the user name is the part in front of the @. `advice`: what to know before
    signing in.
    """

    name: str
    host: str
    domains: tuple[str, ...]
    mx: tuple[str, ...] = ()
    local_user: bool = False
    signs_in_with: SignsInWith = SignsInWith.PASSWORD
    advice: str = ""
    host_hint: str = ""
    checked: bool = False

    def user(self, address: str) -> str:
        """The user name of an address at this provider."""
        return address.partition("@")[0] if self.local_user else address


PROVIDERS: tuple[Provider, ...] = (
    Provider(
        name="Gmail",
        host="imap.gmail.com",
        domains=("gmail.com", "googlemail.com"),
        mx=("google.com", "googlemail.com"),
        signs_in_with=SignsInWith.APP_PASSWORD,
        advice=marked(
            "Gmail needs an app password of 16 letters, not your usual password. Switch 2-Step Verification on, then "
            "make one at myaccount.google.com/apppasswords."
        ),
        checked=True,
    ),
    Provider(
        name="Outlook / Microsoft 365",
        host="outlook.office365.com",
        domains=("outlook.com", "outlook.jp", "hotmail.com", "hotmail.co.jp", "live.jp", "live.com", "msn.com"),
        mx=("outlook.com",),
        signs_in_with=SignsInWith.OAUTH,
        advice=marked("Microsoft takes no passwords here, only a sign-in in the browser (docs/sign-in.md)."),
        checked=True,
    ),
    Provider(
        name="iCloud",
        host="imap.mail.me.com",
        domains=("icloud.com", "me.com", "mac.com"),
        mx=("icloud.com",),
        local_user=True,
        signs_in_with=SignsInWith.APP_PASSWORD,
        advice=marked("iCloud needs an app-specific password, made at account.apple.com."),
        checked=True,
    ),
    Provider(
        name="Yahoo! JAPAN",
        host="imap.mail.yahoo.co.jp",
        domains=("yahoo.co.jp", "ymail.ne.jp"),
        mx=("yahoo.co.jp",),
        local_user=True,
        advice=marked("Switch IMAP on first, in the settings of Yahoo! mail. The user name is your Yahoo! JAPAN ID."),
    ),
    Provider(
        name="さくらのレンタルサーバ",
        host="",
        domains=(".sakura.ne.jp",),
        mx=("sakura.ne.jp",),
        host_hint=marked("the first domain that you got from Sakura, such as hanako.sakura.ne.jp; not your own domain"),
    ),
    Provider(
        name="Xserver",
        host="",
        domains=(".xsrv.jp",),
        mx=("xserver.jp", "xsrv.jp"),
        host_hint=marked("the server's name in the mail that you got on signing up, such as sv123.xserver.jp"),
        checked=True,
    ),
    Provider(name="OCN", host="imap.ocn.ne.jp", domains=("ocn.ne.jp", ".ocn.ne.jp"), mx=("ocn.ne.jp",)),
    Provider(name="BIGLOBE", host="mail.biglobe.ne.jp", domains=("biglobe.ne.jp", ".biglobe.ne.jp")),
    Provider(
        name="So-net",
        host="imap.so-net.ne.jp",
        domains=("so-net.ne.jp", ".so-net.ne.jp"),
        advice=marked("IMAP has to be applied for at So-net first."),
    ),
    Provider(name="@nifty", host="imap.nifty.com", domains=("nifty.com", "nifty.ne.jp", ".nifty.com")),
    Provider(
        name="docomo",
        host="imap.spmode.ne.jp",
        domains=("docomo.ne.jp",),
        advice=marked("docomo has a password of its own for IMAP; make one in the settings of docomo mail."),
    ),
)


def provider_of(address: str, mx: Sequence[str] = ()) -> tuple[Provider, str] | None:
    """The provider of an address and the server's name there ("" where it must be asked); None when not known.

    `mx`: the names of the domain's mail servers. Where a customer's server has its own name, an MX record tells it.
    """
    domain = address.rpartition("@")[2].lower().rstrip(".")
    for provider in PROVIDERS:
        if any(domain == known or (known.startswith(".") and domain.endswith(known)) for known in provider.domains):
            own = domain if not provider.host and provider.name != "Xserver" else ""
            return provider, provider.host or own
    for server in (name.lower().rstrip(".") for name in mx):
        for provider in PROVIDERS:
            if any(server == known or server.endswith(f".{known}") for known in provider.mx):
                return provider, provider.host or server
    return None


def look_up_mx(domain: str) -> list[str]:
    """The names of a domain's mail servers, the preferred one first; empty when it has none or nobody answers."""
    import dns.exception
    import dns.resolver

    try:
        answer = dns.resolver.resolve(domain, "MX", lifetime=MX_SECONDS)
        found = sorted((int(record.preference), str(record.exchange)) for record in answer)
    except (dns.exception.DNSException, OSError, UnicodeError, ValueError):
        return []
    return [name for _preference, name in found]
