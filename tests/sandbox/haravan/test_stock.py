"""What Haravan does to its numbers by itself, and how clients write them."""

from collections.abc import Callable

import pytest

from sandbox.servers import Sandbox
from tests.sandbox.driver import Control
from tests.sandbox.haravan.driver import Store

ADJUST = "/com/inventories/adjustorset.json"


def test_an_order_commits_and_its_fulfilment_leaves_on_hand(store: Store) -> None:
    order = store.order(A=2)
    assert store.level("A") == (5, 2, 3)
    store.do(order, "arrange")
    assert store.level("A") == (3, 0, 3)
    store.do(order, "pick_up", "fail_delivery", "arrive_back")
    assert store.level("A") == (3, 0, 3)


def test_units_that_were_never_fulfilled_come_back_by_themselves(store: Store) -> None:
    order = store.order("cancel", A=2)
    assert store.level("A") == (5, 0, 5)
    assert store.sold()["A"] == 0
    assert store.view(order)["lines"][0]["cancelled_before_leaving"] == 2


def test_a_part_that_was_cancelled_comes_back_and_cannot_be_fulfilled(
    store: Store,
) -> None:
    order = store.order(A=3)
    store.do(order, "cancel", A=1)
    assert store.level("A") == (5, 2, 3)
    assert store.line(order, "A")["fulfillable_quantity"] == 2
    assert store.detail(order)["cancelled_status"] == "uncancelled"
    store.do(order, "arrange")
    assert store.detail(order)["fulfillment_status"] == "fulfilled"
    assert store.sold()["A"] == 2


@pytest.mark.parametrize(
    ("habit", "at_once", "later"),
    [("never", 3, 3), ("on_cancel", 5, 5), ("late", 3, 5)],
)
@pytest.mark.parametrize(
    "actions",
    [
        ("arrange", "cancel"),
        ("arrange", "pick_up", "cancel"),
        ("arrange", "pick_up", "deliver", "refund"),
        ("arrange", "pick_up", "deliver", "request_return", "refund"),
    ],
)
def test_staff_restocks_what_left_as_is_its_habit(
    open_store: Callable[..., Store],
    habit: str,
    at_once: int,
    later: int,
    actions: tuple[str, ...],
) -> None:
    store = open_store(auto_restock=habit)
    order = store.order(*actions, A=2)
    assert store.stock()["A"] == at_once
    store.control.clock(3601)
    assert store.stock()["A"] == later
    assert store.sold()["A"] == 2
    restocks = [each["restock"] for each in store.detail(order)["refunds"]]
    told = habit == "on_cancel"
    assert restocks == [True if told else None if "cancel" in actions else False]


def test_set_makes_the_available_number_this_whatever_is_committed(
    store: Store,
) -> None:
    store.order(A=2)
    answer = store.write_stock(A=7)
    assert answer.status_code == 201
    assert store.level("A") == (9, 2, 7)
    assert store.write_stock(A=7).status_code == 201
    assert store.stock()["A"] == 7
    writes = store.control.get("haravan/writes", shop=store.name)
    assert [(each["sku"], each["quantity"]) for each in writes] == [("A", 7)] * 2


@pytest.mark.parametrize("type_", ["adjust", None])
def test_adjust_adds_every_time_and_is_what_comes_without_a_type(
    store: Store, type_: str | None
) -> None:
    body = store.stock_body(type_, A=2)
    for expected in (7, 9):
        assert store.send("POST", ADJUST, None, body).status_code == 201
        assert store.stock()["A"] == expected


def test_bookings_keep_the_difference_the_reason_and_the_note(store: Store) -> None:
    body = store.stock_body("set", A=2, B=9)
    body["inventory"] |= {"reason": "returned", "note": "receipt 17"}
    made = store.send("POST", ADJUST, None, body).json()["inventory"]
    assert store.get("inventories/adjustments/count") == {"count": 1}
    (listed,) = store.get("inventories/adjustments")["adjustments"]
    one = store.get(f"inventories/adjustments/{made['id']}")["adjustment"]
    assert made == listed == one
    assert (made["type"], made["reason"], made["note"]) == (
        None,
        "returned",
        "receipt 17",
    )
    assert [line["quantity"] for line in made["line_items"]] == [-3, 4]
    assert made["adjust_number"] == "IA100001"


def test_bookings_are_listed_by_page_and_location(store: Store) -> None:
    for quantity in range(3):
        store.write_stock(A=quantity)
    pages = [
        store.get("inventories/adjustments", limit=2, page=page)["adjustments"]
        for page in (1, 2, 3)
    ]
    assert [len(page) for page in pages] == [2, 1, 0]
    ids = [each["id"] for page in pages for each in page]
    assert ids == sorted(ids, reverse=True)
    newer = store.get("inventories/adjustments", since_id=ids[-1])["adjustments"]
    assert [each["id"] for each in newer] == ids[:2]
    nowhere = store.get("inventories/adjustments", location_id=1)
    assert nowhere == {"adjustments": []}


