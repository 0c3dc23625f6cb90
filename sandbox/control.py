"""The control API: what drivers, demos and tests use to move the world."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from . import control_input as read
from .channel import Channel
from .faults import FaultKind
from .listings import AutoRestock, NewItem
from .order_view import order_view
from .refusals import BadInput, NotAllowed, Refusal
from .webhooks import WebhookMode
from .world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_MOST_ORDERS_AT_ONCE = 10_000


def control_application(world: World, urls: Mapping[str, str]) -> WSGIApplication:
    """The control API over a world whose channels listen at these addresses."""
    app = Flask("sandbox.control")
    control = _Control(world, urls)
    channel = "/_control/<channel>"
    for rule, method, view in (
        ("/_control/health", "GET", control.health),
        ("/_control/faults", "POST", control.add_fault),
        ("/_control/faults", "DELETE", control.clear_faults),
        ("/_control/webhooks", "POST", control.webhooks),
        ("/_control/clock", "POST", control.clock),
        (f"{channel}/shops", "POST", control.open_shop),
        (f"{channel}/items", "POST", control.add_items),
        (f"{channel}/orders", "POST", control.place_orders),
        (f"{channel}/orders/<order_id>", "GET", control.order),
        (f"{channel}/orders/<order_id>/do", "POST", control.act),
        (f"{channel}/stock", "GET", control.stock),
        (f"{channel}/sold", "GET", control.sold),
        (f"{channel}/writes", "GET", control.writes),
        (f"{channel}/requests", "GET", control.requests),
    ):
        app.add_url_rule(rule, endpoint=view.__name__, view_func=view, methods=[method])
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _no_such_call)
    return app


def _refused(refusal: Refusal) -> ResponseReturnValue:
    return {"error": refusal.sentence, **refusal.facts}, refusal.status


def _no_such_call(failure: HTTPException) -> ResponseReturnValue:
    sentence = f"{request.method} {request.path}: {failure.description}"
    return {"error": sentence}, failure.code or 500


class _Control:
    """One method for each call, each under the world's lock."""

    def __init__(self, world: World, urls: Mapping[str, str]) -> None:
        self._world = world
        self._urls = urls

    def health(self) -> ResponseReturnValue:
        return {"ok": True, "channels": dict(self._urls)}

    def open_shop(self, channel: str) -> ResponseReturnValue:
        with self._world.lock:
            chosen = self._world.channel(channel)
            sent = read.body()
            limit = _hourly_limit(chosen, sent)
            shop = self._world.open_shop(
                channel,
                read.text(sent, "shop"),
                read.choice(sent, "auto_restock", AutoRestock, AutoRestock.NEVER),
                _webhook_url(sent),
            )
            shop.requests_per_hour = limit
            settings = chosen.open_shop(shop, self._urls[channel])
            return {"shop": shop.name, "settings": settings}

    def add_items(self, channel: str) -> ResponseReturnValue:
        with self._world.lock:
            chosen = self._world.channel(channel)
            sent = read.body()
            shop = self._world.shop(channel, read.text(sent, "shop"))
            items = [_new_item(row) for row in read.rows(sent, "items")]
            _refuse_known(items, shop.listings)
            return {
                "listings": [
                    {
                        "sku": listing.sku,
                        "item_id": listing.item_id,
                        "variant_id": listing.variant_id,
                    }
                    for listing in chosen.list_items(shop, items)
                ]
            }

    def place_orders(self, channel: str) -> ResponseReturnValue:
        with self._world.lock:
            chosen = self._world.channel(channel)
            sent = read.body()
            shop = self._world.shop(channel, read.text(sent, "shop"))
            units = read.units(sent)
            cod, unpaid = read.flag(sent, "cod"), read.flag(sent, "unpaid")
            if cod and unpaid:
                raise BadInput("unpaid: an order paid on delivery is never unpaid")
            count = read.whole(sent, "count", least=1, default=1)
            if count > _MOST_ORDERS_AT_ONCE:
                raise BadInput(f"count: at most {_MOST_ORDERS_AT_ONCE} at once")
            placed: list[str] = []
            for _ in range(count):
                try:
                    self._world.sales.take_off(shop, units)
                except NotAllowed as sold_out:
                    sold_out.facts["placed"] = placed
                    raise
                order = chosen.place(shop, units, cod=cod, unpaid=unpaid)
                placed.append(order.id)
            return {"orders": placed}

    def act(self, channel: str, order_id: str) -> ResponseReturnValue:
        with self._world.lock:
            chosen = self._world.channel(channel)
            shop, order = self._world.order(channel, order_id)
            sent = read.body()
            action = read.text(sent, "action")
            units = None if sent.get("lines") is None else read.units(sent)
            for sku in units or {}:
                if order.line(sku) is None:
                    raise BadInput(f"lines: order {order_id} has no line for {sku!r}")
            chosen.act(shop, order, action, units)
            return order_view(channel, order)

    def order(self, channel: str, order_id: str) -> ResponseReturnValue:
        with self._world.lock:
            _, order = self._world.order(channel, order_id)
            return order_view(channel, order)

    def stock(self, channel: str) -> ResponseReturnValue:
        with self._world.lock:
            shop = self._world.shop(channel, read.shop_argument())
            return {sku: each.sellable for sku, each in shop.listings.items()}

    def sold(self, channel: str) -> ResponseReturnValue:
        with self._world.lock:
            return dict(self._world.shop(channel, read.shop_argument()).sold())

    def writes(self, channel: str) -> ResponseReturnValue:
        with self._world.lock:
            shop = self._world.shop(channel, read.shop_argument())
            return jsonify(
                [
                    {
                        "at": write.at,
                        "sku": write.sku,
                        "quantity": write.quantity,
                        "request": write.request,
                    }
                    for write in shop.writes
                ]
            )

    def requests(self, channel: str) -> ResponseReturnValue:
        with self._world.lock:
            shop = self._world.shop(channel, read.shop_argument())
            return {
                path: {"ok": tally.ok, "refused": tally.refused}
                for path, tally in shop.requests.items()
            }

    def add_fault(self) -> ResponseReturnValue:
        sent = read.body()
        channel = self._world.channel(read.text(sent, "channel"))
        match = read.text(sent, "match")
        if not match.startswith("/"):
            raise BadInput("match: a path prefix beginning with / is needed")
        fault = self._world.faults.add(
            channel=channel.name,
            match=match,
            kind=read.choice(sent, "kind", FaultKind),
            times=read.whole(sent, "times", least=1, default=1),
            seconds=read.seconds(sent, "seconds"),
        )
        return {"id": fault.id}

    def clear_faults(self) -> ResponseReturnValue:
        return {"cleared": self._world.faults.clear()}

    def webhooks(self) -> ResponseReturnValue:
        sent = read.body()
        mode = read.choice(sent, "mode", WebhookMode)
        self._world.courier.misbehave(mode, read.seconds(sent, "seconds"))
        return {"mode": mode.value}

    def clock(self) -> ResponseReturnValue:
        advance = read.seconds(read.body(), "advance_seconds")
        if advance is None:
            raise BadInput("advance_seconds: a number of seconds is needed")
        self._world.advance(advance)
        return {"now": self._world.clock.now(), "wall": self._world.clock.wall()}


def _hourly_limit(channel: Channel, sent: Mapping[str, object]) -> int | None:
    if sent.get("requests_per_hour") is None:
        return None
    if not channel.limits_hours:
        raise BadInput(f"requests_per_hour: {channel.name} limits no hours")
    return read.whole(sent, "requests_per_hour", least=1)


def _webhook_url(sent: Mapping[str, object]) -> str | None:
    url = sent.get("webhook_url")
    if url is None:
        return None
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise BadInput("webhook_url: null or an http address is needed")
    return url


def _new_item(row: Mapping[str, object]) -> NewItem:
    sku = read.text(row, "sku")
    return NewItem(
        sku=sku,
        quantity=read.whole(row, "quantity", least=0),
        name=read.text(row, "name", default=f"Item {sku}"),
        barcode=read.text(row, "barcode") if row.get("barcode") else "",
    )


def _refuse_known(items: list[NewItem], listed: Mapping[str, object]) -> None:
    named: set[str] = set()
    for item in items:
        if item.sku in listed or item.sku in named:
            raise NotAllowed(f"sku: this shop already lists {item.sku!r}")
        named.add(item.sku)
