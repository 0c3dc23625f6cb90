"""Lists of orders, their pages and dates, and writing an order."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.sandbox.woocommerce.driver import Seller


def ids(seller: Seller, **query: Any) -> list[str]:
    return [str(row["id"]) for row in seller.get("orders", **query)]


def test_lists_come_newest_first_ten_to_a_page(seller: Seller) -> None:
    placed = [seller.order(D=1) for _ in range(3)]
    assert ids(seller) == placed[::-1]
    answer = seller.send("GET", "orders", per_page=2)
    assert (answer.headers["X-WP-Total"], answer.headers["X-WP-TotalPages"]) == (
        "3",
        "2",
    )
    assert ids(seller, per_page=2, page=2) == placed[:1]
    assert ids(seller, per_page=2, page=9) == []
    assert ids(seller, offset=1, order="asc", orderby="id") == placed[1:]


def test_the_next_link_repeats_the_signature_and_cannot_be_followed(
    seller: Seller,
) -> None:
    for _ in range(3):
        seller.order(D=1)
    answer = seller.send("GET", "orders", per_page=1, page=2)
    assert sorted(answer.links) == ["next", "prev"]
    following = answer.links["next"]["url"]
    asked = parse_qs(urlsplit(following).query)
    assert asked["page"] == ["3"]
    assert {"oauth_nonce", "oauth_signature", "oauth_timestamp"} <= asked.keys()
    assert requests.get(following, timeout=5).status_code == 401


def test_a_page_of_101_is_refused_with_every_complaint(seller: Seller) -> None:
    answer = seller.send("GET", "orders", per_page=101, page=0, status="sold")
    body = answer.json()
    assert (answer.status_code, body["code"]) == (400, "rest_invalid_param")
    assert body["message"] == "Invalid parameter(s): page, per_page, status"
    assert body["data"]["details"]["per_page"] == {
        "code": "rest_out_of_bounds",
        "message": "per_page must be between 1 (inclusive) and 100 (inclusive)",
        "data": None,
    }
    assert body["data"]["params"]["page"] == "page must be greater than or equal to 1"
    assert body["data"]["params"]["status"].startswith("status[0] is not one of any, ")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("per_page", "many", "rest_invalid_type"),
        ("order", "up", "rest_not_in_enum"),
        ("orderby", "total", "rest_not_in_enum"),
        ("dates_are_gmt", "maybe", "rest_invalid_type"),
        ("modified_after", "yesterday", "rest_invalid_date"),
        ("modified_after", "2026-13-01T00:00:00", "rest_invalid_date"),
        ("include", "7,x", "rest_invalid_type"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(
    seller: Seller, name: str, value: str, code: str
) -> None:
    query: dict[str, Any] = {name: value}
    answer = seller.send("GET", "orders", **query)
    assert answer.status_code == 400
    assert answer.json()["data"]["details"][name]["code"] == code


def test_statuses_filter_and_the_trash_is_not_any(seller: Seller) -> None:
    kept, cancelled, trashed = (seller.order(D=1) for _ in range(3))
    seller.do(cancelled, "cancel")
    assert seller.send("DELETE", f"orders/{trashed}").status_code == 200
    assert sorted(ids(seller)) == sorted([kept, cancelled])
    assert ids(seller, status="cancelled,failed") == [cancelled]
    assert ids(seller, status="trash") == [trashed]
    assert seller.error("DELETE", f"orders/{trashed}") == (
        410,
        "woocommerce_rest_already_trashed",
    )
    assert seller.send("DELETE", f"orders/{trashed}", force="true").ok
    assert seller.error("GET", f"orders/{trashed}")[0] == 404
    assert "deleted" in seller.refused(trashed, "pick_up")


def modified_after(seller: Seller, moment: datetime, **more: Any) -> list[str]:
    text = moment.strftime("%Y-%m-%dT%H:%M:%S") + more.pop("zone", "")
    return ids(seller, modified_after=text, **more)


def test_dates_filter_in_gmt_only_when_asked(seller: Seller) -> None:
    order = seller.order(D=1)
    before = datetime.now(UTC) - timedelta(minutes=5)
    after = datetime.now(UTC) + timedelta(minutes=5)
    assert modified_after(seller, before, dates_are_gmt="true") == [order]
    assert modified_after(seller, after, dates_are_gmt="true") == []
    # Without the flag the digits are the site's own, seven hours ahead.
    assert modified_after(seller, after) == [order]
    assert modified_after(seller, after + timedelta(hours=7)) == []


def test_a_zone_in_the_date_is_turned_into_the_sites_digits(seller: Seller) -> None:
    order = seller.order(D=1)
    before = datetime.now(UTC) - timedelta(minutes=5)
    assert modified_after(seller, before, zone="Z", dates_are_gmt="true") == []
    assert modified_after(seller, before, zone="Z") == [order]


def test_the_bound_itself_is_outside(seller: Seller) -> None:
    order = seller.order(D=1)
    at = seller.detail(order)["date_modified_gmt"]
    query = {"dates_are_gmt": "true", "modified_after": at}
    assert ids(seller, **query) == []


def test_orders_sort_by_when_they_were_modified(
    seller: Seller, monkeypatch: pytest.MonkeyPatch, sandbox: Any
) -> None:
    first, second = seller.order(D=1), seller.order(D=1)
    later = sandbox.world.clock.stamp() + 30
    monkeypatch.setattr(sandbox.world.clock, "stamp", lambda: later)
    seller.do(first, "arrange")
    assert ids(seller, orderby="modified", order="asc") == [second, first]
    assert ids(seller, orderby="include", include=f"{first},{second}") == [
        first,
        second,
    ]


def test_times_are_the_sites_and_gmt_and_say_neither(seller: Seller) -> None:
    order = seller.detail(seller.order(D=1))
    local = datetime.fromisoformat(order["date_created"])
    gmt = datetime.fromisoformat(order["date_created_gmt"])
    assert local.tzinfo is None and gmt.tzinfo is None
    assert local - gmt == timedelta(hours=7)
    assert order["date_completed"] is None


def test_money_is_text_with_decimals_and_a_price_is_a_number(seller: Seller) -> None:
    order = seller.detail(seller.order(A=2))
    (row,) = order["line_items"]
    assert order["total"] == f"{2 * row['price']}.00" == row["total"]
    assert isinstance(row["price"], int)
    assert (row["product_id"], row["variation_id"], row["sku"]) == (
        int(seller.listings["A"]["item_id"]),
        0,
        "A",
    )
    (row,) = seller.detail(seller.order(B=1))["line_items"]
    assert row["variation_id"] == int(seller.listings["B"]["variant_id"])


def test_fields_can_be_picked(seller: Seller) -> None:
    order = seller.order(D=1)
    assert seller.get("orders", _fields="id,status") == [
        {"id": int(order), "status": "processing"}
    ]


def test_an_unknown_order_is_404_to_read_and_400_to_write(seller: Seller) -> None:
    code = "woocommerce_rest_shop_order_invalid_id"
    assert seller.error("GET", "orders/1") == (404, code)
    assert seller.error("PUT", "orders/1", {"status": "completed"}) == (400, code)


def test_status_and_meta_can_be_written(seller: Seller) -> None:
    order = seller.order(unpaid=True, A=1)
    paid = seller.put(f"orders/{order}", set_paid=True)
    assert (paid["status"], paid["date_paid"] is None) == ("processing", False)
    seller.put(
        f"orders/{order}",
        status="completed",
        meta_data=[{"key": "_seen", "value": "yes"}],
    )
    assert seller.detail(order)["status"] == "completed"
    assert seller.meta(order, "_seen") == "yes"
    assert seller.error("PUT", f"orders/{order}", {"status": "shipped"})[0] == 400


def test_a_batch_of_orders_answers_row_by_row(seller: Seller) -> None:
    order = seller.order(A=1)
    rows = [{"id": int(order), "status": "completed"}, {"id": 1, "status": "failed"}]
    answer = seller.post("orders/batch", expect=200, update=rows)["update"]
    assert answer[0]["status"] == "completed"
    assert answer[1]["error"]["code"] == "woocommerce_rest_shop_order_invalid_id"


def test_a_body_that_is_no_json_is_refused(seller: Seller) -> None:
    query = seller.signed("PUT", "orders/1", {})
    answer = requests.put(
        seller.api + "orders/1",
        params=query,
        data=b"{",
        headers={"Content-Type": "application/json"},
        timeout=5,
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "rest_invalid_json")