@pytest.mark.parametrize(
    ("changed", "status", "named"),
    [
        ({"location_id": 1}, 422, "location_id"),
        ({"location_id": None}, 422, "location_id"),
        ({"type": "replace"}, 422, "type"),
        ({"reason": "gift"}, 422, "reason"),
        ({"note": 5}, 422, "note"),
        ({"line_items": []}, 400, "line_items"),
        ({"line_items": [{}] * 201}, 422, "line_items"),
        ({"line_items": "A"}, 422, "line_items"),
    ],
)
def test_a_write_that_cannot_be_booked_is_refused_as_a_whole(
    store: Store, changed: dict[str, object], status: int, named: str
) -> None:
    body = store.stock_body("set", A=1)
    body["inventory"] |= changed
    answer = store.send("POST", ADJUST, None, body)
    assert answer.status_code == status
    assert named in str(answer.json()["errors"])
    assert store.stock()["A"] == 5


@pytest.mark.parametrize("quantity", [-1, 1.5, True, None, "one"])
def test_only_whole_quantities_are_set(store: Store, quantity: object) -> None:
    assert store.write_stock(B=2, A=quantity).status_code == 422
    assert store.stock() == {"A": 5, "B": 5, "C": 5}


def test_a_variant_of_another_product_or_shop_is_refused(
    store: Store, open_store: Callable[..., Store]
) -> None:
    other = open_store()
    for changed in (
        {"product_id": int(store.listings["B"]["item_id"])},
        {"product_variant_id": int(other.listings["A"]["variant_id"])},
    ):
        body = store.stock_body("set", A=1)
        body["inventory"]["line_items"][0] |= changed
        answer = store.send("POST", ADJUST, None, body)
        assert answer.json() == {
            "errors": {"product_variant_id": ["is no variant of this product"]}
        }
    assert other.stock()["A"] == store.stock()["A"] == 5


def test_the_locations_are_found_by_the_api_and_only_one_is_sold_from(
    store: Store,
) -> None:
    own, road = store.get("locations")["locations"]
    assert str(own["id"]) == store.settings["location_id"]
    assert (own["is_primary"], own["type"]) == (True, "default")
    assert (road["is_primary"], road["type"]) == (False, "ontheroad")
    assert store.get(f"locations/{road['id']}") == {"location": road}
    body = store.stock_body("set", A=99)
    body["inventory"]["location_id"] = road["id"]
    assert store.send("POST", ADJUST, None, body).status_code == 201
    assert (store.stock()["A"], store.level("A")) == (5, (5, 0, 5))


def test_levels_are_filtered_sorted_and_cut(store: Store) -> None:
    ids = [store.listings[sku]["variant_id"] for sku in ("A", "B")]
    rows = store.get("inventory_locations", variant_ids=",".join(ids))
    assert len(rows["inventory_locations"]) == 4
    # The parameter table of the documentation misspells the name.
    rows = store.get("inventory_locations", vatiant_ids=",".join(ids))
    assert len(rows["inventory_locations"]) == 6
    store.write_stock(B=1)
    newest = store.get(
        "inventory_locations", order="updated_at", direction="desc", limit=1
    )["inventory_locations"]
    assert [str(row["variant_id"]) for row in newest] == [ids[1]]
    moment = newest[0]["updated_at"]
    since = store.get("inventory_locations", updated_at_min=moment)
    assert since["inventory_locations"] == newest


def test_levels_are_walked_by_id(store: Store) -> None:
    seen: list[int] = []
    while True:
        since = seen[-1] if seen else 0
        rows = store.get("inventory_locations", since_id=since, limit=4)
        if not rows["inventory_locations"]:
            break
        seen += [row["id"] for row in rows["inventory_locations"]]
    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize("name", ["location_ids", "variant_ids"])
def test_more_than_fifty_ids_are_refused(store: Store, name: str) -> None:
    ids = ",".join(str(each) for each in range(51))
    answer = store.send("GET", "/com/inventory_locations.json", {name: ids})
    assert (answer.status_code, name in answer.json()["errors"]) == (400, True)


def test_the_catalogue_has_products_with_one_variant_and_with_several(
    store: Store,
) -> None:
    products = store.get("products")["products"]
    skus = [[each["sku"] for each in product["variants"]] for product in products]
    assert skus == [["A"], ["B", "C"]]
    assert products[0]["variants"][0]["title"] == "Default Title"
    assert store.get("products/count") == {"count": 2}
    second = store.get("products", limit=1, page=2)["products"]
    assert second == products[1:]
    one = store.listings["C"]
    by_product = store.get(f"products/{one['item_id']}/variants")["variants"]
    alone = store.get(f"variants/{one['variant_id']}")["variant"]
    assert by_product[1] == alone
    assert (alone["sku"], alone["inventory_quantity"]) == ("C", 5)


def test_what_is_sold_out_cannot_be_ordered(store: Store, sandbox: Sandbox) -> None:
    store.write_stock(A=1)
    answer = Control(sandbox.url).post(
        "haravan/orders",
        expect=409,
        shop=store.name,
        lines=[{"sku": "A", "quantity": 2}],
    )
    assert "sold out" in answer["error"]
