"""What is read from a channel: everything, once, however the reading goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from connector.errors import TransientError
from connector.values import Ending, HintKind, Rejected, Stage
from daemon import work
from daemon.work import sync
from stock import inbox, levels, mapping, orders
from stock.errors import InsufficientStock
from stock.models import Shop
from stock.reports import OrderReport
from tests.daemon.desk import Desk, good
from tests.daemon.scripted import Script, coming_back, later, sold, strange
from tests.sandbox.driver import Control, Seller

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def place(seller: Seller, count: int) -> list[str]:
    """Let buyers order one A each."""
    answer = seller.control.post(
        "shopee/orders",
        shop=seller.name,
        lines=[{"sku": "A", "quantity": 1}],
        count=count,
    )
    placed: list[str] = answer["orders"]
    return placed


@pytest.fixture
def busy_shop(desk: Desk, seller: Seller) -> list[str]:
    """A shop with more orders than fit one page, none of them read yet."""
    seller.sell(C=1)
    desk.open(seller, A=200, B=5)
    return place(seller, 120)


def test_many_pages_are_read_to_the_end(desk: Desk, busy_shop: list[str]) -> None:
    desk.sync()

    assert sorted(desk.orders()) == sorted(busy_shop)
    assert desk.level("A") == {"available": 80, "committed": 120}


def test_a_number_is_sent_while_a_long_reading_goes_on(
    desk: Desk,
    busy_shop: list[str],
    seller: Seller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(work, "MEANWHILE_SECONDS", 0.0)
    shown: list[int] = []

    def count_after_first_page(what: str, advance: int) -> None:
        if what != "orders":
            return
        if not shown:
            desk.count(B=9)
        shown.append(seller.stock()["B"])

    sync(desk.office, "s1", progress=count_after_first_page)

    assert len(shown) > 1
    assert shown[0] == 5
    assert 9 in shown, "it was sent before the reading had ended"


def test_reading_goes_on_where_it_broke_off(
    desk: Desk, busy_shop: list[str], control: Control
) -> None:
    def break_after_first_page(what: str, advance: int) -> None:
        if what == "orders" and advance and len(desk.orders()) == advance:
            control.fault("order/get_order_list", "status_500")

    with pytest.raises(TransientError):
        sync(desk.office, "s1", progress=break_after_first_page)
    assert desk.shop().orders_cursor
    assert 0 < len(desk.orders()) < 120

    desk.sync()

    assert sorted(desk.orders()) == sorted(busy_shop)
    assert desk.level("A") == {"available": 80, "committed": 120}
    assert desk.broken() == []


def test_an_error_among_the_returns_loses_no_order(
    desk: Desk, busy_shop: list[str], control: Control
) -> None:
    control.fault("returns/get_return_list", "status_500")
    with pytest.raises(TransientError):
        desk.sync()

    desk.sync()

    assert sorted(desk.orders()) == sorted(busy_shop)


def test_an_order_that_shows_up_late_is_found_in_the_overlap(
    desk: Desk, script: Script
) -> None:
    desk.sync()
    script.orders["1"] = sold("1", age=timedelta(minutes=5))

    desk.sync()

    assert desk.orders() == ["1"]


def test_what_is_not_mapped_is_set_aside_until_it_is(
    desk: Desk, seller: Seller
) -> None:
    desk.open(seller, A=5, B=5)
    seller.sell(NEW=5)
    order = seller.order(NEW=2, A=1)
    desk.sync()
    assert desk.set_aside() == {order: "unmapped_sku"}
    assert desk.level("A") == {"available": 4, "committed": 1}

    desk.import_listings()
    desk.count(NEW=3)
    desk.sync()

    assert desk.set_aside() == {}
    assert desk.level("NEW")["committed"] == 2


def test_a_mapping_by_hand_brings_in_what_waited(desk: Desk, script: Script) -> None:
    script.orders["1"] = sold("1", "SET", 1)
    desk.sync()
    script.stock["SET"] = 9
    desk.import_listings()
    with desk.database.write() as session:
        listing = mapping.find_listing(session, desk.shop(), "SET", "")
        assert listing is not None
        parts = {"A": 2, "B": 1}
        by_id = {levels.find_sku(session, sku).id: n for sku, n in parts.items()}
        mapping.map_listing(session, listing, by_id)

    desk.sync()

    assert desk.set_aside() == {}
    assert desk.level("A") == {"available": 3, "committed": 2}
    assert desk.level("B") == {"available": 4, "committed": 1}
    assert script.stock["SET"] == 1


def test_an_unknown_status_is_set_aside_and_its_neighbours_are_not(
    desk: Desk, script: Script
) -> None:
    script.orders = {"1": sold("1"), "2": strange("2"), "3": sold("3")}

    desk.sync()

    assert desk.set_aside() == {"2": "unknown_status"}
    assert desk.level("A") == {"available": 3, "committed": 2}


def test_an_unknown_currency_is_set_aside_until_it_is_told_right(
    desk: Desk, script: Script
) -> None:
    order = sold("T1")
    script.orders["T1"] = replace(order, currency="VNX")
    script.orders["T2"] = sold("T2")
    desk.sync()

    assert desk.set_aside() == {"T1": "refused"}
    assert desk.orders() == ["T2"]

    script.orders["T1"] = order
    desk.sync()

    assert desk.set_aside() == {}
    assert sorted(desk.orders()) == ["T1", "T2"]


def test_what_was_strange_is_tried_again(desk: Desk, script: Script) -> None:
    script.orders["2"] = strange("2")
    script.returns["R"] = strange("R")
    desk.sync()
    script.orders["2"] = sold("2", stage=Stage.DELIVERED)
    script.returns["R"] = coming_back("R", "2")

    desk.sync()

    assert desk.set_aside() == {}
    assert desk.order("2")["returns"] == [("R", "awaiting", 1)]


def test_a_return_whose_order_is_unknown_brings_its_order_in(
    desk: Desk, script: Script
) -> None:
    script.orders["1"] = sold("1", stage=Stage.DELIVERED)
    script.returns["R"] = coming_back("R", "1")
    hidden = script.orders.pop("1")
    script.returns["R2"] = coming_back("R2", "gone")

    desk.sync()
    script.orders["1"] = hidden
    desk.sync()

    assert desk.order("1")["returns"] == [("R", "awaiting", 1)]


def test_a_message_is_followed_to_its_order(opened: Desk, seller: Seller) -> None:
    order = seller.order(A=2)
    _tell(opened, HintKind.ORDER, order_id=order)

    opened.work_due()

    assert opened.level("A") == {"available": 3, "committed": 2}
    with opened.database.read() as session:
        assert inbox.open_messages(session, opened.shop(), limit=9) == []


def test_a_message_is_followed_to_its_return(opened: Desk, seller: Seller) -> None:
    order = seller.order(A=2)
    seller.do(order, "arrange", "pick_up", "deliver", "request_return")
    number = seller.returns()[0]["return_sn"]
    _tell(opened, HintKind.RETURN, order_id=order, return_id=number)

    opened.work_due()

    assert opened.order(order)["returns"][0][0] == number


def test_messages_that_cannot_be_followed_yet_stay_open(
    desk: Desk, script: Script
) -> None:
    script.orders["1"] = sold("1")
    _tell(desk, HintKind.ORDER, order_id="1")
    script.errors.append(TransientError())

    desk.work_due()

    with desk.database.read() as session:
        assert len(inbox.open_messages(session, desk.shop(), limit=9)) == 1
    desk.until_idle()
    assert desk.level("A")["committed"] == 1


def test_a_refused_order_is_set_aside_alone(
    desk: Desk, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.orders = {"1": sold("1"), "2": sold("2", "B"), "3": sold("3")}
    refuse_orders_of_b(monkeypatch)

    desk.sync()

    assert desk.set_aside() == {"2": "refused"}
    assert desk.level("A") == {"available": 3, "committed": 2}


def refuse_orders_of_b(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the ledger refuse, which it does for no order of a sound channel."""
    whole = orders.take_in

    def picky(
        session: Session, shop: Shop, told: Sequence[OrderReport], **more: Any
    ) -> object:
        if any(line.item_id == "B" for report in told for line in report.lines):
            raise InsufficientStock(bucket="out", owner="B", asked=1, held=0)
        return whole(session, shop, told, **more)

    monkeypatch.setattr(orders, "take_in", picky)


