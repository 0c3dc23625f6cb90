"""Claims: what a seller demands of a channel for goods that it has lost or spoilt."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stock.models.base import Base, Identity, Json, SortableMoney, UtcDateTime
from stock.models.catalogue import Shop
from stock.models.orders import ExpectedReturn, Order


class ClaimCause(StrEnum):
    """What went wrong with the units."""

    NOT_BACK = "not_back"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    MISSING = "missing"


class ClaimState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    """The channel will pay."""
    REFUSED = "refused"
    PAID = "paid"
    WITHDRAWN = "withdrawn"


LIVE_STATES = (ClaimState.DRAFT, ClaimState.SENT, ClaimState.ACCEPTED)
"""States in which somebody still waits for an outcome."""

IS_LIVE = "state IN ('draft', 'sent', 'accepted')"
"""The same, word for word the condition of the indexes."""


def _live_index(name: str, *columns: str, where: str = IS_LIVE) -> Index:
    """Return an index that lets one live claim alone have these values."""
    condition = text(where)
    return Index(
        name,
        *columns,
        unique=True,
        sqlite_where=condition,
        postgresql_where=condition,
    )


class Claim(Base):
    """One demand; it never moves stock.

    It is about an expected return, or else about units of an order.  Each change is a
    ``ClaimEvent``; ``version`` counts them, so that nobody changes what another person
    has changed since the page was shown.
    """

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint("units > 0", name="units"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("paid_amount > 0", name="paid_amount"),
        CheckConstraint("(state = 'paid') = (paid_amount IS NOT NULL)", name="paid"),
        CheckConstraint("opened_by <> ''", name="answerable"),
        _live_index("uq_claim_live_return", "expected_return_id"),
        _live_index(
            "uq_claim_live_order",
            "order_id",
            "cause",
            where=f"expected_return_id IS NULL AND {IS_LIVE}",
        ),
        Index("ix_claim_state", "state", "id"),
        Index("ix_claim_shop", "shop_id", "state", "id"),
        # Holds all that the sums ask, so that they read nothing else.
        Index("ix_claim_sums", "state", "currency", "shop_id", "amount", "paid_amount"),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    expected_return_id: Mapped[int | None] = mapped_column(
        ForeignKey("expected_return.id"), index=True
    )
    cause: Mapped[ClaimCause] = mapped_column(String(20))
    state: Mapped[ClaimState] = mapped_column(String(10))
    units: Mapped[int]
    amount: Mapped[Decimal] = mapped_column(SortableMoney)
    currency: Mapped[str] = mapped_column(String(3))
    case_number: Mapped[str] = mapped_column(String(100), default="")
    """What the channel calls the case."""
    note: Mapped[str] = mapped_column(String(1000), default="")
    """What happened, in words that the channel may read."""
    paid_amount: Mapped[Decimal | None] = mapped_column(SortableMoney)
    back_before: Mapped[int] = mapped_column(default=0)
    """Units that were back when somebody last looked at that: more of them now means
    that the goods came."""
    opened_by: Mapped[str] = mapped_column(String(100))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    shop: Mapped[Shop] = relationship()
    order: Mapped[Order] = relationship()
    expected_return: Mapped[ExpectedReturn | None] = relationship()
    events: Mapped[list[ClaimEvent]] = relationship(
        order_by="ClaimEvent.id", viewonly=True
    )

    @property
    def number(self) -> str:
        """The number that people read out to each other."""
        return f"C{self.id:06d}"

    @property
    def is_live(self) -> bool:
        """Whether somebody still waits for an outcome."""
        return self.state in LIVE_STATES


class ClaimEventKind(StrEnum):
    OPENED = "opened"
    STEP = "step"
    CHANGED = "changed"
    KEPT = "kept"
    """The goods came, and a person holds on to the claim."""
    PACK_MADE = "pack_made"


class ClaimEvent(Base):
    """One thing that a person did with a claim: never changed, never deleted."""

    __tablename__ = "claim_event"
    __table_args__ = (CheckConstraint("actor <> ''", name="answerable"),)

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), index=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    content: Mapped[str] = mapped_column(String(64))
    """Digest of what was asked for, to tell a repetition from a conflict."""
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[ClaimEventKind] = mapped_column(String(20))
    state: Mapped[ClaimState] = mapped_column(String(10))
    """The claim's state from then on."""
    actor: Mapped[str] = mapped_column(String(100))
    note: Mapped[str] = mapped_column(String(1000), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Fields by name: what they became, what was paid, the pack's hash."""
