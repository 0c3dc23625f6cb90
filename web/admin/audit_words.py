"""Says in words what the audit log holds in codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from stock.models import RefundMode, Role
from web.language import gettext, lazy_gettext
from web.words import ROLES, Words, word

ACTIONS: Words = MappingProxyType(
    {
        "access answered": lazy_gettext("Took in the channel's answer"),
        "access asked": lazy_gettext("Asked for access"),
        "access given": lazy_gettext("Access was given"),
        "access refused": lazy_gettext("Access was refused"),
        "done by program": lazy_gettext("Done by a program"),
        "endpoint added": lazy_gettext("Added an address that is told of changes"),
        "endpoint paused": lazy_gettext("Stopped telling an address"),
        "endpoint removed": lazy_gettext("Removed an address that was told of changes"),
        "endpoint resumed": lazy_gettext("Let an address be told again"),
        "endpoint secret set": lazy_gettext("Gave an address a new secret"),
        "key added": lazy_gettext("Made a key for the API"),
        "key revoked": lazy_gettext("Revoked a key of the API"),
        "listing mapped": lazy_gettext("Mapped a listing"),
        "listing rules set": lazy_gettext("Changed a listing's rules"),
        "password set": lazy_gettext("Set a password"),
        "person added": lazy_gettext("Added a person"),
        "person disabled": lazy_gettext("Disabled a person"),
        "person enabled": lazy_gettext("Enabled a person"),
        "role set": lazy_gettext("Changed a role"),
        "set-aside work tried": lazy_gettext("Tried set-aside work again"),
        "shop resumed": lazy_gettext("Let a shop go on"),
        "shop rules set": lazy_gettext("Changed a shop's rules"),
        "shop stopped": lazy_gettext("Stopped a shop"),
        "shops set": lazy_gettext("Changed a person's shops"),
        "sign-in link made": lazy_gettext("Made a sign-in link"),
        "sign-in refused": lazy_gettext("Sign-in refused"),
        "signed in": lazy_gettext("Signed in"),
        "SKU made": lazy_gettext("Made a SKU"),
        "warehouses set": lazy_gettext("Changed a person's warehouses"),
    }
)

DETAILS: Words = MappingProxyType(
    {
        "from": lazy_gettext("Before"),
        "to": lazy_gettext("After"),
        "name": lazy_gettext("Name"),
        "role": lazy_gettext("Role"),
        "events": lazy_gettext("Is told of"),
        "scopes": lazy_gettext("Scopes"),
        "shops": lazy_gettext("Shops"),
        "warehouses": lazy_gettext("Warehouses"),
        "buffer": lazy_gettext("Kept back"),
        "share": lazy_gettext("Shows at most"),
        "sells from": lazy_gettext("Sells from"),
        "packs in": lazy_gettext("Packs in"),
        "refunds": lazy_gettext("Refunds"),
        "paused": lazy_gettext("Paused"),
        "stands for": lazy_gettext("Stands for"),
        "records": lazy_gettext("Records"),
        "reason": lazy_gettext("Reason"),
        "by": lazy_gettext("In whose name"),
    }
)
"""In the sequence in which they are shown."""

_SMALL: Words = MappingProxyType(
    {
        RefundMode.AUTOMATIC: lazy_gettext("at once"),
        RefundMode.BY_HAND: lazy_gettext("only shown"),
        "all": lazy_gettext("all"),
        "*": lazy_gettext("all"),
        "as shop": lazy_gettext("as its shop"),
        "yes": lazy_gettext("yes"),
        "no": lazy_gettext("no"),
    }
)


def detail_rows(detail: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """Return the details of an entry; PostgreSQL keeps them in no sequence."""
    known = list(DETAILS)
    rank = {name: place for place, name in enumerate(known)}
    return sorted(detail.items(), key=lambda x: (rank.get(x[0], len(known)), x[0]))


def detail_text(value: str) -> str:
    """Return a detail of the log as people read it."""
    return " → ".join(_part(part) for part in str(value).split(" → "))


def _part(text: str) -> str:
    if not text:
        return gettext("none")
    if text in set(Role):
        return word(ROLES, text)
    return str(_SMALL.get(text, text))
