"""Calls Haravan: the shop's token, kept fresh, and refusals turned into errors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from connector.base import Clock, Settings, SettingsStore
from connector.errors import (
    AuthenticationError,
    AuthorizationLost,
    SettingsError,
    UnexpectedAnswer,
)
from connector.haravan.account import Account, read_account, renewed
from connector.haravan.bucket import CallBucket
from connector.haravan.refusals import TokenRefused, error_for, told_by
from connector.parsing import JsonRecord, Malformed, record, records
from connector.rotation import renewed_ahead
from connector.transport import Answer, Transport

TOKEN_PATH = "/connect/token"
LARGEST_PAGE = 50

_REFRESH_AHEAD = timedelta(minutes=5)

Query = Mapping[str, str | int]


class Client:
    """Speaks for one shop; calls repeat themselves once after a renewed token."""

    def __init__(
        self, settings: SettingsStore, transport: Transport, clock: Clock
    ) -> None:
        self.settings = settings
        self.transport = transport
        self.clock = clock
        self._bucket = CallBucket(clock)

    def account(self) -> Account:
        """Return the shop's settings as stored now."""
        return read_account(self.settings.read())

    def one(self, path: str, name: str) -> JsonRecord:
        """Return the record that an answer holds under ``name``."""
        answer = self._as_shop("GET", path, {}, None, dict)
        try:
            return record(answer.body.get(name), name)
        except Malformed as problem:
            detail = problem.detail
        raise UnexpectedAnswer(f"{path}: {detail}")

    def many(
        self, path: str, name: str, query: Query | None = None
    ) -> list[JsonRecord]:
        """Return one page of the list that an answer holds under ``name``."""
        answer = self._as_shop("GET", path, query or {}, None, dict)
        try:
            if name not in answer.body:
                raise Malformed(f"{name} is missing")
            return records(answer.body[name], name)
        except Malformed as problem:
            detail = problem.detail
        raise UnexpectedAnswer(f"{path}: {detail}")

    def write(self, path: str, body: JsonRecord) -> Any:
        """Change something and return whatever is answered."""
        return self._as_shop("POST", path, {}, body, None).body

    def token_call(self, account: Account, more: Mapping[str, str]) -> Answer:
        """Ask for tokens; nothing else changes, so a repeat spoils nothing."""
        body = {
            "client_id": account.client_id,
            "client_secret": account.client_secret,
            **more,
        }
        return self.transport.request(
            "POST", account.auth_url + TOKEN_PATH, changes_state=False, body=body
        )

    def with_tokens(self, current: Settings, answer: Answer) -> Settings:
        """Return ``current`` with the tokens of an answer."""
        try:
            return renewed(current, answer.body, self.clock())
        except SettingsError as problem:
            detail = problem.detail
        raise UnexpectedAnswer(f"token answer: {detail}")

    def _as_shop(
        self,
        method: str,
        path: str,
        query: Query,
        body: JsonRecord | None,
        shape: type[dict[str, Any]] | None,
    ) -> Answer:
        self._bucket.check()
        stored = self._usable()
        try:
            return self._send(stored, method, path, query, body, shape)
        except TokenRefused as refusal:
            refused = refusal
        if not read_account(stored).is_renewable:
            raise _without_remedy(stored, refused)
        fresh = self.settings.rotate(stored, self._renew)
        return self._send(fresh, method, path, query, body, shape)

    def _send(
        self,
        stored: Settings,
        method: str,
        path: str,
        query: Query,
        body: JsonRecord | None,
        shape: type[dict[str, Any]] | None,
    ) -> Answer:
        account = read_account(stored)
        answer = self.transport.request(
            method,
            f"{account.base_url}/com/{path}.json",
            changes_state=method != "GET",
            query=[(name, str(value)) for name, value in query.items()],
            headers={"Authorization": f"Bearer {account.access_token}"},
            json=body,
            shape=shape,
        )
        self._bucket.note(answer.headers)
        if answer.status >= 400:
            raise error_for(answer.status, answer.body, path, account.secrets)
        return answer

    def _usable(self) -> Settings:
        """Return settings whose access token still has some minutes to live."""
        stored = self.settings.read()
        account = read_account(stored)
        if not account.access_token and not account.is_renewable:
            raise AuthorizationLost("the seller has not given access yet")
        now = self.clock()
        is_fresh = account.expires_at is None or (
            account.expires_at - now > _REFRESH_AHEAD
        )
        if not account.is_renewable or (account.access_token and is_fresh):
            return stored
        known_end = account.expires_at if account.access_token else None
        still_works = known_end is not None and known_end > now
        return renewed_ahead(
            self.settings, stored, self._renew, still_works=still_works
        )

    def _renew(self, current: Settings) -> Settings:
        """Exchange the refresh token for a new pair.

        When the answer is lost nobody can tell whether the token is used up, so that
        is a ``TransientError``: the next attempt finds out, and only a refusal then
        is ``AuthorizationLost``.
        """
        account = read_account(current)
        more = {"grant_type": "refresh_token", "refresh_token": account.refresh_token}
        answer = self.token_call(account, more)
        if answer.status >= 400:
            raise AuthorizationLost(refused_tokens(answer, account))
        return self.with_tokens(current, answer)


def refused_tokens(answer: Answer, account: Account) -> str:
    """Return how Haravan refused tokens, without telling a secret."""
    told = told_by(answer.body, account.secrets)
    return f"Haravan refused tokens with {answer.status}: {told or 'no reason'}"


def _without_remedy(stored: Settings, refused: TokenRefused) -> AuthenticationError:
    """Return the error for a refused token that nothing can renew.

    A public app asks on the consent page; a private app's token a person enters anew.
    """
    if not read_account(stored).client_id:
        return refused
    return AuthorizationLost(refused.detail)
