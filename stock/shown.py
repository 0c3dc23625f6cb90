"""Why each listing shows as many units as it does: what is kept back, and for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock.drifts import open_drifts
from stock.models import (
    Drift,
    Listing,
    ListingComponent,
    ShopWarehouse,
    Sku,
    Warehouse,
)
from stock.offers import Reckoning, reckonings


class KeptBy(StrEnum):
    """The rule that keeps units back; the stricter one where two do."""

    NOTHING = "nothing"
    BUFFER = "buffer"
    SHARE = "share"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a listing's number comes about."""

    reckoning: Reckoning | None
    """``None`` while one of its SKUs was never counted, or it stands for none."""
    parts: Sequence[tuple[str, int]]
    """SKU codes and units of each that one unit of the listing stands for."""
    warehouses: Sequence[str]
    """Codes of the warehouses that the shop sells from; none stands for all."""
    drift: Drift | None
    """Where the channel's number is not ours at this moment."""

    @property
    def kept_by(self) -> KeptBy:
        """The rule that keeps units back."""
        found = self.reckoning
        if found is None or found.kept_back == 0:
            return KeptBy.NOTHING
        by_share = found.units * found.share // 100
        return KeptBy.BUFFER if found.units - found.buffer <= by_share else KeptBy.SHARE

    @property
    def is_bundle(self) -> bool:
        """Whether it stands for anything else than one unit of one SKU."""
        return [units for _, units in self.parts] != [1]


def explain(session: Session, listings: Sequence[Listing]) -> Mapping[int, Shown]:
    """Return how the numbers of listings come about, by listing id."""
    ids = [listing.id for listing in listings]
    reckoned = reckonings(session, ids)
    parts = _parts(session, ids)
    warehouses = _warehouses(session, {listing.shop_id for listing in listings})
    drifts = open_drifts(session, ids)
    return {
        listing.id: Shown(
            reckoning=reckoned.get(listing.id),
            parts=parts[listing.id],
            warehouses=warehouses[listing.shop_id],
            drift=drifts.get(listing.id),
        )
        for listing in listings
    }


def _parts(
    session: Session, listing_ids: Collection[int]
) -> Mapping[int, Sequence[tuple[str, int]]]:
    rows = session.execute(
        select(ListingComponent.listing_id, Sku.code, ListingComponent.quantity)
        .join(Sku, Sku.id == ListingComponent.sku_id)
        .where(ListingComponent.listing_id.in_(listing_ids))
        .order_by(ListingComponent.sku_id)
    )
    parts: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for listing_id, code, units in rows:
        parts[listing_id].append((code, units))
    return parts


def _warehouses(
    session: Session, shop_ids: Collection[int]
) -> Mapping[int, Sequence[str]]:
    rows = session.execute(
        select(ShopWarehouse.shop_id, Warehouse.code)
        .join(Warehouse, Warehouse.id == ShopWarehouse.warehouse_id)
        .where(ShopWarehouse.shop_id.in_(shop_ids))
        .order_by(Warehouse.id)
    )
    codes: dict[int, list[str]] = defaultdict(list)
    for shop_id, code in rows:
        codes[shop_id].append(code)
    return codes
