"""Packing, declaring ready and breaking up over the API."""

from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.driver import Json
from tests.sandbox.lazada.driver import Seller


def pack(seller: Seller, order: str, items: list[int]) -> list[Json]:
    request = {
        "pack_order_list": [{"order_id": int(order), "order_item_list": items}],
        "delivery_type": "dropship",
        "shipping_allocate_type": "TFS",
    }
    result = seller.post("/order/fulfill/pack", packReq=request)["result"]
    assert result["success"] is True
    (row,) = result["data"]["pack_order_list"]
    assert row["order_id"] == int(order)
    rows: list[Json] = row["order_item_list"]
    return rows


def packages(seller: Seller, path: str, name: str, *numbers: str) -> list[str]:
    request = {"packages": [{"package_id": number} for number in numbers]}
    result = seller.post(path, **{name: request})["result"]
    assert result["success"] is True
    return [row["item_err_code"] for row in result["data"]["packages"]]


def ready(seller: Seller, *numbers: str) -> list[str]:
    return packages(seller, "/order/package/rts", "readyToShipReq", *numbers)


def repack(seller: Seller, *numbers: str) -> list[str]:
    return packages(seller, "/order/package/repack", "rePackReq", *numbers)


def ids(seller: Seller, order: str) -> list[int]:
    return [item["order_item_id"] for item in seller.items(order)]


def packed(seller: Seller, **units: int) -> tuple[str, str]:
    order = seller.order(**units)
    rows = pack(seller, order, ids(seller, order))
    return order, str(rows[0]["package_id"])


def test_packing_gives_one_package_and_its_tracking_number(seller: Seller) -> None:
    order = seller.order(A=1, B=1)
    rows = pack(seller, order, ids(seller, order))
    assert [row["item_err_code"] for row in rows] == ["0", "0"]
    assert len({row["package_id"] for row in rows}) == 1
    shown = {(i["package_id"], i["tracking_code"]) for i in seller.items(order)}
    assert shown == {(row["package_id"], row["tracking_number"]) for row in rows}
    assert seller.statuses(order) == ["packed", "packed"]


def test_only_pending_and_repacked_items_can_be_packed(seller: Seller) -> None:
    order, number = packed(seller, A=1)
    assert pack(seller, order, ids(seller, order))[0]["item_err_code"] == "700026"
    assert repack(seller, number) == ["0"]
    (item,) = seller.items(order)
    assert (item["status"], item["package_id"]) == ("repacked", "")
    (row,) = pack(seller, order, ids(seller, order))
    assert row["item_err_code"] == "0"
    assert row["package_id"] != number


def test_packing_what_is_not_there_is_refused_row_by_row(
    seller: Seller, open_shop: Callable[..., Seller]
) -> None:
    order = seller.order(A=1)
    assert pack(seller, order, [1])[0]["item_err_code"] == "700025"
    assert pack(open_shop(), order, [1])[0]["item_err_code"] == "700021"


def test_ready_to_ship_needs_a_packed_package(seller: Seller) -> None:
    order, number = packed(seller, A=1)
    assert ready(seller, "FP0", number) == ["600001", "0"]
    assert seller.statuses(order) == ["ready_to_ship"]
    assert ready(seller, number) == ["700000"]
    assert repack(seller, number) == ["700000"]


def test_a_cancelled_package_cannot_be_declared_ready(seller: Seller) -> None:
    order, number = packed(seller, A=1)
    seller.do(order, "cancel")
    assert ready(seller, number) == ["600002"]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ("no json", "700004"),
        ({}, "700017"),
        ({"packages": []}, "700017"),
        ({"packages": [{"package_id": "x"}] * 21}, "700022"),
    ],
)
def test_a_request_that_is_no_batch_is_refused(
    seller: Seller, request_: Any, code: str
) -> None:
    answer = seller.post("/order/package/rts", readyToShipReq=request_)
    assert answer["code"] == code


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/order/package/sof/delivered", "dbsDeliveryReq"),
        ("/order/package/sof/failed_delivery", "dbsFailedDeliveryReq"),
    ],
)
def test_orders_of_the_marketplaces_carrier_are_not_the_sellers_to_deliver(
    seller: Seller, path: str, name: str
) -> None:
    order, number = packed(seller, A=1)
    assert packages(seller, path, name, number) == ["700009"]
    assert seller.statuses(order) == ["packed"]


def test_a_label_is_printed_for_packed_packages_only(seller: Seller) -> None:
    order, number = packed(seller, A=1)
    request = {"doc_type": "HTML", "packages": [{"package_id": number}]}
    path = "/order/package/document/get"
    data = seller.post(path, getDocumentReq=request)["result"]["data"]
    tracking = seller.items(order)[0]["tracking_code"]
    assert tracking in b64decode(data["file"]).decode()
    seller.do(order, "arrange", "pick_up")
    assert seller.post(path, getDocumentReq=request)["code"] == "700040"


def test_a_batch_of_packages_can_fail_in_part(seller: Seller) -> None:
    (_, first), (order, second) = packed(seller, A=1), packed(seller, B=1)
    seller.fault("/order/package/rts", "partial_failure")
    assert ready(seller, first, second) == ["40011", "0"]
    assert seller.statuses(order) == ["ready_to_ship"]


def test_a_package_may_only_seem_to_be_ready(seller: Seller) -> None:
    order, number = packed(seller, A=1)
    seller.fault("/order/package/rts", "accepted_not_applied")
    assert ready(seller, number) == ["0"]
    assert seller.statuses(order) == ["packed"]
