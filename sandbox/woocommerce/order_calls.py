"""Calls about orders."""

from collections.abc import Mapping

from sandbox.channel import Json

from .channel import Woocommerce
from .order_json import order_json
from .pages import DateFilter, Window, page_reply
from .parameters import Parameters
from .records import OrderRecord
from .statuses import LIST_FILTERS, SETTABLE, OrderStatus
from .wire import Call, Reply, WireError, invalid_id

RESOURCE = "shop_order"

_ORDER_BY = ("date", "id", "include", "title", "slug", "modified")


class OrderCalls:
    """``orders``."""

    def __init__(self, woocommerce: Woocommerce) -> None:
        self._lifecycle = woocommerce.lifecycle
        self._refunds = woocommerce.refunds

    def list(self, call: Call) -> Reply:
        """Orders by page; numbers of rows at the same second break ties."""
        parameters = Parameters(call.query)
        window = Window.read(parameters)
        dates = DateFilter.read(parameters)
        statuses = parameters.choices("status", LIST_FILTERS, ("any",))
        include, exclude = parameters.numbers("include"), parameters.numbers("exclude")
        direction = parameters.choice("order", ("asc", "desc"), "desc")
        by = parameters.choice("orderby", _ORDER_BY, "date")
        parameters.check()
        rows = [
            record
            for record in call.site.records.values()
            if _has_status(record, statuses)
            and (not include or record.id in include)
            and record.id not in exclude
            and dates.lets_through(record.order.placed_at, record.order.updated_at)
        ]
        _sort(rows, by, include, descending=direction == "desc")
        return page_reply(call, rows, window, lambda row: order_json(call.site, row))

    def get(self, call: Call, order_id: int) -> Reply:
        """One order."""
        return Reply(body=order_json(call.site, find(call, order_id)))

    def update(self, call: Call, order_id: int) -> Reply:
        """Write the status, meta data and whether it was paid.

        Other fields are read and left alone.
        """
        parameters = Parameters(call.given)
        status = parameters.choice("status", SETTABLE, "")
        set_paid = parameters.flag("set_paid")
        parameters.check()
        record = find(call, order_id, status=400)
        _write_meta(record, call.given.get("meta_data"))
        return Reply(body=self._write(call, record, status, set_paid))

    def delete(self, call: Call, order_id: int) -> Reply:
        """Move to the trash, or with ``force`` remove; neither touches the stock."""
        parameters = Parameters(call.given)
        force = parameters.flag("force")
        parameters.check()
        record = find(call, order_id)
        if record.status == OrderStatus.TRASH and not force:
            raise WireError(
                "woocommerce_rest_already_trashed",
                f"The {RESOURCE} has already been deleted.",
                410,
            )
        shown = order_json(call.site, record)
        if force:
            del call.site.records[order_id]
        else:
            record.order.status = OrderStatus.TRASH
            shown["status"] = OrderStatus.TRASH
        call.site.tell("order.deleted", order_id)
        return Reply(body=shown)

    def batch_update(self, call: Call, row: Mapping[str, object]) -> Json:
        """One row of ``orders/batch``; nothing checks it against the schema."""
        record = find(call, _id(row), status=400)
        status = row.get("status")
        if status is not None and status not in SETTABLE:
            status = OrderStatus.PENDING
        _write_meta(record, row.get("meta_data"))
        return self._write(call, record, str(status or ""), row.get("set_paid") is True)

    def _write(
        self, call: Call, record: OrderRecord, status: str, set_paid: bool
    ) -> Json:
        before = record.status
        if status:
            self._set_status(call, record, OrderStatus(status))
        payable = (OrderStatus.PENDING, OrderStatus.FAILED)
        if set_paid and record.status in payable:
            self._set_status(call, record, OrderStatus.PROCESSING)
        if record.status != before:
            self._lifecycle.note(record, "api")
        self._lifecycle.save(call.site, record)
        return order_json(call.site, record)

    def _set_status(self, call: Call, record: OrderRecord, new: OrderStatus) -> None:
        if new == OrderStatus.CANCELLED and record.status != new:
            record.order.cancelled_by = "seller"
        self._lifecycle.change(call.site, record, new)
        if new == OrderStatus.REFUNDED:
            self._refunds.settle_rest(call.site, record)


def find(call: Call, order_id: int, status: int = 404) -> OrderRecord:
    """An order of this site."""
    record = call.site.records.get(order_id)
    if record is None:
        raise invalid_id(RESOURCE, status)
    return record


def _id(row: Mapping[str, object]) -> int:
    value = row.get("id")
    return value if isinstance(value, int) else 0


def _has_status(record: OrderRecord, statuses: list[str]) -> bool:
    if "any" in statuses:
        return record.status != OrderStatus.TRASH
    return record.status in statuses


def _sort(
    rows: list[OrderRecord], by: str, include: list[int], *, descending: bool
) -> None:
    if by == "include" and include:
        rows.sort(key=lambda row: include.index(row.id))
    elif by == "modified":
        rows.sort(key=lambda r: (r.order.updated_at, r.id), reverse=descending)
    elif by == "date":
        rows.sort(key=lambda r: (r.order.placed_at, r.id), reverse=descending)
    else:
        rows.sort(key=lambda row: row.id, reverse=descending)


def _write_meta(record: OrderRecord, rows: object) -> None:
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and isinstance(row.get("key"), str):
            record.meta.put(row["key"], row.get("value"))
