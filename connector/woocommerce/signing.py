"""Proves who asks: Basic over TLS, else OAuth 1.0a without a token, in the query."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, SIGNATURE_TYPE_QUERY
from oauthlib.oauth1 import Client as OAuthClient

from connector.woocommerce.account import Account

Pairs = Sequence[tuple[str, str]]
Method = Literal["GET", "POST"]


def credentials(
    account: Account, method: Method, url: str, query: Pairs, now: datetime
) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Return the whole query and the headers of a call, with its credentials."""
    if not account.is_encrypted:
        timestamp = str(int(now.timestamp()))
        nonce = secrets.token_hex(16)
        return signed(account, method, url, query, timestamp, nonce), {}
    if account.credentials_in_query:
        keys = [
            ("consumer_key", account.consumer_key),
            ("consumer_secret", account.consumer_secret),
        ]
        return [*query, *keys], {}
    pair = f"{account.consumer_key}:{account.consumer_secret}".encode()
    basic = base64.b64encode(pair).decode()
    return list(query), {"Authorization": f"Basic {basic}"}


def signed(
    account: Account,
    method: Method,
    url: str,
    query: Pairs,
    timestamp: str,
    nonce: str,
) -> list[tuple[str, str]]:
    """Return the query with OAuth 1.0a parameters and their signature."""
    client = OAuthClient(
        account.consumer_key,
        client_secret=account.consumer_secret,
        signature_method=SIGNATURE_HMAC_SHA256,
        signature_type=SIGNATURE_TYPE_QUERY,
        timestamp=timestamp,
        nonce=nonce,
    )
    address = f"{url}?{urlencode(query)}" if query else url
    uri, _headers, _body = client.sign(address, http_method=method)
    return parse_qsl(urlsplit(uri).query, keep_blank_values=True)


def webhook_signature(secret: str, body: bytes) -> bytes:
    """Return the signature that WooCommerce puts on a delivery."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())


# oauthlib logs the key, and all that is needed to forge a call, at each signature.
logging.getLogger("oauthlib.oauth1.rfc5849").addFilter(lambda _entry: False)
