"""The board as a file: all that the filter shows, and nothing that computes."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest
from werkzeug.test import TestResponse

from stock.reports import Fulfilment
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor
from web import board_file
from web.spreadsheet import plain_cell


def rows_of(answer: TestResponse) -> list[dict[str, str]]:
    """Return the rows of a file by their titles."""
    assert answer.status_code == 200
    text = answer.data.decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def test_the_file_opens_right_in_a_spreadsheet(seller: Seller, clerk: Visitor) -> None:
    seller.order("A1", 2, tracking="T1", note="GHN")
    answer = clerk.get("board.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    name = 'attachment; filename="returns-2026-11-22.csv"'
    assert answer.headers["Content-Disposition"] == name
    assert answer.headers["Cache-Control"] == "no-store"
    (row,) = rows_of(answer)
    assert row == {
        "Đơn hàng": "A1",
        "Mã hoàn hàng": "",
        "Kênh bán": "Shopee",
        "Gian hàng": "one",
        "Đơn vị vận chuyển": "GHN",
        "Vận đơn": "T1",
        "Hàng": "2 × MUG",
        "Số lượng": "2",
        "Giá trị hàng chờ hoàn": "198000",
        "Loại tiền": "VND",
        "Từ lúc": "2026-11-16 16:00",
        "Số ngày đã chờ": "6",
        "Hạn khiếu nại": "2026-12-01 16:00",
        "Số ngày còn lại": "9",
        "Hạn do đâu": "ước tính",
        "Trạng thái": "Chờ hàng về",
        "Nguyên nhân": "Hủy hoặc không giao được",
    }


def test_the_file_speaks_english_on_request(seller: Seller, clerk: Visitor) -> None:
    seller.order("A1", fulfilment=Fulfilment.DELIVERED, ending=None)
    seller.announce_return("A1", claim_before=NOW)
    (row,) = rows_of(clerk.get("board.csv", lang="en"))
    assert row["Value at risk"] == "99000"
    assert (row["Return number"], row["Deadline told by"]) == ("RMA-A1", "the channel")
    assert row["Days left"] == "0"


def test_the_file_holds_all_pages_of_exactly_the_filter(
    seller: Seller, clerk: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_file, "SLICE_ROWS", 4)
    for number in range(10):
        carrier = ("GHN", "SPX")[number % 2]
        seller.order(f"A{number}", number % 3 + 1, tracking=f"T{number}", note=carrier)
    query = {"carrier": "GHN", "value": "100000", "sort": "value"}
    rows = rows_of(clerk.get("board.csv", lang="en", **query))
    assert [row["Order"] for row in rows] == ["A8", "A2", "A4"]
    for query in ({}, {"sort": "-age"}, {"sort": "carrier"}, {"q": "MUG"}):
        rows = rows_of(clerk.get("board.csv", lang="en", **query))
        shown = clerk.get(**query).text
        places = [shown.index(f">{row['Order']}<") for row in rows]
        assert len(rows) == 10
        assert places == sorted(places)


def test_an_empty_filter_gives_the_titles_alone(seller: Seller, clerk: Visitor) -> None:
    seller.order("A1")
    assert rows_of(clerk.get("board.csv", carrier="none")) == []


def test_what_others_wrote_is_never_computed(seller: Seller, clerk: Visitor) -> None:
    formula = '=HYPERLINK("http://x.example","x")'
    seller.order(formula, tracking="@T", note="-2+3")
    (row,) = rows_of(clerk.get("board.csv", lang="en"))
    assert row["Order"] == f"'{formula}"
    assert row["Tracking"] == "'@T"
    assert row["Carrier"] == "'-2+3"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+84", "'+84"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("\r\nx", "'\r\nx"),
        ("2611140KX8F2QM", "2611140KX8F2QM"),
        ("260123456789012", "260123456789012"),
        ("2601234567890123", "'2601234567890123"),
        ("00123", "'00123"),
        ("12E5", "'12E5"),
        ("1-2", "'1-2"),
        ("Cốc sứ", "Cốc sứ"),
        ("", ""),
        (-5, "-5"),
        (Decimal("1.98E+5"), "198000"),
    ],
)
def test_a_cell_shows_what_was_meant(value: str | int | Decimal, cell: str) -> None:
    assert plain_cell(value) == cell


def test_a_session_is_needed(seller: Seller, clerk: Visitor) -> None:
    assert clerk.client.get("/desk/x/board.csv").status_code == 403
