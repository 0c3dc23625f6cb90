"""Set-aside work: why it waits, trying it again, and what that gave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from stock import inbox, set_aside, shops
from stock.models import InboxMessage, SetAsideReason
from stock.session import Database
from tests.web.admin_forms import fill, form_of, log_of, words_of
from tests.web.conftest import RecordingBell
from tests.web.ledger import counting
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor, tells

ADMIN = "minh@example.vn"
PAGE = "set-aside"
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

Keep = Callable[..., None]


@pytest.fixture
def admin(seller: Seller, visit: Callable[..., Visitor]) -> Visitor:
    return visit(ADMIN, "admin")


@pytest.fixture
def keep(seller: Seller, database: Database) -> Keep:
    """Sets a record of a shop aside."""

    def put(
        record_id: str,
        reason: SetAsideReason = SetAsideReason.UNKNOWN_STATUS,
        *,
        shop: str = "one",
        kind: str = "order",
        detail: str = "order status 'ODD' is not known",
    ) -> None:
        with database.write() as session:
            set_aside.put_aside(
                session,
                shops.find_shop(session, shop),
                kind=kind,
                record_id=record_id,
                reason=reason,
                detail=detail,
                now=NOW - timedelta(hours=5),
            )

    return put


def told_again(database: Database, shop: str = "one") -> list[InboxMessage]:
    with database.read() as session:
        found = shops.find_shop(session, shop)
        return list(inbox.open_messages(session, found, limit=1000))


def test_each_record_says_why_it_waits_and_what_is_in_it(
    admin: Visitor, seller: Seller, keep: Keep
) -> None:
    seller.order("A9", 2, sku="GIFT", ending=None)
    keep("R7", SetAsideReason.REFUSED, kind="return", detail="order 9 is full")
    keep("B1")
    told = words_of(admin.get(PAGE, lang="en").text)
    assert "Order A9 Shopee · one Status TOLD Stands for no SKU yet" in told
    assert "2 × GIFT GIFT Map it 6 days" in told
    assert "Return R7 Shopee · one Refused by the ledger order 9 is full" in told
    assert "Order B1 Shopee · one Unknown status order status 'ODD' is not" in told


def test_one_record_is_tried_again_as_if_the_channel_had_told_of_it(
    admin: Visitor, keep: Keep, database: Database, bell: RecordingBell
) -> None:
    keep("B1")
    keep("R7", SetAsideReason.REFUSED, kind="return")
    fields = fill(admin, PAGE, PAGE, only="2")
    for _ in range(2):
        page = admin.follow(admin.post(PAGE, fields))
    assert "Đang thử lại" in page.text
    assert tells(page.text, "R7") and not tells(page.text, "B1")
    (message,) = told_again(database)
    assert (message.kind, message.return_id) == ("return", "R7")
    assert bell.rung == ["one"]
    assert log_of(database) == [(ADMIN, "set-aside work tried", "R7")]


def test_all_of_a_reason_are_tried_again_at_every_shop(
    admin: Visitor, keep: Keep, database: Database, bell: RecordingBell
) -> None:
    for number in range(40):
        keep(f"B{number}", shop="two" if number % 2 else "one")
    keep("R7", SetAsideReason.REFUSED)
    page = admin.get(PAGE, reason="unknown_status").text
    shown = admin.follow(admin.post(PAGE, form_of(page, PAGE)))
    assert shown.text.count('data-outcome="waiting"') == 30
    assert "40 mục" in shown.text and "first=30" in shown.text
    assert {x.channel_order_id for x in told_again(database)} == {
        f"B{number}" for number in range(0, 40, 2)
    }
    assert len(told_again(database, "two")) == 20
    assert bell.rung == ["one", "two"]


def test_what_trying_again_gave_is_shown_record_by_record(
    admin: Visitor, keep: Keep, seller: Seller, database: Database
) -> None:
    for record in ("taken", "still", "gone", "later"):
        keep(record)
    trial = admin.post(PAGE, fill(admin, PAGE, PAGE)).location
    messages = {x.channel_order_id: x for x in told_again(database)}
    with database.write() as session:
        shop = shops.find_shop(session, "one")
        set_aside.resolve(session, shop, kind="order", record_id="taken")
        set_aside.put_aside(
            session,
            shop,
            kind="order",
            record_id="still",
            reason=SetAsideReason.UNREADABLE,
            detail="no lines",
            now=NOW + timedelta(seconds=3),
        )
        done = [messages[name].id for name in ("taken", "still", "gone")]
        inbox.close(session, done, now=NOW + timedelta(seconds=3))
    order = seller.order("taken", 1)
    page = admin.client.get(trial, query_string={"lang": "en"}).text
    told = words_of(page)
    assert "taken Shopee · one Taken in" in told
    assert f"/orders/{order}" in page
    assert "still Shopee · one Still set aside Unreadable no lines" in told
    assert "gone Shopee · one The channel does not tell of it any more" in told
    assert "later Shopee · one Being tried" in told and "Look again" in told


@SQLITE
def test_what_was_taken_in_meanwhile_needs_no_trial(
    admin: Visitor, keep: Keep, database: Database
) -> None:
    keep("B1")
    fields = fill(admin, PAGE, PAGE, only="1")
    with database.write() as session:
        shop = shops.find_shop(session, "one")
        set_aside.resolve(session, shop, kind="order", record_id="B1")
    assert "Không có gì để riêng" in admin.follow(admin.post(PAGE, fields)).text
    assert told_again(database) == []


@SQLITE
@pytest.mark.parametrize(
    "changes", [{"only": "x"}, {"reason": "odd"}, {"shop": "-1"}, {"more": "1"}]
)
def test_a_made_up_field_is_refused(
    admin: Visitor, keep: Keep, database: Database, changes: dict[str, str]
) -> None:
    keep("B1")
    fields = fill(admin, PAGE, PAGE) | changes
    assert admin.post(PAGE, fields).status_code == 400
    assert told_again(database) == []


@pytest.mark.parametrize("role", ["viewer", "supervisor"])
def test_others_may_look_at_it_and_not_try_again(
    seller: Seller, keep: Keep, visit: Callable[..., Visitor], role: str
) -> None:
    keep("B1")
    other = visit("lan", role)
    page = other.get(PAGE)
    assert "B1" in page.text and "Thử lại</button>" not in page.text
    assert other.post(PAGE, {"only": "1"}).status_code == 403
    assert other.get(f"{PAGE}/tries/1").status_code == 403


def test_another_shops_records_are_not_there(
    seller: Seller, keep: Keep, visit: Callable[..., Visitor], database: Database
) -> None:
    keep("B1", shop="two")
    keep("B2", shop="one")
    admin, bound = visit(ADMIN, "admin"), visit("hoa", "admin", shops=["one"])
    page = bound.get(PAGE).text
    assert tells(page, "B2") and not tells(page, "B1")
    assert bound.get(PAGE, shop="2").status_code == 404
    fields = form_of(page, PAGE)
    assert bound.post(PAGE, fields | {"only": "1"}).status_code == 404
    assert bound.post(PAGE, fields | {"shop": "2"}).status_code == 404
    other = admin.post(PAGE, fill(admin, PAGE, PAGE, only="1"))
    trial = other.location.rpartition("/")[2]
    assert bound.get(f"{PAGE}/tries/{trial}").status_code == 404
    bound.post(PAGE, fields)
    assert len(told_again(database)) == 1
    assert len(told_again(database, "two")) == 1


def test_the_list_is_cut_by_key_and_asks_as_much_of_many_as_of_few(
    admin: Visitor, keep: Keep, database: Database
) -> None:
    keep("B0")
    with counting(database) as few:
        admin.get(PAGE)
    for number in range(1, 70):
        keep(f"B{number}")
    with counting(database) as many:
        page = admin.get(PAGE).text
    assert len(many) == len(few)
    assert page.count('id="record-') == 30
    assert admin.get(PAGE, after="60").text.count('id="record-') == 10
