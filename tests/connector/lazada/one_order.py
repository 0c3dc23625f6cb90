"""A shop with one order, whose items are as a test wants them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connector import ChannelOrder, Ending, Portion, Stage
from connector.lazada import LazadaConnector

ORDER = "310000000100001"
FIRST, SECOND = "310000000200001", "310000000200002"
PACKED = {
    "package_id": "FP900000000001",
    "tracking_code": "VNTEST0000001",
    "shipment_provider": "LEX VN",
}
NO_TRACE = {"code": "0", "result": {"success": True, "module": []}}


class OneOrder:
    """The items of one order as Lazada's calls tell them; ``changes`` per item."""

    def __init__(
        self, reply: Callable[[str], Any], answer: Callable[..., None]
    ) -> None:
        self._reply, self._answer = reply, answer
        answer("orders/get", reply("orders_list"))
        self.trace(NO_TRACE)
        self.hold({}, {})

    def hold(self, *changes: Mapping[str, Any], alone: Any = None) -> None:
        """Let the order have these items; a call for it alone adds ``alone``."""
        item = self._reply("items_of_one")["data"][0]
        items = [
            {**item, "order_item_id": int(FIRST) + place, **change}
            for place, change in enumerate(changes)
        ]
        several = self._reply("items_of_several")
        several["data"][0]["order_items"] = items
        one = self._reply("items_of_one")
        one["data"] = [{**each, **(alone or {})} for each in items]
        self._answer("orders/items/get", several)
        self._answer("order/items/get", one)

    def trace(self, body: Any, status: int = 200) -> None:
        self._answer("logistic/order/trace", body, status=status)


def fetched(lazada: LazadaConnector) -> ChannelOrder:
    """Return the order, looked up by its number."""
    page = lazada.fetch_orders([ORDER])
    assert not page.rejected, page.rejected
    (order,) = page.items
    return order


def one(stage: Stage, ending: Ending | None = None) -> Portion:
    """Return where one unit is."""
    return Portion(quantity=1, stage=stage, ending=ending)
