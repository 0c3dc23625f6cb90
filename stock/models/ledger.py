"""The ledger's own tables; only ``stock.guard`` and the database write them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from stock.models.base import Base, Identity, UtcDateTime
from stock.rules import movement_check
from stock.transfers import Bucket, Place


class Movement(Base):
    """A posted transfer: one line of history, never changed, never deleted.

    SKU and warehouses carry no foreign key of their own: each movement makes or
    meets its stock level in the same statement, and the level has them.
    """

    __tablename__ = "movement"
    __table_args__ = (
        CheckConstraint("quantity > 0 AND quantity <= 9999999", name="quantity"),
        CheckConstraint("actor <> '' AND document <> ''", name="answerable"),
        CheckConstraint(movement_check(), name="allowed"),
        ForeignKeyConstraint(
            ["receipt_line_id", "order_line_id"],
            ["receipt_line.id", "receipt_line.order_line_id"],
            name="fk_movement_receipt_line",
        ),
        Index("ix_movement_sku", "sku_id", "id"),
        Index("ix_movement_receipt_line", "receipt_line_id"),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sku_id: Mapped[int] = mapped_column(Identity)
    quantity: Mapped[int]
    from_bucket: Mapped[str] = mapped_column(String(10))
    from_warehouse_id: Mapped[int]
    to_bucket: Mapped[str] = mapped_column(String(10))
    to_warehouse_id: Mapped[int]
    order_line_id: Mapped[int | None] = mapped_column(Identity)
    receipt_line_id: Mapped[int | None] = mapped_column(Identity)
    document: Mapped[str] = mapped_column(String(200))
    actor: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(500), default="")

    @property
    def source(self) -> Place:
        """Where the units came from."""
        return Place(Bucket(self.from_bucket), self.from_warehouse_id)

    @property
    def target(self) -> Place:
        """Where the units went."""
        return Place(Bucket(self.to_bucket), self.to_warehouse_id)


class StockLevel(Base):
    """Units of one SKU in one warehouse, per bucket: the sum of its movements."""

    __tablename__ = "stock_level"
    __table_args__ = (
        CheckConstraint("committed >= 0", name="committed"),
        CheckConstraint("out >= 0", name="out"),
        CheckConstraint("damaged >= 0", name="damaged"),
        CheckConstraint("lost >= 0", name="lost"),
    )

    sku_id: Mapped[int] = mapped_column(ForeignKey("sku.id"), primary_key=True)
    warehouse_id: Mapped[int] = mapped_column(
        ForeignKey("warehouse.id"), primary_key=True
    )
    available: Mapped[int] = mapped_column(server_default="0")
    committed: Mapped[int] = mapped_column(server_default="0")
    out: Mapped[int] = mapped_column(server_default="0")
    damaged: Mapped[int] = mapped_column(server_default="0")
    lost: Mapped[int] = mapped_column(server_default="0")
    outside: Mapped[int] = mapped_column(server_default="0")
    movement_id: Mapped[int] = mapped_column(Identity, server_default="0")
    """The newest movement that is part of this level."""

    @property
    def on_hand(self) -> int:
        """Units physically in the building."""
        return self.available + self.committed + self.damaged


class LineLevel(Base):
    """Where the units of one order line are: the same projection, per line."""

    __tablename__ = "line_level"
    __table_args__ = (
        CheckConstraint("committed >= 0", name="committed"),
        CheckConstraint("out >= 0", name="out"),
        CheckConstraint("received >= 0", name="received"),
        CheckConstraint("damaged >= 0", name="damaged"),
        CheckConstraint("lost >= 0", name="lost"),
    )

    order_line_id: Mapped[int] = mapped_column(
        ForeignKey("order_line.id"), primary_key=True, autoincrement=False
    )
    sku_id: Mapped[int] = mapped_column(Identity)
    committed: Mapped[int] = mapped_column(server_default="0")
    out: Mapped[int] = mapped_column(server_default="0")
    received: Mapped[int] = mapped_column(server_default="0")
    damaged: Mapped[int] = mapped_column(server_default="0")
    lost: Mapped[int] = mapped_column(server_default="0")
    movement_id: Mapped[int] = mapped_column(Identity, server_default="0")

    @property
    def returned(self) -> int:
        """Units accounted for by receipts and write-offs."""
        return self.received + self.damaged + self.lost

    @property
    def shipped(self) -> int:
        """Units that ever left, wherever they are now."""
        return self.out + self.returned
