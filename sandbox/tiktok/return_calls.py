"""Calls about returns and refunds after delivery."""

from collections.abc import Callable
from enum import StrEnum

from sandbox.channel import Json
from sandbox.shops import Shop

from .cancellation_calls import (
    check_reject_reason,
    money,
    remember,
    repeated,
    unit_json,
)
from .channel import TikTok
from .errors import no_case, wrong_decision
from .order_calls import between, orders_of
from .order_json import PROVIDER_ID, PROVIDER_NAME
from .orders import ReturnCase
from .paging import Stamped, page
from .statuses import ReturnStatus, ReturnType, Role
from .wire import Call, Fields, invalid

_NEXT_ACTION = {
    ReturnType.REFUND: "SELLER_RESPOND_REFUND",
    ReturnType.RETURN_AND_REFUND: "SELLER_RESPOND_RETURN",
    ReturnType.REPLACEMENT: "SELLER_RESPOND_REPLACEMENT",
}


class _Approval(StrEnum):
    REFUND = "APPROVE_REFUND"
    RETURN = "APPROVE_RETURN"
    RECEIVED_PACKAGE = "APPROVE_RECEIVED_PACKAGE"
    REPLACEMENT = "APPROVE_REPLACEMENT"
    REPLACEMENT_REFUND = "ISSUE_REPLACEMENT_REFUND"
    PARTIAL_REFUND = "OFFER_PARTIAL_REFUND"
    DIRECT_REFUND = "DIRECT_REFUND"


class _Rejection(StrEnum):
    REFUND = "REJECT_REFUND"
    RETURN = "REJECT_RETURN"
    RECEIVED_PACKAGE = "REJECT_RECEIVED_PACKAGE"
    REPLACEMENT = "REJECT_REPLACEMENT"


# Which decision fits a return of which kind and status.
_APPROVES = {
    _Approval.REFUND: (ReturnType.REFUND, ReturnStatus.PENDING),
    _Approval.RETURN: (ReturnType.RETURN_AND_REFUND, ReturnStatus.PENDING),
    _Approval.RECEIVED_PACKAGE: (
        ReturnType.RETURN_AND_REFUND,
        ReturnStatus.BUYER_SHIPPED,
    ),
    _Approval.REPLACEMENT: (ReturnType.REPLACEMENT, ReturnStatus.REPLACEMENT_PENDING),
    _Approval.REPLACEMENT_REFUND: (
        ReturnType.REPLACEMENT,
        ReturnStatus.REPLACEMENT_PENDING,
    ),
    _Approval.PARTIAL_REFUND: (ReturnType.RETURN_AND_REFUND, ReturnStatus.PENDING),
    _Approval.DIRECT_REFUND: (ReturnType.RETURN_AND_REFUND, ReturnStatus.PENDING),
}
_REJECTS = {
    _Rejection.REFUND: (ReturnType.REFUND, ReturnStatus.PENDING),
    _Rejection.RETURN: (ReturnType.RETURN_AND_REFUND, ReturnStatus.PENDING),
    _Rejection.RECEIVED_PACKAGE: (
        ReturnType.RETURN_AND_REFUND,
        ReturnStatus.BUYER_SHIPPED,
    ),
    _Rejection.REPLACEMENT: (ReturnType.REPLACEMENT, ReturnStatus.REPLACEMENT_PENDING),
}
_REJECTED_AS = {
    _Rejection.RECEIVED_PACKAGE: ReturnStatus.PARCEL_REFUSED,
    _Rejection.REPLACEMENT: ReturnStatus.REPLACEMENT_REJECTED,
}


