"""The stock card: every movement with its paper, the channels, and how it is found."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from markupsafe import escape
from sqlalchemy import event

from stock import allotments, listings
from stock.levels import find_sku, find_warehouse
from stock.models import Listing, Sku
from stock.offers import numbers
from stock.rules import RULES
from stock.session import Database
from stock.shops import find_shop
from tests.web.ledger import (
    change_listing,
    counting,
    deliver,
    listing_of,
    reverse,
)
from tests.web.seller import BARCODE, NOW, Seller
from tests.web.visitor import Visitor, text_of, with_quantities
from web.card_words import HAPPENINGS

MOVE = re.compile(r'<li class="move">.*?</li>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")


def moves(page: str) -> list[str]:
    """Return the movements of a page as lines of text, as they stand there."""
    return [text_of(TAG.sub(" ", found)) for found in MOVE.findall(page)]


def units(page: str) -> list[int]:
    """Return free to sell, committed, out, damaged, lost, in the building."""
    (box,) = re.findall(r'<dl class="card-units">(.*?)</dl>', page, re.DOTALL)
    return [int(n) for n in re.findall(r"<dd>(.*?)</dd>", box)]


def test_a_count_a_sale_a_receipt_and_a_reversal_each_name_their_paper(
    seller: Seller, database: Database, clerk: Visitor, order_id: int
) -> None:
    booked = clerk.book(order_id, with_quantities(clerk.form(order_id), "2", "1"))
    receipt = booked.location.rpartition("receipts/")[2]
    reverse(database, 1)

    page = clerk.get("stock/MUG").text
    reversal, damaged, good, shipped, ordered, counted = moves(page)
    number = f"R{int(receipt):06d}"
    assert reversal.startswith(f"Hủy phiếu nhập hoàn: lại tính ngoài kho {number} A1")
    assert "−1 còn 8" in reversal and "minh · counted" not in reversal
    assert "Có thể bán → Ngoài kho · MAIN" in reversal
    assert reversal.endswith("minh counted twice")
    assert f"Hoàn về, hư hỏng {number} A1" in damaged and "vẫn 9" in damaged
    assert f"Hoàn về, còn tốt {number} A1" in good and "+2 còn 9" in good
    assert "lan@example.vn" in good
    assert (
        "Đã xuất kho A1" in shipped and "Shopee · one" in shipped and "vẫn 7" in shipped
    )
    assert "Khách đặt: giữ hàng cho đơn A1" in ordered and "−3 còn 7" in ordered
    assert "Truestock tự ghi" in ordered and "sàn báo: TOLD" in ordered
    assert "Kiểm kê: nhiều hơn sổ Phiếu kiểm kê count" in counted
    assert "+10 còn 10" in counted and counted.endswith("đếm được: 10")

    assert f'receipts/{receipt}"' in page and f'orders/{order_id}"' in page
    assert units(page) == [8, 0, 1, 1, 0, 9]


def test_the_papers_of_a_card_open(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    clerk.book(order_id, clerk.form(order_id))
    page = clerk.get("stock/MUG").text
    found = re.findall(
        r'<a[^>]* href="([^"]*/(?:receipts|orders|stocktakes)/\d+)"', page
    )
    assert len({address.split("/")[-2] for address in found}) == 3
    for address in found:
        assert clerk.client.get(address).status_code == 200


def test_a_stocktake_shows_what_was_counted_and_what_changed(
    seller: Seller, clerk: Visitor
) -> None:
    seller.count("MUG", 4)
    page = text_of(TAG.sub(" ", clerk.get("stocktakes/2").text))
    assert "MUG Cốc sứ trắng MAIN 4 −6" in page
    assert clerk.get("stocktakes/99").status_code == 404


def test_a_delivery_shows_the_note_that_is_not_kept_here(
    database: Database, seller: Seller, clerk: Visitor
) -> None:
    deliver(database, [5, -2])
    taken, came, _ = moves(clerk.get("stock/MUG").text)
    assert came.startswith("Nhập hàng delivery note 17 +5 còn 15")
    assert taken.startswith("Xuất khỏi sổ delivery note 17 −2 còn 13")


def test_an_order_from_before_the_first_count_explains_its_opening_balance(
    seller: Seller, database: Database, clerk: Visitor
) -> None:
    seller.sell("one", "CUP")
    seller.count("CUP", 4)
    with database.write() as session:
        find_sku(session, "CUP").counted_at = NOW
    order_id = seller.order("OLD", 2, sku="CUP", ending=None)
    page = clerk.get("stock/CUP").text
    opening = moves(page)[-2]
    assert "Đơn có trước lần kiểm kê đầu: cộng thêm cho đơn OLD" in opening
    assert f'orders/{order_id}"' in page


def test_every_rule_of_the_ledger_has_words() -> None:
    assert set(HAPPENINGS) == set(RULES)


def test_units_of_two_warehouses_are_shown_apart_and_together(
    seller: Seller, clerk: Visitor
) -> None:
    seller.pack_in("two", "HN")
    seller.order("A1", 2, ending=None)
    seller.order("B1", 1, ending=None, shop="two")
    page = clerk.get("stock/MUG").text
    assert units(page) == [7, 0, 3, 0, 0, 7]
    table = text_of(TAG.sub(" ", page.split("<tbody>")[1].split("</tbody>")[0]))
    assert table == "MAIN 8 0 0 8 2 0 HN −1 0 0 −1 1 0".replace("−", "-")


def test_a_card_says_what_each_channel_shows_and_what_is_kept_back(
    seller: Seller, database: Database, clerk: Visitor
) -> None:
    one, two = listing_of(database, "one"), listing_of(database, "two")
    with database.write() as session:
        allotments.allot_shop(session, find_shop(session, "one"), buffer=2)
        own = session.get_one(Listing, two)
        allotments.allot_listing(session, own, buffer=None, share=35)
        main = find_warehouse(session, "MAIN")
        allotments.sell_from(session, find_shop(session, "two"), [main])
    with database.write() as session:
        listings.record_push(session, numbers(session, [one])[one], now=NOW)
        listings.record_seen(session, one, 9, now=NOW)

    page = text_of(TAG.sub(" ", clerk.get("stock/MUG").text))
    first, second = page.split("Shopee · one")[1].split("Shopee · two")
    assert "Cần hiện 8 Đã gửi 8 từ 16:00 22/11/2026" in first
    assert "Sàn hiện 9 đọc lúc 16:00 22/11/2026" in first
    assert "Lệch số từ 16:00 22/11/2026: ta 8, sàn 9" in first
    assert "Giữ lại 2 trên 10: gian hàng để dự phòng 2." in first
    assert "Cần hiện 3 Đã gửi – Sàn hiện 0" in second
    assert "Gian hàng chỉ bán từ kho MAIN." in second
    assert "riêng sản phẩm này chỉ được hiện tối đa 35%." in second


def test_a_drift_that_was_put_back_is_not_on_the_card(
    seller: Seller, database: Database, clerk: Visitor
) -> None:
    one = listing_of(database, "one")
    for shown, is_told in ((12, True), (10, False)):
        with database.write() as session:
            listings.record_push(session, numbers(session, [one])[one], now=NOW)
            listings.record_seen(session, one, shown, now=NOW)
        assert ("Lệch số từ" in clerk.get("stock/MUG").text) == is_told


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"buffer": 4, "share": 100}, "riêng sản phẩm này để dự phòng 4"),
        ({"buffer": 0, "share": 90}, "riêng sản phẩm này chỉ được hiện tối đa 90%"),
        ({"buffer": 0, "share": 100}, "Không giữ lại gì"),
        ({"paused": True}, "Đã có người tạm ngừng"),
    ],
)
def test_the_rule_that_keeps_back_is_the_one_that_bites(
    seller: Seller,
    database: Database,
    clerk: Visitor,
    values: dict[str, object],
    told: str,
) -> None:
    change_listing(database, listing_of(database, "one"), **values)
    assert told in text_of(clerk.get("stock/MUG").text)


def test_a_bundle_says_what_it_is_made_of(seller: Seller, clerk: Visitor) -> None:
    seller.sell("one", "PLATE")
    seller.count("PLATE", 9)
    seller.bundle("one", "SET", {"MUG": 1, "PLATE": 2})
    assert "Mỗi cái gồm 1 × MUG, 2 × PLATE." in text_of(clerk.get("stock/MUG").text)


def test_a_sku_that_was_never_counted_says_so(seller: Seller, clerk: Visitor) -> None:
    seller.sell("one", "VASE")
    page = text_of(clerk.get("stock/VASE").text)
    assert "chưa từng được kiểm kê" in page and "chưa có biến động nào" in page


def test_an_oversold_sku_is_told_in_words(seller: Seller, clerk: Visitor) -> None:
    seller.order("A1", 12, ending=None)
    page = clerk.get("stock/MUG").text
    assert units(page)[0] == -2 and "Bán lố" in page


def test_a_search_that_means_one_sku_opens_its_card(
    seller: Seller, clerk: Visitor
) -> None:
    for typed in ("MUG", "mug", BARCODE, " MUG\r"):
        answer = clerk.get("stock", q=typed)
        assert answer.status_code == 303, typed
        assert answer.location.endswith("/stock/MUG")


def test_a_search_by_words_of_the_name_lists_what_fits(
    seller: Seller, clerk: Visitor
) -> None:
    seller.sell("one", "PLATE", "Đĩa gốm")
    for typed in ("cốc trắng", "CỐC", "ug", "trắng sứ"):
        page = clerk.get("stock", q=typed)
        assert page.status_code == 200
        assert "/stock/MUG" in page.text and "PLATE" not in page.text, typed


def test_a_search_without_a_hit_offers_a_way_out(
    seller: Seller, clerk: Visitor
) -> None:
    for typed in ("%", "_", "<b>x</b>", "'; --", "x" * 150):
        page = clerk.get("stock", q=typed)
        assert page.status_code == 200
        assert f"Không tìm thấy “{typed[:100]}”" in text_of(page.text)
        assert "<b>x" not in page.text


def test_the_search_begins_with_what_moved_lately(
    seller: Seller, clerk: Visitor
) -> None:
    seller.sell("one", "PLATE")
    seller.count("PLATE", 3)
    page = clerk.get("stock").text
    assert page.index("/stock/PLATE") < page.index("/stock/MUG")


def test_an_unknown_sku_is_not_found_and_shows_the_way_out(
    seller: Seller, clerk: Visitor
) -> None:
    for code in ("mug", "MUGG", "%00", "%3Cb%3E", "a/b/c", "x" * 300):
        page = clerk.client.get(f"{clerk.desk}stock/{code}")
        assert page.status_code == 404, code
        assert "Không có SKU" in page.text and 'role="search"' in page.text
        assert "<b>" not in page.text
        assert ("/stock/MUG" in page.text) == (code == "mug")


def test_each_code_that_a_sku_may_have_leads_to_its_card(
    seller: Seller, database: Database, clerk: Visitor
) -> None:
    codes = ("ÁO/ĐỎ L", "A//B", "/A", "A/", "..", "A?b=1#c", "50%", "A+B", "A&B")
    with database.write() as session:
        for n, code in enumerate(codes):
            session.add(Sku(code=code, name=f"odd {n}", barcode=f"odd-{n}"))
    for n, code in enumerate(codes):
        page = clerk.follow(clerk.get("stock", q=f"odd-{n}"))
        assert page.status_code == 200, code
        assert f"<title>{escape(code)} · Thẻ kho" in page.text


def test_pages_neither_repeat_nor_skip_a_movement(
    seller: Seller, database: Database, clerk: Visitor
) -> None:
    deliver(database, list(range(1, 120)))
    seen: list[str] = []
    address = f"{clerk.desk}stock/MUG"
    while address:
        page = clerk.client.get(address).text
        seen += moves(page)
        more = re.findall(r'class="more"><a class="button" href="([^"]+)"', page)
        address = more[0].replace("&amp;", "&") if more else ""
        # A sale in between must not shift what follows.
        deliver(database, [7])
    changes = [int(re.findall(r"\+([\d.]+) còn", line)[0]) for line in seen]
    assert changes == [*range(119, 0, -1), 10]
    after = [int(re.findall(r"còn ([\d.]+)", x)[0].replace(".", "")) for x in seen]
    assert after == [10 + sum(range(1, n + 1)) for n in range(119, -1, -1)]
    assert "biến động đầu tiên" in page


def test_a_place_that_is_no_number_is_the_first_page(
    seller: Seller, clerk: Visitor
) -> None:
    for before in ("-1", "x", "0", "9" * 30, "１", ""):
        assert len(moves(clerk.get("stock/MUG", before=before).text)) == 1, before


def test_a_card_is_of_one_moment_whatever_is_sold_meanwhile(
    seller: Seller, database: Database, clerk: Visitor
) -> None:
    deliver(database, [5])
    meanwhile = iter([7])

    def sell(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "stock_level" in statement:
            deliver(database, [n for n in meanwhile])

    event.listen(database.engine, "after_cursor_execute", sell)
    try:
        page = clerk.get("stock/MUG").text
    finally:
        event.remove(database.engine, "after_cursor_execute", sell)
    assert next(meanwhile, None) is None
    assert units(page)[0] == 15
    assert [line.split(" × ")[0].split()[-2] for line in moves(page)] == ["15", "10"]


def test_the_card_asks_as_little_of_2000_movements_as_of_10(
    seller: Seller, database: Database, clerk: Visitor
) -> None:
    def asked() -> list[int]:
        found = []
        for query in ({}, {"before": "2000"}, {"at": "2026-01-01T00:00"}):
            with counting(database) as sent:
                assert clerk.get("stock/MUG", **query).status_code == 200
            found.append(len(sent))
        return found

    deliver(database, [1] * 9)
    few = asked()
    deliver(database, [1] * 1990)
    assert asked() == few
    # Two of them find out whose session it is.
    assert max(few) <= 18


def test_the_chart_samples_and_tells_the_same_in_words(
    seller: Seller, database: Database, clerk: Visitor
) -> None:
    seller.order("A1", 3)
    page = clerk.get("stock/MUG").text
    told = text_of(re.findall(r'<title id="chart-told">(.*?)</title>', page)[0])
    assert "có thể bán đi từ 0 đến 7, thấp nhất 0, cao nhất 10" in told
    assert "ngoài kho đi từ 0 đến 3, cao nhất 3" in told
    assert "biến động gần nhất" not in page

    deliver(database, [1] * 1200)
    page = clerk.get("stock/MUG").text
    (points,) = re.findall(r'chart-available" points="([^"]+)"', page)
    assert len(points.split()) <= 130
    assert "1.000 biến động gần nhất" in page
    assert "có thể bán đi từ 207 đến 1.207" in text_of(page)


def test_a_viewer_may_look(seller: Seller, visit: Callable[..., Visitor]) -> None:
    viewer = visit("kim", "viewer")
    assert viewer.get("stock/MUG").status_code == 200
    assert viewer.get("stock").status_code == 200


def test_a_card_speaks_english_as_well(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    clerk.book(order_id, clerk.form(order_id))
    page = text_of(TAG.sub(" ", clerk.get("stock/MUG", lang="en").text))
    assert "Why is it 10?" in page and "Came back, good" in page
    assert "Counted: more than in the books Stocktake count" in page
    assert "lang=en" in clerk.get("stock/MUG", lang="en").text


def test_the_order_and_the_receipt_lead_to_the_card(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    result = clerk.follow(clerk.book(order_id, clerk.form(order_id)))
    assert "/stock/MUG" in result.text
    assert "/stock/MUG" in clerk.get(f"orders/{order_id}").text
