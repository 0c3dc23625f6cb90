"""Shopify's stock: compared, absolute, all of a call or nothing."""

from __future__ import annotations

from typing import Any

import pytest
import requests

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
from connector.shopify import ShopifyConnector
from connector.shopify.catalogue import BATCH_SIZE
from tests.connector.shopify.conftest import Graph
from tests.connector.shopify.variants import (
    BAG,
    LOCATION,
    SHIRT,
    known,
    listing,
    variant,
)


def user_errors(*errors: tuple[str, int | None]) -> Any:
    told = [
        {
            "code": code,
            "message": f"{code} it is",
            "field": ["input", "quantities", str(place), "quantity"]
            if place is not None
            else ["input"],
        }
        for code, place in errors
    ]
    return {"data": {"inventorySetQuantities": {"userErrors": told}}}


def outcomes(results: Any) -> list[WriteOutcome]:
    return [result.outcome for result in results]


def sent(graph: Graph) -> list[list[dict[str, Any]]]:
    return [given["input"]["quantities"] for given in graph.variables("SetStock")]


def test_a_location_that_was_chosen_is_used(
    shopify: ShopifyConnector, store: MemorySettings, graph: Graph
) -> None:
    store.rotate(store.read(), lambda old: {**old, "location_id": "42"})
    graph.answer("Stock", "stock")
    graph.answer("SetStock", "set_stock")
    shopify.write_stock([StockUpdate(listing=SHIRT, quantity=1)])
    assert sent(graph)[0][0]["locationId"] == "gid://shopify/Location/42"
    assert not graph.variables("PrimaryLocation")


def test_numbers_are_set_and_compared_with_what_was_seen(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    graph.answer("Stock", "stock")
    graph.answer("SetStock", "set_stock")
    results = shopify.write_stock(
        [
            StockUpdate(listing=BAG, quantity=4, expected=-1),
            StockUpdate(listing=SHIRT, quantity=0),
        ]
    )
    assert [result.listing for result in results] == [BAG, SHIRT]
    assert outcomes(results) == [WriteOutcome.ACCEPTED] * 2
    (given,) = graph.variables("SetStock")
    assert given["input"] == {
        "name": "available",
        "reason": "correction",
        "quantities": [
            {
                "inventoryItemId": "gid://shopify/InventoryItem/48200000000002",
                "locationId": LOCATION,
                "quantity": 4,
                "changeFromQuantity": -1,
            },
            {
                "inventoryItemId": "gid://shopify/InventoryItem/48200000000001",
                "locationId": LOCATION,
                "quantity": 0,
                # Left out, Shopify refuses the call; null compares nothing.
                "changeFromQuantity": None,
            },
        ],
    }


def test_each_write_has_a_key_of_its_own(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    graph.answer("Stock", "stock")
    graph.answer("SetStock", "set_stock")
    for _ in range(2):
        shopify.write_stock([StockUpdate(listing=SHIRT, quantity=7)])
    first, second = (given["key"] for given in graph.variables("SetStock"))
    assert first
    assert first != second, "Shopify would repeat its old answer and set nothing"


def test_a_variant_that_was_seen_is_written_without_looking_again(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    graph.answer("Stock", "stock")
    graph.answer("SetStock", "set_stock")
    shopify.read_stock([SHIRT])
    shopify.write_stock([StockUpdate(listing=SHIRT, quantity=7)])
    assert len(graph.variables("Stock")) == 1


@pytest.mark.parametrize("quantity", [-1, 1_000_000_001])
def test_an_impossible_number_is_refused_unsent(
    shopify: ShopifyConnector, graph: Graph, quantity: int
) -> None:
    (result,) = shopify.write_stock([StockUpdate(listing=SHIRT, quantity=quantity)])
    assert result.outcome is WriteOutcome.REFUSED
    assert str(quantity) in result.detail
    assert not graph.asked


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (variant(1, tracked=False), "tracking"),
        (variant(1, inventoryLevel=None), "location"),
        (variant(9), "know"),
    ],
)
def test_what_cannot_be_set_does_not_spoil_its_batch(
    shopify: ShopifyConnector, graph: Graph, bad: dict[str, Any], word: str
) -> None:
    known(graph, bad, variant(2))
    graph.answer("SetStock", "set_stock")
    refused, strange, good = shopify.write_stock(
        [
            StockUpdate(listing=listing(1), quantity=3),
            StockUpdate(listing=ListingRef(item_id="1"), quantity=3),
            StockUpdate(listing=listing(2), quantity=3),
        ]
    )
    assert refused.outcome is strange.outcome is WriteOutcome.REFUSED
    assert word in refused.detail
    assert good.outcome is WriteOutcome.ACCEPTED
    assert len(sent(graph)[0]) == 1


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("CHANGE_FROM_QUANTITY_STALE", WriteOutcome.STALE),
        ("COMPARE_QUANTITY_STALE", WriteOutcome.STALE),
        ("COMPARE_QUANTITY_REQUIRED", WriteOutcome.REFUSED),
        ("INVALID_INVENTORY_ITEM", WriteOutcome.REFUSED),
        ("INVALID_LOCATION", WriteOutcome.REFUSED),
        ("INVALID_NAME", WriteOutcome.REFUSED),
        ("INVALID_QUANTITY_NEGATIVE", WriteOutcome.REFUSED),
        ("INVALID_QUANTITY_TOO_HIGH", WriteOutcome.REFUSED),
        ("INVALID_QUANTITY_TOO_LOW", WriteOutcome.REFUSED),
        ("INVALID_REASON", WriteOutcome.REFUSED),
        ("INVALID_REFERENCE_DOCUMENT", WriteOutcome.REFUSED),
        ("ITEM_NOT_STOCKED_AT_LOCATION", WriteOutcome.REFUSED),
        ("NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", WriteOutcome.REFUSED),
        ("NON_MUTABLE_INVENTORY_ITEM", WriteOutcome.REFUSED),
        ("IDEMPOTENCY_CONCURRENT_REQUEST", WriteOutcome.LATER),
        ("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", WriteOutcome.LATER),
        ("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", WriteOutcome.LATER),
        ("SERVICE_UNAVAILABLE", WriteOutcome.LATER),
    ],
)
def test_each_user_error_says_what_to_do(
    shopify: ShopifyConnector, graph: Graph, code: str, outcome: WriteOutcome
) -> None:
    graph.answer("Stock", "stock")
    graph.answer("SetStock", user_errors((code, 0)))
    (result,) = shopify.write_stock([StockUpdate(listing=SHIRT, quantity=1)])
    assert result.outcome is outcome
    assert code in result.detail


