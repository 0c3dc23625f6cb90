"""The page on which a seller gives access, and what it sends back."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

from connector.base import Settings
from connector.consent import code_in
from connector.errors import AuthorizationLost, PermanentError
from connector.lazada.client import Client
from connector.lazada.fields import told
from connector.lazada.refusals import Refused
from connector.parsing import JsonRecord
from connector.rotation import change_settings

CONSENT_PATH = "/oauth/authorize"
TOKEN_PATH = "/auth/token/create"

# The name of the list differs between the pages on creating and on refreshing.
_SELLERS = ("country_user_info", "country_user_info_list")


def consent_link(client: Client, redirect_url: str, state: str) -> str:
    """Return the link; ``redirect_url`` must be the app's callback to the letter."""
    account = client.account()
    query = {
        "response_type": "code",
        "force_auth": "true",
        "redirect_uri": redirect_url,
        "client_id": account.app_key,
        "state": state,
        "country": account.country,
    }
    parts = urlsplit(account.auth_url)
    page = (parts.scheme, parts.netloc, CONSENT_PATH, urlencode(query), "")
    return urlunsplit(page)


def accept_consent(client: Client, answer: Mapping[str, str]) -> None:
    """Exchange the code, which works once and for 30 minutes, and store the tokens."""
    code = code_in(answer)

    def renew(current: Settings) -> Settings:
        return client.with_tokens(current, _exchange(client, code))

    change_settings(client.settings, renew)


def _exchange(client: Client, code: str) -> JsonRecord:
    account = client.account()
    try:
        answer = client.app_call(TOKEN_PATH, account, {"code": code})
    except Refused as refusal:
        detail, request_id = refusal.detail, refusal.request_id
    else:
        sellers = _sellers(answer)
        if sellers and account.seller_id not in sellers:
            raise PermanentError("access was given for another shop than this one")
        return answer
    raise AuthorizationLost(detail, request_id=request_id)


def _sellers(answer: JsonRecord) -> set[str]:
    """Return the sellers that gave access: one for each country of an account."""
    listed = [
        entry
        for name in _SELLERS
        if isinstance(answer.get(name), list)
        for entry in answer[name]
        if isinstance(entry, dict)
    ]
    return {told(entry.get("seller_id")) for entry in listed} - {""}
