"""Keys of the interface for programs, and the answers kept for repeated requests."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from stock.models.base import Base, Identity, Json, UtcDateTime

_Ids = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Scope(StrEnum):
    """One thing that a key's program may do."""

    DRIFTS_READ = "drifts:read"
    LISTINGS_READ = "listings:read"
    ORDERS_READ = "orders:read"
    RECEIPTS_READ = "receipts:read"
    RECEIPTS_WRITE = "receipts:write"
    REFUNDS_READ = "refunds:read"
    RETURNS_READ = "returns:read"
    REVERSALS_WRITE = "reversals:write"
    SHOPS_READ = "shops:read"
    STOCK_READ = "stock:read"
    STOCKTAKES_READ = "stocktakes:read"
    STOCKTAKES_WRITE = "stocktakes:write"


class ApiKey(Base):
    """What a program shows to be let in; the key itself is not kept."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    """Stays taken when the key is revoked, so that the audit log means one key."""
    prefix: Mapped[str] = mapped_column(String(16), unique=True)
    """The open part of the key, by which it is found."""
    digest: Mapped[str] = mapped_column(String(64))
    """Keyed hash of the whole key: a copy of the table opens nothing."""
    scopes: Mapped[list[str]] = mapped_column(Json)
    shop_ids: Mapped[list[int] | None] = mapped_column(_Ids)
    """None: all of them, the future ones too."""
    warehouse_ids: Mapped[list[int] | None] = mapped_column(_Ids)
    """Where the key's program may book.  None: everywhere."""
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Within minutes: not every use is written."""
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KeptAnswer(Base):
    """The answer to a request that writes, for those who did not hear it."""

    __tablename__ = "kept_answer"
    __table_args__ = (
        UniqueConstraint("api_key_id", "request_key"),
        Index("ix_kept_answer_kept_until", "kept_until"),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id"))
    request_key: Mapped[str] = mapped_column(String(128))
    """As the program sent it in ``Idempotency-Key``."""
    content: Mapped[str] = mapped_column(String(64))
    """Digest of what was asked for, to tell a repetition from a conflict."""
    claim: Mapped[str] = mapped_column(String(32))
    """Who works on it; whoever lost it cannot commit."""
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kept_until: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[int | None]
    """None: still under way."""
    body: Mapped[str] = mapped_column(Text, default="")
    location: Mapped[str] = mapped_column(String(200), default="")
