"""The pages that people use: consent, the app's dashboard, the shop's admin."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests
from flask import Flask, Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from sandbox.gate import ARRIVAL, Arrival

from .accounts import CODE_SECONDS, INSTALL_SCOPES, Account, Grant
from .channel import Haravan
from .identity import id_token

_ANSWER_WITHIN = 5.0
_RESPONSE_TYPES = ("code", "code id_token")
_RESPONSE_MODES = ("form_post", "query")
_CHALLENGE_LENGTH = 16


class Pages:
    """What a browser would show; there is nobody here to log in."""

    def __init__(self, haravan: Haravan) -> None:
        self._haravan = haravan
        self._accounts = haravan.accounts

    def add_to(self, app: Flask) -> None:
        """Route the pages."""
        for path, method, view in (
            ("/connect/authorize", "GET", self.consent),
            ("/apps/<client_id>/webhooks", "POST", self.register_webhooks),
            ("/admin/private_apps", "POST", self.make_private_app),
        ):
            app.add_url_rule(
                path,
                endpoint=view.__name__,
                view_func=view,
                methods=[method],
                provide_automatic_options=False,
            )

    def consent(self) -> ResponseReturnValue:
        """The owner agrees at once and is sent back with a code.

        The shop is the one that ``orgid`` names, else the newest.
        """
        with self._haravan.world.lock:
            asked = request.args
            account = self._consenting(asked.get("orgid", ""))
            problem = _problem(asked, self._accounts.app.client_id)
            if problem or account is None:
                return jsonify({"error": problem or "access_denied"}), 400
            given = self._consent(account, asked)
        target = asked["redirect_uri"]
        if asked.get("response_mode") == "query":
            return redirect(_with(target, given))
        return Response(_form(target, given), content_type="text/html; charset=utf-8")

    def register_webhooks(self, client_id: str) -> ResponseReturnValue:
        """The developer enters an address; it must give the challenge back at once."""
        url = request.form.get("callback_url", "")
        verify_token = request.form.get("verify_token", "")
        if client_id != self._accounts.app.client_id:
            return jsonify({"errors": "Not Found"}), 404
        if not url.startswith(("http://", "https://")) or not verify_token:
            return jsonify(
                {"errors": "callback_url and verify_token are required"}
            ), 400
        with self._haravan.world.lock:
            challenge = self._haravan.world.identifiers.passing(_CHALLENGE_LENGTH)
        # The address may call the sandbox before it answers, so no lock is held.
        if not _gives_back(url, verify_token, challenge):
            return jsonify({"errors": "The callback URL couldn't be validated"}), 400
        with self._haravan.world.lock:
            self._accounts.app.callback_url = url
        return jsonify({"callback_url": url})

    def make_private_app(self) -> ResponseReturnValue:
        """The owner makes a private app and copies its token."""
        with self._haravan.world.lock:
            account = self._consenting(request.form.get("org_id", ""))
            if account is None:
                return jsonify({"errors": "Not Found"}), 404
            return jsonify({"access_token": self._accounts.give_private(account)}), 201

    def _consenting(self, org_id: str) -> Account | None:
        accounts = [
            each
            for each in self._accounts.all
            if not org_id or str(each.store.org_id) == org_id
        ]
        return accounts[-1] if accounts else None

    def _consent(self, account: Account, asked: Mapping[str, str]) -> dict[str, str]:
        arrival: Arrival = request.environ[ARRIVAL]
        scopes = [each for each in asked["scope"].split() if each in INSTALL_SCOPES]
        grant = Grant(
            scopes=tuple(scopes),
            good_until=arrival.now + CODE_SECONDS,
            redirect_uri=asked["redirect_uri"],
            nonce=asked.get("nonce", ""),
        )
        given = {"code": self._accounts.give_code(account, grant)}
        if asked["response_type"] != "code":
            given["id_token"] = id_token(
                self._accounts.app,
                account.store,
                issuer=request.host_url.rstrip("/"),
                nonce=grant.nonce,
                now=arrival.now,
            )
        if "state" in asked:
            given["state"] = asked["state"]
        return {**given, "scope": " ".join(scopes)}


def _problem(asked: Mapping[str, str], client_id: str) -> str:
    """What is wrong with a request for consent, in the words of OAuth."""
    scopes = asked.get("scope", "").split()
    hybrid = asked.get("response_type") == "code id_token"
    if asked.get("client_id") != client_id:
        return "unauthorized_client"
    if not asked.get("redirect_uri", "").startswith(("http://", "https://")):
        return "invalid_request"
    if asked.get("response_type") not in _RESPONSE_TYPES:
        return "unsupported_response_type"
    mode = asked.get("response_mode", "form_post")
    if mode not in _RESPONSE_MODES or (hybrid and mode == "query"):
        return "invalid_request"
    if "openid" not in scopes:
        return "invalid_scope"
    return "invalid_request" if hybrid and not asked.get("nonce") else ""


def _gives_back(url: str, verify_token: str, challenge: str) -> bool:
    asked = {
        "hub.mode": "subscribe",
        "hub.verify_token": verify_token,
        "hub.challenge": challenge,
    }
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(
                url, params=asked, timeout=_ANSWER_WITHIN, allow_redirects=False
            )
    except requests.RequestException:
        return False
    given = answer.content.strip()
    return answer.status_code == 200 and hmac.compare_digest(given, challenge.encode())


def _with(target: str, given: Mapping[str, str]) -> str:
    parts = urlsplit(target)
    query = urlencode([*parse_qsl(parts.query), *given.items()])
    return urlunsplit(parts._replace(query=query))


def _form(target: str, given: Mapping[str, str]) -> str:
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}" />'
        for name, value in given.items()
    )
    return (
        "<html><body>"
        f'<form method="post" action="{escape(target)}">{fields}</form>'
        "<script>document.forms[0].submit()</script>"
        "</body></html>"
    )
