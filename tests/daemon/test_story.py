"""The mission's table: what a cancellation does to stock, and what a receipt does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.values import Ending, Stage
from stock import orders
from stock.errors import NeverLeft
from stock.parcels import find_order
from stock.receipts import FoundSku
from tests.daemon.desk import CLERK, Desk, good
from tests.daemon.scripted import Script, later, sold
from tests.sandbox.driver import Control, Seller


@pytest.fixture
def restocker(open_seller: Callable[..., Seller], desk: Desk) -> Seller:
    """A Shopee that puts cancelled units back by itself."""
    account = open_seller(auto_restock="on_cancel")
    account.sell(A=5, B=5)
    desk.open(account, A=5, B=5)
    return account


def test_an_order_takes_its_units_off_every_number(
    opened: Desk, seller: Seller
) -> None:
    seller.order(A=2)

    opened.sync()

    assert opened.level("A") == {"available": 3, "committed": 2}
    assert seller.stock()["A"] == 3
    assert opened.broken() == []


def test_units_that_never_left_are_free_again_at_once(
    opened: Desk, seller: Seller
) -> None:
    order = seller.order(A=2)
    opened.sync()
    seller.do(order, "cancel")

    opened.sync()

    assert opened.level("A") == {"available": 5}
    assert seller.stock()["A"] == 5
    assert opened.order(order)["cancelled"] is True
    assert opened.awaited() == []
    assert opened.broken() == []


def test_an_order_cancelled_before_we_heard_of_it_moves_nothing(
    opened: Desk, seller: Seller
) -> None:
    order = seller.order(A=2)
    seller.do(order, "cancel")

    opened.until_idle()

    assert opened.level("A") == {"available": 5}
    assert seller.stock()["A"] == 5
    assert opened.broken() == []


def test_a_part_cancelled_on_the_shelf_is_released_alone(
    opened: Desk, seller: Seller
) -> None:
    order = seller.order(A=2, B=1)
    opened.sync()
    seller.do(order, "cancel", A=1)

    opened.sync()

    assert opened.level("A") == {"available": 4, "committed": 1}
    assert opened.level("B") == {"available": 4, "committed": 1}
    assert opened.broken() == []


@pytest.mark.parametrize(
    "life",
    [
        ("arrange", "cancel"),
        ("arrange", "pick_up", "fail_delivery"),
        ("arrange", "pick_up", "request_return"),
        ("arrange", "pick_up", "deliver", "request_return", "refund"),
    ],
    ids=["awaiting pickup", "failed delivery", "return in transit", "delivered"],
)
@pytest.mark.parametrize("watched", [True, False], ids=["step by step", "all at once"])
def test_units_that_left_wait_for_the_receipt(
    opened: Desk, seller: Seller, life: tuple[str, ...], watched: bool
) -> None:
    order = seller.order(A=2)
    for action in life:
        seller.do(order, action)
        if watched:
            opened.sync()
    opened.until_idle()

    assert opened.level("A") == {"available": 3, "out": 2}
    assert seller.stock()["A"] == 3
    (awaited,) = opened.awaited()
    assert (awaited.expected.channel_order_id, awaited.units) == (order, 2)
    assert awaited.tracking_numbers

    opened.receive(awaited.tracking_numbers[0], good("A", 2))
    opened.sync()

    assert opened.level("A") == {"available": 5}
    assert seller.stock()["A"] == 5
    assert opened.awaited() == []
    assert opened.broken() == []


def test_the_buyers_money_is_written_down(opened: Desk, seller: Seller) -> None:
    order = seller.order(A=2)
    seller.do(order, "arrange", "pick_up", "deliver", "request_return", "refund")

    opened.sync()

    ((amount, currency, _state),) = opened.order(order)["refunds"]
    assert amount > 0
    assert currency == "VND"


@pytest.mark.parametrize(
    "life",
    [
        ("arrange", "cancel"),
        ("arrange", "pick_up", "fail_delivery"),
        ("arrange", "pick_up", "deliver", "request_return", "refund"),
    ],
    ids=["awaiting pickup", "failed delivery", "delivered"],
)
def test_what_the_channel_restocks_by_itself_is_taken_off_again(
    desk: Desk, restocker: Seller, life: tuple[str, ...]
) -> None:
    order = restocker.order(A=2)
    desk.sync()
    restocker.do(order, *life)
    assert restocker.stock()["A"] == 5

    desk.sync()

    assert restocker.stock()["A"] == 3
    assert desk.drifts() == [(3, 5)]
    assert desk.listing("A").phantom_units == 2
    assert desk.broken() == []


def test_a_late_restock_is_found_by_comparing(
    desk: Desk, open_seller: Callable[..., Seller], control: Control
) -> None:
    account = open_seller(auto_restock="late")
    account.sell(A=5)
    desk.open(account, A=5)
    order = account.order(A=2)
    account.do(order, "arrange", "cancel")
    desk.sync()
    control.clock(3700)
    assert account.stock()["A"] == 5

    found = desk.reconcile()

    assert found.drifted == 1
    assert account.stock()["A"] == 3
    assert desk.listing("A").phantom_units == 2


def test_a_restock_after_the_release_needs_no_correction(
    desk: Desk, restocker: Seller
) -> None:
    order = restocker.order(A=2)
    desk.sync()
    restocker.do(order, "cancel")

    desk.sync()

    assert restocker.stock()["A"] == 5
    assert desk.drifts() == []


def test_a_receipt_raises_every_channel_that_sells_the_item(
    desk: Desk, open_seller: Callable[..., Seller]
) -> None:
    first, second = (open_seller(name, auto_restock="never") for name in ("s1", "s2"))
    for account in (first, second):
        account.sell(A=5)
        desk.open(account, A=5)
    order = first.order(A=2)
    first.do(order, "arrange", "pick_up", "fail_delivery")
    desk.sync("s1")
    desk.sync("s2")
    assert (first.stock()["A"], second.stock()["A"]) == (3, 3)

    desk.receive(order, good("A", 2))
    desk.work_due("s1")
    desk.work_due("s2")

    assert (first.stock()["A"], second.stock()["A"]) == (5, 5)


def test_damaged_and_missing_units_never_reach_a_channel(
    opened: Desk, seller: Seller
) -> None:
    order = seller.order(A=3)
    seller.do(order, "arrange", "pick_up", "fail_delivery")
    opened.sync()

    opened.receive(order, FoundSku(sku="A", good=1, damaged=1, lost=1))
    opened.sync()

    assert opened.level("A") == {"available": 3, "damaged": 1, "lost": 1}
    assert seller.stock()["A"] == 3
    assert opened.broken() == []


def test_a_parcel_is_received_before_the_channel_says_a_word(
    opened: Desk, seller: Seller
) -> None:
    order = seller.order(A=2)
    seller.do(order, "arrange", "pick_up")
    opened.sync()

    opened.receive(order, good("A", 2))
    opened.sync()
    seller.do(order, "fail_delivery")
    opened.until_idle()

    assert opened.level("A") == {"available": 5}
    assert seller.stock()["A"] == 5
    assert opened.awaited() == []
    assert opened.broken() == []


def test_an_order_that_never_left_cannot_be_received(
    opened: Desk, seller: Seller
) -> None:
    order = seller.order(A=2)
    opened.sync()

    with pytest.raises(NeverLeft):
        opened.receive(order, good("A", 1))


def test_the_same_news_again_changes_nothing(opened: Desk, seller: Seller) -> None:
    order = seller.order(A=2)
    seller.do(order, "arrange", "pick_up", "fail_delivery")
    opened.until_idle()
    before = opened.level("A"), opened.order(order)

    opened.until_idle()

    assert (opened.level("A"), opened.order(order)) == before


def test_a_sale_that_we_have_not_heard_of_is_not_raised_over(
    opened: Desk, seller: Seller, control: Control
) -> None:
    seller.order(A=2)

    opened.reconcile()
    opened.sync()

    written = control.get("shopee/writes", shop="s1")
    assert [w["quantity"] for w in written if w["sku"] == "A"] == [5, 3]
    assert opened.drifts() == []


@pytest.mark.parametrize(
    ("still_here", "level"),
    [(True, {"available": 5}), (False, {"available": 3, "out": 2})],
    ids=["still here", "gone"],
)
def test_units_of_unknown_whereabouts_wait_for_a_person(
    desk: Desk, script: Script, still_here: bool, level: dict[str, int]
) -> None:
    script.orders["1"] = told = sold("1", "A", 2)
    desk.sync()
    script.orders["1"] = later(told, Stage.UNKNOWN, Ending.CANCELLED)
    desk.sync()
    assert desk.level("A") == {"available": 3, "committed": 2}
    assert desk.order("1")["waiting"] == 2

    with desk.database.write() as session:
        orders.decide_waiting(
            session,
            find_order(session, "1"),
            still_here=still_here,
            actor=CLERK,
            now=desk.clock.now(),
        )
    desk.sync()

    assert desk.level("A") == level
    assert script.stock["A"] == level["available"]
    assert desk.broken() == []
