"""Shopee's HTTP side: routing, checking credentials, answering."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from sandbox.gate import APPLIES, ARRIVAL, FAILS_IN_PART, Arrival

from .accounts import Account
from .auth import AuthCalls
from .channel import Shopee
from .order_calls import OrderCalls
from .package_calls import PackageCalls
from .product_calls import ProductCalls
from .push_calls import PushCalls
from .return_calls import ReturnCalls
from .signing import public_base, same, shop_base, sign
from .wire import Answer, Call, WireError, envelope, error_envelope

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_API = "/api/v2/"
_CLOCK_SKEW_SECONDS = 300

_Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Endpoint:
    method: str
    path: str
    handler: _Handler
    for_shop: bool = True


def shopee_application(shopee: Shopee) -> WSGIApplication:
    """Every endpoint that is played, from the root of Shopee's own port."""
    app = Flask("sandbox.shopee")
    app.config["MAX_CONTENT_LENGTH"] = 4_000_000
    wire = _Wire(shopee)
    for endpoint in _endpoints(shopee):
        app.add_url_rule(
            endpoint.path,
            endpoint=endpoint.path,
            view_func=wire.view(endpoint),
            methods=[endpoint.method],
            provide_automatic_options=False,
        )
    app.add_url_rule(
        _API + "shop/auth_partner", view_func=wire.consent, methods=["GET"]
    )
    app.register_error_handler(HTTPException, _bare)
    return app


def _bare(failure: HTTPException) -> ResponseReturnValue:
    # A path that is not routed, or not for this method, has no envelope.
    status = 404 if failure.code == 405 else failure.code or 500
    return Response(f"{status} page not found", status, content_type="text/plain")


def _endpoints(shopee: Shopee) -> list[_Endpoint]:
    auth, orders, packages = AuthCalls(shopee), OrderCalls(shopee), PackageCalls(shopee)
    returns, products, push = (
        ReturnCalls(shopee),
        ProductCalls(shopee),
        PushCalls(shopee),
    )
    public: list[tuple[str, str, _Handler]] = [
        ("POST", "auth/token/get", auth.get_token),
        ("POST", "auth/access_token/get", auth.refresh),
        ("GET", "public/get_shops_by_partner", auth.shops_by_partner),
        ("GET", "push/get_lost_push_message", push.lost),
        ("POST", "push/confirm_consumed_lost_push_message", push.confirm),
    ]
    for_shop: list[tuple[str, str, _Handler]] = [
        ("GET", "shop/get_shop_info", auth.shop_info),
        ("GET", "shop/get_warehouse_detail", auth.warehouses),
        ("GET", "order/get_order_list", orders.order_list),
        ("GET", "order/get_order_detail", orders.order_detail),
        ("POST", "order/cancel_order", orders.cancel_order),
        ("POST", "order/handle_buyer_cancellation", orders.handle_cancellation),
        ("GET", "order/get_shipment_list", packages.shipment_list),
        ("POST", "order/search_package_list", packages.search),
        ("GET", "order/get_package_detail", packages.detail),
        ("GET", "logistics/get_tracking_number", packages.tracking_number),
        ("GET", "logistics/get_tracking_info", packages.tracking_info),
        ("POST", "logistics/ship_order", packages.ship_order),
        ("GET", "returns/get_return_list", returns.return_list),
        ("GET", "returns/get_return_detail", returns.return_detail),
        ("GET", "returns/get_reverse_tracking_info", returns.reverse_tracking),
        ("POST", "returns/confirm", returns.confirm),
        ("GET", "product/get_item_list", products.item_list),
        ("GET", "product/get_item_base_info", products.base_info),
        ("GET", "product/get_model_list", products.model_list),
        ("POST", "product/update_stock", products.update_stock),
    ]
    return [
        _Endpoint(method=method, path=_API + name, handler=handler, for_shop=shop)
        for shop, calls in ((False, public), (True, for_shop))
        for method, name, handler in calls
    ]


