"""Calls about cancellations, and about what may be asked for an order."""

from sandbox.channel import Json

from .aftersales import returnable
from .cancellations import SELLER_REASONS
from .channel import TikTok
from .errors import no_case, wrong_decision
from .order_calls import between, find_order, orders_of
from .orders import Cancellation, LineItem, TikTokOrder, pick
from .paging import Stamped, page
from .statuses import CancelStatus, CancelType, Role
from .wire import Call, Fields, invalid

REJECT_REASONS = {
    "seller_reject_apply_product_has_been_packed": "The product has been packed",
    "seller_reject_apply_agreement_with_buyer": "Agreed otherwise with the buyer",
    "seller_reject_apply_wrong_or_damaged_return": "The return is wrong or damaged",
}


class CancellationCalls:
    """``return_refund/*`` about cancellations, reasons and amounts."""

    def __init__(self, tiktok: TikTok) -> None:
        self._tiktok = tiktok

    def search(self, call: Call) -> Json:
        """Cancellations by filters in the body."""
        size = call.page_size(50, default=10)
        wanted = _Filter(call.fields())
        rows = [
            Stamped(
                row=case,
                id=case.id,
                created_at=case.requested_at,
                updated_at=case.updated_at,
            )
            for order in orders_of(call.shop_account.shop)
            for case in order.cancellations
            if wanted.takes(case)
        ]
        return page(call, rows, size, "cancellations", cancellation_json)

    def create(self, call: Call) -> Json:
        """The seller cancels; in this region always the whole order."""
        fields = call.fields()
        order = find_order(call, fields.text("order_id"))
        reason = fields.text("cancel_reason")
        if reason not in SELLER_REASONS:
            raise wrong_decision("The `cancel_reason` is not available.")
        if len(_named_items(fields, order)) != len(order.items):
            raise wrong_decision("Here an order is cancelled as a whole.")
        cancellations = self._tiktok.cancellations
        cancellations.check(order, "cancel", None)
        if not call.applies:
            return {
                "cancel_id": self._tiktok.world.identifiers.digits(15, "4035"),
                "cancel_status": CancelStatus.SUCCESS.value,
            }
        shop = call.shop_account.shop
        with self._tiktok.chronicle.entry(shop, order, "cancel"):
            case = cancellations.ask_for(order, Role.SELLER, reason)
            cancellations.grant(shop, order, case)
        return {"cancel_id": case.id, "cancel_status": case.status.value}

    def approve(self, call: Call) -> Json:
        """Grant what the buyer asked for."""
        if repeated(call):
            return {}
        case = self._pending(call)
        shop = call.shop_account.shop
        if call.applies:
            with self._tiktok.chronicle.entry(shop, case.order, "approve_cancel"):
                self._tiktok.cancellations.grant(shop, case.order, case)
            remember(call)
        return {}

    def reject(self, call: Call) -> Json:
        """Refuse what the buyer asked for, with a reason."""
        if repeated(call):
            return {}
        check_reject_reason(call.fields())
        case = self._pending(call)
        shop = call.shop_account.shop
        if call.applies:
            with self._tiktok.chronicle.entry(shop, case.order, "reject_cancel"):
                self._tiktok.cancellations.refuse(case.order, case)
            remember(call)
        return {}

    def reject_reasons(self, call: Call) -> Json:
        """The reasons that a refusal may give."""
        return {
            "reasons": [
                {"name": name, "text": text} for name, text in REJECT_REASONS.items()
            ]
        }

    def eligibility(self, call: Call) -> Json:
        """What the seller or the buyer may ask for each SKU of an order."""
        order = find_order(call, call.path["order_id"])
        user = call.query.get("initiate_aftersale_user", "SELLER")
        if user not in ("SELLER", "BUYER"):
            raise invalid("The `initiate_aftersale_user` is not supported.")
        cancellable = self._tiktok.cancellations.allows(order)
        back = {item.id for item in returnable(order)}
        reasons = list(SELLER_REASONS) if user == "SELLER" else []
        skus: dict[str, list[LineItem]] = {}
        for item in order.items:
            skus.setdefault(item.listing.variant_id, []).append(item)
        return {
            "sku_eligibility": [
                {
                    "sku_id": sku_id,
                    "order_line_item_ids": [item.id for item in items],
                    "request_type_eligibility": [
                        {
                            "request_type": "CANCEL",
                            "eligible": cancellable,
                            "available_reason_names": reasons,
                        },
                        {
                            "request_type": "RETURN_AND_REFUND",
                            "eligible": any(item.id in back for item in items),
                            "available_reason_names": [],
                        },
                    ],
                }
                for sku_id, items in skus.items()
            ]
        }

    def calculate(self, call: Call) -> Json:
        """What a refund of these units would come to."""
        fields = call.fields()
        order = find_order(call, fields.text("order_id"))
        items = _named_items(fields, order)
        return {"order_refund_amount": money(sum(i.listing.price for i in items))}

    def _pending(self, call: Call) -> Cancellation:
        wanted = call.path["cancel_id"]
        for order in orders_of(call.shop_account.shop):
            for case in order.cancellations:
                if case.id == wanted:
                    if case.status is not CancelStatus.PENDING:
                        raise wrong_decision("The request waits for no answer.")
                    return case
        raise no_case(wanted)