def refuse_item(number: int, place_is_told: bool) -> Any:
    """Answer as Shopify does: one bad level, and nothing of the call is set."""

    def answer(variables: dict[str, Any]) -> Any:
        items = [one["inventoryItemId"] for one in variables["input"]["quantities"]]
        bad = f"gid://shopify/InventoryItem/{number}"
        if bad not in items:
            return user_errors()
        place = items.index(bad) if place_is_told else None
        return user_errors(("CHANGE_FROM_QUANTITY_STALE", place))

    return answer


@pytest.mark.parametrize("place_is_told", [True, False])
@pytest.mark.parametrize("bad", [1, 4, 7])
def test_one_bad_level_is_taken_out_and_the_others_are_set(
    shopify: ShopifyConnector, graph: Graph, bad: int, place_is_told: bool
) -> None:
    numbers = range(1, 8)
    known(graph, *(variant(number) for number in numbers))
    graph.answer("SetStock", refuse_item(bad, place_is_told))
    results = shopify.write_stock(
        [StockUpdate(listing=listing(number), quantity=1) for number in numbers]
    )
    assert [result.listing for result in results] == [listing(one) for one in numbers]
    assert {
        int(result.listing.variant_id): result.outcome
        for result in results
        if result.outcome is not WriteOutcome.ACCEPTED
    } == {bad: WriteOutcome.STALE}
    if place_is_told:
        assert [len(levels) for levels in sent(graph)] == [7, 6]