class ReturnCalls:
    """``return_refund/*/returns``."""

    def __init__(self, tiktok: TikTok) -> None:
        self._tiktok = tiktok

    def search(self, call: Call) -> Json:
        """Returns by filters in the body; the key of the rows is ``return_orders``."""
        size = call.page_size(50, default=10)
        wanted = _Filter(call.fields())
        rows = [
            Stamped(
                row=case,
                id=case.id,
                created_at=case.requested_at,
                updated_at=case.updated_at,
            )
            for case in cases_of(call.shop_account.shop)
            if wanted.takes(case)
        ]
        return page(call, rows, size, "return_orders", _return_json)

    def records(self, call: Call) -> Json:
        """A return's history, newest first."""
        case = self._find(call)
        return {
            "records": [
                {
                    "create_time": record.at,
                    "event": record.event,
                    "role": record.role.capitalize(),
                    "description": record.description,
                    "note": "",
                    "reason_text": "",
                    "images": [],
                    "videos": [],
                }
                for record in reversed(case.records)
            ]
        }

    def approve(self, call: Call) -> Json:
        """Grant a request, or a parcel that the buyer sent."""
        fields = call.fields()
        decision = fields.choice("decision", _Approval)
        if not decision:
            raise invalid("The `decision` field is required.")
        keeps = fields.flag("buyer_keep_item") or False
        offered = fields.nested("partial_refund").optional_text("amount")
        chosen = _Approval(decision)

        def decide(shop: Shop, case: ReturnCase) -> None:
            aftersales = self._tiktok.aftersales
            match chosen:
                case _Approval.RETURN if not keeps:
                    aftersales.set(case, ReturnStatus.AWAITING_BUYER_SHIP, Role.SELLER)
                case _Approval.PARTIAL_REFUND:
                    case.offered_amount = int(offered) if offered.isdecimal() else 0
                    aftersales.set(
                        case, ReturnStatus.AWAITING_BUYER_RESPONSE, Role.SELLER
                    )
                case _Approval.REPLACEMENT:
                    self._tiktok.replace(shop, case)
                case _:
                    case.buyer_keeps |= chosen is not _Approval.RECEIVED_PACKAGE
                    aftersales.accept(shop, case.order, case)

        return self._decide(call, _APPROVES[chosen], decide)

    def reject(self, call: Call) -> Json:
        """Refuse a request, or a parcel that the buyer sent, with a reason."""
        fields = call.fields()
        decision = fields.choice("decision", _Rejection)
        if not decision:
            raise invalid("The `decision` field is required.")
        check_reject_reason(fields)
        chosen = _Rejection(decision)

        def decide(shop: Shop, case: ReturnCase) -> None:
            status = _REJECTED_AS.get(chosen, ReturnStatus.REJECTED)
            if status is ReturnStatus.PARCEL_REFUSED:
                self._tiktok.aftersales.set(case, status, Role.SELLER)
            else:
                self._tiktok.aftersales.close(case.order, case, status)

        return self._decide(call, _REJECTS[chosen], decide)

    def _decide(
        self,
        call: Call,
        fits: tuple[ReturnType, ReturnStatus],
        decide: Callable[[Shop, ReturnCase], None],
    ) -> Json:
        if repeated(call):
            return {}
        case = self._find(call)
        if (case.kind, case.status) != fits:
            raise wrong_decision(
                f"The return is {case.status}, which the decision does not fit."
            )
        if call.applies:
            shop = call.shop_account.shop
            with self._tiktok.chronicle.entry(shop, case.order, "decide_return"):
                decide(shop, case)
            remember(call)
        return {}

    def _find(self, call: Call) -> ReturnCase:
        wanted = call.path["return_id"]
        for case in cases_of(call.shop_account.shop):
            if case.id == wanted:
                return case
        raise no_case(wanted)


def cases_of(shop: Shop) -> list[ReturnCase]:
    """A shop's returns, those of older orders first."""
    return [case for order in orders_of(shop) for case in order.cases]


class _Filter:
    """What a search asks for."""

    def __init__(self, fields: Fields) -> None:
        self._ids = fields.texts("return_ids")
        self._orders = fields.texts("order_ids")
        self._buyers = fields.texts("buyer_user_ids")
        self._types = fields.texts("return_types")
        self._statuses = fields.texts("return_status")
        self._arbitrated = fields.texts("arbitration_status")
        self._created = between(fields, "create_time")
        self._updated = between(fields, "update_time")

    def takes(self, case: ReturnCase) -> bool:
        """Whether a return fits; none of them is ever arbitrated here."""
        return (
            (not self._ids or case.id in self._ids)
            and (not self._orders or case.order.id in self._orders)
            and (not self._buyers or case.order.buyer_id in self._buyers)
            and (not self._types or case.kind in self._types)
            and (not self._statuses or case.status in self._statuses)
            and not self._arbitrated
            and case.requested_at in self._created
            and case.updated_at in self._updated
        )


def _return_json(case: ReturnCase) -> Json:
    described: Json = {
        "return_id": case.id,
        "order_id": case.order.id,
        "return_type": case.kind.value,
        "return_status": case.status,
        "role": Role.BUYER.value,
        "return_reason": case.reason,
        "return_reason_text": "The buyer asked for it",
        "can_buyer_keep_item": case.buyer_keeps,
        "is_quick_refund": case.quick_refund,
        "is_combined_return": False,
        "create_time": case.requested_at,
        "update_time": case.updated_at,
        "refund_amount": money(case.amount),
        "discount_amount": [],
        "shipping_fee_amount": [],
        "return_line_items": [
            {"return_line_item_id": id_, **unit_json(item, item.listing.price)}
            for id_, item in zip(case.item_ids, case.items, strict=True)
        ],
    }
    if case.needs_logistics:
        described |= _parcel_json(case)
    if case.offered_amount:
        described["seller_proposed_return_type"] = "PARTIAL_REFUND"
        described["partial_refund"] = {
            "currency": "VND",
            "amount": str(case.offered_amount),
        }
    if case.deadline and case.status != ReturnStatus.AWAITING_BUYER_SHIP:
        described["seller_next_action_response"] = [
            {"action": _next_action(case), "deadline": case.deadline}
        ]
    return described


def _parcel_json(case: ReturnCase) -> Json:
    described: Json = {
        "shipment_type": "PLATFORM",
        "handover_method": "DROP_OFF",
        "return_method": "PLATFORM_SHIPPED",
        "return_shipping_document_type": "SHIPPING_LABEL",
        "return_warehouse_address": {"full_address": "12 Lê Lợi, Quận 1, TP. HCM"},
    }
    if case.tracking_number:
        described["return_tracking_number"] = case.tracking_number
        described["return_provider_id"] = PROVIDER_ID
        described["return_provider_name"] = PROVIDER_NAME
    return described


def _next_action(case: ReturnCase) -> str:
    if case.came_back_at:
        return "SELLER_RESPOND_RECEIVE_PACKAGE"
    return _NEXT_ACTION[case.kind]
