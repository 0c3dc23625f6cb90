"""Lets programs in: by a key in the Authorization header, and by nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, request

from stock.keys import find_key, is_use_due, note_use
from stock.models import ApiKey
from stock.models.keys import Scope
from web.api.problems import SCOPE_MISSING, UNAUTHORIZED, Problem
from web.desk import current_desk

_SCHEME = "bearer"
_REALM = 'Bearer realm="truestock"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The program that asks, and what its key allows."""

    key_id: int
    name: str
    scopes: frozenset[str]
    shop_ids: frozenset[int] | None
    """The shops that it may see; None: all."""
    warehouse_ids: frozenset[int] | None
    """The warehouses that it may book in; None: all."""

    def sees_shop(self, shop_id: int) -> bool:
        """Say whether a shop's records are there for this key."""
        return self.shop_ids is None or shop_id in self.shop_ids

    def books_in(self, warehouse_id: int) -> bool:
        """Say whether the key may book in a warehouse."""
        return self.warehouse_ids is None or warehouse_id in self.warehouse_ids


def let_in() -> None:
    """Find out whose key this request shows.  Raises ``Problem``."""
    desk = current_desk()
    text = _shown_key()
    with desk.database.read() as session:
        key = find_key(session, desk.settings.secret_keys, text)
    if key is None:
        raise _unauthorized(
            "This key is not one of ours, or it was revoked."
            " `./truestock key add` makes a new one.",
            error="invalid_token",
        )
    g.caller = _caller(key)
    now = desk.now()
    if is_use_due(key, now):
        keys = desk.settings.secret_keys
        desk.database.run(lambda session: note_use(session, keys, key.id, text, now))


def current_caller() -> Caller:
    """Return the program that asks."""
    caller = g.caller
    assert isinstance(caller, Caller)
    return caller


def demand(scope: Scope | None) -> None:
    """Let only go on whose key has a scope; nobody has none.  Raises ``Problem``."""
    caller = current_caller()
    if scope is not None and scope in caller.scopes:
        return
    needed = str(scope) if scope else "none that exists"
    challenge = f'{_REALM}, error="insufficient_scope"'
    raise Problem(
        SCOPE_MISSING,
        f"The key {caller.name} lacks the scope {needed}. Ask for a key that has it;"
        " a key's scopes are never changed.",
        {"scope": needed},
        {"WWW-Authenticate": challenge + (f', scope="{scope}"' if scope else "")},
    )


def _shown_key() -> str:
    header = request.headers.get("Authorization", "")
    scheme, _, text = header.partition(" ")
    if not header:
        raise _unauthorized("Send your key: `Authorization: Bearer tsk_...`.")
    if scheme.lower() != _SCHEME or not text.strip():
        raise _unauthorized(
            "The Authorization header must read `Bearer tsk_...`, and nothing else.",
            error="invalid_request",
        )
    return text.strip()


def _unauthorized(detail: str, *, error: str = "") -> Problem:
    challenge = _REALM + (f', error="{error}"' if error else "")
    return Problem(UNAUTHORIZED, detail, headers={"WWW-Authenticate": challenge})


def _caller(key: ApiKey) -> Caller:
    return Caller(
        key_id=key.id,
        name=key.name,
        scopes=frozenset(key.scopes),
        shop_ids=_ids(key.shop_ids),
        warehouse_ids=_ids(key.warehouse_ids),
    )


def _ids(ids: list[int] | None) -> frozenset[int] | None:
    return None if ids is None else frozenset(ids)