def test_every_bad_level_may_be_told_at_once(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    known(graph, *(variant(number) for number in (1, 2, 3)))
    answers = [
        user_errors(("CHANGE_FROM_QUANTITY_STALE", 0), ("INVALID_LOCATION", 2)),
        user_errors(),
    ]
    graph.answer("SetStock", lambda _: answers.pop(0))
    results = shopify.write_stock(
        [StockUpdate(listing=listing(number), quantity=1) for number in (1, 2, 3)]
    )
    assert outcomes(results) == [
        WriteOutcome.STALE,
        WriteOutcome.ACCEPTED,
        WriteOutcome.REFUSED,
    ]


@pytest.mark.parametrize(
    "answer",
    [
        requests.ReadTimeout(),
        (502, {}),
        {"data": {"inventorySetQuantities": None}},
        {"data": {"inventorySetQuantities": {}}},
        {"data": {"inventorySetQuantities": {"userErrors": "none"}}},
        {"errors": [{"message": "x", "extensions": {"code": "TIMEOUT"}}]},
        (200, "<html>"),
    ],
)
def test_an_answer_that_says_nothing_leaves_the_numbers_unknown(
    shopify: ShopifyConnector, graph: Graph, answer: Any
) -> None:
    graph.answer("Stock", "stock")
    graph.answer("SetStock", answer)
    results = shopify.write_stock(
        [StockUpdate(listing=one, quantity=1) for one in (SHIRT, BAG)]
    )
    assert outcomes(results) == [WriteOutcome.UNKNOWN] * 2
    assert len(graph.variables("SetStock")) == 1, "an unknown write is not repeated"


def test_a_refused_call_refuses_all_it_names(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    graph.answer("Stock", "stock")
    refusal = {"message": "@idempotent is required", "extensions": {"code": "X"}}
    graph.answer("SetStock", {"errors": [refusal]})
    results = shopify.write_stock(
        [StockUpdate(listing=one, quantity=1) for one in (SHIRT, BAG)]
    )
    assert outcomes(results) == [WriteOutcome.REFUSED] * 2
    assert len(graph.variables("SetStock")) == 1


def test_throttling_before_anything_was_set_is_raised(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    graph.answer("Stock", "stock")
    graph.answer("SetStock", "throttled")
    with pytest.raises(RateLimited):
        shopify.write_stock([StockUpdate(listing=SHIRT, quantity=1)])


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((500, {}), TransientError),
        ((403, {"errors": "no scope"}), AuthenticationError),
    ],
)
def test_a_failed_look_up_before_the_write_has_set_nothing(
    shopify: ShopifyConnector,
    graph: Graph,
    answer: Any,
    expected: type[Exception],
) -> None:
    graph.answer("Stock", answer)
    with pytest.raises(expected):
        shopify.write_stock([StockUpdate(listing=SHIRT, quantity=1)])
    assert not graph.variables("SetStock")


def test_what_was_set_before_throttling_stays_told(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    known(graph, variant(1), variant(2))
    answers = [user_errors(("CHANGE_FROM_QUANTITY_STALE", 0)), "throttled"]
    graph.answer("SetStock", lambda _: answers.pop(0))
    results = shopify.write_stock(
        [StockUpdate(listing=listing(number), quantity=1) for number in (1, 2)]
    )
    assert outcomes(results) == [WriteOutcome.STALE, WriteOutcome.LATER]


def test_a_full_batch_is_one_call(shopify: ShopifyConnector, graph: Graph) -> None:
    most = shopify.capabilities.write_batch
    known(graph, *(variant(number) for number in range(1, most + 1)))
    graph.answer("SetStock", "set_stock")
    results = shopify.write_stock(
        [StockUpdate(listing=listing(one), quantity=1) for one in range(1, most + 1)]
    )
    assert set(outcomes(results)) == {WriteOutcome.ACCEPTED}
    assert [len(levels) for levels in sent(graph)] == [most]
    assert max(len(given["ids"]) for given in graph.variables("Stock")) == BATCH_SIZE


def test_one_listing_named_twice_is_set_once(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    graph.answer("Stock", "stock")
    graph.answer("SetStock", "set_stock")
    updates = [StockUpdate(listing=SHIRT, quantity=units) for units in (3, 5)]
    accepted = StockResult(listing=SHIRT, outcome=WriteOutcome.ACCEPTED)
    assert list(shopify.write_stock(updates)) == [accepted, accepted]
    assert [one["quantity"] for one in sent(graph)[0]] == [5]


def test_what_waits_when_the_shop_is_throttled_is_for_later(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    numbers = range(1, 5)
    known(graph, *(variant(number) for number in numbers))
    answers = [user_errors(("INVALID_REASON", None)), user_errors(), "throttled"]
    graph.answer("SetStock", lambda _: answers.pop(0))
    results = shopify.write_stock(
        [StockUpdate(listing=listing(number), quantity=1) for number in numbers]
    )
    assert outcomes(results) == [WriteOutcome.ACCEPTED] * 2 + [WriteOutcome.LATER] * 2


def test_calls_that_wait_behind_a_throttled_one_are_for_later(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    numbers = range(1, 5)
    known(graph, *(variant(number) for number in numbers))
    bad = user_errors(("NON_MUTABLE_INVENTORY_ITEM", 0))
    answers = [bad, user_errors(("INVALID_REASON", None)), "throttled"]
    graph.answer("SetStock", lambda _: answers.pop(0))
    results = shopify.write_stock(
        [StockUpdate(listing=listing(number), quantity=1) for number in numbers]
    )
    assert outcomes(results) == [WriteOutcome.REFUSED] + [WriteOutcome.LATER] * 3
