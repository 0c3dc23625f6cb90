"""Whatever is done to orders in whatever order, the books stay sound."""

from hypothesis import given, settings
from hypothesis import strategies as some

from sandbox.listings import AutoRestock, NewItem
from sandbox.order_view import order_view
from sandbox.orders import Order, total
from sandbox.refusals import NotAllowed
from sandbox.shops import Shop
from sandbox.woocommerce import WoocommerceChannel
from sandbox.woocommerce.order_json import order_json
from sandbox.woocommerce.refunds import RefundedRow, RefundRefused, RefundRequest
from sandbox.woocommerce.site import Site
from sandbox.woocommerce.statuses import SETTABLE, OrderStatus
from sandbox.world import World

SKUS = ("A", "B", "C", "D", "E")
SOLD = {"A": 3, "B": 2, "E": 1}
LISTED = 9
UNITS = some.none() | some.dictionaries(
    some.sampled_from(tuple(SOLD)), some.integers(1, 3), min_size=1
)
ACTIONS = sorted(WoocommerceChannel(World(0)).actions)
# The way out is taken more often, or hardly any order would get far.
PLAYED = some.tuples(
    some.sampled_from([*ACTIONS, *("arrange", "pick_up", "deliver") * 4]), UNITS
)
WRITTEN = some.sampled_from(SETTABLE)
REFUNDED = some.tuples(some.integers(0, 4), some.booleans())
STORMS = some.lists(PLAYED | PLAYED | PLAYED | WRITTEN | REFUNDED, max_size=25)


class Storm:
    """One site with one order that anything may happen to."""

    def __init__(self, habit: AutoRestock, *, cod: bool, unpaid: bool) -> None:
        self.world = World(1)
        self.channel = WoocommerceChannel(self.world)
        self.world.channels = {"woocommerce": self.channel}
        self.shop: Shop = self.world.open_shop("woocommerce", "s1", habit, None)
        self.channel.open_shop(self.shop, "http://127.0.0.1:1")
        items = [NewItem(sku=s, quantity=LISTED, name=s, barcode="") for s in SKUS]
        self.channel.list_items(self.shop, items)
        self.world.sales.take_off(self.shop, SOLD)
        self.order: Order = self.channel.place(
            self.shop, SOLD, cod=cod, unpaid=unpaid and not cod
        )
        (self.site,) = self.channel.sites.values()

    def step(self, step: object) -> None:
        before = order_view("woocommerce", self.order)
        try:
            self._do(step)
        except (NotAllowed, RefundRefused):
            assert order_view("woocommerce", self.order) == before
        self.world.advance(1)

    def _do(self, step: object) -> None:
        record = self.site.records[int(self.order.id)]
        match step:
            case OrderStatus():
                self.channel.lifecycle.change(self.site, record, step)
            case int(quantity), bool(restock):
                item = record.items[0]
                money = quantity * item.line.listing.price
                row = RefundedRow(quantity=quantity, total=money)
                request = RefundRequest(
                    amount=money, rows={item.id: row}, restock=restock
                )
                self.channel.refunds.create(self.site, record, request)
            case str(action), lines:
                assert lines is None or isinstance(lines, dict)
                self.channel.act(self.shop, self.order, action, lines)


def check_order(order: Order) -> None:
    for line in order.lines:
        parts = (
            line.active,
            line.cancelled,
            line.cancelled_before_leaving,
            line.return_requested,
            line.returned,
        )
        assert min(parts) >= 0, line
        assert line.cancelled_before_leaving <= line.cancelled
        packed = total([parcel.units for parcel in order.parcels]).get(line.sku, 0)
        assert packed <= line.ordered
    assert all(quantity > 0 for p in order.parcels for quantity in p.units.values())


def check_stock(site: Site) -> None:
    (record,) = site.records.values()
    held = site.held.get(record.id, {})
    for item in record.items:
        listing = item.line.listing
        keeper = site.keeper(listing)
        assert keeper is not None and keeper.quantity is not None
        # What the number lacks is what the row says that it took.
        assert keeper.quantity + item.reduced == LISTED
        assert listing.sellable == keeper.quantity - held.get(listing.sku, 0)


@given(
    storm=STORMS,
    habit=some.sampled_from(AutoRestock),
    cod=some.booleans(),
    unpaid=some.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_no_storm_breaks_an_order(
    storm: list[object], habit: AutoRestock, cod: bool, unpaid: bool
) -> None:
    running = Storm(habit, cod=cod, unpaid=unpaid)
    for step in storm:
        running.step(step)
        check_order(running.order)
        check_stock(running.site)
    (record,) = running.site.records.values()
    shown = order_json(running.site, record)
    assert shown["status"] == running.order.status
    assert record.refundable >= 0
