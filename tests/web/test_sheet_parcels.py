"""One parcel of a sheet without script: judged, corrected, taken off, posted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.conftest import RecordingBell
from tests.web.seller import Seller
from tests.web.sheet_desk import SheetDesk
from tests.web.visitor import Visitor


@pytest.fixture
def desk(seller: Seller, clerk: Visitor, order_id: int) -> SheetDesk:
    """A sheet with one parcel of three mugs."""
    desk = SheetDesk(clerk)
    desk.scan("SPX1")
    return desk


def counts(desk: SheetDesk, **units: str) -> dict[str, str]:
    """Return the quantities of the only line; the rest is zero."""
    names = [name for name in desk.form("/parcels/1") if "-" in name]
    return {name: units.get(name.split("-")[0], "0") for name in names}


def test_what_is_wrong_is_saved_by_condition(desk: SheetDesk) -> None:
    found = counts(desk, good="0", damaged="1", wrong="1", missing="1")
    desk.change(1, "save", **found, note="Hộp móp góc")
    assert "0 còn tốt · 1 hư hỏng · 1 sai hàng · 1 thiếu" in desk.text
    assert desk.form("/parcels/1")["note"] == "Hộp móp góc"


def test_all_good_puts_everything_right_again(desk: SheetDesk) -> None:
    desk.change(1, "save", **counts(desk, good="1", lost="2"))
    desk.change(1, "all_good")
    assert "3 còn tốt" in desk.text and "mất" not in desk.form("/parcels/1").values()
    assert desk.form("/parcels/1")["version"] == "3"


def test_counting_from_zero_says_that_everything_is_missing(desk: SheetDesk) -> None:
    desk.change(1, "zero")
    assert "0 còn tốt · 3 thiếu" in desk.text


def test_what_is_no_quantity_is_kept_with_a_sentence(
    desk: SheetDesk, seller: Seller
) -> None:
    for typed in ("", "-1", "1.5", "two", "١", "99999999999"):
        answer = desk.change(1, "post", **counts(desk, good=typed))
        assert answer.status_code == 400
        kept = [v for k, v in desk.form("/parcels/1").items() if k.startswith("good")]
        assert kept == [typed]
        assert 'role="alert" data-trouble' in desk.page
    assert seller.receipts() == []


def test_more_than_ever_left_is_refused_and_kept(desk: SheetDesk) -> None:
    answer = desk.change(1, "save", **counts(desk, good="4"))
    assert answer.status_code == 409
    assert "MUG: bạn nhập 4 nhưng đơn này chỉ xuất 3." in desk.text
    assert "4" in desk.form("/parcels/1").values()


def test_a_posted_parcel_raises_stock_and_tells_its_receipt(
    desk: SheetDesk, seller: Seller, bell: RecordingBell
) -> None:
    desk.change(1, "post", **counts(desk, good="2", damaged="1"))
    assert seller.available() == 9
    (receipt,) = seller.receipts()
    assert (receipt.actor, receipt.warehouse_id) == ("lan@example.vn", 1)
    assert sorted(bell.rung) == ["one", "two"]
    assert "R000001" in desk.page and "lan@example.vn đã ghi" in desk.text
    shown = desk.visitor.get(f"{desk.path}/parcels/1/result").text
    assert "+2" in shown and shown.count("data-listing=") == 2
    assert 'data-settled="no"' in shown


def test_the_page_goes_on_after_a_posted_parcel(
    desk: SheetDesk, seller: Seller
) -> None:
    desk.change(1, "post")
    seller.order("A2", 1, tracking="SPX2")
    desk.scan("SPX2")
    assert desk.answer == ("known", "SPX2: 1 sản phẩm")


def test_a_button_pressed_twice_books_once(desk: SheetDesk, seller: Seller) -> None:
    form = {**desk.form("/parcels/1"), "do": "post"}
    path = f"{desk.path}/parcels/1"
    first, second = (desk.visitor.post(path, form) for _ in range(2))
    assert first.location == second.location
    assert len(seller.receipts()) == 1


def test_the_second_clerk_is_told_who_posted_the_parcel(
    desk: SheetDesk, seller: Seller, visit: Callable[..., Visitor]
) -> None:
    other = SheetDesk(visit("minh"), desk.sheet_id)
    desk.change(1, "post")
    answer = other.change(1, "post")
    assert answer.status_code == 409
    words = "lan@example.vn đã ghi kiện này rồi, phiếu nhập R000001."
    assert f"{words} Không có gì bị ghi hai lần." in other.text
    assert len(seller.receipts()) == 1


def test_the_second_clerks_count_is_not_lost_when_the_first_was_faster(
    desk: SheetDesk, visit: Callable[..., Visitor]
) -> None:
    other = SheetDesk(visit("minh"), desk.sheet_id)
    desk.change(1, "save", **counts(desk, good="2", damaged="1"))
    answer = other.change(1, "save", **counts(desk, good="1", lost="2"))
    assert answer.status_code == 409
    assert "lan@example.vn vừa sửa kiện này." in other.text
    assert "2 còn tốt · 1 hư hỏng" in other.text
    kept = [v for k, v in other.form("/parcels/1").items() if "-" in k]
    assert kept == ["1", "0", "2", "0", "0"]
    assert other.change(1, "save").status_code == 303
    assert "1 còn tốt · 2 mất" in other.text


def test_a_parcel_of_which_nothing_came_is_closed_without_a_receipt(
    desk: SheetDesk, seller: Seller
) -> None:
    desk.change(1, "post", **counts(desk, wrong="3"))
    assert seller.receipts() == [] and seller.available() == 7
    assert "Không nhập gì: trong kiện không có hàng của đơn." in desk.text


def test_a_parcel_taken_off_is_gone_and_can_be_scanned_again(desk: SheetDesk) -> None:
    desk.change(1, "take_off")
    assert "Phiếu chưa có kiện nào." in desk.text
    desk.scan("SPX1")
    assert desk.answer[0] == "known"


def test_a_field_that_the_form_does_not_have_is_refused(desk: SheetDesk) -> None:
    form = {**desk.form("/parcels/1"), "do": "save"}
    strange = ({"good-99-1": "1"}, {"do": "burn"}, {"version": "x"}, {"colour": "red"})
    for field in strange:
        answer = desk.visitor.post(f"{desk.path}/parcels/1", {**form, **field})
        assert answer.status_code == 400, field


def test_a_parcel_of_another_sheet_is_not_found(
    desk: SheetDesk, clerk: Visitor
) -> None:
    form = {**desk.form("/parcels/1"), "do": "post"}
    other = SheetDesk(clerk)
    assert clerk.post(f"{other.path}/parcels/1", form).status_code == 404
    assert clerk.get(f"{other.path}/parcels/1/result").status_code == 404
