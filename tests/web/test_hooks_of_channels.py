"""Each channel's own messages at the web page: taken as sent, refused when touched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from connector.registry import connector_class
from daemon.settings import Settings
from sandbox.servers import Sandbox
from stock.models import InboxMessage
from stock.session import Database
from tests.daemon.processes import wait_for
from tests.sandbox.driver import Control
from tests.web.conftest import RecordingBell
from tests.web.seller import Seller
from web import create_app

CHANNELS = ("haravan", "lazada", "shopee", "shopify", "tiktok", "woocommerce")
"""Those that send messages: Tiki keeps them until somebody fetches them."""
OUTSIDE = {"Host", "Content-Length", "Connection"}
"""What a connection says of itself."""


@dataclass(frozen=True, slots=True)
class Message:
    """What came to an address."""

    path: str
    headers: dict[str, str]
    body: bytes


class Postbox:
    """An address on this machine that takes every message."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        kept = self.messages

        class Taker(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                told = {k: v for k, v in self.headers.items() if k not in OUTSIDE}
                kept.append(Message(self.path, told, body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Postbox:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a channel sent when a buyer ordered."""

    address: str
    settings: dict[str, Any]
    order: str
    messages: list[Message]

    @property
    def about_the_order(self) -> list[Message]:
        """Without WooCommerce's ping, which nobody signs and which tells nothing."""
        return [one for one in self.messages if self.order.encode() in one.body]


@pytest.fixture(scope="module")
def sent() -> Iterator[dict[str, Sent]]:
    """A sale on each channel, and what each has sent about it."""
    with Postbox() as postbox, Sandbox(port=0, seed=1) as sandbox:
        control = Control(sandbox.url)
        yield {channel: sell(control, postbox, channel) for channel in CHANNELS}


def sell(control: Control, postbox: Postbox, channel: str) -> Sent:
    path = f"/hooks/{channel}-shop"
    opened = control.post(
        f"{channel}/shops", shop="s1", webhook_url=f"{postbox.url}{path}"
    )
    item = {"sku": "MUG", "quantity": 5}
    control.post(f"{channel}/items", shop="s1", items=[item])
    lines = [{"sku": "MUG", "quantity": 1}]
    (order,) = control.post(f"{channel}/orders", shop="s1", lines=lines)["orders"]

    def about_it() -> list[Message]:
        messages = [m for m in postbox.messages if m.path == path]
        return messages if any(order.encode() in m.body for m in messages) else []

    messages = wait_for(about_it)
    return Sent(
        address=postbox.url,
        settings=opened["settings"],
        order=order,
        messages=messages,
    )


class Page:
    """The web page at the address that the channel knows."""

    def __init__(
        self, app: Flask, database: Database, bell: RecordingBell, shop: str
    ) -> None:
        self._client = app.test_client()
        self._database = database
        self.bell = bell
        self.shop = shop

    def hears(self, message: Message) -> int:
        answer = self._client.post(
            message.path, data=message.body, headers=message.headers
        )
        return answer.status_code

    def kept(self) -> set[str]:
        with self._database.read() as session:
            return set(session.scalars(select(InboxMessage.channel_order_id)))


@pytest.fixture(params=CHANNELS)
def channel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(
    sent: dict[str, Sent],
    channel: str,
    database: Database,
    settings: Settings,
    bell: RecordingBell,
) -> Page:
    told, shop = sent[channel], f"{channel}-shop"
    prepared = connector_class(channel).prepare_settings(
        told.settings, datetime.now(UTC)
    )
    Seller(database, settings).open_shop(shop, channel=channel, **prepared)
    known = replace(settings, base_url=told.address)
    app = create_app(known, database=database, bell=bell, now=lambda: datetime.now(UTC))
    return Page(app, database, bell, shop)


def test_what_a_channel_sends_is_kept(
    page: Page, sent: dict[str, Sent], channel: str
) -> None:
    answers = [page.hears(message) for message in sent[channel].messages]

    assert set(answers) == {200}
    assert sent[channel].order in page.kept()
    assert set(page.bell.rung) == {page.shop}


def test_a_flipped_byte_is_refused(
    page: Page, sent: dict[str, Sent], channel: str
) -> None:
    for message in sent[channel].about_the_order:
        for place in range(0, len(message.body), max(1, len(message.body) // 20)):
            body = bytearray(message.body)
            body[place] ^= 1
            assert page.hears(replace(message, body=bytes(body))) == 401

    assert page.kept() == set()
    assert page.bell.rung == []