def test_orders_that_the_channel_ships_never_touch_stock(
    desk: Desk, script: Script
) -> None:
    script.orders["1"] = replace(sold("1"), fulfilled_by_channel=True)

    desk.sync()

    assert desk.level("A") == {"available": 5}
    assert desk.orders() == []


def test_a_parcel_that_turns_back_without_a_word_is_found(
    desk: Desk, script: Script
) -> None:
    told = sold("1", stage=Stage.IN_TRANSIT)
    script.orders["1"] = told
    desk.sync()
    desk.execute('UPDATE "order" SET first_seen_at = :then', then=_days_ago(desk, 1))
    script.orders["1"] = later(told, Stage.IN_TRANSIT, Ending.DELIVERY_FAILED)
    script.calls.clear()

    desk.sync()

    assert "fetch_orders" in script.calls
    assert desk.awaited()[0].units == 1
    desk.receive("1", good("A", 1))
    assert desk.level("A") == {"available": 5}


def test_a_record_that_the_channel_forgot_is_shown_with_its_reason(
    desk: Desk, script: Script
) -> None:
    script.orders["9"] = Rejected(record_id="9", reason="malformed", detail="no lines")

    desk.sync()

    assert desk.set_aside() == {"9": "unreadable"}


def _tell(desk: Desk, kind: HintKind, *, order_id: str, return_id: str = "") -> None:
    with desk.database.write() as session:
        inbox.store(
            session,
            desk.shop(),
            event_key=f"{kind}-{order_id}-{return_id}",
            kind=kind,
            order_id=order_id,
            return_id=return_id,
            now=desk.office.now(),
        )


def _days_ago(desk: Desk, days: int) -> datetime:
    return (desk.office.now() - timedelta(days=days)).replace(tzinfo=None)
