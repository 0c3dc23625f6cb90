"""What WooCommerce does with its stock by itself, and how it is written."""

from collections.abc import Callable

import pytest

from tests.sandbox.driver import Control
from tests.sandbox.woocommerce.driver import Seller


def test_an_order_takes_units_off_and_writes_it_on_its_row(seller: Seller) -> None:
    order = seller.order(A=3)
    assert seller.stock() == 7
    assert seller.get(seller.place_of())["stock_quantity"] == 7
    (meta,) = seller.row(order)["meta_data"]
    assert (meta["key"], meta["value"]) == ("_reduced_stock", "3")


def test_what_shows_as_sold_out_is_not_sold(seller: Seller, control: Control) -> None:
    lines = [{"sku": "A", "quantity": 11}]
    control.post("woocommerce/orders", expect=409, shop=seller.name, lines=lines)
    assert seller.stock() == 10


@pytest.mark.parametrize(
    ("done", "status", "stock"),
    [
        ((), "cancelled", 10),
        ((), "failed", 10),
        ((), "pending", 10),
        ((), "on-hold", 7),
        ((), "completed", 7),
        ((), "refunded", 7),
        (("complete",), "cancelled", 10),
        (("arrange", "pick_up"), "cancelled", 10),
        (("arrange", "pick_up", "deliver"), "cancelled", 10),
        (("arrange", "pick_up"), "refunded", 7),
    ],
)
def test_a_status_moves_the_stock_wherever_the_goods_are(
    seller: Seller, done: tuple[str, ...], status: str, stock: int
) -> None:
    order = seller.order(A=3)
    seller.do(order, *done)
    seller.put(f"orders/{order}", status=status)
    assert seller.get(seller.place_of())["stock_quantity"] == stock


def test_a_hand_made_cancel_of_what_left_is_phantom_stock(seller: Seller) -> None:
    order = seller.order(A=3)
    seller.do(order, "arrange", "pick_up", "cancel")
    assert (seller.stock(), seller.sold()) == (10, 3)
    assert seller.row(order)["meta_data"] == []


def test_a_failed_delivery_is_phantom_stock_too(seller: Seller) -> None:
    order = seller.order(A=3)
    seller.do(order, "arrange", "pick_up", "fail_delivery")
    assert (seller.stock(), seller.sold()) == (10, 3)


def test_a_forced_delete_leaves_the_stock(seller: Seller) -> None:
    order = seller.order(A=3)
    seller.send("DELETE", f"orders/{order}", force="true")
    assert seller.stock() == 7


def test_a_site_can_be_kept_from_restoring(open_shop: Callable[..., Seller]) -> None:
    seller = open_shop(auto_restock="never")
    seller.sell(A=10)
    order = seller.order(A=3)
    seller.do(order, "cancel")
    assert (seller.stock(), seller.sold()) == (7, 0)
    # The row still says that it took its units: on again, it takes none.
    seller.put(f"orders/{order}", status="processing")
    assert seller.stock() == 7


def test_a_site_can_restore_an_hour_late(
    open_shop: Callable[..., Seller], control: Control
) -> None:
    seller = open_shop(auto_restock="late")
    seller.sell(A=10)
    seller.do(seller.order(A=3), "cancel")
    reopened = seller.order(A=1)
    seller.do(reopened, "cancel")
    seller.put(f"orders/{reopened}", status="processing")
    assert seller.stock() == 6
    control.clock(3601)
    assert seller.stock() == 9


def test_an_unpaid_order_holds_units_without_lowering_the_number(
    seller: Seller, control: Control
) -> None:
    order = seller.order(unpaid=True, A=4)
    assert seller.stock() == 6
    assert seller.get(seller.place_of())["stock_quantity"] == 10
    # A number written meanwhile is lowered again when the payment comes.
    seller.write_stock(6)
    assert seller.stock() == 2
    seller.do(order, "pay")
    assert seller.get(seller.place_of())["stock_quantity"] == 2 == seller.stock()


