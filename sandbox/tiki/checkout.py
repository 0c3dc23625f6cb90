"""Buyers placing orders, and Tiki replacing one by another."""

from sandbox.orders import Line, Parcel, Units
from sandbox.refusals import NotAllowed
from sandbox.shops import Shop
from sandbox.world import World

from .catalogue import Catalogue
from .inventory import Inventory, model_of
from .journal import Journal
from .records import OrderItem, TikiOrder
from .refusing import forbid
from .statuses import WITH_BUYER, Confirmation, Model, OrderStatus, ShippingStatus

_CODE_DIGITS = 9
_CONFIRM_WITHIN = 4 * 3600
_PICKUP_WITHIN = 24 * 3600


class Checkout:
    """Turns units that were taken off the listing into an order."""

    def __init__(
        self,
        world: World,
        journal: Journal,
        inventory: Inventory,
        catalogue: Catalogue,
    ) -> None:
        self._world = world
        self._journal = journal
        self._inventory = inventory
        self._catalogue = catalogue

    def place(self, shop: Shop, units: Units, *, cod: bool, unpaid: bool) -> TikiOrder:
        """Place an order; the units are reserved before anything is paid."""
        models = {model_of(sku) for sku in units}
        if len(models) > 1:
            self._inventory.recount(shop, units)
            raise NotAllowed(
                "lines: Tiki makes one order for each operation model; order the "
                "SKUs with different prefixes one by one"
            )
        order = self._order(shop, units, models.pop(), cod=cod, unpaid=unpaid)
        self._begin(shop, order, unpaid=unpaid)
        return order

    def replace(self, shop: Shop, order: TikiOrder, units: Units | None) -> None:
        """Tiki sends the same goods again, as an order of its own."""
        if order.status not in WITH_BUYER or order.replaced_by:
            raise forbid(order, "replace", "it needs a delivered order")
        wanted = order.parcel.units if units is None else dict(units)
        self._world.sales.take_off(shop, wanted)
        again = self._order(shop, wanted, order.model, cod=False, unpaid=False)
        again.replaces = order.id
        order.replaced_by = again.id
        self._begin(shop, again, unpaid=False)
        self._journal.touch(order)

    def _begin(self, shop: Shop, order: TikiOrder, *, unpaid: bool) -> None:
        shop.orders[order.id] = order
        self._inventory.reserve(shop, order.reserved)
        first = (OrderStatus.PROCESSING, OrderStatus.QUEUEING)
        self._journal.begin(
            shop, order, (OrderStatus.WAITING_PAYMENT,) if unpaid else first
        )

    def _order(
        self, shop: Shop, units: Units, model: Model, *, cod: bool, unpaid: bool
    ) -> TikiOrder:
        now = self._world.clock.stamp()
        identifiers = self._world.identifiers
        lines = [
            Line(listing=shop.listing(sku), ordered=quantity)
            for sku, quantity in units.items()
        ]
        return TikiOrder(
            id=identifiers.digits(_CODE_DIGITS),
            number=identifiers.number(9),
            shop=shop.name,
            model=model,
            cod=cod,
            status=OrderStatus.PROCESSING,
            placed_at=now,
            updated_at=now,
            paid_at=0 if cod or unpaid else now,
            lines=lines,
            items=[self._item(shop, line, model, now) for line in lines],
            parcels=[
                Parcel(
                    number=identifiers.digits(9, "TK"),
                    units=dict(units),
                    status=ShippingStatus.PENDING,
                    updated_at=now,
                )
            ],
            reserved=dict(units),
            pickup_until=now + _PICKUP_WITHIN if model is Model.DROPSHIP else 0,
        )

    def _item(self, shop: Shop, line: Line, model: Model, now: int) -> OrderItem:
        # Nobody asks a seller about goods that lie in Tiki's own warehouse.
        by_tiki = model is Model.BY_TIKI
        return OrderItem(
            id=self._world.identifiers.number(9),
            tiki_sku=self._catalogue.sku_of(shop, line.listing),
            line=line,
            confirmation=Confirmation.CONFIRMED if by_tiki else Confirmation.WAITING,
            confirmed_at=now if by_tiki else 0,
            confirm_until=now + _CONFIRM_WITHIN,
        )
