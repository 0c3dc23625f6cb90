"""The page on which a seller gives a public app access, and what it sends back."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from connector.base import Settings
from connector.errors import AuthorizationLost, PermanentError
from connector.parsing import JsonRecord, told
from connector.rotation import change_settings
from connector.tiki.account import SELLER, read_account
from connector.tiki.client import Client
from connector.tiki.refusals import Refused

CONSENT_PATH = "/sc/oauth2/auth"
SELLER_PATH = "/v2/sellers/me"
SCOPES = "offline product order inventory"
"""``offline`` is what brings a refresh token."""

_REDIRECT = "consent_redirect_url"


def consent_link(client: Client, redirect_url: str, state: str) -> str:
    """Return the link; ``redirect_url`` must be one of the app's, to the letter.

    It is stored, because the exchange of the code must repeat it.
    """
    change_settings(client.settings, lambda old: {**old, _REDIRECT: redirect_url})
    account = client.account()
    query = {
        "response_type": "code",
        "client_id": account.client_id,
        "redirect_uri": redirect_url,
        "scope": SCOPES,
        "state": state,
    }
    return f"{account.base_url}{CONSENT_PATH}?{urlencode(query)}"


def accept_consent(client: Client, answer: Mapping[str, str]) -> None:
    """Exchange the code, which works once, and store the tokens."""
    code = answer.get("code", "").strip()
    if not code:
        reason = answer.get("error_description") or answer.get("error") or "no code"
        raise PermanentError(f"the consent page sent no code: {reason[:200]}")

    def renew(current: Settings) -> Settings:
        granted = _exchanged(client, current, code)
        fresh = client.tokens.with_token(current, granted, SELLER)
        _check_seller(client, fresh)
        return fresh

    change_settings(client.settings, renew)


def _exchanged(client: Client, current: Settings, code: str) -> JsonRecord:
    redirect_url = told(current.get(_REDIRECT))
    if not redirect_url:
        raise PermanentError("open the consent link of this shop first")
    grant = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_url,
    }
    try:
        granted = client.tokens.granted(read_account(current), grant)
    except Refused as refusal:
        raise AuthorizationLost(refusal.detail) from None
    if not granted.get("refresh_token"):
        raise PermanentError("Tiki gave no refresh token: the app lacks offline access")
    return granted


def _check_seller(client: Client, fresh: Settings) -> None:
    """Refuse another seller's consent, where the shop's own number is known."""
    expected = read_account(fresh).seller_id
    if not expected:
        return
    seller = client.read_as(fresh, SELLER_PATH)
    if told(seller.get("id")) != expected:
        raise PermanentError("access was given for another seller than this one")
