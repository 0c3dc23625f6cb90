"""What the web room refuses, and why; facts are attributes, not text."""

from __future__ import annotations

from web.permissions import Permission, Role


class WebError(Exception):
    """The page refused a request; nothing was written."""


class TokenRefused(WebError):
    """A token is not ours, not for this purpose, or over."""

    def __init__(self, purpose: str, *, why: str = "", expired: bool = False) -> None:
        self.purpose = purpose
        self.expired = expired
        why = "expired" if expired else why
        super().__init__(f"{purpose} token refused{': ' if why else ''}{why}")


class ForeignForm(WebError):
    """A form without a session did not come from a page of ours."""


class RoleRefused(WebError):
    """The reader's role does not allow what the page is for."""

    def __init__(self, role: Role, permission: Permission | None) -> None:
        self.role = role
        self.permission = permission
        super().__init__(f"role {role} may not {permission}")


class RecordMissing(WebError):
    """There is no such order or receipt; ``kind`` says which of them."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(f"no such {kind}")


class FieldsRefused(WebError):
    """A form has fields that it cannot have, or one of them twice."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"unexpected form field {field!r}")
