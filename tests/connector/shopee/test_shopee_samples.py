"""The mappings run over outside samples, where a checkout has them beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector import Ending, Stage
from connector.parsing import parse_json
from connector.shopee.catalogue import stock_of
from connector.shopee.claims import return_of
from connector.shopee.mapping import order_of
from connector.shopee.packages import events_of, packages_of
from connector.shopee.pushes import hint_of
from connector.shopee.signing import push_signature, sign

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "shopee"

if not SAMPLES.is_dir():
    pytest.skip("no folder of samples beside the checkout", allow_module_level=True)


def sample(name: str) -> Any:
    return parse_json((SAMPLES / f"{name}.json").read_bytes())


def orders() -> Iterator[Any]:
    for name in ("completed_cod_vn.doc", "ready_to_ship.sandbox_id"):
        yield from sample(f"get_order_detail.{name}")["response"]["order_list"]
    yield from sample("synthetic_order_states")["orders"]


def test_every_sample_order_is_mapped() -> None:
    for order in orders():
        mapped = order_of(order, packages_of(order, {}))
        for line in mapped.lines:
            assert sum(one.quantity for one in line.portions) == line.quantity


# Where the samples' reading and ours differ, ours is the rule: what awaits pickup has
# left the warehouse's books.  What needs the package's own detail is unknown without.
EXPECTED = {
    "in_warehouse": {Stage.NOT_SHIPPED},
    "in_warehouse_awaiting_pickup": {Stage.AWAITING_PICKUP},
    "with_carrier": {Stage.IN_TRANSIT},
    "delivered": {Stage.DELIVERED},
    "delivered_return_open": {Stage.DELIVERED},
    "left_warehouse_coming_back": {Stage.IN_TRANSIT},
    "left_warehouse_lost": {Stage.IN_TRANSIT},
    "unknown_ask_warehouse": {Stage.UNKNOWN},
}


def test_sample_orders_are_where_their_author_says() -> None:
    positions = sample("synthetic_order_states")["expected_physical_position"]
    for order in sample("synthetic_order_states")["orders"]:
        number = order["package_list"][0]["package_number"]
        detail = {number: {"is_shipment_arranged": False}}
        mapped = order_of(order, packages_of(order, detail))
        (portion,) = mapped.lines[0].portions
        status = order["package_list"][0]["logistics_status"]
        if status == "LOGISTICS_REQUEST_CANCELED":
            assert portion.stage is Stage.AWAITING_PICKUP
        else:
            assert portion.stage in EXPECTED[positions[order["order_sn"]]]
        if order["order_status"] == "CANCELLED":
            assert portion.ending is not None


def test_sample_packages_are_mapped() -> None:
    (order,) = sample("get_order_detail.completed_cod_vn.doc")["response"]["order_list"]
    (detail,) = sample("get_package_detail.ready.doc")["response"]["package_list"]
    number = order["package_list"][0]["package_number"]
    (package,) = packages_of(order, {number: detail})
    assert package.arranged is False
    assert package.tracking_number == ""


def test_a_sample_failed_delivery_is_seen_in_its_events() -> None:
    response = sample("get_tracking_info.failed_delivery.doc")["response"]
    assert events_of(response) == ("FAILED_DELIVERED",)


def test_sample_returns_are_mapped() -> None:
    tracking = sample("get_reverse_tracking_info.doc")["response"]
    details = [sample("get_return_detail.doc")["response"]]
    details += sample("get_return_list.doc")["response"]["return"]
    for detail in details:
        assert return_of(detail, tracking, None).lines
    for fragment in sample("get_return_detail.prod_br.fragments").values():
        whole = {**details[0], **fragment}
        assert return_of(whole, {}, None).raw_status.startswith(fragment["status"])


def test_sample_stock_is_read() -> None:
    (item,) = sample("get_item_base_info.doc")["response"]["item_list"]
    assert stock_of(item).sellable("") == 10
    (model,) = sample("get_model_list.doc")["response"]["model"]
    assert stock_of(model).sellable("") == 0


def test_every_sample_push_is_a_hint() -> None:
    for message in sample("push_messages").values():
        assert hint_of(message, "digest").event_key


def test_sample_signatures_are_ours() -> None:
    vectors = json.loads((SAMPLES / "signing_vectors.json").read_text("utf-8"))
    key = vectors["partner_key"]
    for vector in vectors["api"]:
        assert sign(key, vector["base"]) == vector["sign"]
    push = vectors["push"]
    signature = push_signature(key, push["url"], push["body"].encode())
    assert signature.decode() == push["authorization"]


def test_endings_of_sample_orders_are_told() -> None:
    endings = set()
    for order in sample("synthetic_order_states")["orders"]:
        mapped = order_of(order, packages_of(order, {}))
        endings |= {one.ending for one in mapped.lines[0].portions}
    assert endings == {None, *Ending}
