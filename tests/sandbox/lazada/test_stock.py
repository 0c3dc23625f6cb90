"""Reading and writing stock, and what Lazada does with it by itself."""

import json
from collections.abc import Callable

import pytest

from tests.sandbox.driver import Control, Json, lines
from tests.sandbox.lazada.driver import Seller

UPDATE = "/product/stock/sellable/update"
ADJUST = "/product/stock/sellable/adjust"
TOTAL = "/product/price_quantity/update"


def test_the_books_follow_the_published_table(open_shop: Callable[..., Seller]) -> None:
    shop = open_shop()
    shop.sell(A=10)
    seen = [shop.books("A")]
    order = shop.unpaid_order(A=1)
    seen.append(shop.books("A"))
    for action in ("pay", "pack", "arrange", "pick_up"):
        shop.do(order, action)
        seen.append(shop.books("A"))
    assert seen == [
        (10, 10, 0, 0),
        (9, 10, 1, 0),
        (9, 10, 0, 1),
        (9, 10, 0, 1),
        (9, 9, 0, 0),
        (9, 9, 0, 0),
    ]


@pytest.mark.parametrize("habit", ["never", "on_cancel", "late"])
@pytest.mark.parametrize("before", [(), ("pack",)])
def test_what_is_in_the_books_goes_back_by_itself(
    open_shop: Callable[..., Seller], habit: str, before: tuple[str, ...]
) -> None:
    shop = open_shop(auto_restock=habit)
    shop.sell(A=5)
    order = shop.order(A=2)
    shop.do(order, *before, "cancel")
    assert shop.books("A") == (5, 5, 0, 0)


def test_an_unpaid_order_gives_its_units_back(seller: Seller, control: Control) -> None:
    seller.unpaid_order(A=2)
    assert seller.books("A") == (3, 5, 2, 0)
    control.clock(1801)
    assert seller.books("A") == (5, 5, 0, 0)


WAYS_TO_FALL_THROUGH = [
    ("arrange", "cancel"),
    ("arrange", "pick_up", "fail_delivery"),
    ("arrange", "pick_up", "refuse_at_door"),
    ("arrange", "pick_up", "lose"),
    ("arrange", "pick_up", "deliver", "request_return", "refund"),
]


@pytest.mark.parametrize("actions", WAYS_TO_FALL_THROUGH)
@pytest.mark.parametrize(
    ("habit", "at_once", "later"),
    [("never", 3, 3), ("on_cancel", 5, 5), ("late", 3, 5)],
)
def test_once_ready_to_ship_the_shops_habit_decides(
    open_shop: Callable[..., Seller],
    control: Control,
    actions: tuple[str, ...],
    habit: str,
    at_once: int,
    later: int,
) -> None:
    shop = open_shop(auto_restock=habit)
    shop.sell(A=5)
    shop.do(shop.order(A=2), *actions)
    assert shop.stock()["A"] == at_once
    control.clock(3601)
    assert shop.stock()["A"] == later


def test_arriving_back_gives_nothing_back(seller: Seller) -> None:
    order = seller.order(A=1)
    seller.do(order, "arrange", "pick_up", "fail_delivery", "arrive_back")
    assert seller.stock()["A"] == 4


def test_sold_counts_what_left_the_books(seller: Seller, control: Control) -> None:
    seller.do(seller.order(A=1), "cancel")
    seller.do(seller.order(A=1), "pack", "cancel")
    seller.do(seller.order(A=1), "arrange", "cancel")
    assert control.get("lazada/sold", shop=seller.name)["A"] == 1


def test_what_is_sold_out_is_not_sold(seller: Seller, control: Control) -> None:
    answer = control.post(
        "lazada/orders", expect=409, shop=seller.name, lines=lines({"A": 3}), count=2
    )
    assert len(answer["placed"]) == 1
    assert "sold out" in answer["error"]


def test_a_write_is_absolute_and_recorded(seller: Seller, control: Control) -> None:
    first = seller.write_stock(A=9, B=0)
    assert (first["code"], first["data"]) == ("0", {})
    seller.write_stock(A=9)
    assert seller.stock() == {"A": 9, "B": 0, "C": 5}
    writes = control.get("lazada/writes", shop=seller.name)
    assert [(w["sku"], w["quantity"]) for w in writes] == [("A", 9), ("B", 0), ("A", 9)]
    assert writes[0]["request"] == first["request_id"]


