"""WooCommerce's HTTP side: routing, checking credentials, answering."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from sandbox.gate import APPLIES, ARRIVAL, FAILS_IN_PART, Arrival

from .authentication import authenticate, credentials
from .channel import Woocommerce
from .endpoints import Endpoint, endpoints
from .php import parse_query, to_json
from .site import Site
from .site_calls import index
from .wire import Call, Reply, WireError, no_route

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_CONTENT_TYPE = "application/json; charset=UTF-8"
_FORM = "application/x-www-form-urlencoded"


def woocommerce_application(woocommerce: Woocommerce) -> WSGIApplication:
    """Every endpoint that is played, from the root of WooCommerce's own port."""
    app = Flask("sandbox.woocommerce")
    app.config["MAX_CONTENT_LENGTH"] = 4_000_000
    app.url_map.strict_slashes = False
    wire = _Wire(woocommerce)
    for endpoint in endpoints(woocommerce):
        app.add_url_rule(
            endpoint.path,
            endpoint=f"{endpoint.methods[0]} {endpoint.path}",
            view_func=wire.view(endpoint),
            methods=endpoint.methods,
            provide_automatic_options=False,
        )
    app.add_url_rule("/wp-json/", view_func=wire.index, methods=["GET"])
    app.register_error_handler(HTTPException, _bare)
    return app


def _bare(failure: HTTPException) -> ResponseReturnValue:
    if request.path.startswith(("/wp-json/", "/wp-json")):
        return _refusal(no_route())
    page = "<!DOCTYPE html><html><body><h1>Page not found</h1></body></html>"
    return Response(page, 404, content_type="text/html; charset=UTF-8")


class _Wire:
    """Checks a request as the site does, runs it and counts how it went."""

    def __init__(self, woocommerce: Woocommerce) -> None:
        self._woocommerce = woocommerce

    def view(self, endpoint: Endpoint) -> Callable[..., ResponseReturnValue]:
        """The view of one endpoint; the numbers of its path are passed on."""

        def answer(**numbers: int) -> ResponseReturnValue:
            with self._woocommerce.world.lock:
                return self._answer(endpoint, numbers)

        return answer

    def index(self) -> ResponseReturnValue:
        """The root of the API, which anybody may read."""
        with self._woocommerce.world.lock:
            try:
                site = self._authenticate()
            except WireError as error:
                return _refusal(error)
            base_url = site.base_url if site else request.host_url.rstrip("/")
            return _success(Reply(body=index(base_url, site)))

    def _answer(
        self, endpoint: Endpoint, numbers: Mapping[str, int]
    ) -> ResponseReturnValue:
        try:
            site = self._authenticate()
            if site is None:
                raise endpoint.stranger
            reply = self._run(endpoint, site, numbers)
        except WireError as error:
            self._count(accepted=False)
            return _refusal(error)
        self._count(accepted=True)
        return _success(reply)

    def _run(self, endpoint: Endpoint, site: Site, numbers: Mapping[str, int]) -> Reply:
        body = _body()
        applies = bool(request.environ.get(APPLIES, True))
        call = Call(
            # What must leave no trace runs on a copy that is thrown away.
            site=site if applies else copy.deepcopy(site),
            method=request.method,
            path=request.path,
            query=parse_query(request.query_string.decode("latin-1")),
            body=body,
            fails_in_part=bool(request.environ.get(FAILS_IN_PART, False)),
        )
        reply = endpoint.handler(call, **numbers)
        if applies:
            self._woocommerce.deliveries.flush(site)
        return reply

    def _authenticate(self) -> Site | None:
        arrival: Arrival = request.environ[ARRIVAL]
        form = request.get_data(as_text=True) if request.mimetype == _FORM else ""
        brought = credentials(request.environ, form)
        return authenticate(self._woocommerce.sites, brought, arrival.wall)

    def _count(self, *, accepted: bool) -> None:
        shop = self._woocommerce.shop_of(request.environ)
        if shop is not None:
            shop.count(request.path, accepted=accepted)


def _body() -> Mapping[str, object]:
    raw = request.get_data()
    if request.mimetype == _FORM:
        return dict(parse_query(raw.decode("latin-1")))
    if not raw or request.mimetype != "application/json":
        return {}
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise WireError(
            "rest_invalid_json",
            "Invalid JSON body passed.",
            400,
            {
                "status": 400,
                "json_error_code": 4,
                "json_error_message": "Syntax error",
            },
        )
    return sent


def _success(reply: Reply) -> Response:
    body = _only_fields(reply.body, request.args.get("_fields", ""))
    response = Response(to_json(body), reply.status, content_type=_CONTENT_TYPE)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.extend(dict(reply.headers))
    return response


def _refusal(error: WireError) -> Response:
    return Response(to_json(error.body), error.status, content_type=_CONTENT_TYPE)


def _only_fields(body: object, asked: str) -> object:
    names = [name.strip().partition(".")[0] for name in asked.split(",") if name]
    if not names:
        return body
    if isinstance(body, list):
        return [_only_fields(each, asked) for each in body]
    if isinstance(body, dict):
        return {name: each for name, each in body.items() if name in names}
    return body
