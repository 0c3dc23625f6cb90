"""Calls TikTok Shop: signs, keeps the tokens fresh, turns refusals into errors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from connector.base import Clock, Settings, SettingsStore
from connector.errors import (
    AuthorizationLost,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    SettingsError,
    TransientError,
    UnexpectedAnswer,
)
from connector.parsing import JsonRecord
from connector.redaction import redacted
from connector.rotation import change_settings, renewed_ahead
from connector.tiktok.account import Account, read_account, renewed
from connector.tiktok.refusals import Refused, ScopeMissing, TokenExpired, error_for
from connector.tiktok.shops import SHOPS_PATH, authorised_shops, shop_settings
from connector.tiktok.signing import sign
from connector.transport import Answer, Transport

# A token lives about seven days.
_REFRESH_AHEAD = timedelta(hours=1)

REFRESH_PATH = "/api/v2/token/refresh"

Query = Mapping[str, str]


class Client:
    """Speaks for one shop; calls repeat themselves once after a refresh."""

    def __init__(
        self, settings: SettingsStore, transport: Transport, clock: Clock
    ) -> None:
        self.settings = settings
        self.transport = transport
        self.clock = clock

    def account(self) -> Account:
        """Return the shop's settings as stored now."""
        return read_account(self.settings.read())

    def read(self, path: str, query: Query | None = None) -> JsonRecord:
        """Ask for something and return the answer's data."""
        return self._as_shop("GET", path, query or {}, None, changes_state=False)

    def search(
        self, path: str, body: JsonRecord, query: Query | None = None
    ) -> JsonRecord:
        """Ask for something by a POST, which changes nothing, and return its data."""
        return self._as_shop("POST", path, query or {}, body, changes_state=False)

    def write(self, path: str, body: JsonRecord) -> JsonRecord:
        """Change something and return the answer's data."""
        return self._as_shop("POST", path, {}, body, changes_state=True)

    def where_allowed(self, ask: Callable[[], JsonRecord]) -> JsonRecord:
        """Return what ``ask`` does, or nothing where this app or region may not ask."""
        try:
            return ask()
        except (Refused, ScopeMissing):
            return {}

    def if_possible(self, ask: Callable[[], JsonRecord]) -> JsonRecord:
        """Return what ``ask`` does, or nothing; a throttled shop waits all the same.

        For evidence without which a record still holds, so that one record that the
        channel chokes on does not hold up the rest.
        """
        try:
            return self.where_allowed(ask)
        except RateLimited:
            raise
        except TransientError:
            return {}

    def shops(self) -> list[JsonRecord]:
        """Return the shops that the seller's consent covers."""
        stored = self._fresh()
        try:
            return self.shops_of(stored)
        except TokenExpired:
            return self.shops_of(self.settings.rotate(stored, self._renew))

    def shops_of(self, settings: Settings) -> list[JsonRecord]:
        """Return the shops of these settings' token, stored or not yet."""
        data = self._send("GET", SHOPS_PATH, settings, {}, None, changes_state=False)
        return authorised_shops(data)

    def token_call(
        self, path: str, account: Account, query: Mapping[str, str]
    ) -> JsonRecord:
        """Make a token call, which is not signed and carries the app's secret."""
        common = {"app_key": account.app_key, "app_secret": account.app_secret}
        answer = self.transport.request(
            "GET",
            account.auth_url + path,
            changes_state=False,
            query={**common, **query},
        )
        secrets = (*account.secrets, query.get("auth_code") or account.app_secret)
        return _opened(answer, path, secrets, changes_state=False)

    def with_tokens(self, current: Settings, answer: JsonRecord) -> Settings:
        """Return ``current`` with the tokens of a token call's data."""
        try:
            return renewed(current, answer, self.clock())
        except SettingsError as problem:
            raise UnexpectedAnswer(f"token answer: {problem.detail}") from None

    def _as_shop(
        self,
        method: str,
        path: str,
        query: Query,
        body: JsonRecord | None,
        *,
        changes_state: bool,
    ) -> JsonRecord:
        stored = self._with_shop(self._fresh())
        try:
            return self._send(
                method, path, stored, query, body, changes_state=changes_state
            )
        except TokenExpired:
            fresh = self.settings.rotate(stored, self._renew)
        return self._send(method, path, fresh, query, body, changes_state=changes_state)

    def _send(
        self,
        method: str,
        path: str,
        stored: Settings,
        query: Query,
        body: JsonRecord | None,
        *,
        changes_state: bool,
    ) -> JsonRecord:
        account = read_account(stored)
        sent = "" if body is None else _written(body)
        answer = self.transport.request(
            method,
            account.base_url + path,
            changes_state=changes_state,
            query=self._signed(account, path, query, sent),
            headers={
                "Content-Type": "application/json",
                "x-tts-access-token": account.access_token,
            },
            body=sent.encode() if sent else None,
        )
        return _opened(answer, path, account.secrets, changes_state=changes_state)

    def _signed(
        self, account: Account, path: str, query: Query, body: str
    ) -> dict[str, str]:
        common = {
            "app_key": account.app_key,
            "timestamp": str(int(self.clock().timestamp())),
        }
        if path != SHOPS_PATH:
            common["shop_cipher"] = account.shop_cipher
        # Clients disagree whether empty values are signed, so none is sent.
        full = {key: value for key, value in {**common, **query}.items() if value}
        return {**full, "sign": sign(account.app_secret, path, full, body)}

    def _fresh(self) -> Settings:
        """Return settings whose access token still has some time to live."""
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

    def _with_shop(self, stored: Settings) -> Settings:
        """Return settings with the shop's cipher, which is asked for where missing."""
        if read_account(stored).shop_cipher:
            return stored
        found = shop_settings(self.shops(), read_account(stored).shop_id)
        return change_settings(self.settings, lambda current: {**current, **found})

    def _renew(self, current: Settings) -> Settings:
        """Exchange the refresh token for a new pair.

        When the answer is lost nobody can tell whether the token is used up, so that
        is a ``TransientError``: the next attempt finds out, and only a refusal then
        is ``AuthorizationLost``.
        """
        account = read_account(current)
        query = {
            "refresh_token": account.refresh_token,
            "grant_type": "refresh_token",
        }
        try:
            answer = self.token_call(REFRESH_PATH, account, query)
        except (TokenExpired, ScopeMissing, Refused) as refusal:
            detail, request_id = refusal.detail, refusal.request_id
        else:
            return self.with_tokens(current, answer)
        raise AuthorizationLost(detail, request_id=request_id)


