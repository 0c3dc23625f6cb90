"""Turns fulfilment records and the meta data of shipping plugins into shipments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from connector.fate import Fate
from connector.parsing import (
    JsonRecord,
    Malformed,
    epoch,
    identifier,
    quantity,
    records,
    told,
)
from connector.values import Stage
from connector.woocommerce.evidence import CARRIER_STATUSES, Shipment
from connector.woocommerce.fields import gmt_or_none, is_yes, meta_of

FULFILMENT_STATUS = "_fulfillment_status"
"""Order meta that core keeps once an order has a fulfilment record."""

# Shipment Tracking and Advanced Shipment Tracking; the latter adds the products.
_TRACKING_ITEMS = "_wc_shipment_tracking_items"
# TrackShip, newer and older; its entries stand in the order of the tracking items.
_CARRIER_WORDS = ("ts_shipment_status", "shipment_status")
# AfterShip and plainer plugins: one number for the whole order.
_PLAIN_NUMBERS = ("_tracking_number", "_aftership_tracking_number")

_NO_PROVIDER = "other"


def shipments_of(
    order: JsonRecord, fulfilments: Iterable[JsonRecord], own_meta: Iterable[str]
) -> tuple[Shipment, ...]:
    """Return what is known to have been sent, or to be ready for it.

    ``own_meta`` names order meta in which this shop's plugins keep tracking numbers.
    """
    meta = meta_of(order)
    found = [
        shipment
        for record in fulfilments
        if (shipment := _from_fulfilment(record)) is not None
    ]
    for shipment in _from_tracking(meta):
        _join(found, shipment)
    for name in (*_PLAIN_NUMBERS, *own_meta):
        number = told(meta.get(name))
        if number:
            _join(found, Shipment(fate=Fate(Stage.AWAITING_PICKUP), number=number))
    return tuple(found)


def _from_fulfilment(record: JsonRecord) -> Shipment | None:
    """Return what a fulfilment record stands for; a mere plan is nothing yet."""
    if record.get("date_deleted"):
        return None
    meta = meta_of(record)
    number = told(meta.get("_tracking_number"))
    fulfilled = is_yes(record.get("is_fulfilled"))
    if not fulfilled and not number:
        return None
    provider = told(meta.get("_shipment_provider"))
    return Shipment(
        fate=Fate(Stage.IN_TRANSIT if fulfilled else Stage.AWAITING_PICKUP),
        number=number,
        carrier="" if provider == _NO_PROVIDER else provider,
        units=_units(meta.get("_items"), "item_id"),
        sent_at=gmt_or_none(meta.get("_date_fulfilled"), "_date_fulfilled"),
    )


def _from_tracking(meta: Mapping[str, object]) -> list[Shipment]:
    items = _entries(meta.get(_TRACKING_ITEMS))
    words = _entries(
        next((meta[name] for name in _CARRIER_WORDS if meta.get(name)), None)
    )
    found = []
    for place, item in enumerate(items):
        number = told(item.get("tracking_number"))
        if not number:
            continue
        word = told(words[place].get("status")) if place < len(words) else ""
        fate = CARRIER_STATUSES.get(word.replace("-", "_").lower())
        found.append(
            Shipment(
                fate=fate or Fate(Stage.AWAITING_PICKUP),
                number=number,
                carrier=_carrier(item),
                units=_units(item.get("products_list"), "item_id"),
                sent_at=_day_shipped(item),
                told_by_carrier=fate is not None,
            )
        )
    return found


def _join(found: list[Shipment], shipment: Shipment) -> None:
    """Add a shipment, or what it knows to the one with the same number."""
    for place, known in enumerate(found):
        if known.number != shipment.number:
            continue
        if shipment.told_by_carrier and not known.told_by_carrier:
            fate = shipment.fate
            known = replace(known, fate=fate, told_by_carrier=True)
        found[place] = replace(
            known,
            carrier=known.carrier or shipment.carrier,
            units=known.units or shipment.units,
        )
        return
    found.append(shipment)


def _entries(value: object) -> list[JsonRecord]:
    """Return a list that PHP may print as an object once an entry was taken out."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return []
    return [entry for entry in value if isinstance(entry, dict)]


def _units(value: object, key: str) -> dict[str, int]:
    units: defaultdict[str, int] = defaultdict(int)
    for entry in records(_entries(value), "items of a shipment"):
        count = quantity(entry.get("qty"), "qty")
        if count:
            units[identifier(entry.get(key), key)] += count
    return dict(units)


def _carrier(item: JsonRecord) -> str:
    names = ("formatted_tracking_provider", "tracking_provider")
    return next(
        (told(item[name]) for name in names if told(item.get(name))),
        told(item.get("custom_tracking_provider")),
    )


def _day_shipped(item: JsonRecord) -> datetime | None:
    """Return the day that a person entered; it does not say that a carrier came."""
    try:
        seconds = epoch(item.get("date_shipped"), "date_shipped")
    except Malformed:
        return None
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
