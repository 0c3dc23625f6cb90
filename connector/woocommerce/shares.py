"""Divides a refund's amount among the units that it stands for; pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from connector.errors import PermanentError
from connector.parsing import (
    JsonRecord,
    Malformed,
    amount,
    identifier,
    quantity,
    records,
    told,
)
from connector.woocommerce.fields import is_number


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Some units of a line and their worth; ``taxes`` are by rate."""

    line_id: str
    count: int
    net: Decimal
    taxes: Mapping[str, Decimal]

    @property
    def worth(self) -> Decimal:
        return self.net + sum(self.taxes.values(), Decimal(0))


def shares_of(
    order: JsonRecord, quantities: Mapping[str, int], money: Decimal
) -> list[dict[str, Any]]:
    """Return the refund's ``line_items``, which together are never above ``money``.

    Raises ``PermanentError`` for a line or a number of units that the order does not
    have, and ``Malformed``.
    """
    lines = {
        told(line.get("id")): line
        for line in records(order.get("line_items"), "line_items")
    }
    wanted = {line_id: count for line_id, count in quantities.items() if count}
    parts = [_part(lines, line_id, count) for line_id, count in wanted.items()]
    worth = sum((part.worth for part in parts), Decimal(0))
    factor = min(Decimal(1), money / worth) if worth else Decimal(0)
    step = _smallest_step(order)
    return [_line_item(part, factor, step) for part in parts]


def rounded(order: JsonRecord, money: Decimal) -> Decimal:
    """Return an amount in the shop's smallest step of money."""
    return money.quantize(_smallest_step(order), rounding=ROUND_HALF_UP)


def _part(lines: Mapping[str, JsonRecord], line_id: str, count: int) -> _Part:
    line = lines.get(line_id)
    bought = quantity(line.get("quantity"), "quantity") if line else 0
    if line is None or not 0 < count <= bought:
        raise PermanentError(f"the order has no {count} units of line {line_id}")
    return _Part(
        line_id=line_id,
        count=count,
        net=amount(line.get("total", 0), "line total") * count / bought,
        taxes={
            _rate(tax): amount(tax["total"], "tax") * count / bought
            for tax in records(line.get("taxes"), "taxes")
            if tax.get("total")
        },
    )


def _rate(tax: JsonRecord) -> str:
    rate = identifier(tax.get("id"), "tax id")
    if not is_number(rate):
        raise Malformed("tax id is not a number")
    return rate


def _line_item(part: _Part, factor: Decimal, step: Decimal) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": int(part.line_id),
        "quantity": part.count,
        "refund_total": _written(part.net * factor, step),
    }
    taxes = [
        {"id": int(rate), "refund_total": _written(tax * factor, step)}
        for rate, tax in part.taxes.items()
    ]
    if taxes:
        item["refund_tax"] = taxes
    return item


def _written(money: Decimal, step: Decimal) -> str:
    return f"{money.quantize(step, rounding=ROUND_DOWN):f}"


def _smallest_step(order: JsonRecord) -> Decimal:
    """Return the shop's smallest step of money, as its amounts are written."""
    _whole, _point, fraction = told(order.get("total")).partition(".")
    return Decimal(1).scaleb(-len(fraction))
