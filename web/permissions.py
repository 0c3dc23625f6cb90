"""What people may do here, and which role may do what: one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from stock.models import Role

View = TypeVar("View", bound=Callable[..., Any])

_MARK = "needed_permission"

__all__ = ["PERMISSIONS", "Permission", "Role", "needed", "needs"]


class Permission(StrEnum):
    """One thing that a person may do."""

    LOOK = "look"
    OWN_ACCOUNT = "own account"
    BOOK = "book"
    REVERSE = "reverse"
    WRITE_OFF = "write off"
    CLAIM = "claim"
    COUNT = "count"
    ADMINISTER = "administer"


_VIEWER = frozenset({Permission.LOOK, Permission.OWN_ACCOUNT})
_CLERK = _VIEWER | {Permission.BOOK}
_SUPERVISOR = frozenset(Permission) - {Permission.ADMINISTER}
PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.VIEWER: _VIEWER,
        Role.CLERK: _CLERK,
        Role.SUPERVISOR: _SUPERVISOR,
        Role.ADMIN: frozenset(Permission),
    }
)


def needs(permission: Permission) -> Callable[[View], View]:
    """Mark a view with what its reader must be allowed to do; ``web.access`` asks."""

    def mark(view: View) -> View:
        setattr(view, _MARK, permission)
        return view

    return mark


def needed(view: Callable[..., Any]) -> Permission | None:
    """Return what a view was marked with."""
    permission: Permission | None = getattr(view, _MARK, None)
    return permission
