"""Keeps a shop's tokens fresh: renewed ahead of their end, and once when refused."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import quote

from connector.base import Clock, Settings, SettingsStore
from connector.errors import (
    AuthenticationError,
    AuthorizationLost,
    SettingsError,
    TransientError,
    UnexpectedAnswer,
)
from connector.parsing import JsonRecord, told
from connector.redaction import redacted
from connector.tiki.account import (
    SELLER,
    Account,
    TokenNames,
    read_account,
    read_token,
    renewed,
    secrets_in,
)
from connector.tiki.refusals import Refused, complaint
from connector.transport import Answer, Transport

TOKEN_PATH = "/sc/oauth2/token"

# Tokens live an hour in the only sample there is.
_RENEW_AHEAD = timedelta(minutes=5)
_ATTEMPTS = 5

_WRONG_APP = ("invalid_client", "unauthorized_client")


class Tokens:
    """Gives settings with a usable token; each renewal is stored before its use."""

    def __init__(
        self, settings: SettingsStore, transport: Transport, clock: Clock
    ) -> None:
        self._settings = settings
        self._transport = transport
        self._clock = clock

    def usable(self, names: TokenNames) -> Settings:
        """Return settings whose token still has some minutes to live."""
        stored = self._settings.read()
        if self._is_fresh(stored, names):
            return stored
        token = read_token(stored, names)
        try:
            return self._rotated(
                stored, names, lambda current: self._is_fresh(current, names)
            )
        except TransientError:
            if token.value and token.expires_at > self._clock():
                return stored
            raise

    def after_refusal(self, names: TokenNames, refused: Settings) -> Settings:
        """Return settings with another token than the one that was refused."""
        old = read_token(refused, names).value
        return self._rotated(
            refused, names, lambda current: read_token(current, names).value != old
        )

    def granted(self, account: Account, grant: Mapping[str, str]) -> JsonRecord:
        """Ask the token endpoint and return its answer.

        Raises ``Refused``, or ``AuthenticationError`` when the app itself is refused.
        """
        answer = self._ask(account, grant, in_header=True)
        if _is_wrong_app(answer):
            # Each app is set up for one of two ways to send its secret.
            answer = self._ask(account, grant, in_header=False)
        if answer.status < 400:
            found: JsonRecord = answer.body
            return found
        said = complaint(answer.body) or "no reason given"
        if _is_wrong_app(answer):
            raise AuthenticationError(f"Tiki refused the app: {_word(answer)}")
        raise Refused(answer.status, redacted(said, secrets_in(self._settings.read())))

    def with_token(
        self, current: Settings, answer: JsonRecord, names: TokenNames
    ) -> Settings:
        """Return ``current`` with the token of a token call's answer."""
        try:
            return renewed(current, answer, names, self._clock())
        except SettingsError as problem:
            raise UnexpectedAnswer(f"token answer: {problem.detail}") from None

    def _is_fresh(self, settings: Settings, names: TokenNames) -> bool:
        token = read_token(settings, names)
        return bool(token.value) and token.expires_at - self._clock() > _RENEW_AHEAD

    def _rotated(
        self, stale: Settings, names: TokenNames, is_done: Callable[[Settings], bool]
    ) -> Settings:
        return self._until(
            stale, lambda current: self._renewed(current, names), is_done
        )

    def _until(
        self,
        stale: Settings,
        renew: Callable[[Settings], Settings],
        is_done: Callable[[Settings], bool],
    ) -> Settings:
        """Rotate until we renewed, or somebody else did what we want.

        Settings hold more than one token, so that what somebody else has stored in the
        meantime may be another one.
        """
        ours: list[bool] = []

        def noted(current: Settings) -> Settings:
            fresh = renew(current)
            ours.append(True)
            return fresh

        for _ in range(_ATTEMPTS):
            stale = self._settings.rotate(stale, noted)
            if ours or is_done(stale):
                return stale
        raise TransientError("the shop's settings are being changed by somebody else")

    def _renewed(self, current: Settings, names: TokenNames) -> Settings:
        account = read_account(current)
        if names is SELLER and not account.is_in_house:
            return self._refreshed(current, account)
        answer = self._by_credentials(account)
        return self.with_token(current, answer, names)

    def _refreshed(self, current: Settings, account: Account) -> Settings:
        """Exchange the refresh token, which may work only once.

        When the answer is lost nobody can tell whether it is used up, so that is a
        ``TransientError``: the next attempt finds out, and only a refusal then is
        ``AuthorizationLost``.
        """
        grant = {
            "grant_type": "refresh_token",
            "refresh_token": account.refresh_token,
        }
        try:
            answer = self.granted(account, grant)
        except Refused as refusal:
            raise AuthorizationLost(refusal.detail) from None
        return self.with_token(current, answer, SELLER)

    def _by_credentials(self, account: Account) -> JsonRecord:
        try:
            return self.granted(account, {"grant_type": "client_credentials"})
        except Refused as refusal:
            raise AuthenticationError(refusal.detail) from None

    def _ask(
        self, account: Account, grant: Mapping[str, str], *, in_header: bool
    ) -> Answer:
        form = {**grant, "client_id": account.client_id}
        headers = {}
        if in_header:
            headers["Authorization"] = basic(account.client_id, account.client_secret)
        else:
            form["client_secret"] = account.client_secret
        return self._transport.request(
            "POST",
            account.base_url + TOKEN_PATH,
            # A repeat spoils nothing but the refresh token: see ``_refreshed``.
            changes_state=False,
            headers=headers,
            body=form,
        )


def basic(client_id: str, client_secret: str) -> str:
    """Return the header with which an app proves itself (RFC 6749, section 2.3.1)."""
    pair = f"{quote(client_id, safe='')}:{quote(client_secret, safe='')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _is_wrong_app(answer: Answer) -> bool:
    return answer.status in (400, 401) and _word(answer) in _WRONG_APP


def _word(answer: Answer) -> str:
    body = answer.body
    return told(body.get("error")) if isinstance(body, dict) else ""
