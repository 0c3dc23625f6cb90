"""The page on which a seller installs the app, and what it sends back."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from urllib.parse import urlencode

from connector.base import Settings
from connector.consent import code_in
from connector.errors import AuthorizationLost, PermanentError
from connector.haravan.account import Account, read_account
from connector.haravan.client import Client, refused_tokens
from connector.haravan.fields import is_number
from connector.parsing import JsonRecord, Malformed, parse_json, told
from connector.rotation import change_settings

CONSENT_PATH = "/connect/authorize"

# The claim's name is not documented; both are seen.
_ORG_CLAIMS = ("orgid", "org_id")


def consent_link(client: Client, redirect_url: str, state: str) -> str:
    """Return the link; ``redirect_url`` must be one of the app's, to the letter.

    The address is stored: the exchange of the code has to name it again.
    """
    account = _with_app(client.account())
    change_settings(client.settings, lambda old: {**old, "redirect_url": redirect_url})
    query = {
        "response_type": "code",
        "response_mode": "query",
        "scope": account.scopes,
        "client_id": account.client_id,
        "redirect_uri": redirect_url,
        "state": state,
        **({"orgid": account.org_id} if account.org_id else {}),
    }
    return f"{account.auth_url}{CONSENT_PATH}?{urlencode(query)}"


def accept_consent(client: Client, answer: Mapping[str, str]) -> None:
    """Exchange the code, which works once, and store the tokens."""
    _with_app(client.account())
    code = code_in(answer)
    change_settings(client.settings, lambda current: _exchange(client, current, code))


def _with_app(account: Account) -> Account:
    if not account.client_id or not account.client_secret:
        raise PermanentError("the consent page needs client_id and client_secret")
    return account


def _exchange(client: Client, current: Settings, code: str) -> Settings:
    account = read_account(current)
    more = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": account.redirect_url,
    }
    answer = client.token_call(account, more)
    if answer.status >= 400:
        raise AuthorizationLost(refused_tokens(answer, account))
    org_id = _org_of(answer.body)
    if org_id and account.org_id and org_id != account.org_id:
        raise PermanentError("access was given for another shop than this one")
    fresh = client.with_tokens(current, answer)
    return {**fresh, "org_id": account.org_id or org_id}


def _org_of(answer: JsonRecord) -> str:
    """Return the shop's number in the identity token, if it tells one.

    Its signature need not be checked: it came straight from Haravan over TLS.
    """
    parts = told(answer.get("id_token")).split(".")
    if len(parts) != 3:
        return ""
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        claims = parse_json(base64.urlsafe_b64decode(padded))
    except (ValueError, Malformed):
        return ""
    if not isinstance(claims, dict):
        return ""
    named = [told(claims.get(name)) for name in _ORG_CLAIMS]
    return next((org for org in named if is_number(org)), "")
