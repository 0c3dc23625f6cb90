"""Counting one article from its stock card."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.conftest import RecordingBell
from tests.web.seller import Seller
from tests.web.visitor import Visitor, fields_of, text_of


@pytest.fixture
def supervisor(visit: Callable[..., Visitor], seller: Seller) -> Visitor:
    return visit("minh@example.vn", "supervisor")


def count_form(person: Visitor, counted: str = "") -> dict[str, str]:
    page = person.get("counts/new", sku="MUG")
    assert page.status_code == 200, page.text
    fields = fields_of(page.text)
    (field,) = [name for name in fields if name.startswith("count-")]
    return fields | {field: counted}


def test_what_was_counted_is_free_to_sell_and_on_paper(
    supervisor: Visitor, seller: Seller, bell: RecordingBell
) -> None:
    assert "counts/new?sku=MUG" in supervisor.get("stock/MUG").text
    answer = supervisor.post("counts", count_form(supervisor, "8"))
    page = text_of(supervisor.follow(answer).text)

    assert seller.available() == 8
    assert "minh@example.vn" in page and "−2" in page
    assert set(bell.rung) == {"one", "two"}


def test_a_double_click_counts_once(supervisor: Visitor, seller: Seller) -> None:
    fields = count_form(supervisor, "8")
    first = supervisor.post("counts", fields)
    seller.order("A1", 3)
    again = supervisor.post("counts", fields)

    assert again.status_code == 303 and again.location == first.location
    assert seller.available() == 5


def test_a_count_never_overwrites_what_happened_meanwhile(
    supervisor: Visitor, seller: Seller
) -> None:
    fields = count_form(supervisor, "10")
    seller.order("A1", 3)
    answer = supervisor.post("counts", fields)

    assert answer.status_code == 409
    assert "Tồn kho đã thay đổi từ lúc mở trang" in text_of(answer.text)
    assert 'value="10"' in answer.text, "what was typed is still there"
    assert seller.available() == 7


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Hãy nhập số lượng đã đếm."),
        ("-1", "Hãy nhập số nguyên bằng chữ số."),
        ("1.5", "Hãy nhập số nguyên bằng chữ số."),
        ("１２", "Hãy nhập số nguyên bằng chữ số."),
    ],
)
def test_a_number_that_is_none_is_named(
    supervisor: Visitor, seller: Seller, typed: str, sentence: str
) -> None:
    answer = supervisor.post("counts", count_form(supervisor, typed))

    assert answer.status_code == 400
    assert sentence in text_of(answer.text)
    assert seller.available() == 10


def test_a_warehouse_that_is_not_ones_own_is_refused(
    supervisor: Visitor, seller: Seller
) -> None:
    answer = supervisor.post(
        "counts", count_form(supervisor, "8") | {"count-99": "1", "seen-99": "0"}
    )

    assert answer.status_code == 400
    assert seller.available() == 10


@pytest.mark.parametrize("role", ["viewer", "clerk"])
def test_others_may_not_count(
    visit: Callable[..., Visitor], seller: Seller, role: str
) -> None:
    other = visit("lan@example.vn", role)

    assert "counts/new" not in other.get("stock/MUG").text
    assert other.get("counts/new", sku="MUG").status_code == 403


def test_an_article_that_is_not_there_cannot_be_counted(supervisor: Visitor) -> None:
    assert supervisor.get("counts/new", sku="NOTHING").status_code == 404
