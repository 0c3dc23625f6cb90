"""Return sheets: the parcels of one crate, and what was found in each of them."""

from __future__ import annotations

from datetime import datetime
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
from sqlalchemy.orm import Mapped, mapped_column

from stock.models.base import Base, Identity, Json, UtcDateTime


def sheet_number(sheet_id: int) -> str:
    """Return the number that people read out to each other."""
    return f"S{sheet_id:06d}"


class SheetState(StrEnum):
    DRAFT = "draft"
    POSTED = "posted"
    """No parcel on it is a draft any more, and at least one was posted."""
    DISCARDED = "discarded"


class SheetParcelState(StrEnum):
    DRAFT = "draft"
    POSTED = "posted"
    TAKEN_OFF = "taken_off"
    """Kept, so that a repeated message does not put it on again."""


class ReturnSheet(Base):
    """A crate of returns in one warehouse, handed over by one carrier."""

    __tablename__ = "return_sheet"
    __table_args__ = (
        UniqueConstraint("opened_by", "key"),
        Index("ix_return_sheet_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    key: Mapped[str] = mapped_column(String(100))
    """Named by who opens it, so that opening it twice is opening it once."""
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"))
    carrier: Mapped[str] = mapped_column(String(100), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    opened_by: Mapped[str] = mapped_column(String(100))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[SheetState] = mapped_column(String(10))
    closed_by: Mapped[str] = mapped_column(String(100), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def number(self) -> str:
        """The number that people read out to each other."""
        return sheet_number(self.id)


def _one_draft(name: str, column: str, condition: str) -> Index:
    """Return the index that lets only one draft parcel be about a thing."""
    is_draft = text(f"state = 'draft' AND expected_return_id IS {condition}")
    return Index(
        f"ix_sheet_parcel_{name}",
        column,
        unique=True,
        sqlite_where=is_draft,
        postgresql_where=is_draft,
    )


class SheetParcel(Base):
    """One parcel on a sheet: whose it is, and once posted, the receipt it became."""

    __tablename__ = "sheet_parcel"
    __table_args__ = (
        UniqueConstraint("added_by", "key"),
        UniqueConstraint("sheet_id", "position"),
        _one_draft("draft_return", "expected_return_id", "NOT NULL"),
        _one_draft("draft_order", "order_id", "NULL"),
        CheckConstraint("receipt_id IS NULL OR state = 'posted'", name="receipted"),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("return_sheet.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(100))
    code: Mapped[str] = mapped_column(String(100))
    """As it was scanned or typed."""
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    expected_return_id: Mapped[int | None] = mapped_column(
        ForeignKey("expected_return.id")
    )
    """The announced return that it is, if it is a certain one."""
    state: Mapped[SheetParcelState] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(String(500), default="")
    added_by: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
    """Rises with each change, to tell a clerk that somebody else was here."""
    changed_by: Mapped[str] = mapped_column(String(100))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    receipt_id: Mapped[int | None] = mapped_column(
        ForeignKey("receipt.id"), unique=True
    )


class SheetLine(Base):
    """What was found of one SKU in one parcel, by the warehouse that packed it.

    Good, damaged and lost units become the receipt.  Wrong ones (another article lay
    there instead) and missing ones stay out: they can be claimed, and may still come.
    """

    __tablename__ = "sheet_line"
    __table_args__ = (
        CheckConstraint(
            "expected >= 0 AND good >= 0 AND damaged >= 0 AND lost >= 0"
            " AND wrong >= 0 AND missing >= 0",
            name="signs",
        ),
    )

    parcel_id: Mapped[int] = mapped_column(
        ForeignKey("sheet_parcel.id"), primary_key=True
    )
    sku_id: Mapped[int] = mapped_column(ForeignKey("sku.id"), primary_key=True)
    warehouse_id: Mapped[int] = mapped_column(
        ForeignKey("warehouse.id"), primary_key=True
    )
    expected: Mapped[int] = mapped_column(default=0)
    """Units that were announced when the parcel was put on."""
    good: Mapped[int] = mapped_column(default=0)
    damaged: Mapped[int] = mapped_column(default=0)
    lost: Mapped[int] = mapped_column(default=0)
    wrong: Mapped[int] = mapped_column(default=0)
    missing: Mapped[int] = mapped_column(default=0)


class SheetAction(Base):
    """The answer to one action of a browser that may send it again."""

    __tablename__ = "sheet_action"

    actor: Mapped[str] = mapped_column(String(100), primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    content: Mapped[str] = mapped_column(String(64))
    """Digest of what was asked for, to tell a repetition from a conflict."""
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("return_sheet.id"))
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("sheet_parcel.id"))
    answer: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
