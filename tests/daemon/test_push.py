"""What is sent to a channel: the newest number, until the channel shows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from connector.errors import RateLimited
from connector.values import WriteOutcome
from daemon.push import push
from daemon.shift import Busy, shift
from stock.errors import LeaseLost
from tests.daemon.desk import Desk, good
from tests.daemon.scripted import Script, sold
from tests.sandbox.driver import Control, Seller

UPDATE = "product/update_stock"
# Trouble on the wire knows nothing of databases.
on_one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@on_one_database
@pytest.mark.parametrize(
    "kind",
    [
        "status_429",
        "status_500",
        "html",
        "wrong_json",
        "reset",
        "token_expired",
        "lost_answer",
        "truncated",
        "accepted_not_applied",
        "partial_failure",
        "timeout",
    ],
)
def test_idle_means_that_the_channel_shows_our_number(
    opened: Desk, seller: Seller, control: Control, kind: str
) -> None:
    # A token that is refused right after its renewal needs the seller.
    control.fault(UPDATE, kind, times=1 if kind == "token_expired" else 2)
    opened.count(A=9, B=0)

    opened.until_idle()

    assert seller.stock() == {"A": 9, "B": 0}
    assert opened.listing("A").confirmed_version == opened.listing("A").wanted_version
    assert opened.broken() == []


@on_one_database
@pytest.mark.parametrize("kind", ["status_500", "html", "truncated", "reset"])
def test_trouble_while_reading_back_is_overcome(
    opened: Desk, seller: Seller, control: Control, kind: str
) -> None:
    control.fault("product/get_model_list", kind, times=2)
    control.fault("product/get_item_base_info", kind, times=2)
    opened.count(A=9)

    opened.until_idle()

    assert seller.stock()["A"] == 9


def test_a_write_that_lands_late_is_overwritten(
    opened: Desk, seller: Seller, control: Control
) -> None:
    control.fault(UPDATE, "late", seconds=20)
    opened.count(A=9)
    opened.work_due()
    opened.count(A=4)
    opened.make_due()
    opened.work_due()
    assert seller.stock()["A"] == 4
    control.clock(30)
    assert seller.stock()["A"] == 9

    opened.until_idle()

    assert seller.stock()["A"] == 4


def test_after_a_lost_answer_the_channel_is_looked_at_within_a_minute(
    opened: Desk, control: Control
) -> None:
    control.fault(UPDATE, "lost_answer")
    opened.count(A=9)

    opened.work_due()

    soon = opened.office.now() + timedelta(minutes=1)
    assert opened.shop().reconcile_due_at < soon


def test_a_pause_that_the_channel_asks_for_is_kept_and_is_no_failure(
    opened: Desk, control: Control
) -> None:
    control.fault(UPDATE, "status_429", seconds=120)
    opened.count(A=9)
    before = opened.office.now()

    opened.work_due()

    shop = opened.shop()
    waits = (shop.sync_due_at - before).total_seconds()
    assert 119 <= waits <= 130
    assert shop.failures == 0


def test_a_shop_that_waits_is_not_asked_anything(
    opened: Desk, control: Control
) -> None:
    control.fault(UPDATE, "status_429", seconds=120)
    opened.count(A=9)
    opened.work_due()
    asked = control.get("shopee/requests", shop="s1")

    opened.work_due()

    assert control.get("shopee/requests", shop="s1") == asked


def test_the_number_is_read_at_the_moment_of_sending(
    desk: Desk, script: Script
) -> None:
    desk.count(A=7)
    script.orders["1"] = sold("1", "A", 2)
    script.errors.append(RateLimited(1))
    desk.work_due()
    desk.count(A=8)

    desk.until_idle()

    assert [one.quantity for one in script.sent] == [8, 6]


def test_a_change_while_a_number_is_on_its_way_is_sent_after_it(
    desk: Desk, script: Script
) -> None:
    def sell_meanwhile() -> None:
        script.before_write = lambda: None
        desk.count(A=3)

    script.before_write = sell_meanwhile
    desk.count(A=7)

    desk.sync()

    assert [one.quantity for one in script.sent] == [7, 3]
    assert script.stock["A"] == 3


def test_nothing_is_said_about_what_was_never_counted(
    desk: Desk, seller: Seller, control: Control
) -> None:
    desk.connect("shopee", seller.settings)
    desk.import_listings()
    seller.order(A=2)

    desk.sync()
    desk.reconcile()

    assert control.get("shopee/writes", shop="s1") == []
    assert seller.stock() == {"A": 3, "B": 5}


def test_what_is_oversold_is_shown_as_sold_out(opened: Desk, seller: Seller) -> None:
    seller.order(A=5)
    opened.count(A=3)

    opened.sync()

    assert opened.level("A") == {"available": -2, "committed": 5}
    assert seller.stock()["A"] == 0
    assert opened.broken() == []


def test_a_receipt_is_sent_before_the_next_round_is_due(
    opened: Desk, seller: Seller
) -> None:
    order = seller.order(A=2)
    seller.do(order, "arrange", "pick_up", "fail_delivery")
    opened.sync()
    opened.receive(order, good("A", 2))

    opened.work_due()

    assert seller.stock()["A"] == 5


def test_a_refused_listing_waits_and_its_neighbours_do_not(
    desk: Desk, script: Script
) -> None:
    script.outcomes = [WriteOutcome.REFUSED]
    desk.count(A=7, B=7)

    desk.sync()

    assert script.stock == {"A": 5, "B": 7}
    waits = desk.listing("A").due_at
    assert waits is not None
    assert waits > desk.office.now() + timedelta(minutes=50)


def test_a_number_that_the_channel_does_not_take_up_is_not_hammered(
    opened: Desk, control: Control
) -> None:
    control.fault(UPDATE, "accepted_not_applied", times=100)
    opened.count(A=9)

    opened.sync()

    asked = control.get("shopee/requests", shop="s1")[f"/api/v2/{UPDATE}"]
    assert asked["ok"] <= 4
    assert opened.listing("A").last_error


def test_a_stale_expectation_is_renewed_before_the_next_try(
    desk: Desk, script: Script
) -> None:
    script.stock["A"] = 4
    desk.count(A=7)

    desk.sync()

    assert [one.expected for one in script.sent] == [5, 4]
    assert script.stock["A"] == 7


def test_a_second_worker_finds_the_shop_busy(opened: Desk) -> None:
    with (
        shift(opened.office, "s1", seconds=60),
        pytest.raises(Busy, match="somebody else works on shop 's1'"),
    ):
        opened.sync()


def test_a_second_worker_that_heard_the_bell_leaves_quietly(
    opened: Desk, seller: Seller
) -> None:
    opened.count(A=9)
    with shift(opened.office, "s1", seconds=60):
        opened.work_due()

    assert seller.stock()["A"] == 5


def test_a_holder_who_slept_too_long_writes_nothing(
    opened: Desk, seller: Seller
) -> None:
    opened.count(A=9)
    with shift(opened.office, "s1", seconds=60) as slow:
        opened.execute("UPDATE shop SET lease_until = added_at")
        opened.sync()
        opened.count(A=4)
        before = opened.listing("A")
        with pytest.raises(LeaseLost):
            push(slow)

    assert opened.listing("A").pushed_version == before.pushed_version
    opened.until_idle()
    assert seller.stock()["A"] == 4


def test_a_lease_is_given_back_at_the_end(opened: Desk) -> None:
    with shift(opened.office, "s1", seconds=60):
        pass

    assert opened.shop().lease_token is None


def test_a_shop_that_cannot_be_opened_is_not_kept_locked(
    opened: Desk, break_settings: Callable[[], None]
) -> None:
    break_settings()

    opened.work_due()

    assert opened.shop().lease_token is None
    assert "TRUESTOCK_CREDENTIALS_KEY" in opened.shop().last_error
