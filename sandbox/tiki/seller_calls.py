"""Calls about the seller."""

from sandbox.channel import Json

from .order_json import TIKI_WAREHOUSE, warehouse_json
from .paging import page
from .statuses import Model
from .times import local
from .wire import Call, WireError

# The numeric codes are from one client's enumeration; the words are documented.
_TYPES = {
    "requisition": "requisition",
    "1": "requisition",
    "withdrawal": "withdrawal",
    "0": "withdrawal",
}


class SellerCalls:
    """``/v2/sellers/me`` and the warehouses."""

    def me(self, call: Call) -> Json:
        """The seller's own card."""
        account = call.account
        return {
            "id": account.seller_id,
            "sid": account.sid,
            "name": account.shop.name,
            "active": 1,
            "logo": "",
            "operation_models": [model.value for model in Model],
            "can_update_product": 1,
            "registration_status": "completed",
            "live_at": local(account.shop.opened_at),
        }

    def warehouses(self, call: Call) -> Json:
        """The seller's warehouses, by type and status."""
        type_, status = call.text("type"), call.text("status")
        if type_ and type_ not in _TYPES:
            raise WireError(400, "type is not valid")
        if status not in ("", "0", "1"):
            raise WireError(400, "status is not valid")
        found = [
            warehouse_json(warehouse, call.account)
            for warehouse in call.account.warehouses
            if status != "0" and (not type_ or warehouse.type == _TYPES[type_])
        ]
        shown, paging = page(call, found)
        return {"data": shown, "paging": paging}

    def tiki_warehouses(self, call: Call) -> list[Json]:
        """Tiki's own warehouses."""
        return [TIKI_WAREHOUSE]
