"""Shows lines as people count them: by SKU, however many lines a channel made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask

from stock.models import (
    ExpectedReturnLine,
    Order,
    OrderLine,
    ReceiptLine,
    Sku,
    Warehouse,
)

Line = TypeVar("Line", OrderLine, ReceiptLine, ExpectedReturnLine)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedSku:
    """The lines of an order whose units nobody can tell apart in a parcel."""

    sku: Sku
    warehouse: Warehouse
    """Where they were packed."""
    lines: Sequence[OrderLine]
    is_split: bool
    """Whether another warehouse packed units of the same SKU for the order."""

    @property
    def name(self) -> str:
        """What it goes by in a form."""
        return _name(self.lines[0])

    @property
    def title(self) -> str:
        """What people call it."""
        return self.sku.name or self.lines[0].title or self.sku.code

    def sum_of(self, units: Mapping[int, int]) -> int:
        """Add up units that are told by order line id."""
        return sum(units.get(line.id, 0) for line in self.lines)


def install_skus(app: Flask) -> None:
    """Give templates the grouping by SKU."""
    app.jinja_env.filters.update(by_sku=by_sku)


def packed_skus(order: Order) -> Mapping[str, PackedSku]:
    """Return an order's SKUs by their names in a form, one for each warehouse."""
    lines: dict[str, list[OrderLine]] = {}
    for line in order.lines:
        lines.setdefault(_name(line), []).append(line)
    skus = [same[0].sku_id for same in lines.values()]
    return {
        name: PackedSku(
            sku=same[0].sku,
            warehouse=same[0].warehouse,
            lines=same,
            is_split=skus.count(same[0].sku_id) > 1,
        )
        for name, same in lines.items()
    }


def by_sku(lines: Iterable[Line]) -> Sequence[tuple[Sku, Sequence[Line]]]:
    """Return each SKU once, with the lines that are about it."""
    found: dict[int, tuple[Sku, list[Line]]] = {}
    for line in lines:
        sku = line.sku if isinstance(line, OrderLine) else line.order_line.sku
        found.setdefault(sku.id, (sku, []))[1].append(line)
    return list(found.values())


def _name(line: OrderLine) -> str:
    return f"{line.sku_id}-{line.warehouse_id}"
