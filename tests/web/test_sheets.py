"""Sheets without script: opening one, scanning parcels, and what each scan means."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from stock.reports import Fulfilment
from stock.sheets import Clerk, post_sheet
from tests.web.conftest import MovableClock
from tests.web.seller import BARCODE, NOW, Seller
from tests.web.sheet_desk import SheetDesk
from tests.web.visitor import Visitor, fields_of, text_of, with_quantities


def test_a_new_sheet_has_the_warehouse_chosen_and_is_opened_once(
    seller: Seller, clerk: Visitor
) -> None:
    fields = fields_of(clerk.get("sheets").text)
    assert fields["warehouse"] == "MAIN"
    first = clerk.post("sheets", {**fields, "carrier": "SPX Express"})
    again = clerk.post("sheets", {**fields, "carrier": "SPX Express"})
    assert first.location == again.location
    page = text_of(clerk.get("sheets").text)
    assert "S000001" in page and "SPX Express" in page and "S000002" not in page


def test_the_pages_name_sheets_in_their_navigation(
    seller: Seller, clerk: Visitor
) -> None:
    page = clerk.get().text
    assert "Phiếu nhận</a>" in page
    assert 'aria-current="page">Phiếu nhận</a>' in clerk.get("sheets").text


def test_a_sheet_that_cannot_be_opened_says_why_and_keeps_what_was_typed(
    seller: Seller, clerk: Visitor
) -> None:
    wrong = {
        "warehouse": ("MOON", "Không có kho “MOON”. Hãy chọn một kho trong danh sách."),
        "carrier": ("x" * 101, "Tên dài 101 ký tự, nhiều nhất là 100. Hãy rút ngắn."),
        "key": ("x", "Biểu mẫu này mở quá lâu. Chưa mở phiếu nào: hãy gửi lại."),
    }
    fields = {**fields_of(clerk.get("sheets").text), "carrier": "GHN"}
    for field, (value, sentence) in wrong.items():
        answer = clerk.post("sheets", {**fields, field: value})
        assert answer.status_code == 400
        assert sentence in text_of(answer.text)
        assert {**fields, field: value}["carrier"] in answer.text
    assert "Không có phiếu nào đang mở" in clerk.get("sheets").text


def test_a_known_parcel_opens_as_a_card_with_all_its_units_good(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    desk = SheetDesk(clerk)
    desk.scan("SPX1")
    assert desk.answer == ("known", "SPX1: 3 sản phẩm")
    form = desk.form("/parcels/1")
    counts = [value for name, value in form.items() if "-" in name]
    assert counts == ["3", "0", "0", "0", "0"]
    assert "Cốc sứ trắng" in desk.page and BARCODE in desk.page


def test_each_kind_of_number_says_what_it_is(seller: Seller, clerk: Visitor) -> None:
    seller.order("A1", 1, tracking="SPX1")
    seller.order("A2", 1, tracking="SPX2", fulfilment=Fulfilment.NOT_SHIPPED)
    desk = SheetDesk(clerk)
    desk.scan("A1")
    assert desk.answer == ("known", "A1: 1 sản phẩm")
    desk.scan("spx1")
    assert desk.answer == ("on_sheet", "A1: đã có trên phiếu này, số 1")
    desk.scan("SPX2")
    assert desk.answer == ("not_left", "SPX2: chưa rời kho")
    desk.scan("NOBODY")
    assert desk.answer == ("unknown", "NOBODY: không tìm thấy")
    assert "Không có đơn hay vận đơn nào mang số này" in desk.text


def test_an_unknown_parcel_can_be_taken_in_as_one_that_nobody_expected(
    seller: Seller, clerk: Visitor
) -> None:
    desk = SheetDesk(clerk)
    desk.scan("NOBODY")
    assert "code=NOBODY&amp;warehouse=MAIN" in desk.page
    assert "Nhận vào như kiện lạ" in desk.text


def test_a_number_of_two_orders_asks_which_one_is_meant(
    seller: Seller, clerk: Visitor
) -> None:
    seller.order("A1", 1, tracking="SAME")
    seller.order("A2", 2, tracking="SAME")
    desk = SheetDesk(clerk)
    desk.scan("SAME")
    assert desk.answer == ("ask", "SAME: nhiều đơn có số này, hãy chọn một")
    assert "A1 · Shopee · one" in desk.text and "A2 · Shopee · one" in desk.text
    _, second = re.findall(r'name="order" value="(\d+)"', desk.page)
    desk.scan("SAME", order=second)
    assert desk.answer == ("known", "SAME: 2 sản phẩm")


def test_what_was_received_goes_on_again_only_on_request_and_uncounted(
    seller: Seller, clerk: Visitor
) -> None:
    order_id = seller.order("A1", 3, fulfilment=Fulfilment.DELIVERED, ending=None)
    seller.announce_return("A1", 1)
    clerk.book(order_id, with_quantities(clerk.form(order_id), "1"))
    desk = SheetDesk(clerk)
    desk.scan("RMA-A1")
    assert desk.answer == ("received", "RMA-A1: đã nhận rồi")
    assert "R000001" in desk.page and "1 sản phẩm" in desk.text
    assert "Đưa lên phiếu lại: còn 2 ở ngoài kho" in desk.text
    desk.scan("RMA-A1", again="1")
    assert desk.answer == ("known", "RMA-A1: đã đưa lên phiếu lại, hãy đếm")
    assert "0 còn tốt" in desk.text


def test_what_is_out_beside_what_was_written_off_goes_on_again(
    seller: Seller, clerk: Visitor
) -> None:
    order_id = seller.order(
        "A1", 3, fulfilment=Fulfilment.DELIVERED, ending=None, tracking="SPX1"
    )
    seller.announce_return("A1", 1)
    clerk.book(order_id, with_quantities(clerk.form(order_id), "0", lost="1"))
    desk = SheetDesk(clerk)
    desk.scan("SPX1")
    assert desk.answer == ("lost", "SPX1: đã ghi mất")
    assert "Đưa lên phiếu lại: còn 2 ở ngoài kho" in desk.text
    assert f"orders/{order_id}/found" in desk.page
    desk.scan("SPX1", again="1")
    assert desk.answer == ("known", "SPX1: đã đưa lên phiếu lại, hãy đếm")


def test_what_was_lost_of_a_parcel_that_came_can_be_received(
    seller: Seller, clerk: Visitor
) -> None:
    order_id = seller.order("A1", 3, tracking="SPX1")
    clerk.book(order_id, with_quantities(clerk.form(order_id), "2", lost="1"))
    desk = SheetDesk(clerk)
    desk.scan("SPX1")
    assert desk.answer[0] == "received" and f"orders/{order_id}/found" in desk.page


def test_the_second_clerk_is_told_who_has_the_parcel(
    seller: Seller, visit: Callable[..., Visitor], order_id: int
) -> None:
    SheetDesk(visit("lan")).scan("SPX1")
    other = SheetDesk(visit("minh"))
    other.scan("SPX1")
    assert other.answer == ("elsewhere", "SPX1: đang ở phiếu khác")
    assert "lan đã đưa lên phiếu S000001, số 1." in other.text
    assert other.sheet_id == 2 and "chưa có kiện nào" in other.text


def test_the_same_scan_sent_twice_is_on_the_sheet_once(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    desk = SheetDesk(clerk)
    fields = {**desk.form("/scan"), "code": "SPX1"}
    first = clerk.post(f"{desk.path}/scan", fields)
    second = clerk.post(f"{desk.path}/scan", fields)
    assert first.status_code == second.status_code == 303
    assert clerk.get(desk.path).text.count("data-parcel=") == 1


def test_a_scanned_item_of_the_open_parcel_is_counted(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    desk = SheetDesk(clerk)
    desk.scan("SPX1")
    desk.scan(BARCODE)
    assert desk.answer == ("counted", "MUG: 1 còn tốt")
    assert "1 còn tốt · 2 thiếu" in desk.text
    desk.scan("mug")
    desk.scan(BARCODE)
    assert desk.answer == ("counted", "MUG: 3 còn tốt")
    answer = desk.scan(BARCODE)
    assert answer.status_code == 409
    assert desk.answer == ("refused", "MUG: đã đếm đủ 3")


def test_a_page_that_was_open_for_too_long_changes_nothing(
    seller: Seller, visit: Callable[..., Visitor], order_id: int, clock: MovableClock
) -> None:
    desk = SheetDesk(visit("lan"))
    old = desk.form("/scan")
    clock.now = NOW + timedelta(hours=13)
    late = SheetDesk(visit("lan"), desk.sheet_id)
    answer = late.scan("SPX1", key=old["key"])
    assert answer.status_code == 409
    assert "Trang này mở quá lâu" in late.text and "chưa có kiện nào" in late.text


def test_a_viewer_sees_the_sheet_but_fills_nothing_in(
    seller: Seller, visit: Callable[..., Visitor], order_id: int
) -> None:
    desk = SheetDesk(visit("lan"))
    desk.scan("SPX1")
    viewer = visit("boss", "viewer")
    page = viewer.get(desk.path).text
    assert "SPX1" in page and "Bạn được xem nhưng không được ghi." in text_of(page)
    assert 'id="scan"' not in page
    fields = {"key": desk.key, "code": "A1"}
    assert viewer.post(f"{desk.path}/scan", fields).status_code == 403


def test_a_stranger_to_the_shop_sees_that_a_parcel_is_there_but_not_whose(
    seller: Seller, visit: Callable[..., Visitor], order_id: int
) -> None:
    SheetDesk(visit("lan")).scan("SPX1")
    other = visit("minh", shops=["two"])
    page = other.get("sheets/1").text
    assert "SPX1" not in page
    assert "Trên phiếu còn 1 kiện của gian hàng khác." in text_of(page)
    desk = SheetDesk(other)
    desk.scan("SPX1")
    assert desk.answer == ("unknown", "SPX1: không tìm thấy")


def test_who_books_elsewhere_may_look_at_the_sheet_only(
    seller: Seller, visit: Callable[..., Visitor], order_id: int
) -> None:
    seller.pack_in("two", "SOUTH")
    desk = SheetDesk(visit("lan"))
    other = visit("minh", warehouses=["SOUTH"])
    assert 'id="scan"' not in other.get(desk.path).text
    fields = {"key": desk.key, "code": "SPX1"}
    assert other.post(f"{desk.path}/scan", fields).status_code in (404, 409)
    assert "chưa có kiện nào" in text_of(clerk_page(desk))


def clerk_page(desk: SheetDesk) -> str:
    return desk.visitor.get(desk.path).text


def test_a_sheet_that_is_not_there_is_not_found(seller: Seller, clerk: Visitor) -> None:
    for path in ("", "/print", "/result", "/post", "/numbers", "/asked"):
        answer = clerk.get(f"sheets/99{path}")
        assert answer.status_code == 404
        assert "Không có phiếu nhận này ở đây." in answer.text


def test_the_warehouse_the_carrier_and_the_note_can_be_changed(
    seller: Seller, clerk: Visitor
) -> None:
    desk = SheetDesk(clerk)
    path = f"{desk.path}/describe"
    fields = {"key": desk.key, "warehouse": "1", "carrier": "GHN", "note": "Thùng 2"}
    desk.send(path, fields)
    assert "GHN" in desk.text and "Thùng 2" in desk.text
    desk.send(path, {**fields, "key": desk.key, "note": "y" * 501, "carrier": "VTP"})
    assert "VTP" in desk.page and "y" * 501 in desk.page
    assert "GHN" in clerk_page(desk)


def test_a_discarded_sheet_lets_its_parcels_go(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    desk = SheetDesk(clerk)
    desk.scan("SPX1")
    page = clerk.get(f"{desk.path}/discard").text
    assert "1 kiện chưa ghi sẽ bị bỏ khỏi phiếu." in text_of(page)
    clerk.follow(clerk.post(f"{desk.path}/discard", fields_of(page)))
    assert "Đã hủy" in clerk.get("sheets", state="closed").text
    again = SheetDesk(clerk)
    again.scan("SPX1")
    assert again.answer[0] == "known"
    assert seller.receipts() == []


def test_the_list_shows_open_and_closed_sheets_apart(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    desk = SheetDesk(clerk)
    desk.scan("SPX1")
    post_sheet(seller.database, desk.sheet_id, by=Clerk("lan"), now=NOW)
    SheetDesk(clerk)
    opened, closed = clerk.get("sheets").text, clerk.get("sheets", state="closed").text
    assert "S000002" in opened and "S000001" not in opened
    assert "S000001" in closed and "S000002" not in closed
