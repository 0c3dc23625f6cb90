"""What the page tells the ERP's page that shows it in a frame."""

from __future__ import annotations

from flask import Flask

from stock.models import Receipt
from stock.sheets import ParcelView, SheetView
from web.headers import is_framed

POSTED, REVERSED = "receipt.posted", "receipt.reversed"

Facts = dict[str, str]
"""No people and no prices: whoever embeds the page asks the interface for more."""


def install_frames(app: Flask, erp_origin: str | None) -> None:
    """Give templates the one origin to tell, and the facts that it is told."""

    def told_origin() -> str:
        """Return the origin that may show this answer in a frame, if one may."""
        return erp_origin if erp_origin and is_framed() else ""

    app.jinja_env.globals.update(told_origin=told_origin)
    app.jinja_env.filters.update(booked=_of_receipt, booked_on=_of_parcel)


def _of_receipt(receipt: Receipt) -> Facts:
    return {
        "type": REVERSED if receipt.reversal else POSTED,
        "receipt": receipt.number,
        "order": receipt.order.channel_order_id,
        "shop": receipt.order.shop.name,
        "warehouse": receipt.warehouse.code,
    }


def _of_parcel(parcel: ParcelView, sheet: SheetView) -> Facts:
    return {
        "type": REVERSED if parcel.is_reversed else POSTED,
        "receipt": parcel.receipt_number,
        "order": parcel.order.number,
        "shop": parcel.order.shop,
        "warehouse": sheet.warehouse.code,
        "sheet": sheet.number,
    }
