"""TikTok Shop's own restocking is turned off where the seller allows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from connector import (
    AuthenticationError,
    ListingRef,
    MemorySettings,
    RateLimited,
    StockUpdate,
    Transport,
    WriteOutcome,
)
from connector.tiktok import TikTokConnector
from connector.tiktok.restocking import MOST_REMEMBERED

SHIRT = "1730000000000000001"
BLACK = ListingRef(item_id=SHIRT, variant_id="1730000000000000011")
WHITE = ListingRef(item_id=SHIRT, variant_id="1730000000000000012")
SETTINGS = "product/202608/inventory/operation/settings"
UPDATE = f"product/202309/products/{SHIRT}/inventory/update"
UPDATES = [
    StockUpdate(listing=BLACK, quantity=5),
    StockUpdate(listing=WHITE, quantity=0),
]
ACCEPTED = WriteOutcome.ACCEPTED

Answer = Callable[..., None]
Calls = Callable[[str], list[Any]]


@pytest.fixture(autouse=True)
def _channel(answer: Answer, reply: Callable[[str], Any]) -> None:
    answer("product/202309/inventory/search", reply("inventory"))
    answer(UPDATE, {"code": 0, "message": "Success", "data": {}})
    answer(SETTINGS, reply("stock_operation"))


@pytest.fixture
def allowed(store: MemorySettings) -> None:
    store.rotate(store.read(), lambda old: {**old, "seller_id": "7495000000000000001"})


def test_nothing_is_switched_that_the_seller_did_not_allow(
    tiktok: TikTokConnector, calls: Calls
) -> None:
    tiktok.write_stock(UPDATES)
    assert not calls("operation/settings")


@pytest.mark.usefixtures("allowed")
def test_it_is_said_outright_that_a_cancel_restocks_nothing(
    tiktok: TikTokConnector, calls: Calls
) -> None:
    tiktok.write_stock(UPDATES)
    (call,) = calls("operation/settings")
    assert json.loads(call.body) == {
        "seller_id": "7495000000000000001",
        "sku_ids": [BLACK.variant_id, WHITE.variant_id],
        "stock_operation_setting": {"enable_auto_restock": False},
    }


@pytest.mark.usefixtures("allowed")
def test_it_is_switched_before_the_number_is_written(
    tiktok: TikTokConnector, edge: Any
) -> None:
    tiktok.write_stock(UPDATES)
    paths = [str(call.request.url).partition("?")[0] for call in edge.calls]
    assert paths[-2].endswith("operation/settings")
    assert paths[-1].endswith("inventory/update")


@pytest.mark.usefixtures("allowed")
def test_only_what_was_not_confirmed_is_asked_for_again_and_told(
    tiktok: TikTokConnector, calls: Calls
) -> None:
    black, white = tiktok.write_stock(UPDATES)
    assert (black.outcome, black.detail) == (ACCEPTED, "")
    assert white.outcome is ACCEPTED
    assert "restocking could not be turned off" in white.detail
    tiktok.write_stock(UPDATES)
    asked = json.loads(calls("operation/settings")[1].body)
    assert asked["sku_ids"] == [WHITE.variant_id]


@pytest.fixture
def another(store: MemorySettings, now: datetime) -> Callable[..., TikTokConnector]:
    """Open the shop anew, as each job does."""

    def open_(*, later: timedelta = timedelta(0)) -> TikTokConnector:
        transport = Transport(requests_per_second=10_000)
        return TikTokConnector(store, transport, lambda: now + later)

    return open_


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(
    ("later", "asked_for"),
    [
        (timedelta(hours=23), [WHITE.variant_id]),
        (timedelta(days=1), [BLACK.variant_id, WHITE.variant_id]),
    ],
)
def test_what_was_confirmed_is_asked_for_again_after_a_day(
    another: Callable[..., TikTokConnector],
    calls: Calls,
    later: timedelta,
    asked_for: list[str],
) -> None:
    another().write_stock(UPDATES)
    another(later=later).write_stock(UPDATES)
    _, second = calls("operation/settings")
    assert json.loads(second.body)["sku_ids"] == asked_for


@pytest.mark.usefixtures("allowed")
def test_what_is_remembered_of_a_large_catalogue_stays_small(
    another: Callable[..., TikTokConnector],
    store: MemorySettings,
    calls: Calls,
    now: datetime,
) -> None:
    crowd = [str(1_740_000_000_000_000_000 + n) for n in range(MOST_REMEMBERED)]
    earlier = str(int(now.timestamp()) - 60)
    kept = {"restocking_off": {earlier: crowd}}
    store.rotate(store.read(), lambda old: {**old, **kept})
    another().write_stock(UPDATES)
    remembered = store.read()["restocking_off"].values()
    assert [one for sku_ids in remembered for one in sku_ids] == [BLACK.variant_id]
    another().write_stock(UPDATES[:1])
    assert len(calls("operation/settings")) == 1


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("junk", [7, [], {"soon": ["1"]}, {"-5": ["1"]}, {"1": "x"}])
def test_what_cannot_be_remembered_is_asked_for(
    another: Callable[..., TikTokConnector],
    store: MemorySettings,
    calls: Calls,
    junk: Any,
) -> None:
    store.rotate(store.read(), lambda old: {**old, "restocking_off": junk})
    another().write_stock(UPDATES)
    another().write_stock(UPDATES[:1])
    assert len(calls("operation/settings")) == 1


@pytest.mark.usefixtures("allowed")
def test_settings_that_others_change_meanwhile_do_not_hold_up_the_number(
    tiktok: TikTokConnector, store: MemorySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "rotate", lambda _stale, _renew: store.read())
    results = tiktok.write_stock(UPDATES)
    assert [result.outcome for result in results] == [ACCEPTED, ACCEPTED]


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"code": 7, "message": "not supported in your region"}),
        (200, {"code": 105005, "message": "you should apply auth pkg"}),
        (200, {"code": 0, "data": {"stock_operation": "none"}}),
        (200, {"code": 0, "data": None}),
        (404, {}),
        (502, {}),
    ],
)
def test_a_switch_that_fails_does_not_hold_up_the_number(
    tiktok: TikTokConnector, answer: Answer, status: int, body: Any
) -> None:
    answer(SETTINGS, body, status=status)
    results = tiktok.write_stock(UPDATES)
    assert [result.outcome for result in results] == [ACCEPTED, ACCEPTED]
    assert all("could not be turned off" in result.detail for result in results)


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, {}, RateLimited),
        (401, {"code": 106001, "message": "sign is invalid"}, AuthenticationError),
    ],
)
def test_a_shop_that_must_wait_or_stop_writes_nothing(
    tiktok: TikTokConnector,
    answer: Answer,
    calls: Calls,
    status: int,
    body: Any,
    expected: type[Exception],
) -> None:
    answer(SETTINGS, body, status=status)
    with pytest.raises(expected):
        tiktok.write_stock(UPDATES)
    assert not calls("inventory/update")
