"""Calls that pack, declare ready, break up and trace packages."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence

from sandbox.channel import Json
from sandbox.orders import Event, Parcel

from .channel import Lazada
from .statuses import DETAIL_TYPES, PACKABLE, ItemStatus, TraceCode
from .story import CARRIER
from .times import milliseconds
from .trade_orders import OrderItem, TradeOrder, trade_order, trade_orders
from .wire import Answer, Call, Result, WireError, identifier

_MOST_ROWS = 20
_PRINTABLE = (ItemStatus.PACKED, ItemStatus.READY_TO_SHIP)

_Row = Mapping[str, object]


class _RowRefused(Exception):
    """One row of a batch is refused, with its code."""

    def __init__(self, code: str, sentence: str, *, retry: bool = False) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.retry = retry


_BUSY = _RowRefused("40011", "system is busy now ,pls try later", retry=True)

_Step = Callable[[Call, TradeOrder, Parcel], None]


class PackageCalls:
    """``/order/fulfill/*``, ``/order/package/*`` and ``/logistic/*``.

    A batch succeeds as a whole even when every row of it failed: each row has a code.
    """

    def __init__(self, lazada: Lazada) -> None:
        self._lazada = lazada

    def pack(self, call: Call) -> Answer:
        """Pack the named items of each order into one package."""
        rows = _rows(call.request("packReq"), "pack_order_list")
        packed: list[Json] = []
        for index, row in enumerate(rows):
            order_id = identifier(row.get("order_id"))
            wanted = row.get("order_item_list")
            ids = [identifier(i) for i in wanted] if isinstance(wanted, list) else []
            packed.append(
                {
                    "order_id": int(order_id) if order_id.isdecimal() else 0,
                    "order_item_list": self._pack(call, order_id, ids, index),
                }
            )
        return _success({"pack_order_list": packed})

    def ready_to_ship(self, call: Call) -> Answer:
        """Declare packed packages ready: their units leave the books."""

        def declare(call: Call, order: TradeOrder, parcel: Parcel) -> None:
            self._check_packed(order, parcel)
            if call.applies:
                shop = call.seller.shop
                with self._lazada.journal.entry(shop, order, "ready_to_ship"):
                    self._lazada.story.declare_ready(shop, order, parcel)

        return self._each_package(call, "readyToShipReq", declare)

    def repack(self, call: Call) -> Answer:
        """Break packed packages up."""

        def break_up(call: Call, order: TradeOrder, parcel: Parcel) -> None:
            self._check_packed(order, parcel)
            if call.applies:
                shop = call.seller.shop
                with self._lazada.journal.entry(shop, order, "repack"):
                    self._lazada.story.repack(shop, order, parcel)

        return self._each_package(call, "rePackReq", break_up)

    def own_fleet_delivered(self, call: Call) -> Answer:
        """Refuse: no order here is carried by the seller's own fleet."""
        return self._each_package(call, "dbsDeliveryReq", _not_own_fleet)

    def own_fleet_failed(self, call: Call) -> Answer:
        """Refuse, as above."""
        return self._each_package(call, "dbsFailedDeliveryReq", _not_own_fleet)

    def document(self, call: Call) -> Answer:
        """The labels of packages that wait for the carrier, as one HTML page."""
        request = call.request("getDocumentReq")
        labels: list[str] = []
        for row in _rows(request, "packages"):
            found = self._find(call, identifier(row.get("package_id")))
            if found is None or not _all_in(*found, _PRINTABLE):
                raise WireError(
                    "700040", "There are no packages that support printing!"
                )
            labels.append(f"<p>{found[1].tracking_number}</p>")
        page = f"<html><body>{''.join(labels)}</body></html>"
        return _success({"file": b64encode(page.encode()).decode(), "doc_type": "HTML"})

    def trace(self, call: Call) -> Answer:
        """The carrier's scans; nothing before ready to ship, or of another's order."""
        order = call.seller.shop.orders.get(call.text("order_id"))
        wanted = call.text("ofcPackageIdList", "")
        packages = call.identifiers("ofcPackageIdList") if wanted else None
        parcels = [
            parcel
            for parcel in (order.parcels if order else [])
            if parcel.events and (not packages or parcel.number in packages)
        ]
        return Result(
            value={
                "success": True,
                "not_success": False,
                "repeated": False,
                "retry": False,
                "error_code": {},
                "module": [
                    {
                        "ofc_order_id": order.id,
                        "warehouse_detail_info": "",
                        "package_detail_info_list": [_traced(p) for p in parcels],
                    }
                ]
                if order and parcels
                else [],
            }
        )

    def _pack(
        self, call: Call, order_id: str, ids: Sequence[str], index: int
    ) -> list[Json]:
        shop = call.seller.shop
        try:
            if call.fails_in_part and index == 0:
                raise _BUSY
            if order_id not in shop.orders:
                raise _RowRefused("700021", "order not found")
            order = trade_order(shop.orders[order_id])
            items = _packable(order, ids)
        except _RowRefused as refused:
            return [_item_row(id, refused) for id in ids]
        if not call.applies:
            return [_item_row(id, None) for id in ids]
        with self._lazada.journal.entry(shop, order, "pack"):
            parcel = self._lazada.story.pack(shop, order, items)
        return [_item_row(item.id, None, parcel) for item in items]

    def _each_package(self, call: Call, name: str, step: _Step) -> Answer:
        answered: list[Json] = []
        for index, row in enumerate(_rows(call.request(name), "packages")):
            number = identifier(row.get("package_id"))
            refused: _RowRefused | None = None
            try:
                if call.fails_in_part and index == 0:
                    raise _BUSY
                found = self._find(call, number)
                if found is None:
                    raise _RowRefused("600001", "package not found")
                step(call, *found)
            except _RowRefused as caught:
                refused = caught
            answered.append({"package_id": number, **_outcome(refused)})
        return _success({"packages": answered})

    def _find(self, call: Call, number: str) -> tuple[TradeOrder, Parcel] | None:
        for order in trade_orders(call.seller.shop):
            for parcel in order.parcels:
                if parcel.number == number:
                    return order, parcel
        return None

    def _check_packed(self, order: TradeOrder, parcel: Parcel) -> None:
        items = order.packed_in(parcel)
        if not items or all(item.status is ItemStatus.CANCELED for item in items):
            raise _RowRefused("600002", "package already cancelled")
        if not _all_in(order, parcel, (ItemStatus.PACKED,)):
            raise _RowRefused("700000", "current package status not allow to operation")


def _not_own_fleet(call: Call, order: TradeOrder, parcel: Parcel) -> None:
    raise _RowRefused("700009", "operation not support for nonDBS order!")


def _packable(order: TradeOrder, ids: Sequence[str]) -> list[OrderItem]:
    items = [item for item in order.items if item.id in ids]
    if not items or len(items) < len(set(ids)):
        raise _RowRefused("700025", "order item not found")
    if any(item.status not in PACKABLE or item.awaits_seller for item in items):
        raise _RowRefused("700026", "item current status not allow to pack")
    return items


def _all_in(order: TradeOrder, parcel: Parcel, statuses: Sequence[ItemStatus]) -> bool:
    items = order.packed_in(parcel)
    return bool(items) and all(item.status in statuses for item in items)


def _rows(request: _Row, name: str) -> list[_Row]:
    rows = request.get(name)
    if not isinstance(rows, list) or not rows:
        raise WireError("700017", "param can't be null")
    if len(rows) > _MOST_ROWS:
        raise WireError("700022", "batch size out of limit")
    return [row if isinstance(row, dict) else {} for row in rows]


def _success(data: Json) -> Answer:
    return Result(
        value={"data": data, "success": True, "errorCode": None, "errorMsg": None}
    )


def _item_row(
    id: str, refused: _RowRefused | None, parcel: Parcel | None = None
) -> Json:
    return {
        "order_item_id": int(id) if id.isdecimal() else 0,
        **_outcome(refused),
        "tracking_number": parcel.tracking_number if parcel else "",
        "shipment_provider": CARRIER if parcel else "",
        "package_id": parcel.number if parcel else "",
    }


def _outcome(refused: _RowRefused | None) -> Json:
    if refused is None:
        return {"item_err_code": "0", "msg": "success", "retry": False}
    return {
        "item_err_code": refused.code,
        "msg": refused.sentence,
        "retry": refused.retry,
    }


def _traced(parcel: Parcel) -> Json:
    return {
        "tracking_number": parcel.tracking_number,
        "ofc_package_id": parcel.number,
        "order_line_info_list": "",
        "logistic_detail_info_list": [_scan(event) for event in parcel.events],
    }


def _scan(event: Event) -> Json:
    return {
        "status_code": event.code,
        "detail_type": DETAIL_TYPES.get(TraceCode(event.code), "ship_info"),
        "title": event.text,
        "description": event.text,
        "event_time": milliseconds(event.at),
        "receive_time": milliseconds(event.at),
        "package_location_name": "",
        "proof_images": [],
    }
