"""What people may do here, and which role may do what: one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

_MARK = "needed_permission"


class Role(StrEnum):
    """What a person is here."""

    VIEWER = "viewer"
    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Permission(StrEnum):
    """One thing that a person may do."""

    LOOK = "look"
    BOOK = "book"
    REVERSE = "reverse"
    WRITE_OFF = "write off"
    CLAIM = "claim"
    COUNT = "count"
    ADMINISTER = "administer"


_CLERK = frozenset({Permission.LOOK, Permission.BOOK})
_SUPERVISOR = frozenset(Permission) - {Permission.ADMINISTER}
PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.VIEWER: frozenset({Permission.LOOK}),
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
