"""Writing TikTok Shop's stock: absolute numbers, one result for each listing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import responses

from connector import (
    AuthenticationError,
    ListingRef,
    MemorySettings,
    RateLimited,
    StockUpdate,
    TransientError,
    WriteOutcome,
)
from connector.tiktok import TikTokConnector

SHIRT, HAT_ID = "1730000000000000001", "1730000000000000002"
BLACK = ListingRef(item_id=SHIRT, variant_id="1730000000000000011")
WHITE = ListingRef(item_id=SHIRT, variant_id="1730000000000000012")
HAT = ListingRef(item_id=HAT_ID, variant_id="1730000000000000021")
ORIGIN = "https://open-api.tiktokglobalshop.com"
HOME, OTHER = "7390000000000000001", "7390000000000000002"
INVENTORY = "product/202309/inventory/search"
DONE = {"code": 0, "message": "Success", "data": {}}

ACCEPTED, REFUSED = WriteOutcome.ACCEPTED, WriteOutcome.REFUSED
LATER, UNKNOWN = WriteOutcome.LATER, WriteOutcome.UNKNOWN

Reader = Callable[[str], Any]


def path(product_id: str) -> str:
    return f"product/202309/products/{product_id}/inventory/update"


@pytest.fixture(autouse=True)
def _inventory(answer: Callable[..., None], reply: Reader) -> None:
    answer(INVENTORY, reply("inventory"))


@pytest.fixture
def written(edge: responses.RequestsMock) -> list[tuple[str, Any]]:
    """Accept each stock write and collect what it said."""
    bodies: list[tuple[str, Any]] = []

    def accept(request: Any) -> tuple[int, dict[str, str], str]:
        product_id = urlsplit(request.url).path.split("/")[4]
        bodies.append((product_id, json.loads(request.body)["skus"]))
        return 200, {}, json.dumps(DONE)

    for product_id in (SHIRT, HAT_ID):
        edge.add_callback("POST", f"{ORIGIN}/{path(product_id)}", callback=accept)
    return bodies


@pytest.fixture
def two_warehouses(answer: Callable[..., None], reply: Reader) -> None:
    body = reply("inventory")
    places = body["data"]["inventory"][1]["skus"][0]["warehouse_inventory"]
    places.append(
        {"warehouse_id": OTHER, "available_quantity": 5, "committed_quantity": 0}
    )
    answer(INVENTORY, body)


def set_to(store: MemorySettings, **changes: Any) -> None:
    store.rotate(store.read(), lambda old: {**old, **changes})


def update(listing: ListingRef, quantity: int = 5) -> StockUpdate:
    return StockUpdate(listing=listing, quantity=quantity)


def outcomes(results: Any) -> list[WriteOutcome]:
    return [result.outcome for result in results]


def test_one_call_per_product_sets_absolute_numbers(
    tiktok: TikTokConnector, written: list[tuple[str, Any]]
) -> None:
    results = tiktok.write_stock([update(BLACK, 5), update(HAT, 0), update(WHITE, 2)])
    assert outcomes(results) == [ACCEPTED] * 3
    assert [result.listing for result in results] == [BLACK, HAT, WHITE]
    at_home = {"warehouse_id": HOME}
    assert written == [
        (
            SHIRT,
            [
                {"id": BLACK.variant_id, "inventory": [{**at_home, "quantity": 5}]},
                {"id": WHITE.variant_id, "inventory": [{**at_home, "quantity": 2}]},
            ],
        ),
        (
            HAT_ID,
            [{"id": HAT.variant_id, "inventory": [{**at_home, "quantity": 0}]}],
        ),
    ]


def test_warehouses_are_asked_for_once(
    tiktok: TikTokConnector,
    written: list[tuple[str, Any]],
    calls: Callable[[str], list[Any]],
) -> None:
    for quantity in (3, 2, 1):
        tiktok.write_stock([update(HAT, quantity)])
    assert len(written) == 3
    assert len(calls("inventory/search")) == 1


@pytest.mark.usefixtures("two_warehouses")
def test_every_warehouse_of_a_sku_is_named_and_ours_gets_it_all(
    tiktok: TikTokConnector,
    store: MemorySettings,
    written: list[tuple[str, Any]],
) -> None:
    set_to(store, warehouse_id=OTHER)
    assert outcomes(tiktok.write_stock([update(HAT, 8)])) == [ACCEPTED]
    ((_, (sku,)),) = written
    assert sku["inventory"] == [
        {"warehouse_id": HOME, "quantity": 0},
        {"warehouse_id": OTHER, "quantity": 8},
    ]


@pytest.mark.usefixtures("two_warehouses")
@pytest.mark.parametrize("setting", ["", "7399999999999999999"])
def test_a_warehouse_that_cannot_be_told_is_a_question_for_a_person(
    tiktok: TikTokConnector,
    store: MemorySettings,
    written: list[tuple[str, Any]],
    setting: str,
) -> None:
    set_to(store, warehouse_id=setting)
    hat, black = tiktok.write_stock([update(HAT), update(BLACK)])
    assert (hat.outcome, black.outcome) == (REFUSED, ACCEPTED)
    assert "warehouse_id" in hat.detail
    assert [product_id for product_id, _ in written] == [SHIRT]


def test_without_any_warehouse_none_is_named(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    reply: Reader,
    written: list[tuple[str, Any]],
) -> None:
    body = reply("inventory")
    body["data"]["inventory"][1]["skus"][0]["warehouse_inventory"] = []
    answer(INVENTORY, body)
    assert outcomes(tiktok.write_stock([update(HAT, 8)])) == [ACCEPTED]
    assert written[0][1][0]["inventory"] == [{"quantity": 8}]


def test_a_sku_that_moved_to_another_warehouse_is_written_there(
    tiktok: TikTokConnector,
    edge: responses.RequestsMock,
    answer: Callable[..., None],
    reply: Reader,
) -> None:
    body = reply("inventory")
    place = body["data"]["inventory"][1]["skus"][0]["warehouse_inventory"][0]

    def moving(request: Any) -> tuple[int, dict[str, str], str]:
        (sku,) = json.loads(request.body)["skus"]
        if sku["inventory"][0]["warehouse_id"] == OTHER:
            return 200, {}, json.dumps(DONE)
        place["warehouse_id"] = OTHER
        answer(INVENTORY, body)
        return 200, {}, json.dumps({"code": 7, "message": "warehouse is not assigned"})

    edge.add_callback("POST", f"{ORIGIN}/{path(HAT_ID)}", callback=moving)
    assert outcomes(tiktok.write_stock([update(HAT, 8)])) == [ACCEPTED]


def test_a_partial_failure_is_told_for_each_sku(
    tiktok: TikTokConnector, answer: Callable[..., None], reply: Reader
) -> None:
    answer(path(SHIRT), reply("inventory_update_partial"))
    accepted, refused = tiktok.write_stock([update(BLACK), update(WHITE)])
    assert (accepted.outcome, refused.outcome) == (ACCEPTED, REFUSED)
    assert refused.detail == (
        "12000001, 12000002: batch update error; The SKU is frozen"
    )


@pytest.mark.parametrize(
    "detail", [None, {}, {"sku_id": "1"}, {"extra_errors": []}, {"sku_id": {}}]
)
def test_an_error_that_names_nobody_may_be_about_anybody(
    tiktok: TikTokConnector, answer: Callable[..., None], reply: Reader, detail: Any
) -> None:
    body = reply("inventory_update_partial")
    body["data"]["errors"].append({"code": 1, "message": "x", "detail": detail})
    answer(path(SHIRT), body)
    results = tiktok.write_stock([update(BLACK), update(WHITE)])
    assert outcomes(results) == [UNKNOWN, REFUSED]


@pytest.mark.parametrize(
    "errors",
    ["none", [1], [{"detail": "x"}], [{"detail": {"extra_errors": [None]}}]],
)
def test_errors_that_cannot_be_read_leave_all_unknown(
    tiktok: TikTokConnector, answer: Callable[..., None], errors: Any
) -> None:
    answer(path(SHIRT), {"code": 0, "data": {"errors": errors}})
    results = tiktok.write_stock([update(BLACK), update(WHITE)])
    assert outcomes(results) == [UNKNOWN, UNKNOWN]


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        ("the SKU is locked by a campaign", LATER),
        ("in a Flash Sale", LATER),
        ("promotion is going on", LATER),
        ("product is not in ACTIVATE status", REFUSED),
        ("quantity must be in [1, 99999]", REFUSED),
        ("sku not found", REFUSED),
    ],
)
def test_a_refused_write_says_whether_waiting_helps(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    message: str,
    outcome: WriteOutcome,
) -> None:
    answer(path(HAT_ID), {"code": 12052003, "message": message})
    (result,) = tiktok.write_stock([update(HAT)])
    assert result.outcome is outcome
    assert message in result.detail


def test_one_bad_sku_does_not_spoil_its_product(
    tiktok: TikTokConnector, edge: responses.RequestsMock
) -> None:
    def choosy(request: Any) -> tuple[int, dict[str, str], str]:
        named = [sku["id"] for sku in json.loads(request.body)["skus"]]
        refused = {"code": 7, "message": "invalid SKU"}
        body = refused if WHITE.variant_id in named else DONE
        return 200, {}, json.dumps(body)

    edge.add_callback("POST", f"{ORIGIN}/{path(SHIRT)}", callback=choosy)
    results = tiktok.write_stock([update(BLACK), update(WHITE)])
    assert outcomes(results) == [ACCEPTED, REFUSED]


def test_an_unknown_listing_is_refused_and_the_others_written(
    tiktok: TikTokConnector, written: list[tuple[str, Any]]
) -> None:
    nowhere = ListingRef(item_id="999999999001", variant_id="0")
    results = tiktok.write_stock([update(nowhere), update(HAT)])
    assert outcomes(results) == [REFUSED, ACCEPTED]
    assert results[0].detail
    assert len(written) == 1


def test_a_lost_answer_is_unknown_and_the_rest_goes_on(
    tiktok: TikTokConnector, answer: Callable[..., None]
) -> None:
    answer(path(SHIRT), {}, status=504)
    answer(path(HAT_ID), DONE)
    results = tiktok.write_stock([update(BLACK), update(WHITE), update(HAT)])
    assert outcomes(results) == [UNKNOWN, UNKNOWN, ACCEPTED]


@pytest.mark.parametrize(
    ("listing", "quantity"),
    [(HAT, -1), (HAT, 100_000), (ListingRef(item_id="abc"), 1)],
)
def test_the_impossible_is_refused_without_asking(
    tiktok: TikTokConnector,
    written: list[tuple[str, Any]],
    listing: ListingRef,
    quantity: int,
) -> None:
    results = tiktok.write_stock([update(listing, quantity), update(BLACK)])
    assert outcomes(results) == [REFUSED, ACCEPTED]
    assert len(written) == 1


def test_throttling_stops_the_batch_and_keeps_what_is_known(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Reader,
) -> None:
    body = reply("inventory")
    third = ListingRef(item_id="1730000000000000003", variant_id="31")
    sku = {"id": "31", "warehouse_inventory": [{"warehouse_id": HOME}]}
    body["data"]["inventory"].append({"product_id": third.item_id, "skus": [sku]})
    answer(INVENTORY, body)
    answer(path(HAT_ID), DONE)
    answer(path(SHIRT), {}, status=429)
    answer(path(third.item_id), DONE)
    results = tiktok.write_stock([update(HAT), update(BLACK), update(third)])
    assert outcomes(results) == [ACCEPTED, LATER, LATER]
    assert len(calls("inventory/update")) == 2


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, {}, RateLimited),
        (401, {"code": 106001, "message": "sign is invalid"}, AuthenticationError),
        (200, {"code": 5, "message": "Too many requests"}, TransientError),
    ],
)
def test_a_write_that_got_nowhere_raises(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    status: int,
    body: Any,
    expected: type[Exception],
) -> None:
    answer(path(HAT_ID), body, status=status)
    answer(path(SHIRT), body, status=status)
    with pytest.raises(expected):
        tiktok.write_stock([update(HAT), update(BLACK)])


def test_a_write_is_never_repeated_after_a_lost_answer(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
) -> None:
    answer(path(HAT_ID), {}, status=502)
    assert outcomes(tiktok.write_stock([update(HAT)])) == [UNKNOWN]
    assert len(calls("inventory/update")) == 1
