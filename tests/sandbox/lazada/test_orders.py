"""Reading orders and items: windows, pages, limits and odd values."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from tests.sandbox.driver import Json, lines
from tests.sandbox.lazada.driver import Seller

VIETNAM = timezone(timedelta(hours=7))


def at(seconds: float) -> str:
    """So many seconds from now, as the API wants it."""
    moment = datetime.fromtimestamp(int(time.time() + seconds), VIETNAM)
    return moment.isoformat()


def page(seller: Seller, **parameters: object) -> Json:
    parameters = {"update_after": at(-3600)} | parameters
    found: Json = seller.get("/orders/get", **parameters)["data"]
    return found


def ids(found: Json) -> list[str]:
    return [str(order["order_id"]) for order in found["orders"]]


def code(seller: Seller, path: str = "/orders/get", **parameters: object) -> str:
    return str(seller.get(path, **parameters)["code"])


def test_each_unit_is_an_item_of_its_own(seller: Seller) -> None:
    order = seller.order(A=2, B=1)
    items = seller.items(order)
    assert [item["sku"] for item in items] == ["A", "A", "B"]
    assert len({item["order_item_id"] for item in items}) == 3
    assert not any("quantity" in item for item in items)
    assert {str(item["sku_id"]) for item in items} == {
        seller.listings["A"]["variant_id"],
        seller.listings["B"]["variant_id"],
    }


def test_an_order_has_the_set_of_its_items_statuses_and_none_of_its_own(
    seller: Seller,
) -> None:
    order = seller.order(A=2)
    seller.do(order, "arrange", A=1)
    data = seller.get("/order/get", order_id=order)["data"]
    assert sorted(data["statuses"]) == ["pending", "ready_to_ship"]
    assert "status" not in data
    assert data["items_count"] == 2


def test_nobody_is_the_text_null_null(seller: Seller) -> None:
    (item,) = seller.items(seller.order(A=1))
    assert item["cancel_return_initiator"] == "null-null"
    assert (item["package_id"], item["tracking_code"]) == ("", "")


def test_flags_are_texts_and_money_is_not_always_a_number(seller: Seller) -> None:
    order = seller.order(A=1)
    data = seller.get("/order/get", order_id=order)["data"]
    assert (data["need_cancel_confirm"], data["is_cancel_pending"]) == (
        "false",
        "false",
    )
    assert data["price"].endswith(".00")
    (item,) = seller.items(order)
    assert item["is_cancel_pending"] == "false"
    assert isinstance(item["item_price"], float)
    assert item["item_price"] == float(data["price"])
    assert item["currency"] == "VND"


def test_one_call_shows_numbers_and_the_other_texts(seller: Seller) -> None:
    order = seller.order(A=1)
    (item,) = seller.items(order)
    (row,) = seller.get("/orders/items/get", order_ids=[int(order)])["data"]
    (text,) = row["order_items"]
    assert row["order_id"] == order
    assert text["order_item_id"] == str(item["order_item_id"])
    assert float(text["paid_price"]) == item["paid_price"]
    assert all(isinstance(value, str) for value in text.values())
    created = datetime.strptime(item["created_at"], "%Y-%m-%d %H:%M:%S %z")
    assert created.timestamp() * 1000 == int(text["created_at"])
    assert item["created_at"].endswith(" +0700")


def test_a_payment_time_comes_with_the_payment(seller: Seller) -> None:
    assert "payment_time" in seller.items(seller.order(A=1))[0]
    assert "payment_time" not in seller.items(seller.cod_order(A=1))[0]
    assert "payment_time" not in seller.items(seller.unpaid_order(A=1))[0]


def test_cash_on_delivery_is_a_payment_method(seller: Seller) -> None:
    order = seller.cod_order(A=1)
    data = seller.get("/order/get", order_id=order)["data"]
    assert data["payment_method"] == "COD"
    assert data["statuses"] == ["pending"]


def test_a_window_is_needed_and_includes_its_ends(seller: Seller) -> None:
    assert code(seller) == "18"
    order = seller.order(A=1)
    changed = datetime.strptime(
        seller.items(order)[0]["updated_at"], "%Y-%m-%d %H:%M:%S %z"
    ).astimezone(VIETNAM)
    exact = changed.isoformat()
    assert ids(page(seller, update_after=exact, update_before=exact)) == [order]
    later = (changed + timedelta(seconds=1)).isoformat()
    assert ids(page(seller, update_after=later)) == []
    earlier = (changed - timedelta(seconds=1)).isoformat()
    assert ids(page(seller, created_before=earlier)) == []


@pytest.mark.parametrize(
    "written",
    ["2026-01-01", "2026-01-01T00:00:00", "1700000000", "2026-13-01T00:00:00+07:00"],
)
def test_a_date_without_an_offset_is_refused(seller: Seller, written: str) -> None:
    assert code(seller, update_after=written) == "17"


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"limit": 101}, "19"),
        ({"limit": 0}, "19"),
        ({"limit": "many"}, "19"),
        ({"offset": 5001}, "14"),
        ({"offset": -1}, "14"),
        ({"offset": 5000}, "0"),
        ({"limit": 100}, "0"),
        ({"status": "done"}, "36"),
        ({"status": "all"}, "0"),
        ({"sort_by": "price"}, "75"),
        ({"sort_direction": "UP"}, "74"),
    ],
)
def test_pages_hold_a_hundred_and_end_at_five_thousand(
    seller: Seller, parameters: Json, expected: str
) -> None:
    assert code(seller, update_after=at(-60), **parameters) == expected


def test_pages_follow_one_another(open_shop: Callable[..., Seller]) -> None:
    shop = open_shop()
    shop.sell(A=300)
    placed = shop.control.post(
        "lazada/orders", shop=shop.name, lines=lines({"A": 1}), count=205
    )["orders"]
    how = {"sort_by": "updated_at", "sort_direction": "ASC", "limit": 100}
    pages = [page(shop, offset=offset, **how) for offset in (0, 100, 200)]
    assert [len(each["orders"]) for each in pages] == [100, 100, 5]
    assert {each["countTotal"] for each in pages} == {205}
    assert sorted(order for each in pages for order in ids(each)) == sorted(placed)


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("pending", True),
        ("ready_to_ship", True),
        ("topack", True),
        ("toship", True),
        ("shipped", False),
        ("shipping", False),
    ],
)
def test_a_status_finds_orders_with_any_such_item(
    seller: Seller, status: str, found: bool
) -> None:
    order = seller.order(A=2)
    seller.do(order, "arrange", A=1)
    assert ids(page(seller, status=status)) == ([order] if found else [])


def test_an_order_of_another_seller_is_not_found(
    seller: Seller, open_shop: Callable[..., Seller]
) -> None:
    order = seller.order(A=1)
    stranger = open_shop()
    for path in ("/order/get", "/order/items/get"):
        assert code(stranger, path, order_id=order) == "16"
    trace = stranger.get("/logistic/order/trace", order_id=order)
    assert (trace["code"], trace["result"]["module"]) == ("0", [])
    several = "/orders/items/get"
    assert code(stranger, several, order_ids=[int(order)]) == "39"


def test_several_orders_are_asked_for_in_a_json_list(seller: Seller) -> None:
    path = "/orders/items/get"
    first, second = seller.order(A=1), seller.order(B=2)
    rows = seller.get(path, order_ids=[int(first), int(second)])["data"]
    assert [len(row["order_items"]) for row in rows] == [1, 2]
    assert code(seller, path, order_ids=f"{first},{second}") == "56"
    assert code(seller, path, order_ids=[int(first)] * 51) == "38"
    assert code(seller, path, order_ids=[int(first), 1]) == "37"


def test_the_seller_has_one_warehouse(seller: Seller) -> None:
    for path in ("/rc/warehouse/get", "/seller/warehouse/get"):
        (warehouse,) = seller.get(path)["result"]["module"]
        assert warehouse["code"] == "dropshipping"
