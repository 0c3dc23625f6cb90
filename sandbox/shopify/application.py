"""Shopify's HTTP side: routing, checking the token, answering."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from sandbox.gate import APPLIES, ARRIVAL, FAILS_IN_PART, Arrival

from .accounts import REST_CALLS, Account
from .channel import INVALID_TOKEN, REST_THROTTLED, Shopify
from .graph.engine import Question, answer
from .graph.schema import served_version
from .graph.session import Session
from .oauth import ConsentRefused, ExchangeRefused, OAuth
from .rest.order_calls import OrderCalls
from .rest.refund_calls import RefundCalls
from .rest.stock_calls import StockCalls
from .rest.wire import Answer, Call, RestError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_API = "/admin/api/<version>/"
_VERSION = re.compile(r"\d{4}-(?:01|04|07|10)|unstable")
_TOKEN_HEADER = "X-Shopify-Access-Token"

_Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Endpoint:
    method: str
    path: str
    handler: _Handler


def shopify_application(shopify: Shopify) -> WSGIApplication:
    """Every endpoint that is played, from the root of Shopify's own port."""
    app = Flask("sandbox.shopify")
    app.config["MAX_CONTENT_LENGTH"] = 4_000_000
    app.json.sort_keys = False  # type: ignore[attr-defined]
    wire = _Wire(shopify)
    app.add_url_rule(f"{_API}graphql.json", view_func=wire.graphql, methods=["POST"])
    for endpoint in _endpoints():
        app.add_url_rule(
            _API + endpoint.path,
            endpoint=f"{endpoint.method} {endpoint.path}",
            view_func=wire.rest(endpoint),
            methods=[endpoint.method],
            provide_automatic_options=False,
        )
    app.add_url_rule("/admin/oauth/authorize", view_func=wire.consent, methods=["GET"])
    app.add_url_rule(
        "/admin/oauth/access_token", view_func=wire.exchange, methods=["POST"]
    )
    app.register_error_handler(HTTPException, _not_routed)
    return app


def _endpoints() -> list[_Endpoint]:
    orders, refunds, stock = OrderCalls(), RefundCalls(), StockCalls()
    order = "orders/<int:order_id>"
    rows: list[tuple[str, str, _Handler]] = [
        ("GET", "shop.json", stock.shop),
        ("GET", "orders.json", orders.list),
        ("GET", "orders/count.json", orders.count),
        ("GET", f"{order}.json", orders.show),
        ("POST", f"{order}/cancel.json", orders.cancel),
        ("GET", f"{order}/fulfillments.json", orders.fulfillments),
        ("GET", f"{order}/refunds.json", refunds.list),
        ("POST", f"{order}/refunds.json", refunds.create),
        ("POST", f"{order}/refunds/calculate.json", refunds.calculate),
        ("GET", f"{order}/refunds/<int:refund_id>.json", refunds.show),
        ("GET", "locations.json", stock.locations),
        ("GET", "locations/<int:location_id>.json", stock.location),
        (
            "GET",
            "locations/<int:location_id>/inventory_levels.json",
            stock.levels_of_location,
        ),
        ("GET", "inventory_levels.json", stock.levels),
        ("POST", "inventory_levels/set.json", stock.set_level),
        ("POST", "inventory_levels/adjust.json", stock.adjust_level),
        ("POST", "inventory_levels/connect.json", stock.connect_level),
        ("GET", "products.json", stock.products),
        ("GET", "products/<int:product_id>.json", stock.product),
        ("GET", "variants/<int:variant_id>.json", stock.variant),
    ]
    return [
        _Endpoint(method=method, path=path, handler=handler)
        for method, path, handler in rows
    ]


