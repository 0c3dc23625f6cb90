"""The list of claims: filtered in the address, added up, and as a file."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from stock.session import Database
from tests.stock.plans import watched
from tests.web.claims_desk import claims_of, opened, plain, step
from tests.web.seller import Seller
from tests.web.visitor import Visitor, fields_of, text_of
from web.claims import lists


@pytest.fixture
def minh(visit: Callable[..., Visitor]) -> Visitor:
    """A supervisor, who may claim."""
    return visit("minh@example.vn", "supervisor")


def test_the_list_is_filtered_and_added_up(
    order_id: int, seller: Seller, minh: Visitor
) -> None:
    seller.change_shop("two", channel="lazada")
    second = seller.order("A2", 1, shop="two")
    opened(minh, order_id)
    claim = opened(minh, second, amount="50000")
    step(minh, claim, "sent")
    for query, found in [
        ({}, ["C000002", "C000001"]),
        ({"state": "draft"}, ["C000001"]),
        ({"state": "sent"}, ["C000002"]),
        ({"state": "paid"}, []),
        ({"channel": "lazada"}, ["C000002"]),
        ({"shop": "one"}, ["C000001"]),
        ({"shop": "one", "channel": "lazada"}, []),
    ]:
        assert claims_of(minh.get("claims", **query)) == found, query
    page = plain(minh.get("claims", lang="en"))
    assert "Draft 1 ₫297,000 –" in page and "Sent 1 ₫50,000 –" in page
    step(minh, claim, "paid", paid_amount="45000")
    assert claims_of(minh.get("claims")) == ["C000001"]
    page = plain(minh.get("claims", state="all", lang="en"))
    assert "Paid 1 ₫50,000 ₫45,000" in page
    wrong = minh.get("claims", state="x", shop="three")
    assert wrong.status_code == 400
    assert text_of(wrong.text).count("không có trong danh sách này") == 2


def test_the_list_goes_on_from_page_to_page(
    seller: Seller, minh: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE_ROWS", 2)
    monkeypatch.setattr(lists, "SLICE_ROWS", 2)
    for number in range(5):
        opened(minh, seller.order(f"A{number}", 1))
    seen: list[str] = []
    before: dict[str, str] = {}
    while True:
        page = minh.get("claims", **before)
        seen += claims_of(page)
        found = re.search(r"claims\?before=(\d+)", page.text)
        if found is None:
            break
        before = {"before": found[1]}
    assert seen == [f"C{n:06d}" for n in range(5, 0, -1)]
    assert [row["Mã"] for row in csv_of(minh.get("claims.csv"), "Mã")] == seen


def csv_of(answer: TestResponse, first: str) -> list[dict[str, str]]:
    """Return the rows of a file by their titles, the first title given another."""
    assert answer.status_code == 200
    lines = answer.data.decode("utf-8-sig").splitlines()
    titles = next(csv.reader(lines[:1]))
    return list(csv.DictReader(lines[1:], fieldnames=[first, *titles[1:]]))


def test_the_file_never_computes_what_others_wrote(
    order_id: int, minh: Visitor
) -> None:
    opened(minh, order_id, note="=1+1", case_number="@x", amount="49.90")
    (row,) = csv_of(minh.get("claims.csv", lang="en"), "Claim")
    assert row["What happened"] == "'=1+1" and row["Case number"] == "'@x"
    assert (row["Claim"], row["Amount"], row["Paid"]) == ("C000001", "49.9", "")
    assert row["Claim deadline"] == "2026-12-01 16:00"
    assert minh.get("claims.csv", state="x").status_code == 303


def test_a_stranger_to_the_shop_finds_no_claim_of_it(
    order_id: int, minh: Visitor, visit: Callable[..., Visitor]
) -> None:
    claim = opened(minh, order_id)
    stranger = visit("an@example.vn", "supervisor", shops=["two"])
    fields = fields_of(minh.get(claim).text)
    keys = {"key": fields["key"], "version": "1"}
    missing = [
        stranger.get(claim),
        stranger.get(f"orders/{order_id}/claim"),
        stranger.post(f"{claim}/step", {**keys, "to": "sent"}),
        stranger.post(f"{claim}/pack", {"key": fields["key"]}),
    ]
    assert [answer.status_code for answer in missing] == [404] * 4
    assert claims_of(stranger.get("claims", state="all")) == []
    assert "A1" not in stranger.get("claims.csv", state="all").text
    assert claims_of(stranger.get("claims", shop="one")) == []


def test_odd_characters_never_break_the_list(order_id: int, minh: Visitor) -> None:
    for name in ("state", "channel", "shop", "before"):
        for text in ("\x00", "A\x00\u202e", "\U0001f600" * 200, "'; --", "１２"):
            assert minh.get("claims", **{name: text}).status_code < 500
            assert minh.get("claims.csv", **{name: text}).status_code < 500
    assert minh.get("claims/99999999999").status_code == 404


def test_a_page_of_claims_takes_as_many_statements_however_many_there_are(
    seller: Seller, minh: Visitor, database: Database
) -> None:
    def statements() -> int:
        with watched(database) as seen:
            assert minh.get("claims").status_code == 200
        return len(seen)

    opened(minh, seller.order("A1", 1))
    few = statements()
    for number in range(12):
        opened(minh, seller.order(f"B{number}", 1, shop=("one", "two")[number % 2]))
    assert statements() == few
