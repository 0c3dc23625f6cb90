"""A parcel nobody expected: taken in, photographed, matched or handed back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from werkzeug.test import TestResponse

from stock.models import Orphan, OrphanState, Warehouse
from tests.stock import plain
from tests.web import pictures
from tests.web.conftest import MovableClock
from tests.web.seller import BARCODE, NOW, Seller
from tests.web.visitor import Visitor, fields_of, text_of

XSS = '"><img src=x onerror=alert(1)>'


def take_in(visitor: Visitor, scanned: str = "LOST1", **typed: str) -> TestResponse:
    """Scan a label, fill the form in and send it."""
    fields = fields_of(visitor.get("orphans/new", code=scanned).text)
    return visitor.post("orphans", fields | typed)


def orphans(seller: Seller) -> list[Orphan]:
    with seller.database.read() as session:
        found = list(session.query(Orphan).order_by(Orphan.id))
        for orphan in found:
            assert orphan.items is not None and orphan.decisions is not None
        return found


def key_of(visitor: Visitor) -> str:
    return fields_of(visitor.get("orphans/1").text)["key"]


def decide(visitor: Visitor, deed: str, **typed: str) -> TestResponse:
    """Send one of the forms on the first parcel's page."""
    return visitor.post(f"orphans/1/{deed}", {"key": key_of(visitor), **typed})


def add_warehouse(seller: Seller, code: str = "HANOI") -> None:
    with seller.database.write() as session:
        session.add(Warehouse(code=code, name=code))


def test_what_the_board_does_not_know_can_be_taken_in(
    seller: Seller, clerk: Visitor
) -> None:
    board = clerk.get(q="SPX99")
    assert "orphans/new?code=SPX99" in board.text
    form = clerk.get("orphans/new", code="SPX99")
    assert fields_of(form.text)["code"] == "SPX99"
    assert "aria-invalid" not in form.text and "field-trouble" not in form.text
    answer = take_in(
        clerk,
        "SPX99",
        carrier="GHN",
        contents="Áo xanh\nsize M",
        items=f"{BARCODE}\nX1 × 2\n\n{BARCODE}",
        note="ướt",
    )
    page = clerk.follow(answer)
    for shown in ("SPX99", "GHN", "Áo xanh", "X1", "ướt", "Cốc sứ trắng", "MAIN"):
        assert shown in page.text
    assert "photos/of/orphan/1" in page.text
    [orphan] = orphans(seller)
    assert [(x.code, x.quantity) for x in orphan.items] == [(BARCODE, 2), ("X1", 2)]
    assert (orphan.taken_by, orphan.taken_at) == ("lan@example.vn", NOW)
    assert "U000001" in clerk.get(q="spx99").text


def test_a_scanner_that_presses_enter_sends_no_unfinished_form(clerk: Visitor) -> None:
    first = clerk.get("orphans/new").text
    assert 'method="post"' not in first and 'name="code"' in first
    assert "orphans/new?code=" in first


def test_the_board_counts_what_waits(seller: Seller, clerk: Visitor) -> None:
    assert ">Kiện lạ</a>" in clerk.get().text
    take_in(clerk, "A")
    take_in(clerk, "B")
    assert "2 kiện lạ" in clerk.get().text
    page = clerk.get("orphans")
    assert page.text.index("orphans/1") < page.text.index("orphans/2")


