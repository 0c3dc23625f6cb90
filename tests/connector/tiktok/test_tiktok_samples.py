"""The mappings run over outside samples, where a checkout has them beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector import (
    Ending,
    HintKind,
    ListingRef,
    RefundState,
    ReturnPhase,
    Stage,
    WriteOutcome,
)
from connector.parsing import parse_json
from connector.tiktok.account import renewed
from connector.tiktok.cancellations import Cancelled, with_cancellation
from connector.tiktok.catalogue import listings_of, stock_of
from connector.tiktok.claims import return_of
from connector.tiktok.mapping import order_of, package_of
from connector.tiktok.pushes import hints_of
from connector.tiktok.refusals import TokenExpired, error_for
from connector.tiktok.shops import shop_settings
from connector.tiktok.verdicts import results_of

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "tiktok"

if not SAMPLES.is_dir():
    pytest.skip("no folder of samples beside the checkout", allow_module_level=True)


def sample(name: str) -> Any:
    return parse_json((SAMPLES / f"{name}.json").read_bytes())


def first(name: str, key: str) -> Any:
    return sample(name)["data"][key][0]


@pytest.mark.parametrize("name", ["orders_detail_response", "orders_search_response"])
def test_a_sample_order_is_mapped(name: str) -> None:
    order = order_of(first(name, "orders"), {})
    (line,) = order.lines
    assert order.order_id == "576461413038785752"
    assert order.raw_status == "UNPAID"
    assert (order.currency, str(order.total)) == ("IDR", "5000")
    assert line.line_id == "577086512123755123"
    assert line.listing == ListingRef(
        item_id="1729582718312380123", variant_id="2729382476852921560"
    )
    assert (line.sku, line.quantity) == ("red_iphone_256", 1)
    assert [parcel.tracking_number for parcel in order.parcels] == ["JX12345"]


def test_the_moments_of_a_sample_order_outweigh_its_words() -> None:
    # The document's example has every field, so also those of a delivered order.
    order = first("orders_detail_response", "orders")
    (portion,) = order_of(order, {}).lines[0].portions
    assert portion.stage is Stage.DELIVERED
    early = {**order, "collection_time": 0, "delivery_time": 0}
    (portion,) = order_of(early, {}).lines[0].portions
    assert portion.stage is Stage.AWAITING_PICKUP
    (portion,) = order_of({**early, "status": "CANCELLED"}, {}).lines[0].portions
    assert (portion.stage, portion.ending) == (
        Stage.AWAITING_PICKUP,
        Ending.CANCELLED,
    )


def test_a_sample_package_is_mapped() -> None:
    package = package_of("5433567853345", sample("package_detail_response")["data"])
    assert package.status == "PROCESSING"
    assert package.tracking_number == "6617675021119438849"
    assert package.carrier == "TT Virtual express"


def test_a_sample_cancellation_is_a_refund_to_come() -> None:
    entry = first("cancellations_search_response", "cancellations")
    (refund,) = with_cancellation(Cancelled(), entry).refunds
    assert (str(refund.amount), refund.currency) == ("1.23", "USD")
    assert refund.state is RefundState.PENDING
    assert refund.reason == "Order created by mistake"


def test_a_sample_return_of_money_brings_no_goods() -> None:
    detail = first("returns_search_response", "return_orders")
    found = return_of(detail, (), {})
    assert found.phase is ReturnPhase.REQUESTED
    assert not found.goods_come_back
    assert found.refund is not None
    assert str(found.refund.amount) == "1.23"
    assert found.claim_before == datetime.fromtimestamp(1690554680, UTC)
    (line,) = found.lines
    assert line.line_id == "576473917261451851"
    goods = {**detail, "return_type": "RETURN_AND_REFUND", "can_buyer_keep_item": False}
    assert return_of(goods, (), {}).goods_come_back


def test_sample_stock_is_read() -> None:
    product = first("constructed_inventory_search_response", "inventory")
    held = stock_of(product["skus"][0])
    assert held.in_total == 12
    assert held.by_warehouse == {"7068517275539719942": 12}
    (listing,) = listings_of(first("products_search_response", "products"))
    assert (listing.sku, listing.quantity) == ("Color-Red-XM01", 999)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("inventory_update_response", "product status can not be actiavted"),
        ("constructed_inventory_update_partial_error_response", "secondary error"),
    ],
)
def test_a_sample_partial_failure_is_told_for_its_sku(name: str, said: str) -> None:
    bad = ListingRef(item_id="1729592969712207012", variant_id="1729592969712207013")
    good = ListingRef(item_id="1729592969712207012", variant_id="1")
    results = results_of({bad: 1, good: 1}, sample(name)["data"])
    assert results[bad].outcome is WriteOutcome.REFUSED
    assert said in results[bad].detail
    assert results[good].outcome is WriteOutcome.ACCEPTED


def test_sample_tokens_are_kept_as_moments() -> None:
    answer = sample("auth_token_refresh_response")["data"]
    stored = renewed({"note": 1}, answer, datetime.now(UTC))
    assert stored["access_token_expire_in"] == 1660556783
    assert stored["refresh_token_expire_in"] == 1691487031
    assert stored["note"] == 1
    assert json.loads(json.dumps(stored)) == stored


def test_a_sample_shop_has_its_cipher() -> None:
    shops = sample("authorization_shops_response")["data"]["shops"]
    assert shop_settings(shops, "7000714532876273420") == {
        "shop_id": "7000714532876273420",
        "shop_cipher": "GCP_XF90igAAAABh00qsWgtvOiGFNqyubMt3",
    }


def test_a_sample_refusal_is_an_expired_token() -> None:
    body = sample("constructed_error_token_expired")
    code, message = str(body["code"]), body["message"]
    error = error_for(code, message, status=200, changes_state=False)
    assert type(error) is TokenExpired


@pytest.mark.parametrize(
    ("name", "kind", "order_ids"),
    [
        (
            "webhook_order_status_change_event",
            HintKind.ORDER,
            ["576486316948490001"],
        ),
        (
            "webhook_cancellation_status_change_event",
            HintKind.ORDER,
            ["576486316948490001"],
        ),
        ("webhook_package_update_event", HintKind.ORDER, ["152523", "532123"]),
        ("webhook_seller_deauthorization_event", HintKind.AUTHORIZATION, [""]),
        (
            "webhook_upcoming_authorization_expiration_event",
            HintKind.AUTHORIZATION,
            [""],
        ),
        ("constructed_webhook_65_rma_status", HintKind.RETURN, [""]),
        ("constructed_webhook_71_inventory_changed_by_shop", HintKind.STOCK, [""]),
    ],
)
def test_a_sample_message_is_a_hint(
    name: str, kind: HintKind, order_ids: list[str]
) -> None:
    hints = hints_of(sample(name), "digest")
    assert [hint.order_id for hint in hints] == order_ids
    assert {hint.kind for hint in hints} == {kind}
    assert all(hint.event_key for hint in hints)
