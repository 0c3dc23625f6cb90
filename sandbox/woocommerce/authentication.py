"""Checking keys and signatures, as strictly as the site does."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from .php import PhpValue, parse_query, signed_pairs
from .signing import METHODS, base_string, oauth_signature, same
from .site import Site
from .wire import WireError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_WINDOW_SECONDS = 15 * 60
_NEEDED = (
    "oauth_consumer_key",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_signature",
    "oauth_signature_method",
)
_HEADER_PARAMETER = re.compile(r'(oauth_[a-z_]+)="([^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a request brings to be let in."""

    method: str
    path: str
    is_https: bool
    query: Mapping[str, PhpValue]
    form: Mapping[str, PhpValue]
    authorization: str

    @property
    def signed(self) -> dict[str, PhpValue]:
        """Every parameter that OAuth counts, wherever it was sent."""
        header = {
            name: unquote(value)
            for name, value in _HEADER_PARAMETER.findall(self.authorization)
        }
        return {**self.query, **self.form, **header}

    @property
    def key_and_secret(self) -> tuple[str, str]:
        """The pair of the query if it is whole, else that of Basic auth."""
        key, secret = (
            str(self.query.get(name, ""))
            for name in ("consumer_key", "consumer_secret")
        )
        return (key, secret) if key and secret else _basic(self.authorization)


def credentials(environ: WSGIEnvironment, form: str = "") -> Credentials:
    """Read what a request brings; ``form`` is a form body, if it has one."""
    schemes = (environ["wsgi.url_scheme"], environ.get("HTTP_X_FORWARDED_PROTO"))
    return Credentials(
        method=environ["REQUEST_METHOD"],
        path=_raw_path(environ),
        is_https="https" in schemes,
        query=parse_query(environ.get("QUERY_STRING", "")),
        form=parse_query(form),
        authorization=environ.get("HTTP_AUTHORIZATION", "").strip(),
    )


def named_key(environ: WSGIEnvironment) -> str:
    """The consumer key that a request names, without judging it."""
    brought = credentials(environ)
    named = brought.signed.get("oauth_consumer_key")
    named = named or brought.query.get("consumer_key")
    return str(named) if named else _basic(brought.authorization)[0]


def authenticate(
    sites: Mapping[str, Site], brought: Credentials, now: float
) -> Site | None:
    """The site whose key the request proves to hold; nothing for a stranger.

    Keys in the open count over HTTPS alone.  What a site does with a plain key over
    HTTP is nothing: the request goes on as a stranger's.
    """
    if brought.is_https:
        key, secret = brought.key_and_secret
        site = sites.get(key)
        if site is not None and secret:
            if not same(site.consumer_secret, secret):
                raise _refused("Consumer secret is invalid.")
            return site
    return _by_signature(sites, brought, now)


def _by_signature(
    sites: Mapping[str, Site], brought: Credentials, now: float
) -> Site | None:
    signed = brought.signed
    missing = [name for name in _NEEDED if not signed.get(name)]
    if len(missing) == len(_NEEDED):
        return None
    if missing:
        many = "s" if len(missing) > 1 else ""
        raise WireError(
            "woocommerce_rest_authentication_missing_parameter",
            f"Missing OAuth parameter{many} {', '.join(missing)}",
            401,
        )
    site = sites.get(str(signed["oauth_consumer_key"]))
    if site is None:
        raise _refused("Consumer key is invalid.")
    _check_signature(site, brought, signed)
    _check_freshness(
        site, str(signed["oauth_timestamp"]), str(signed["oauth_nonce"]), now
    )
    return site


def _check_signature(
    site: Site, brought: Credentials, signed: Mapping[str, PhpValue]
) -> None:
    method = str(signed["oauth_signature_method"])
    if method not in METHODS:
        raise _refused("Invalid signature - signature method is invalid.")
    counted = {name: each for name, each in signed.items() if name != "oauth_signature"}
    # The site signs its own address, not the one that the client called.
    home = site.base_url
    if brought.is_https:
        home = re.sub(r"^http://", "https://", home)
    base = base_string(brought.method, home + brought.path, signed_pairs(counted))
    # A plus sign that was not escaped has become a blank on the way.
    shown = unquote(str(signed["oauth_signature"]).replace(" ", "+"))
    if not same(oauth_signature(method, base, site.consumer_secret), shown):
        raise _refused("Invalid signature - provided signature does not match.")


def _check_freshness(site: Site, timestamp: str, nonce: str, now: float) -> None:
    if not timestamp.isdecimal() or abs(int(timestamp) - now) > _WINDOW_SECONDS:
        raise _refused("Invalid timestamp.")
    if nonce in site.nonces.values():
        raise _refused("Invalid nonce - nonce has already been used.")
    # One nonce is kept for each second, as the site keeps them.
    site.nonces[int(timestamp)] = nonce
    for stamp in [each for each in site.nonces if each < now - _WINDOW_SECONDS]:
        del site.nonces[stamp]


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        decoded = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    key, _, secret = decoded.partition(":")
    return key, secret


def _raw_path(environ: WSGIEnvironment) -> str:
    uri = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if isinstance(uri, str):
        return re.sub(r"^https?://[^/]+", "", uri).partition("?")[0]
    return quote(environ["PATH_INFO"])


def _refused(message: str) -> WireError:
    return WireError("woocommerce_rest_authentication_error", message, 401)
