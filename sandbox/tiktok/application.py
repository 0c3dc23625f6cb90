"""TikTok Shop's HTTP side: routing, checking credentials, answering."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flask import Flask, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from sandbox.channel import Json
from sandbox.gate import APPLIES, ARRIVAL, FAILS_IN_PART, Arrival
from sandbox.refusals import NotAllowed

from .accounts import Account
from .auth_calls import AuthCalls
from .channel import TikTok
from .endpoints import Endpoint, Needs, endpoints
from .errors import not_allowed
from .signing import request_base, same, sign
from .wire import Call, WireError, envelope, error_envelope, invalid

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_OLDEST_SECONDS = 300
_NEWEST_SECONDS = 30


def tiktok_application(tiktok: TikTok) -> WSGIApplication:
    """Every endpoint that is played, from the root of TikTok Shop's own port.

    The two hosts of the marketplace, for tokens and for the API, share the port.
    """
    app = Flask("sandbox.tiktok")
    app.config["MAX_CONTENT_LENGTH"] = 4_000_000
    wire = _Wire(tiktok)
    for endpoint in endpoints(tiktok):
        app.add_url_rule(
            endpoint.path,
            endpoint=f"{endpoint.method} {endpoint.path}",
            view_func=wire.view(endpoint),
            methods=[endpoint.method],
            provide_automatic_options=False,
        )
    for path in ("/oauth/authorize", "/open/authorize"):
        app.add_url_rule(path, endpoint=path, view_func=wire.consent, methods=["GET"])
    app.register_error_handler(HTTPException, wire.not_routed)
    return app


class _Wire:
    """Checks a request as TikTok Shop does, runs it and counts how it went."""

    def __init__(self, tiktok: TikTok) -> None:
        self._tiktok = tiktok

    def view(self, endpoint: Endpoint) -> Callable[..., ResponseReturnValue]:
        """The view of one endpoint."""

        def answer(**path: str) -> ResponseReturnValue:
            with self._tiktok.world.lock:
                return self._answer(endpoint, path)

        return answer

    def consent(self) -> ResponseReturnValue:
        """The consent page: the seller agrees at once and is sent back.

        Where to is set in the portal, which ``redirect_uri`` stands in for; without
        it the page shows the code.
        """
        with self._tiktok.world.lock:
            try:
                code, target = AuthCalls(self._tiktok).consent(
                    request.args, _arrival().now
                )
            except WireError as error:
                return self._refusal(self._tiktok.request_id(), error)
        return redirect(target) if target else f"<p>code: <code>{code}</code></p>"

    def not_routed(self, failure: HTTPException) -> ResponseReturnValue:
        """A path or method that no endpoint has."""
        status = failure.code or 500
        code, message = {
            404: (36009009, "Invalid path. No endpoint has this path."),
            405: (36009010, "Invalid method. The endpoint has another method."),
            413: (36009021, "Invalid file size. The body is too large."),
        }.get(status, (36009003, "Internal error."))
        error = WireError(code, message, status)
        return self._refusal(self._tiktok.request_id(), error)

    def _answer(
        self, endpoint: Endpoint, path: Mapping[str, str]
    ) -> ResponseReturnValue:
        request_id = self._tiktok.request_id()
        try:
            account = self._check(endpoint.needs)
            if account is not None:
                self._tiktok.throttle.admit(account.shop, _arrival().now)
            call = Call(
                query=request.args.to_dict(),
                body=_json_body(),
                path=path,
                now=_arrival().now,
                request_id=request_id,
                applies=bool(request.environ.get(APPLIES, True)),
                fails_in_part=bool(request.environ.get(FAILS_IN_PART, False)),
                account=account,
            )
            data = _run(endpoint, call)
        except WireError as error:
            self._count(accepted=False)
            return self._refusal(request_id, error)
        self._count(accepted=True)
        return jsonify(envelope(request_id, data))

    def _refusal(self, request_id: str, error: WireError) -> ResponseReturnValue:
        body = error_envelope(request_id, error.code, error.message)
        return jsonify(body), error.status

    def _count(self, *, accepted: bool) -> None:
        shop = self._tiktok.shop_of(request.environ)
        if shop is not None:
            shop.count(request.path, accepted=accepted)

    def _check(self, needs: Needs) -> Account | None:
        if needs is Needs.NOTHING:
            return None
        self._check_signature()
        account = self._account_of_token()
        cipher = request.args.get("shop_cipher", "")
        if needs is Needs.TOKEN:
            if cipher:
                raise WireError(
                    36009004,
                    "Unexpected identifier. The `shop_cipher` query parameter is not "
                    "required for this request.",
                    400,
                )
            return account
        if not cipher:
            raise WireError(
                106013,
                "Missing identifier. The `shop_cipher` query parameter is required.",
                400,
            )
        if account.cipher != cipher:
            raise WireError(
                101000, "Invalid query or header. The token is of another shop.", 401
            )
        return account

    def _check_signature(self) -> None:
        app = self._tiktok.accounts.app
        if request.args.get("app_key") != app.key:
            raise WireError(
                36009004, "Invalid credentials. Invalid `app_key` query parameter.", 400
            )
        _check_time(request.args.get("timestamp", ""))
        given = request.args.get("sign", "")
        if not given:
            raise WireError(
                36009004, "Missing credentials. The request has no signature.", 400
            )
        is_form = request.mimetype == "multipart/form-data"
        base = request_base(
            app.secret,
            request.path,
            request.args.to_dict(),
            b"" if is_form else request.get_data(),
        )
        if not same(sign(app.secret, base), given):
            raise WireError(
                106001,
                "Invalid credentials. The 'sign' query parameter is invalid",
                401,
            )

    def _account_of_token(self) -> Account:
        token = request.headers.get("x-tts-access-token", "")
        account = self._tiktok.accounts.with_token(token)
        if account is None:
            raise WireError(
                36009004,
                "Invalid credentials. The `x-tts-access-token` header is invalid.",
                401,
            )
        if _arrival().now >= account.access_good_until[token]:
            raise WireError(105002, "access token is expired, please refresh it", 401)
        return account


def _run(endpoint: Endpoint, call: Call) -> Json:
    try:
        return endpoint.handler(call)
    except NotAllowed as forbidden:
        raise not_allowed(forbidden.sentence) from forbidden


def _check_time(timestamp: str) -> None:
    if not (timestamp.isascii() and timestamp.isdigit()):
        raise WireError(36009004, "Invalid timestamp. A whole number is needed.", 400)
    age = _arrival().wall - int(timestamp)
    if age > _OLDEST_SECONDS:
        raise WireError(
            36009004, "Invalid timestamp. It is earlier than 5 minutes ago.", 400
        )
    if age < -_NEWEST_SECONDS:
        raise WireError(
            36009004, "Invalid timestamp. It is more than 30 seconds ahead.", 400
        )


def _arrival() -> Arrival:
    arrival: Arrival = request.environ[ARRIVAL]
    return arrival


def _json_body() -> Mapping[str, object]:
    raw = request.get_data()
    if not raw:
        return {}
    if request.mimetype != "application/json":
        raise WireError(
            36009022, "Invalid request format. It must be `application/json`.", 400
        )
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise invalid("The body must be a JSON object.")
    return body
