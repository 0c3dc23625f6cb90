"""What the lists tell, page after page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from stock.models import Drift, Listing, Order, Receipt
from stock.session import Database
from tests.web.api.program import Program, kind_of, receipt_of
from tests.web.conftest import MovableClock
from tests.web.seller import NOW, Seller

ORDERS = 7


@pytest.fixture
def orders(seller: Seller, database: Database) -> list[int]:
    """Orders of both shops, several of them changed at one moment."""
    found = [
        seller.order(f"P{n}", 1, tracking=f"T{n}", shop=("one", "two")[n % 2])
        for n in range(ORDERS)
    ]
    with database.write() as session:
        for n, order in enumerate(session.scalars(select(Order).order_by(Order.id))):
            order.updated_at = NOW - timedelta(days=n // 3)
    return found


LISTS: list[tuple[str, dict[str, object]]] = [
    ("/orders", {}),
    ("/refunds", {}),
    ("/expected-returns", {}),
    ("/movements", {"sku": "MUG"}),
]
SORTS = ("-age", "claim", "-claim", "value", "-value", "carrier", "shop")
LISTS += [("/expected-returns", {"sort": name}) for name in SORTS]


def test_pages_of_any_size_make_the_same_list(
    program: Program, orders: list[int]
) -> None:
    for path, query in LISTS:
        whole = program.all(path, limit=200, **query)

        assert len(whole) >= ORDERS
        for limit in (1, 3, len(whole)):
            assert program.all(path, limit=limit, **query) == whole, (path, query)


def test_orders_come_by_when_they_were_changed(
    program: Program, orders: list[int]
) -> None:
    numbers = [order["number"] for order in program.all("/orders", limit=2)]

    assert numbers == ["P6", "P3", "P4", "P5", "P0", "P1", "P2"]


def test_orders_are_filtered_by_shop_and_moment(
    program: Program, orders: list[int]
) -> None:
    since = (NOW - timedelta(days=1)).isoformat()

    found = program.all("/orders", shop="one", updated_since=since, limit=1)

    assert [order["number"] for order in found] == ["P4", "P0", "P2"]


def test_what_is_added_while_somebody_pages_moves_nothing(
    program: Program, seller: Seller, orders: list[int]
) -> None:
    pages = program.pages("/expected-returns", limit=3)
    seen = [item["order_number"] for item in next(pages)]
    seller.order("LATER", 1)
    seen += [item["order_number"] for page in pages for item in page]

    assert sorted(seen) == sorted(["LATER", *(f"P{n}" for n in range(ORDERS))])


def test_an_order_that_changes_while_somebody_pages_comes_again(
    program: Program, database: Database, orders: list[int]
) -> None:
    pages = program.pages("/orders", limit=3)
    seen = [item["number"] for item in next(pages)]
    with database.write() as session:
        changed = session.get_one(Order, orders[3])
        changed.updated_at = NOW + timedelta(minutes=1)
    seen += [item["number"] for page in pages for item in page]

    assert seen == ["P6", "P3", "P4", "P5", "P0", "P1", "P2", "P3"]


def test_receipts_are_followed_since_a_moment(
    program: Program, orders: list[int], clock: MovableClock
) -> None:
    line = [{"sku": "MUG", "good": 1}]
    for order_id in orders[:4]:
        program.post(
            "/receipts", receipt_of({"id": order_id}, lines=line), f"{order_id}"
        )
        clock.now += timedelta(hours=3)

    since = (NOW + timedelta(hours=6)).isoformat()

    assert len(program.all("/receipts", limit=1)) == 4
    assert [x["order_id"] for x in program.all("/receipts", since=since, limit=1)] == (
        orders[2:4]
    )
    assert len(program.all("/receipts", shop="two")) == 2
    assert len(program.all("/receipts", order_id=orders[0])) == 1


def test_levels_are_told_by_article_and_warehouse(
    program: Program, seller: Seller
) -> None:
    seller.sell("one", "CAP")
    seller.count("CAP", 4)
    seller.pack_in("two", "HANOI")
    order = seller.order("H1", 2, shop="two")
    program.post(
        "/receipts",
        receipt_of(
            {"id": order}, warehouse="HANOI", lines=[{"sku": "MUG", "damaged": 1}]
        ),
    )

    found = program.all("/stock-levels", limit=1)

    assert [(x["sku"], x["warehouse"], x["units"]["available"]) for x in found] == [
        ("MUG", "MAIN", 10),
        ("MUG", "HANOI", -2),
        ("CAP", "MAIN", 4),
    ]
    assert program.all("/stock-levels", sku="MUG", warehouse="HANOI")[0]["units"] == {
        "available": -2,
        "committed": 0,
        "on_hand": -1,
        "out": 1,
        "damaged": 1,
        "lost": 0,
    }
    assert program.read("/skus/MUG")["units"]["available"] == 8


def test_one_order_is_told_with_all_that_belongs_to_it(
    program: Program, order_id: int
) -> None:
    receipt = program.book({"id": order_id}).json

    told = program.read(f"/orders/{order_id}")

    assert told["total"] == {"amount": "297000", "currency": "VND"}
    assert told["ordered_at"] == "2026-11-13T09:00:00Z"
    assert told["parcels"] == [
        {"number": "SPX1", "direction": "forward", "carrier": ""}
    ]
    (line,) = told["lines"]
    assert (line["out"], line["received"], line["damaged"]) == (0, 2, 1)
    (expected,) = told["returns"]
    assert (expected["state"], expected["lines"][0]["open"]) == ("received", 0)
    assert told["refunds"][0]["amount"]["amount"] == "297000"
    assert [x["number"] for x in told["receipts"]] == [receipt["number"]]


def test_movements_tell_why_the_number_is_what_it_is(
    program: Program, order_id: int
) -> None:
    program.book({"id": order_id})

    told = program.all("/movements", sku="MUG")

    assert [(x["what"], x["available_after"]) for x in told] == [
        ("receive damaged", 9),
        ("restock", 9),
        ("ship", 7),
        ("commit", 7),
        ("receive", 10),
    ]
    assert told[1]["paper"] == {
        "kind": "receipt",
        "id": 1,
        "name": "R000001",
        "order_id": order_id,
    }
    assert told[1]["by"] == "lan@example.vn"


FILTERS: list[tuple[dict[str, object], int]] = [
    ({"shop": "one"}, 4),
    ({"channel": "shopee"}, 7),
    ({"channel": "lazada"}, 0),
    ({"search": "T3"}, 1),
    ({"search": "MUG"}, 7),
    ({"carrier": "-"}, 7),
    ({"carrier": "GHN"}, 0),
    ({"min_age_days": 6}, 7),
    ({"min_age_days": 7}, 0),
    ({"min_value": "99000"}, 7),
    ({"min_value": "99000.01"}, 0),
    ({"currency": "VND"}, 7),
    ({"currency": "USD"}, 0),
    ({"due": "far"}, 7),
    ({"due": "over"}, 0),
]


def test_what_should_come_back_is_filtered_like_the_board(
    program: Program, orders: list[int]
) -> None:
    for query, count in FILTERS:
        found = program.all("/expected-returns", limit=3, **query)
        assert len(found) == count, query


def test_what_should_come_back_says_until_when_to_claim(
    program: Program, seller: Seller, order_id: int
) -> None:
    (told,) = program.all("/expected-returns")

    assert told["claim_before"] == "2026-12-01T09:00:00Z"
    assert told["claim_is_estimated"] is True
    assert told["value_at_risk"] == {"amount": "297000", "currency": "VND"}
    assert told["tracking_numbers"] == ["SPX1"]


def test_listings_say_what_is_wanted_pushed_and_seen(
    program: Program, seller: Seller
) -> None:
    before = program.all("/listings", limit=1)
    seller.push_listings()
    pushed = program.all("/listings")
    seller.confirm_listings()
    confirmed = program.all("/listings", shop="two", sku="MUG", state="mapped")

    assert [(x["wanted"], x["owes_push"], x["confirmed"]) for x in before] == [
        (10, True, False)
    ] * 2
    assert [(x["owes_push"], x["confirmed"]) for x in pushed] == [(False, False)] * 2
    assert [(x["shop"], x["confirmed"]) for x in confirmed] == [("two", True)]
    assert before[0]["components"] == [{"sku": "MUG", "units": 1}]


def test_an_article_that_was_never_counted_wants_nothing(
    program: Program, seller: Seller
) -> None:
    seller.sell("one", "NEW")

    (told,) = program.all("/listings", sku="NEW")

    assert (told["wanted"], told["owes_push"]) == (None, False)
    assert program.read("/skus/NEW")["counted_at"] is None


def test_drifts_come_newest_first(program: Program, database: Database) -> None:
    def drift(session: Any) -> None:
        for n, listing in enumerate(session.scalars(select(Listing))):
            session.add(Drift(listing_id=listing.id, seen_at=NOW, ours=n, theirs=n + 1))

    database.run(drift)

    assert [x["shop"] for x in program.all("/drifts", limit=1)] == ["two", "one"]
    (one,) = program.all("/drifts", shop="one")
    assert (one["ours"], one["theirs"], one["settled_at"]) == (0, 1, None)


def test_a_long_count_is_read_in_pages(program: Program, seller: Seller) -> None:
    rows = []
    for n in range(5):
        seller.sell("one", f"S{n}")
        rows.append({"sku": f"S{n}", "warehouse": "MAIN", "quantity": n})
    body: dict[str, object] = {"document": "count", "by": "lan", "rows": rows}
    counted = program.post("/stocktakes", body).json["id"]

    lines: list[Any] = []
    cursor: dict[str, object] = {}
    while True:
        page = program.read(f"/stocktakes/{counted}", limit=2, **cursor)
        lines += page["lines"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}

    assert [(x["sku"], x["quantity"]) for x in lines] == [
        (row["sku"], row["quantity"]) for row in rows
    ]


def test_shops_say_what_they_owe(program: Program) -> None:
    told = program.read("/shops")["items"]

    assert [(x["name"], x["owed_pushes"], x["warehouse"]) for x in told] == [
        ("one", 1, "MAIN"),
        ("two", 1, "MAIN"),
    ]


@pytest.fixture
def cursor(program: Program, orders: list[int]) -> str:
    return str(program.read("/orders", limit=2)["next_cursor"])


ELSEWHERE: tuple[tuple[str, dict[str, object]], ...] = (
    ("/orders", {"shop": "one"}),
    ("/orders", {"updated_since": "2026-01-01T00:00:00Z"}),
    ("/refunds", {}),
    ("/expected-returns", {}),
)


def test_a_cursor_means_nothing_elsewhere(program: Program, cursor: str) -> None:
    for path, query in ELSEWHERE:
        answer = program.get(path, cursor=cursor, **query)

        assert (answer.status_code, kind_of(answer)) == (404, "unknown-cursor")


def test_a_changed_cursor_is_none(program: Program, cursor: str) -> None:
    unsigned = cursor.rpartition(".")[0]
    for changed in (cursor[:-1], "A" + cursor[1:], unsigned, "WzFd", "."):
        assert kind_of(program.get("/orders", cursor=changed)) == "unknown-cursor"


def test_a_page_may_be_longer_than_the_one_before(
    program: Program, cursor: str
) -> None:
    page = program.read("/orders", cursor=cursor, limit=200)

    assert len(page["items"]) == ORDERS - 2
    assert page["next_cursor"] is None


def test_a_page_costs_as_many_statements_however_long_it_is(
    program: Program, orders: list[int], database: Database
) -> None:
    for order_id in orders:
        line = [{"sku": "MUG", "good": 1}]
        program.post(
            "/receipts", receipt_of({"id": order_id}, lines=line), f"{order_id}"
        )
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        for path in ("/orders", "/receipts", "/listings", "/refunds", "/stock-levels"):
            costs = []
            for limit in (2, 7):
                count = 0
                program.read(path, limit=limit)
                costs.append(count)
            assert costs[0] == costs[1], path
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    with database.read() as session:
        assert len(session.scalars(select(Receipt)).all()) == ORDERS
