"""The mappings run over outside samples, where a checkout has them beside it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connector import (
    AuthenticationError,
    ChannelOrder,
    Ending,
    ListingRef,
    RefundState,
    Stage,
    WebhookRequest,
)
from connector.parsing import parse_json
from connector.values import Portion
from connector.woocommerce.account import Account, read_account
from connector.woocommerce.catalogue import sellable
from connector.woocommerce.mapping import order_facts, order_of
from connector.woocommerce.refunds import Repaid, refund_of, repaid_from
from connector.woocommerce.refusals import error_for, status_of
from connector.woocommerce.shipments import shipments_of
from connector.woocommerce.webhooks import read_delivery

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "woocommerce"

if not SAMPLES.is_dir():
    pytest.skip("no folder of samples beside the checkout", allow_module_level=True)

ACCOUNT: Account = read_account(
    {
        "base_url": "http://127.0.0.1:18731",
        "consumer_key": "ck",
        "consumer_secret": "cs",
        "webhook_secret": "s3cr3t",
    }
)


def sample(name: str) -> Any:
    return parse_json((SAMPLES / f"{name}.json").read_bytes())


def mapped(
    order: Any, fulfilments: tuple[Any, ...] = (), repaid: tuple[Repaid, ...] = ()
) -> ChannelOrder:
    shipments = shipments_of(order, fulfilments, ())
    return order_of(order, order_facts(order, shipments, ACCOUNT), repaid)


def only_portion(order: ChannelOrder) -> Portion:
    (line,) = order.lines
    (portion,) = line.portions
    return portion


def test_a_paid_sample_order_is_on_the_shelf() -> None:
    order = mapped(sample("order_processing"))
    assert order.order_id == "25"
    assert (order.total, order.currency) == (Decimal("200000.00"), "VND")
    assert order.lines[0].listing == ListingRef(item_id="10")
    assert order.lines[0].sku == "AT-01"
    assert only_portion(order) == Portion(quantity=2, stage=Stage.NOT_SHIPPED)


def test_sample_cancels_differ_only_by_the_moment_of_completion() -> None:
    here, gone = (mapped(order) for order in sample("orders_list_page"))
    assert here.raw_status == gone.raw_status == "cancelled"
    assert only_portion(here).stage is Stage.NOT_SHIPPED
    assert only_portion(gone).stage is Stage.DELIVERED
    assert {only_portion(one).ending for one in (here, gone)} == {Ending.CANCELLED}
    alone = only_portion(mapped(sample("order_cancelled")))
    assert alone.stage is Stage.NOT_SHIPPED


def test_a_sample_webhook_hides_the_completion_and_still_tells_it() -> None:
    order = mapped(sample("webhook_order_updated")["body"])
    assert order.raw_status == "cancelled"
    assert only_portion(order).stage is Stage.DELIVERED


def test_a_sample_fulfilment_names_units_and_a_parcel() -> None:
    order = sample("order_processing")
    order["line_items"][0]["id"] = 11
    told = mapped(order, (sample("fulfillment"),))
    assert only_portion(told) == Portion(quantity=2, stage=Stage.IN_TRANSIT)
    assert [one.tracking_number for one in told.parcels] == ["SPXVN01"]


def test_sample_orders_of_the_documentation_are_mapped() -> None:
    processing, completed = (mapped(order) for order in sample("docs_orders_list"))
    assert [line.quantity for line in processing.lines] == [2, 1]
    assert processing.lines[1].listing == ListingRef(item_id="22", variant_id="23")
    assert processing.lines[1].title == "Ship Your Idea – Color: Black, Size: M Test"
    stages = {one.stage for line in completed.lines for one in line.portions}
    assert stages == {Stage.DELIVERED}
    assert completed.ordered_at.hour == 19


def test_sample_refunds_are_read() -> None:
    full = repaid_from(sample("refund_no_restock"))
    assert full.units == {"13": 2}
    assert not full.is_ours
    told = refund_of(full, "VND")
    assert (told.amount, told.state) == (Decimal("200000.00"), RefundState.DONE)
    assert repaid_from(sample("refund_restock")).units == {"3": 1}
    money, units = (repaid_from(one) for one in sample("docs_refunds_list"))
    assert (money.amount, money.units) == (Decimal("10.00"), {})
    assert units.units == {"311": 1}


def test_sample_refunds_after_completion_leave_the_units_with_the_buyer() -> None:
    order = sample("docs_orders_list")[1]
    repaid = tuple(repaid_from(one) for one in sample("docs_refunds_list"))
    told = mapped(order, repaid=repaid)
    assert {one.ending for line in told.lines for one in line.portions} == {None}
    assert [one.amount for one in told.refunds] == [Decimal(10), Decimal(9)]


def test_sample_stock_is_read() -> None:
    assert sellable(sample("product_simple")) == -3
    assert sellable(sample("product_variation")) == 5
    (row,) = sample("product_variations_batch_response")["update"]
    assert (row["id"], sellable(row)) == (24, 4)


def test_sample_errors_are_sorted() -> None:
    bad_key = error_for(401, sample("error_bad_key"), "orders", changes_state=False)
    assert isinstance(bad_key, AuthenticationError)
    for name, status in (("error_invalid_param", 400), ("error_not_found", 404)):
        error = error_for(status, sample(name), "orders", changes_state=False)
        assert not isinstance(error, AuthenticationError)
        assert status_of(sample(name)) == status
    assert status_of(sample("error_refund_amount")) == 500


def test_the_sample_ping_is_taken() -> None:
    ping = sample("webhook_ping")
    request = WebhookRequest(
        url=f"http://127.0.0.1{ping['path']}",
        headers=ping["headers"],
        body=ping["body"].encode(),
    )
    assert read_delivery(request, ACCOUNT) == ()
