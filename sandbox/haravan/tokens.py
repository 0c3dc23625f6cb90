"""``/connect/token``: exchanging codes and refresh tokens."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.channel import Json

from .accounts import ACCESS_SECONDS, Account, Accounts, Grant, Tokens
from .identity import id_token


class TokenError(Exception):
    """A refusal in the words of OAuth; its status is 400."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRequest:
    """A form that was posted, and when."""

    form: Mapping[str, str] = field(repr=False)
    authorization: str = field(repr=False)
    base_url: str
    now: float
    applies: bool


class TokenExchange:
    """Gives tokens for what is good once."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._grants = {
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh,
        }

    def exchange(self, request: TokenRequest) -> Json:
        """Answer a form, or refuse it."""
        self._check_client(request)
        kind = request.form.get("grant_type", "")
        if not kind:
            raise TokenError("invalid_request")
        if kind not in self._grants:
            raise TokenError("unsupported_grant_type")
        account, grant, tokens = self._grants[kind](request)
        if request.applies:
            self._accounts.give(account, tokens, request.now)
        return self._answer(request, account, grant, tokens)

    def _by_code(self, request: TokenRequest) -> tuple[Account, Grant, Tokens]:
        code = request.form.get("code", "")
        account = self._accounts.with_code(code)
        if account is None:
            raise TokenError("invalid_grant")
        grant = account.codes[code]
        right = grant.redirect_uri == request.form.get("redirect_uri")
        if not right or request.now >= grant.good_until:
            raise TokenError("invalid_grant")
        if request.applies:
            del account.codes[code]
        return account, grant, self._accounts.draw(grant.scopes)

    def _by_refresh(self, request: TokenRequest) -> tuple[Account, Grant, Tokens]:
        token = request.form.get("refresh_token", "")
        account = self._accounts.with_refresh(token)
        if account is None or request.now >= account.refresh[token].good_until:
            raise TokenError("invalid_grant")
        grant = account.refresh[token]
        if request.applies:
            del account.refresh[token]
        return account, grant, self._accounts.draw(grant.scopes)

    def _check_client(self, request: TokenRequest) -> None:
        named = _basic(request.authorization) or (
            request.form.get("client_id", ""),
            request.form.get("client_secret", ""),
        )
        app = self._accounts.app
        if named != (app.client_id, app.client_secret):
            raise TokenError("invalid_client")

    def _answer(
        self, request: TokenRequest, account: Account, grant: Grant, tokens: Tokens
    ) -> Json:
        answer: Json = {
            "access_token": tokens.access_token,
            "expires_in": ACCESS_SECONDS,
            "token_type": "Bearer",
            "scope": " ".join(tokens.scopes),
        }
        if tokens.refresh_token is not None:
            answer["refresh_token"] = tokens.refresh_token
        if "openid" in tokens.scopes:
            answer["id_token"] = id_token(
                self._accounts.app,
                account.store,
                issuer=request.base_url,
                nonce=grant.nonce,
                now=request.now,
            )
        return answer


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    name, _, secret = decoded.partition(":")
    return name, secret
