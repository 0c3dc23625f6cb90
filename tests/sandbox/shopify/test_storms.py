"""Whatever is done to orders in whatever order, the books stay sound."""

from hypothesis import given, settings
from hypothesis import strategies as some

from sandbox.listings import AutoRestock, NewItem
from sandbox.order_view import order_view
from sandbox.refusals import NotAllowed
from sandbox.shopify import ShopifyChannel, standing
from sandbox.shopify.records import Purchase
from sandbox.world import World

SKUS = ("A", "B")
UNITS = some.sampled_from([None, None, {"A": 1}, {"A": 3}, {"B": 2}, {"A": 2, "B": 1}])
ACTIONS = sorted(ShopifyChannel(World(0)).actions)
# The way out is taken more often, or hardly any order would get far.
STEPS = some.sampled_from([*ACTIONS, *("arrange", "pick_up", "deliver", "cancel") * 3])
STORMS = some.lists(some.tuples(STEPS, UNITS), min_size=5, max_size=25)


def check(purchase: Purchase) -> None:
    for item in purchase.items:
        line = item.line
        parts = (
            line.active,
            line.cancelled,
            line.cancelled_before_leaving,
            line.return_requested,
            line.returned,
            item.removed,
            item.reverted,
            purchase.unfulfilled(item),
            purchase.refundable(item),
            purchase.returning(item),
        )
        assert min(parts) >= 0, (line, parts)
        assert line.cancelled_before_leaving <= line.cancelled
        assert item.reverted <= purchase.unfulfilled(item)
    assert standing.net_payment(purchase) >= 0
    assert standing.refunded_amount(purchase) == sum(
        refund.amount for refund in purchase.refunds
    )


@given(storm=STORMS, cod=some.booleans(), unpaid=some.booleans())
@settings(max_examples=300, deadline=None)
def test_no_storm_of_actions_breaks_an_order(
    storm: list[tuple[str, dict[str, int] | None]], cod: bool, unpaid: bool
) -> None:
    world = World(1)
    shopify = ShopifyChannel(world)
    world.channels = {"shopify": shopify}
    shop = world.open_shop("shopify", "s1", AutoRestock.NEVER, None)
    shopify.open_shop(shop, "http://127.0.0.1:1")
    shopify.list_items(
        shop, [NewItem(sku=sku, quantity=9, name=sku, barcode="") for sku in SKUS]
    )
    units = {"A": 3, "B": 2}
    world.sales.take_off(shop, units)
    order = shopify.place(shop, units, cod=cod, unpaid=unpaid and not cod)
    (purchase,) = shopify.purchases(shop).values()
    for action, lines in storm:
        before = order_view("shopify", order)
        try:
            shopify.act(shop, order, action, lines)
        except NotAllowed:
            assert order_view("shopify", order) == before
        check(purchase)
    shopify.announcements.json_of(shop).order(purchase)
    # Staff that never ticks the box gives back exactly what never left.
    never_left = sum(line.cancelled_before_leaving for line in order.lines)
    seen = sum(listing.sellable for listing in shop.listings.values())
    assert seen == 18 - 5 + never_left
    committed = sum(each.committed for each in shopify.catalogue.variants(shop))
    assert committed == sum(purchase.unfulfilled(each) for each in purchase.items)
