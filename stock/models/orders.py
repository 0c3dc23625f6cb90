"""Orders, returns and refunds as we hold them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stock.models.base import Base, Identity, Json, Money, SortableMoney, UtcDateTime
from stock.models.catalogue import Shop, Sku, Warehouse
from stock.models.ledger import LineLevel


class Order(Base):
    """An order of one shop, with the newest report that the channel gave of it."""

    __tablename__ = "order"
    __table_args__ = (
        UniqueConstraint("shop_id", "channel_order_id"),
        Index("ix_order_updated", "shop_id", "updated_at", "id"),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    channel_order_id: Mapped[str] = mapped_column(String(100), index=True)
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    raw_status: Mapped[str] = mapped_column(String(100), default="")
    fulfilment: Mapped[str] = mapped_column(String(20))
    """The furthest that any of its units is known to have come; never goes back."""
    cancelled: Mapped[bool] = mapped_column(default=False)
    currency: Mapped[str] = mapped_column(String(3), default="")
    total: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    rank: Mapped[str] = mapped_column(String(120), default="")
    """Orders the reports of one moment, so that any sequence ends the same."""
    revision: Mapped[int] = mapped_column(default=0)
    """Counts the changes of what we know; part of the keys of its movements."""
    refund_floor: Mapped[Decimal | None] = mapped_column(Money)
    """What had ended before we first looked: not ours to refund."""
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """When the channel was last asked where its open parcels are."""

    shop: Mapped[Shop] = relationship()
    lines: Mapped[list[OrderLine]] = relationship(
        back_populates="order", order_by="OrderLine.id"
    )
    refunds: Mapped[list[Refund]] = relationship(
        primaryjoin="and_(Order.shop_id == foreign(Refund.shop_id),"
        " Order.channel_order_id == foreign(Refund.channel_order_id))",
        order_by="Refund.id",
        viewonly=True,
    )
    refund_dues: Mapped[list[RefundDue]] = relationship(
        order_by="RefundDue.id", viewonly=True
    )
    expected_returns: Mapped[list[ExpectedReturn]] = relationship(
        back_populates="order", order_by="ExpectedReturn.id"
    )
    events: Mapped[list[OrderEvent]] = relationship(
        order_by="OrderEvent.happened_at, OrderEvent.id", viewonly=True
    )


UNDER_WAY = '"left" > delivered'
"""The condition of the index that finds lines with units not known to be delivered."""


class OrderLine(Base):
    """Units of one SKU that an order took; a bundle's line becomes several.

    All counts are in units of the SKU.  ``left`` is sticky: it never goes down.
    """

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "channel_line_id", "sku_id"),
        Index(
            "ix_order_line_waiting",
            "order_id",
            sqlite_where=text("waiting > 0"),
            postgresql_where=text("waiting > 0"),
        ),
        Index("ix_order_line_sku", "sku_id", "order_id"),
        Index(
            "ix_order_line_under_way",
            "order_id",
            sqlite_where=text(UNDER_WAY),
            postgresql_where=text(UNDER_WAY),
        ),
        CheckConstraint("quantity >= 0", name="quantity"),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"))
    channel_line_id: Mapped[str] = mapped_column(String(150))
    item_id: Mapped[str] = mapped_column(String(100), default="")
    variant_id: Mapped[str] = mapped_column(String(100), default="")
    sku_id: Mapped[int] = mapped_column(ForeignKey("sku.id"))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"))
    units: Mapped[int] = mapped_column(default=1)
    """Units of the SKU in one unit of the listing, as when the order was taken in."""
    title: Mapped[str] = mapped_column(String(300), default="")
    unit_price: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    quantity: Mapped[int]
    left: Mapped[int] = mapped_column(default=0)
    delivered: Mapped[int] = mapped_column(default=0, server_default="0")
    """Of the newest report: units that came to the buyer."""
    # Of the newest report: units that ended after leaving, that ended on the shelf by
    # positive evidence, and that ended nobody knows where.
    ended_left: Mapped[int] = mapped_column(default=0)
    ended_here: Mapped[int] = mapped_column(default=0)
    ended_unknown: Mapped[int] = mapped_column(default=0)
    coming_back: Mapped[int] = mapped_column(default=0)
    """Left units that the order itself says will not stay with the buyer."""
    waiting: Mapped[int] = mapped_column(default=0)
    """Ended units of unknown whereabouts; a person must say where they are."""
    kept: Mapped[int] = mapped_column(default=0)
    """Ended units that a person found still on the shelf."""

    order: Mapped[Order] = relationship(back_populates="lines")
    sku: Mapped[Sku] = relationship()
    warehouse: Mapped[Warehouse] = relationship()
    level: Mapped[LineLevel] = relationship(viewonly=True, uselist=False)


class ReturnState(StrEnum):
    AWAITING = "awaiting"
    PARTLY_RECEIVED = "partly_received"
    RECEIVED = "received"
    WRITTEN_OFF = "written_off"
    WITHDRAWN = "withdrawn"
    """The channel took it back before anything came; the goods stay away."""
    NO_GOODS = "no_goods"
    """Money only: the buyer keeps the goods."""


def _open_index(name: str, *columns: str) -> Index:
    """Return an index of the returns with units still to come, and of no others."""
    is_open = text("open_units > 0")
    return Index(
        f"ix_expected_return_{name}",
        *columns,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


class ExpectedReturn(Base):
    """Units out that should come back, announced by an order or by a return of it.

    ``return_id`` is the channel's; empty for what follows from the order itself
    (cancelled after leaving, failed delivery).  A return may be told before its
    order is: then ``order_id`` is empty for a while.
    """

    __tablename__ = "expected_return"
    __table_args__ = (
        UniqueConstraint("shop_id", "channel_order_id", "return_id"),
        # What follows from an order has no id of its own to be looked for.
        Index(
            "ix_expected_return_return_id",
            "return_id",
            sqlite_where=text("return_id <> ''"),
            postgresql_where=text("return_id <> ''"),
        ),
        _open_index("shop", "shop_id", "opened_at", "id"),
        _open_index("carrier", "carrier", "opened_at", "id"),
        _open_index("claim", "shop_id", "claim_before", "opened_at", "id"),
        # Holds all that the board's totals ask, so that they read nothing else.
        _open_index(
            "value",
            "currency",
            "value_at_risk",
            "id",
            "open_units",
            "shop_id",
            "carrier",
            "opened_at",
            "claim_before",
        ),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    channel_order_id: Mapped[str] = mapped_column(String(100))
    return_id: Mapped[str] = mapped_column(String(100), default="")
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id"), index=True)
    state: Mapped[ReturnState] = mapped_column(String(20))
    phase: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(300), default="")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claim_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    report: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    # What the board filters, sorts and adds up; follows from lines, receipts, parcels.
    open_units: Mapped[int] = mapped_column(default=0, server_default="0")
    """Units still to come."""
    value_at_risk: Mapped[Decimal] = mapped_column(
        SortableMoney, default=Decimal(0), server_default="0"
    )
    """What those were sold for."""
    currency: Mapped[str] = mapped_column(String(3), default="", server_default="")
    carrier: Mapped[str] = mapped_column(String(100), default="", server_default="")

    shop: Mapped[Shop] = relationship()
    order: Mapped[Order | None] = relationship(back_populates="expected_returns")
    lines: Mapped[list[ExpectedReturnLine]] = relationship(
        back_populates="expected_return", order_by="ExpectedReturnLine.order_line_id"
    )


class ExpectedReturnLine(Base):
    __tablename__ = "expected_return_line"

    expected_return_id: Mapped[int] = mapped_column(
        ForeignKey("expected_return.id"), primary_key=True
    )
    order_line_id: Mapped[int] = mapped_column(
        ForeignKey("order_line.id"), primary_key=True
    )
    quantity: Mapped[int]
    settled: Mapped[int] = mapped_column(default=0)
    """Units that receipts and write-offs have accounted for ..."""
    lost: Mapped[int] = mapped_column(default=0, server_default="0")
    """... and how many of them will not come back."""

    expected_return: Mapped[ExpectedReturn] = relationship(back_populates="lines")
    order_line: Mapped[OrderLine] = relationship()

    @property
    def open(self) -> int:
        """Units still to come."""
        return self.quantity - self.settled


class Parcel(Base):
    """A tracking number under which units of an order travel."""

    __tablename__ = "parcel"
    __table_args__ = (UniqueConstraint("shop_id", "channel_order_id", "number"),)

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    channel_order_id: Mapped[str] = mapped_column(String(100))
    number: Mapped[str] = mapped_column(String(100), index=True)
    direction: Mapped[str] = mapped_column(String(20))
    carrier: Mapped[str] = mapped_column(String(100), default="")


class Refund(Base):
    """Money that goes back to a buyer; recorded, never guessed."""

    __tablename__ = "refund"
    __table_args__ = (UniqueConstraint("shop_id", "channel_order_id", "refund_id"),)

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    channel_order_id: Mapped[str] = mapped_column(String(100))
    refund_id: Mapped[str] = mapped_column(String(100))
    amount: Mapped[Decimal] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(300), default="")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RefundDueState(StrEnum):
    OWED = "owed"
    PAID = "paid"
    REFUSED = "refused"
    """The channel said no for good; a person must look."""
    WITHDRAWN = "withdrawn"
    """Somebody else paid the buyer back first."""


class RefundDue(Base):
    """A refund that we must start; the same key never pays twice."""

    __tablename__ = "refund_due"
    __table_args__ = (
        UniqueConstraint("shop_id", "key"),
        Index("ix_refund_due_state", "shop_id", "state"),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    key: Mapped[str] = mapped_column(String(150))
    amount: Mapped[Decimal] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(String(3))
    quantities: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    """Listing units by the channel's line id."""
    state: Mapped[RefundDueState] = mapped_column(String(10))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(500), default="")
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OrderEvent(Base):
    """One line of an order's timeline: something we learned or a person decided."""

    __tablename__ = "order_event"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(30))
    actor: Mapped[str] = mapped_column(String(100), default="")
    detail: Mapped[str] = mapped_column(String(300), default="")
