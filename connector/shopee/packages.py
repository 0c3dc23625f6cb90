"""Turns Shopee's package and tracking JSON into evidence; pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from connector.parsing import JsonRecord, epoch, quantity, records
from connector.shopee.evidence import Package
from connector.shopee.items import bought, line_id, listing_of, written


def packages_of(
    order: JsonRecord, details: Mapping[str, JsonRecord]
) -> tuple[Package, ...]:
    """Return the order's packages; ``details`` go before the order's own entries."""
    cancelled = {line: thing.cancelled for line, thing in bought(order).items()}
    packages = []
    for entry in records(order.get("package_list"), "package_list"):
        number = written(entry.get("package_number"), "package_number")
        detail = details.get(number, {})
        packages.append(_package(number, entry, detail, cancelled))
    return tuple(packages)


def events_of(response: JsonRecord) -> tuple[str, ...]:
    """Return the tracking events of a package, the newest first."""
    events = records(response.get("tracking_info"), "tracking_info")
    by_time = sorted(
        events,
        key=lambda event: epoch(event.get("update_time"), "update_time"),
        reverse=True,
    )
    names = (written(event.get("logistics_status"), "event") for event in by_time)
    return tuple(name for name in names if name)


def _package(
    number: str, entry: JsonRecord, detail: JsonRecord, cancelled: Mapping[str, int]
) -> Package:
    status = written(detail.get("fulfillment_status"), "fulfillment_status")
    status = status or written(entry.get("logistics_status"), "logistics_status")
    both = {**entry, **detail}
    units = _units(entry) or _units(detail)
    arranged = both.get("is_shipment_arranged")
    return Package(
        number=number,
        status=status or "LOGISTICS_NOT_STARTED",
        arranged=arranged if isinstance(arranged, bool) else None,
        picked_up=epoch(both.get("pickup_done_time"), "pickup_done_time") > 0,
        tracking_number=written(both.get("tracking_number"), "tracking_number"),
        carrier=written(both.get("shipping_carrier"), "shipping_carrier"),
        units=units,
        items_cancelled=bool(units)
        and all(cancelled.get(line, 0) >= count for line, count in units.items()),
    )


def _units(entry: JsonRecord) -> dict[str, int]:
    units: defaultdict[str, int] = defaultdict(int)
    for item in records(entry.get("item_list"), "item_list"):
        units[line_id(listing_of(item))] += quantity(
            item.get("model_quantity"), "model_quantity"
        )
    return dict(units)
