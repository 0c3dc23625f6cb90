"""Calls Lazada: signs, keeps the tokens fresh, turns refusals into errors."""

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
from connector.lazada.account import Account, read_account, renewed
from connector.lazada.fields import told
from connector.lazada.refusals import Refused, TokenExpired, error_for
from connector.lazada.signing import sign
from connector.parsing import JsonRecord
from connector.redaction import redacted
from connector.rotation import renewed_ahead
from connector.transport import Answer, Transport

# A token lives ten days; those of test apps are shorter.
_REFRESH_AHEAD = timedelta(minutes=10)

REFRESH_PATH = "/auth/token/refresh"

Parameters = Mapping[str, str]


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

    def read(
        self, path: str, parameters: Parameters | None = None, *, method: str = "GET"
    ) -> JsonRecord:
        """Ask for something and return the whole envelope.

        Parameters travel in the address with either method: the reverse API takes a
        POST, but no body.
        """
        return self._as_shop(method, path, parameters or {}, changes_state=False)

    def write(self, path: str, parameters: Parameters) -> JsonRecord:
        """Change something and return the whole envelope."""
        return self._as_shop("POST", path, parameters, changes_state=True)

    def app_call(
        self, path: str, account: Account, parameters: Parameters
    ) -> JsonRecord:
        """Make a token call, which belongs to the app and not to a shop.

        None of these changes anything that a repeat could spoil, except that each code
        works once.
        """
        answer = self.transport.request(
            "POST",
            account.auth_url + path,
            changes_state=False,
            body=self._signed(path, account, parameters, token=""),
        )
        return _opened(answer, path, account, changes_state=False)

    def with_tokens(self, current: Settings, answer: JsonRecord) -> Settings:
        """Return ``current`` with the tokens of a token call's answer."""
        try:
            return renewed(current, answer, self.clock())
        except SettingsError as problem:
            raise UnexpectedAnswer(f"token answer: {problem.detail}") from None

    def _as_shop(
        self, method: str, path: str, parameters: Parameters, *, changes_state: bool
    ) -> JsonRecord:
        stored = self._usable()
        try:
            return self._send(method, path, stored, parameters, changes_state)
        except TokenExpired:
            fresh = self.settings.rotate(stored, self._renew)
        return self._send(method, path, fresh, parameters, changes_state)

    def _send(
        self,
        method: str,
        path: str,
        stored: Settings,
        parameters: Parameters,
        changes_state: bool,
    ) -> JsonRecord:
        account = read_account(stored)
        signed = self._signed(path, account, parameters, token=account.access_token)
        answer = self.transport.request(
            method,
            account.base_url + path,
            changes_state=changes_state,
            query={} if changes_state else signed,
            body=signed if changes_state else None,
        )
        return _opened(answer, path, account, changes_state=changes_state)

    def _signed(
        self, path: str, account: Account, parameters: Parameters, *, token: str
    ) -> dict[str, str]:
        common = {
            "app_key": account.app_key,
            "timestamp": str(int(self.clock().timestamp() * 1000)),
            "sign_method": "sha256",
            "access_token": token,
        }
        sent = {name: value for name, value in common.items() if value}
        sent.update((name, value) for name, value in parameters.items() if value)
        return {**sent, "sign": sign(account.app_secret, path, sent)}

    def _usable(self) -> Settings:
        """Return settings whose access token still has some minutes to live."""
        stored = self.settings.read()
        account = read_account(stored)
        if not account.access_token:
            raise AuthorizationLost("the seller has not given access yet")
        now = self.clock()
        if account.expires_at - now > _REFRESH_AHEAD:
            return stored
        if account.expires_at > now and not account.can_refresh(now):
            return stored
        return renewed_ahead(
            self.settings, stored, self._renew, still_works=account.expires_at > now
        )

    def _renew(self, current: Settings) -> Settings:
        """Exchange the refresh token for a new pair.

        When the answer is lost nobody can tell whether the token still works, so that
        is a ``TransientError``: the next attempt finds out, and only a refusal then
        is ``AuthorizationLost``.
        """
        account = read_account(current)
        if not account.can_refresh(self.clock()):
            raise AuthorizationLost("the seller's consent has ended")
        parameters = {"refresh_token": account.refresh_token}
        try:
            answer = self.app_call(REFRESH_PATH, account, parameters)
        except (TokenExpired, Refused) as refusal:
            raise AuthorizationLost(
                refusal.detail, request_id=refusal.request_id
            ) from None
        return self.with_tokens(current, answer)


def held(envelope: JsonRecord) -> Any:
    """Return what an envelope holds: ``data``, or ``result`` and what is inside it."""
    found = envelope.get("data")
    if found is None:
        found = envelope.get("result")
    for _ in range(2):
        if not isinstance(found, dict):
            return found
        inner = [found[name] for name in ("result", "module", "data") if name in found]
        if not inner or inner[0] is None:
            return found
        found = inner[0]
    return found


def _opened(
    answer: Answer, path: str, account: Account, *, changes_state: bool
) -> JsonRecord:
    """Return the envelope if it tells of success, else raise its error."""
    envelope: Any = answer.body
    code = told(envelope.get("code")) if isinstance(envelope, dict) else ""
    if not code:
        raise _without_envelope(answer, path, changes_state)
    refusal = envelope if code != "0" else _inner_refusal(envelope)
    if refusal is None and answer.status < 400:
        return envelope  # type: ignore[no-any-return]
    refusal = refusal or {"code": f"http_{answer.status}"}
    named = refusal.get("detail") or envelope.get("detail")
    raise error_for(
        told(refusal.get("code")) or told(refusal.get("errorCode")) or "unknown",
        told(refusal.get("type")),
        redacted(
            told(refusal.get("message") or refusal.get("errorMsg")), account.secrets
        ),
        changes_state=changes_state,
        request_id=told(envelope.get("request_id")) or None,
        detail_records=[one for one in named if isinstance(one, dict)]
        if isinstance(named, list)
        else [],
    )


def _inner_refusal(envelope: JsonRecord) -> JsonRecord | None:
    """Return the part of a successful envelope that says "no success", if any."""
    for name in ("result", "data"):
        inner = envelope.get(name)
        if isinstance(inner, dict) and told(inner.get("success")).lower() == "false":
            return inner
        if isinstance(inner, dict) and inner.get("success") is False:
            return inner
    return None


def _without_envelope(answer: Answer, path: str, changes_state: bool) -> ConnectorError:
    detail = f"{path} answered {answer.status} without Lazada's envelope"
    if answer.status in (401, 403):
        return AuthenticationError(detail)
    return OutcomeUnknown(detail) if changes_state else UnexpectedAnswer(detail)
