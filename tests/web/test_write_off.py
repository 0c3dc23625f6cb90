"""Writing off by a named person, and receiving what was found again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.web.conftest import MovableClock, RecordingBell
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor, fields_of, tells, text_of

PAGE = "returns/1/write-off"


@pytest.fixture
def overdue(seller: Seller, order_id: int, clock: MovableClock) -> int:
    """An order of three mugs that should have been back a day ago."""
    clock.now = NOW + timedelta(days=10)
    return order_id


@pytest.fixture
def supervisor(overdue: int, visit: Callable[..., Visitor]) -> Visitor:
    return visit("minh@example.vn", "supervisor")


def fill(visitor: Visitor, reason: str = "Hãng vận chuyển làm mất") -> dict[str, str]:
    """Return the write-off form with a reason."""
    page = visitor.get(PAGE)
    assert page.status_code == 200
    return fields_of(page.text) | {"reason": reason}


@pytest.mark.parametrize("role", ["supervisor", "admin"])
def test_a_named_person_writes_off_what_is_overdue(
    seller: Seller, overdue: int, visit: Callable[..., Visitor], role: str
) -> None:
    visitor = visit("minh@example.vn", role)
    assert PAGE in visitor.get().text
    answer = visitor.post(PAGE, fill(visitor))
    result = visitor.follow(answer)
    assert "3 mất" in result.text and "Hãng vận chuyển làm mất" in result.text
    (receipt,) = seller.receipts()
    assert (receipt.actor, receipt.note) == (
        "minh@example.vn",
        "Hãng vận chuyển làm mất",
    )
    assert [(line.good, line.lost) for line in receipt.lines] == [(0, 3)]
    assert seller.return_states() == {"": "written_off"}
    assert seller.available() == 7
    assert not tells(visitor.get().text, "A1")
    assert "minh@example.vn" in visitor.get(f"orders/{overdue}").text


@pytest.mark.parametrize("role", ["clerk", "viewer"])
def test_others_may_not_write_off(
    seller: Seller, overdue: int, visit: Callable[..., Visitor], role: str
) -> None:
    visitor = visit("lan@example.vn", role)
    assert PAGE not in visitor.get().text
    for answer in (visitor.get(PAGE), visitor.post(PAGE, {"reason": "x"})):
        assert answer.status_code == 403
        assert "không được ghi mất hàng" in answer.text
    assert "may not write goods off" in visitor.get(PAGE, lang="en").text
    assert seller.receipts() == []


def test_who_stands_in_another_warehouse_may_not_write_off(
    seller: Seller, overdue: int, visit: Callable[..., Visitor]
) -> None:
    seller.pack_in("two", "HN")
    elsewhere = visit("hoa", "supervisor", warehouses=["HN"])
    assert tells(elsewhere.get().text, "A1")
    assert PAGE not in elsewhere.get().text
    assert elsewhere.get(PAGE).status_code == 404
    fields = fill(visit("hoa", "supervisor"))
    assert elsewhere.post(PAGE, fields).status_code == 404
    assert seller.receipts() == []
    here = visit("minh", "supervisor", warehouses=["MAIN"])
    assert PAGE in here.get().text
    assert here.post(PAGE, fill(here)).status_code == 303


def test_what_is_not_overdue_has_no_button_and_no_form(
    seller: Seller, order_id: int, visit: Callable[..., Visitor]
) -> None:
    visitor = visit("minh", "supervisor")
    assert PAGE not in visitor.get().text
    page = visitor.get(PAGE)
    assert "Vẫn còn hạn khiếu nại" in page.text
    assert "<textarea" not in page.text


REASONS = [
    ("", "Hãy ghi rõ vì sao"),
    (" \n ", "Hãy ghi rõ vì sao"),
    ("x" * 501, "501"),
    ("a\x07b", "ký tự điều khiển"),
]


def test_a_reason_that_cannot_be_kept_is_not_lost(
    seller: Seller, supervisor: Visitor
) -> None:
    for reason, sentence in REASONS:
        answer = supervisor.post(PAGE, fill(supervisor, reason))
        assert answer.status_code == 400
        assert sentence in text_of(answer.text)
        assert 'aria-invalid="true"' in answer.text
        assert reason.strip() in answer.text
    assert seller.receipts() == []


def test_a_double_click_writes_off_once(seller: Seller, supervisor: Visitor) -> None:
    fields = fill(supervisor)
    first, second = supervisor.post(PAGE, fields), supervisor.post(PAGE, fields)
    assert first.location == second.location
    assert len(seller.receipts()) == 1
    other = supervisor.post(PAGE, fields | {"reason": "another"})
    assert other.status_code == 409 and "R000001" in other.text
    assert len(seller.receipts()) == 1


def test_a_form_that_is_over_shows_what_it_booked_or_keeps_the_reason(
    seller: Seller,
    supervisor: Visitor,
    visit: Callable[..., Visitor],
    clock: MovableClock,
) -> None:
    fields = fill(supervisor)
    clock.now += timedelta(hours=13)
    later = visit("minh@example.vn", "supervisor")
    answer = later.post(PAGE, fields)
    assert answer.status_code == 400
    assert "Hãng vận chuyển làm mất" in answer.text
    again = fields_of(answer.text)
    assert later.post(PAGE, again).status_code == 303
    clock.now += timedelta(hours=13)
    late = visit("minh@example.vn", "supervisor").post(PAGE, again)
    assert late.location.split("?")[0].endswith("/receipts/1")
    assert len(seller.receipts()) == 1


def test_units_that_came_meanwhile_are_not_written_off(
    seller: Seller, supervisor: Visitor, overdue: int, visit: Callable[..., Visitor]
) -> None:
    fields = fill(supervisor)
    clerk = visit("lan")
    form = clerk.form(overdue)
    (good,) = [name for name in form if name.startswith("good")]
    clerk.follow(clerk.book(overdue, form | {good: "1"}))
    answer = supervisor.post(PAGE, fields)
    assert answer.status_code == 409
    assert "Chưa ghi mất gì cả" in text_of(answer.text)
    assert "Ghi mất 2 sản phẩm" in answer.text
    assert "Hãng vận chuyển làm mất" in answer.text
    assert supervisor.post(PAGE, fields_of(answer.text)).status_code == 303


def test_odd_requests_are_refused(
    seller: Seller, supervisor: Visitor, visit: Callable[..., Visitor]
) -> None:
    assert supervisor.get("returns/99/write-off").status_code == 404
    fields = fill(supervisor)
    assert supervisor.post(PAGE, fields | {"odd": "x"}).status_code == 400
    assert visit("hoa", "admin").post(PAGE, fields).status_code == 400
    assert seller.receipts() == []


def write_off(visitor: Visitor) -> None:
    assert visitor.post(PAGE, fill(visitor)).status_code == 303


def found_form(visitor: Visitor, order_id: int, **changes: str) -> dict[str, str]:
    """Return the form for what was lost, with the fields of its only SKU changed."""
    fields = fields_of(visitor.get(f"orders/{order_id}/found").text)
    names = {name.partition("-")[0]: name for name in fields}
    return fields | {names[name]: text for name, text in changes.items()}


def test_a_scanned_parcel_that_was_written_off_can_still_be_received(
    seller: Seller,
    supervisor: Visitor,
    overdue: int,
    visit: Callable[..., Visitor],
    bell: RecordingBell,
) -> None:
    write_off(supervisor)
    clerk = visit("lan@example.vn")
    page = clerk.follow(clerk.get(q="SPX1"))
    assert "3 sản phẩm đã ghi mất" in page.text
    assert f"orders/{overdue}/found" in page.text
    assert f"orders/{overdue}/found" in clerk.get(f"orders/{overdue}").text
    fields = found_form(clerk, overdue)
    assert [v for k, v in fields.items() if k.startswith("good")] == ["3"]
    bell.rung.clear()
    answer = clerk.post(f"orders/{overdue}/found", found_form(clerk, overdue, good="2"))
    result = clerk.follow(answer)
    (counts,) = re.findall(r'class="sku-counts">(.*?)</p>', result.text, re.S)
    assert "2 còn tốt" in counts and "mất" not in counts
    assert seller.available() == 9
    assert seller.return_states() == {"": "received"}
    assert bell.rung == ["one", "two"]
    assert fields_of(clerk.get(f"orders/{overdue}/found").text)


def test_found_units_are_booked_once(
    seller: Seller, supervisor: Visitor, overdue: int
) -> None:
    write_off(supervisor)
    fields = found_form(supervisor, overdue, good="1")
    path = f"orders/{overdue}/found"
    assert (
        supervisor.post(path, fields).location == supervisor.post(path, fields).location
    )
    assert seller.available() == 8
    conflict = supervisor.post(path, found_form_of(fields, good="2"))
    assert conflict.status_code == 409
    assert seller.available() == 8


def found_form_of(fields: dict[str, str], *, good: str) -> dict[str, str]:
    return {k: good if k.startswith("good") else v for k, v in fields.items()}


WRONG: list[tuple[dict[str, str], int, str]] = [
    ({"good": "4"}, 409, "chỉ có 3 đang ghi mất"),
    ({"good": "2", "damaged": "2"}, 409, "chỉ có 3 đang ghi mất"),
    ({"good": "x"}, 400, "“x” không phải là số lượng"),
    ({"good": "0"}, 400, "Mọi số lượng đều là 0"),
    ({"lost": "1"}, 400, "Biểu mẫu"),
    ({"warehouse": "NONE"}, 400, "NONE"),
    ({"note": "x" * 501}, 400, "501"),
]


def test_wrong_numbers_are_kept_and_nothing_is_booked(
    seller: Seller, supervisor: Visitor, overdue: int
) -> None:
    write_off(supervisor)
    for changes, status, sentence in WRONG:
        fields = found_form(supervisor, overdue, **changes)
        answer = supervisor.post(f"orders/{overdue}/found", fields)
        assert answer.status_code == status, changes
        assert sentence in text_of(answer.text)
        assert "lost" in changes or all(x in answer.text for x in changes.values())
    assert seller.available() == 7
    assert len(seller.receipts()) == 1


def test_a_viewer_may_look_but_not_receive_what_was_found(
    seller: Seller, supervisor: Visitor, overdue: int, visit: Callable[..., Visitor]
) -> None:
    write_off(supervisor)
    viewer = visit("xem", "viewer")
    page = viewer.get(f"orders/{overdue}/found")
    assert page.status_code == 200 and "disabled" in page.text
    assert viewer.post(f"orders/{overdue}/found", {}).status_code == 403


def test_an_order_without_lost_units_says_so(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    page = clerk.get(f"orders/{order_id}/found", lang="en")
    assert "No unit of this order is written off as lost." in page.text
    assert clerk.get("orders/99/found").status_code == 404
