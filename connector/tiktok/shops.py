"""Finds a seller's shop among those that the consent covers; pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from connector.errors import AuthorizationLost, PermanentError, UnexpectedAnswer
from connector.parsing import JsonRecord, Malformed, records, told

SHOPS_PATH = "/authorization/202309/shops"


def authorised_shops(data: JsonRecord) -> list[JsonRecord]:
    """Return the shops in an answer of ``authorization/shops``."""
    try:
        return records(data.get("shops"), "shops")
    except Malformed as problem:
        detail = problem.detail
    raise UnexpectedAnswer(detail)


def own_shop(shops: Sequence[JsonRecord], shop_id: str) -> JsonRecord:
    """Return the shop of this id; without an id it must be the only one."""
    named = [shop for shop in shops if told(shop.get("id")) == shop_id]
    if named:
        return named[0]
    if not shop_id and len(shops) == 1:
        return shops[0]
    if not shop_id and shops:
        known = ", ".join(told(shop.get("id")) for shop in shops)
        raise PermanentError(f"the setting shop_id must name one of: {known}")
    raise AuthorizationLost("the seller's consent does not cover this shop")


def shop_settings(shops: Sequence[JsonRecord], shop_id: str) -> dict[str, str]:
    """Return the settings that name this shop in calls."""
    shop = own_shop(shops, shop_id)
    found = {
        "shop_id": told(shop.get("id")),
        "shop_cipher": told(shop.get("cipher")),
    }
    if not all(found.values()):
        raise UnexpectedAnswer("the shop has no id or no cipher")
    return found
