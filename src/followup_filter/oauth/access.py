"""The access token of tonight: the stored one while it is good, else a fresh one for the stored refresh token."""

from __future__ import annotations

from followup_filter.config import Account


def access_token(account: Account) -> str:
    """A token that is good for a while."""
    raise NotImplementedError
