"""Calls about returns."""

from sandbox.channel import Json
from sandbox.orders import Line, Order, Return

from .channel import Shopee
from .statuses import OPEN_RETURNS
from .wire import Answer, Call, WireError, wrong

_LONGEST_WINDOW = 15 * 86400
_ANSWER_WITHIN = 2 * 86400
_SHIP_WITHIN = 5 * 86400
_INSPECT_WITHIN = 3 * 86400
_NORMAL, _IN_TRANSIT = 0, 1
_RETURN_AND_REFUND, _REFUND_ONLY = 0, 1

_Pair = tuple[Order, Return]


class ReturnCalls:
    """``returns/*``."""

    def __init__(self, shopee: Shopee) -> None:
        self._shopee = shopee

    def return_list(self, call: Call) -> Answer:
        """Returns of a window, newest first; pages are counted from 1."""
        size, page = call.page_size(), call.number("page_no")
        if page < 1:
            raise wrong("page_no must be 1 or greater.")
        pairs = _pairs(call)
        created, updated = _window(call, "create_time"), _window(call, "update_time")
        pairs = [
            (order, case)
            for order, case in pairs
            if _inside(created, case.requested_at) and _inside(updated, case.updated_at)
        ]
        status = call.text("status", "")
        pairs = [pair for pair in pairs if status in ("", pair[1].status)]
        pairs.sort(key=lambda pair: (pair[1].requested_at, pair[1].id), reverse=True)
        shown = pairs[(page - 1) * size : page * size]
        return {
            "more": page * size < len(pairs),
            "return": [_row(*pair) for pair in shown],
        }

    def return_detail(self, call: Call) -> Answer:
        """One return; the only place that shows how far its parcel is."""
        order, case = _named(call)
        return {
            **_row(order, case),
            "buyer_videos": [],
            "seller_proof": {
                "seller_proof_status": "",
                "seller_evidence_deadline": None,
            },
            "seller_compensation": {
                "seller_compensation_status": "",
                "seller_compensation_due_date": None,
            },
            "negotiation": {
                "negotiation_status": "",
                "latest_solution": "RETURN_REFUND",
                "offer_due_date": None,
            },
            "reverse_logistics_status": case.reverse_status,
            "logistics_status": case.reverse_status,
            "is_reverse_logistics_channel_integrated": True,
        }

    def reverse_tracking(self, call: Call) -> Answer:
        """The parcel that the buyer sent; without events for a turned-back parcel."""
        _, case = _named(call)
        return {
            "return_sn": case.id,
            "return_refund_request_type": _IN_TRANSIT if case.in_transit else _NORMAL,
            "validation_type": "seller_validation",
            "reverse_logistics_status": case.reverse_status,
            "reverse_logistics_update_time": case.updated_at,
            "tracking_number": case.tracking_number,
            "tracking_info": [
                {
                    "update_time": event.at,
                    "tracking_description": event.text,
                    "epop_image_list": [],
                    "epod_image_list": [],
                }
                for event in reversed(case.events)
            ],
        }

    def confirm(self, call: Call) -> Answer:
        """The seller accepts, and the buyer is refunded."""
        return_sn = call.body_text("return_sn")
        order, case = _find(call, return_sn)
        if case.status not in OPEN_RETURNS:
            raise WireError(
                "returnsn.illegal", "Return status does not allow confirming"
            )
        if call.applies:
            shop = call.shop_account.shop
            with self._shopee.chronicle.entry(shop, order, "confirm"):
                self._shopee.aftersales.accept(shop, order, case)
        return {"return_sn": case.id}


def _pairs(call: Call) -> list[_Pair]:
    return [
        (order, case)
        for order in call.shop_account.shop.orders.values()
        for case in order.returns
    ]


def _named(call: Call) -> _Pair:
    return _find(call, call.text("return_sn"))


def _find(call: Call, return_sn: str) -> _Pair:
    for order, case in _pairs(call):
        if case.id == return_sn:
            return order, case
    raise WireError("returns.return_not_found", "Return not found")


def _window(call: Call, name: str) -> tuple[int, int] | None:
    since, until = call.number(f"{name}_from", -1), call.number(f"{name}_to", -1)
    if since == until == -1:
        return None
    if since < 0 or until < 0 or since >= until or until - since > _LONGEST_WINDOW:
        raise wrong(f"{name}_from must be before {name}_to, within 15 days.")
    return since, until


def _inside(window: tuple[int, int] | None, at: int) -> bool:
    return window is None or window[0] <= at <= window[1]


def _row(order: Order, case: Return) -> Json:
    back = case.came_back_at or case.requested_at + _SHIP_WITHIN
    return {
        "return_sn": case.id,
        "order_sn": order.id,
        "status": case.status,
        "reason": case.reason,
        "text_reason": "",
        "image": [],
        "refund_amount": case.amount,
        "amount_before_discount": case.amount,
        "currency": "VND",
        "create_time": case.requested_at,
        "update_time": case.updated_at,
        "due_date": case.requested_at + _ANSWER_WITHIN,
        "return_ship_due_date": case.requested_at + _SHIP_WITHIN,
        "return_seller_due_date": back + _INSPECT_WITHIN,
        "tracking_number": case.tracking_number,
        "needs_logistics": case.needs_logistics,
        "user": {"username": "sandbox_buyer", "email": "******", "portrait": ""},
        "item": [
            _item(line, case.units[line.sku])
            for line in order.lines
            if case.units.get(line.sku)
        ],
        "negotiation_status": "",
        "seller_proof_status": "",
        "seller_compensation_status": "",
        "return_refund_type": "RRAOC" if case.after_completion else "RRBOC",
        "return_solution": (
            _RETURN_AND_REFUND if case.needs_logistics else _REFUND_ONLY
        ),
        "is_seller_arrange": False,
        "is_shipping_proof_mandatory": False,
        "return_refund_request_type": _IN_TRANSIT if case.in_transit else _NORMAL,
        "validation_type": "seller_validation",
        "is_arrived_at_warehouse": 0,
        "follow_up_action_list": [],
    }


def _item(line: Line, quantity: int) -> Json:
    listing = line.listing
    without_model = listing.variant_id == "0"
    return {
        "item_id": int(listing.item_id),
        "model_id": int(listing.variant_id),
        "name": listing.name,
        "images": [],
        "amount": quantity,
        "item_price": listing.price,
        "is_add_on_deal": False,
        "is_main_item": False,
        "add_on_deal_id": 0,
        "item_sku": listing.sku if without_model else "",
        "variation_sku": "" if without_model else listing.sku,
    }
