"""Turns TikTok Shop's order JSON into our values; pure functions.

Field names and meanings are those of ``order/orders`` (Get Order Detail).  Each line
item is one unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from connector.parsing import (
    JsonRecord,
    Malformed,
    amount,
    epoch,
    identifier,
    moment,
    record,
    records,
    text,
)
from connector.tiktok.evidence import (
    OrderFacts,
    Package,
    Unit,
    check_known,
    fate_of,
    needs_package,
)
from connector.values import (
    ChannelOrder,
    ChannelOrderLine,
    ChannelRefund,
    ListingRef,
    Parcel,
    ParcelDirection,
    Portion,
    Stage,
)

_BY_SELLER = "FULFILLMENT_BY_SELLER"

Packages = Mapping[str, Package]


def line_items(order: JsonRecord) -> list[JsonRecord]:
    """Return the order's units."""
    return records(order.get("line_items"), "line_items")


def order_facts(order: JsonRecord) -> OrderFacts:
    """Return what the order as a whole says."""
    return OrderFacts(
        status=identifier(order.get("status"), "status"),
        never_paid=order.get("is_cod") is not True and not _happened(order, "paid"),
        arranged=_happened(order, "rts"),
        collected=_happened(order, "collection"),
        delivered=_happened(order, "delivery"),
        has_number=bool(text(order.get("tracking_number"), "tracking_number")),
        packages=_packages(order),
    )


def unit_of(item: JsonRecord, packages: Packages) -> Unit:
    """Return a line item's own evidence, with its package's look-up if there is one."""
    return Unit(
        status=text(item.get("display_status"), "display_status"),
        package=packages.get(text(item.get("package_id"), "package_id")),
        package_status=text(item.get("package_status"), "package_status"),
        arranged=_happened(item, "rts"),
        tracking_number=text(item.get("tracking_number"), "tracking_number"),
    )


def package_of(number: str, data: JsonRecord) -> Package:
    """Return what the look-up of a package tells (``fulfillment/packages``)."""
    return Package(
        number=number,
        status=text(data.get("package_status"), "package_status"),
        sub_status=text(data.get("package_sub_status"), "package_sub_status"),
        exception=text(data.get("ship_exception_reason"), "ship_exception_reason"),
        tracking_number=text(data.get("tracking_number"), "tracking_number"),
        carrier=text(data.get("shipping_provider_name"), "shipping_provider_name"),
    )


def wanted_packages(order: JsonRecord, *, watched: bool) -> list[str]:
    """Return the packages whose look-up can tell more than the order does.

    Raises ``Malformed`` or ``UnmappedStatus``.
    """
    facts = order_facts(order)
    numbers = []
    for item in line_items(order):
        unit = unit_of(item, {})
        check_known(facts.status, unit)
        number = text(item.get("package_id"), "package_id")
        if number and needs_package(facts, unit, watched=watched):
            numbers.append(number)
    return list(dict.fromkeys(numbers))


def order_of(
    order: JsonRecord,
    packages: Packages,
    *,
    refunds: Sequence[ChannelRefund] = (),
    turning_back: Sequence[Parcel] = (),
    advice: str = "",
) -> ChannelOrder:
    """Return the order; raises ``Malformed`` or ``UnmappedStatus``."""
    facts = order_facts(order)
    items = line_items(order)
    if not items:
        raise Malformed("the order names no items", "no_lines")
    payment = record(order.get("payment") or {}, "payment")
    forward = _forward_parcels(order, items, packages)
    return ChannelOrder(
        order_id=identifier(order.get("id"), "id"),
        ordered_at=moment(order.get("create_time"), "create_time"),
        updated_at=moment(order.get("update_time"), "update_time"),
        raw_status=facts.status,
        currency=_currency(payment, items),
        total=amount(payment.get("total_amount") or 0, "total_amount"),
        lines=tuple(_line(facts, item, packages) for item in items),
        parcels=_distinct([*forward, *turning_back]),
        refunds=tuple(refunds),
        cancel_reason=_cancel_reason(order, advice),
        fulfilled_by_channel=_fulfilled_by_tiktok(order),
    )


def turns_back(order: ChannelOrder) -> bool:
    """Whether a parcel of the order is, or may be, on its way back."""
    return any(
        portion.ending is not None and portion.stage is Stage.IN_TRANSIT
        for line in order.lines
        for portion in line.portions
    )


def _line(facts: OrderFacts, item: JsonRecord, packages: Packages) -> ChannelOrderLine:
    unit = unit_of(item, packages)
    check_known(facts.status, unit)
    fate = fate_of(facts, unit)
    return ChannelOrderLine(
        line_id=identifier(item.get("id"), "line item id"),
        listing=ListingRef(
            item_id=identifier(item.get("product_id"), "product_id"),
            variant_id=identifier(item.get("sku_id"), "sku_id"),
        ),
        sku=text(item.get("seller_sku"), "seller_sku"),
        title=title_of(item, "product_name"),
        quantity=1,
        unit_price=amount(item.get("sale_price") or 0, "sale_price"),
        portions=(Portion(quantity=1, stage=fate.stage, ending=fate.ending),),
    )


def title_of(item: JsonRecord, name: str) -> str:
    """Return a product's name with its variant's, where that says something more."""
    names = (text(item.get(name), name), text(item.get("sku_name"), "sku_name"))
    return ", ".join(dict.fromkeys(part for part in names if part))


def _forward_parcels(
    order: JsonRecord, items: Iterable[JsonRecord], packages: Packages
) -> list[Parcel]:
    found = [
        (
            text(entry.get("tracking_number"), "tracking_number"),
            text(entry.get(carrier), carrier),
        )
        for carrier, entries in (
            ("shipping_provider_name", items),
            ("shipping_provider", [order]),
        )
        for entry in entries
    ]
    found += [(one.tracking_number, one.carrier) for one in packages.values()]
    return [
        Parcel(
            tracking_number=number, direction=ParcelDirection.FORWARD, carrier=carrier
        )
        for number, carrier in found
        if number
    ]


def _distinct(parcels: Iterable[Parcel]) -> tuple[Parcel, ...]:
    """Return each number once, the first word on it counting."""
    known: dict[str, Parcel] = {}
    for parcel in parcels:
        known.setdefault(parcel.tracking_number, parcel)
    return tuple(known.values())


def _packages(order: JsonRecord) -> int:
    """Return in how many packages the units are; one without any is one more."""
    named = {text(item.get("package_id"), "package_id") for item in line_items(order)}
    if named <= {""}:
        return len(records(order.get("packages"), "packages"))
    return len(named)


def _currency(payment: JsonRecord, items: Sequence[JsonRecord]) -> str:
    return identifier(payment.get("currency") or items[0].get("currency"), "currency")


def _cancel_reason(order: JsonRecord, advice: str) -> str:
    reasons = (
        text(order.get("cancellation_initiator"), "cancellation_initiator"),
        text(order.get("cancel_reason"), "cancel_reason"),
        advice,
    )
    return ": ".join(reason for reason in reasons if reason)


def _fulfilled_by_tiktok(order: JsonRecord) -> bool:
    kind = text(order.get("fulfillment_type"), "fulfillment_type")
    return kind not in ("", _BY_SELLER)


def _happened(entry: JsonRecord, what: str) -> bool:
    name = f"{what}_time"
    return epoch(entry.get(name), name) > 0
