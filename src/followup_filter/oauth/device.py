"""The owner grants access on another device, with a short code (RFC 8628)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from followup_filter.config import Account
from followup_filter.errors import LoginRefusedError, UsageError
from followup_filter.language import gettext as _
from followup_filter.oauth.authorize import lasting
from followup_filter.oauth.service import service_of, session_of
from followup_filter.oauth.signin import SignIn

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_USUAL_INTERVAL_SECONDS = 5
_SLOWER_SECONDS = 5
_LONGEST_SECONDS = 1_800


def by_device(
    account: Account, show: Callable[[str, str], None], pause: Callable[[float], None] = time.sleep
) -> SignIn:
    """The sign-in that the owner grants on another device; `show` gets the address to open there and the code.

    Raises UsageError when the service has no such way, LoginRefusedError when it is refused or the code has run out,
    ServerError when network or service fail.
    """
    assert account.oauth
    service = service_of(account)
    if not service.device_url:
        sentence = _("{host} has no sign-in with a code for mail. Leave --device out, or use --paste.")
        raise UsageError(sentence.format(host=service.host))
    with session_of(account) as session:
        answer = session.post(
            service.device_url,
            data={"client_id": account.oauth.client_id, "scope": " ".join(service.scopes)},
            withhold_token=True,
            allow_redirects=False,
        )
        # Read as a token's answer is: its errors look the same.
        device = session.parse_response_token(answer)
        show(str(device.get("verification_uri") or device["verification_url"]), str(device["user_code"]))
        return lasting(account, _polled(session, service.token_url, device, pause))


def _polled(session: Any, token_url: str, device: dict[str, Any], pause: Callable[[float], None]) -> Any:
    import requests
    from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]

    interval = float(device.get("interval") or _USUAL_INTERVAL_SECONDS)
    left = min(float(device["expires_in"]), _LONGEST_SECONDS)
    while left > 0:
        pause(interval)
        left -= interval
        try:
            return session.fetch_token(
                token_url, grant_type=_GRANT, device_code=device["device_code"], allow_redirects=False
            )
        except requests.Timeout:
            interval *= 2
        except OAuthError as error:
            if error.error == "expired_token":
                break
            if error.error == "slow_down":
                interval += _SLOWER_SECONDS
            elif error.error != "authorization_pending":
                raise
    raise LoginRefusedError(_("The code has run out before anybody entered it. Run the command again."))
