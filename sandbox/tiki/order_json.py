"""Orders as API v2 shows them."""

from collections.abc import Collection, Iterable

from sandbox.channel import Json
from sandbox.orders import Event

from .accounts import Account, Warehouse
from .records import OrderItem, StatusEntry, TikiOrder
from .statuses import (
    FULFILLMENT_TYPES,
    Model,
    OrderStatus,
    ShippingStatus,
    inventory_type,
)
from .story import CARRIER
from .times import local, local_or_none

STATUS_HISTORIES = "status_histories"
CONFIRMATION_HISTORIES = "item.confirmation_histories"
TIKI_WAREHOUSE: Json = {"id": 17, "name": "Hà Nội 4", "code": "hn4"}

_PARTNER_ID = "2"


def order_json(order: TikiOrder, account: Account, include: Collection[str]) -> Json:
    """One order; histories are there only when they were asked for."""
    shown: Json = {
        "id": order.number,
        "code": order.id,
        "relation_code": None,
        "linked_code": order.replaced_by or None,
        "original_code": order.replaces or None,
        "parent_code": None,
        "fulfillment_type": FULFILLMENT_TYPES[order.model],
        "status": order.status,
        "main_substate": order.status,
        "inventory_status": inventory_type(order.model),
        "is_rma": bool(order.replaces),
        "is_virtual": False,
        "is_parent": False,
        "is_vat_exporting": False,
        "dropship_already": bool(
            order.model is Model.DROPSHIP and order.parcel.picked_up_at
        ),
        "has_backorder_items": order.model is not Model.BY_TIKI,
        "created_at": local(order.placed_at),
        "updated_at": local(order.updated_at),
        "items": [_item(order, item, account, include) for item in order.items],
        "shipping": _shipping(order),
        "payment": _payment(order),
        "invoice": _invoice(order),
        "cancel_info": _cancel_info(order),
        "rma_info": _rma_info(order),
        "customer": {"id": order.number, "full_name": "Nguyễn Thị Hoa"},
        "tiki_warehouse": TIKI_WAREHOUSE,
        "seller_warehouse": _seller_warehouse(order, account),
        "shipment_status_histories": [_scan(event) for event in order.parcel.events],
        "state_histories": [],
    }
    if STATUS_HISTORIES in include:
        shown[STATUS_HISTORIES] = _entries(order.statuses)
    return shown


def warehouse_json(warehouse: Warehouse, account: Account) -> Json:
    """A seller's warehouse."""
    return {
        "id": warehouse.id,
        "seller_id": account.seller_id,
        "is_primary": warehouse.is_primary,
        "name": warehouse.name,
        "status": 1,
        "type": warehouse.type,
        "address": {
            "street": "12 Phố Vọng",
            "ward": "Phường Phương Mai",
            "district": "Quận Đống Đa",
            "region": "Hà Nội",
            "country": "Viet Nam",
        },
    }


def _item(
    order: TikiOrder, item: OrderItem, account: Account, include: Collection[str]
) -> Json:
    listing = item.line.listing
    return {
        "id": item.id,
        "product": {
            "id": int(listing.item_id),
            "type": "simple",
            "master_id": int(listing.item_id) - 1,
            "super_id": 0,
            "sku": item.tiki_sku,
            "name": listing.name,
            "catalog_group_name": "",
            "inventory_type": inventory_type(order.model),
            "seller_product_code": listing.sku,
            "seller_supply_method": None,
            "thumbnail": "",
        },
        "seller": {"id": account.seller_id, "name": account.shop.name},
        "confirmation": {
            "status": item.confirmation.value,
            "confirmed_at": local_or_none(item.confirmed_at),
            "available_confirm_sla": local(item.confirm_until),
            "pickup_confirm_sla": local_or_none(order.pickup_until),
            "histories": (
                _entries(item.confirmations)
                if CONFIRMATION_HISTORIES in include
                else []
            ),
        },
        "price": listing.price,
        "qty": item.line.ordered,
        "invoice": _item_invoice(item),
        "is_fulfilled": bool(item.fulfilled_at),
        "fulfilled_at": local_or_none(item.fulfilled_at),
        "is_virtual": False,
        "inventory_requisition": _requisition(item),
        "inventory_withdrawals": [
            {"id": withdrawal.id, "status": withdrawal.status.value}
            for withdrawal in item.withdrawals
        ],
    }


