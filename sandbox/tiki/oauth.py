"""The consent page and the token endpoint, as OAuth 2.0 has them."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sandbox.channel import Json

from .accounts import ACCESS_SECONDS, ALL, OFFLINE, SCOPES, Account, Accounts, App


class OAuthRefused(Exception):
    """A refusal in the words of OAuth 2.0."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.body: Json = {"error": error, "error_description": description}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What the token endpoint answers, and for which seller."""

    body: Json
    account: Account | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRequest:
    """A form sent to the token endpoint, with the header that may name the app."""

    form: Mapping[str, str]
    authorization: str
    now: float
    applies: bool


class OAuth:
    """The three grants of Tiki; the seller always agrees at once."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def consent(self, query: Mapping[str, str], now: float) -> str:
        """Where the browser is sent after the seller agreed.

        One port serves every seller, so the newest agrees, or the one that a ``shop``
        parameter of the sandbox's own names.
        """
        if query.get("client_id") != self._accounts.public.client_id:
            raise OAuthRefused(401, "invalid_client", "The client is unknown.")
        if query.get("response_type") != "code":
            raise OAuthRefused(
                400, "unsupported_response_type", "The response_type must be code."
            )
        target = query.get("redirect_uri", "")
        parts = urlsplit(target)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise OAuthRefused(400, "invalid_request", "The redirect_uri is missing.")
        scopes = _scopes(query.get("scope", ""))
        account = self._agreeing(query.get("shop", ""))
        added = [
            ("code", self._accounts.new_code(account, scopes, target, now)),
            ("scope", " ".join(scopes)),
            ("state", query.get("state", "")),
        ]
        return urlunsplit(
            parts._replace(query=urlencode([*parse_qsl(parts.query), *added]))
        )

    def exchange(self, request: TokenRequest) -> Exchange:
        """Give tokens for a code, a refresh token or the app's own secret."""
        app = self._app(request)
        grant = request.form.get("grant_type", "")
        if grant == "authorization_code":
            return self._by_code(app, request)
        if grant == "refresh_token":
            return self._by_refresh_token(app, request)
        if grant == "client_credentials":
            return self._by_itself(app, request)
        raise OAuthRefused(
            400, "unsupported_grant_type", "The grant_type is not supported."
        )

    def _by_code(self, app: App, request: TokenRequest) -> Exchange:
        code = self._accounts.codes.get(request.form.get("code", ""))
        if code is None or code.app is not app or request.now >= code.good_until:
            raise _invalid_grant("The authorization code is invalid or expired.")
        if request.form.get("redirect_uri") != code.redirect_uri:
            raise _invalid_grant("The redirect_uri does not match.")
        if request.applies:
            del self._accounts.codes[code.value]
        return self._tokens(app, code.account, code.scopes, request)

    def _by_refresh_token(self, app: App, request: TokenRequest) -> Exchange:
        known = self._accounts.refresh.get(request.form.get("refresh_token", ""))
        if known is None or known.app is not app or request.now >= known.good_until:
            raise _invalid_grant("The refresh token is invalid, expired or was used.")
        assert known.account is not None, "refresh tokens are given for sellers only"
        if request.applies:
            del self._accounts.refresh[known.value]
        return self._tokens(app, known.account, known.scopes, request)

    def _by_itself(self, app: App, request: TokenRequest) -> Exchange:
        scopes = tuple(
            scope
            for scope in _scopes(request.form.get("scope", ""))
            if scope != OFFLINE
        )
        return self._tokens(app, app.owner, scopes, request)

    def _tokens(
        self,
        app: App,
        account: Account | None,
        scopes: tuple[str, ...],
        request: TokenRequest,
    ) -> Exchange:
        access = self._accounts.new_access(app, account, scopes, request.now)
        body: Json = {
            "access_token": access.value,
            "expires_in": ACCESS_SECONDS,
            "scope": " ".join(scopes),
            "token_type": "bearer",
        }
        refresh = None
        if account is not None and OFFLINE in scopes:
            refresh = self._accounts.new_refresh(app, account, scopes, request.now)
            body["refresh_token"] = refresh.value
        if not request.applies:
            # Answered as if they were good, and they are not.
            del self._accounts.access[access.value]
            if refresh is not None:
                del self._accounts.refresh[refresh.value]
        return Exchange(body=body, account=account)

    def _app(self, request: TokenRequest) -> App:
        client_id, secret = _credentials(request)
        app = self._accounts.apps.get(client_id)
        if app is None or not hmac.compare_digest(
            app.client_secret.encode(), secret.encode()
        ):
            raise OAuthRefused(
                401, "invalid_client", "Client authentication has failed."
            )
        return app

    def _agreeing(self, named: str) -> Account:
        accounts = self._accounts.by_name
        if named in accounts:
            return accounts[named]
        if not accounts:
            raise OAuthRefused(400, "access_denied", "There is no seller to agree.")
        return list(accounts.values())[-1]


def _credentials(request: TokenRequest) -> tuple[str, str]:
    scheme, _, encoded = request.authorization.partition(" ")
    if scheme.lower() != "basic":
        form = request.form
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        decoded = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    client_id, _, secret = decoded.partition(":")
    return client_id, secret


def _scopes(text: str) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(text.split()))
    if unknown := [scope for scope in asked if scope not in (*SCOPES, ALL)]:
        raise OAuthRefused(
            400, "invalid_scope", f"The scope {unknown[0]} is not known."
        )
    return asked or SCOPES


def _invalid_grant(description: str) -> OAuthRefused:
    return OAuthRefused(400, "invalid_grant", description)
