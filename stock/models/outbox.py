"""Addresses that are told of changes, and what each is owed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from stock.models.base import Base, Identity, UtcDateTime


class HookEvent(StrEnum):
    """What an endpoint can be told of."""

    RECEIPT_POSTED = "receipt.posted"
    RECEIPT_REVERSED = "receipt.reversed"
    STOCK_CHANGED = "stock.changed"


class HookState(StrEnum):
    ON = "on"
    PAUSED = "paused"
    """By a person: what happens meanwhile is kept and told later."""
    OFF = "off"
    """By the receiver, with 410: what happens meanwhile is not kept."""


class HookMessageState(StrEnum):
    OWED = "owed"
    TOLD = "told"
    DEAD = "dead"
    """Tried as often as the schedule says; kept until a person tries again."""


class HookEndpoint(Base):
    """An address that is told, with the secret that signs what it is told."""

    __tablename__ = "hook_endpoint"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    tag: Mapped[str] = mapped_column(String(20), unique=True)
    """Random; makes its messages' ids unlike those of every other endpoint."""
    url: Mapped[str] = mapped_column(String(1000))
    sealed_secrets: Mapped[bytes] = mapped_column(LargeBinary)
    every_shop: Mapped[bool]
    """Otherwise only of the shops in ``hook_endpoint_shop``."""
    state: Mapped[HookState] = mapped_column(String(10), default=HookState.ON)
    reason: Mapped[str] = mapped_column(String(300), default="")
    """Why it is off."""
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(default=0)
    """Rounds in a row in which it took nothing."""
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wait_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_status: Mapped[int | None]
    last_answer: Mapped[str] = mapped_column(String(300), default="")
    last_answer_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    swept_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_token: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HookSubscription(Base):
    """An endpoint wants to be told of such events."""

    __tablename__ = "hook_subscription"

    event: Mapped[HookEvent] = mapped_column(String(30), primary_key=True)
    endpoint_id: Mapped[int] = mapped_column(
        ForeignKey("hook_endpoint.id"), primary_key=True
    )


class HookEndpointShop(Base):
    """An endpoint is told of this shop."""

    __tablename__ = "hook_endpoint_shop"

    endpoint_id: Mapped[int] = mapped_column(
        ForeignKey("hook_endpoint.id"), primary_key=True
    )
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"), primary_key=True)


class HookMessage(Base):
    """Something an endpoint is owed; written by the database beside what happened.

    A document has a message of its own.  A SKU has one for ever, whose version rises
    with each change: what is told is the number at the moment of telling.
    """

    __tablename__ = "hook_message"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event", "subject_id"),
        Index(
            "ix_hook_message_due",
            "endpoint_id",
            "due_at",
            "id",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("hook_endpoint.id"))
    event: Mapped[HookEvent] = mapped_column(String(30))
    subject_id: Mapped[int] = mapped_column(Identity)
    """Of the receipt, the reversal or the SKU."""
    version: Mapped[int] = mapped_column(Identity, default=1, server_default="1")
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[HookMessageState] = mapped_column(
        String(10), default=HookMessageState.OWED, server_default=HookMessageState.OWED
    )
    owed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Since when it is owed without a break."""
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When to try next; nothing once it is told or dead."""
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    last_status: Mapped[int | None]
    last_error: Mapped[str] = mapped_column(String(300), default="", server_default="")
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
