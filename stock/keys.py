"""Keys that let programs in: made once, shown once, kept as a keyed hash."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from stock.audit_log import write_audit
from stock.errors import StockError
from stock.models.keys import ApiKey, Scope

MARK = "tsk_"
"""What every key begins with, so that one left in a log or a repository is found."""
LONGEST_NAME = 100
LONGEST_KEY = 100
USE_IS_WRITTEN_EVERY = timedelta(minutes=10)

_PREFIX_BYTES = 6
_SECRET_BYTES = 32
_PREFIX_LENGTH = 2 * _PREFIX_BYTES


class KeyNameRefused(StockError):
    """A key's name is empty, too long, or has characters that nobody sees."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name!r} is no name for a key")


class KeyExists(StockError):
    """There is, or was, a key of this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is a key {name!r} already, or there was one")


class UnknownApiKey(StockError):
    """No such key."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"unknown key {name!r}")


class NoScope(StockError):
    """A key that may do nothing."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"key {name!r} would be allowed nothing")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was made just now."""

    key: ApiKey
    text: str
    """The only time that it can be read."""


def add_key(
    session: Session,
    secret_keys: Sequence[str],
    *,
    name: str,
    scopes: Iterable[Scope],
    actor: str,
    now: datetime,
    shop_ids: Collection[int] | None = None,
    warehouse_ids: Collection[int] | None = None,
) -> NewKey:
    """Make a key; its text is in the answer and nowhere else.

    ``secret_keys`` are the installation's own: the first one keys the hash.  Raises
    ``KeyNameRefused``, ``KeyExists`` or ``NoScope``.
    """
    granted = sorted(set(scopes))
    if not granted:
        raise NoScope(name)
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise KeyNameRefused(name)
    if session.scalar(select(ApiKey.id).where(ApiKey.name == name)) is not None:
        raise KeyExists(name)
    prefix = secrets.token_hex(_PREFIX_BYTES)
    text = f"{MARK}{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    key = ApiKey(
        name=name,
        prefix=prefix,
        digest=_digest(secret_keys[0], text),
        scopes=[str(scope) for scope in granted],
        shop_ids=None if shop_ids is None else sorted(shop_ids),
        warehouse_ids=None if warehouse_ids is None else sorted(warehouse_ids),
        added_at=now,
    )
    session.add(key)
    session.flush()
    detail = {"scopes": " ".join(key.scopes)}
    write_audit(session, actor, "key added", name, detail, now)
    return NewKey(key, text)


def find_key(session: Session, secret_keys: Sequence[str], text: str) -> ApiKey | None:
    """Return the key that a program shows, unless it is none of ours or revoked.

    A key that was hashed with an older one of ``secret_keys`` is as good.
    """
    prefix = _prefix(text)
    if prefix is None:
        return None
    key = session.scalar(select(ApiKey).where(ApiKey.prefix == prefix))
    if key is None or key.revoked_at is not None:
        return None
    same = [
        hmac.compare_digest(key.digest, _digest(secret_key, text))
        for secret_key in secret_keys
    ]
    return key if any(same) else None


def note_use(
    session: Session, secret_keys: Sequence[str], key_id: int, text: str, now: datetime
) -> None:
    """Write that a key was used; its hash follows the newest of ``secret_keys``."""
    session.execute(
        update(ApiKey)
        .where(ApiKey.id == key_id)
        .values(last_used_at=now, digest=_digest(secret_keys[0], text))
    )


def is_use_due(key: ApiKey, now: datetime) -> bool:
    """Say whether a use is to be written: once in a while is enough for people."""
    last = key.last_used_at
    return last is None or last <= now - USE_IS_WRITTEN_EVERY


def list_keys(session: Session) -> Sequence[ApiKey]:
    """Return all keys, the revoked ones too, by name."""
    return session.scalars(select(ApiKey).order_by(ApiKey.name)).all()


def revoke_key(session: Session, name: str, *, actor: str, now: datetime) -> ApiKey:
    """Let a key open nothing from now on; again changes nothing.

    The key is named by its name or by its open part.  Raises ``UnknownApiKey``.
    """
    named = or_(ApiKey.name == name, ApiKey.prefix == name)
    key = session.scalar(select(ApiKey).where(named).with_for_update())
    if key is None:
        raise UnknownApiKey(name)
    if key.revoked_at is None:
        key.revoked_at = now
        write_audit(session, actor, "key revoked", key.name, {}, now)
    return key


def _prefix(text: str) -> str | None:
    if len(text) > LONGEST_KEY or not text.isascii() or not text.startswith(MARK):
        return None
    prefix, sign, secret = text.removeprefix(MARK).partition("_")
    return prefix if sign and secret and len(prefix) == _PREFIX_LENGTH else None


def _digest(secret_key: str, text: str) -> str:
    # A key has 256 bits of chance, so one round is enough; the installation's secret
    # makes a copy of the table useless for trying keys out.
    salted = f"truestock api key {secret_key}".encode()
    return hmac.new(salted, text.encode(), hashlib.sha256).hexdigest()
