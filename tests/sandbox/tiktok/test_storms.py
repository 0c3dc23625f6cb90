"""Whatever is done to orders in whatever order, the books stay sound."""

from hypothesis import given, settings
from hypothesis import strategies as some

from sandbox.listings import AutoRestock, NewItem
from sandbox.order_view import order_view
from sandbox.orders import total
from sandbox.refusals import NotAllowed
from sandbox.tiktok import TikTokChannel
from sandbox.tiktok.order_json import order_json
from sandbox.tiktok.orders import TikTokOrder, units_of
from sandbox.tiktok.statuses import OrderStatus
from sandbox.world import World

SKUS = ("A", "B")
UNITS = some.none() | some.dictionaries(
    some.sampled_from(SKUS), some.integers(1, 3), min_size=1
)
ACTIONS = sorted(TikTokChannel(World(0)).actions)
# The way out is taken more often, or hardly any order would get far.
STEPS = some.sampled_from([*ACTIONS, "wait", *("arrange", "pick_up", "deliver") * 4])
STORMS = some.lists(some.tuples(STEPS, UNITS), max_size=25)
A_DAY_AND_MORE = 100_000.0


def check(channel: TikTokChannel, order: TikTokOrder) -> None:
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
        cancelled = [i for i in order.items if i.sku == line.sku and i.cancelled]
        assert len(cancelled) == line.cancelled
        waiting = [
            item
            for item in order.items
            if item.sku == line.sku
            and not item.cancelled
            and not item.parcel.picked_up_at
        ]
        assert channel.inventory.committed(line.listing) == len(waiting)
    for parcel in order.parcels:
        assert parcel.units == units_of(order.in_parcel(parcel))
    assert total([parcel.units for parcel in order.parcels]) == units_of(order.items)
    assert order.status in set(OrderStatus)


@given(storm=STORMS, cod=some.booleans(), unpaid=some.booleans())
@settings(max_examples=150, deadline=None)
def test_no_storm_of_actions_breaks_an_order(
    storm: list[tuple[str, dict[str, int] | None]], cod: bool, unpaid: bool
) -> None:
    world = World(1)
    channel = TikTokChannel(world)
    world.channels = {"tiktok": channel}
    shop = world.open_shop("tiktok", "s1", AutoRestock.ON_CANCEL, None)
    account = channel.open_shop(shop, "http://127.0.0.1:1")
    assert account["shop_cipher"]
    channel.list_items(
        shop, [NewItem(sku=sku, quantity=9, name=sku, barcode="") for sku in SKUS]
    )
    units = {"A": 3, "B": 2}
    world.sales.take_off(shop, units)
    order = channel.place(shop, units, cod=cod, unpaid=unpaid and not cod)
    assert isinstance(order, TikTokOrder)
    for action, lines in storm:
        before = order_view("tiktok", order)
        if action == "wait":
            world.advance(A_DAY_AND_MORE)
        else:
            try:
                channel.act(shop, order, action, lines)
            except NotAllowed:
                assert order_view("tiktok", order) == before
        check(channel, order)
    order_json(order, channel.accounts.of(shop).warehouse)
    given_back = sum(line.cancelled + line.returned for line in order.lines)
    seen = sum(listing.sellable for listing in shop.listings.values())
    assert seen == 18 - 5 + given_back
