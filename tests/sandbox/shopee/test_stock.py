"""The number that buyers see, and the marketplace's habits with it."""

from collections.abc import Callable

import pytest

from tests.sandbox.driver import Control, Seller, lines

BEFORE_LEAVING = ["cancel"]
AFTER_LEAVING = [
    ["arrange", "cancel"],
    ["arrange", "pick_up", "fail_delivery"],
    ["arrange", "pick_up", "lose"],
    ["arrange", "pick_up", "request_return"],
    ["arrange", "pick_up", "deliver", "request_return", "refund"],
]


def test_an_order_takes_units_off_and_what_is_sold_out_cannot_be_bought(
    seller: Seller, control: Control
) -> None:
    seller.order(A=3)
    assert seller.stock() == {"A": 2, "B": 5, "C": 5}
    answer = control.post(
        "shopee/orders", expect=409, shop="s1", lines=lines({"B": 1, "A": 3})
    )
    assert "sold out" in answer["error"]
    assert seller.stock() == {"A": 2, "B": 5, "C": 5}


def test_of_many_orders_those_that_fit_are_placed_and_named(
    seller: Seller, control: Control
) -> None:
    answer = control.post(
        "shopee/orders", expect=409, shop="s1", lines=lines({"A": 2}), count=4
    )
    assert len(answer["placed"]) == 2
    assert seller.stock()["A"] == 1


@pytest.mark.parametrize("actions", [BEFORE_LEAVING, *AFTER_LEAVING])
def test_a_marketplace_that_never_restocks_leaves_the_number_alone(
    seller: Seller, actions: list[str]
) -> None:
    seller.do(seller.order(A=2), *actions)
    assert seller.stock()["A"] == 3


@pytest.mark.parametrize("actions", [BEFORE_LEAVING, *AFTER_LEAVING])
def test_a_marketplace_that_restocks_on_cancel_never_asks_where_the_goods_are(
    open_shop: Callable[..., Seller], actions: list[str]
) -> None:
    seller = open_shop(auto_restock="on_cancel")
    seller.sell(A=5)
    seller.do(seller.order(A=2), *actions)
    assert seller.stock()["A"] == 5


def test_a_late_restock_comes_an_hour_later(
    open_shop: Callable[..., Seller], control: Control
) -> None:
    seller = open_shop(auto_restock="late")
    seller.sell(A=5)
    seller.do(seller.order(A=2), "arrange", "pick_up", "fail_delivery")
    control.clock(3590)
    assert seller.stock()["A"] == 3
    control.clock(20)
    assert seller.stock()["A"] == 5


def test_sold_counts_what_left_even_when_it_was_cancelled(seller: Seller) -> None:
    seller.do(seller.order(A=1), "cancel")
    seller.do(seller.order(A=1), "arrange", "cancel")
    seller.do(seller.order(A=1), "arrange", "pick_up", "fail_delivery")
    seller.order(B=1)
    sold = seller.control.get("shopee/sold", shop="s1")
    assert sold == {"A": 2, "B": 1, "C": 0}


def test_items_come_with_and_without_models(seller: Seller) -> None:
    seller.sell(D=1)
    listings = seller.listings
    assert listings["A"]["variant_id"] == "0"
    assert listings["B"]["item_id"] == listings["C"]["item_id"]
    assert listings["B"]["variant_id"] != listings["C"]["variant_id"]
    assert listings["D"]["variant_id"] == "0"


def test_a_leftover_becomes_an_item_with_one_model(
    open_shop: Callable[..., Seller],
) -> None:
    seller = open_shop()
    seller.sell(A=1, B=1)
    answer = seller.get(
        "product/get_model_list", item_id=seller.listings["B"]["item_id"]
    )
    assert [model["model_sku"] for model in answer["response"]["model"]] == ["B"]


def test_stock_is_written_absolutely_and_logged(seller: Seller) -> None:
    for sku, quantity in (("A", 9), ("B", 0)):
        answer = seller.write_stock(sku, quantity)
        assert answer["error"] == ""
        assert answer["response"]["success_list"][0]["stock"] == quantity
    assert seller.stock() == {"A": 9, "B": 0, "C": 5}
    writes = seller.control.get("shopee/writes", shop="s1")
    assert [(each["sku"], each["quantity"]) for each in writes] == [("A", 9), ("B", 0)]
    assert writes[1]["request"] == answer["request_id"]


def test_a_wrong_model_fails_alone(seller: Seller) -> None:
    body = seller.stock_body("B", 7)
    body["stock_list"].append({"model_id": 1, "seller_stock": [{"stock": 1}]})
    answer = seller.call("POST", "product/update_stock", {}, body)
    assert answer["error"] == "error_busi_update_stock_failed"
    assert answer["response"]["failure_list"][0]["model_id"] == 1
    assert seller.stock()["B"] == 7


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"item_id": None}, "product.error_param"),
        ({"item_id": 1}, "product.error_item_not_found"),
        ({"stock_list": []}, "product.error_param"),
        (
            {"stock_list": [{"model_id": 0, "seller_stock": [{"stock": 1}]}]},
            "product.error_edit_item_stock_for_item_has_model",
        ),
        (
            {"stock_list": [{"model_id": 5, "seller_stock": [{"stock": -1}]}]},
            "product.error_param",
        ),
        (
            {
                "stock_list": [
                    {
                        "model_id": 5,
                        "seller_stock": [{"stock": 1, "location_id": "VNZ"}],
                    }
                ]
            },
            "product.error_param",
        ),
        (
            {"stock_list": [{"model_id": 5, "seller_stock": [{"stock": 1}]}] * 2},
            "product.error_param",
        ),
        (
            {
                "stock_list": [
                    {"model_id": n + 1, "seller_stock": [{"stock": 1}]}
                    for n in range(51)
                ]
            },
            "product.error_param",
        ),
    ],
)
def test_a_malformed_stock_write_is_refused_whole(
    seller: Seller, change: dict[str, object], code: str
) -> None:
    body = seller.stock_body("B", 7) | change
    assert seller.call("POST", "product/update_stock", {}, body)["error"] == code
    assert seller.stock()["B"] == 5


def test_the_catalogue_shows_both_shapes_with_their_stock(seller: Seller) -> None:
    answer = seller.get(
        "product/get_item_list", offset=0, page_size=1, item_status="NORMAL"
    )["response"]
    assert (answer["has_next_page"], answer["next_offset"]) == (True, 1)
    numbers = f"{seller.listings['A']['item_id']},{seller.listings['B']['item_id']}"
    items = seller.get("product/get_item_base_info", item_id_list=numbers)
    single, parent = items["response"]["item_list"]
    assert (single["item_sku"], single["has_model"]) == ("A", False)
    assert single["stock_info_v2"]["seller_stock"][0]["stock"] == 5
    assert "stock_info_v2" not in parent
    models = seller.get("product/get_model_list", item_id=parent["item_id"])
    assert [model["model_sku"] for model in models["response"]["model"]] == ["B", "C"]


def test_a_barcode_is_shown_as_gtin(
    open_shop: Callable[..., Seller], control: Control
) -> None:
    seller = open_shop()
    items = [{"sku": "A", "quantity": 1, "barcode": "8934563138165"}]
    listing = control.post("shopee/items", shop="s1", items=items)["listings"][0]
    answer = seller.get("product/get_item_base_info", item_id_list=listing["item_id"])
    assert answer["response"]["item_list"][0]["gtin_code"] == "8934563138165"


def test_a_shop_has_one_location(seller: Seller) -> None:
    answer = seller.get("shop/get_warehouse_detail")
    assert answer["error"] == "warehouse.error_not_in_whitelist"