def test_a_held_unit_is_free_again_when_nobody_pays(
    seller: Seller, control: Control
) -> None:
    seller.order(unpaid=True, A=4)
    control.clock(3601)
    assert seller.stock() == 10


def test_stock_is_written_absolutely_and_may_be_negative(seller: Seller) -> None:
    answer = seller.write_stock(3)
    assert (answer.json()["stock_quantity"], seller.stock()) == (3, 3)
    answer = seller.write_stock(-3)
    assert answer.json()["stock_status"] == "outofstock"
    assert (answer.json()["stock_quantity"], seller.stock()) == (-3, 0)
    assert [(each["sku"], each["quantity"]) for each in seller.writes()] == [
        ("A", 3),
        ("A", -3),
    ]
    assert seller.writes()[0]["request"].startswith("PUT /wp-json/wc/v3/products/")


@pytest.mark.parametrize("quantity", [1.5, "many", None, True])
def test_stock_is_a_whole_number(seller: Seller, quantity: object) -> None:
    answer = seller.write_stock(quantity)
    assert (answer.status_code, answer.json()["code"]) == (400, "rest_invalid_param")
    assert answer.json()["data"]["params"] == {
        "stock_quantity": "stock_quantity is not of type integer."
    }
    assert seller.stock() == 10


def test_a_whole_number_may_come_as_text(seller: Seller) -> None:
    assert seller.write_stock("4").json()["stock_quantity"] == 4


def test_a_variation_counts_for_itself(seller: Seller) -> None:
    seller.write_stock(2, sku="B")
    assert (seller.stock("B"), seller.stock("C")) == (2, 10)
    parent = seller.get(f"products/{seller.listings['B']['item_id']}")
    assert (parent["type"], parent["manage_stock"], parent["stock_quantity"]) == (
        "variable",
        False,
        None,
    )
    assert parent["variations"] == [
        int(seller.listings[sku]["variant_id"]) for sku in ("B", "C")
    ]


def test_a_number_for_a_variation_of_its_parents_stock_changes_nothing(
    seller: Seller,
) -> None:
    shown = seller.get(seller.place_of("E"))
    assert (shown["manage_stock"], shown["stock_quantity"]) == ("parent", 10)
    answer = seller.write_stock(4, sku="E")
    assert (answer.status_code, answer.json()["stock_quantity"]) == (200, 10)
    assert (seller.stock("E"), seller.writes()) == (10, [])
    parent = f"products/{seller.listings['E']['item_id']}"
    assert seller.put(parent, stock_quantity=4)["stock_quantity"] == 4
    assert seller.get(seller.place_of("E"))["stock_quantity"] == 4
    assert seller.stock("E") == 4
    assert [each["sku"] for each in seller.writes()] == ["E"]
    order = seller.order(E=1)
    assert seller.get(parent)["stock_quantity"] == 3
    seller.do(order, "cancel")
    assert seller.stock("E") == 4


def test_a_variation_can_be_made_to_count_for_itself(seller: Seller) -> None:
    answer = seller.put(seller.place_of("E"), manage_stock=True, stock_quantity=6)
    assert (answer["manage_stock"], answer["stock_quantity"]) == (True, 6)
    assert seller.stock("E") == 6
    parent = seller.get(f"products/{seller.listings['E']['item_id']}")
    assert parent["stock_quantity"] == 10


def test_variations_can_share_their_parents_stock(
    seller: Seller, control: Control
) -> None:
    parent = f"products/{seller.listings['B']['item_id']}"
    seller.put(parent, manage_stock=True, stock_quantity=5)
    for sku in ("B", "C"):
        seller.put(seller.place_of(sku), manage_stock=False)
    assert (seller.stock("B"), seller.stock("C")) == (5, 5)
    seller.order(B=2)
    assert (seller.stock("B"), seller.stock("C")) == (3, 3)
    lines = [{"sku": "B", "quantity": 2}, {"sku": "C", "quantity": 2}]
    control.post("woocommerce/orders", expect=409, shop=seller.name, lines=lines)
    assert (seller.stock("B"), seller.stock("C")) == (3, 3)


