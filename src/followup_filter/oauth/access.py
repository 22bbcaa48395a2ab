"""The access token of tonight: the stored one while it is good, else a fresh one for the stored refresh token."""

from __future__ import annotations

import time

from followup_filter.config import Account
from followup_filter.errors import NoSecretError
from followup_filter.language import gettext as _
from followup_filter.oauth.service import RefusedGrantError, service_of, session_of
from followup_filter.oauth.signin import SignIn, granted, read_sign_in, save_sign_in

MARGIN_SECONDS = 600
"""A token that ends sooner is not used any more: the connection made with it should last a while."""


def access_token(account: Account) -> str:
    """An access token that is good for ten minutes or more, as far as the service grants so much.

    A refreshed sign-in is stored before the token is used. Raises NoSecretError, with what to run, when nothing is
    stored or the service does not take it any more; ServerError when network or service fail; StorageError.
    """
    assert account.oauth
    service = service_of(account)
    found = read_sign_in(account.address)
    if found is None or (found[0].token_url, found[0].client_id) != (service.token_url, account.oauth.client_id):
        sentence = _("{address} is not signed in yet. Run followup-filter account authorize {address}.")
        raise NoSecretError(sentence.format(address=account.address))
    sign_in, place = found
    if sign_in.expires_at - MARGIN_SECONDS > time.time():
        return sign_in.access_token
    fresh = _refreshed(account, sign_in)
    save_sign_in(account.address, fresh, place)
    return fresh.access_token


def _refreshed(account: Account, sign_in: SignIn) -> SignIn:
    assert account.oauth
    try:
        with session_of(account) as session:
            token = session.refresh_token(
                sign_in.token_url, refresh_token=sign_in.refresh_token, scope="", allow_redirects=False
            )
            return granted(sign_in.token_url, sign_in.client_id, token, sign_in.refresh_token)
    except RefusedGrantError as error:
        if error.code in ("invalid_client", "unauthorized_client"):
            sentence = _("{host} does not know the client of {address} ({reason}). Check client_id and its secret.")
            host = service_of(account).host
            raise NoSecretError(sentence.format(host=host, address=account.address, reason=error.reason)) from None
        raise NoSecretError(_ended(account, error.reason)) from None


def _ended(account: Account, reason: str) -> str:
    assert account.oauth
    sentence = _("The sign-in of {address} has ended ({reason}). Run followup-filter account authorize {address}.")
    told = sentence.format(address=account.address, reason=reason)
    if account.oauth.provider != "google":
        return told
    advice = _(
        "If that happens every seven days, your app is still in testing: publish it under OAuth consent in the Google "
        "Cloud console."
    )
    return f"{told} {advice}"
