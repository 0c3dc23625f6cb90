"""Haravan's HTTP side: routing, checking credentials, answering."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from sandbox.gate import APPLIES, ARRIVAL, FAILS_IN_PART, Arrival

from .accounts import Account
from .channel import Haravan, bearer
from .endpoints import Endpoint, endpoints
from .formats import to_json
from .pages import Pages
from .rates import RETRY_AFTER_SECONDS
from .tokens import TokenError, TokenExchange, TokenRequest
from .wire import Call, Reply, WireError, bad_request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_JSON = "application/json; charset=utf-8"


def haravan_application(haravan: Haravan) -> WSGIApplication:
    """Every endpoint that is played, from the root of Haravan's own port."""
    app = Flask("sandbox.haravan")
    app.config["MAX_CONTENT_LENGTH"] = 4_000_000
    wire = _Wire(haravan)
    for endpoint in endpoints(haravan):
        app.add_url_rule(
            endpoint.path,
            endpoint=f"{endpoint.method} {endpoint.path}",
            view_func=wire.view(endpoint),
            methods=[endpoint.method],
            provide_automatic_options=False,
        )
    app.add_url_rule("/connect/token", view_func=wire.token, methods=["POST"])
    Pages(haravan).add_to(app)
    app.register_error_handler(HTTPException, _bare)
    return app


def _bare(failure: HTTPException) -> ResponseReturnValue:
    status = failure.code or 500
    return _json({"errors": failure.name}, status)


class _Wire:
    """Checks a request as Haravan does, runs it and counts how it went."""

    def __init__(self, haravan: Haravan) -> None:
        self._haravan = haravan
        self._tokens = TokenExchange(haravan.accounts)

    def view(self, endpoint: Endpoint) -> Callable[..., ResponseReturnValue]:
        """The view of one endpoint; the numbers of its path are passed on."""

        def answer(**numbers: int) -> ResponseReturnValue:
            with self._haravan.world.lock:
                return self._answer(endpoint, numbers)

        return answer

    def token(self) -> ResponseReturnValue:
        """The exchange of tokens, which belongs to no shop before it is done."""
        with self._haravan.world.lock:
            asked = TokenRequest(
                form=request.form.to_dict(),
                authorization=request.headers.get("Authorization", ""),
                base_url=request.host_url.rstrip("/"),
                now=_arrival().now,
                applies=bool(request.environ.get(APPLIES, True)),
            )
            try:
                answer = _json(self._tokens.exchange(asked), 200)
            except TokenError as refusal:
                answer = _json({"error": refusal.error}, 400)
            answer.headers["Cache-Control"] = "no-store"
            return answer

    def _answer(
        self, endpoint: Endpoint, numbers: Mapping[str, int]
    ) -> ResponseReturnValue:
        account = self._haravan.accounts.with_access(bearer(request.environ))
        try:
            account = self._let_in(account, endpoint)
            reply = self._run(endpoint, account, numbers)
        except WireError as error:
            self._count(account, accepted=False)
            answer = _json({"errors": error.errors}, error.status)
            if error.status == 429:
                answer.headers["Retry-After"] = f"{RETRY_AFTER_SECONDS}"
            return _with_limit(answer, account)
        self._count(account, accepted=True)
        return _with_limit(_json(reply.body, reply.status), account)

    def _let_in(self, account: Account | None, endpoint: Endpoint) -> Account:
        now = _arrival().now
        grant = account.access[bearer(request.environ)] if account else None
        if account is None or grant is None or now >= grant.good_until:
            raise WireError(401, "Unauthorized")
        if not account.bucket.admit(now):
            raise WireError(429, "Too Many Requests")
        if not set(endpoint.scopes).intersection(grant.scopes):
            raise WireError(403, "Forbidden")
        return account

    def _run(
        self, endpoint: Endpoint, account: Account, numbers: Mapping[str, int]
    ) -> Reply:
        applies = bool(request.environ.get(APPLIES, True))
        call = Call(
            # What must leave no trace runs on a copy that is thrown away.
            store=account.store if applies else copy.deepcopy(account.store),
            query=request.args.to_dict(),
            body=_body(),
            request_id=self._haravan.request_id(),
            fails_in_part=bool(request.environ.get(FAILS_IN_PART, False)),
        )
        reply = endpoint.handler(call, **numbers)
        if applies:
            self._haravan.webhooks.flush(account.store)
        return reply

    def _count(self, account: Account | None, *, accepted: bool) -> None:
        if account is not None:
            account.store.shop.count(request.path, accepted=accepted)


def _body() -> Mapping[str, object]:
    raw = request.get_data()
    if request.method == "GET" or not raw:
        return {}
    if request.mimetype != "application/json":
        raise bad_request("Content-Type must be application/json")
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise bad_request("the body must be a JSON object")
    return sent


def _json(body: object, status: int) -> Response:
    return Response(to_json(body), status, content_type=_JSON)


def _with_limit(answer: Response, account: Account | None) -> Response:
    if account is not None:
        answer.headers["X-Haravan-Api-Call-Limit"] = account.bucket.header
    return answer


def _arrival() -> Arrival:
    arrival: Arrival = request.environ[ARRIVAL]
    return arrival