class _Filter:
    """What a search asks for."""

    def __init__(self, fields: Fields) -> None:
        self._ids = fields.texts("cancel_ids")
        self._orders = fields.texts("order_ids")
        self._buyers = fields.texts("buyer_user_ids")
        self._types = fields.texts("cancel_types")
        self._statuses = fields.texts("cancel_status")
        if not {*CancelStatus}.issuperset(self._statuses):
            raise invalid("The `cancel_status` value is not supported.")
        if not {*CancelType}.issuperset(self._types):
            raise invalid("The `cancel_types` value is not supported.")
        self._created = between(fields, "create_time")
        self._updated = between(fields, "update_time")

    def takes(self, case: Cancellation) -> bool:
        """Whether a cancellation fits."""
        return (
            (not self._ids or case.id in self._ids)
            and (not self._orders or case.order.id in self._orders)
            and (not self._buyers or case.order.buyer_id in self._buyers)
            and (not self._types or case.type in self._types)
            and (not self._statuses or case.status in self._statuses)
            and case.requested_at in self._created
            and case.updated_at in self._updated
        )


def cancellation_json(case: Cancellation) -> Json:
    """A cancellation, with one row for each unit."""
    described: Json = {
        "cancel_id": case.id,
        "order_id": case.order.id,
        "cancel_type": case.type.value,
        "cancel_status": case.status.value,
        "role": case.role.value,
        "cancel_reason": case.reason,
        "cancel_reason_text": case.reason_text,
        "create_time": case.requested_at,
        "update_time": case.updated_at,
        "refund_amount": money(case.amount),
        "should_replenish_stock": case.should_replenish,
        "cancel_line_items": [
            {
                "cancel_line_item_id": id_,
                **unit_json(item, item.listing.price if case.amount else 0),
            }
            for id_, item in zip(case.item_ids, case.items, strict=True)
        ],
    }
    if case.deadline:
        described["seller_next_action_response"] = [
            {"action": "SELLER_RESPOND_CANCEL", "deadline": case.deadline}
        ]
    return described


def unit_json(item: LineItem, amount: int) -> Json:
    """One unit in a cancellation or return."""
    return {
        "order_line_item_id": item.id,
        "sku_id": item.listing.variant_id,
        "sku_name": item.listing.name,
        "seller_sku": item.sku,
        "product_name": item.listing.name,
        "refund_amount": money(amount),
    }


def money(amount: int) -> Json:
    """An amount to refund; numbers are texts."""
    return {
        "currency": "VND",
        "refund_total": str(amount),
        "refund_subtotal": str(amount),
        "refund_shipping_fee": "0",
        "refund_tax": "0",
    }


def check_reject_reason(fields: Fields) -> None:
    """A refusal needs one of the reasons that the marketplace lists."""
    if fields.text("reject_reason") not in REJECT_REASONS:
        raise wrong_decision("The `reject_reason` is not available.")


def repeated(call: Call) -> bool:
    """Whether this is a second try under the same ``idempotency_key``."""
    return _key(call) in call.shop_account.spent_keys


def remember(call: Call) -> None:
    """Let the same ``idempotency_key`` succeed again without effect."""
    if call.query.get("idempotency_key"):
        call.shop_account.spent_keys.add(_key(call))


def _key(call: Call) -> str:
    return "/".join((*call.path.values(), call.query.get("idempotency_key", "")))


def _named_items(fields: Fields, order: TikTokOrder) -> list[LineItem]:
    ids = fields.texts("order_line_item_ids")
    ids += [row.text("order_line_item_id") for row in fields.rows("order_line_list")]
    if ids:
        named = [item for item in order.items if item.id in ids]
        if len(named) != len(set(ids)):
            raise wrong_decision("A line item is not of this order.")
        return named
    rows = fields.rows("skus")
    if not rows:
        return list(order.items)
    skus = {item.listing.variant_id: item.sku for item in order.items}
    wanted = {skus.get(row.text("sku_id"), ""): row.number("quantity") for row in rows}
    chosen = None if "" in wanted else pick(order.items, wanted)
    if chosen is None:
        raise wrong_decision("The order does not hold these SKUs.")
    return chosen
