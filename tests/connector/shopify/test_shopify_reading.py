"""Reading Shopify's lists: complete, resumable, and beyond the first answer."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector import PermanentError, Stage, UnexpectedAnswer
from connector.shopify import ShopifyConnector
from connector.shopify.changes import Position
from connector.shopify.orders import BATCH_SIZE, PAGE_SIZE
from tests.connector.shopify.conftest import Graph, Reply

ORDER = "6100000000001"
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
SHIRT_GID = "gid://shopify/LineItem/14500000000001"


class Shop:
    """Orders that change while they are read, listed as Shopify lists them."""

    def __init__(self, reply: Reply, count: int) -> None:
        self.clock = 0
        self.changed: dict[str, int] = {}
        self.template = reply("orders")["data"]["nodes"][0]
        for number in range(1, count + 1):
            self.touch(str(number))

    def touch(self, number: str) -> None:
        self.clock += 1
        self.changed[number] = self.clock

    def moment(self, number: str) -> str:
        at = SINCE + timedelta(seconds=self.changed[number])
        return at.isoformat()

    def listed(self, variables: dict[str, Any]) -> Any:
        by_time = sorted(self.changed, key=lambda number: self.changed[number])
        after = int(variables["after"] or 0)
        left = [number for number in by_time if self.changed[number] > after]
        page = left[: variables["size"]]
        ends = str(self.changed[page[-1]]) if page else None
        nodes = [
            {"id": f"gid://shopify/Order/{number}", "updatedAt": self.moment(number)}
            for number in page
        ]
        info = {"hasNextPage": len(left) > len(page), "endCursor": ends}
        return {"data": {"orders": {"nodes": nodes, "pageInfo": info}}}

    def looked_up(self, variables: dict[str, Any]) -> Any:
        nodes = []
        for gid in variables["ids"]:
            number = gid.rpartition("/")[2]
            moment = self.moment(number)
            nodes.append({**self.template, "id": gid, "updatedAt": moment})
        return {"data": {"nodes": nodes}}


def test_orders_are_listed_by_time_of_change_whatever_their_status(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    graph.answer("ChangedOrders", "changed_orders")
    graph.answer("OrdersWithEvidence", "orders")
    hanoi = timezone(timedelta(hours=7))
    page = shopify.read_orders(since=datetime(2026, 11, 1, 16, 0, 0, 999, hanoi))
    assert [order.order_id for order in page.items] == [ORDER]
    assert page.next_cursor is None
    assert graph.variables("ChangedOrders") == [
        {
            "filter": "updated_at:>='2026-11-01T09:00:00Z' status:any",
            "size": PAGE_SIZE,
            "after": None,
        }
    ]


def test_many_orders_are_read_in_pages_and_batches(
    shopify: ShopifyConnector, graph: Graph, reply: Reply
) -> None:
    shop = Shop(reply, 45)
    graph.answer("ChangedOrders", shop.listed)
    graph.answer("OrdersWithEvidence", shop.looked_up)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = shopify.read_orders(since=SINCE, cursor=cursor)
        moments = [order.updated_at for order in page.items]
        assert moments == sorted(moments)
        seen += [order.order_id for order in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [str(number) for number in range(1, 46)]
    asked = graph.variables("OrdersWithEvidence")
    assert max(len(one["ids"]) for one in asked) == BATCH_SIZE


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.lists(st.integers(1, 45), max_size=6), max_size=6))
def test_no_order_is_missing_while_orders_change(
    shopify: ShopifyConnector, graph: Graph, reply: Reply, changes: list[list[int]]
) -> None:
    shop = Shop(reply, 45)
    graph.answer("ChangedOrders", shop.listed)
    graph.answer("OrdersWithEvidence", shop.looked_up)
    waves = iter(changes)
    seen: dict[str, datetime] = {}
    cursor: str | None = None
    while True:
        page = shopify.read_orders(since=SINCE, cursor=cursor)
        seen |= {order.order_id: order.updated_at for order in page.items}
        cursor = page.next_cursor
        if cursor is None:
            break
        for number in next(waves, []):
            shop.touch(str(number))
    last = {number: datetime.fromisoformat(shop.moment(number)) for number in seen}
    assert len(seen) == 45
    assert seen == last


def test_a_cursor_survives_a_restart() -> None:
    position = Position(since="2026-11-01T09:00:00Z", after="c-2")
    assert Position.of(position.encode(), SINCE) == position


@pytest.mark.parametrize(
    "written",
    [
        {"since": "2026-11-01T09:00:00Z"},
        {"since": "2026-11-01T09:00:00", "after": "c"},
        {"since": "now", "after": "c"},
        {"since": 5, "after": "c"},
        {"after": "c"},
        ["c"],
        {"since": "2026-11-01T09:00:00Z", "after": "c", "more": 1},
    ],
)
def test_a_strange_cursor_is_refused(shopify: ShopifyConnector, written: Any) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(written).encode()).decode()
    for strange in (cursor, "é", "zzz", ""):
        with pytest.raises(PermanentError):
            shopify.read_orders(since=SINCE, cursor=strange)
        with pytest.raises(PermanentError):
            shopify.read_returns(since=SINCE, cursor=strange)


def test_a_list_that_does_not_go_on_is_noticed(
    shopify: ShopifyConnector, graph: Graph, reply: Reply
) -> None:
    answer = reply("changed_orders")
    answer["data"]["orders"]["pageInfo"].update(hasNextPage=True, endCursor="c-1")
    graph.answer("ChangedOrders", answer)
    graph.answer("OrdersWithEvidence", "orders")
    cursor = shopify.read_orders(since=SINCE).next_cursor
    with pytest.raises(UnexpectedAnswer):
        shopify.read_orders(since=SINCE, cursor=cursor)


def test_unknown_orders_are_set_aside(shopify: ShopifyConnector, graph: Graph) -> None:
    graph.answer("OrdersWithEvidence", "orders")
    wanted = [ORDER, "6199999999999", "NOBODY", "9" * 19, "0"]
    page = shopify.fetch_orders(wanted)
    assert [order.order_id for order in page.items] == [ORDER]
    assert [one.record_id for one in page.rejected] == wanted[1:]
    assert {one.reason for one in page.rejected} == {"not_found"}
    (asked,) = graph.variables("OrdersWithEvidence")
    assert asked["ids"] == [f"gid://shopify/Order/{one}" for one in wanted[:2]]


def test_the_rest_of_a_long_order_is_read(
    shopify: ShopifyConnector, graph: Graph, reply: Reply
) -> None:
    answer = reply("orders")
    order = answer["data"]["nodes"][0]
    template = order["lineItems"]["nodes"][0]
    shipped = order["fulfillments"][0]["fulfillmentLineItems"]
    for part in (order["lineItems"], shipped):
        part["pageInfo"] = {"hasNextPage": True, "endCursor": "c-1"}
    graph.answer("OrdersWithEvidence", answer)
    more = {"c-1": ("c-2", "21"), "c-2": (None, "22")}

    def rest(name: str, entry: Any) -> Any:
        def answered(variables: dict[str, Any]) -> Any:
            following, number = more[variables["after"]]
            page = {
                "nodes": [entry(f"gid://shopify/LineItem/{number}")],
                "pageInfo": {
                    "hasNextPage": following is not None,
                    "endCursor": following,
                },
            }
            return {"data": {"node": {name: page}}}

        return answered

    lines = rest("lineItems", lambda gid: {**template, "id": gid})
    units = rest(
        "fulfillmentLineItems", lambda gid: {"quantity": 3, "lineItem": {"id": gid}}
    )
    graph.answer("RestOfOrder", lines)
    graph.answer("RestOfFulfillment", units)
    (whole,) = shopify.fetch_orders([ORDER]).items
    assert [line.line_id for line in whole.lines][2:] == ["21", "22"]
    stages = {one.stage for line in whole.lines for one in line.portions}
    assert stages == {Stage.AWAITING_PICKUP}


def test_all_fulfilments_and_refunds_of_an_order_are_read(
    shopify: ShopifyConnector, graph: Graph, reply: Reply
) -> None:
    answer = reply("orders")
    order = answer["data"]["nodes"][0]
    order["displayFulfillmentStatus"] = "PARTIALLY_FULFILLED"
    order["lineItems"]["nodes"][0].update(quantity=8, currentQuantity=8)
    order["lineItems"]["nodes"][0]["unfulfilledQuantity"] = 1
    template = order["fulfillments"][0]
    parts = [
        {
            **template,
            "id": f"gid://shopify/Fulfillment/{number}",
            "fulfillmentLineItems": {
                "nodes": [{"quantity": 1, "lineItem": {"id": SHIRT_GID}}]
            },
        }
        for number in range(7)
    ]
    order["fulfillments"] = parts[:5]
    graph.answer("OrdersWithEvidence", answer)
    ids = {"fulfillments": [{"id": one["id"]} for one in parts], "refunds": []}
    graph.answer("PartsOfOrder", {"data": {"order": ids}})
    graph.answer("Fulfilments", {"data": {"nodes": parts}})
    (whole,) = shopify.fetch_orders([ORDER]).items
    counts = {one.stage: one.quantity for one in whole.lines[0].portions}
    assert counts == {Stage.AWAITING_PICKUP: 7, Stage.NOT_SHIPPED: 1}


def test_orders_that_cost_too_much_together_are_read_apart(
    shopify: ShopifyConnector, graph: Graph, reply: Reply
) -> None:
    shop = Shop(reply, 9)

    def answer(variables: dict[str, Any]) -> Any:
        if len(variables["ids"]) > 2:
            code = {"code": "MAX_COST_EXCEEDED"}
            return {"errors": [{"message": "too much", "extensions": code}]}
        return shop.looked_up(variables)

    graph.answer("OrdersWithEvidence", answer)
    wanted = [str(number) for number in range(1, 10)]
    page = shopify.fetch_orders(wanted)
    assert [order.order_id for order in page.items] == wanted
