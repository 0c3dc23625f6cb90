"""Documents that move stock: return receipts and stocktakes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stock.models.base import Base, Identity, UtcDateTime
from stock.models.catalogue import Sku, Warehouse
from stock.models.orders import Order, OrderLine


def receipt_number(receipt_id: int) -> str:
    """Return the number that people read out to each other."""
    return f"R{receipt_id:06d}"


class Receipt(Base):
    """A posted return receipt: what the warehouse found in a parcel of an order."""

    __tablename__ = "receipt"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    content: Mapped[str] = mapped_column(String(64))
    """Digest of what was asked for, to tell a repetition from a conflict."""
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"))
    actor: Mapped[str] = mapped_column(String(100))
    note: Mapped[str] = mapped_column(String(500), default="")
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    order: Mapped[Order] = relationship()
    warehouse: Mapped[Warehouse] = relationship()
    lines: Mapped[list[ReceiptLine]] = relationship(
        back_populates="receipt", order_by="ReceiptLine.id"
    )

    reversal: Mapped[ReceiptReversal | None] = relationship(
        back_populates="receipt", viewonly=True
    )

    @property
    def number(self) -> str:
        """The number that people read out to each other."""
        return receipt_number(self.id)


class ReceiptReversal(Base):
    """What took a receipt back: who, when and why; the receipt itself stays."""

    __tablename__ = "receipt_reversal"
    __table_args__ = (
        CheckConstraint("actor <> '' AND reason <> ''", name="answerable"),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id"), unique=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    reason: Mapped[str] = mapped_column(String(500))
    actor: Mapped[str] = mapped_column(String(100))
    reversed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    receipt: Mapped[Receipt] = relationship(back_populates="reversal", viewonly=True)


class ReceiptLine(Base):
    __tablename__ = "receipt_line"
    __table_args__ = (
        CheckConstraint("good >= 0 AND damaged >= 0 AND lost >= 0", name="signs"),
        CheckConstraint("good + damaged + lost > 0", name="something"),
        CheckConstraint("found >= 0 AND found <= good + damaged", name="found"),
        # Lets a movement prove that its receipt line is about its order line.
        UniqueConstraint("id", "order_line_id"),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id"), index=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"))
    expected_return_id: Mapped[int | None] = mapped_column(
        ForeignKey("expected_return.id")
    )
    """The announced return that the clerk opened, if it was one."""
    good: Mapped[int] = mapped_column(default=0)
    damaged: Mapped[int] = mapped_column(default=0)
    lost: Mapped[int] = mapped_column(default=0)
    found: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many of the good and damaged ones had been written off as lost before."""

    receipt: Mapped[Receipt] = relationship(back_populates="lines")
    order_line: Mapped[OrderLine] = relationship()


class Stocktake(Base):
    """A count of the shelf, kept as the document of the movements it caused."""

    __tablename__ = "stocktake"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    document: Mapped[str] = mapped_column(String(200))
    actor: Mapped[str] = mapped_column(String(100))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)

    lines: Mapped[list[StocktakeLine]] = relationship(order_by="StocktakeLine.id")


class StocktakeLine(Base):
    __tablename__ = "stocktake_line"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    stocktake_id: Mapped[int] = mapped_column(ForeignKey("stocktake.id"), index=True)
    sku_id: Mapped[int] = mapped_column(ForeignKey("sku.id"), index=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"))
    quantity: Mapped[int]

    sku: Mapped[Sku] = relationship()
    warehouse: Mapped[Warehouse] = relationship()
