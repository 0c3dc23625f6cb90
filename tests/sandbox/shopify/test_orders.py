"""Lists of orders: filters, pages that move, and what is too old to be seen."""

import time

import pytest

from sandbox.servers import Sandbox
from tests.sandbox.driver import Json
from tests.sandbox.shopify.driver import Store

LIST = """
query ($q: String, $first: Int!, $after: String, $by: OrderSortKeys, $back: Boolean) {
  orders(first: $first, after: $after, query: $q, sortKey: $by, reverse: $back) {
    edges { cursor node { legacyResourceId } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}
"""


def listed(store: Store, query: str = "", **more: object) -> list[str]:
    answer = store.data(LIST, **({"q": query, "first": 50} | more))
    return ids(answer["orders"])


def ids(connection: Json) -> list[str]:
    return [edge["node"]["legacyResourceId"] for edge in connection["edges"]]


def pages(store: Store, size: int) -> list[str]:
    seen: list[str] = []
    after, more = None, True
    while more:
        page = store.data(LIST, first=size, after=after, by="UPDATED_AT")["orders"]
        seen += ids(page)
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return seen


def test_pages_together_hold_every_order_once(store: Store) -> None:
    orders = [store.buy(A=1) for _ in range(5)]
    seen = pages(store, 2)
    assert sorted(seen) == sorted(orders)
    assert listed(store, by="UPDATED_AT", back=True) == seen[::-1]


def test_orders_that_move_while_they_are_read_are_not_skipped(
    store: Store, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = sandbox.world.clock
    start = clock.stamp()
    orders = []
    for age in (40, 30, 20, 10):
        monkeypatch.setattr(clock, "stamp", lambda age=age: start - age)
        orders.append(store.buy(A=1))
    first = store.data(LIST, first=2, by="UPDATED_AT")["orders"]
    assert ids(first) == orders[:2]
    monkeypatch.setattr(clock, "stamp", lambda: start)
    store.do(orders[0], "arrange")
    after = first["pageInfo"]["endCursor"]
    rest = store.data(LIST, first=9, after=after, by="UPDATED_AT")["orders"]
    assert ids(rest) == [*orders[2:], orders[0]]


def test_without_a_status_open_closed_and_cancelled_are_listed(store: Store) -> None:
    opened, closed, cancelled = (store.buy(A=1) for _ in range(3))
    store.do(closed, "arrange")
    store.do(cancelled, "cancel")
    assert listed(store) == [opened, closed, cancelled]
    assert listed(store, "status:open") == [opened]
    assert listed(store, "status:closed") == [closed]
    assert listed(store, "status:cancelled") == [cancelled]
    assert listed(store, "status:not_closed") == [opened]
    assert listed(store, "NOT status:cancelled") == [opened, closed]


def test_orders_are_found_by_when_they_changed(
    store: Store, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = sandbox.world.clock
    monkeypatch.setattr(clock, "stamp", lambda: 1_800_000_000)
    early = store.buy(A=1)
    monkeypatch.setattr(clock, "stamp", lambda: 1_800_000_060)
    late = store.buy(A=1)
    minute = "2027-01-15T08:01:00"
    assert listed(store, f"updated_at:>='{minute}Z'") == [late]
    assert listed(store, f"updated_at:<{minute}Z") == [early]
    assert listed(store, f"updated_at:>'{minute}Z'") == []
    # Without a zone it is the shop's own, seven hours ahead of UTC.
    assert listed(store, "updated_at:>='2027-01-15T15:01:00'") == [late]
    assert listed(store, "updated_at:>2027-01-14 updated_at:<2027-01-16") == [
        early,
        late,
    ]


def test_terms_are_joined_negated_and_grouped(store: Store) -> None:
    first, second = store.buy(A=1), store.buy(B=1, cod=True)
    assert listed(store, "sku:A OR sku:B") == [first, second]
    assert listed(store, "sku:A AND sku:B") == []
    assert listed(store, "-sku:A") == [second]
    assert listed(store, "(sku:A OR sku:B) financial_status:pending") == [second]
    assert listed(store, f"id:>{first}") == [second]
    name = store.order(first)["name"]
    assert listed(store, f"name:{name}") == [first]
    assert listed(store, "fulfillment_status:unfulfilled") == [first, second]


def test_a_filter_that_does_not_exist_filters_nothing(store: Store) -> None:
    order = store.buy(A=1)
    assert listed(store, "colour:red") == [order]


def test_orders_older_than_sixty_days_are_not_seen(own_store: Store) -> None:
    order = own_store.buy(A=1)
    own_store.control.clock(59 * 86400)
    assert listed(own_store) == [order]
    own_store.control.clock(2 * 86400)
    assert listed(own_store) == []
    assert own_store.order(order) is None
    assert own_store.rest("GET", f"orders/{order}.json").status_code == 404


def test_orders_are_counted(store: Store) -> None:
    for _ in range(3):
        store.buy(A=1)
    found = store.data("{ ordersCount(limit: 2) { count precision } }")["ordersCount"]
    assert found == {"count": 2, "precision": "AT_LEAST"}


def test_an_order_tells_what_was_bought(store: Store) -> None:
    order = store.order(store.buy(A=2, B=1))
    assert order["name"] == "#1001"
    lines = {each["sku"]: each["quantity"] for each in order["lineItems"]["nodes"]}
    assert lines == {"A": 2, "B": 1}
    money = order["netPaymentSet"]["shopMoney"]
    assert (money["currencyCode"], money["amount"][-2:]) == ("VND", ".0")
    assert abs(_seconds(order["updatedAt"]) - time.time()) < 5


def _seconds(text: str) -> float:
    assert text.endswith("Z"), "times are in UTC"
    return time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