class _Wire:
    """Checks a request as Shopee does, runs it and counts how it went."""

    def __init__(self, shopee: Shopee) -> None:
        self._shopee = shopee

    def view(self, endpoint: _Endpoint) -> Callable[[], ResponseReturnValue]:
        """The view of one endpoint."""

        def answer() -> ResponseReturnValue:
            with self._shopee.world.lock:
                return self._answer(endpoint)

        return answer

    def consent(self) -> ResponseReturnValue:
        """The classic consent link: the seller agrees at once and is sent back."""
        with self._shopee.world.lock:
            request_id = self._shopee.request_id()
            try:
                self._check(for_shop=False)
                target = AuthCalls(self._shopee).consent(request.args, _arrival().now)
            except WireError as error:
                return jsonify(error_envelope(request_id, error))
            return redirect(target)

    def _answer(self, endpoint: _Endpoint) -> ResponseReturnValue:
        request_id = self._shopee.request_id()
        body = _json_body()
        try:
            account = self._check(for_shop=endpoint.for_shop)
            call = Call(
                query=request.args.to_dict(flat=False),
                body=body,
                now=_arrival().now,
                request_id=request_id,
                applies=bool(request.environ.get(APPLIES, True)),
                fails_in_part=bool(request.environ.get(FAILS_IN_PART, False)),
                account=account,
            )
            answer = envelope(request_id, endpoint.handler(call))
        except WireError as error:
            self._count(body, accepted=False)
            return jsonify(error_envelope(request_id, error))
        self._count(body, accepted=True)
        return jsonify(answer)

    def _count(self, body: Mapping[str, object], *, accepted: bool) -> None:
        shop = self._shopee.shop_of(request.environ)
        number = body.get("shop_id")
        if shop is None and isinstance(number, int):
            account = self._shopee.accounts.by_shop_id.get(number)
            shop = None if account is None else account.shop
        if shop is not None:
            shop.count(request.path, accepted=accepted)

    def _check(self, *, for_shop: bool) -> Account | None:
        given = _credentials(for_shop=for_shop)
        _check_time(given["timestamp"])
        partner = self._shopee.accounts.partner
        if given["partner_id"] != str(partner.id):
            raise WireError("error_auth", "Invalid partner_id or shopid.")
        common = given["partner_id"], request.path, given["timestamp"]
        base = (
            shop_base(*common, given["access_token"], given["shop_id"])
            if for_shop
            else public_base(*common)
        )
        if not same(sign(partner.key, base), given["sign"]):
            raise _wrong_sign()
        return self._account(given) if for_shop else None

    def _account(self, given: Mapping[str, str]) -> Account:
        by_shop_id = self._shopee.accounts.by_shop_id
        number = given["shop_id"]
        account = by_shop_id.get(int(number)) if number.isdecimal() else None
        if account is None:
            raise WireError("error_auth", "Invalid partner_id or shopid.")
        if not account.accepts(given["access_token"], _arrival().now):
            raise WireError("error_auth", "Invalid access_token.")
        return account


def _credentials(*, for_shop: bool) -> dict[str, str]:
    names = ["partner_id", "timestamp", "sign"]
    if for_shop:
        names += ["access_token", "shop_id"]
    given = {name: request.args.get(name, "") for name in names}
    for name, value in given.items():
        if not value:
            raise WireError("error_param", f"There is no {name} in query.")
    return given


def _check_time(timestamp: str) -> None:
    if not timestamp.isdecimal():
        raise WireError("error_param", "Invalid timestamp.")
    if abs(_arrival().wall - int(timestamp)) > _CLOCK_SKEW_SECONDS:
        raise WireError("error_param", "Timestamp is expired.")


def _wrong_sign() -> WireError:
    if request.path.startswith(_API + "push/"):
        return WireError("common.error_auth", "Invalid sign", {})
    return WireError("error_sign", "Wrong sign.")


def _arrival() -> Arrival:
    arrival: Arrival = request.environ[ARRIVAL]
    return arrival


def _json_body() -> Mapping[str, object]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}