def test_an_adjustment_is_a_delta(seller: Seller) -> None:
    for delta, expected in ((3, 8), (-2, 6), (-2, 4)):
        payload = seller.payload(A=delta)
        assert seller.post(ADJUST, payload=payload)["code"] == "0"
        assert seller.stock()["A"] == expected
    answer = seller.post(ADJUST, payload=seller.payload(A=-5))
    assert answer["detail"][0]["message"].startswith("Negative sellable")


def test_a_total_contains_what_is_held(seller: Seller) -> None:
    seller.order(A=1)
    seller.unpaid_order(A=1)
    payload = seller.payload_of("Quantity", {"A": 7})
    assert seller.post(TOTAL, payload=payload)["code"] == "0"
    assert seller.books("A") == (5, 7, 1, 1)
    answer = seller.post(TOTAL, payload=seller.payload_of("Quantity", {"A": 1}))
    assert answer["code"] == "501"
    assert seller.books("A") == (5, 7, 1, 1)


def test_a_product_is_edited_in_json(seller: Seller) -> None:
    listing = seller.listings["A"]
    sku = {"SkuId": listing["variant_id"], "quantity": "8"}
    product = {"ItemId": int(listing["item_id"]), "Skus": {"Sku": [sku]}}
    payload = json.dumps({"Request": {"Product": product}})
    assert seller.post("/product/update", payload=payload)["code"] == "0"
    assert seller.stock()["A"] == 8


def test_skus_of_a_batch_fail_one_by_one(seller: Seller) -> None:
    good, bad = seller.listings["A"], seller.listings["B"]
    payload = (
        "<Request><Product><Skus>"
        f"<Sku><ItemId>{bad['item_id']}</ItemId><SkuId>{bad['variant_id']}</SkuId>"
        "<SellableQuantity>-1</SellableQuantity></Sku>"
        f"<Sku><ItemId>{good['item_id']}</ItemId><SkuId>{good['variant_id']}</SkuId>"
        "<SellableQuantity>7</SellableQuantity></Sku>"
        f"<Sku><ItemId>{good['item_id']}</ItemId><SkuId>12</SkuId>"
        "<SellerSku>Nobody</SellerSku><SellableQuantity>7</SellableQuantity></Sku>"
        "</Skus></Product></Request>"
    )
    answer = seller.post(UPDATE, payload=payload)
    assert (answer["code"], answer["type"]) == ("501", "ISP")
    assert [row["seller_sku"] for row in answer["detail"]] == ["B", "Nobody"]
    assert "Negative sellable" in answer["detail"][0]["message"]
    assert seller.stock() == {"A": 7, "B": 5, "C": 5}


def one(seller: Seller, inner: str) -> Json:
    payload = f"<Request><Product><Skus><Sku>{inner}</Sku></Skus></Product></Request>"
    return seller.post(UPDATE, payload=payload)


def test_a_sku_is_found_by_its_number_or_by_the_sellers_code(seller: Seller) -> None:
    item_id = seller.listings["A"]["item_id"]
    quantity = "<SellableQuantity>2</SellableQuantity>"
    assert one(seller, f"<SellerSku>A</SellerSku>{quantity}")["code"] == "0"
    assert seller.stock()["A"] == 2
    wrong = f"<ItemId>1</ItemId><SellerSku>A</SellerSku>{quantity}"
    assert one(seller, wrong)["detail"][0]["message"] == "Item not exist"
    number = seller.listings["B"]["variant_id"]
    mixed = f"<SkuId>{number}</SkuId><SellerSku>A</SellerSku>{quantity}"
    assert one(seller, mixed)["detail"][0]["message"] == "SKU not exist"
    words = f"<ItemId>{item_id}</ItemId><SellerSku>A</SellerSku>"
    text = one(seller, f"{words}<SellableQuantity>many</SellableQuantity>")
    assert text["code"] == one(seller, words)["code"] == "501"


def test_a_sku_of_another_shop_is_not_found(
    seller: Seller, open_shop: Callable[..., Seller]
) -> None:
    stranger = open_shop()
    stranger.listings = seller.listings
    assert stranger.write_stock(A=1)["code"] == "501"
    assert seller.stock()["A"] == 5


