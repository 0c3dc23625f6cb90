"""Turns what connectors say into what the stock room is told; the two are strangers."""

from __future__ import annotations

from connector import Connector
from connector.values import (
    ChannelListing,
    ChannelOrder,
    ChannelOrderLine,
    ChannelRefund,
    ChannelReturn,
    Parcel,
    Stage,
)
from connector.values import Portion as ChannelPortion
from stock.models import RefundMode
from stock.reports import (
    Ending,
    Fulfilment,
    LineReport,
    ListingReport,
    OrderReport,
    ParcelReport,
    Portion,
    RefundReport,
    ReturnLineReport,
    ReturnPhase,
    ReturnReport,
)


def order_report(order: ChannelOrder) -> OrderReport:
    """Translate an order."""
    return OrderReport(
        order_id=order.order_id,
        ordered_at=order.ordered_at,
        updated_at=order.updated_at,
        raw_status=order.raw_status,
        currency=order.currency,
        total=order.total,
        lines=tuple(_line(line) for line in order.lines),
        parcels=tuple(_parcel(parcel) for parcel in order.parcels),
        refunds=tuple(refund_report(refund) for refund in order.refunds),
        reason=order.cancel_reason,
    )


def return_report(told: ChannelReturn) -> ReturnReport:
    """Translate a return."""
    return ReturnReport(
        return_id=told.return_id,
        order_id=told.order_id,
        updated_at=told.updated_at,
        phase=ReturnPhase(told.phase.value),
        goods_come_back=told.goods_come_back,
        lines=tuple(
            ReturnLineReport(
                item_id=line.listing.item_id,
                variant_id=line.listing.variant_id,
                quantity=line.quantity,
                line_id=line.line_id,
            )
            for line in told.lines
        ),
        parcels=tuple(_parcel(parcel) for parcel in told.parcels),
        refund=refund_report(told.refund) if told.refund else None,
        reason=told.reason,
        claim_before=told.claim_before,
    )


def listing_report(listing: ChannelListing) -> ListingReport:
    """Translate a listing."""
    return ListingReport(
        item_id=listing.listing.item_id,
        variant_id=listing.listing.variant_id,
        sku=listing.sku,
        title=listing.title,
        quantity=listing.quantity,
        barcode=listing.barcode,
        fulfilled_by_channel=listing.fulfilled_by_channel,
    )


def _line(line: ChannelOrderLine) -> LineReport:
    return LineReport(
        line_id=line.line_id,
        item_id=line.listing.item_id,
        variant_id=line.listing.variant_id,
        sku=line.sku,
        title=line.title,
        quantity=line.quantity,
        unit_price=line.unit_price,
        portions=tuple(_portion(portion) for portion in line.portions),
    )


def _portion(portion: ChannelPortion) -> Portion:
    known = portion.stage is not Stage.UNKNOWN
    return Portion(
        quantity=portion.quantity,
        fulfilment=Fulfilment(portion.stage.value) if known else None,
        ending=Ending(portion.ending.value) if portion.ending else None,
    )


def _parcel(parcel: Parcel) -> ParcelReport:
    return ParcelReport(
        number=parcel.tracking_number,
        direction=parcel.direction,
        carrier=parcel.carrier,
    )


def refund_report(refund: ChannelRefund) -> RefundReport:
    """Return a refund as the stock room takes it."""
    return RefundReport(
        refund_id=refund.refund_id,
        amount=refund.amount,
        currency=refund.currency,
        state=refund.state,
        reason=refund.reason,
    )


def refund_mode(kind: type[Connector]) -> RefundMode:
    """Return who gives a buyer's money back on this channel, to begin with."""
    starts = kind.capabilities.merchant_refunds
    return RefundMode.AUTOMATIC if starts else RefundMode.CHANNEL
