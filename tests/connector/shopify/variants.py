"""Variants as Shopify tells them, and the listings that they are."""

from __future__ import annotations

from typing import Any

from connector import ListingRef
from tests.connector.shopify.conftest import Graph

SHIRT = ListingRef(item_id="8200000000001", variant_id="46100000000001")
BAG = ListingRef(item_id="8200000000002", variant_id="46100000000002")
NOWHERE = ListingRef(item_id="8299999999999", variant_id="46199999999999")
LOCATION = "gid://shopify/Location/95000000001"


def variant(number: int, **more: Any) -> dict[str, Any]:
    quantities = [{"name": "available", "quantity": 5}]
    return {
        "id": f"gid://shopify/ProductVariant/{number}",
        "product": {"id": "gid://shopify/Product/1"},
        "inventoryItem": {
            "id": f"gid://shopify/InventoryItem/{number}",
            "tracked": True,
            "inventoryLevel": {"quantities": quantities},
            **more,
        },
    }


def listing(number: int) -> ListingRef:
    return ListingRef(item_id="1", variant_id=str(number))


def known(graph: Graph, *variants: dict[str, Any]) -> None:
    """Let these variants be looked up."""
    by_id = {one["id"]: one for one in variants}

    def answer(variables: dict[str, Any]) -> Any:
        return {"data": {"nodes": [by_id.get(one) for one in variables["ids"]]}}

    graph.answer("Stock", answer)
