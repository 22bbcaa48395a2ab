"""The owner grants access in the browser (RFC 8252, RFC 7636): the answer comes over loopback, or is pasted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from followup_filter.config import Account
from followup_filter.errors import LoginRefusedError, UsageError
from followup_filter.language import gettext as _
from followup_filter.oauth.loopback import Listener, answer_of, is_same
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
        code = _code_in(answer(state), state, service.host)
        token = session.fetch_token(
            service.token_url,
            grant_type="authorization_code",
            code=code,
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
            "{host} granted access for an hour only. Check the scopes in the settings: offline access is needed."
        )
        raise LoginRefusedError(sentence.format(host=service.host))
    return granted(service.token_url, account.oauth.client_id, token)


def _code_in(address: str, state: str, host: str) -> str:
    """The code that the browser came back with.

    Raises UsageError unless the address answers this very request, and RefusedGrantError when the answer is no.
    """
    query = answer_of(address)
    if not is_same(query.get("state", ""), state):
        raise UsageError(
            _(
                "That is not the address that this sign-in ends at. Run the command again, sign in, and paste the "
                "whole address that the browser shows at the end."
            )
        )
    if "code" not in query:
        raise RefusedGrantError(host, query.get("error", "no_code"), query.get("error_description", ""))
    return query["code"]
