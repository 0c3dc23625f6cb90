"""The mappings run over outside samples, where a checkout has them beside it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connector import (
    ChannelOrder,
    Ending,
    HintKind,
    MemorySettings,
    ParcelDirection,
    Stage,
)
from connector.parsing import parse_json
from connector.tiki.account import SELLER, renewed
from connector.tiki.events import hint_of
from connector.tiki.fields import when
from connector.tiki.mapping import order_of
from connector.tiki.orders import listing_of
from connector.tiki.refusals import complaint
from connector.tiki.returns import return_of

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "tiki"

if not SAMPLES.is_dir():
    pytest.skip("no folder of samples beside the checkout", allow_module_level=True)


def sample(name: str) -> Any:
    return parse_json((SAMPLES / f"{name}.json").read_bytes())


def order(name: str) -> ChannelOrder:
    return order_of(sample(f"constructed_v2_order_{name}"))


@pytest.mark.parametrize(
    ("name", "code", "stage", "ending"),
    [
        ("shipping", "745467463", Stage.IN_TRANSIT, None),
        # A waybill for the way back is there, so the parcel turns back.
        (
            "canceled_after_shipping",
            "745467464",
            Stage.IN_TRANSIT,
            Ending.DELIVERY_FAILED,
        ),
        (
            "canceled_before_shipping",
            "745467465",
            Stage.NOT_SHIPPED,
            Ending.CANCELLED,
        ),
        (
            "canceled_with_tiki_withdrawal",
            "745467466",
            Stage.IN_TRANSIT,
            Ending.CANCELLED,
        ),
    ],
)
def test_sample_orders_are_where_their_names_say(
    name: str, code: str, stage: Stage, ending: Ending | None
) -> None:
    found = order(name)
    assert found.order_id == code
    (line,) = found.lines
    (portion,) = line.portions
    assert (portion.quantity, portion.stage, portion.ending) == (2, stage, ending)
    assert (line.line_id, line.listing.item_id) == ("156453540", "2050232")
    assert (line.sku, line.unit_price) == ("AT-01", Decimal(200000))
    assert found.total == Decimal(400000)
    # Cash on delivery: nothing was paid that could go back.
    assert found.refunds == ()


def test_a_sample_time_is_vietnams() -> None:
    found = order("shipping")
    assert found.ordered_at == datetime(2025, 6, 10, 1, 33, 35, tzinfo=UTC)
    assert found.updated_at == datetime(2025, 6, 11, 7, 0, tzinfo=UTC)


def test_a_sample_parcel_is_known_by_both_its_numbers() -> None:
    found = order("canceled_after_shipping")
    numbers = {one.tracking_number: one.direction for one in found.parcels}
    assert numbers == {
        "31416789187639": ParcelDirection.FORWARD,
        "RT31416789187639": ParcelDirection.RETURN_TO_SENDER,
    }
    assert found.cancel_reason


def test_a_sample_order_that_was_never_delivered_is_no_return() -> None:
    for name in ("shipping", "canceled_after_shipping", "canceled_before_shipping"):
        assert return_of(sample(f"constructed_v2_order_{name}")) is None


def test_a_sample_list_is_one_page_with_an_order_on_the_shelf() -> None:
    listing = listing_of(sample("constructed_v2_orders_list"), 1)
    assert (len(listing.rows), listing.more, listing.total) == (1, False, 1)
    found = order_of(listing.rows[0])
    assert found.raw_status == "queueing"
    assert found.lines[0].portions[0].stage is Stage.NOT_SHIPPED


def test_the_pages_of_a_sample_list_go_on() -> None:
    body = sample("v1_orders_list_response_guide")
    assert listing_of(body, 1).more
    assert listing_of(body, 197).more is False
    # An order of the first version has other fields and is set aside, not guessed.
    assert when(body["data"][0]["updated_at"], "updated_at") == datetime(
        2019, 10, 30, 10, 27, 24, tzinfo=UTC
    )


def test_a_sample_event_hints_at_its_order() -> None:
    (event,) = sample("constructed_queue_pull_response")["events"]
    hint = hint_of(event)
    assert (hint.kind, hint.order_id) == (HintKind.ORDER, "745467464")
    assert hint.event_key == event["id"]
    assert when(event["created_at"], "created_at") == datetime(
        2025, 6, 13, 7, 40, tzinfo=UTC
    )


def test_a_sample_token_is_stored_with_its_end() -> None:
    now = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    before = MemorySettings({"note": "kept"}).read()
    stored = renewed(before, sample("oauth_token_response"), SELLER, now)
    assert stored == {
        "note": "kept",
        "access_token": "SAMPLE_ACCESS",
        "refresh_token": "SAMPLE_REFRESH",
        "access_token_expires_at": "2026-11-02T09:00:00+00:00",
    }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("constructed_error_429", "Too many requests"),
        ("v1_error_shape", "Invalid URI"),
        ("v1_webhook_error_400", "Invalid URI"),
    ],
)
def test_a_sample_error_says_why(name: str, said: str) -> None:
    assert complaint(sample(name)) == said
