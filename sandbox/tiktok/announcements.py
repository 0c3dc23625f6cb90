"""What TikTok Shop's webhooks say about orders, cancellations and returns."""

from sandbox.channel import Json
from sandbox.shops import Shop
from sandbox.world import World

from .orders import Cancellation, ReturnCase, TikTokOrder
from .statuses import (
    UNDECIDED,
    WEBHOOK_CANCEL,
    WEBHOOK_RMA,
    OrderStatus,
    ReturnStatus,
    Topic,
)
from .webhooks import Webhooks


class Announcements:
    """Tells a shop about its orders."""

    def __init__(self, world: World, webhooks: Webhooks) -> None:
        self._world = world
        self._webhooks = webhooks

    def order(self, shop: Shop, order: TikTokOrder) -> None:
        """The status of an order changed; a cancelled one is spelled differently."""
        cancelled = order.status == OrderStatus.CANCELLED
        data: Json = {
            "order_id": order.id,
            "order_status": WEBHOOK_CANCEL if cancelled else order.status,
            "is_on_hold_order": order.held,
            "update_time": order.updated_at,
        }
        self._webhooks.post(shop, Topic.ORDER_STATUS_CHANGE, data)

    def split(self, shop: Shop, order: TikTokOrder) -> None:
        """An order's packages were split."""
        data: Json = {
            "sc_type": "SPLIT",
            "role_type": "ROLE_USER",
            "package_list": [
                {"package_id": parcel.number, "order_id_list": [order.id]}
                for parcel in order.parcels
            ],
            "update_time": self._world.clock.stamp(),
        }
        self._webhooks.post(shop, Topic.PACKAGE_UPDATE, data)

    def cancellation(self, shop: Shop, case: Cancellation) -> None:
        """The status of a cancellation changed."""
        data: Json = {
            "order_id": case.order.id,
            "cancellations_role": case.role.value,
            "cancel_status": case.status.value,
            "cancel_id": case.id,
            "create_time": case.requested_at,
        }
        self._webhooks.post(shop, Topic.CANCELLATION_STATUS_CHANGE, data)

    def returned(self, shop: Shop, case: ReturnCase) -> None:
        """The status of a return changed."""
        data: Json = {
            "order_id": case.order.id,
            "return_role": "BUYER",
            "return_type": case.kind.value,
            "return_status": case.status,
            "return_id": case.id,
            "create_time": case.requested_at,
            "update_time": case.updated_at,
        }
        self._webhooks.post(shop, Topic.RETURN_STATUS_CHANGE, data)
        if case.status in (ReturnStatus.PENDING, *_REVIEWED):
            self._review(shop, case)

    def rma(self, shop: Shop, case: ReturnCase) -> None:
        """A return parcel moved."""
        status = case.rma_status
        data: Json = {
            "rma_id": case.rma_id,
            "aftersales_request_id": case.request_id,
            "return_role": "BUYER",
            "rma_status": WEBHOOK_RMA.get(status, status.value),
            "rma_request_create_time": case.requested_at,
            "rma_request_update_time": case.updated_at,
        }
        self._webhooks.post(shop, Topic.RMA_STATUS_UPDATE, data)

    def _review(self, shop: Shop, case: ReturnCase) -> None:
        waits = case.status in UNDECIDED
        data: Json = {
            "aftersales_request_id": case.request_id,
            "return_role": "BUYER",
            "aftersales_request_status": (
                "PENDING_REQUEST_REVIEW" if waits else "REQUEST_REVIEW_COMPLETED"
            ),
            "create_time": case.requested_at,
            "update_time": case.updated_at,
        }
        self._webhooks.post(shop, Topic.AFTERSALES_REQUEST_STATUS_UPDATE, data)


_REVIEWED = (ReturnStatus.SUCCESS, ReturnStatus.REJECTED)