class _Wire:
    """Checks a request as Shopify does, runs it and counts how it went."""

    def __init__(self, shopify: Shopify) -> None:
        self._shopify = shopify
        self._oauth = OAuth(shopify.accounts)

    def graphql(self, version: str) -> ResponseReturnValue:
        """Answer a GraphQL request; refusals have status 200 too."""
        with self._shopify.world.lock:
            session = self._session(version)
            if isinstance(session, Response):
                return session
            question = _question()
            if question is None:
                session.shop.count(request.path, accepted=False)
                return _json(400, {"errors": {"query": "Required parameter missing"}})
            reply = answer(session, question)
            session.shop.count(request.path, accepted=reply.accepted)
            return _stamped(jsonify(reply.body), session)

    def rest(self, endpoint: _Endpoint) -> Callable[..., ResponseReturnValue]:
        """The view of one REST endpoint."""

        def view(version: str, **numbers: int) -> ResponseReturnValue:
            with self._shopify.world.lock:
                session = self._session(version)
                if isinstance(session, Response):
                    return session
                return self._rest(endpoint, session, numbers)

        return view

    def consent(self) -> ResponseReturnValue:
        """The merchant agrees at once and is sent back to the app."""
        with self._shopify.world.lock:
            host = request.host.partition(":")[0]
            stamp = self._shopify.world.clock.stamp()
            try:
                target = self._oauth.consent(request.args, host, _arrival().now, stamp)
            except ConsentRefused as refused:
                return Response(f"Oauth error {refused}", 400)
            return redirect(target)

    def exchange(self) -> ResponseReturnValue:
        """A code for a token."""
        with self._shopify.world.lock:
            sent = _json_body() or request.form.to_dict()
            try:
                given = self._oauth.exchange(sent, _arrival().now)
            except ExchangeRefused as refused:
                return _json(
                    400,
                    {
                        "error": refused.error,
                        "error_description": refused.description,
                    },
                )
            return jsonify(given)

    def _rest(
        self, endpoint: _Endpoint, session: Session, numbers: Mapping[str, int]
    ) -> ResponseReturnValue:
        bucket = session.account.rest_calls
        if not bucket.take(1, session.now):
            session.shop.count(request.path, accepted=False)
            throttled = _json(429, {"errors": REST_THROTTLED})
            throttled.headers["Retry-After"] = "2.0"
            return _stamped(throttled, session)
        call = Call(
            session=session,
            query=request.args.to_dict(),
            body=_json_body(),
            numbers=numbers,
        )
        try:
            given = endpoint.handler(call)
        except RestError as error:
            session.shop.count(request.path, accepted=False)
            return _stamped(_json(error.status, {"errors": error.errors}), session)
        session.shop.count(request.path, accepted=True)
        response = _json(given.status, given.body)
        if given.links:
            response.headers["Link"] = ", ".join(
                f'<{_page_url(call, info)}>; rel="{relation}"'
                for relation, info in given.links.items()
            )
        used = REST_CALLS - int(bucket.available(session.now))
        response.headers["X-Shopify-Shop-Api-Call-Limit"] = f"{used}/{REST_CALLS}"
        return _stamped(response, session)

    def _session(self, version: str) -> Session | Response:
        if not _VERSION.fullmatch(version):
            return _json(404, {"errors": "Not Found"})
        account = self._account()
        if account is None:
            return _json(401, {"errors": INVALID_TOKEN})
        return Session(
            shopify=self._shopify,
            account=account,
            version=served_version(version),
            now=_arrival().now,
            request_id=self._shopify.world.identifiers.passing(),
            applies=bool(request.environ.get(APPLIES, True)),
            fails_in_part=bool(request.environ.get(FAILS_IN_PART, False)),
        )

    def _account(self) -> Account | None:
        token = request.headers.get(_TOKEN_HEADER, "")
        return self._shopify.accounts.by_token(token)


def _question() -> Question | None:
    if request.mimetype == "application/graphql":
        return Question(
            document=request.get_data(as_text=True), variables={}, operation_name=None
        )
    sent = _json_body()
    document, variables = sent.get("query"), sent.get("variables")
    name = sent.get("operationName")
    if not isinstance(document, str):
        return None
    return Question(
        document=document,
        variables=variables if isinstance(variables, dict) else {},
        operation_name=name if isinstance(name, str) and name else None,
    )


def _page_url(call: Call, page_info: str) -> str:
    limit = call.query.get("limit")
    kept = f"limit={limit}&" if limit is not None else ""
    return f"{request.base_url}?{kept}page_info={page_info}"


def _stamped(response: Response, session: Session) -> Response:
    response.headers["X-Shopify-API-Version"] = session.version
    response.headers["X-Request-Id"] = session.request_id
    return response


def _json(status: int, body: object) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response


def _not_routed(failure: HTTPException) -> ResponseReturnValue:
    status = failure.code or 500
    return _json(status, {"errors": "Not Found" if status == 404 else failure.name})


def _arrival() -> Arrival:
    arrival: Arrival = request.environ[ARRIVAL]
    return arrival


def _json_body() -> Mapping[str, object]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}
