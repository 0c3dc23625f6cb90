"""Returns: asked for, approved, sent back, disposed of, closed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.orders import Event, Return, Units, total
from sandbox.refusals import NotAllowed
from sandbox.shops import Shop
from sandbox.world import World

from .inventory import Inventory
from .parcels import forbid
from .records import (
    Disposition,
    FulfillmentLine,
    Purchase,
    ReturnLine,
    ReturnRecord,
    ReverseDelivery,
)
from .statuses import DispositionType, ReturnStatus
from .story import Story

_REASON, _NOTE = "UNWANTED", ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnWish:
    """Units of a fulfilment line that shall come back."""

    source: FulfillmentLine
    quantity: int
    reason: str
    note: str


class Returns:
    """The buyer's side, the carrier's side and the merchant's side of a return."""

    def __init__(self, world: World, inventory: Inventory, story: Story) -> None:
        self._world = world
        self._inventory = inventory
        self._story = story

    def request(self, shop: Shop, purchase: Purchase, units: Units | None) -> None:
        """The buyer asks on the order page to return shipped units."""
        open_units = returnable(purchase)
        wanted = dict(open_units if units is None else units)
        wishes = _pick_lines(purchase, open_units, wanted)
        if purchase.cancelled_at or not wishes:
            raise forbid(
                purchase,
                "request_return",
                f"of it these units can be returned: {open_units or 'none'}",
            )
        self.open(purchase, wishes, ReturnStatus.REQUESTED)

    def open(
        self, purchase: Purchase, wishes: Sequence[ReturnWish], status: ReturnStatus
    ) -> ReturnRecord:
        """Record a return: asked for by the buyer, or opened by the merchant."""
        record = self.draft(purchase, wishes, status)
        purchase.returns.append(record)
        purchase.order.returns.append(record.case)
        for line in record.lines:
            line.source.item.line.return_requested += line.quantity
        return record

    def draft(
        self, purchase: Purchase, wishes: Sequence[ReturnWish], status: ReturnStatus
    ) -> ReturnRecord:
        """A return that is not recorded yet."""
        now = self._world.clock.stamp()
        identifiers = self._world.identifiers
        units = total([{each.source.item.line.sku: each.quantity} for each in wishes])
        id_ = identifiers.number(11)
        return ReturnRecord(
            id=id_,
            name=f"{purchase.name}-R{len(purchase.returns) + 1}",
            case=Return(
                id=str(id_),
                units=units,
                status=status.value,
                reverse_status="",
                reason=wishes[0].reason if wishes else _REASON,
                needs_logistics=True,
                in_transit=False,
                after_completion=bool(purchase.closed_at),
                amount=purchase.order.worth(units),
                requested_at=now,
                updated_at=now,
            ),
            lines=[
                ReturnLine(
                    id=identifiers.number(11),
                    reverse_line_id=identifiers.number(11),
                    source=each.source,
                    quantity=each.quantity,
                    reason=each.reason,
                    note=each.note,
                )
                for each in wishes
            ],
            reverse_order_id=identifiers.number(11),
            created_at=now,
            status=status,
            approved_at=now if status is ReturnStatus.OPEN else 0,
        )

    def approve(self, record: ReturnRecord) -> None:
        """The merchant agrees; the goods are expected from now on."""
        self._move(record, ReturnStatus.OPEN)
        record.approved_at = self._world.clock.stamp()

    def turn_down(
        self, record: ReturnRecord, reason: str = "OTHER", note: str | None = None
    ) -> None:
        """The merchant does not agree; the goods stay with the buyer."""
        self._move(record, ReturnStatus.DECLINED)
        record.decline = (reason, note)
        for line in record.lines:
            line.source.item.line.return_requested -= line.quantity - line.refunded

    def close(self, record: ReturnRecord) -> None:
        """The merchant is done with it."""
        self._move(record, ReturnStatus.CLOSED)
        record.closed_at = self._world.clock.stamp()

    def dispose(
        self,
        shop: Shop,
        record: ReturnRecord,
        line: ReturnLine,
        type_: DispositionType,
        quantity: int,
    ) -> None:
        """Say what became of units; RESTOCKED raises the number that buyers see."""
        line.dispositions.append(
            Disposition(
                id=self._world.identifiers.number(11),
                type=type_,
                quantity=quantity,
                at=self._world.clock.stamp(),
                has_location=type_ is not DispositionType.MISSING,
            )
        )
        record.case.updated_at = self._world.clock.stamp()
        if type_ is DispositionType.RESTOCKED:
            self._inventory.restock(shop, {line.source.item.line.sku: quantity})

    def approve_newest(
        self, shop: Shop, purchase: Purchase, units: Units | None
    ) -> None:
        """Approve the newest return that waits for it."""
        self.approve(_newest(purchase, "approve_return", units, _is_requested))

    def decline_newest(
        self, shop: Shop, purchase: Purchase, units: Units | None
    ) -> None:
        """Turn the newest return down that waits for an answer."""
        self.turn_down(_newest(purchase, "decline_return", units, _is_requested))

    def close_newest(self, shop: Shop, purchase: Purchase, units: Units | None) -> None:
        """Close the newest open return."""
        self.close(_newest(purchase, "close_return", units, _is_open))

    def send_back(self, shop: Shop, purchase: Purchase, units: Units | None) -> None:
        """The merchant agrees if it was not done, and the buyer posts the parcel."""
        record = _newest(purchase, "send_back", units, _awaits_parcel)
        if _is_requested(record):
            self.approve(record)
        identifiers = self._world.identifiers
        tracking_number = identifiers.digits(10, "VNR")
        record.deliveries.append(
            ReverseDelivery(
                id=identifiers.number(10),
                line_ids=tuple(identifiers.number(10) for _ in record.lines),
                tracking_number=tracking_number,
                carrier="Other",
            )
        )
        record.case.tracking_number = tracking_number
        record.case.handed_over_at = self._world.clock.stamp()
        self._note(record, "SENT_BACK")

    def arrive_back(self, shop: Shop, purchase: Purchase, units: Units | None) -> None:
        """Goods reach the merchant: of a return, or a parcel that turned back.

        A return's units are marked as received and not inspected yet, which is all
        that Shopify can be told without restocking.
        """
        record = _pick(purchase, units, _parcel_comes)
        if record is None:
            self._story.bring_back(shop, purchase, units)
            return
        for line in record.lines:
            type_ = DispositionType.PROCESSING_REQUIRED
            self.dispose(shop, record, line, type_, line.quantity)
        record.case.came_back_at = self._world.clock.stamp()
        self._note(record, "ARRIVED")

    def _move(self, record: ReturnRecord, status: ReturnStatus) -> None:
        record.status = status
        record.case.status = status.value
        record.case.updated_at = self._world.clock.stamp()

    def _note(self, record: ReturnRecord, code: str) -> None:
        now = self._world.clock.stamp()
        record.case.reverse_status = code
        record.case.updated_at = now
        record.case.events.append(Event(at=now, code=code, text=""))


