"""The audit trail: what changed, told in Haravan's verbs."""

from collections.abc import Mapping

from sandbox.channel import Json

from .formats import timestamp
from .records import EventRecord

_MESSAGES = {
    "create": "Đã tạo sản phẩm",
    "placed": "Đơn hàng được đặt",
    "confirmed": "Đơn hàng được xác nhận",
    "fulfillment_success": "Đã giao hàng cho các sản phẩm",
    "fulfillment_cancelled": "Đã hủy giao hàng",
    "capture_success": "Đã nhận thanh toán",
    "refund_success": "Đã hoàn tiền",
    "restock_line_items": "Đã nhập kho sản phẩm",
    "cancelled": "Đơn hàng bị hủy",
    "closed": "Đơn hàng được lưu trữ",
    "re_opened": "Đơn hàng được mở lại",
    "update": "Đơn hàng được cập nhật",
}


def verbs(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """What happened between two states of an order, in the order of the list above."""
    happened = {
        "confirmed": _became(before, after, "confirmed_status", "confirmed"),
        "fulfillment_success": _more(before, after, "fulfillments"),
        "fulfillment_cancelled": _cancelled(after) > _cancelled(before),
        "capture_success": _kinds(after, "capture") > _kinds(before, "capture"),
        "refund_success": _kinds(after, "refund") > _kinds(before, "refund"),
        "restock_line_items": _restocks(after) > _restocks(before),
        "cancelled": _became(before, after, "cancelled_status", "cancelled"),
        "closed": _became(before, after, "closed_status", "closed"),
        "re_opened": _became(before, after, "closed_status", "unclosed"),
    }
    return [verb for verb, did in happened.items() if did] or ["update"]


def event_json(event: EventRecord) -> Json:
    """One entry of the trail."""
    folder = "orders" if event.subject_type == "Order" else "products"
    return {
        "arguments": [event.name],
        "body": None,
        "created_at": timestamp(event.at),
        "id": event.id,
        "subject_id": event.subject_id,
        "subject_type": event.subject_type,
        "verb": event.verb,
        "message": f"{_MESSAGES[event.verb]}: {event.name}",
        "author": "haravan",
        "description": None,
        "path": f"/admin/{folder}/{event.subject_id}",
    }


def _became(
    before: Mapping[str, object], after: Mapping[str, object], name: str, value: str
) -> bool:
    return before[name] != after[name] == value


def _more(before: Mapping[str, object], after: Mapping[str, object], name: str) -> bool:
    return len(_rows(after, name)) > len(_rows(before, name))


def _cancelled(order: Mapping[str, object]) -> int:
    return sum(row["status"] == "cancelled" for row in _rows(order, "fulfillments"))


def _kinds(order: Mapping[str, object], kind: str) -> int:
    return sum(row["kind"] == kind for row in _rows(order, "transactions"))


def _restocks(order: Mapping[str, object]) -> int:
    return sum(row["restock"] is True for row in _rows(order, "refunds"))


def _rows(order: Mapping[str, object], name: str) -> list[Json]:
    rows = order[name]
    assert isinstance(rows, list)
    return rows
