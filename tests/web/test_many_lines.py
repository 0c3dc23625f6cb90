"""A channel may tell each unit in a line of its own; a clerk counts SKUs."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable

import pytest

from stock.reports import Fulfilment
from tests.web.seller import BARCODE, Seller
from tests.web.visitor import (
    Visitor,
    fields_of,
    quantity_field,
    text_of,
    with_quantities,
)

DELIVERED = Fulfilment.DELIVERED
DOZEN = ["MUG"] * 12


@pytest.fixture
def dozen_id(seller: Seller) -> int:
    """An order of twelve mugs in twelve lines, all on their way back."""
    seller.count("MUG", 20)
    return seller.order_units("A1", *DOZEN)


@pytest.fixture
def mixed_id(seller: Seller) -> int:
    """An order of three mugs and two plates, line by line in turn."""
    seller.sell("one", "PLATE", "Đĩa sứ")
    seller.count("PLATE", 5)
    return seller.order_units("A1", "MUG", "PLATE", "MUG", "PLATE", "MUG")


def presets(fields: dict[str, str]) -> list[str]:
    return [value for name, value in fields.items() if name.startswith("good-")]


def fieldset_of(page: str, sku: str) -> str:
    """Return the one fieldset of a page that is about this SKU."""
    told: list[str] = re.findall(r"<fieldset.*?</fieldset>", page, re.DOTALL)
    [found] = [text for text in told if f'<span class="code">{sku}</span>' in text]
    return found


def fill(
    page: str, sku: str, good: int, damaged: int = 0, lost: int = 0
) -> dict[str, str]:
    """Return the fields of one SKU with these quantities."""
    names = fields_of(fieldset_of(page, sku))
    return with_quantities(names, str(good), str(damaged), str(lost))


def found_of(seller: Seller) -> Counter[str]:
    """Return all that was ever booked, over receipts and their lines."""
    found: Counter[str] = Counter()
    for receipt in seller.receipts():
        for line in receipt.lines:
            found.update(good=line.good, damaged=line.damaged, lost=line.lost)
    return found


def test_twelve_lines_of_one_sku_are_one_fieldset_with_the_sum(
    seller: Seller, clerk: Visitor, dozen_id: int
) -> None:
    page = clerk.get(f"orders/{dozen_id}/receipt").text
    assert page.count("<fieldset") == 1
    assert presets(fields_of(page)) == ["12"]
    assert "Chờ về <strong>12</strong>" in text_of(page)
    clerk.follow(clerk.book(dozen_id, fields_of(page)))
    [receipt] = seller.receipts()
    assert [line.good for line in receipt.lines] == [1] * 12
    assert seller.return_states() == {"": "received"}


def test_a_mix_is_spread_over_the_lines_and_none_is_lost_on_the_way(
    seller: Seller, clerk: Visitor, dozen_id: int
) -> None:
    before = seller.available()
    fields = with_quantities(clerk.form(dozen_id), "7", "3", "2")
    page = clerk.follow(clerk.book(dozen_id, fields))
    assert found_of(seller) == {"good": 7, "damaged": 3, "lost": 2}
    assert seller.available() == before + 7
    assert seller.return_states() == {"": "received"}
    assert "7 còn tốt · 3 hư hỏng · 2 mất" in text_of(page.text)
    assert page.text.count('<section class="sku">') == 1


def test_what_is_left_of_a_sku_can_be_booked_later(
    seller: Seller, clerk: Visitor, dozen_id: int
) -> None:
    clerk.book(dozen_id, with_quantities(clerk.form(dozen_id), "4", "1"))
    assert seller.return_states() == {"": "partly_received"}
    rest = clerk.form(dozen_id)
    assert presets(rest) == ["7"]
    clerk.follow(clerk.book(dozen_id, rest))
    assert found_of(seller) == {"good": 11, "damaged": 1, "lost": 0}


def test_one_too_many_is_refused_at_its_sku_and_nothing_is_lost(
    seller: Seller, clerk: Visitor, mixed_id: int
) -> None:
    page = clerk.get(f"orders/{mixed_id}/receipt").text
    fields = fields_of(page) | fill(page, "MUG", 3, 1) | fill(page, "PLATE", 1, 1)
    answer = clerk.book(mixed_id, fields | {"note": "Hộp móp"})
    assert answer.status_code == 409
    assert seller.receipts() == []
    told = text_of(answer.text)
    assert "MUG: bạn nhập 4 nhưng chỉ còn 3 ở ngoài kho" in told
    mugs, plates = (fieldset_of(answer.text, sku) for sku in ("MUG", "PLATE"))
    assert "Nhiều hơn 3 đang ở ngoài kho" in mugs and "autofocus" in mugs
    assert mugs.count("aria-invalid") == 2
    assert 'class="line wrong"' in mugs and 'class="line wrong"' not in plates
    assert "aria-invalid" not in plates
    kept = fields_of(answer.text)
    assert {name: kept[name] for name in fields} == fields | {"note": "Hộp móp"}


def test_the_same_form_twice_is_one_receipt_though_its_lines_are_full_by_then(
    seller: Seller, clerk: Visitor, dozen_id: int
) -> None:
    fields = with_quantities(clerk.form(dozen_id), "5", "1", "1")
    first = clerk.book(dozen_id, fields)
    second = clerk.book(dozen_id, fields)
    assert first.status_code == 303
    assert first.location == second.location
    other = clerk.book(dozen_id, with_quantities(fields, "6", "1"))
    assert other.status_code == 409
    assert "5 còn tốt · 1 hư hỏng · 1 mất" in text_of(other.text)
    assert found_of(seller) == {"good": 5, "damaged": 1, "lost": 1}


def test_clerks_at_once_never_get_in_each_others_way_while_there_is_room(
    seller: Seller, visit: Callable[..., Visitor], dozen_id: int
) -> None:
    clerks = [visit(f"clerk{number}") for number in range(8)]
    forms = [with_quantities(clerk.form(dozen_id), "1") for clerk in clerks]
    answers: list[int] = []
    threads = [
        threading.Thread(
            target=lambda c=clerk, f=form: answers.append(
                c.book(dozen_id, f).status_code
            )
        )
        for clerk, form in zip(clerks, forms, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * 8
    assert presets(clerks[0].form(dozen_id)) == ["4"]


def test_two_skus_are_two_fieldsets_each_with_its_own_sum(
    seller: Seller, clerk: Visitor, mixed_id: int
) -> None:
    page = clerk.get(f"orders/{mixed_id}/receipt").text
    assert presets(fields_of(page)) == ["3", "2"]
    fields = fields_of(page) | fill(page, "MUG", 2, 0, 1) | fill(page, "PLATE", 1, 1)
    clerk.follow(clerk.book(mixed_id, fields))
    assert (seller.available("MUG"), seller.available("PLATE")) == (9, 4)
    assert found_of(seller) == {"good": 3, "damaged": 1, "lost": 1}


def test_a_bundles_units_and_loose_ones_are_counted_together(
    seller: Seller, clerk: Visitor
) -> None:
    seller.sell("one", "PLATE", "Đĩa sứ")
    seller.count("PLATE", 5)
    seller.bundle("one", "SET", {"MUG": 2, "PLATE": 1})
    order_id = seller.order_units("A1", "SET", "MUG", "SET")
    page = clerk.get(f"orders/{order_id}/receipt").text
    assert page.count("<fieldset") == 2
    assert presets(fields_of(page)) == ["5", "2"]
    fields = fields_of(page) | fill(page, "MUG", 4, 1) | fill(page, "PLATE", 2)
    clerk.follow(clerk.book(order_id, fields))
    assert (seller.available("MUG"), seller.available("PLATE")) == (9, 5)
    assert seller.return_states() == {"": "received"}


def test_a_return_of_some_lines_is_settled_by_units_of_their_sku(
    seller: Seller, clerk: Visitor
) -> None:
    order_id = seller.order_units("A1", *DOZEN, fulfilment=DELIVERED, ending=None)
    seller.announce_units("A1", "RMA", "unit-7", "unit-8")
    page = clerk.get(f"orders/{order_id}/receipt").text
    assert presets(fields_of(page)) == ["2"]
    assert "trên 12 ngoài kho" in text_of(page)
    clerk.follow(clerk.book(order_id, fields_of(page)))
    assert seller.return_states() == {"RMA": "received"}


def test_the_return_that_the_clerk_opened_is_settled_first(
    seller: Seller, clerk: Visitor
) -> None:
    order_id = seller.order_units("A1", *DOZEN, fulfilment=DELIVERED, ending=None)
    seller.announce_units("A1", "RMA-1", "unit-3")
    opened = seller.announce_units("A1", "RMA-2", "unit-9")
    fields = clerk.form(order_id, **{"return": str(opened)})
    assert presets(fields) == ["1"]
    clerk.follow(clerk.book(order_id, fields))
    assert seller.return_states() == {"RMA-1": "awaiting", "RMA-2": "received"}


def test_more_than_the_opened_return_goes_to_the_others_before_the_rest(
    seller: Seller, clerk: Visitor
) -> None:
    order_id = seller.order_units("A1", *DOZEN, fulfilment=DELIVERED, ending=None)
    seller.announce_units("A1", "RMA-1", "unit-3")
    opened = seller.announce_units("A1", "RMA-2", "unit-9")
    fields = clerk.form(order_id, **{"return": str(opened)})
    clerk.follow(clerk.book(order_id, with_quantities(fields, "1", "1")))
    assert set(seller.return_states().values()) == {"received"}


def test_units_that_two_warehouses_packed_are_counted_apart(
    seller: Seller, clerk: Visitor
) -> None:
    seller.order_units("A1", "MUG", "MUG")
    seller.pack_in("one", "HN")
    order_id = seller.order_units("A1", "MUG", "MUG", "MUG")
    page = clerk.get(f"orders/{order_id}/receipt").text
    assert page.count("<fieldset") == 2
    assert "đóng gói tại kho MAIN" in page and "đóng gói tại kho HN" in page
    fields = fields_of(page)
    assert presets(fields) == ["2", "1"]
    _, of_hanoi = [name for name in fields if name.startswith("good-")]
    refused = clerk.book(order_id, fields | {of_hanoi: "2"})
    assert refused.status_code == 409
    assert "MUG: bạn nhập 2 nhưng chỉ còn 1 ở ngoài kho" in text_of(refused.text)
    clerk.follow(clerk.book(order_id, fields))
    assert found_of(seller)["good"] == 3


def test_scanning_counts_a_sku_over_all_its_lines(
    seller: Seller, clerk: Visitor, mixed_id: int
) -> None:
    fields = fields_of(
        clerk.book(mixed_id, clerk.form(mixed_id) | {"do": "reset"}).text
    )
    assert presets(fields) == ["0", "0"]
    for code in (BARCODE, "PLATE", "mug", BARCODE):
        page = clerk.book(mixed_id, fields | {"scan": code})
        fields = fields_of(page.text)
    assert presets(fields) == ["3", "1"]
    assert "MUG: 3 còn tốt" in text_of(page.text)
    full = clerk.book(mixed_id, fields | {"scan": "mug"})
    assert "đã đếm đủ" in text_of(full.text)


def test_what_cannot_be_read_is_said_beside_its_sku(
    seller: Seller, clerk: Visitor, mixed_id: int
) -> None:
    fields = clerk.form(mixed_id)
    _, of_plates = [name for name in fields if name.startswith("good-")]
    answer = clerk.book(mixed_id, fields | {of_plates: "hai"})
    assert answer.status_code == 400
    assert "“hai” không phải là số lượng" in fieldset_of(answer.text, "PLATE")
    assert "không phải là số lượng" not in fieldset_of(answer.text, "MUG")
    assert presets(fields_of(answer.text)) == ["3", "hai"]


def test_a_sku_of_another_order_is_refused(
    seller: Seller, clerk: Visitor, dozen_id: int
) -> None:
    seller.sell("one", "PLATE", "Đĩa sứ")
    other_id = seller.order("A2", sku="PLATE")
    foreign = quantity_field(clerk.form(other_id), "good")
    answer = clerk.book(dozen_id, clerk.form(dozen_id) | {foreign: "1"})
    assert answer.status_code == 400
    assert seller.receipts() == []


def test_the_order_page_and_the_lists_show_a_sku_once(
    seller: Seller, clerk: Visitor, dozen_id: int
) -> None:
    assert clerk.get().text.count('<span class="times">12&nbsp;×</span>') == 1
    clerk.book(dozen_id, with_quantities(clerk.form(dozen_id), "7", "1"))
    page = text_of(clerk.get(f"orders/{dozen_id}").text)
    assert page.count('<th scope="row">') == 1
    assert re.findall(r'data-title="[^"]+">(\d+)<', page) == [
        *("12", "0", "4", "7", "1", "0")
    ]
    assert "7 còn tốt · 1 hư hỏng" in page
    assert page.count("Đã về 8 trên 12") == 1


def test_units_that_wait_for_a_decision_are_summed_too(
    seller: Seller, clerk: Visitor
) -> None:
    order_id = seller.order_units("W1", "MUG", "MUG", fulfilment=None)
    for path in ("waiting", f"orders/{order_id}"):
        assert clerk.get(path).text.count('<span class="times">2&nbsp;×</span>') == 1
