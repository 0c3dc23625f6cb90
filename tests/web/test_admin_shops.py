"""The shops' page: how each is doing, its rules, and what lets it go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from stock import shops
from stock.admin.shop_rules import rules_of
from stock.errors import LeaseLost
from stock.models import Listing, RefundMode, Shop, ShopState, Warehouse
from stock.session import Database
from tests.web.admin_forms import fill, log_of, send, words_of
from tests.web.conftest import RecordingBell
from tests.web.ledger import counting
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor

ADMIN = "minh@example.vn"
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""For what no database could answer in another way."""

ONE = "admin/shops/1"


@pytest.fixture
def admin(seller: Seller, visit: Callable[..., Visitor]) -> Visitor:
    return visit(ADMIN, "admin")


@pytest.fixture
def hanoi(database: Database, seller: Seller) -> int:
    with database.write() as session:
        place = Warehouse(code="HANOI", name="Kho Hà Nội")
        session.add(place)
        session.flush()
        return place.id


@SQLITE
@pytest.mark.parametrize("role", ["viewer", "clerk", "supervisor"])
def test_the_settings_are_for_administrators(
    seller: Seller, visit: Callable[..., Visitor], role: str
) -> None:
    visitor = visit("lan", role)
    assert "Quản trị" not in words_of(visitor.get().text)
    for path in ("admin/shops", ONE, "admin/listings", "admin/people", "admin/log"):
        assert visitor.get(path).status_code == 403
    assert visitor.post(f"{ONE}/rules", {}).status_code == 403


def test_the_shops_say_how_they_are_doing(
    seller: Seller, admin: Visitor, bell: RecordingBell
) -> None:
    seller.change_shop(
        "one",
        last_sync_at=NOW - timedelta(seconds=40),
        orders_sweep_at=NOW - timedelta(seconds=41),
        sync_due_at=NOW + timedelta(seconds=20),
        reconcile_due_at=NOW + timedelta(minutes=9),
    )
    seller.change_shop(
        "two",
        state=ShopState.PAUSED,
        last_error="AuthenticationError: the token was revoked",
        sync_due_at=NOW - timedelta(hours=3),
        reconcile_due_at=NOW,
    )
    told = words_of(admin.get("admin/shops", lang="en").text)
    assert "Oldest due work 3 hours Reading orders · two" in told
    assert "Bell rings" in told
    assert "one Shopee Running Last read 40 seconds Behind 41 seconds" in told
    assert "Owed pushes 1" in told
    assert "two Shopee Needs access again" in told
    assert "the token was revoked" in told and "AuthenticationError" not in told


@SQLITE
def test_a_bell_that_nobody_hears_is_seen(
    admin: Visitor, bell: RecordingBell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "reaches_queue", lambda: False)
    assert "Bell not heard" in words_of(admin.get("admin/shops", lang="en").text)


def test_rules_are_changed_told_again_and_written_down(
    admin: Visitor,
    hanoi: int,
    database: Database,
    seller: Seller,
    bell: RecordingBell,
) -> None:
    seller.push_listings()
    fields = fill(admin, ONE, f"{ONE}/rules")
    fields |= {"buffer": "2", "share": "80", "packs_in": str(hanoi)}
    answer = admin.post(f"{ONE}/rules", fields | {f"warehouse-{hanoi}": "on"})
    page = admin.follow(answer)

    assert "Đã lưu" in page.text and 'value="80"' in page.text
    with database.read() as session:
        shop = shops.find_shop(session, "one")
        rules = rules_of(session, shop)
        assert shops.owed_pushes(session, shop) == 1
        assert shops.owed_pushes(session, shops.find_shop(session, "two")) == 0
    assert (rules.buffer, rules.share, rules.sells_from) == (2, 80, (hanoi,))
    assert rules.packs_in == hanoi
    assert bell.rung == ["one"]
    assert log_of(database) == [(ADMIN, "shop rules set", "one")]
    told = words_of(admin.get("admin/log", lang="en").text)
    assert "Kept back 0 → 2 Shows at most 100 → 80" in told
    assert "Sells from all → HANOI Packs in MAIN → HANOI" in told


def test_the_same_form_twice_changes_once(
    admin: Visitor, database: Database, seller: Seller
) -> None:
    fields = fill(admin, ONE, f"{ONE}/rules", buffer="2")
    first = admin.post(f"{ONE}/rules", fields)
    seller.change_shop("one", buffer=7)
    again = admin.post(f"{ONE}/rules", fields)
    assert again.location == first.location
    assert seller.shop("one").buffer == 7
    assert len(log_of(database)) == 1


def test_of_two_administrators_the_second_sees_what_the_first_did(
    admin: Visitor, database: Database, seller: Seller
) -> None:
    fields = fill(admin, ONE, f"{ONE}/rules", buffer="5")
    send(admin, ONE, f"{ONE}/rules", buffer="3", share="90")
    answer = admin.post(f"{ONE}/rules", fields)
    assert answer.status_code == 409
    assert "giữ lại 3, hiện nhiều nhất 90 %" in words_of(answer.text)
    assert 'value="5"' in answer.text
    assert seller.shop("one").buffer == 3
    assert len(log_of(database)) == 1


