"""Work that waits: messages to follow up, and what had to be set aside."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stock.models.base import Base, Identity, Json, UtcDateTime
from stock.models.catalogue import Shop


class InboxMessage(Base):
    """A verified message of a channel: a hint at what to read again."""

    __tablename__ = "inbox_message"
    __table_args__ = (
        UniqueConstraint("shop_id", "event_key"),
        Index("ix_inbox_message_open", "shop_id", "done_at"),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    event_key: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(20))
    channel_order_id: Mapped[str] = mapped_column(String(100), default="")
    return_id: Mapped[str] = mapped_column(String(100), default="")
    item_id: Mapped[str] = mapped_column(String(100), default="", server_default="")
    """The item, or its variant, whose number the channel says has changed."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SetAsideReason(StrEnum):
    UNMAPPED_SKU = "unmapped_sku"
    """A line's listing stands for no SKU of ours yet."""
    UNKNOWN_STATUS = "unknown_status"
    """The channel used a word that the mapping table does not know."""
    UNREADABLE = "unreadable"
    """The channel's record is malformed."""
    REFUSED = "refused"
    """The ledger said no; the sentence says why."""


class SetAside(Base):
    """Something a channel told us that cannot be applied yet; never dropped."""

    __tablename__ = "set_aside"
    __table_args__ = (UniqueConstraint("shop_id", "kind", "record_id"),)

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    kind: Mapped[str] = mapped_column(String(20))
    """``order`` or ``return``."""
    record_id: Mapped[str] = mapped_column(String(100))
    reason: Mapped[SetAsideReason] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(String(500), default="")
    report: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    tried_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the channel last told of it."""
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the channel was last asked for it, whether or not it told anything."""

    shop: Mapped[Shop] = relationship()