def returnable(purchase: Purchase) -> dict[str, int]:
    """Shipped units of each SKU that no return and no refund names."""
    open_units: dict[str, int] = {}
    for item in purchase.items:
        quantity = min(
            sum(_open_in(purchase, each) for each in _sources(purchase, item.line.sku)),
            purchase.refundable(item) - purchase.returning(item),
        )
        if quantity > 0:
            open_units[item.line.sku] = quantity
    return open_units


def _pick_lines(
    purchase: Purchase, open_units: Units, wanted: Units
) -> list[ReturnWish]:
    if any(quantity > open_units.get(sku, 0) for sku, quantity in wanted.items()):
        return []
    wishes: list[ReturnWish] = []
    for sku, quantity in wanted.items():
        for source in _sources(purchase, sku):
            taken = min(quantity, _open_in(purchase, source))
            quantity -= taken
            if taken:
                wishes.append(
                    ReturnWish(
                        source=source, quantity=taken, reason=_REASON, note=_NOTE
                    )
                )
    return wishes


def _sources(purchase: Purchase, sku: str) -> list[FulfillmentLine]:
    return [
        line
        for fulfillment in purchase.live_fulfillments()
        if not fulfillment.parcel.turned_back_at
        for line in fulfillment.lines
        if line.item.line.sku == sku
    ]


def _open_in(purchase: Purchase, source: FulfillmentLine) -> int:
    return source.quantity - purchase.returned_from(source)


def _is_requested(record: ReturnRecord) -> bool:
    return record.status is ReturnStatus.REQUESTED


def _is_open(record: ReturnRecord) -> bool:
    return record.status is ReturnStatus.OPEN


def _awaits_parcel(record: ReturnRecord) -> bool:
    return (_is_requested(record) or _is_open(record)) and not record.deliveries


def _parcel_comes(record: ReturnRecord) -> bool:
    return bool(record.deliveries and not record.case.came_back_at)


def _pick(
    purchase: Purchase, units: Units | None, fits: Callable[[ReturnRecord], bool]
) -> ReturnRecord | None:
    for record in reversed(purchase.returns):
        if fits(record) and units in (None, record.case.units):
            return record
    return None


def _newest(
    purchase: Purchase,
    action: str,
    units: Units | None,
    fits: Callable[[ReturnRecord], bool],
) -> ReturnRecord:
    record = _pick(purchase, units, fits)
    if record is None:
        described = ", ".join(
            f"{each.name} {each.status.value}" for each in purchase.returns
        )
        raise NotAllowed(
            f"{action}: no return of order {purchase.id} waits for it; returns: "
            + (described or "none")
        )
    return record