@SQLITE
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"buffer": "-1"}, "“-1”"),
        ({"buffer": ""}, "Thiếu số lượng"),
        ({"share": "101"}, "Tỷ lệ từ 0 đến 100 phần trăm."),
        ({"share": "50%"}, "“50%”"),
    ],
)
def test_what_cannot_be_gets_a_sentence_and_stays(
    admin: Visitor, seller: Seller, changes: dict[str, str], told: str
) -> None:
    answer = send(admin, ONE, f"{ONE}/rules", **{"share": "70", **changes})
    page = words_of(answer.text)
    assert answer.status_code == 400 and told in page, page
    assert all(f'value="{value}"' in answer.text for value in changes.values())
    assert (seller.shop("one").buffer, seller.shop("one").share) == (0, 100)


@SQLITE
@pytest.mark.parametrize(
    "changes",
    [
        {"packs_in": "999"},
        {"packs_in": "x"},
        {"warehouse-999": "on"},
        {"refunds": "never"},
        {"state": "active"},
    ],
)
def test_a_made_up_field_is_refused(
    admin: Visitor, seller: Seller, changes: dict[str, str]
) -> None:
    assert send(admin, ONE, f"{ONE}/rules", **changes).status_code == 400
    assert seller.shop("one").buffer == 0


def test_who_refunds_is_set_on_a_web_store_only(
    admin: Visitor, seller: Seller, database: Database
) -> None:
    assert 'name="refunds"' not in admin.get(ONE).text
    answer = send(admin, ONE, f"{ONE}/rules", refunds="by_hand")
    assert answer.status_code == 409
    assert seller.shop("one").refunds == RefundMode.CHANNEL
    seller.change_shop("one", refunds=RefundMode.AUTOMATIC)
    send(admin, ONE, f"{ONE}/rules", refunds="by_hand")
    assert seller.shop("one").refunds == RefundMode.BY_HAND


def test_a_stopped_shop_rests_until_somebody_lets_it_go_on(
    admin: Visitor, seller: Seller, database: Database, bell: RecordingBell
) -> None:
    with database.write() as session:
        token = shops.take_lease(session, "one")
    assert token is not None
    page = admin.follow(send(admin, ONE, f"{ONE}/state", do="stop"))
    assert "Có người đã dừng" in page.text and f"{ADMIN} đã dừng" in page.text
    with database.write() as session:
        due = [shop.name for shop in shops.due_shops(session, NOW)]
        assert due == ["two"]
        with pytest.raises(LeaseLost):
            shops.keep_lease(session, "one", token)
    assert bell.rung == []

    admin.follow(send(admin, ONE, f"{ONE}/state", do="resume"))
    assert seller.shop("one").state == ShopState.ACTIVE
    assert bell.rung == ["one"]
    assert [action for _, action, _ in log_of(database)] == [
        "shop stopped",
        "shop resumed",
    ]


def test_letting_a_failing_shop_go_on_tries_it_at_once(
    admin: Visitor, seller: Seller
) -> None:
    seller.change_shop(
        "one",
        state=ShopState.PAUSED,
        last_error="SettingsError: x",
        failures=4,
        sync_due_at=NOW + timedelta(hours=1),
    )
    send(admin, ONE, f"{ONE}/state", do="resume")
    shop = seller.shop("one")
    assert (shop.state, shop.last_error, shop.failures) == (ShopState.ACTIVE, "", 0)
    assert shop.sync_due_at == NOW


@SQLITE
def test_a_form_from_somebody_else_or_too_old_changes_nothing(
    admin: Visitor, visit: Callable[..., Visitor], seller: Seller
) -> None:
    fields = fill(visit("hoa", "admin"), ONE, f"{ONE}/rules", buffer="9")
    answer = admin.post(f"{ONE}/rules", fields)
    assert answer.status_code == 400 and 'value="9"' in answer.text
    fields = fill(admin, "admin/shops/2", "admin/shops/2/rules", buffer="9")
    assert admin.post(f"{ONE}/rules", fields).status_code == 400
    assert seller.shop("one").buffer == 0


def test_an_administrator_of_one_shop_sees_no_other(
    seller: Seller, visit: Callable[..., Visitor]
) -> None:
    bound = visit("hoa", "admin", shops=["one"])
    page = bound.get("admin/shops").text
    assert "shop-1" in page and "shop-2" not in page
    assert bound.get("admin/shops/2").status_code == 404
    assert bound.post("admin/shops/2/state", {"do": "stop"}).status_code == 404
    for path in ("admin/people", "admin/log"):
        assert bound.get(path).status_code == 403
        assert path not in page


def test_the_page_asks_as_little_of_many_listings_as_of_few(
    admin: Visitor, database: Database, seller: Seller
) -> None:
    with counting(database) as few:
        admin.get("admin/shops")
    with database.write() as session:
        shop = session.get_one(Shop, 1)
        session.add_all(
            Listing(shop_id=shop.id, item_id=str(n), state="unmapped", components=[])
            for n in range(300)
        )
    with counting(database) as many:
        page = admin.get("admin/shops", lang="en")
    assert "300 listings without SKU" in page.text
    assert len(many) == len(few)
