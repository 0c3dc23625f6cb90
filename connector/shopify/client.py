"""Calls Shopify: GraphQL with the shop's token, refusals turned into errors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from connector.base import Clock, Settings, SettingsStore
from connector.errors import (
    AuthenticationError,
    AuthorizationLost,
    ConnectorError,
    OutcomeUnknown,
    SettingsError,
    UnexpectedAnswer,
)
from connector.parsing import JsonRecord, told
from connector.redaction import redacted
from connector.rotation import renewed_ahead
from connector.shopify.account import Account, Grant, read_account, renewed
from connector.shopify.refusals import TokenRefused, error_for, error_for_status
from connector.transport import Answer, Transport

TOKEN_PATH = "/admin/oauth/access_token"

# An expiring token lives an hour, that of a merchant's own app a day.
_REFRESH_AHEAD = timedelta(minutes=5)
_DEFAULT_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 60.0

Variables = Mapping[str, object]


class Client:
    """Speaks for one shop; calls repeat themselves once after a renewed token."""

    def __init__(
        self, settings: SettingsStore, transport: Transport, clock: Clock
    ) -> None:
        self.settings = settings
        self.transport = transport
        self.clock = clock

    def account(self) -> Account:
        """Return the shop's settings as stored now."""
        return read_account(self.settings.read())

    def read(self, document: str, variables: Variables | None = None) -> JsonRecord:
        """Ask a query and return its data."""
        return self._ask(document, variables or {}, changes_state=False)

    def change(self, document: str, variables: Variables) -> JsonRecord:
        """Run a mutation and return its data; ``userErrors`` are the caller's."""
        return self._ask(document, variables, changes_state=True)

    def token_call(self, account: Account, more: Mapping[str, str]) -> Answer:
        """Ask for tokens.

        Repeating is safe: Shopify keeps a used refresh token until its successor is
        used for the first time.
        """
        body = {
            "client_id": account.client_id,
            "client_secret": account.client_secret,
            **more,
        }
        return self.transport.request(
            "POST", account.base_url + TOKEN_PATH, changes_state=False, json=body
        )

    def with_tokens(self, current: Settings, answer: Answer) -> Settings:
        """Return ``current`` with the tokens of an answer."""
        given = answer.body
        try:
            return renewed(current, given, self.clock())
        except SettingsError as problem:
            detail = problem.detail
        raise UnexpectedAnswer(f"token answer: {detail}")

    def _ask(
        self, document: str, variables: Variables, *, changes_state: bool
    ) -> JsonRecord:
        stored = self._usable()
        try:
            return self._send(stored, document, variables, changes_state)
        except TokenRefused as refusal:
            refused = refusal
        if not read_account(stored).is_renewable:
            raise _without_remedy(stored, refused)
        fresh = self.settings.rotate(stored, self._renew)
        return self._send(fresh, document, variables, changes_state)

    def _send(
        self,
        stored: Settings,
        document: str,
        variables: Variables,
        changes_state: bool,
    ) -> JsonRecord:
        account = read_account(stored)
        answer = self.transport.request(
            "POST",
            f"{account.base_url}/admin/api/{account.api_version}/graphql.json",
            changes_state=changes_state,
            headers={"X-Shopify-Access-Token": account.access_token},
            json={"query": document, "variables": variables},
        )
        return _opened(answer, account, changes_state)

    def _usable(self) -> Settings:
        """Return settings whose access token still has some minutes to live."""
        stored = self.settings.read()
        account = read_account(stored)
        if not account.access_token and not account.is_renewable:
            raise AuthorizationLost("the seller has not given access yet")
        now = self.clock()
        if account.access_token and (
            account.expires_at is None or account.expires_at - now > _REFRESH_AHEAD
        ):
            return stored
        if not account.is_renewable:
            return stored
        known_end = account.expires_at if account.access_token else None
        still_works = known_end is not None and known_end > now
        return renewed_ahead(
            self.settings, stored, self._renew, still_works=still_works
        )

    def _renew(self, current: Settings) -> Settings:
        """Get a new token without the seller.

        Only a refusal is ``AuthorizationLost``; after a lost answer the next attempt
        finds out.
        """
        account = read_account(current)
        more = {"grant_type": "client_credentials"}
        if account.grant is not Grant.CLIENT_CREDENTIALS:
            more = {
                "grant_type": "refresh_token",
                "refresh_token": account.refresh_token,
            }
        answer = self.token_call(account, more)
        if answer.status >= 400:
            raise AuthorizationLost(
                f"Shopify answered {answer.status} to the renewal of the token"
            )
        return self.with_tokens(current, answer)


def _without_remedy(stored: Settings, refused: TokenRefused) -> AuthenticationError:
    """Return the error for a permanent token that is refused.

    A merchant who uninstalls the app ends its token; only the consent page gives a
    new one, and without an app a person must enter it.
    """
    if not read_account(stored).client_id:
        return refused
    return AuthorizationLost(refused.detail, request_id=refused.request_id)


def _opened(answer: Answer, account: Account, changes_state: bool) -> JsonRecord:
    """Return the data of an answer that tells of success, else raise its error."""
    body: Any = answer.body
    request_id = answer.headers.get("X-Request-Id")
    if answer.status >= 400:
        message = redacted(_message(body), account.secrets)
        raise error_for_status(answer.status, message, request_id)
    errors = body.get("errors")
    if errors:
        raise error_for(
            _code(errors),
            redacted(_message(body), account.secrets),
            changes_state=changes_state,
            pause_seconds=_pause(body),
            request_id=request_id,
        )
    data = body.get("data")
    if not isinstance(data, dict):
        kind: type[ConnectorError] = (
            OutcomeUnknown if changes_state else UnexpectedAnswer
        )
        raise kind("Shopify answered without data", request_id=request_id)
    return data


def _code(errors: object) -> str:
    """Return the first code among errors; a malformed document has none."""
    for error in errors if isinstance(errors, list) else []:
        extensions = error.get("extensions") if isinstance(error, dict) else None
        if isinstance(extensions, dict) and extensions.get("code"):
            return told(extensions["code"])
    if _message({"errors": errors}).strip().lower() == "throttled":
        return "THROTTLED"
    return "GRAPHQL_ERROR"


def _message(body: object) -> str:
    """Return what an answer says is wrong: a text, or a list of errors."""
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors") or body.get("error")
    if isinstance(errors, list):
        said = [error.get("message") for error in errors if isinstance(error, dict)]
        return "; ".join(told(one) for one in said)
    return told(errors)


def _pause(body: JsonRecord) -> float:
    """Return the seconds until the bucket of points is full again.

    Full, because one page takes several queries: whoever goes on as soon as one of
    them is affordable would stop at the next, and begin the page anew, for ever.
    """
    try:
        status = body["extensions"]["cost"]["throttleStatus"]
        missing = float(status["maximumAvailable"]) - float(
            status["currentlyAvailable"]
        )
        seconds = missing / float(status["restoreRate"])
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return _DEFAULT_PAUSE_SECONDS
    return min(max(seconds, 1.0), _LONGEST_PAUSE_SECONDS)
