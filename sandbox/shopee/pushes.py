"""Shopee's pushes: what they say, how they are signed, and the lost queue."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from sandbox.channel import Json
from sandbox.orders import Order
from sandbox.shops import Shop
from sandbox.webhooks import Letter
from sandbox.world import World

from .accounts import Accounts
from .signing import push_base, sign

ORDER_STATUS, TRACKING_NUMBER, RETURN_UPDATE, PACKAGE_STATUS = 3, 4, 29, 30

RETRY_AFTER = (300.0, 1800.0, 10800.0)
_KEPT_SECONDS = 3 * 86400
_MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The values of an order whose change a shop is told about."""

    status: str
    packages: dict[str, tuple[str, str]]
    returns: dict[str, tuple[str, str]]
    cancelled: int

    @classmethod
    def of(cls, order: Order) -> Self:
        """The values as they are now."""
        return cls(
            status=order.status,
            packages={
                each.number: (each.status, each.tracking_number)
                for each in order.parcels
            },
            returns={
                each.id: (each.status, each.reverse_status) for each in order.returns
            },
            cancelled=sum(line.cancelled for line in order.lines),
        )

    def moves_order(self, before: Self) -> bool:
        """Whether the order's own update time moves with this change."""
        return (self.status, self.packages, self.cancelled) != (
            before.status,
            before.packages,
            before.cancelled,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LostPush:
    """A push that nobody took."""

    id: int
    lost_at: float
    body: Json


class Pushes:
    """Posts pushes and keeps those that nobody acknowledged."""

    def __init__(self, world: World, accounts: Accounts) -> None:
        self._world = world
        self._accounts = accounts
        self._lost: deque[LostPush] = deque(maxlen=_MOST_KEPT)
        self._lost_count = 0

    def announce(
        self, shop: Shop, order: Order, before: Snapshot | None, after: Snapshot
    ) -> None:
        """Tell the shop what changed between two snapshots."""
        if before is None or before.status != after.status:
            self._post(shop, ORDER_STATUS, _order_status(order))
        for number, (status, tracking) in after.packages.items():
            was, had = before.packages.get(number, ("", "")) if before else ("", "")
            if tracking != had:
                self._post(shop, TRACKING_NUMBER, self._tracking(order, number))
            if status != was and before is not None:
                self._post(shop, PACKAGE_STATUS, _package_status(order, number))
        for id_, values in after.returns.items():
            had_values = before.returns.get(id_, ("", "")) if before else ("", "")
            if values != had_values:
                update = _return_update(order, id_, had_values, values)
                self._post(shop, RETURN_UPDATE, update)

    def lost(self) -> list[LostPush]:
        """The pushes that nobody took in the last three days, earliest first."""
        oldest = self._world.clock.now() - _KEPT_SECONDS
        while self._lost and self._lost[0].lost_at < oldest:
            self._lost.popleft()
        return list(self._lost)

    def confirm(self, last_id: int) -> None:
        """Forget lost pushes up to and including this one."""
        while self._lost and self._lost[0].id <= last_id:
            self._lost.popleft()

    def _post(self, shop: Shop, code: int, data: Json) -> None:
        if shop.webhook_url is None:
            return
        message: Json = {
            "msg_id": self._world.identifiers.passing(),
            "data": data,
            "shop_id": self._accounts.of(shop).shop_id,
            "code": code,
            "timestamp": self._world.clock.stamp(),
        }
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
        signature = sign(
            self._accounts.partner.push_key, push_base(shop.webhook_url, body)
        )
        self._world.courier.post(
            Letter(
                url=shop.webhook_url,
                body=body,
                headers={
                    "Authorization": signature,
                    "Content-Type": "application/json",
                },
                retry_after=RETRY_AFTER,
                needs_empty_answer=True,
                answer_within=3.0,
                lost=self._lose(message),
            )
        )

    def _lose(self, message: Json) -> Callable[[], None]:
        def keep() -> None:
            with self._world.lock:
                self._lost_count += 1
                self._lost.append(
                    LostPush(
                        id=self._lost_count,
                        lost_at=self._world.clock.now(),
                        body=message,
                    )
                )

        return keep

    def _tracking(self, order: Order, number: str) -> Json:
        parcel = next(each for each in order.parcels if each.number == number)
        return {
            "ordersn": order.id,
            "forder_id": str(int(self._world.identifiers.passing(15), 16)),
            "package_number": number,
            "tracking_no": parcel.tracking_number,
        }


def _order_status(order: Order) -> Json:
    return {
        "items": [],
        "ordersn": order.id,
        "status": order.status,
        "completed_scenario": "",
        "update_time": order.updated_at,
    }


def _package_status(order: Order, number: str) -> Json:
    parcel = next(each for each in order.parcels if each.number == number)
    return {
        "ordersn": order.id,
        "package_number": number,
        "fulfillment_status": parcel.status,
        "update_time": parcel.updated_at,
    }


def _return_update(
    order: Order, return_id: str, before: tuple[str, str], after: tuple[str, str]
) -> Json:
    case = next(each for each in order.returns if each.id == return_id)
    fields = ("return_status", "logistics_status")
    return {
        "order_sn": order.id,
        "return_sn": return_id,
        "updated_values": [
            {
                "update_field": name,
                "old_value": old,
                "new_value": new,
                "update_time": case.updated_at,
            }
            for name, old, new in zip(fields, before, after, strict=True)
            if old != new
        ],
    }
