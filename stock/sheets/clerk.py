"""Who works on a sheet, and what this person may see and change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clerk:
    """A named person with the shops and warehouses that are theirs; None: all."""

    name: str
    shop_ids: frozenset[int] | None = None
    warehouse_ids: frozenset[int] | None = None

    def sees_shop(self, shop_id: int) -> bool:
        """Say whether orders of this shop are the person's business."""
        return self.shop_ids is None or shop_id in self.shop_ids

    def works_in(self, warehouse_id: int) -> bool:
        """Say whether the person may book in this warehouse."""
        return self.warehouse_ids is None or warehouse_id in self.warehouse_ids
