"""People, what they may do, their sessions, and what was done in their names."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from stock.models.base import Base, Identity, Json, UtcDateTime

_Ids = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Role(StrEnum):
    """What a person is here."""

    VIEWER = "viewer"
    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Person(Base):
    """Somebody who may sign in, or whose launches from the ERP are narrowed."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    plain_name: Mapped[str] = mapped_column(String(300), unique=True)
    """The name without case and spacing: two spellings are one person."""
    role: Mapped[Role] = mapped_column(String(20))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    """None: this person comes from the ERP only."""
    shop_ids: Mapped[list[int] | None] = mapped_column(_Ids)
    """None: all of them, the future ones too."""
    warehouse_ids: Mapped[list[int] | None] = mapped_column(_Ids)
    """None: all of them, the future ones too."""
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PersonSession(Base):
    """One opened page; without its row a session's address opens nothing."""

    __tablename__ = "person_session"
    __table_args__ = (
        Index("ix_person_session_plain_name", "plain_name"),
        Index("ix_person_session_ends_at", "ends_at"),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the secret in the address: a copy of the table opens nothing."""
    user: Mapped[str] = mapped_column("user_name", String(100))
    shown_name: Mapped[str] = mapped_column(String(100), default="")
    plain_name: Mapped[str] = mapped_column(String(300))
    role: Mapped[Role] = mapped_column(String(20))
    shop_ids: Mapped[list[int] | None] = mapped_column(_Ids)
    warehouse_ids: Mapped[list[int] | None] = mapped_column(_Ids)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Whose password opened it; None: it came from a launch."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UsedLaunch(Base):
    """A launch token that opened the page; it does so once."""

    __tablename__ = "used_launch"
    __table_args__ = (Index("ix_used_launch_ends_at", "ends_at"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the issuer and the token's id."""
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """From here on the token is refused for its age."""


class FailedLogin(Base):
    """How often signing in failed lately, for one name or one address."""

    __tablename__ = "failed_login"
    __table_args__ = (Index("ix_failed_login_forgotten_at", "forgotten_at"),)

    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    """``name:`` or ``address:`` and a SHA-256."""
    failures: Mapped[int] = mapped_column()
    forgotten_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditEntry(Base):
    """Something that a person did to people, shops, settings or keys; never edited."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_actor", "actor", "id"),
        Index("ix_audit_entry_action", "action", "id"),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(50))
    """A short English code such as ``person added``; pages translate it."""
    object: Mapped[str] = mapped_column(String(200))
    """What it was done to, as people know it."""
    detail: Mapped[dict[str, str]] = mapped_column(Json)
