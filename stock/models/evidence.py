"""Photos, and the parcels that nobody expected."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stock.models.base import Base, Identity, UtcDateTime
from stock.models.catalogue import Warehouse
from stock.models.orders import Order

SUBJECTS = ("order_id", "sheet_parcel_id", "receipt_id", "orphan_id")
"""The columns that say what a photo is of; one of them is set."""

_ONE_SUBJECT = " + ".join(
    f"(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)" for column in SUBJECTS
)


def orphan_number(orphan_id: int) -> str:
    """Return the number that people read out to each other."""
    return f"U{orphan_id:06d}"


def _subject_index(column: str) -> Index:
    """Return an index of the photos of one kind of thing; the same picture once."""
    is_set = text(f"{column} IS NOT NULL")
    return Index(
        f"uq_photo_{column}",
        column,
        "sha256",
        unique=True,
        sqlite_where=is_set,
        postgresql_where=is_set,
    )


class Photo(Base):
    """A picture that somebody took as evidence; the row is never changed.

    The picture itself is a file, named by the digest of its content.
    """

    __tablename__ = "photo"
    __table_args__ = (
        CheckConstraint(f"{_ONE_SUBJECT} = 1", name="one_subject"),
        CheckConstraint("width > 0 AND height > 0 AND size > 0", name="something"),
        *(_subject_index(column) for column in SUBJECTS),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    """Bytes of the file."""
    file_name: Mapped[str] = mapped_column(String(80), default="")
    """What the file was called where it came from; for people, never an address."""
    added_by: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id"))
    sheet_parcel_id: Mapped[int | None] = mapped_column(ForeignKey("sheet_parcel.id"))
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("receipt.id"))
    orphan_id: Mapped[int | None] = mapped_column(ForeignKey("orphan.id"))


class OrphanState(StrEnum):
    OPEN = "open"
    MATCHED = "matched"
    """Somebody said which order it belongs to; its receipt is booked over there."""
    HANDED_BACK = "handed_back"


_IS_OPEN = text("state = 'open'")


class Orphan(Base):
    """A parcel that nobody expected; it stands beside the ledger and moves nothing."""

    __tablename__ = "orphan"
    __table_args__ = (
        CheckConstraint(
            "(state = 'matched') = (order_id IS NOT NULL)", name="matched_order"
        ),
        Index(
            "ix_orphan_open",
            "warehouse_id",
            "id",
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    content: Mapped[str] = mapped_column(String(64))
    """Digest of what was told, to tell a repetition from a conflict."""
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"))
    code: Mapped[str] = mapped_column(String(100), index=True)
    """What the label says, if it can be read."""
    carrier: Mapped[str] = mapped_column(String(100), default="")
    contents: Mapped[str] = mapped_column(String(500), default="")
    """What is in it, in the words of whoever opened it."""
    note: Mapped[str] = mapped_column(String(500), default="")
    taken_by: Mapped[str] = mapped_column(String(100))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[OrphanState] = mapped_column(String(20))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id"), index=True)

    warehouse: Mapped[Warehouse] = relationship()
    order: Mapped[Order | None] = relationship()
    items: Mapped[list[OrphanItem]] = relationship(
        order_by="OrphanItem.code", viewonly=True
    )
    decisions: Mapped[list[OrphanDecision]] = relationship(
        order_by="OrphanDecision.id", viewonly=True
    )

    @property
    def number(self) -> str:
        """The number that people read out to each other."""
        return orphan_number(self.id)


class OrphanItem(Base):
    """An article that was found in an orphan, by its barcode or code."""

    __tablename__ = "orphan_item"
    __table_args__ = (CheckConstraint("quantity > 0", name="something"),)

    orphan_id: Mapped[int] = mapped_column(ForeignKey("orphan.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(100), primary_key=True)
    quantity: Mapped[int]


class OrphanDecision(Base):
    """What somebody decided about an orphan, and why; never changed."""

    __tablename__ = "orphan_decision"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    orphan_id: Mapped[int] = mapped_column(ForeignKey("orphan.id"), index=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    state: Mapped[OrphanState] = mapped_column(String(20))
    """What the orphan became."""
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    actor: Mapped[str] = mapped_column(String(100))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)

    order: Mapped[Order | None] = relationship()
