"""Reverse orders in Lazada's JSON: the list and the detail use different names."""

from sandbox.channel import Json

from .accounts import COUNTRY
from .statuses import RequestType
from .trade_orders import ReverseLine, ReverseOrder, TradeOrder

_ANSWER_WITHIN = 3 * 86400
_WITHOUT_MINOR_UNIT = frozenset({"vn"})


def reverse_amount(amount: int, country: str) -> int:
    """Money of a reverse order: hundredths everywhere but in Vietnam."""
    return amount if country in _WITHOUT_MINOR_UNIT else amount * 100


def list_row(order: TradeOrder, case: ReverseOrder, country: str = COUNTRY) -> Json:
    """A reverse order in the list, which does not know return parcels."""
    return {
        **_head(order, case),
        "reverse_order_lines": [
            {
                **_line(order, case, line, country),
                "is_need_refund": "true" if case.is_need_refund else "false",
                "product": {
                    "product_id": int(line.item.listing.item_id),
                    "product_sku": line.item.listing.variant_id,
                },
                "buyer": {"buyer_id": _buyer(order)},
            }
            for line in case.lines
        ],
    }


def detail(order: TradeOrder, case: ReverseOrder, country: str = COUNTRY) -> Json:
    """A reverse order by itself; the only place with the return parcel's number."""
    return {
        **_head(order, case),
        "reverseOrderLineDTOList": [
            {
                **_line(order, case, line, country),
                "is_need_refund": case.is_need_refund,
                "tracking_number": case.tracking_number,
                "productDTO": {
                    "product_id": int(line.item.listing.item_id),
                    "sku": line.item.listing.variant_id,
                },
                "buyer": {"user_id": _buyer(order)},
            }
            for line in case.lines
        ],
    }


def _head(order: TradeOrder, case: ReverseOrder) -> Json:
    head: Json = {
        "reverse_order_id": int(case.id),
        "trade_order_id": int(order.id),
        "request_type": case.request_type,
        "is_rtm": case.is_rtm,
    }
    if case.request_type is RequestType.RETURN:
        head["shipping_type"] = "PICK_UP"
    return head


def _line(
    order: TradeOrder, case: ReverseOrder, line: ReverseLine, country: str
) -> Json:
    item = line.item
    refund = item.listing.price if case.is_need_refund else 0
    return {
        "reverse_order_line_id": int(line.id),
        "trade_order_line_id": int(item.id),
        "reverse_status": case.reverse_status,
        "ofc_status": case.ofc_status,
        "whqc_decision": case.decision,
        "reason_code": case.reason_code,
        "reason_text": case.reason,
        "refund_amount": reverse_amount(refund, country),
        "item_unit_price": reverse_amount(item.listing.price, country),
        "refund_payment_method": "",
        "seller_sku_id": item.sku,
        "platform_sku_id": item.listing.variant_id,
        "is_dispute": case.is_dispute,
        "sla": (case.requested_at + _ANSWER_WITHIN) * 1000,
        "trade_order_gmt_create": order.placed_at,
        "return_order_line_gmt_create": case.requested_at,
        "return_order_line_gmt_modified": case.updated_at,
    }


def _buyer(order: TradeOrder) -> int:
    return int("1" + order.id[-9:])
