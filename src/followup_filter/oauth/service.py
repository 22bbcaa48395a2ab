"""The service that grants access: its addresses, from the settings or a preset, and a session to ask it with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from followup_filter.config import Account
from followup_filter.errors import LoginRefusedError, ServerError
from followup_filter.language import gettext as _
from followup_filter.secret import printed_by

TIMEOUT_SECONDS = 15
_TOO_MANY_REQUESTS = 429
_TEMPORARY = frozenset({"temporarily_unavailable", "server_error"})
"""Errors of RFC 6749 that are over by themselves."""


@dataclass(frozen=True, slots=True)
class Service:
    """Where access is granted. `extra`: what the service wants besides in the address that the owner opens."""

    authorize_url: str = ""
    token_url: str = ""
    device_url: str = ""
    scopes: tuple[str, ...] = ()
    redirect_host: str = "127.0.0.1"
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The host of the tokens, for sentences."""
        return urlsplit(self.token_url).hostname or ""


_MICROSOFT = "https://login.microsoftonline.com/common/oauth2/v2.0"
_PRESETS: Mapping[str, Service] = {
    # developers.google.com/identity/protocols/oauth2/native-app; its device flow does not allow mail.
    "google": Service(
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        token_url="https://oauth2.googleapis.com/token",
        scopes=("https://mail.google.com/",),
        extra={"access_type": "offline", "prompt": "consent"},
    ),
    # learn.microsoft.com/entra/identity-platform; any port is allowed for the registered http://localhost only.
    "microsoft": Service(
        authorize_url=f"{_MICROSOFT}/authorize",
        token_url=f"{_MICROSOFT}/token",
        device_url=f"{_MICROSOFT}/devicecode",
        scopes=("https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access"),
        redirect_host="localhost",
    ),
}


def service_of(account: Account) -> Service:
    """The service of an account with `oauth` settings: its preset, with what the settings name instead."""
    own = account.oauth
    assert own
    preset = _PRESETS.get(own.provider, Service())
    return Service(
        authorize_url=own.authorize_url or preset.authorize_url,
        token_url=own.token_url or preset.token_url,
        device_url=own.device_url or preset.device_url,
        scopes=own.scopes or preset.scopes,
        redirect_host=preset.redirect_host,
        extra=preset.extra,
    )


@contextmanager
def session_of(account: Account, redirect_uri: str | None = None) -> Iterator[Any]:
    """An Authlib session of the owner's client, with PKCE (S256) and certificate checks.

    Raises NoSecretError when the client's secret cannot be had, ServerError when network or service fail, and
    LoginRefusedError when the service refuses. Nothing that the service says is repeated but its error codes.
    """
    import requests
    from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
    from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]

    assert account.oauth
    command = account.oauth.client_secret_command
    secret = printed_by(account.address, "client_secret_command", command).strip() if command else None
    service = service_of(account)
    session = OAuth2Session(
        account.oauth.client_id,
        secret,
        token_endpoint_auth_method="client_secret_post" if secret else "none",
        scope=" ".join(service.scopes),
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
        default_timeout=TIMEOUT_SECONDS,
    )
    for hook in ("access_token_response", "refresh_token_response"):
        session.register_compliance_hook(hook, _not_too_many)
    try:
        with session:
            yield session
    except requests.RequestException as error:
        raise ServerError(
            _("The sign-in service {host} cannot be used now ({reason}). Run it again later.").format(
                host=service.host, reason=_network_reason(error)
            )
        ) from None
    except AuthlibBaseError as error:
        if error.error in _TEMPORARY:
            sentence = _("The sign-in service {host} cannot be used now ({reason}). Run it again later.")
            raise ServerError(sentence.format(host=service.host, reason=error.error)) from None
        raise RefusedGrantError(service.host, str(error.error), str(error.description)) from None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        sentence = _("The sign-in service {host} gave no OAuth2 answer. Check its addresses in the settings.")
        raise ServerError(sentence.format(host=service.host)) from None


class RefusedGrantError(LoginRefusedError):
    """The service said no; `code` is its error code ("invalid_grant", …)."""

    def __init__(self, host: str, code: str, description: str = "") -> None:
        """Of the description only Microsoft's number of the reason is kept: the rest may hold anything."""
        self.code = code if code.isascii() and code.replace("_", "").isalnum() else "?"
        numbers = [word.strip(":") for word in description.split() if word.startswith("AADSTS")]
        self.reason = " ".join([self.code, *(number for number in numbers[:1] if number.isalnum())])[:80]
        sentence = _("The sign-in service {host} did not grant access to the mailbox ({reason}).")
        super().__init__(sentence.format(host=host, reason=self.reason))


def _not_too_many(response: Any) -> Any:
    if response.status_code == _TOO_MANY_REQUESTS:
        response.raise_for_status()
    return response


def _network_reason(error: Exception) -> str:
    """A network fault in a few words; requests' own text is long and holds addresses."""
    import requests

    response = getattr(error, "response", None)
    if response is not None:
        return _("status {status}").format(status=response.status_code)
    if isinstance(error, requests.Timeout):
        return _("no answer in time")
    if isinstance(error, requests.exceptions.SSLError):
        return _("its certificate is not valid")
    return _("no connection")
