"""A whole sheet is posted after a look at its quantities, and shows what it did."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import event

from stock.sheets import Clerk, apply_actions
from stock.sheets.actions import Open, Put
from tests.web.conftest import RecordingBell
from tests.web.seller import NOW, Seller
from tests.web.sheet_desk import SheetDesk
from tests.web.visitor import Visitor, fields_of, text_of


def test_the_page_before_posting_shows_each_parcel_and_the_sum(
    seller: Seller, clerk: Visitor
) -> None:
    desk = two_parcels(seller, clerk)
    page = text_of(clerk.get(f"{desk.path}/post").text)
    assert "2 kiện thành phiếu nhập ở kho MAIN." in page
    assert page.count("3 còn tốt") == 1 and page.count("2 còn tốt") == 1
    assert "5 còn tốt" in page and "Ghi 2 kiện" in page


def test_a_posted_sheet_shows_the_ledger_and_every_channel(
    seller: Seller, clerk: Visitor, bell: RecordingBell
) -> None:
    desk = two_parcels(seller, clerk)
    form = fields_of(clerk.get(f"{desk.path}/post").text)
    page = clerk.follow(clerk.post(f"{desk.path}/post", form))
    assert seller.available() == 10 and len(seller.receipts()) == 2
    assert set(bell.rung) == {"one", "two"}
    text = text_of(page.text)
    assert "Đã ghi phiếu S000001" in text and "+5" in text
    assert text.count("Đang gửi") == 2
    seller.confirm_listings()
    told = clerk.get(f"{desk.path}/numbers").json
    assert told is not None and told["settled"] is True
    assert {x["label"] for x in told["listings"]} == {"Đã xác nhận"}


def test_a_sheet_posted_twice_is_booked_once(seller: Seller, clerk: Visitor) -> None:
    desk = two_parcels(seller, clerk)
    form = fields_of(clerk.get(f"{desk.path}/post").text)
    first, second = (clerk.post(f"{desk.path}/post", form) for _ in range(2))
    assert first.location == second.location
    assert len(seller.receipts()) == 2


def test_a_parcel_that_somebody_changed_meanwhile_stays_and_says_so(
    seller: Seller, clerk: Visitor, visit: Callable[..., Visitor]
) -> None:
    desk = two_parcels(seller, clerk)
    form = fields_of(clerk.get(f"{desk.path}/post").text)
    SheetDesk(visit("minh"), desk.sheet_id).change(1, "zero")
    answer = clerk.post(f"{desk.path}/post", form)
    assert answer.status_code == 409
    assert "minh vừa sửa kiện này." in text_of(answer.text)
    assert [receipt.order_id for receipt in seller.receipts()] == [2]


def test_a_parcel_with_nothing_counted_is_named_before(
    seller: Seller, clerk: Visitor
) -> None:
    order_id = seller.order("A1", 2)
    desk = SheetDesk(clerk)
    desk.scan("A1")
    zero = {k: "0" for k in desk.form("/parcels/1") if "-" in k}
    desk.change(1, "save", **zero)
    page = clerk.get(f"{desk.path}/post").text
    assert "Kiện này chưa đếm gì: vẫn nằm lại trên phiếu." in text_of(page)
    answer = clerk.post(f"{desk.path}/post", fields_of(page))
    assert answer.status_code == 409 and seller.receipts() == []
    assert order_id


def test_a_sheet_of_posted_parcels_is_closed_by_its_last_page(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    desk = SheetDesk(clerk)
    desk.scan("SPX1")
    desk.change(1, "post")
    page = clerk.get(f"{desk.path}/post").text
    assert "Đóng phiếu" in page
    clerk.follow(clerk.post(f"{desk.path}/post", fields_of(page)))
    shown = clerk.get(desk.path).text
    assert 'id="scan"' not in shown and "Đã ghi" in shown


def test_a_reversed_receipt_counts_no_more_and_is_marked(
    seller: Seller, clerk: Visitor, visit: Callable[..., Visitor], order_id: int
) -> None:
    desk = SheetDesk(clerk)
    desk.scan("SPX1")
    desk.change(1, "post")
    boss = visit("boss", "supervisor")
    form = fields_of(boss.get("receipts/1/reversal").text)
    boss.follow(boss.post("receipts/1/reversal", {**form, "reason": "Nhầm kiện"}))
    assert "Đã hủy" in text_of(clerk.get(desk.path).text)
    assert (
        "không có phiếu nhập nào"
        in text_of(clerk.get(f"{desk.path}/result").text).lower()
    )


def test_a_page_asks_as_much_for_forty_parcels_as_for_two(
    seller: Seller, clerk: Visitor
) -> None:
    few, many = sheet_of(seller, "few", 2), sheet_of(seller, "many", 40)
    statements: list[str] = []
    event.listen(
        seller.database.engine,
        "before_cursor_execute",
        lambda *told: statements.append(told[2]),
    )
    for path in ("", "/print", "/result", "/post"):
        asked = []
        for sheet_id in (few, many):
            statements.clear()
            assert clerk.get(f"sheets/{sheet_id}{path}").status_code == 200
            asked.append(len(statements))
        assert asked[0] == asked[1] < 25, (path, statements)


def two_parcels(seller: Seller, clerk: Visitor) -> SheetDesk:
    """Return a sheet with parcels of three and of two mugs."""
    seller.order("A1", 3)
    seller.order("A2", 2)
    desk = SheetDesk(clerk)
    desk.scan("A1")
    desk.scan("A2")
    return desk


def sheet_of(seller: Seller, name: str, parcels: int) -> int:
    """Return a sheet with so many parcels of one mug."""
    seller.count("MUG", 100)
    actions: list[Open | Put] = [Open(id=name, warehouse_id=1)]
    for n in range(parcels):
        seller.order(f"{name}-{n}", 1)
        actions.append(Put(id=f"{name}-{n}", sheet=name, code=f"{name}-{n}"))
    answers = apply_actions(seller.database, actions, by=Clerk("lan"), now=NOW)
    assert all(answer.applied for answer in answers)
    sheet_id = answers[0].sheet_id
    assert sheet_id
    return sheet_id
