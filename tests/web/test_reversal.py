"""Reversing a receipt: who may, what is shown before and after, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.web.conftest import MovableClock, RecordingBell
from tests.web.seller import Seller
from tests.web.visitor import Visitor, fields_of, text_of, with_quantities

REASON = "Kiện này là của gian hàng khác"
LINK = "Hủy phiếu này"

# What the pages ask of the stock room is proven on both databases there.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def boss(visit: Callable[..., Visitor]) -> Visitor:
    return visit("minh@example.vn", "supervisor")


@pytest.fixture
def receipt(seller: Seller, clerk: Visitor, order_id: int) -> str:
    """The path of a receipt of two good and one damaged unit; nine are to sell."""
    return book(clerk, order_id, "2", "1")


def book(visitor: Visitor, order_id: int, *quantities: str) -> str:
    fields = with_quantities(visitor.form(order_id), *quantities)
    answer = visitor.book(order_id, fields)
    return "receipts/" + answer.location.rpartition("/")[2]


def form(visitor: Visitor, receipt: str, reason: str = REASON) -> dict[str, str]:
    page = visitor.get(f"{receipt}/reversal")
    assert page.status_code == 200, page.text
    return fields_of(page.text) | {"reason": reason}


def reverse(visitor: Visitor, receipt: str, reason: str = REASON) -> None:
    answer = visitor.post(f"{receipt}/reversal", form(visitor, receipt, reason))
    assert answer.status_code == 303, answer.text


@pytest.mark.parametrize("role", ["supervisor", "admin"])
def test_a_second_person_with_the_role_reverses_a_receipt(
    seller: Seller, visit: Callable[..., Visitor], receipt: str, role: str
) -> None:
    reverse(visit("minh@example.vn", role), receipt)

    assert seller.available() == 7
    assert seller.return_states() == {"": "awaiting"}


@pytest.mark.parametrize("role", ["clerk", "viewer"])
def test_others_neither_see_the_way_nor_may_take_it(
    seller: Seller,
    boss: Visitor,
    visit: Callable[..., Visitor],
    receipt: str,
    role: str,
) -> None:
    reader = visit("kim@example.vn", role)
    assert LINK not in reader.get(receipt).text
    assert LINK not in reader.get("orders/1").text

    shown = reader.get(f"{receipt}/reversal")
    sent = reader.post(f"{receipt}/reversal", form(boss, receipt))

    assert (shown.status_code, sent.status_code) == (403, 403)
    assert "không được hủy phiếu nhập" in text_of(sent.text)
    assert seller.available() == 9


def test_the_way_is_on_the_receipt_and_on_the_order(
    boss: Visitor, receipt: str, order_id: int
) -> None:
    for page in (receipt, f"orders/{order_id}"):
        assert f"{receipt}/reversal" in boss.get(page).text


def test_who_booked_it_is_told_that_another_must_reverse_it(
    seller: Seller, boss: Visitor, order_id: int
) -> None:
    own = book(boss, order_id, "3")

    page = text_of(boss.get(own).text)
    assert LINK not in page
    assert "chỉ người thứ hai mới hủy được" in page
    shown = boss.get(f"{own}/reversal")
    assert "Phải do người thứ hai hủy" in text_of(shown.text)
    assert 'name="reason"' not in shown.text


def test_who_booked_it_cannot_send_the_form_either(
    seller: Seller, boss: Visitor, visit: Callable[..., Visitor], order_id: int
) -> None:
    own = book(boss, order_id, "2")
    other = book(visit("kim@example.vn"), order_id, "1")
    # A key of the same order and the same person, shown for the other receipt.
    answer = boss.post(f"{own}/reversal", form(boss, other))

    assert answer.status_code == 409
    assert "Phải do người thứ hai hủy" in text_of(answer.text)
    assert REASON in answer.text
    assert seller.available() == 10


def test_the_page_shows_what_is_taken_from_the_shelf_and_from_each_channel(
    boss: Visitor, receipt: str
) -> None:
    page = text_of(boss.get(f"{receipt}/reversal").text)

    assert "Rút khỏi tồn: 2 còn tốt · 1 hư hỏng" in page
    assert "9 →</span> <strong>7</strong>" in page
    assert "10 →</span> <strong>7</strong>" in page
    assert page.count("9 →</span> 7</span>") == 2


def test_a_channel_that_keeps_units_back_is_shown_its_own_number(
    seller: Seller, boss: Visitor, receipt: str
) -> None:
    seller.change_shop("two", buffer=5)

    page = text_of(boss.get(f"{receipt}/reversal").text)

    assert "9 →</span> 7</span>" in page
    assert "4 →</span> 2</span>" in page


def test_a_bundle_is_shown_the_bundles_that_are_left(
    seller: Seller, boss: Visitor, receipt: str
) -> None:
    seller.bundle("one", "PAIR", {"MUG": 2})

    assert "4 →</span> 3</span>" in text_of(boss.get(f"{receipt}/reversal").text)


def test_after_posting_the_numbers_turn_to_confirmed(
    seller: Seller, boss: Visitor, receipt: str, bell: RecordingBell
) -> None:
    seller.confirm_listings()
    bell.rung.clear()
    answer = boss.post(f"{receipt}/reversal", form(boss, receipt))
    shown = boss.follow(answer).text

    assert bell.rung == ["one", "two"]
    page = text_of(shown)
    assert "đã bị hủy" in page and REASON in page
    assert "9 →</span> <strong>7</strong>" in page
    assert f"{receipt}/numbers" in page and "Đang gửi" in page
    assert 'http-equiv="refresh"' in page
    seller.confirm_listings()
    told = boss.get(f"{receipt}/numbers").json
    assert told is not None and told["settled"] is True
    assert [x["quantity"] for x in told["listings"]] == [7, 7]
    assert 'http-equiv="refresh"' not in boss.get(f"{receipt}/reversal").text


def test_everybody_sees_for_ever_who_reversed_it_when_and_why(
    seller: Seller, clerk: Visitor, boss: Visitor, receipt: str, order_id: int
) -> None:
    reverse(boss, receipt)
    seller.order("A2", 2, ending=None)
    book(clerk, order_id, "3")

    for path in (receipt, f"{receipt}/reversal", f"orders/{order_id}"):
        page = text_of(clerk.get(path).text)
        assert "Đã hủy" in page, path
        assert "minh@example.vn" in page and REASON in page
        assert "16:00 22/11/2026" in page
    page = text_of(clerk.get(receipt).text)
    assert "7 →</span> <strong>9</strong>" in page
    assert "đã bị hủy sau khi ghi" in page
    assert LINK not in text_of(boss.get(receipt).text)


def test_the_timeline_links_the_receipt_and_says_why(
    boss: Visitor, receipt: str, order_id: int
) -> None:
    reverse(boss, receipt)
    page = text_of(boss.get(f"orders/{order_id}").text)

    timeline = page[page.index("Nhật ký") :]
    entry = timeline[timeline.index("Đã hủy phiếu nhập hàng hoàn") :]
    assert receipt in entry and REASON in entry and "minh@example.vn" in entry
    assert f"R000001</a> {REASON}" in entry


def test_the_units_can_be_received_again(
    seller: Seller, clerk: Visitor, boss: Visitor, receipt: str, order_id: int
) -> None:
    reverse(boss, receipt)
    page = text_of(boss.get(f"{receipt}/reversal").text)
    assert f"orders/{order_id}/receipt" in page

    form_page = text_of(clerk.get(f"orders/{order_id}/receipt").text)
    assert REASON in form_page
    book(clerk, order_id, "3")
    assert seller.available() == 10


def test_lost_units_stay_lost_and_the_page_says_so(
    seller: Seller, clerk: Visitor, boss: Visitor, order_id: int
) -> None:
    mixed = book(clerk, order_id, "1", "0", "2")
    sentence = "2 đã ghi mất vẫn giữ là mất"
    assert sentence in text_of(boss.get(f"{mixed}/reversal").text)

    reverse(boss, mixed)

    assert sentence in text_of(boss.get(f"{mixed}/reversal").text)
    assert seller.return_states() == {"": "partly_received"}


def test_a_receipt_of_lost_units_alone_cannot_be_reversed(
    clerk: Visitor, boss: Visitor, order_id: int
) -> None:
    lost = book(clerk, order_id, "0", "0", "3")

    assert LINK not in boss.get(lost).text
    page = boss.get(f"{lost}/reversal")
    assert "chỉ ghi hàng mất" in text_of(page.text)
    assert 'name="reason"' not in page.text


@pytest.mark.parametrize("reason", ["", " \r\n ", "x" * 501, "a\x00b"])
def test_a_bad_reason_gets_a_sentence_beside_the_field(
    seller: Seller, boss: Visitor, receipt: str, reason: str
) -> None:
    fields = form(boss, receipt, reason)

    answer = boss.post(f"{receipt}/reversal", fields)

    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text
    assert "ý do" in answer.text.split('id="reason-trouble">')[1][:60]
    kept = fields_of(answer.text)["reason"]
    assert kept.replace("\ufffd", "\x00").strip() == reason.strip()
    assert seller.available() == 9


def test_units_that_were_sold_again_are_named_before_and_after(
    seller: Seller, boss: Visitor, receipt: str
) -> None:
    fields = form(boss, receipt)
    seller.order("A2", 8, ending=None)
    sentence = "trong 2 sản phẩm chỉ còn 1 có thể bán tại kho MAIN"

    answer = boss.post(f"{receipt}/reversal", fields)

    assert answer.status_code == 409
    assert sentence in text_of(answer.text)
    assert fields_of(answer.text)["reason"] == REASON
    shown = boss.get(f"{receipt}/reversal")
    assert sentence in text_of(shown.text) and 'name="reason"' not in shown.text
    assert seller.available() == 1
    seller.count("MUG", 2)
    again = fields_of(answer.text)
    assert boss.post(f"{receipt}/reversal", again).status_code == 303
    assert seller.available() == 0


def test_a_double_click_reverses_once(
    seller: Seller, boss: Visitor, receipt: str
) -> None:
    fields = form(boss, receipt)

    answers = [boss.post(f"{receipt}/reversal", fields) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert seller.available() == 7


def test_who_comes_second_sees_whose_reversal_counts(
    seller: Seller, boss: Visitor, visit: Callable[..., Visitor], receipt: str
) -> None:
    other = visit("hoa@example.vn", "admin")
    late = form(other, receipt, "Đếm nhầm")
    reverse(boss, receipt)

    answer = other.post(f"{receipt}/reversal", late)

    assert answer.status_code == 409
    page = text_of(answer.text)
    assert "đã được hủy trước đó" in page and "minh@example.vn" in page
    assert "Đếm nhầm" not in page
    assert seller.available() == 7


@pytest.mark.parametrize("reason", ["Lý do khác", ""])
def test_the_same_form_with_another_reason_changes_nothing(
    seller: Seller, boss: Visitor, receipt: str, reason: str
) -> None:
    fields = form(boss, receipt)
    boss.post(f"{receipt}/reversal", fields)

    answer = boss.post(f"{receipt}/reversal", fields | {"reason": reason})

    assert answer.status_code == 409
    assert REASON in answer.text


def test_a_form_that_is_too_old_keeps_what_was_typed(
    seller: Seller, visit: Callable[..., Visitor], receipt: str, clock: MovableClock
) -> None:
    fields = form(visit("minh@example.vn", "supervisor"), receipt)
    clock.now += timedelta(hours=13)
    boss = visit("minh@example.vn", "supervisor")

    answer = boss.post(f"{receipt}/reversal", fields)

    assert answer.status_code == 400
    assert "Chưa thay đổi gì" in text_of(answer.text)
    assert seller.available() == 9
    assert fields_of(answer.text)["reason"] == REASON
    again = boss.post(f"{receipt}/reversal", fields_of(answer.text))
    assert again.status_code == 303


def test_an_old_form_of_a_reversed_receipt_leads_to_the_reversal(
    visit: Callable[..., Visitor], receipt: str, clock: MovableClock
) -> None:
    fields = form(visit("minh@example.vn", "supervisor"), receipt)
    reverse(visit("hoa@example.vn", "admin"), receipt)
    clock.now += timedelta(hours=13)
    boss = visit("minh@example.vn", "supervisor")

    answer = boss.post(f"{receipt}/reversal", fields)

    assert "hoa@example.vn" in boss.follow(answer).text


def test_somebody_elses_form_is_refused(
    seller: Seller, boss: Visitor, visit: Callable[..., Visitor], receipt: str
) -> None:
    fields = form(boss, receipt)
    other = visit("hoa@example.vn", "supervisor")

    assert other.post(f"{receipt}/reversal", fields).status_code == 400
    assert seller.available() == 9


@pytest.mark.parametrize("more", [{"good-1-1": "5"}, {"actor": "lan"}])
def test_another_field_is_refused(
    seller: Seller, boss: Visitor, receipt: str, more: dict[str, str]
) -> None:
    answer = boss.post(f"{receipt}/reversal", form(boss, receipt) | more)

    assert answer.status_code == 400
    assert seller.available() == 9


def test_a_receipt_that_does_not_exist_has_no_reversal(boss: Visitor) -> None:
    assert boss.get("receipts/99/reversal").status_code == 404
    fields = {"key": "x", "reason": "x"}
    assert boss.post("receipts/99/reversal", fields).status_code == 404


def test_the_page_speaks_english(boss: Visitor, receipt: str) -> None:
    page = text_of(boss.get(f"{receipt}/reversal", lang="en").text)

    assert "Reverse return receipt R000001" in page
    assert "Taken back: 2 good · 1 damaged" in page
