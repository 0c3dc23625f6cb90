"""The page on which a seller gives access, and what it sends back."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from connector.base import Settings
from connector.consent import code_in
from connector.errors import AuthorizationLost, PermanentError
from connector.parsing import JsonRecord
from connector.rotation import change_settings
from connector.shopee.account import read_account
from connector.shopee.client import Client
from connector.shopee.refusals import Refused
from connector.shopee.signing import public_base, sign

CONSENT_PATH = "/api/v2/shop/auth_partner"
TOKEN_PATH = "/api/v2/auth/token/get"


def consent_link(client: Client, redirect_url: str, state: str) -> str:
    """Return the signed link; it is good for five minutes.

    The page knows no state of ours, so ``state`` rides on the address that it returns
    to.
    """
    account = client.account()
    timestamp = int(client.clock().timestamp())
    base = public_base(account.partner_id, CONSENT_PATH, timestamp)
    query = {
        "partner_id": str(account.partner_id),
        "timestamp": str(timestamp),
        "sign": sign(account.partner_key, base),
        "redirect": _with_state(redirect_url, state),
    }
    return f"{account.base_url}{CONSENT_PATH}?{urlencode(query)}"


def accept_consent(client: Client, answer: Mapping[str, str]) -> None:
    """Exchange the code, which works once and for ten minutes, and store the tokens."""
    code = code_in(answer)
    shop_id = answer.get("shop_id", "").strip()
    account_id = answer.get("main_account_id", "").strip()
    if shop_id and shop_id != str(client.account().shop_id):
        raise PermanentError("access was given for another shop than this one")
    owner: dict[str, object] = {"shop_id": client.account().shop_id}
    if not shop_id and account_id.isascii() and account_id.isdigit():
        owner = {"main_account_id": int(account_id)}

    def renew(current: Settings) -> Settings:
        return client.with_tokens(current, _exchange(client, current, code, owner))

    change_settings(client.settings, renew)


def _exchange(
    client: Client, current: Settings, code: str, owner: Mapping[str, object]
) -> JsonRecord:
    account = read_account(current)
    body = {"code": code, "partner_id": account.partner_id, **owner}
    try:
        answer = client.app_call("POST", TOKEN_PATH, account=account, body=body)
    except Refused as refusal:
        detail, request_id = refusal.detail, refusal.request_id
    else:
        shops = answer.get("shop_id_list")
        if isinstance(shops, list) and shops and account.shop_id not in shops:
            raise PermanentError("access was given, but not for this shop")
        return answer
    raise AuthorizationLost(detail, request_id=request_id)


def _with_state(redirect_url: str, state: str) -> str:
    parts = urlsplit(redirect_url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("state", state)]
    return urlunsplit(parts._replace(query=urlencode(query)))