def test_it_adds_nothing_to_stock(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    before = plain.history(seller.database)
    take_in(clerk, items=f"{BARCODE} x 5")
    clerk.follow(decide(clerk, "match", order=str(order_id)))
    decide(clerk, "reopen", reason="nhầm")
    decide(clerk, "hand-back", reason="shipper nhận lại")
    assert plain.history(seller.database) == before and seller.available() == 7


def test_matching_leads_to_the_orders_receipt_which_names_the_parcel(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    take_in(clerk)
    found = clerk.get("orphans/1", q="SPX1")
    assert f'name="order" value="{order_id}"' in found.text
    answer = decide(clerk, "match", order=str(order_id))
    form = clerk.follow(answer)
    fields = fields_of(form.text)
    assert fields["note"] == "Kiện lạ U000001"
    receipt = clerk.follow(clerk.book(order_id, fields))
    assert "Kiện lạ U000001" in receipt.text
    assert seller.available() == 10
    order = clerk.get(f"orders/{order_id}").text
    assert "orphans/1" in order and "Đã nhận ra kiện lạ" in order
    assert ">Kiện lạ</a>" in clerk.get().text
    assert "Đơn A1" in clerk.get("orphans", show="decided").text


def test_a_note_is_preset_only_for_a_parcel_of_that_order(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    take_in(clerk)
    for asked in ("1", "99", "x", "9" * 30):
        assert clerk.form(order_id, orphan=asked)["note"] == ""


def test_an_article_finds_the_returns_that_hold_it(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    take_in(clerk, items=BARCODE)
    assert f"q={BARCODE}" in clerk.get("orphans/1").text
    found = clerk.get("orphans/1", q=BARCODE).text
    assert f'name="order" value="{order_id}"' in found
    assert "“NOTHING”" in clerk.get("orphans/1", q="NOTHING").text


def test_a_code_that_is_told_later_is_shown_as_known(
    seller: Seller, clerk: Visitor
) -> None:
    take_in(clerk, "late7")
    assert "Chưa rõ của ai" in clerk.get("orphans").text
    order_id = seller.order("A7", 1, tracking="LATE7")
    assert "Đã biết của ai" in clerk.get("orphans").text
    page = clerk.get("orphans/1").text
    assert "Đã biết: đơn này có mã đó" in page
    assert f'name="order" value="{order_id}"' in page
    receipt = clerk.get(f"orders/{order_id}/receipt").text
    assert "Có kiện lạ mang mã của đơn này" in receipt and "orphans/1" in receipt


def test_what_is_not_ours_is_handed_back_with_a_reason(
    seller: Seller, clerk: Visitor
) -> None:
    take_in(clerk)
    for reason, sentence in (
        ("", "Hãy ghi rõ vì sao"),
        ("x" * 501, "501"),
        ("a\x07b", "ký tự điều khiển"),
    ):
        answer = decide(clerk, "hand-back", reason=reason)
        assert answer.status_code == 400
        assert sentence in text_of(answer.text) and reason in answer.text
    clerk.follow(decide(clerk, "hand-back", reason="Của shop khác"))
    [orphan] = orphans(seller)
    assert orphan.state == OrphanState.HANDED_BACK
    page = clerk.get("orphans/1").text
    assert "Của shop khác" in page and "lan@example.vn" in page
    assert "hand-back" not in page and "reopen" in page


def test_a_double_click_does_it_once(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    fields = fields_of(clerk.get("orphans/new", code="X").text)
    first, second = clerk.post("orphans", fields), clerk.post("orphans", fields)
    assert first.location == second.location
    conflict = clerk.post("orphans", fields | {"note": "another"})
    assert conflict.status_code == 409 and "another" in conflict.text
    assert len(orphans(seller)) == 1
    key = key_of(clerk)
    match = {"key": key, "order": str(order_id)}
    for _ in range(2):
        assert clerk.post("orphans/1/match", match).status_code == 303
    other = clerk.post("orphans/1/hand-back", {"key": key, "reason": "x"})
    assert other.status_code == 409
    late = decide(clerk, "hand-back", reason="zu spät")
    assert late.status_code == 409 and "Đã có người quyết định" in text_of(late.text)
    [orphan] = orphans(seller)
    assert len(orphan.decisions) == 1


def test_one_parcel_is_not_taken_in_by_two_clerks(
    seller: Seller, clerk: Visitor, visit: Callable[..., Visitor]
) -> None:
    take_in(clerk, "BOX")
    minh = visit("minh@example.vn")
    assert "orphans/1" in minh.get("orphans/new", code="box").text
    answer = take_in(minh, "box", note="hộp thứ hai")
    assert answer.status_code == 409
    assert "orphans/1" in answer.text and "hộp thứ hai" in answer.text
    again = fields_of(answer.text) | {"again": "yes"}
    assert minh.post("orphans", again).status_code == 303
    assert len(orphans(seller)) == 2


WRONG: list[tuple[dict[str, str], str]] = [
    ({"code": "", "note": " "}, "Hãy ghi mã trên nhãn"),
    ({"code": "x" * 101}, "101"),
    ({"contents": "x" * 501}, "501"),
    ({"note": "a\x07"}, "ký tự điều khiển"),
    ({"carrier": "x" * 101}, "101"),
    ({"items": "X × 0"}, "từ 1 đến 9999"),
    ({"items": "X x 99999"}, "từ 1 đến 9999"),
    ({"items": "\n".join(f"C{n}" for n in range(101))}, "100 dòng"),
    ({"warehouse": "NONE"}, "NONE"),
]


def test_what_cannot_be_kept_gets_a_sentence_and_is_not_lost(
    seller: Seller, clerk: Visitor
) -> None:
    for typed, sentence in WRONG:
        answer = take_in(clerk, "C1", **typed)
        assert answer.status_code == 400, typed
        assert sentence in text_of(answer.text), typed
        assert 'aria-invalid="true"' in answer.text
        for name, text in typed.items():
            assert text.strip() in answer.text, name
    assert orphans(seller) == []


def test_a_form_that_is_over_keeps_what_was_typed_or_shows_what_it_kept(
    seller: Seller, clerk: Visitor, visit: Callable[..., Visitor], clock: MovableClock
) -> None:
    fields = fields_of(clerk.get("orphans/new", code="X").text)
    assert clerk.post("orphans", fields).status_code == 303
    other = fields_of(clerk.get("orphans/new", code="Y").text) | {"note": "giữ lại"}
    clock.now += timedelta(hours=13)
    later = visit("lan@example.vn")
    kept = later.post("orphans", fields)
    assert kept.status_code == 303 and kept.location.endswith("/orphans/1")
    lost = later.post("orphans", other)
    assert lost.status_code == 400 and "giữ lại" in lost.text
    assert later.post("orphans", fields_of(lost.text)).status_code == 303
    for deed, typed in (("hand-back", {"reason": "x"}), ("match", {"order": "1"})):
        old = later.post(f"orphans/1/{deed}", {"key": fields["key"], **typed})
        assert old.status_code == 409


def test_a_viewer_looks_and_a_clerk_decides(
    seller: Seller, clerk: Visitor, order_id: int, visit: Callable[..., Visitor]
) -> None:
    take_in(clerk)
    viewer = visit("xem", "viewer")
    page = viewer.get("orphans/1")
    assert page.status_code == 200 and 'method="post"' not in page.text
    assert "orphans/new" not in viewer.get("orphans").text
    assert "orphans/new" not in viewer.get(q="NOTHING").text
    assert viewer.get("orphans/new").status_code == 403
    for path in (
        "orphans",
        "orphans/1/match",
        "orphans/1/hand-back",
        "orphans/1/reopen",
    ):
        assert viewer.post(path, {}).status_code == 403


def test_another_warehouses_parcels_are_not_there(
    seller: Seller, clerk: Visitor, order_id: int, visit: Callable[..., Visitor]
) -> None:
    add_warehouse(seller)
    take_in(clerk)
    stranger = visit("bay", "admin", warehouses=["HANOI"])
    assert "orphans/1" not in stranger.get("orphans").text
    assert ">Kiện lạ</a>" in stranger.get().text
    assert "orphans/1" not in stranger.get(q="LOST1").text
    assert "U000001" not in stranger.get("orphans/new", code="LOST1").text
    assert stranger.get("orphans/1").status_code == 404
    for deed, typed in (("hand-back", {"reason": "x"}), ("match", {"order": "1"})):
        answer = stranger.post(f"orphans/1/{deed}", {"key": key_of(clerk), **typed})
        assert answer.status_code in (404, 409)
        assert "LOST1" not in answer.text
    assert take_in(stranger, "MINE", warehouse="MAIN").status_code == 400
    assert take_in(stranger, "MINE").status_code == 303
    mine, theirs = orphans(seller)
    assert (mine.state, theirs.warehouse_id) == ("open", 2)


def test_another_shops_orders_are_not_offered_and_cannot_be_named(
    seller: Seller, clerk: Visitor, visit: Callable[..., Visitor]
) -> None:
    hidden = seller.order("HIDDEN-1", tracking="SPX1")
    seller.order("B1", shop="two")
    stranger = visit("bay", "clerk", shops=["two"])
    take_in(clerk, "SPX1")
    for page in (
        stranger.get("orphans/1"),
        stranger.get("orphans/1", q="SPX1"),
        stranger.get("orphans/1", q=BARCODE),
        stranger.get("orphans/new", code="SPX1"),
        stranger.get("orphans"),
    ):
        assert page.status_code == 200 and "HIDDEN-1" not in page.text
    assert "Chưa rõ của ai" in stranger.get("orphans").text
    assert decide(stranger, "match", order=str(hidden)).status_code == 404
    [orphan] = orphans(seller)
    assert orphan.state == "open"


def test_who_sees_the_order_sees_its_parcel_and_photos_too(
    seller: Seller, clerk: Visitor, order_id: int, visit: Callable[..., Visitor]
) -> None:
    add_warehouse(seller)
    take_in(clerk)
    key = fields_of(clerk.get("orphans/1").text)["photo_key"]
    data = {"photo_key": key, "photo": (BytesIO(pictures.picture()), "a.jpg")}
    sent = clerk.client.post(clerk.desk + "photos/of/orphan/1", data=data)
    assert sent.status_code == 303 and sent.location.endswith("orphans/1")
    other = visit("bay", "supervisor", warehouses=["HANOI"])
    assert other.get("photos/1.jpg").status_code == 404
    decide(clerk, "match", order=str(order_id))
    assert "photos/1.small.jpg" in other.get(f"orders/{order_id}").text
    assert other.get("photos/1.jpg").status_code == 200
    page = other.get("orphans/1")
    assert page.status_code == 200 and "reopen" not in page.text


def test_odd_requests_are_refused(seller: Seller, clerk: Visitor) -> None:
    take_in(clerk)
    assert clerk.get("orphans/9").status_code == 404
    assert take_in(clerk, "Z", odd="x").status_code == 400
    for order in ("", "x", "-1", "²"):
        assert decide(clerk, "match", order=order).status_code == 400
    assert decide(clerk, "match", order="9" * 16).status_code == 404
    assert decide(clerk, "hand-back", reason="x", odd="x").status_code == 400
    for query in ({"after": "x"}, {"after": "9" * 40}, {"show": XSS}):
        assert clerk.get("orphans", **query).status_code == 200
    [orphan] = orphans(seller)
    assert orphan.state == "open"


@pytest.mark.parametrize("text", [XSS, "'; DROP TABLE orphan; --", "=1+1", "{{7*7}}"])
def test_what_is_typed_is_never_markup_nor_a_statement(
    seller: Seller, clerk: Visitor, text: str
) -> None:
    typed = {"carrier": text, "contents": text, "note": text, "items": text}
    clerk.follow(take_in(clerk, text, **typed))
    pages = [
        clerk.get("orphans").text,
        clerk.get("orphans/1").text,
        clerk.get("orphans/1", q=text).text,
        clerk.get("orphans/new", code=text).text,
        decide(clerk, "hand-back", reason=text * 200).text,
    ]
    for page in pages:
        assert "<img src=x" not in page
        assert text in text_of(page)
    assert len(orphans(seller)) == 1


def test_the_list_goes_on_on_the_next_page(seller: Seller, clerk: Visitor) -> None:
    for n in range(51):
        assert take_in(clerk, f"L{n:03d}").status_code == 303
    page = clerk.get("orphans")
    assert "L049" in page.text and "L050" not in page.text
    assert "after=50" in page.text
    assert "L050" in clerk.get("orphans", after="50").text
