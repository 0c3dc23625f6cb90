"""What a person enters for a WooCommerce shop is checked field by field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from connector import Ending, SettingsError, Stage
from connector.woocommerce import WooCommerceConnector
from connector.woocommerce.account import read_account


def test_good_settings_are_stored_with_what_is_not_ours(
    shop_settings: dict[str, Any], now: datetime
) -> None:
    given = {**shop_settings, "base_url": "https://shop.example.test/shop/"}
    stored = WooCommerceConnector.prepare_settings(given, now)
    assert stored["base_url"] == "https://shop.example.test/shop"
    assert stored["note"] == "not ours"
    account = read_account(stored)
    assert account.address("orders") == (
        "https://shop.example.test/shop/wp-json/wc/v3/orders"
    )


def test_the_webhook_secret_may_be_missing(
    shop_settings: dict[str, Any], now: datetime
) -> None:
    del shop_settings["webhook_secret"]
    stored = WooCommerceConnector.prepare_settings(shop_settings, now)
    assert read_account(stored).webhook_secret == ""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", "http://shop.example.test"),
        ("base_url", "shop.example.test"),
        ("base_url", "https://user:word@shop.example.test"),
        ("consumer_key", ""),
        ("consumer_key", 7),
        ("consumer_secret", None),
        ("webhook_secret", ["x"]),
        ("credentials_in_query", "yes"),
        ("goods_leave_while_processing", 1),
        ("order_statuses", ["shipped"]),
        ("order_statuses", {"boxed": "on the moon"}),
        ("order_statuses", {"boxed": "in_transit exploded"}),
        ("order_statuses", {"boxed": None}),
        ("tracking_meta", "_code"),
        ("tracking_meta", ["_code", ""]),
        ("gateway_refunds", {"stripe": True}),
        ("requests_per_second", 0),
        ("requests_per_second", "many"),
    ],
)
def test_a_bad_setting_is_named(
    shop_settings: dict[str, Any], now: datetime, field: str, value: Any
) -> None:
    with pytest.raises(SettingsError) as raised:
        WooCommerceConnector.prepare_settings({**shop_settings, field: value}, now)
    assert raised.value.field == field
    assert "canary" not in str(raised.value)


def test_a_shops_own_statuses_are_read(
    shop_settings: dict[str, Any], now: datetime
) -> None:
    own = {"wc-boxed": "awaiting_pickup", "hoan-hang": "in_transit delivery_failed"}
    given = {**shop_settings, "order_statuses": own}
    stored = WooCommerceConnector.prepare_settings(given, now)
    boxed, refused = read_account(stored).order_statuses.values()
    assert (boxed.stage, boxed.ending) == (Stage.AWAITING_PICKUP, None)
    assert (refused.stage, refused.ending) == (
        Stage.IN_TRANSIT,
        Ending.DELIVERY_FAILED,
    )


def test_no_secret_is_in_the_text_of_an_account(
    shop_settings: dict[str, Any],
) -> None:
    assert "canary" not in repr(read_account(shop_settings))


def test_the_keys_are_proven_by_a_call(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
) -> None:
    answer("orders", [])
    identity = woocommerce.identify()
    assert identity.shop_id == "shop.example.test"
    assert len(calls("/orders")) == 1


def test_all_that_the_channel_can_do_is_stated() -> None:
    can = WooCommerceConnector.capabilities
    assert can.restocks_by_itself
    assert can.merchant_refunds
    assert can.webhooks
    assert not can.compare_and_set
    assert not can.consent_page
    assert can.write_batch == 100
