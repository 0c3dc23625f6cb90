"""Tiki's HTTP side: routing, checking tokens, answering."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flask import Flask, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from sandbox.gate import APPLIES, ARRIVAL, FAILS_IN_PART, Arrival

from .accounts import Token
from .channel import OAUTH_ROOT, Tiki
from .endpoints import Endpoint, endpoints
from .oauth import OAuth, OAuthRefused, TokenRequest
from .wire import Answer, Call, WireError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_WITH_BODY = ("POST", "PUT")


def tiki_application(tiki: Tiki) -> WSGIApplication:
    """Every endpoint that is played, from the root of Tiki's own port."""
    app = Flask("sandbox.tiki")
    app.config["MAX_CONTENT_LENGTH"] = 4_000_000
    wire = _Wire(tiki)
    for endpoint in endpoints(tiki):
        app.add_url_rule(
            endpoint.path,
            endpoint=f"{endpoint.method} {endpoint.path}",
            view_func=wire.view(endpoint),
            methods=[endpoint.method],
            provide_automatic_options=False,
        )
    app.add_url_rule(f"{OAUTH_ROOT}auth", view_func=wire.consent, methods=["GET"])
    app.add_url_rule(f"{OAUTH_ROOT}token", view_func=wire.token, methods=["POST"])
    app.register_error_handler(HTTPException, _no_such_call)
    return app


def _no_such_call(failure: HTTPException) -> ResponseReturnValue:
    return {"errors": [failure.name]}, failure.code or 500


class _Wire:
    """Checks a request as Tiki does, runs it and counts how it went."""

    def __init__(self, tiki: Tiki) -> None:
        self._tiki = tiki
        self._oauth = OAuth(tiki.accounts)

    def view(self, endpoint: Endpoint) -> Callable[..., ResponseReturnValue]:
        """The view of one endpoint."""

        def answer(**place: object) -> ResponseReturnValue:
            named = {name: str(value) for name, value in place.items()}
            with self._tiki.world.lock:
                return self._answer(endpoint, named)

        return answer

    def consent(self) -> ResponseReturnValue:
        """The consent page: the seller agrees at once and is sent back."""
        with self._tiki.world.lock:
            try:
                target = self._oauth.consent(request.args, _arrival().now)
            except OAuthRefused as refused:
                return refused.body, refused.status
            return redirect(target)

    def token(self) -> ResponseReturnValue:
        """The token endpoint, which takes forms and no JSON."""
        sent = TokenRequest(
            form=request.form.to_dict(),
            authorization=request.headers.get("Authorization", ""),
            now=_arrival().now,
            applies=_applies(),
        )
        with self._tiki.world.lock:
            owner = self._tiki.accounts.refresh.get(sent.form.get("refresh_token", ""))
            try:
                exchange = self._oauth.exchange(sent)
            except OAuthRefused as refused:
                if owner is not None and owner.account is not None:
                    owner.account.shop.count(request.path, accepted=False)
                return refused.body, refused.status
            if exchange.account is not None:
                exchange.account.shop.count(request.path, accepted=True)
            return jsonify(exchange.body)

    def _answer(
        self, endpoint: Endpoint, place: Mapping[str, str]
    ) -> ResponseReturnValue:
        try:
            body = self._run(endpoint, place)
        except WireError as error:
            self._count(accepted=False)
            return error.body, error.status
        self._count(accepted=True)
        return jsonify(body)

    def _run(self, endpoint: Endpoint, place: Mapping[str, str]) -> Answer:
        if request.accept_mimetypes and not request.accept_mimetypes.accept_json:
            raise WireError(406, "Not acceptable")
        arrival = _arrival()
        token = self._token(endpoint, arrival.now)
        if token.account is not None:
            self._tiki.throttle.admit(token.account.seller_id, arrival.now)
        return endpoint.handler(
            Call(
                label=f"{request.method} {request.path}",
                place=place,
                query=request.args.to_dict(flat=False),
                body=_json_body(),
                token=token,
                now=arrival.now,
                wall=arrival.wall,
                applies=_applies(),
                fails_in_part=bool(request.environ.get(FAILS_IN_PART, False)),
            )
        )

    def _token(self, endpoint: Endpoint, now: float) -> Token:
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        token = self._tiki.accounts.access.get(value.strip())
        if scheme.lower() != "bearer" or token is None or now >= token.good_until:
            raise WireError(401, "The authorization token is missing or expired")
        if endpoint.for_seller and token.account is None:
            raise WireError(401, "The token is not linked with any sellers")
        if endpoint.scopes and not token.allows(*endpoint.scopes):
            raise WireError(403, "The client is not granted enough permissions")
        return token

    def _count(self, *, accepted: bool) -> None:
        shop = self._tiki.shop_of(request.environ)
        if shop is not None:
            shop.count(request.path, accepted=accepted)


def _applies() -> bool:
    return bool(request.environ.get(APPLIES, True))


def _arrival() -> Arrival:
    arrival: Arrival = request.environ[ARRIVAL]
    return arrival


def _json_body() -> Mapping[str, object]:
    if request.method not in _WITH_BODY:
        return {}
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise WireError(400, "The request body must be a JSON object")
    return body