def test_a_seller_with_one_warehouse_names_none(seller: Seller) -> None:
    number = seller.listings["A"]["variant_id"]
    inner = (
        f"<SkuId>{number}</SkuId><MultiWarehouseInventories><MultiWarehouseInventory>"
        "<WarehouseCode>dropshipping</WarehouseCode><SellableQuantity>1"
        "</SellableQuantity></MultiWarehouseInventory></MultiWarehouseInventories>"
    )
    assert one(seller, inner)["code"] == "501"
    assert seller.stock()["A"] == 5


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ("<Request><Product>", "5"),
        ("hello", "5"),
        ("[]", "5"),
        ("<Order/>", "5"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><Request>&b;</Request>', "5"),
        ("<Request><Product/></Request>", "30"),
        ("<Request><Product><Skus/></Product></Request>", "30"),
        ("", "MissingParameter"),
    ],
)
def test_a_payload_that_is_not_one_is_refused(
    seller: Seller, payload: str, code: str
) -> None:
    assert seller.post(UPDATE, payload=payload)["code"] == code


def test_a_batch_holds_at_most_fifty_skus(open_shop: Callable[..., Seller]) -> None:
    shop = open_shop()
    shop.sell(**{f"S{number}": 1 for number in range(51)})
    everything = {f"S{number}": 2 for number in range(51)}
    assert shop.write_stock(**everything)["code"] == "204"
    del everything["S50"]
    assert shop.write_stock(**everything)["code"] == "0"
    assert sum(shop.stock().values()) == 101


def test_a_code_with_a_special_character_must_be_escaped(
    open_shop: Callable[..., Seller],
) -> None:
    shop = open_shop()
    shop.sell(**{"A&B<1>": 5})
    quantity = "<SellableQuantity>2</SellableQuantity>"
    assert one(shop, f"<SellerSku>A&B<1></SellerSku>{quantity}")["code"] == "5"
    escaped = f"<SellerSku>A&amp;B&lt;1&gt;</SellerSku>{quantity}"
    assert one(shop, escaped)["code"] == "0"
    assert shop.stock() == {"A&B<1>": 2}


def test_products_have_one_sku_or_two(seller: Seller) -> None:
    data = seller.get("/products/get", filter="all")["data"]
    assert data["total_products"] == 2
    layout = sorted(len(product["skus"]) for product in data["products"])
    assert layout == [1, 2]
    found = {
        sku["SellerSku"]: (str(product["item_id"]), str(sku["SkuId"]))
        for product in data["products"]
        for sku in product["skus"]
    }
    assert found == {
        sku: (each["item_id"], each["variant_id"])
        for sku, each in seller.listings.items()
    }


def test_the_list_and_the_single_product_spell_their_names_apart(
    seller: Seller,
) -> None:
    product = seller.get("/products/get")["data"]["products"][0]
    single = seller.get("/product/item/get", item_id=product["item_id"])["data"]
    assert (single["itemId"], single["updatedTime"]) == (
        product["item_id"],
        product["updated_time"],
    )
    assert "item_id" not in single
    assert single["skus"] == product["skus"]
    assert seller.get("/product/item/get", item_id=1)["code"] == "208"


def test_products_are_filtered_and_paged(seller: Seller) -> None:
    def total(**filters: object) -> int:
        answer = seller.get("/products/get", **filters)
        return int(answer["data"]["total_products"])

    assert [total(filter=name) for name in ("live", "inactive", "sold-out")] == [
        2,
        0,
        0,
    ]
    seller.write_stock(A=0)
    assert total(filter="sold-out") == 1
    assert total(sku_seller_list=["B", "nobody"]) == 1
    assert total(update_after="2100-01-01T00:00:00+07:00") == 0
    assert total(create_before="2100-01-01T00:00:00+07:00") == 2
    pages = [
        seller.get("/products/get", limit=1, offset=offset)["data"]["products"]
        for offset in (0, 1, 2)
    ]
    assert [len(page) for page in pages] == [1, 1, 0]
    assert pages[0] != pages[1]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"limit": 51}, "19"),
        ({"offset": 10001}, "14"),
        ({"filter": "good"}, "36"),
        ({"update_after": "yesterday"}, "17"),
        ({"sku_seller_list": "A"}, "5"),
    ],
)
def test_a_list_beyond_its_limits_is_refused(
    seller: Seller, parameters: Json, code: str
) -> None:
    assert seller.get("/products/get", **parameters)["code"] == code