def _written(body: JsonRecord) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _opened(
    answer: Answer,
    path: str,
    secrets: tuple[str, ...],
    *,
    changes_state: bool,
) -> JsonRecord:
    """Return the data of an envelope that tells of success, else raise its error."""
    envelope: Any = answer.body
    code = envelope.get("code") if isinstance(envelope, dict) else None
    if isinstance(code, bool) or not isinstance(code, int | str) or code == "":
        raise _without_envelope(answer, path, changes_state)
    if str(code) != "0":
        raise error_for(
            str(code),
            redacted(str(envelope.get("message") or ""), secrets),
            status=answer.status,
            changes_state=changes_state,
            request_id=str(envelope.get("request_id") or "") or None,
        )
    data = envelope.get("data")
    if answer.status >= 400 or not isinstance(data, dict | None):
        raise _without_envelope(answer, path, changes_state)
    return data or {}


def _without_envelope(answer: Answer, path: str, changes_state: bool) -> ConnectorError:
    told = f"{path} answered {answer.status} without TikTok Shop's envelope"
    if answer.status == 401:
        return TokenExpired(told)
    if answer.status == 403:
        return ScopeMissing(told)
    if answer.status == 404:
        return Refused("http_404", told, None)
    return OutcomeUnknown(told) if changes_state else UnexpectedAnswer(told)
