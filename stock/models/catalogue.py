"""What is sold, where it is kept, and how each shop lists it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stock.models.base import Base, Identity, UtcDateTime


class Sku(Base):
    """One sellable article as the seller's ERP knows it."""

    __tablename__ = "sku"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    code: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(300), default="")
    barcode: Mapped[str] = mapped_column(String(100), default="", index=True)
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its units were first counted in; no channel hears of it before."""


class Warehouse(Base):
    """A place with a shelf."""

    __tablename__ = "warehouse"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    code: Mapped[str] = mapped_column(String(50), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")


class ShopState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    """Somebody must act first, most often: give access again."""
    STOPPED = "stopped"
    """A person stopped it; it goes on when a person says so."""


class RefundMode(StrEnum):
    """Who gives a buyer's money back."""

    CHANNEL = "channel"
    """The marketplace, by itself."""
    AUTOMATIC = "automatic"
    """We start it, as soon as it is owed."""
    BY_HAND = "by_hand"
    """What is owed is shown, and a person pays it on the channel."""


class Shop(Base):
    """One seller account on a channel, with where reading it has come to."""

    __tablename__ = "shop"
    __table_args__ = (
        CheckConstraint("buffer >= 0", name="buffer"),
        CheckConstraint("share >= 0 AND share <= 100", name="share"),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    channel: Mapped[str] = mapped_column(String(50))
    external_id: Mapped[str] = mapped_column(String(100), default="")
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"))
    """Where this shop's orders are packed."""
    buffer: Mapped[int] = mapped_column(default=0, server_default="0")
    """Units of each listing that its channel never hears about."""
    share: Mapped[int] = mapped_column(default=100, server_default="100")
    """The most of our units, in percent, that a listing may show."""
    sealed_settings: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[ShopState] = mapped_column(String(10), default=ShopState.ACTIVE)
    refunds: Mapped[RefundMode] = mapped_column(
        String(10), default=RefundMode.CHANNEL, server_default=RefundMode.CHANNEL
    )
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    orders_since: Mapped[datetime] = mapped_column(UtcDateTime)
    orders_cursor: Mapped[str | None] = mapped_column(Text)
    orders_sweep_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the reading that the cursor belongs to began."""
    returns_since: Mapped[datetime] = mapped_column(UtcDateTime)
    returns_cursor: Mapped[str | None] = mapped_column(Text)
    returns_sweep_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hints_cursor: Mapped[str | None] = mapped_column(Text)
    last_sync_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_reconcile_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sync_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reconcile_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(500), default="")
    lease_token: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    warehouse: Mapped[Warehouse] = relationship()


class ShopWarehouse(Base):
    """A warehouse whose units a shop sells; a shop that names none sells from all."""

    __tablename__ = "shop_warehouse"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"), primary_key=True)
    warehouse_id: Mapped[int] = mapped_column(
        ForeignKey("warehouse.id"), primary_key=True
    )


class ListingState(StrEnum):
    MAPPED = "mapped"
    UNMAPPED = "unmapped"
    AMBIGUOUS = "ambiguous"
    IGNORED = "ignored"
    """Kept out on purpose: shipped from the channel's own warehouse."""


UNMAPPED = "state IN ('unmapped', 'ambiguous')"
"""The condition of the index that finds listings without a SKU."""


class Listing(Base):
    """One sellable thing of a shop, and what the channel was told about it.

    ``wanted_version`` rises with each movement that touches the available units of
    one of its SKUs; a push acknowledges the version it read.  Less pushed than
    wanted means: this listing owes a push.
    """

    __tablename__ = "listing"
    __table_args__ = (
        UniqueConstraint("shop_id", "item_id", "variant_id"),
        CheckConstraint("buffer >= 0", name="buffer"),
        CheckConstraint("share >= 0 AND share <= 100", name="share"),
        Index(
            "ix_listing_unmapped",
            "id",
            sqlite_where=text(UNMAPPED),
            postgresql_where=text(UNMAPPED),
        ),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"), index=True)
    item_id: Mapped[str] = mapped_column(String(100))
    variant_id: Mapped[str] = mapped_column(String(100), default="")
    channel_sku: Mapped[str] = mapped_column(String(100), default="")
    barcode: Mapped[str] = mapped_column(String(100), default="", server_default="")
    title: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[ListingState] = mapped_column(String(10))
    paused: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Orders are followed, and the channel's number is left to the seller."""
    buffer: Mapped[int | None]
    """As the shop's; ``None`` where the shop's own holds."""
    share: Mapped[int | None]
    wanted_version: Mapped[int] = mapped_column(Identity, default=0, server_default="0")
    pushed_version: Mapped[int] = mapped_column(Identity, default=0, server_default="0")
    pushed_quantity: Mapped[int | None]
    pushed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_version: Mapped[int] = mapped_column(
        Identity, default=0, server_default="0"
    )
    """The newest version whose number was read back from the channel."""
    seen_quantity: Mapped[int | None]
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    doubted: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The channel may have changed its number by itself: read it back soon."""
    low_seen: Mapped[int | None]
    """A number below ours that was seen once: most often a sale not yet read."""
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Not to be pushed before; ``None`` means at once."""
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    last_error: Mapped[str] = mapped_column(String(500), default="")
    phantom_units: Mapped[int] = mapped_column(default=0, server_default="0")
    """Units that the channel added by itself and that were taken off again."""

    shop: Mapped[Shop] = relationship()
    components: Mapped[list[ListingComponent]] = relationship(
        back_populates="listing", order_by="ListingComponent.sku_id"
    )


class ListingComponent(Base):
    """A listing stands for ``quantity`` units of this SKU; a bundle has several."""

    __tablename__ = "listing_component"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), primary_key=True)
    sku_id: Mapped[int] = mapped_column(
        ForeignKey("sku.id"), primary_key=True, index=True
    )
    quantity: Mapped[int] = mapped_column(default=1)

    listing: Mapped[Listing] = relationship(back_populates="components")
    sku: Mapped[Sku] = relationship()


class Drift(Base):
    """One time that a channel's number was not ours, and what was done about it."""

    __tablename__ = "drift"
    __table_args__ = (
        Index(
            "ix_drift_open",
            "listing_id",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), index=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ours: Mapped[int]
    theirs: Mapped[int]
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
