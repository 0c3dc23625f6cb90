"""Whatever is done to orders in whatever order, the books stay sound."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as some

from sandbox.haravan import HaravanChannel
from sandbox.haravan.cancellations import CancelTerms
from sandbox.haravan.formats import to_json
from sandbox.haravan.order_json import order_json
from sandbox.haravan.records import Purchase
from sandbox.haravan.refunds import RefundTerms, Wish
from sandbox.haravan.standing import captured, net_payment
from sandbox.haravan.store import Store
from sandbox.listings import AutoRestock, NewItem
from sandbox.order_view import order_view
from sandbox.orders import Units
from sandbox.refusals import NotAllowed
from sandbox.world import World

SKUS = ("A", "B")
BOUGHT = {"A": 3, "B": 2}
UNITS = some.none() | some.dictionaries(
    some.sampled_from(SKUS), some.integers(1, 3), min_size=1
)
ACTIONS = sorted(HaravanChannel(World(0)).actions)
# The way out is taken more often, or hardly any order would get far.
CALLS = ("api_cancel", "api_refund", "api_refund_and_restock")
STEPS = some.sampled_from([*ACTIONS, *CALLS, *("arrange", "pick_up", "deliver") * 4])
STORMS = some.lists(some.tuples(STEPS, UNITS), max_size=25)
HABITS = some.sampled_from(list(AutoRestock))


def opened(habit: AutoRestock) -> tuple[HaravanChannel, Store]:
    world = World(1)
    channel = HaravanChannel(world)
    world.channels = {"haravan": channel}
    shop = world.open_shop("haravan", "s1", habit, None)
    token = channel.open_shop(shop, "http://127.0.0.1:1")["access_token"]
    channel.list_items(
        shop, [NewItem(sku=sku, quantity=9, name=sku, barcode="") for sku in SKUS]
    )
    account = channel.accounts.with_access(str(token))
    assert account is not None
    return channel, account.store


def call(
    channel: HaravanChannel, store: Store, purchase: Purchase, name: str, units: Units
) -> None:
    """What a client does over the API, as far as it would be allowed."""
    with channel.journal.entry(store, purchase, name):
        if name == "api_cancel" and not purchase.cancelled_at:
            terms = CancelTerms(reason="other", restock=False, keeps_fulfillments=True)
            channel.cancellations.carry_out(store, purchase, terms)
        elif name != "api_cancel":
            wishes = [
                Wish(item=item, quantity=min(units[sku], purchase.refundable(item)))
                for item in purchase.items
                if (sku := item.line.sku) in units
            ]
            restock = name == "api_refund_and_restock"
            terms_of_refund = RefundTerms(wishes=wishes, restock=restock)
            channel.refunds.book(store, purchase, terms_of_refund)


def check(store: Store, purchase: Purchase) -> None:
    for item in purchase.items:
        line = item.line
        parts = (
            line.active,
            line.cancelled,
            line.cancelled_before_leaving,
            line.return_requested,
            line.returned,
            purchase.waiting(item),
            purchase.refundable(item),
            purchase.fulfilled(item) - item.refunded_gone,
        )
        assert min(parts) >= 0, (line, parts)
        assert line.cancelled_before_leaving <= line.cancelled
        # What left can never be counted as cancelled before it did.
        assert line.cancelled_before_leaving + purchase.left(item) <= line.ordered
        variant = store.variant_of(line.listing)
        assert variant.committed == purchase.waiting(item)
    assert Decimal(0) <= net_payment(purchase) <= captured(purchase)


@given(storm=STORMS, cod=some.booleans(), unpaid=some.booleans(), habit=HABITS)
@settings(max_examples=150, deadline=None)
def test_no_storm_of_actions_breaks_an_order(
    storm: list[tuple[str, dict[str, int] | None]],
    cod: bool,
    unpaid: bool,
    habit: AutoRestock,
) -> None:
    channel, store = opened(habit)
    world, shop = channel.world, store.shop
    world.sales.take_off(shop, BOUGHT)
    order = channel.place(shop, BOUGHT, cod=cod, unpaid=unpaid and not cod)
    purchase = store.purchases[int(order.id)]
    for action, lines in storm:
        if action in CALLS:
            call(channel, store, purchase, action, lines or {"A": 1})
            check(store, purchase)
            continue
        before = order_view("haravan", order), order_json(store, purchase)
        try:
            channel.act(shop, order, action, lines)
        except NotAllowed:
            seen = order_view("haravan", order), order_json(store, purchase)
            assert seen == before
        check(store, purchase)
    assert to_json(order_json(store, purchase))
    world.advance(3601)
    back = {
        item.line.sku: listing.sellable - (9 - item.line.ordered)
        for item in purchase.items
        for listing in [item.line.listing]
    }
    for item in purchase.items:
        here = item.removed + item.released
        gone = purchase.fulfilled(item)
        # Staff that comes late does not look whether a client restocked already.
        ways = (habit is not AutoRestock.NEVER) + (CALLS[2] in dict(storm))
        together = ways if habit is AutoRestock.LATE else min(ways, 1)
        most = here + gone * together
        assert here <= back[item.line.sku] <= most
