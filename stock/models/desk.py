"""What the desk of an administrator keeps: terms of SKUs, consents, forms taken in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    ForeignKey,
    LargeBinary,
    String,
    delete,
    event,
    insert,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from stock.models.base import Base, Json, UtcDateTime
from stock.models.catalogue import Shop, Sku
from stock.terms import LONGEST_TERM, sku_terms


class SkuTerm(Base):
    """A word by which a SKU is found; kept in step with its code and name."""

    __tablename__ = "sku_term"

    term: Mapped[str] = mapped_column(String(LONGEST_TERM), primary_key=True)
    sku_id: Mapped[int] = mapped_column(
        ForeignKey("sku.id"), primary_key=True, index=True
    )


class Consent(Base):
    """Access that a seller is asked to give on a channel's page; the newest of a shop.

    The page takes the answer in, sealed; a worker exchanges it for tokens.
    """

    __tablename__ = "consent"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(60), unique=True)
    """What the channel's page hands back unchanged: proof that we asked."""
    actor: Mapped[str] = mapped_column(String(100))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed_answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(String(500), default="")
    """Why the channel gave no access; blank when it did."""

    shop: Mapped[Shop] = relationship()


class UsedForm(Base):
    """A form that was taken in, and what came of it; sent again, it does nothing."""

    __tablename__ = "used_form"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    actor: Mapped[str] = mapped_column(String(100))
    used_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    outcome: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


@event.listens_for(Sku, "after_insert")
def _keep_terms(_mapper: Mapper[Sku], connection: Connection, sku: Sku) -> None:
    terms = sorted(sku_terms(sku.code, sku.name or ""))
    rows = [{"term": term, "sku_id": sku.id} for term in terms]
    if rows:
        connection.execute(insert(SkuTerm), rows)


@event.listens_for(Sku, "after_update")
def _change_terms(mapper: Mapper[Sku], connection: Connection, sku: Sku) -> None:
    connection.execute(delete(SkuTerm).where(SkuTerm.sku_id == sku.id))
    _keep_terms(mapper, connection, sku)
