"""The receipt form: its defaults, its key, and booking once for each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from stock.reports import Fulfilment
from tests.web.conftest import MovableClock, RecordingBell
from tests.web.seller import BARCODE, Seller
from tests.web.visitor import (
    Visitor,
    fields_of,
    quantity_field,
    text_of,
    with_quantities,
)

Visit = Callable[..., Visitor]


def test_the_form_needs_no_typing_when_all_came_back_good(
    seller: Seller, clerk: Visitor, order_id: int, bell: RecordingBell
) -> None:
    answer = clerk.book(order_id, clerk.form(order_id))
    page = clerk.follow(answer)
    assert "Đã ghi phiếu nhập hàng hoàn R" in page.text
    assert seller.available() == 10
    (receipt,) = seller.receipts()
    assert (receipt.actor, receipt.lines[0].good) == ("lan@example.vn", 3)
    assert bell.rung == ["one", "two"]


def test_the_form_presets_what_is_expected_not_all_that_is_out(
    seller: Seller, clerk: Visitor
) -> None:
    order_id = seller.order("A1", 3, fulfilment=Fulfilment.DELIVERED, ending=None)
    seller.announce_return("A1", 2)
    fields = clerk.form(order_id)
    assert fields[quantity_field(fields, "good")] == "2"
    assert "trên 3 ngoài kho" in text_of(clerk.get(f"orders/{order_id}/receipt").text)


def test_good_damaged_and_lost_are_booked_side_by_side(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    fields = with_quantities(clerk.form(order_id), "1", "1", "1")
    clerk.follow(clerk.book(order_id, fields | {"note": "Hộp móp\r\nthiếu nắp"}))
    (receipt,) = seller.receipts()
    line = receipt.lines[0]
    assert (line.good, line.damaged, line.lost) == (1, 1, 1)
    assert receipt.note == "Hộp móp\nthiếu nắp"
    assert seller.available() == 8


def test_the_same_form_twice_is_one_receipt(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    fields = clerk.form(order_id)
    first = clerk.book(order_id, fields)
    second = clerk.book(order_id, fields)
    assert first.location == second.location
    assert len(seller.receipts()) == 1
    assert seller.available() == 10


@pytest.mark.parametrize("good", ["1", "99", "x"])
def test_the_same_form_with_other_numbers_shows_what_was_booked(
    seller: Seller, clerk: Visitor, order_id: int, good: str
) -> None:
    fields = clerk.form(order_id)
    clerk.book(order_id, with_quantities(fields, "2"))
    answer = clerk.book(order_id, with_quantities(fields, good))
    assert answer.status_code == 409
    page = text_of(answer.text)
    assert "Đã ghi trước đó" in page
    assert "lan@example.vn" in page and "2 còn tốt" in page
    assert len(seller.receipts()) == 1


def test_the_second_of_two_clerks_sees_who_booked_what(
    seller: Seller, visit: Visit, order_id: int
) -> None:
    lan, minh = visit("lan"), visit("minh")
    of_lan, of_minh = lan.form(order_id), minh.form(order_id)
    lan.follow(lan.book(order_id, with_quantities(of_lan, "2")))
    answer = minh.book(order_id, of_minh)
    assert answer.status_code == 409
    page = text_of(answer.text)
    assert "MUG: bạn nhập 3 nhưng chỉ còn 1 ở ngoài kho" in page
    assert "Người ghi: lan" in page and "2 còn tốt" in page
    assert fields_of(answer.text)[quantity_field(of_minh, "good")] == "3"
    retry = with_quantities(fields_of(answer.text), "1")
    minh.follow(minh.book(order_id, retry))
    assert seller.available() == 10


def test_a_clerk_who_comes_last_sees_that_all_is_booked(
    seller: Seller, visit: Visit, order_id: int
) -> None:
    lan, minh = visit("lan"), visit("minh")
    fields = minh.form(order_id)
    lan.book(order_id, lan.form(order_id))
    answer = minh.book(order_id, fields)
    assert answer.status_code == 409
    assert "Người ghi: lan" in text_of(answer.text)


def test_many_clerks_at_once_book_what_is_out_and_no_more(
    seller: Seller, visit: Visit, order_id: int
) -> None:
    clerks = [visit(f"clerk{number}") for number in range(8)]
    forms = [with_quantities(clerk.form(order_id), "2") for clerk in clerks]
    answers: list[int] = []
    threads = [
        threading.Thread(
            target=lambda c=clerk, f=form: answers.append(
                c.book(order_id, f).status_code
            )
        )
        for clerk, form in zip(clerks, forms, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303] + [409] * 7
    assert seller.available() == 9


def test_a_double_click_books_once(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    fields = clerk.form(order_id)
    places: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: places.append(clerk.book(order_id, fields).location)
        )
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(places)) == 1 and len(places) == 6
    assert len(seller.receipts()) == 1


@pytest.mark.parametrize("key", ["", "x", "a.b.c", "\x00", "k" * 5000])
def test_a_form_without_its_key_books_nothing_and_keeps_what_was_typed(
    seller: Seller, clerk: Visitor, order_id: int, key: str
) -> None:
    fields = with_quantities(clerk.form(order_id), "1", "1") | {"key": key}
    answer = clerk.book(order_id, fields)
    assert answer.status_code == 400
    assert seller.receipts() == []
    kept = fields_of(answer.text)
    assert kept[quantity_field(kept, "damaged")] == "1"
    assert clerk.book(order_id, kept).status_code == 303


def test_a_form_of_another_user_or_order_books_nothing(
    seller: Seller, visit: Visit, order_id: int
) -> None:
    other_order = seller.order("A2", 3)
    lan, minh = visit("lan"), visit("minh")
    fields = lan.form(order_id)
    assert minh.book(order_id, fields).status_code == 400
    stolen = lan.form(other_order) | {"key": fields["key"]}
    assert lan.book(other_order, stolen).status_code == 400
    assert seller.receipts() == []


def test_a_form_that_is_too_old_shows_what_it_has_booked(
    seller: Seller, visit: Visit, clock: MovableClock, order_id: int
) -> None:
    lan = visit("lan")
    used, unused = lan.form(order_id), lan.form(order_id)
    first = lan.book(order_id, with_quantities(used, "1"))
    clock.now += timedelta(hours=13)
    lan = visit("lan")
    again = lan.book(order_id, with_quantities(used, "1"))
    assert again.location.rpartition("/")[2] == first.location.rpartition("/")[2]
    assert lan.book(order_id, unused).status_code == 400
    assert len(seller.receipts()) == 1


def test_items_can_be_counted_by_scanning_them(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    fields = clerk.form(order_id)
    full = clerk.book(order_id, fields | {"scan": BARCODE})
    assert "đã đếm đủ" in text_of(full.text)
    fields = fields_of(clerk.book(order_id, fields | {"do": "reset"}).text)
    assert fields[quantity_field(fields, "good")] == "0"
    for code in (BARCODE, "mug"):
        fields = fields_of(clerk.book(order_id, fields | {"scan": code}).text)
    assert fields[quantity_field(fields, "good")] == "2"
    assert seller.receipts() == []
    clerk.follow(clerk.book(order_id, fields))
    assert seller.available() == 9


def test_scanning_another_parcel_into_the_form_never_books(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    fields = clerk.form(order_id)
    other = clerk.book(order_id, fields | {"scan": "SPX2"})
    assert "“SPX2” không phải hàng của kiện này" in text_of(other.text)
    same = clerk.book(order_id, fields | {"scan": "SPX1"})
    assert "Kiện này đang mở" in text_of(same.text)
    assert seller.receipts() == []


def test_an_order_with_nothing_out_says_who_booked_what(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    clerk.book(order_id, clerk.form(order_id))
    page = text_of(clerk.get(f"orders/{order_id}/receipt").text)
    assert "Không có gì để nhập" in page
    assert "Người ghi: lan@example.vn" in page and "3 còn tốt" in page


def test_an_order_that_never_left_cannot_be_received(
    seller: Seller, clerk: Visitor
) -> None:
    order_id = seller.order("A1", fulfilment=Fulfilment.NOT_SHIPPED, ending=None)
    page = clerk.get(f"orders/{order_id}/receipt")
    assert "Theo sàn, đơn này chưa rời kho" in page.text


@pytest.mark.parametrize("number", ["999", "0", str(2**70)])
def test_an_unknown_order_is_not_found(
    seller: Seller, clerk: Visitor, number: str
) -> None:
    for path in (f"orders/{number}", f"orders/{number}/receipt"):
        assert clerk.get(path).status_code == 404
    assert clerk.book(int(number), {}).status_code in (404, 405)
    assert clerk.get(f"receipts/{number}").status_code == 404


def test_a_viewer_may_look_but_not_book(
    seller: Seller, visit: Visit, order_id: int
) -> None:
    viewer = visit("kim", "viewer")
    page = viewer.get(f"orders/{order_id}/receipt")
    assert page.status_code == 200
    assert "không được ghi" in page.text
    answer = viewer.book(order_id, fields_of(page.text) | {"warehouse": "MAIN"})
    assert answer.status_code == 403
    assert "Người xem" in answer.text
    assert seller.receipts() == []


@pytest.mark.parametrize("role", ["clerk", "supervisor", "admin"])
def test_other_roles_may_book(
    seller: Seller, visit: Visit, order_id: int, role: str
) -> None:
    visitor = visit("kim", role)
    assert visitor.book(order_id, visitor.form(order_id)).status_code == 303


def test_looking_changes_nothing(seller: Seller, clerk: Visitor, order_id: int) -> None:
    for path in ("", "waiting", f"orders/{order_id}", f"orders/{order_id}/receipt"):
        clerk.get(path)
    assert clerk.get(f"orders/{order_id}/decide").status_code == 405
    assert seller.receipts() == []
    assert seller.available() == 7
