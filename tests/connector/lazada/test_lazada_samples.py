"""The mappings run over outside samples, where a checkout has them beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connector import AuthenticationError, Ending, HintKind, RateLimited, Stage
from connector.lazada.account import read_account, renewed
from connector.lazada.catalogue import stock_of
from connector.lazada.claims import lines_in, return_of
from connector.lazada.client import held
from connector.lazada.evidence import needs_trace
from connector.lazada.items import unit_of
from connector.lazada.mapping import order_of
from connector.lazada.pushes import hint_of
from connector.lazada.refusals import Refused, TokenExpired, error_for
from connector.lazada.signing import push_signature, sign
from connector.lazada.stock import payload
from connector.lazada.tracking import tracked_of
from connector.parsing import parse_json
from connector.values import ListingRef, RefundState, ReturnPhase

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "lazada"

if not SAMPLES.is_dir():
    pytest.skip("no folder of samples beside the checkout", allow_module_level=True)

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
SHOP = {
    "base_url": "https://api.lazada.vn/rest",
    "app_key": "100042",
    "app_secret": "s",
    "seller_id": "1001",
    "country": "vn",
}


def sample(name: str) -> Any:
    return parse_json((SAMPLES / f"{name}.json").read_bytes())


# Where the samples' reading and ours differ, ours is the rule: what is ready to ship
# has left the warehouse's books.  What only a trace can tell is unknown without.
EXPECTED = {
    "in_warehouse_unpaid_hold": (Stage.NOT_SHIPPED, None),
    "in_warehouse": (Stage.NOT_SHIPPED, None),
    "in_warehouse_or_just_handed_over": (Stage.AWAITING_PICKUP, None),
    "with_carrier": (Stage.IN_TRANSIT, None),
    "delivered": (Stage.DELIVERED, None),
    "in_warehouse (no package, no tracking)": (Stage.NOT_SHIPPED, Ending.CANCELLED),
    "unknown: package existed, check trace for a shipped event": (
        Stage.UNKNOWN,
        Ending.CANCELLED,
    ),
    "left_warehouse_coming_back": (Stage.IN_TRANSIT, Ending.DELIVERY_FAILED),
    "carrier_says_returned_await_warehouse_receipt": (
        Stage.IN_TRANSIT,
        Ending.DELIVERY_FAILED,
    ),
    "left_warehouse_dispute": (Stage.IN_TRANSIT, Ending.DELIVERY_FAILED),
    "left_warehouse_lost": (Stage.IN_TRANSIT, Ending.LOST),
    "left_warehouse_damaged": (Stage.IN_TRANSIT, Ending.LOST),
    "left_warehouse_scrapped": (Stage.IN_TRANSIT, Ending.LOST),
    "buyer_return_await_warehouse_receipt": (Stage.DELIVERED, None),
}


def test_sample_orders_are_where_their_author_says() -> None:
    positions = set()
    for entry in sample("synthetic_order_states")["orders"]:
        units = [unit_of(item) for item in held(entry["items_response"])]
        (line,) = order_of("1", units).lines
        (portion,) = line.portions
        positions.add(entry["physical_position"])
        assert (portion.stage, portion.ending) == EXPECTED[entry["physical_position"]]
        assert line.listing == ListingRef(item_id="1306535254", variant_id="5058631360")
        assert line.unit_price == 66000
        asks = entry["physical_position"].startswith("unknown")
        assert needs_trace(units[0]) is asks
    assert positions == set(EXPECTED)


def test_a_sample_of_a_cancel_is_settled_by_a_sample_of_a_trace() -> None:
    (package,) = tracked_of(sample("logistic_order_trace.shape"))
    assert package.reached is Stage.DELIVERED
    assert package.tracking_number == "DEXNP025640000"


def test_the_documented_item_is_read_with_texts_for_everything() -> None:
    (entry,) = held(sample("orders_items_get.doc")["response"])
    (item,) = entry["order_items"]
    # Its shop_sku is of an older form than its sku_id, and it names no product.
    unit = unit_of({**item, "product_id": "4711"})
    assert unit.listing == ListingRef(item_id="4711", variant_id="666")
    assert (unit.paid, unit.currency) == (Decimal("89.10"), "SGD")
    assert unit.cancel_pending
    assert not unit.fulfilled_by_lazada
    assert unit.was_paid
    assert unit.updated_at == datetime.fromtimestamp(1414548487, UTC)


def test_the_documented_return_is_mapped() -> None:
    account = read_account(SHOP)
    detail = held(sample("reverse_order_detail.doc"))
    assert len(lines_in(detail)) == 1
    found = return_of("1", {**detail, "request_type": "RETURN"}, account, NOW)
    assert found.phase is ReturnPhase.REQUESTED
    assert not found.goods_come_back, "its quality check says scrap"
    assert found.updated_at == NOW


def test_a_live_return_has_arrived_with_its_own_number() -> None:
    abroad = read_account({**SHOP, "country": "sg"})
    fragments = sample("reverse_order.live_daraz.fragments")
    detail = held(fragments["returned_to_merchant"])
    found = return_of("1", detail, abroad, NOW)
    assert found.goods_come_back
    assert found.raw_status == "REFUND_SUCCESS/RETURN_RTM_DELIVERED"
    assert [parcel.tracking_number for parcel in found.parcels] == ["DEXNP009570000"]
    assert found.lines[0].line_id == "207558000978945"
    assert found.refund is not None
    assert found.refund.amount == Decimal("676.00")
    assert found.refund.state is RefundState.DONE
    sent_back = dict(fragments["qc_rejected_sent_back_to_buyer"])
    sent_back.pop("request_type")
    line = {**lines_in(detail)[0], **sent_back}
    found = return_of("1", {**detail, "reverseOrderLineDTOList": [line]}, abroad, NOW)
    assert not found.goods_come_back
    assert lines_in(held(fragments["wrong_store"])) == []


def test_sample_stock_is_what_is_sellable() -> None:
    (sku,) = held(sample("product_item_get.doc"))["skus"]
    assert stock_of(sku).sellable("") == 1719
    (product,) = held(sample("products_get.doc"))["products"]
    assert stock_of(product["skus"][0]).sellable("") == 20
    several = stock_of(sample("multi_warehouse.guide")["sku_inventories"])
    assert several.sellable("") == 100
    assert several.sellable("MY10RV7-WH-10002") == 1


def test_the_sample_payload_is_ours_but_for_the_optional_code() -> None:
    listing = ListingRef(item_id="234234234", variant_id="234")
    written = sample("stock_update.doc")["sellable_update_single"]["payload"]
    without_code = written.replace("<SellerSku>Apple-SG-Glod-64G</SellerSku>", "")
    assert payload({listing: 20}, "") == without_code


def test_sample_errors_are_sorted() -> None:
    expected = {
        "access_token_expired": TokenExpired,
        "bad_signature": AuthenticationError,
        "missing_sign": AuthenticationError,
        "bad_auth_code": Refused,
        "call_limit": RateLimited,
        "server_flow_limit": RateLimited,
        "wrong_order_or_wrong_store": Refused,
        "missing_date_filter": Refused,
        "stock_update_failed": Refused,
    }
    for name, error in sample("errors")["examples"].items():
        found = error_for(
            error["code"], error["type"], error["message"], changes_state=False
        )
        assert type(found) is expected[name], name


def test_sample_tokens_are_stored() -> None:
    for name in ("create", "refresh"):
        token = sample(f"auth_token_{name}")["response_doc"]
        stored = renewed(SHOP, token, NOW)
        expires_at = datetime.fromisoformat(stored["access_token_expires_at"])
        ends_at = datetime.fromisoformat(stored["refresh_token_expires_at"])
        assert (expires_at - NOW).total_seconds() == 10
        assert (ends_at - NOW).total_seconds() == 60


def test_every_sample_push_is_a_hint() -> None:
    kinds = {}
    for name, message in sample("webhook_messages").items():
        hint = hint_of(message)
        kinds[name] = hint.kind
        told = (hint.order_id, hint.return_id)
        data = message["data"]
        assert hint.order_id == str(data.get("trade_order_id", ""))
        if hint.kind is HintKind.RETURN:
            assert told[1] == str(data["reverse_order_id"])
    assert kinds["0_trade_order"] is HintKind.ORDER
    assert kinds["0_trade_order_canceled_with_reverse_ids"] is HintKind.ORDER
    assert kinds["0_trade_order_returned"] is HintKind.RETURN
    assert kinds["8_token_expiry"] is HintKind.AUTHORIZATION
    assert kinds["10_reverse_order"] is HintKind.RETURN
    assert kinds["14_fulfillment"] is HintKind.ORDER
    assert kinds["6_shallow_stock"] is HintKind.STOCK


def test_sample_signatures_are_ours() -> None:
    vectors = json.loads((SAMPLES / "signing_vectors.json").read_text("utf-8"))
    signed = [one for one in vectors["api"] if "params" in one]
    assert len(signed) == 2
    for vector in signed:
        found = sign(vector["secret"], vector["path"], vector["params"])
        assert found == vector["sign"]
    push = vectors["webhook"]
    found_push = push_signature(push["secret"], push["app_key"], push["body"].encode())
    assert found_push.decode() == push["authorization"]
