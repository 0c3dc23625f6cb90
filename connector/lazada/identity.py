"""Asks Lazada whose shop answers to the credentials."""

from __future__ import annotations

from connector.errors import PermanentError
from connector.lazada.client import Client, held
from connector.lazada.fields import told
from connector.lazada.refusals import Refused
from connector.values import ShopIdentity

SELLER_PATH = "/seller/get"
ANY_PRODUCT_PATH = "/products/get"


def identify(client: Client) -> ShopIdentity:
    """Return who the shop is; an app without the right to ask proves itself otherwise.

    Raises ``PermanentError`` where the tokens are those of another shop.
    """
    account = client.account()
    try:
        seller = held(client.read(SELLER_PATH))
    except Refused:
        client.read(ANY_PRODUCT_PATH, {"filter": "all", "limit": "1", "offset": "0"})
        seller = None
    known = seller if isinstance(seller, dict) else {}
    seller_id = told(known.get("seller_id"))
    if seller_id and seller_id != account.seller_id:
        raise PermanentError("the tokens are those of another seller_id")
    return ShopIdentity(
        shop_id=account.seller_id,
        name=told(known.get("name")),
        region=account.country.upper(),
    )
