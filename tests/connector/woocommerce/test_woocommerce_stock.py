"""The catalogue and the stock: absolute numbers, one result for each listing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import responses

from connector import (
    AuthenticationError,
    ListingRef,
    PermanentError,
    RateLimited,
    StockResult,
    StockUpdate,
    TransientError,
    WriteOutcome,
)
from connector.woocommerce import WooCommerceConnector
from connector.woocommerce.catalogue import UNLIMITED
from tests.connector.woocommerce.conftest import API, Reader

BLACK = ListingRef(item_id="30", variant_id="31")
WHITE = ListingRef(item_id="30", variant_id="32")
HAT = ListingRef(item_id="40")
CARD = ListingRef(item_id="41")
NOWHERE = ListingRef(item_id="49")

ACCEPTED, REFUSED = WriteOutcome.ACCEPTED, WriteOutcome.REFUSED
UNKNOWN, LATER = WriteOutcome.UNKNOWN, WriteOutcome.LATER


@pytest.fixture
def catalogue(answer: Callable[..., None], reply: Reader) -> None:
    answer("products", reply("products"))
    answer("products/30/variations", reply("variations"))


@pytest.fixture
def written(edge: responses.RequestsMock) -> list[tuple[str, list[dict[str, Any]]]]:
    """Accept each stock write and collect what it said, by its path."""
    calls: list[tuple[str, list[dict[str, Any]]]] = []

    def accept(request: Any) -> tuple[int, dict[str, str], str]:
        rows = json.loads(request.body)["update"]
        calls.append((request.url.removeprefix(API), rows))
        return 200, {}, json.dumps({"update": rows})

    for path in ("products", "products/30/variations"):
        edge.add_callback("POST", f"{API}/{path}/batch", callback=accept)
    return calls


def update(listing: ListingRef, quantity: int = 5) -> StockUpdate:
    return StockUpdate(listing=listing, quantity=quantity)


def outcomes(results: Any) -> list[WriteOutcome]:
    return [result.outcome for result in results]


@pytest.mark.usefixtures("catalogue")
def test_the_catalogue_has_variations_and_simple_products(
    woocommerce: WooCommerceConnector,
) -> None:
    page = woocommerce.read_listings()
    found = {one.listing: (one.sku, one.title, one.quantity) for one in page.items}
    assert found == {
        BLACK: ("AO-DEN-M", "Áo thun, Đen, M", 12),
        # Counted on its product: it shows that number.
        WHITE: ("AO-TRANG-M", "Áo thun, Trắng, M", 7),
        HAT: ("MU", "Mũ & nón", 4),
        # Not counted at all: it never sells out.
        CARD: ("THIEP", "Thiệp", UNLIMITED),
    }
    assert page.items[2].barcode == "8930000000017"
    assert page.rejected == ()
    assert page.next_cursor is None


def test_the_catalogue_goes_on_where_it_stopped(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Reader,
) -> None:
    hat = reply("products")[1]
    two_pages = {"X-WP-Total": "60", "X-WP-TotalPages": "2"}
    answer("products", [hat], headers=two_pages)
    first = woocommerce.read_listings()
    last = woocommerce.read_listings(cursor=first.next_cursor)
    assert last.next_cursor is None
    assert "page=2" in calls("/products")[1].url
    # One was deleted meanwhile: the others slid to an earlier page.
    answer("products", [hat], headers={**two_pages, "X-WP-Total": "59"})
    again = woocommerce.read_listings(cursor=first.next_cursor)
    assert again.next_cursor is not None
    woocommerce.read_listings(cursor=again.next_cursor)
    assert "page=1" in calls("/products")[3].url


@pytest.mark.parametrize("cursor", ["", "x", "1", "1:", "a:b", "１:２"])
def test_a_foreign_cursor_is_refused(
    woocommerce: WooCommerceConnector, cursor: str
) -> None:
    with pytest.raises(PermanentError):
        woocommerce.read_listings(cursor=cursor)


def test_a_product_that_cannot_be_read_leaves_its_page_whole(
    woocommerce: WooCommerceConnector, answer: Callable[..., None], reply: Reader
) -> None:
    hat = reply("products")[1]
    answer("products", [{**hat, "id": 45, "stock_quantity": "many"}, hat])
    page = woocommerce.read_listings()
    assert [one.listing for one in page.items] == [HAT]
    assert [(one.record_id, one.reason) for one in page.rejected] == [
        ("45", "bad_quantity")
    ]


@pytest.mark.usefixtures("catalogue")
def test_stock_is_read_for_known_listings_only(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    reply: Reader,
    calls: Callable[[str], list[Any]],
) -> None:
    answer("products/77/variations", reply("not_found"), status=404)
    unknown = [
        NOWHERE,
        ListingRef(item_id="30", variant_id="99"),
        ListingRef(item_id="77", variant_id="78"),
        ListingRef(item_id="gid://shop/1", variant_id="x"),
    ]
    found = woocommerce.read_stock([BLACK, HAT, *unknown, WHITE, CARD])
    assert found == {BLACK: 12, HAT: 4, WHITE: 7, CARD: UNLIMITED}
    assert "include=40%2C49%2C41" in calls("/products")[0].url


@pytest.mark.parametrize(
    ("changes", "units"),
    [
        ({"stock_quantity": -3}, -3),
        ({"stock_quantity": None}, 0),
        ({"stock_quantity": 2.5}, 2),
        ({"manage_stock": False, "stock_status": "outofstock"}, 0),
        ({"manage_stock": False, "stock_status": "onbackorder"}, UNLIMITED),
    ],
)
def test_what_a_product_shows_is_read_as_it_is(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    reply: Reader,
    changes: dict[str, Any],
    units: int,
) -> None:
    answer("products", [{**reply("products")[1], **changes}])
    assert woocommerce.read_stock([HAT]) == {HAT: units}


def test_numbers_are_set_and_the_site_is_told_to_count(
    woocommerce: WooCommerceConnector,
    written: list[tuple[str, list[dict[str, Any]]]],
) -> None:
    updates = [update(BLACK, 5), update(HAT, 0), update(WHITE, 2), update(CARD, 1)]
    results = woocommerce.write_stock(updates)
    assert outcomes(results) == [ACCEPTED] * 4
    assert [result.listing for result in results] == [BLACK, HAT, WHITE, CARD]
    # Without manage_stock the site takes the number of a variation that is counted on
    # its product, or of a product that is not counted, and forgets it.
    assert written == [
        (
            "/products/batch",
            [
                {"id": 40, "manage_stock": True, "stock_quantity": 0},
                {"id": 41, "manage_stock": True, "stock_quantity": 1},
            ],
        ),
        (
            "/products/30/variations/batch",
            [
                {"id": 31, "manage_stock": True, "stock_quantity": 5},
                {"id": 32, "manage_stock": True, "stock_quantity": 2},
            ],
        ),
    ]


def test_more_than_a_hundred_rows_are_several_calls(
    woocommerce: WooCommerceConnector,
    written: list[tuple[str, list[dict[str, Any]]]],
) -> None:
    many = [ListingRef(item_id=str(number)) for number in range(1, 131)]
    assert outcomes(woocommerce.write_stock([update(one) for one in many])) == (
        [ACCEPTED] * 130
    )
    assert [len(rows) for _, rows in written] == [100, 30]


def test_a_bad_row_does_not_spoil_its_batch(
    woocommerce: WooCommerceConnector, answer: Callable[..., None], reply: Reader
) -> None:
    answer("products/batch", reply("batch_partial"), method="POST")
    accepted, refused, silent = woocommerce.write_stock(
        [update(HAT), update(NOWHERE), update(CARD)]
    )
    assert accepted.outcome is ACCEPTED
    assert refused.outcome is REFUSED
    assert "woocommerce_rest_product_invalid_id" in refused.detail
    assert silent.outcome is UNKNOWN
    assert silent.detail


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"manage_stock": True, "stock_quantity": 5}, ACCEPTED),
        # Somebody bought one while it was written, or a plugin has its own mind.
        ({"manage_stock": True, "stock_quantity": 4}, UNKNOWN),
        ({"manage_stock": True, "stock_quantity": None}, UNKNOWN),
        ({"manage_stock": False, "stock_quantity": None}, REFUSED),
        ({"manage_stock": "parent", "stock_quantity": 5}, REFUSED),
        ({"error": {"code": "odd", "message": "", "data": 500}}, UNKNOWN),
        ({"error": {"code": "odd", "message": "", "data": {"status": 500}}}, UNKNOWN),
        ({"error": {"code": "odd", "message": "", "data": None}}, REFUSED),
    ],
)
def test_a_row_is_accepted_only_if_the_answer_shows_the_number(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    row: dict[str, Any],
    outcome: WriteOutcome,
) -> None:
    answer("products/batch", {"update": [{"id": 40, **row}]}, method="POST")
    (result,) = woocommerce.write_stock([update(HAT)])
    assert result.outcome is outcome


def test_variations_of_a_product_that_is_gone_are_refused_and_others_written(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    reply: Reader,
    written: list[tuple[str, list[dict[str, Any]]]],
) -> None:
    gone = ListingRef(item_id="77", variant_id="78")
    answer("products/77/variations/batch", reply("not_found"), "POST", 404)
    results = woocommerce.write_stock([update(gone), update(HAT), update(BLACK)])
    assert outcomes(results) == [REFUSED, ACCEPTED, ACCEPTED]


@pytest.mark.parametrize(
    ("listing", "quantity"),
    [
        (HAT, -1),
        (HAT, 10_000_000),
        (ListingRef(item_id="abc"), 1),
        (ListingRef(item_id="30", variant_id="x"), 1),
    ],
)
def test_the_impossible_is_refused_without_asking(
    woocommerce: WooCommerceConnector,
    written: list[tuple[str, list[dict[str, Any]]]],
    listing: ListingRef,
    quantity: int,
) -> None:
    results = woocommerce.write_stock([update(listing, quantity), update(BLACK)])
    assert outcomes(results) == [REFUSED, ACCEPTED]
    assert results[0].detail
    assert len(written) == 1


def test_a_lost_answer_is_unknown_and_the_rest_goes_on(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    written: list[tuple[str, list[dict[str, Any]]]],
) -> None:
    answer("products/batch", {}, method="POST", status=504)
    results = woocommerce.write_stock([update(HAT), update(BLACK), update(CARD)])
    assert outcomes(results) == [UNKNOWN, ACCEPTED, UNKNOWN]


def test_throttling_stops_the_rest_and_keeps_what_is_known(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    written: list[tuple[str, list[dict[str, Any]]]],
) -> None:
    answer("products/30/variations/batch", {}, method="POST", status=429)
    other = ListingRef(item_id="60", variant_id="61")
    results = woocommerce.write_stock([update(HAT), update(BLACK), update(other)])
    assert outcomes(results) == [ACCEPTED, LATER, LATER]


@pytest.mark.parametrize(
    ("status", "name", "expected"),
    [
        (429, "bad_key", RateLimited),
        (401, "bad_key", AuthenticationError),
        (403, "products", TransientError),
    ],
)
def test_a_write_that_got_nowhere_raises(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    reply: Reader,
    status: int,
    name: str,
    expected: type[Exception],
) -> None:
    answer("products/batch", reply(name), method="POST", status=status)
    with pytest.raises(expected):
        woocommerce.write_stock([update(HAT)])


def test_the_same_number_twice_is_the_same_request(
    woocommerce: WooCommerceConnector,
    written: list[tuple[str, list[dict[str, Any]]]],
) -> None:
    for _ in range(2):
        accepted = StockResult(listing=HAT, outcome=ACCEPTED)
        assert woocommerce.write_stock([update(HAT)]) == [accepted]
    assert written[0] == written[1]
