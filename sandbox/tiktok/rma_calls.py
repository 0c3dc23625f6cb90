"""Where return parcels are, as an independent client documents the answer."""

from sandbox.channel import Json

from .channel import TikTok
from .orders import ReturnCase
from .paging import Stamped, page
from .return_calls import cases_of
from .statuses import RmaStatus
from .wire import Call, invalid

_DEFAULT_SIZE = 20
_NAME = "return_merchandise_authorizations"


class RmaCalls:
    """``return_refund/*/rma``."""

    def __init__(self, tiktok: TikTok) -> None:
        self._tiktok = tiktok

    def search(self, call: Call) -> Json:
        """Return parcels by filters; paging stands in the body, unlike elsewhere."""
        fields = call.fields()
        filters, pagination = fields.nested("filters"), fields.nested("pagination")
        ids = filters.texts("rma_ids")
        requests = filters.texts("aftersales_request_ids")
        orders = filters.texts("main_order_ids")
        statuses = filters.texts("statuses")
        if not {*RmaStatus}.issuperset(statuses):
            raise invalid("The `filters.statuses` value is not supported.")
        size = pagination.optional_number("page_size") or _DEFAULT_SIZE
        rows = [
            Stamped(
                row=case,
                id=case.rma_id,
                created_at=case.requested_at,
                updated_at=case.updated_at,
            )
            for case in cases_of(call.shop_account.shop)
            if case.needs_logistics
            and (not ids or case.rma_id in ids)
            and (not requests or case.request_id in requests)
            and (not orders or case.order.id in orders)
            and (not statuses or case.reverse_status in statuses)
        ]
        token = pagination.optional_text("page_token")
        query = {**call.query, "page_token": token}
        return page(call.asking(query), rows, size, _NAME, _rma_json)


def _rma_json(case: ReturnCase) -> Json:
    return {
        "id": case.rma_id,
        "status": case.reverse_status,
        "line_items": [
            {
                "return_line_item_id": id_,
                "main_order_id": case.order.id,
                "sku_return_request_id": case.id,
            }
            for id_ in case.item_ids
        ],
        "sku_return_requests": [{"return_id": case.id}],
    }
