"""Lazada's HTTP side: routing, checking credentials, answering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from sandbox.gate import APPLIES, ARRIVAL, FAILS_IN_PART, Arrival

from .accounts import Account
from .auth import AuthCalls, unknown_app
from .channel import Lazada
from .endpoints import Endpoint, endpoints
from .signing import api_base, same, sign
from .throttle import Throttle
from .wire import Call, WireError, envelope, error_envelope, isv, missing

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_ROOT = "/rest"
_CLOCK_SKEW_SECONDS = 7200
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def lazada_application(lazada: Lazada) -> WSGIApplication:
    """Every endpoint that is played, from the root of Lazada's own port."""
    app = Flask("sandbox.lazada")
    app.config["MAX_CONTENT_LENGTH"] = 4_000_000
    # A stock payload of fifty SKUs comes as one form field.
    app.config["MAX_FORM_MEMORY_SIZE"] = 4_000_000
    wire = _Wire(lazada)
    app.add_url_rule(
        f"{_ROOT}/<path:name>", view_func=wire.answer, methods=["GET", "POST"]
    )
    app.add_url_rule("/oauth/authorize", view_func=wire.consent, methods=["GET"])
    app.register_error_handler(HTTPException, _bare)
    return app


def _bare(failure: HTTPException) -> ResponseReturnValue:
    status = failure.code or 500
    return Response(failure.name, status, content_type="text/plain")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What a request says, wherever it says it."""

    path: str
    parameters: Mapping[str, str]
    raw_body: bytes


class _Wire:
    """Checks a request as Lazada does, runs it and counts how it went."""

    def __init__(self, lazada: Lazada) -> None:
        self._lazada = lazada
        self._endpoints = endpoints(lazada)
        self._throttle = Throttle()

    def answer(self, name: str) -> ResponseReturnValue:
        """Serve one call of the API."""
        with self._lazada.world.lock:
            asked = _read(name)
            request_id = self._lazada.request_id()
            try:
                body = self._run(asked, request_id)
            except WireError as error:
                self._count(asked, accepted=False)
                return jsonify(error_envelope(request_id, error))
            self._count(asked, accepted=True)
            return jsonify(body)

    def consent(self) -> ResponseReturnValue:
        """The consent page: the seller agrees at once and is sent back."""
        with self._lazada.world.lock:
            try:
                target = AuthCalls(self._lazada).consent(request.args, _arrival().now)
            except WireError as error:
                request_id = self._lazada.request_id()
                return jsonify(error_envelope(request_id, error)), 400
            return redirect(target)

    def _run(self, asked: _Request, request_id: str) -> Mapping[str, object]:
        endpoint = self._endpoints.get(asked.path)
        if endpoint is None:
            raise isv("InvalidApiPath", "The specified api path is invalid")
        if request.method not in endpoint.methods:
            raise isv("UnsupportedHTTPMethod", "The http method is not supported")
        self._check_signature(asked)
        account = self._account(asked) if endpoint.for_seller else None
        self._check_rate(endpoint, account)
        call = Call(
            parameters=asked.parameters,
            now=_arrival().now,
            request_id=request_id,
            applies=bool(request.environ.get(APPLIES, True)),
            fails_in_part=bool(request.environ.get(FAILS_IN_PART, False)),
            account=account,
        )
        return envelope(request_id, endpoint.handler(call))

    def _check_signature(self, asked: _Request) -> None:
        for name in ("app_key", "timestamp", "sign_method", "sign"):
            if not asked.parameters.get(name):
                raise missing(name)
        _check_time(asked.parameters["timestamp"])
        app = self._lazada.accounts.app
        if asked.parameters["app_key"] != app.key:
            raise unknown_app()
        right = any(
            same(
                sign(app.secret, api_base(asked.path, asked.parameters, body)),
                asked.parameters["sign"],
            )
            for body in _signed_bodies(asked)
        )
        if asked.parameters["sign_method"] != "sha256" or not right:
            raise isv(
                "IncompleteSignature",
                "The request signature does not conform to lazop standards",
            )

    def _account(self, asked: _Request) -> Account:
        token = asked.parameters.get("access_token", "")
        if not token:
            raise missing("access_token")
        account = self._lazada.accounts.known_by(token)
        if account is None or not account.accepts(token, _arrival().now):
            raise isv(
                "IllegalAccessToken",
                "The specified access token is invalid or expired",
            )
        return account

    def _check_rate(self, endpoint: Endpoint, account: Account | None) -> None:
        if endpoint.per_second and account is not None:
            self._throttle.admit(
                account.seller_id, _arrival().wall, endpoint.per_second
            )

    def _count(self, asked: _Request, *, accepted: bool) -> None:
        shop = self._lazada.shop_named_by(asked.parameters)
        if shop is not None:
            shop.count(request.path, accepted=accepted)


def _read(name: str) -> _Request:
    is_form = request.mimetype in _FORMS
    # The body must be read before the form takes it, or it is gone.
    raw_body = b"" if is_form else request.get_data()
    return _Request(
        path=f"/{name}",
        parameters={**request.args.to_dict(), **request.form.to_dict()},
        raw_body=raw_body,
    )


def _signed_bodies(asked: _Request) -> set[bytes]:
    """What may stand in a signature for a body that is no form.

    Some clients append it, others sign the parameters alone; the reverse calls have
    been seen to refuse the latter.
    """
    alone = set() if asked.path.startswith("/order/reverse/") else {b""}
    return {asked.raw_body} | alone


def _check_time(timestamp: str) -> None:
    at = int(timestamp) / 1000 if timestamp.isdecimal() else 0
    if abs(_arrival().wall - at) > _CLOCK_SKEW_SECONDS:
        raise isv("IllegalTimestamp", "The specified timestamp is invalid or expired")


def _arrival() -> Arrival:
    arrival: Arrival = request.environ[ARRIVAL]
    return arrival
