"""What leaves a trace of shipping: a tracking plugin, and WooCommerce's fulfilments.

The plugin writes in the manner of the common shipment-tracking plugins: one entry for
each label in ``_wc_shipment_tracking_items``, the carrier's word for each of them in
``shipment_status``, and the statuses ``partial-shipped`` and ``delivered``.  Core keeps
fulfilment records beside it where the feature is on.
"""

import hashlib

from sandbox.channel import Json
from sandbox.orders import Parcel
from sandbox.world import World

from .records import Fulfilment, Meta, OrderRecord
from .site import Site
from .statuses import LIVE, ParcelStatus
from .times import local_reading, utc_text

PROVIDER = "giao-hang-nhanh"


class TrackingPlugin:
    """Keeps an order's meta and fulfilment records in step with its parcels."""

    def __init__(self, world: World) -> None:
        self._world = world

    def write(self, site: Site, record: OrderRecord) -> None:
        """Write what the parcels say now; a label that was made is never forgotten."""
        labelled = [each for each in record.order.parcels if each.arranged_at]
        if labelled:
            record.meta.put(
                "_wc_shipment_tracking_items",
                [_tracking_item(record, parcel) for parcel in labelled],
            )
            record.meta.put(
                "shipment_status", [_shipment_status(parcel) for parcel in labelled]
            )
        if site.fulfilments_enabled:
            for parcel in labelled:
                self._keep_fulfilment(site, record, parcel)
            record.meta.put("_fulfillment_status", fulfilment_status(record))

    def _keep_fulfilment(self, site: Site, record: OrderRecord, parcel: Parcel) -> None:
        known = {each.parcel: each for each in record.fulfilments}
        fulfilment = known.get(parcel.number)
        if fulfilment is None:
            fulfilment = self._new_fulfilment(site, record, parcel)
            record.fulfilments.append(fulfilment)
        if parcel.picked_up_at and not fulfilment.is_fulfilled:
            fulfilment.is_fulfilled = True
            fulfilment.status = "fulfilled"
            fulfilment.updated_at = self._world.clock.stamp()
            fulfilment.meta.put("_date_fulfilled", utc_text(parcel.picked_up_at))

    def _new_fulfilment(
        self, site: Site, record: OrderRecord, parcel: Parcel
    ) -> Fulfilment:
        meta = Meta(numbers=site.numbers, table="fulfilment meta")
        meta.put("_items", _fulfilled_items(record, parcel))
        meta.put("_tracking_number", parcel.tracking_number)
        meta.put("_shipment_provider", "other")
        return Fulfilment(
            id=site.numbers.next("fulfilment"),
            parcel=parcel.number,
            status="unfulfilled",
            is_fulfilled=False,
            updated_at=self._world.clock.stamp(),
            meta=meta,
        )


def fulfilment_status(record: OrderRecord) -> str:
    """The order's ``_fulfillment_status`` as its records add up to."""
    fulfilled = [each for each in record.fulfilments if each.is_fulfilled]
    if not fulfilled:
        return "unfulfilled"
    all_are = len(fulfilled) == len(record.fulfilments)
    return "fulfilled" if all_are and not _waits(record) else "partially_fulfilled"


def _waits(record: OrderRecord) -> bool:
    sent: dict[int, int] = {}
    for fulfilment in record.fulfilments:
        rows = fulfilment.meta.get("_items")
        for row in rows if isinstance(rows, list) else []:
            sent[row["item_id"]] = sent.get(row["item_id"], 0) + row["qty"]
    return any(
        item.line.ordered - item.line.cancelled_before_leaving > sent.get(item.id, 0)
        for item in record.items
    )


def _fulfilled_items(record: OrderRecord, parcel: Parcel) -> list[Json]:
    return [
        {"item_id": item.id, "qty": parcel.units[item.line.sku]}
        for item in record.items
        if parcel.units.get(item.line.sku)
    ]


def _tracking_item(record: OrderRecord, parcel: Parcel) -> Json:
    number = parcel.tracking_number
    return {
        "tracking_provider": PROVIDER,
        "custom_tracking_provider": "",
        "custom_tracking_link": "",
        "tracking_number": number,
        "tracking_product_code": "",
        "date_shipped": str(parcel.picked_up_at or parcel.arranged_at),
        "products_list": [
            {
                "product": item.line.listing.variant_id or item.line.listing.item_id,
                "item_id": str(item.id),
                "qty": str(parcel.units[item.line.sku]),
            }
            for item in record.items
            if parcel.units.get(item.line.sku)
        ],
        "status_shipped": "1" if parcel.picked_up_at else "0",
        "tracking_id": hashlib.md5(number.encode(), usedforsecurity=False).hexdigest(),
    }


def _shipment_status(parcel: Parcel) -> Json:
    at = local_reading(parcel.updated_at)
    return {
        "status": parcel.status,
        "status_date": at.strftime("%Y-%m-%d %H:%M:%S"),
        "est_delivery_date": "",
        "pending_status": "",
    }


def lives(parcel: Parcel) -> bool:
    """Whether a parcel is still meant to reach the buyer, or did."""
    return ParcelStatus(parcel.status) in LIVE
