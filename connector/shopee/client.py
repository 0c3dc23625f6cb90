"""Calls Shopee: signs, keeps the tokens fresh, turns refusals into errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from connector.parsing import JsonRecord
from connector.redaction import redacted
from connector.rotation import renewed_ahead
from connector.shopee.account import Account, read_account, renewed
from connector.shopee.refusals import Refused, TokenExpired, error_for
from connector.shopee.signing import public_base, shop_base, sign
from connector.transport import Answer, Transport

# A token lives four hours; the old one works about five minutes after its renewal.
_REFRESH_AHEAD = timedelta(minutes=5)

REFRESH_PATH = "/api/v2/auth/access_token/get"

Query = Mapping[str, str | int] | Iterable[tuple[str, str | int]]


class Client:
    """Speaks for one shop; shop calls repeat themselves once after a refresh."""

    def __init__(
        self, settings: SettingsStore, transport: Transport, clock: Clock
    ) -> None:
        self.settings = settings
        self.transport = transport
        self.clock = clock

    def account(self) -> Account:
        """Return the shop's settings as stored now."""
        return read_account(self.settings.read())

    def read(self, path: str, query: Query = ()) -> JsonRecord:
        """Ask for something and return the whole envelope."""
        return self._as_shop("GET", path, query=query)

    def read_response(self, path: str, query: Query = ()) -> JsonRecord:
        """Ask for something and return what the envelope holds."""
        response = self.read(path, query).get("response")
        if not isinstance(response, dict):
            raise UnexpectedAnswer(f"{path} answered without a response")
        return response

    def write(
        self, path: str, body: JsonRecord, *, partial: str | None = None
    ) -> JsonRecord:
        """Change something and return the whole envelope.

        An error code beside a response that has the key ``partial`` is no error: the
        call went well for some of what it named.
        """
        return self._as_shop("POST", path, body=body, partial=partial)

    def app_call(
        self,
        method: str,
        path: str,
        *,
        account: Account,
        body: JsonRecord | None = None,
        query: Query = (),
    ) -> JsonRecord:
        """Make a call that belongs to the app, not to a shop.

        None of these changes anything that a repeat could spoil, except that each
        refresh token works once: see ``_renew``.
        """
        timestamp = int(self.clock().timestamp())
        signed = sign(
            account.partner_key, public_base(account.partner_id, path, timestamp)
        )
        common: list[tuple[str, str | int]] = [
            ("partner_id", account.partner_id),
            ("timestamp", timestamp),
            ("sign", signed),
        ]
        answer = self.transport.request(
            method,
            account.base_url + path,
            changes_state=False,
            query=_texts([*common, *_pairs(query)]),
            json=body,
        )
        return self._opened(answer, path, account, changes_state=False)

    def _as_shop(
        self,
        method: str,
        path: str,
        *,
        query: Query = (),
        body: JsonRecord | None = None,
        partial: str | None = None,
    ) -> JsonRecord:
        pairs = _pairs(query)
        stored = self._usable()
        try:
            return self._send(method, path, stored, pairs, body, partial)
        except TokenExpired:
            fresh = self.settings.rotate(stored, self._renew)
        return self._send(method, path, fresh, pairs, body, partial)

    def _send(
        self,
        method: str,
        path: str,
        stored: Settings,
        query: list[tuple[str, str | int]],
        body: JsonRecord | None,
        partial: str | None,
    ) -> JsonRecord:
        account = read_account(stored)
        timestamp = int(self.clock().timestamp())
        base = shop_base(
            account.partner_id, path, timestamp, account.access_token, account.shop_id
        )
        common: list[tuple[str, str | int]] = [
            ("partner_id", account.partner_id),
            ("timestamp", timestamp),
            ("access_token", account.access_token),
            ("shop_id", account.shop_id),
            ("sign", sign(account.partner_key, base)),
        ]
        changes_state = method != "GET"
        answer = self.transport.request(
            method,
            account.base_url + path,
            changes_state=changes_state,
            query=_texts([*common, *query]),
            json=body,
        )
        return self._opened(
            answer, path, account, changes_state=changes_state, partial=partial
        )

    def _usable(self) -> Settings:
        """Return settings whose access token still has some minutes to live."""
        stored = self.settings.read()
        account = read_account(stored)
        if not account.access_token:
            raise AuthorizationLost("the seller has not given access yet")
        now = self.clock()
        if account.expires_at - now > _REFRESH_AHEAD:
            return stored
        return renewed_ahead(
            self.settings, stored, self._renew, still_works=account.expires_at > now
        )

    def _renew(self, current: Settings) -> Settings:
        """Exchange the refresh token, which works once, for a new pair.

        When the answer is lost nobody can tell whether the token is used up, so that
        is a ``TransientError``: the next attempt finds out, and only a refusal then
        is ``AuthorizationLost``.
        """
        account = read_account(current)
        body = {
            "refresh_token": account.refresh_token,
            "partner_id": account.partner_id,
            "shop_id": account.shop_id,
        }
        try:
            answer = self.app_call("POST", REFRESH_PATH, account=account, body=body)
        except (TokenExpired, Refused) as refusal:
            raise AuthorizationLost(
                refusal.detail, request_id=refusal.request_id
            ) from None
        return self.with_tokens(current, answer)

    def with_tokens(self, current: Settings, answer: JsonRecord) -> Settings:
        """Return ``current`` with the tokens of a token call's answer."""
        try:
            return renewed(current, answer, self.clock())
        except SettingsError as problem:
            raise UnexpectedAnswer(f"token answer: {problem.detail}") from None

    def _opened(
        self,
        answer: Answer,
        path: str,
        account: Account,
        *,
        changes_state: bool,
        partial: str | None = None,
    ) -> JsonRecord:
        """Return the envelope if it tells of success, else raise its error."""
        envelope: Any = answer.body
        if not isinstance(envelope, dict) or "error" not in envelope:
            known = isinstance(envelope, dict) and "response" in envelope
            if not known or answer.status >= 400:
                raise _without_envelope(answer, path, changes_state)
            return envelope
        code = _plain(envelope["error"])
        if not code and answer.status < 400:
            return envelope
        response = envelope.get("response")
        if partial is not None and isinstance(response, dict) and response.get(partial):
            return envelope
        raise error_for(
            code or f"http_{answer.status}",
            redacted(_plain(envelope.get("message")), account.secrets),
            changes_state=changes_state,
            now=self.clock(),
            request_id=_plain(envelope.get("request_id")) or None,
        )


def _without_envelope(answer: Answer, path: str, changes_state: bool) -> ConnectorError:
    told = f"{path} answered {answer.status} without Shopee's envelope"
    if answer.status in (401, 403):
        return AuthenticationError(told)
    return OutcomeUnknown(told) if changes_state else UnexpectedAnswer(told)


def _plain(value: object) -> str:
    """Return a text of an envelope; documents print "-" where servers send nothing."""
    written = str(value if value is not None else "").strip()
    return "" if written == "-" else written


def _pairs(query: Query) -> list[tuple[str, str | int]]:
    return list(query.items() if isinstance(query, Mapping) else query)


def _texts(pairs: list[tuple[str, str | int]]) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in pairs]
