"""Whatever is done to orders in whatever order, the books stay sound."""

from hypothesis import given, settings
from hypothesis import strategies as some

from sandbox.lazada import LazadaChannel
from sandbox.lazada.order_json import item_json, item_text_json, order_json
from sandbox.lazada.reverse_json import detail, list_row
from sandbox.lazada.trade_orders import TradeOrder, trade_order
from sandbox.listings import AutoRestock, NewItem
from sandbox.order_view import order_view
from sandbox.refusals import NotAllowed
from sandbox.world import World

SKUS = ("A", "B")
UNITS = some.none() | some.dictionaries(
    some.sampled_from(SKUS), some.integers(1, 3), min_size=1
)
ACTIONS = sorted(LazadaChannel(World(0)).actions)
# The way out is taken more often, or hardly any order would get far.
STEPS = some.sampled_from([*ACTIONS, *("arrange", "pick_up", "deliver") * 4, "wait"])
STORMS = some.lists(some.tuples(STEPS, UNITS), max_size=25)


def check(order: TradeOrder) -> None:
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
    assert all(item.left for item in order.items if item.status == "shipped")
    numbers = {parcel.number for parcel in order.parcels} | {""}
    assert {item.package_id for item in order.items} <= numbers


@given(storm=STORMS, cod=some.booleans(), unpaid=some.booleans())
@settings(max_examples=300, deadline=None)
def test_no_storm_of_actions_breaks_an_order(
    storm: list[tuple[str, dict[str, int] | None]], cod: bool, unpaid: bool
) -> None:
    world = World(1)
    lazada = LazadaChannel(world)
    world.channels = {"lazada": lazada}
    shop = world.open_shop("lazada", "s1", AutoRestock.ON_CANCEL, None)
    lazada.open_shop(shop, "http://127.0.0.1:1")
    lazada.list_items(
        shop, [NewItem(sku=sku, quantity=9, name=sku, barcode="") for sku in SKUS]
    )
    units = {"A": 3, "B": 2}
    world.sales.take_off(shop, units)
    order = trade_order(lazada.place(shop, units, cod=cod, unpaid=unpaid and not cod))
    for action, lines in storm:
        if action == "wait":
            world.advance(3601)
            check(order)
            continue
        before = order_view("lazada", order)
        try:
            lazada.act(shop, order, action, lines)
        except NotAllowed:
            assert order_view("lazada", order) == before
        check(order)
    order_json(order)
    for item in order.items:
        assert item_text_json(shop, order, item).keys() == (
            item_json(shop, order, item).keys()
        )
    for case in order.reverse_orders:
        assert len(list_row(order, case)) == len(detail(order, case))
    check_books(lazada, order)


def check_books(lazada: LazadaChannel, order: TradeOrder) -> None:
    """Every unit is sold, held or back: none appears twice, none is forgotten."""
    for line in order.lines:
        items = [item for item in order.items if item.sku == line.sku]
        held = lazada.inventory.held(line.listing)
        unpaid = sum(item.status == "unpaid" for item in items)
        waiting = sum(
            item.status in ("pending", "repacked", "packed") for item in items
        )
        assert (held.withhold, held.occupy) == (unpaid, waiting)
        refunded = sum(
            item.sku == line.sku
            for case in order.return_cases
            if case.refunded_at
            for item in case.items
        )
        assert line.listing.sellable == 9 - line.ordered + line.cancelled + refunded
