"""Shopee's catalogue and stock: absolute numbers, one result for each listing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import responses

from connector import (
    AuthenticationError,
    ListingRef,
    MemorySettings,
    RateLimited,
    StockResult,
    StockUpdate,
    TransientError,
    WriteOutcome,
)
from connector.shopee import ShopeeConnector

BLACK = ListingRef(item_id="7000000001", variant_id="8000000001")
WHITE = ListingRef(item_id="7000000001", variant_id="8000000002")
HAT = ListingRef(item_id="7000000002", variant_id="0")
UPDATE_URL = "https://partner.shopeemobile.com/api/v2/product/update_stock"

Reader = Callable[[str], Any]


@pytest.fixture
def catalogue(answer: Callable[..., None], reply: Reader) -> None:
    answer("product/get_item_list", reply("item_list"))
    answer("product/get_item_base_info", reply("item_base_info"))
    answer("product/get_model_list", reply("model_list"))


@pytest.fixture
def written(edge: responses.RequestsMock) -> list[dict[str, Any]]:
    """Accept each stock write and collect what it said."""
    bodies: list[dict[str, Any]] = []

    def accept(request: Any) -> tuple[int, dict[str, str], str]:
        body = json.loads(request.body)
        bodies.append(body)
        done = [{"model_id": entry["model_id"]} for entry in body["stock_list"]]
        response = {"success_list": done, "failure_list": []}
        return 200, {}, json.dumps({"error": "", "response": response})

    edge.add_callback("POST", UPDATE_URL, callback=accept)
    return bodies


def update(listing: ListingRef, quantity: int = 5) -> StockUpdate:
    return StockUpdate(listing=listing, quantity=quantity)


def outcomes(results: Any) -> list[WriteOutcome]:
    return [result.outcome for result in results]


@pytest.mark.usefixtures("catalogue")
def test_the_catalogue_has_variations_and_plain_items(shopee: ShopeeConnector) -> None:
    page = shopee.read_listings()
    found = {one.listing: (one.sku, one.quantity, one.barcode) for one in page.items}
    assert found == {
        BLACK: ("AO-DEN-M", 12, ""),
        WHITE: ("AO-TRANG-M", 0, ""),
        HAT: ("MU", 4, "8930000000017"),
    }
    assert [(one.record_id, one.reason) for one in page.rejected] == [
        ("7000000003", "kit")
    ]
    assert page.next_cursor is None


@pytest.mark.usefixtures("catalogue")
def test_stock_is_read_for_known_listings_only(shopee: ShopeeConnector) -> None:
    nowhere = ListingRef(item_id="7000000001", variant_id="1")
    foreign = ListingRef(item_id="gid://shop/1", variant_id="x")
    found = shopee.read_stock([BLACK, HAT, nowhere, foreign])
    assert found == {BLACK: 12, HAT: 4}


def test_one_call_per_item_sets_absolute_numbers(
    shopee: ShopeeConnector, written: list[dict[str, Any]]
) -> None:
    results = shopee.write_stock([update(BLACK, 5), update(HAT, 0), update(WHITE, 2)])
    assert outcomes(results) == [WriteOutcome.ACCEPTED] * 3
    assert [result.listing for result in results] == [BLACK, HAT, WHITE]
    assert written == [
        {
            "item_id": 7000000001,
            "stock_list": [
                {"model_id": 8000000001, "seller_stock": [{"stock": 5}]},
                {"model_id": 8000000002, "seller_stock": [{"stock": 2}]},
            ],
        },
        {
            "item_id": 7000000002,
            "stock_list": [{"model_id": 0, "seller_stock": [{"stock": 0}]}],
        },
    ]


def test_more_than_fifty_models_are_several_calls(
    shopee: ShopeeConnector, written: list[dict[str, Any]]
) -> None:
    many = [ListingRef(item_id="7", variant_id=str(n)) for n in range(1, 61)]
    assert len(shopee.write_stock([update(one) for one in many])) == 60
    assert [len(body["stock_list"]) for body in written] == [50, 10]


def test_a_partial_failure_is_told_for_each_model(
    shopee: ShopeeConnector, answer: Callable[..., None], reply: Reader
) -> None:
    answer("product/update_stock", reply("update_stock_partial"), method="POST")
    accepted, refused = shopee.write_stock([update(BLACK), update(WHITE)])
    assert accepted.outcome is WriteOutcome.ACCEPTED
    assert refused.outcome is WriteOutcome.REFUSED
    assert "reserved" in refused.detail


def test_trouble_inside_shopee_with_one_model_is_tried_again_later(
    shopee: ShopeeConnector, answer: Callable[..., None], reply: Reader
) -> None:
    body = reply("update_stock_partial")
    body["response"]["failure_list"][0]["failed_reason"] = "Internal error"
    answer("product/update_stock", body, method="POST")
    results = shopee.write_stock([update(BLACK), update(WHITE)])
    assert outcomes(results) == [WriteOutcome.ACCEPTED, WriteOutcome.LATER]


def test_a_model_that_the_answer_omits_is_unknown(
    shopee: ShopeeConnector, answer: Callable[..., None]
) -> None:
    body = {"error": "", "response": {"success_list": [{"model_id": 8000000001}]}}
    answer("product/update_stock", body, method="POST")
    results = shopee.write_stock([update(WHITE), update(BLACK)])
    assert outcomes(results) == [WriteOutcome.UNKNOWN, WriteOutcome.ACCEPTED]


@pytest.mark.parametrize(
    ("code", "message", "outcome"),
    [
        ("error_promotion_cantnot_update_stock", "", WriteOutcome.LATER),
        ("error_cannt_edit_stock_in_promotion", "", WriteOutcome.LATER),
        ("error_holiday_mode_change_stock", "", WriteOutcome.LATER),
        ("error_seller_under_penalty", "", WriteOutcome.LATER),
        ("error_auth", "Total stock must be more than reserved stock", "refused"),
        (
            "error.param",
            "Can not update item with stock less than reserve stock",
            "refused",
        ),
        ("product.error_item_not_found", "Product not found", WriteOutcome.REFUSED),
        ("error_param", "Wrong model_id", WriteOutcome.REFUSED),
        ("error_wms_shop_block_upate_stock", "", WriteOutcome.REFUSED),
    ],
)
def test_a_refused_write_says_whether_waiting_helps(
    shopee: ShopeeConnector,
    answer: Callable[..., None],
    code: str,
    message: str,
    outcome: WriteOutcome,
) -> None:
    answer("product/update_stock", {"error": code, "message": message}, method="POST")
    (result,) = shopee.write_stock([update(HAT)])
    assert result.outcome == outcome
    assert result.detail


def test_one_bad_model_does_not_spoil_its_item(
    shopee: ShopeeConnector, edge: responses.RequestsMock
) -> None:
    def choosy(request: Any) -> tuple[int, dict[str, str], str]:
        models = [entry["model_id"] for entry in json.loads(request.body)["stock_list"]]
        if 8000000002 in models:
            body: dict[str, Any] = {"error": "error_param", "message": "Wrong model_id"}
        else:
            done = [{"model_id": model} for model in models]
            body = {"error": "", "response": {"success_list": done}}
        return 200, {}, json.dumps(body)

    edge.add_callback("POST", UPDATE_URL, callback=choosy)
    results = shopee.write_stock([update(BLACK), update(WHITE)])
    assert outcomes(results) == [WriteOutcome.ACCEPTED, WriteOutcome.REFUSED]


def test_a_lost_answer_is_unknown_and_the_rest_goes_on(
    shopee: ShopeeConnector, edge: responses.RequestsMock
) -> None:
    edge.add("POST", UPDATE_URL, status=504, body="")
    done = {"error": "", "response": {"success_list": [{"model_id": 0}]}}
    edge.add("POST", UPDATE_URL, json=done)
    results = shopee.write_stock([update(BLACK), update(WHITE), update(HAT)])
    assert outcomes(results) == [
        WriteOutcome.UNKNOWN,
        WriteOutcome.UNKNOWN,
        WriteOutcome.ACCEPTED,
    ]


@pytest.mark.parametrize(
    ("listing", "quantity"),
    [(HAT, -1), (HAT, 10_000_000), (ListingRef(item_id="abc"), 1)],
)
def test_the_impossible_is_refused_without_asking(
    shopee: ShopeeConnector,
    written: list[dict[str, Any]],
    listing: ListingRef,
    quantity: int,
) -> None:
    results = shopee.write_stock([update(listing, quantity), update(BLACK)])
    assert outcomes(results) == [WriteOutcome.REFUSED, WriteOutcome.ACCEPTED]
    assert len(written) == 1


def test_throttling_stops_the_batch_and_keeps_what_is_known(
    shopee: ShopeeConnector, edge: responses.RequestsMock
) -> None:
    done = {"error": "", "response": {"success_list": [{"model_id": 0}]}}
    edge.add("POST", UPDATE_URL, json=done)
    edge.add("POST", UPDATE_URL, status=429, body="")
    results = shopee.write_stock([update(HAT), update(BLACK)])
    assert outcomes(results) == [WriteOutcome.ACCEPTED, WriteOutcome.LATER]


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, {}, RateLimited),
        (200, {"error": "error_sign", "message": "Wrong sign."}, AuthenticationError),
        (200, {"error": "error_system_busy", "message": ""}, TransientError),
    ],
)
def test_a_write_that_got_nowhere_raises(
    shopee: ShopeeConnector,
    answer: Callable[..., None],
    status: int,
    body: Any,
    expected: type[Exception],
) -> None:
    answer("product/update_stock", body, method="POST", status=status)
    with pytest.raises(expected):
        shopee.write_stock([update(HAT), update(BLACK)])


def by_location(request: Any, needed: str) -> tuple[int, dict[str, str], str]:
    """Accept writes to one location, refuse all others as Shopee words it."""
    entries = json.loads(request.body)["stock_list"]
    given = {entry["seller_stock"][0].get("location_id", "") for entry in entries}
    if given == {needed}:
        done = [{"model_id": entry["model_id"]} for entry in entries]
        return 200, {}, json.dumps({"error": "", "response": {"success_list": done}})
    refusal = {"error": "error_param", "message": "Lack of location_id"}
    return 200, {}, json.dumps(refusal)


@pytest.mark.usefixtures("catalogue")
def test_a_location_is_named_only_where_the_item_uses_one(
    shopee: ShopeeConnector, edge: responses.RequestsMock
) -> None:
    edge.add_callback("POST", UPDATE_URL, lambda sent: by_location(sent, "VNZ"))
    results = shopee.write_stock([update(BLACK), update(WHITE), update(HAT)])
    assert outcomes(results) == [WriteOutcome.ACCEPTED] * 3


def test_a_location_that_cannot_be_told_is_a_question_for_a_person(
    shopee: ShopeeConnector,
    edge: responses.RequestsMock,
    answer: Callable[..., None],
    reply: Reader,
) -> None:
    base = reply("item_base_info")
    hat = base["response"]["item_list"][1]
    hat["stock_info_v2"]["seller_stock"].append({"location_id": "VNA", "stock": 3})
    answer("product/get_item_base_info", base)
    edge.add_callback("POST", UPDATE_URL, lambda sent: by_location(sent, "VNA"))
    (result,) = shopee.write_stock([update(HAT)])
    assert result.outcome is WriteOutcome.REFUSED
    assert "location_id" in result.detail


def test_the_setting_names_the_location(
    shopee: ShopeeConnector, store: MemorySettings, edge: responses.RequestsMock
) -> None:
    store.rotate(store.read(), lambda old: {**old, "location_id": "VNA"})
    edge.add_callback("POST", UPDATE_URL, lambda sent: by_location(sent, "VNA"))
    accepted = StockResult(listing=HAT, outcome=WriteOutcome.ACCEPTED)
    assert shopee.write_stock([update(HAT)]) == [accepted]
