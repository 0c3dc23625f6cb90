"""The page on which a seller installs the app, and what it sends back."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import urlencode

from connector.base import Settings
from connector.consent import code_in
from connector.errors import AuthorizationLost, PermanentError
from connector.rotation import change_settings
from connector.shopify.account import Account, read_account
from connector.shopify.client import Client
from connector.shopify.signing import query_signature

CONSENT_PATH = "/admin/oauth/authorize"


def consent_link(client: Client, redirect_url: str, state: str) -> str:
    """Return the link to the page; it returns to one of the app's allowed addresses."""
    account = _with_app(client.account())
    query = {
        "client_id": account.client_id,
        "scope": account.scopes,
        "redirect_uri": redirect_url,
        "state": state,
    }
    return f"{account.base_url}{CONSENT_PATH}?{urlencode(query)}"


def accept_consent(client: Client, answer: Mapping[str, str]) -> None:
    """Exchange the code, which works once, and store the tokens."""
    account = _with_app(client.account())
    code = code_in(answer)
    _check(account, answer)

    def renew(current: Settings) -> Settings:
        return _exchange(client, current, code)

    change_settings(client.settings, renew)


def _with_app(account: Account) -> Account:
    if not account.client_id or not account.client_secret:
        raise PermanentError("the consent page needs client_id and client_secret")
    return account


def _check(account: Account, answer: Mapping[str, str]) -> None:
    expected = query_signature(account.client_secret, answer)
    given = answer.get("hmac", "")
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise PermanentError("the answer is not signed by Shopify")
    shop = answer.get("shop", "").lower()
    if account.shop_domain and shop != account.shop_domain:
        raise PermanentError("access was given for another shop than this one")


def _exchange(client: Client, current: Settings, code: str) -> Settings:
    # Without "expiring" the token would live for ever, which Shopify ends for public
    # apps in 2027.
    told = client.token_call(read_account(current), {"code": code, "expiring": "1"})
    if told.status >= 400:
        raise AuthorizationLost(f"Shopify answered {told.status} to the code")
    return client.with_tokens(current, told)