def test_a_number_without_managed_stock_changes_nothing(seller: Seller) -> None:
    seller.put(seller.place_of(), manage_stock=False)
    answer = seller.write_stock(4).json()
    assert (answer["stock_quantity"], answer["stock_status"]) == (None, "instock")
    assert seller.stock() > 1000
    order = seller.order(A=3)
    assert seller.row(order)["meta_data"] == []
    again = seller.put(seller.place_of(), manage_stock=True)
    assert (again["stock_quantity"], seller.stock()) == (0, 0)


def test_a_batch_answers_row_by_row(seller: Seller) -> None:
    variation = int(seller.listings["B"]["variant_id"])
    rows = [
        {"id": int(seller.listings["A"]["item_id"]), "stock_quantity": 4},
        {"id": 1, "stock_quantity": 4},
        {"id": variation, "stock_quantity": 4},
        {"id": int(seller.listings["D"]["item_id"]), "stock_quantity": 2.9},
    ]
    answer = seller.post("products/batch", expect=200, update=rows)["update"]
    assert answer[0]["stock_quantity"] == 4
    assert answer[1] == {
        "id": 1,
        "error": {
            "code": "woocommerce_rest_product_invalid_id",
            "message": "Invalid ID.",
            "data": {"status": 400},
        },
    }
    assert answer[2]["error"]["code"] == "woocommerce_rest_invalid_product_id"
    # No schema stands before a batch: the fraction is cut off.
    assert answer[3]["stock_quantity"] == 2
    assert [seller.stock(sku) for sku in "ABD"] == [4, 10, 2]


def test_variations_have_a_batch_of_their_own(seller: Seller) -> None:
    ids = {sku: int(seller.listings[sku]["variant_id"]) for sku in "BCE"}
    rows = [{"id": number, "stock_quantity": 3} for number in ids.values()]
    path = f"products/{seller.listings['B']['item_id']}/variations/batch"
    answer = seller.post(path, expect=200, update=rows)["update"]
    assert [row.get("stock_quantity") for row in answer] == [3, 3, None]
    assert answer[2]["error"]["code"] == (
        "woocommerce_rest_product_variation_invalid_id"
    )
    assert [seller.stock(sku) for sku in "BCE"] == [3, 3, 10]


def test_a_batch_takes_a_hundred_rows(seller: Seller) -> None:
    row = {"id": int(seller.listings["A"]["item_id"]), "stock_quantity": 1}
    assert seller.send("POST", "products/batch", {"update": [row] * 100}).ok
    assert seller.error("POST", "products/batch", {"update": [row] * 101}) == (
        413,
        "woocommerce_rest_request_entity_too_large",
    )


def test_products_are_found_by_sku_variations_included(seller: Seller) -> None:
    (simple,) = seller.get("products", sku="A")
    (variant,) = seller.get("products", sku="C")
    assert (simple["id"], simple["type"]) == (
        int(seller.listings["A"]["item_id"]),
        "simple",
    )
    assert (variant["id"], variant["type"], variant["parent_id"]) == (
        int(seller.listings["C"]["variant_id"]),
        "variation",
        int(seller.listings["C"]["item_id"]),
    )
    assert variant["stock_quantity"] == 10
    assert len(seller.get("products", sku="A,C,nothing")) == 2


def test_the_catalogue_lists_products_and_their_variations(seller: Seller) -> None:
    listed = seller.get("products", per_page=100)
    assert [row["type"] for row in listed] == [
        "variable",
        "simple",
        "variable",
        "simple",
    ]
    assert len(seller.get("products", type="variable")) == 2
    seller.write_stock(0)
    (sold_out,) = seller.get("products", stock_status="outofstock")
    assert sold_out["sku"] == "A"
    found = [
        row["sku"]
        for product in listed
        for row in seller.get(f"products/{product['id']}/variations", order="asc")
    ]
    assert found == ["E", "B", "C"]
    assert seller.get("products/1/variations") == []
    assert seller.error("GET", "products/1") == (
        404,
        "woocommerce_rest_product_invalid_id",
    )
