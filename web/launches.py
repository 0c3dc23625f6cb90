"""Launch tokens: JSON Web Tokens with which an ERP opens the page for a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from daemon.launch_keys import OWN_ISSUER, Algorithm, LaunchKey
from daemon.links import OWN_LIFETIME, PURPOSE, own_keys
from daemon.settings import LANGUAGES, Settings
from stock.people import LONGEST_NAME, is_name
from web.errors import TokenRefused
from web.permissions import Role

LIFETIME = timedelta(seconds=60)
LEEWAY = timedelta(seconds=30)
"""By how much an issuer's clock may differ from ours."""
LONGEST_LAUNCH = 4000
LONGEST_ID = 200
MOST_SCOPES = 200
_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()

_HEADERS = frozenset({"alg", "typ", "kid"})
"""A token that brings or names a key, or asks for more, is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What an issuer says of a person who is to see the page."""

    issuer: str
    id: str
    user: str
    shown_name: str
    role: Role
    shops: Sequence[str] | None
    """Names of the shops that the person is bound to; None: all of them."""
    warehouses: Sequence[str] | None
    """Codes of the warehouses that the person is bound to; None: all of them."""
    document: str
    """The number of an order, parcel or return that the page opens at."""
    language: str
    ends_at: datetime
    """From here on it is refused for its age."""


def read_launch(settings: Settings, token: str, now: datetime) -> Launch:
    """Return what a token says, if it is signed, for us, and neither early nor late.

    Whether it was used before is not known here.  Raises ``TokenRefused``, whose text
    says why and is for the log.
    """
    claims = _verified(settings, token)
    issuer = claims["iss"]
    is_own = issuer == OWN_ISSUER
    if claims.get("purpose") != PURPOSE:
        raise _refused("purpose")
    ends_at = _judged_times(
        claims,
        now,
        lifetime=OWN_LIFETIME if is_own else LIFETIME,
    )
    return Launch(
        issuer=issuer,
        id=_text(claims, "jti", longest=LONGEST_ID),
        user=_name(claims, "sub"),
        shown_name=_name(claims, "name") if "name" in claims else "",
        role=_role(claims),
        shops=_names(claims, "shop"),
        warehouses=_names(claims, "warehouse"),
        document=_text(claims, "document", longest=100) if "document" in claims else "",
        language=_language(claims),
        ends_at=ends_at,
    )


def _verified(settings: Settings, token: str) -> dict[str, Any]:
    """Return the claims of a token that one of its issuer's keys signed."""
    if len(token) > LONGEST_LAUNCH or not token.isascii():
        raise _refused("form")
    for key in _keys_of(settings, _claimed_issuer(token)):
        try:
            return jwt.decode(
                token,
                _verifying_key(key),
                algorithms=[str(key.algorithm)],
                audience=settings.base_url,
                issuer=key.issuer,
                options={
                    "require": ["iss", "aud", "sub", "jti", "iat", "exp"],
                    "strict_aud": True,
                    # Judged by the clock of the page, in _judged_times.
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.PyJWTError as error:
            raise _refused(type(error).__name__) from None
    raise _refused("signature or issuer")


def _claimed_issuer(token: str) -> str:
    try:
        read = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise _refused("form") from None
    if not _HEADERS.issuperset(read["header"]):
        raise _refused("header")
    issuer = read["payload"].get("iss")
    if not isinstance(issuer, str):
        raise _refused("iss")
    return issuer


def _keys_of(settings: Settings, issuer: str) -> Sequence[LaunchKey]:
    keys = [*own_keys(settings), *settings.launch_keys]
    return [key for key in keys if key.issuer == issuer]


def _verifying_key(key: LaunchKey) -> bytes | Ed25519PublicKey:
    if key.algorithm is Algorithm.EDDSA:
        return Ed25519PublicKey.from_public_bytes(key.key)
    return key.key


def _judged_times(
    claims: Mapping[str, Any],
    now: datetime,
    *,
    lifetime: timedelta,
) -> datetime:
    issued, ends = _moment(claims, "iat"), _moment(claims, "exp")
    if not timedelta(0) < ends - issued <= lifetime:
        raise _refused("lifetime")
    starts = max(issued, _moment(claims, "nbf")) if "nbf" in claims else issued
    if starts > now + LEEWAY:
        raise _refused("early")
    if ends + LEEWAY < now.replace(microsecond=0):
        raise TokenRefused(PURPOSE, expired=True)
    # One second more: a token is good for the whole of its last one.
    return ends + LEEWAY + timedelta(seconds=1)


def _moment(claims: Mapping[str, Any], name: str) -> datetime:
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused(name)
    if not 0 <= value < _LATEST:
        raise _refused(name)
    return datetime.fromtimestamp(value, UTC)


def _text(claims: Mapping[str, Any], name: str, *, longest: int) -> str:
    return _judged(claims[name], name, lambda x: 0 < len(x) <= longest)


def _name(claims: Mapping[str, Any], name: str) -> str:
    return _judged(claims[name], name, is_name)


def _judged(value: object, name: str, is_good: Callable[[str], bool]) -> str:
    if not isinstance(value, str) or not value.isprintable() or not is_good(value):
        raise _refused(name)
    return value


def _role(claims: Mapping[str, Any]) -> Role:
    value = claims.get("role")
    if not isinstance(value, str) or value not in set(Role):
        raise _refused("role")
    return Role(value)


def _names(claims: Mapping[str, Any], name: str) -> Sequence[str] | None:
    if name not in claims:
        return None
    value = claims[name]
    names = value if isinstance(value, list) else [value]
    # None at all is somebody's mistake: nobody is sent here to see nothing.
    if not 0 < len(names) <= MOST_SCOPES:
        raise _refused(name)
    return [_judged(one, name, lambda x: 0 < len(x) <= LONGEST_NAME) for one in names]


def _language(claims: Mapping[str, Any]) -> str:
    value = claims.get("lang", "")
    if value not in ("", *LANGUAGES):
        raise _refused("lang")
    return str(value)


def _refused(why: str) -> TokenRefused:
    return TokenRefused(PURPOSE, why=why)
