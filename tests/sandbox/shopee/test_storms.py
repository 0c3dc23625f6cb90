"""Whatever is done to orders in whatever order, the books stay sound."""

from hypothesis import given, settings
from hypothesis import strategies as some

from sandbox.listings import AutoRestock, NewItem
from sandbox.order_view import order_view
from sandbox.orders import Order, total
from sandbox.refusals import NotAllowed
from sandbox.shopee import ShopeeChannel
from sandbox.shopee.order_json import order_json, package_detail
from sandbox.shopee.statuses import OrderStatus
from sandbox.world import World

SKUS = ("A", "B")
UNITS = some.none() | some.dictionaries(
    some.sampled_from(SKUS), some.integers(1, 3), min_size=1
)
ACTIONS = sorted(ShopeeChannel(World(0)).actions)
# The way out is taken more often, or hardly any order would get far.
STEPS = some.sampled_from([*ACTIONS, *("arrange", "pick_up", "deliver") * 4])
STORMS = some.lists(some.tuples(STEPS, UNITS), max_size=25)


def check(order: Order) -> None:
    for line in order.lines:
        parts = (
            line.active,
            line.cancelled,
            line.cancelled_before_leaving,
            line.cancel_requested,
            line.return_requested,
            line.returned,
        )
        assert min(parts) >= 0, line
        assert line.cancelled_before_leaving <= line.cancelled
        packed = total([parcel.units for parcel in order.parcels]).get(line.sku, 0)
        assert packed <= line.ordered
    assert order.status in set(OrderStatus)
    assert all(quantity > 0 for p in order.parcels for quantity in p.units.values())


@given(storm=STORMS, cod=some.booleans(), unpaid=some.booleans())
@settings(max_examples=200, deadline=None)
def test_no_storm_of_actions_breaks_an_order(
    storm: list[tuple[str, dict[str, int] | None]], cod: bool, unpaid: bool
) -> None:
    world = World(1)
    shopee = ShopeeChannel(world)
    world.channels = {"shopee": shopee}
    shop = world.open_shop("shopee", "s1", AutoRestock.ON_CANCEL, None)
    shopee.open_shop(shop, "http://127.0.0.1:1")
    shopee.list_items(
        shop, [NewItem(sku=sku, quantity=9, name=sku, barcode="") for sku in SKUS]
    )
    units = {"A": 3, "B": 2}
    world.sales.take_off(shop, units)
    order = shopee.place(shop, units, cod=cod, unpaid=unpaid and not cod)
    for action, lines in storm:
        before = order_view("shopee", order)
        try:
            shopee.act(shop, order, action, lines)
        except NotAllowed:
            assert order_view("shopee", order) == before
        check(order)
    order_json(order, frozenset({"item_list", "package_list"}))
    for parcel in order.parcels:
        package_detail(order, parcel)
    given_back = sum(line.cancelled + line.returned for line in order.lines)
    seen = sum(listing.sellable for listing in shop.listings.values())
    assert seen == 18 - 5 + given_back
