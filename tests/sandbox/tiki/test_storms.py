"""Whatever is done to orders in whatever order, the books stay sound."""

from hypothesis import given, settings
from hypothesis import strategies as some

from sandbox.listings import AutoRestock, NewItem
from sandbox.order_view import order_view
from sandbox.refusals import NotAllowed
from sandbox.shops import Shop
from sandbox.tiki import TikiChannel
from sandbox.tiki.order_json import STATUS_HISTORIES, order_json
from sandbox.tiki.records import TikiOrder
from sandbox.tiki.statuses import OrderStatus
from sandbox.world import World

MODELS = ("", "ODF-", "SD-", "FBT-")
UNITS = some.none() | some.dictionaries(
    some.sampled_from(("A", "B")), some.integers(1, 3), min_size=1
)
# A replacement is another order, with books of its own.
ACTIONS = sorted(set(TikiChannel(World(0)).actions) - {"replace"})
# The way out is taken more often, or hardly any order would get far.
STEPS = some.sampled_from([*ACTIONS, "wait", *("arrange", "pick_up", "deliver") * 4])
STORMS = some.lists(some.tuples(STEPS, UNITS), max_size=25)
A_WHILE = 100_000.0
LISTED = 9


def check(channel: TikiChannel, shop: Shop, order: TikiOrder) -> None:
    for line in order.lines:
        parts = (
            line.active,
            line.cancelled,
            line.cancelled_before_leaving,
            line.return_requested,
            line.returned,
        )
        assert min(parts) >= 0, line
        assert line.cancelled_before_leaving <= line.cancelled <= line.ordered
        shelf = channel.inventory.shelf(line.listing)
        assert shelf.reserved >= order.reserved.get(line.sku, 0)
        assert line.listing.sellable == shelf.available - shelf.reserved >= 0
    assert order.status == order.statuses[-1].status
    assert order.status in set(OrderStatus)
    if order.parcel.arranged_at:
        assert not any(line.cancelled_before_leaving for line in order.lines)


@given(
    storm=STORMS,
    model=some.sampled_from(MODELS),
    habit=some.sampled_from(AutoRestock),
    cod=some.booleans(),
    unpaid=some.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_no_storm_of_actions_breaks_an_order(
    storm: list[tuple[str, dict[str, int] | None]],
    model: str,
    habit: AutoRestock,
    cod: bool,
    unpaid: bool,
) -> None:
    world = World(1)
    channel = TikiChannel(world)
    world.channels = {"tiki": channel}
    shop = world.open_shop("tiki", "s1", habit, None)
    channel.open_shop(shop, "http://127.0.0.1:1")
    skus = [f"{model}A", f"{model}B"]
    channel.list_items(
        shop,
        [NewItem(sku=sku, quantity=LISTED, name=sku, barcode="") for sku in skus],
    )
    units = dict(zip(skus, (3, 2), strict=True))
    world.sales.take_off(shop, units)
    order = channel.place(shop, units, cod=cod, unpaid=unpaid and not cod)
    assert isinstance(order, TikiOrder)
    for action, parts in storm:
        lines = parts and {f"{model}{sku}": n for sku, n in parts.items()}
        before = order_view("tiki", order)
        if action == "wait":
            world.advance(A_WHILE)
        else:
            try:
                channel.act(shop, order, action, lines)
            except NotAllowed:
                assert order_view("tiki", order) == before
        check(channel, shop, order)
    order_json(order, channel.accounts.of(shop), {STATUS_HISTORIES})
    world.advance(A_WHILE)
    for line in order.lines:
        shelf = channel.inventory.shelf(line.listing)
        assert shelf.reserved == order.reserved.get(line.sku, 0)
        # A reserve that was let go early frees everything, whatever came of it.
        early = any(entry.action == "free_reserve" for entry in order.history)
        freed = 0 if habit is AutoRestock.NEVER else line.cancelled
        back = line.ordered if early else freed
        assert line.listing.sellable == LISTED - line.ordered + back
