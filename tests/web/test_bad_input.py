"""What cannot be booked is named in the reader's language, and nothing is lost."""

from __future__ import annotations

import pytest
from flask import Flask

from daemon.links import issue_token
from daemon.settings import Settings
from tests.web.seller import NOW, Seller
from tests.web.sheet_desk import SheetDesk
from tests.web.visitor import (
    Visitor,
    fields_of,
    quantity_field,
    tells,
    text_of,
    with_quantities,
)


@pytest.mark.parametrize(
    "given",
    ["１２", "-1", "1.5", "1,5", "+1", "1e3", "٣", "9" * 30, "1_0", "<b>", "0x1"],
)
def test_a_quantity_that_is_no_number_is_named_and_kept(
    seller: Seller, clerk: Visitor, order_id: int, given: str
) -> None:
    answer = clerk.book(
        order_id, with_quantities(clerk.form(order_id), given) | {"note": "Hộp móp"}
    )
    assert answer.status_code == 400
    assert f"“{given}” không phải là số lượng" in text_of(answer.text)
    kept = fields_of(answer.text)
    assert kept[quantity_field(kept, "good")] == given
    assert kept["note"] == "Hộp móp"
    assert seller.receipts() == []


def test_a_missing_quantity_asks_for_a_zero(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    answer = clerk.book(order_id, with_quantities(clerk.form(order_id), "1", ""))
    assert answer.status_code == 400
    assert "Không có thì ghi 0" in answer.text


def test_more_than_is_out_is_refused_with_the_numbers(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    answer = clerk.book(order_id, with_quantities(clerk.form(order_id), "3", "1"))
    assert answer.status_code == 409
    assert "MUG: bạn nhập 4 nhưng chỉ còn 3 ở ngoài kho" in text_of(answer.text)
    assert seller.receipts() == []


def test_nothing_but_zeros_is_refused(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    answer = clerk.book(order_id, with_quantities(clerk.form(order_id), "0"))
    assert answer.status_code == 400
    assert "không có gì để ghi" in answer.text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"note": "x" * 501}, "Ghi chú có 501 ký tự"),
        ({"note": "a\x00b"}, "ký tự điều khiển"),
        ({"warehouse": "NOWHERE"}, "Không có kho “NOWHERE”"),
        ({"warehouse": "\x00"}, "Không có kho"),
    ],
)
def test_a_field_that_cannot_be_stored_is_named(
    seller: Seller,
    clerk: Visitor,
    order_id: int,
    change: dict[str, str],
    sentence: str,
) -> None:
    answer = clerk.book(order_id, clerk.form(order_id) | change)
    assert answer.status_code == 400
    assert sentence in text_of(answer.text)
    assert seller.receipts() == []


@pytest.mark.parametrize(
    "note", ["e\u0301 é", "\u202eabc", "a\u200bb", "😀", "Cốc vỡ <b>", "'; DROP --"]
)
def test_a_note_is_stored_as_it_was_typed(
    seller: Seller, clerk: Visitor, order_id: int, note: str
) -> None:
    clerk.follow(clerk.book(order_id, clerk.form(order_id) | {"note": note}))
    assert seller.receipts()[0].note == note


@pytest.mark.parametrize("extra", [{"actor": "boss"}, {"good-999": "1"}])
def test_a_field_that_the_form_does_not_have_is_refused(
    seller: Seller, clerk: Visitor, order_id: int, extra: dict[str, str]
) -> None:
    assert clerk.book(order_id, clerk.form(order_id) | extra).status_code == 400
    assert seller.receipts() == []


def test_a_field_that_comes_twice_is_refused(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    fields = clerk.form(order_id)
    twice: dict[str, str | list[str]] = {**fields, "warehouse": ["MAIN", "MAIN"]}
    answer = clerk.client.post(f"{clerk.desk}orders/{order_id}/receipt", data=twice)
    assert answer.status_code == 400
    assert seller.receipts() == []


@pytest.mark.parametrize(
    "path",
    ["?q=A1&q=A2", "?shop=one&shop=two", "?lang=vi&lang=en", "stock?q=MUG&q=MUG"],
)
def test_an_address_that_says_something_twice_is_refused(
    seller: Seller, clerk: Visitor, path: str
) -> None:
    answer = clerk.client.get(clerk.desk + path)
    assert answer.status_code == 400 and "Location" not in answer.headers


def test_a_launch_that_says_something_twice_is_not_used_up(
    app: Flask, settings: Settings, seller: Seller
) -> None:
    client = app.test_client(use_cookies=False)
    token = issue_token(settings, "lan", "clerk", NOW)
    twice = f"/open?token={token}&q=A1&q=A2"
    assert client.get(twice).status_code == 400
    assert client.get(f"/open?token={token}").status_code == 303


def test_a_sheet_is_asked_about_several_codes(seller: Seller, clerk: Visitor) -> None:
    desk = SheetDesk(clerk)
    page = clerk.client.get(f"{clerk.desk}{desk.path}?code=X1&code=X2").text
    assert tells(page, "X1") and tells(page, "X2")
