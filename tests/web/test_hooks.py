"""Webhooks: what is signed is kept once; anything else is refused without a word."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from connector.shopee import ShopeeConnector
from daemon.settings import Settings
from stock.models import InboxMessage
from stock.session import Database
from tests.web.conftest import MovableClock, RecordingBell
from tests.web.seller import Seller
from web.hooks import LARGEST_MESSAGE_BYTES

KEY = "push-key-of-one"
OTHER_KEY = "push-key-of-two"


@pytest.fixture
def hooks(app: Flask, database: Database, settings: Settings) -> Hooks:
    seller = Seller(database, settings)
    for name, key, number in (("one", KEY, 7001), ("two", OTHER_KEY, 7002)):
        seller.open_shop(
            name,
            base_url="https://partner.shopeemobile.com",
            partner_id=1,
            partner_key="app-key",
            push_partner_key=key,
            shop_id=number,
        )
    return Hooks(app, database)


class Hooks:
    """Pushes messages as Shopee does."""

    def __init__(self, app: Flask, database: Database) -> None:
        self.client = app.test_client()
        self.database = database

    def push(
        self,
        body: bytes,
        *,
        shop: str = "one",
        key: str = KEY,
        signature: str | None = None,
    ) -> TestResponse:
        if signature is None:
            signature = sign(body, shop=shop, key=key)
        return self.client.post(
            f"/hooks/{shop}", data=body, headers={"Authorization": signature}
        )

    def kept(self) -> list[tuple[str, str]]:
        with self.database.read() as session:
            found = session.scalars(select(InboxMessage).order_by(InboxMessage.id))
            return [(message.kind, message.channel_order_id) for message in found]


def sign(body: bytes, *, shop: str = "one", key: str = KEY) -> str:
    """Sign as the platform's guide says: address, a bar, the raw body."""
    signed = f"https://stock.example.vn/hooks/{shop}|".encode() + body
    return hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()


def message(shop_id: int = 7001, order: str = "2611140KX8F2QM") -> bytes:
    told = {
        "shop_id": shop_id,
        "code": 3,
        "timestamp": 1_795_000_000,
        "data": {"ordersn": order, "status": "CANCELLED"},
    }
    return json.dumps(told, indent=1).encode()


def test_a_signed_message_is_kept_and_the_bell_rings(
    hooks: Hooks, bell: RecordingBell
) -> None:
    answer = hooks.push(message())
    assert (answer.status_code, answer.data) == (200, b"")
    assert hooks.kept() == [("order", "2611140KX8F2QM")]
    assert bell.rung == ["one"]


def test_the_item_that_a_message_names_is_kept(
    hooks: Hooks, database: Database
) -> None:
    told = {"shop_id": 7001, "code": 8, "data": {"item_id": 41001}}
    hooks.push(json.dumps(told).encode())

    with database.read() as session:
        assert session.scalars(select(InboxMessage.item_id)).all() == ["41001"]


def test_a_message_that_comes_again_is_kept_once(
    hooks: Hooks, clock: MovableClock
) -> None:
    hooks.push(message())
    clock.now += timedelta(days=365)
    assert hooks.push(message()).status_code == 200
    assert len(hooks.kept()) == 1


@pytest.mark.parametrize(
    "signature", ["", "0" * 64, "xyz", "é", "null", sign(message())[:-1], "Bearer x"]
)
def test_a_wrong_signature_is_refused_without_a_word(
    hooks: Hooks, bell: RecordingBell, signature: str
) -> None:
    answer = hooks.push(message(), signature=signature)
    assert (answer.status_code, answer.data) == (401, b"")
    assert hooks.kept() == [] and bell.rung == []


def test_each_flipped_byte_is_refused(hooks: Hooks) -> None:
    body = message()
    signature = sign(body)
    for place in range(0, len(body), 7):
        flipped = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        assert hooks.push(flipped, signature=signature).status_code == 401
    assert hooks.kept() == []


def test_a_message_of_another_shop_is_refused(hooks: Hooks) -> None:
    assert hooks.push(message(), key=OTHER_KEY).status_code == 401
    assert hooks.push(message(shop_id=7002)).status_code == 401
    body = message()
    assert hooks.push(body, shop="two", signature=sign(body)).status_code == 401
    assert hooks.kept() == []


def test_two_signatures_are_refused(hooks: Hooks) -> None:
    body = message()
    answer = hooks.client.post(
        "/hooks/one",
        data=body,
        headers=[("Authorization", sign(body)), ("Authorization", sign(body))],
    )
    assert answer.status_code == 401


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b"[" * 50_000, b"\xff"])
def test_what_is_no_message_is_refused_even_if_signed(
    hooks: Hooks, body: bytes
) -> None:
    assert hooks.push(body).status_code == 401


def test_an_unknown_shop_is_not_found(hooks: Hooks) -> None:
    assert hooks.push(message(), shop="three").status_code == 404
    assert hooks.client.get("/hooks/one").status_code == 401


def test_a_large_message_is_refused_unread(hooks: Hooks) -> None:
    answer = hooks.push(b"x" * (LARGEST_MESSAGE_BYTES + 1))
    assert answer.status_code == 413
    assert hooks.kept() == []


def test_settings_that_do_not_open_are_a_refusal(
    hooks: Hooks, settings: Settings
) -> None:
    seller = Seller(hooks.database, settings)
    seller.change_shop("one", sealed_settings=seller.shop("two").sealed_settings)
    assert hooks.push(message()).status_code == 401


def test_a_shop_whose_settings_are_incomplete_refuses(
    hooks: Hooks, settings: Settings
) -> None:
    Seller(hooks.database, settings).open_shop("three", shop_id=7003)
    assert hooks.push(message(7003), shop="three").status_code == 401


def test_a_failure_inside_the_check_keeps_nothing(
    hooks: Hooks, bell: RecordingBell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(ShopeeConnector, "read_webhook", fail)
    answer = hooks.push(message())
    assert (answer.status_code, answer.data) == (500, b"")
    assert hooks.kept() == [] and bell.rung == []


@pytest.mark.parametrize(
    ("number", "key", "owner"), [(7001, KEY, "one"), (7002, OTHER_KEY, "two")]
)
def test_one_address_serves_all_shops_of_a_channels_app(
    hooks: Hooks, bell: RecordingBell, number: int, key: str, owner: str
) -> None:
    answer = hooks.push(message(shop_id=number), shop="shopee", key=key)

    assert answer.status_code == 200
    assert bell.rung == [owner]


def test_a_channels_address_refuses_what_is_nobodys(hooks: Hooks) -> None:
    assert hooks.push(message(), shop="shopee", key="guess").status_code == 401
    assert hooks.push(message(), shop="lazada").status_code == 404


def test_a_channel_that_asks_first_hears_its_word(
    hooks: Hooks, database: Database, settings: Settings
) -> None:
    seller = Seller(database, settings)
    seller.open_shop(
        "store",
        channel="haravan",
        base_url="https://apis.haravan.com",
        access_token="token",
        verify_token="our-word",
    )
    asked = {"hub.mode": "subscribe", "hub.challenge": "4711"}
    right = {**asked, "hub.verify_token": "our-word"}
    answer = hooks.client.get("/hooks/store", query_string=right)
    assert (answer.status_code, answer.text) == (200, "4711")
    wrong = {**asked, "hub.verify_token": "guess"}
    assert hooks.client.get("/hooks/store", query_string=wrong).status_code == 401
    assert hooks.client.get("/hooks/one", query_string=right).status_code == 401
    assert hooks.client.get("/hooks/nobody", query_string=right).status_code == 404
