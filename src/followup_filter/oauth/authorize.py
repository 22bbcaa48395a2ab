"""The owner grants access in the browser (RFC 8252, RFC 7636): the answer comes over loopback, or is pasted."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from followup_filter.config import Account
from followup_filter.errors import LoginRefusedError, UsageError
from followup_filter.language import gettext as _
from followup_filter.oauth.loopback import Listener
from followup_filter.oauth.service import RefusedGrantError, service_of, session_of
from followup_filter.oauth.signin import SignIn, granted

WAIT_SECONDS = 300
_VERIFIER_LENGTH = 64


def by_loopback(account: Account, show: Callable[[str], None], wait_seconds: float = WAIT_SECONDS) -> SignIn:
    """The sign-in that the owner grants in a browser on this machine; `show` brings its address to them.

    Raises LoginRefusedError when it is refused or nobody answers in time, and ServerError.
    """
    with Listener(service_of(account).redirect_host) as listener:
        return _granted_by_code(account, listener.address, show, lambda state: listener.answer(state, wait_seconds))


def by_paste(account: Account, show: Callable[[str], None], ask: Callable[[], str]) -> SignIn:
    """The sign-in that the owner grants in a browser elsewhere; `ask` gives the address that it ended at.

    That page cannot be shown there, since nothing listens. Raises UsageError for another address, LoginRefusedError,
    ServerError.
    """
    # Nothing needs to listen there; the service only compares the address with the one of the token request.
    with Listener(service_of(account).redirect_host) as listener:
        address = listener.address
    return _granted_by_code(account, address, show, lambda _state: "".join(ask().split()))


def _granted_by_code(
    account: Account, redirect_uri: str, show: Callable[[str], None], answer: Callable[[str], str]
) -> SignIn:
    from authlib.common.security import generate_token  # type: ignore[import-untyped]

    assert account.oauth
    service = service_of(account)
    with session_of(account, redirect_uri) as session:
        verifier = generate_token(_VERIFIER_LENGTH)
        address, state = session.create_authorization_url(
            service.authorize_url, code_verifier=verifier, login_hint=account.address, **service.extra
        )
        show(address)
        response = answer(state)
        _check(response, state, service.host)
        token = session.fetch_token(
            service.token_url,
            authorization_response=response,
            state=state,
            code_verifier=verifier,
            allow_redirects=False,
        )
        return lasting(account, token)


def lasting(account: Account, token: Any) -> SignIn:
    """The sign-in in a service's first answer; raises LoginRefusedError when it would end within the hour."""
    assert account.oauth
    service = service_of(account)
    if token.get("access_token") and not token.get("refresh_token"):
        sentence = _(
            "{host} granted access for one hour only. Check the scopes of the client: it needs offline access."
        )
        raise LoginRefusedError(sentence.format(host=service.host))
    return granted(service.token_url, account.oauth.client_id, token)


def _check(response: str, state: str, host: str) -> None:
    """Raise UsageError unless the address answers this very request, RefusedGrantError when the answer is no."""
    query = answer_of(response)
    if not is_same(query.get("state", ""), state):
        raise UsageError(
            _(
                "That is not the address that this sign-in ends at. Run the command again, sign in, and paste the whole "
                "address that the browser shows at the end."
            )
        )
    if "code" not in query:
        raise RefusedGrantError(host, query.get("error", "no_code"), query.get("error_description", ""))


def answer_of(address: str) -> dict[str, str]:
    """The values that an address carries after the question mark."""
    try:
        return {key: values[0] for key, values in parse_qs(urlsplit(address).query, max_num_fields=50).items()}
    except ValueError:
        return {}


def is_same(given: str, state: str) -> bool:
    """True when both are the same, told in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), state.encode())