def _item_invoice(item: OrderItem) -> Json:
    amount = item.line.listing.price * item.line.ordered
    return {
        "price": item.line.listing.price,
        "quantity": item.line.ordered,
        "subtotal": amount,
        "row_total": amount,
        "discount_amount": 0,
        "seller_income": amount,
        "fees": [],
    }


def _requisition(item: OrderItem) -> Json | None:
    if item.requisition is None:
        return None
    return {
        "id": item.requisition.id,
        "code": item.requisition.code,
        "status": "completed",
        "pickup_method": "drop_off",
        "warehouse_code": TIKI_WAREHOUSE["code"],
        "created_at": local(item.requisition.at),
    }


def _shipping(order: TikiOrder) -> Json:
    parcel = order.parcel
    carried = bool(parcel.tracking_number) and not order.carried_by_seller
    return {
        "partner_id": _PARTNER_ID if carried else None,
        "partner_name": CARRIER if carried else None,
        "tracking_code": parcel.tracking_number or None,
        "status": parcel.status,
        "pickup_shipping_code": None,
        "pickup_partner_code": None,
        "return_shipping_code": order.return_shipping_code or None,
        "return_partner_code": CARRIER if order.return_shipping_code else None,
        "delivery_shipping_code": parcel.tracking_number or None,
        "delivery_partner_code": CARRIER if carried else None,
        "plan": {
            "id": 1,
            "name": "Giao hàng tiêu chuẩn",
            "is_free_shipping": False,
            "promised_delivery_date": local(order.placed_at + 5 * 86400),
            "description": "",
        },
        "address": {
            "full_name": "Nguyễn Thị Hoa",
            "street": "5 Ngõ Chợ",
            "ward": "Phường Láng Hạ",
            "district": "Quận Ba Đình",
            "region": "Hà Nội",
            "country": "Việt Nam",
            "phone": None,
        },
        "shipping_detail": _shipping_detail(order) if parcel.events else None,
    }


def _shipping_detail(order: TikiOrder) -> Json:
    latest = order.parcel.events[-1]
    return {
        "tracking_id": order.parcel.tracking_number or None,
        "client_order_id": order.id,
        "partner_code": CARRIER,
        "service_code": "standard",
        "timestamp": local(latest.at),
        "status": latest.code.lower(),
        "reason_code": order.carrier_reason or None,
    }


def _payment(order: TikiOrder) -> Json:
    waits = order.status == OrderStatus.WAITING_PAYMENT or not order.paid_at
    return {
        "method": "cod" if order.cod else "momo",
        "is_prepaid": not order.cod,
        "status": "pending" if waits else "success",
        "description": "",
    }


def _invoice(order: TikiOrder) -> Json:
    amount = sum(line.listing.price * line.ordered for line in order.lines)
    return {
        "items_count": len(order.lines),
        "items_quantity": sum(line.ordered for line in order.lines),
        "subtotal": amount,
        "grand_total": amount,
        "collectible_amount": amount if order.cod else 0,
        "discount_amount": 0,
        "gift_card_amount": 0,
    }


def _cancel_info(order: TikiOrder) -> Json | None:
    if not order.canceled_at:
        return None
    return {
        "reason_code": order.cancel_code,
        "reason_text": order.cancel_reason,
        "comment": None,
        "canceled_at": local(order.canceled_at),
    }


def _rma_info(order: TikiOrder) -> Json | None:
    if not order.replaces:
        return None
    return {
        "id": order.number,
        "warehouse_id": TIKI_WAREHOUSE["id"],
        "original_order_code": order.replaces,
        "exchanged_order_code": order.id,
        "status": "approved",
        "created_at": local(order.placed_at),
    }


def _seller_warehouse(order: TikiOrder, account: Account) -> Json | None:
    if order.model is Model.BY_TIKI:
        return None
    return warehouse_json(account.supplies, account)


def _entries(entries: Iterable[StatusEntry]) -> list[Json]:
    return [
        {"id": entry.id, "status": entry.status, "created_at": local(entry.at)}
        for entry in entries
    ]


def _scan(event: Event) -> Json:
    return {
        "status": ShippingStatus(event.code).value,
        "created_at": local(event.at),
    }
