"""Claims on the page: opened, brought on, and marked when goods come."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from stock.models import Claim, ExpectedReturn
from stock.session import Database
from tests.web.claims_desk import claims_of, opened, plain, state_of, step
from tests.web.conftest import MovableClock
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor, fields_of, text_of, with_quantities

MANY = "1" * 300


@pytest.fixture
def minh(visit: Callable[..., Visitor]) -> Visitor:
    """A supervisor, who may claim."""
    return visit("minh@example.vn", "supervisor")


def test_a_claim_is_preset_to_all_that_is_away(order_id: int, minh: Visitor) -> None:
    page = minh.get(f"orders/{order_id}/claim", lang="en")
    fields = fields_of(page.text)
    assert (fields["units"], fields["amount"]) == ("3", "297000")
    assert fields["currency"] == "VND"
    assert "Claim by 1 Dec 2026" in text_of(page.text)
    claim = opened(minh, order_id)
    text = text_of(minh.get(claim, lang="en").text)
    assert "Claim C000001" in text and "Draft" in text and "₫297,000" in text


def test_the_board_shows_a_claim_and_filters_by_it(
    order_id: int, seller: Seller, minh: Visitor
) -> None:
    seller.order("A2", 1)
    assert minh.get().text.count("/claim?") == 2
    claim = opened(minh, order_id)
    board = minh.get(lang="en")
    assert board.text.count("/claim?") == 1
    assert "Claim: draft" in board.text and claim in board.text
    for wanted, orders in [
        ("none", ["A2"]),
        ("live", ["A1"]),
        ("draft", ["A1"]),
        ("sent", []),
        ("paid", []),
    ]:
        page = minh.get(claim=wanted)
        assert re.findall(r"stretched[^>]*>([^<]+)<", page.text) == orders, wanted
        assert "chips" in page.text
    step(minh, claim, "withdrawn")
    page = minh.get(claim="none")
    assert re.findall(r"stretched[^>]*>([^<]+)<", page.text) == ["A1", "A2"]
    assert minh.get(claim="x").status_code == 400


def test_the_tab_says_how_many_claims_are_under_way(
    order_id: int, minh: Visitor, clerk: Visitor
) -> None:
    tab = re.compile(r'Khiếu nại <span class="count">(\d+)')
    assert tab.search(clerk.get().text) is None
    opened(minh, order_id)
    for page in ("", "waiting", "claims"):
        found = tab.search(clerk.get(page).text)
        assert found is not None and found[1] == "1"


def test_a_claim_goes_through_its_steps_by_name(
    order_id: int, minh: Visitor, database: Database, clock: MovableClock
) -> None:
    claim = opened(minh, order_id)
    assert step(minh, claim, "sent", case_number="CASE-7").status_code == 303
    clock.now = NOW + timedelta(hours=1)
    answer = step(minh, claim, "paid", paid_amount="250.000", note="June settlement")
    assert answer.status_code == 303
    text = text_of(minh.get(claim, lang="en").text)
    assert "CASE-7" in text and "June settlement" in text
    assert "Paid: ₫250,000" in text and "minh@example.vn" in text
    assert state_of(database) == "paid"


def test_only_who_may_claim_does(order_id: int, minh: Visitor, clerk: Visitor) -> None:
    claim = opened(minh, order_id)
    page = clerk.get(claim)
    assert page.status_code == 200 and f"{claim}/" not in page.text
    assert "/claim?" not in clerk.get().text
    refused = [
        clerk.get(f"orders/{order_id}/claim"),
        clerk.post(f"orders/{order_id}/claim", {}),
        clerk.post(f"{claim}/step", {"to": "sent"}),
        clerk.post(f"{claim}/changes", {}),
        clerk.post(f"{claim}/keep", {}),
        clerk.post(f"{claim}/pack", {}),
    ]
    assert [answer.status_code for answer in refused] == [403] * 6


TROUBLES = [
    ("units", "x", "“x” is not a number of units"),
    ("units", "0", "A claim is about one unit at least"),
    ("units", "4", "4 units cannot be claimed for: 3 are missing or spoilt"),
    ("amount", "much", "“much” is not an amount"),
    ("amount", "0", "The amount must be more than zero"),
    ("currency", "XX", "“XX” is no currency"),
    ("case_number", MANY, "A case number has 100 characters at most"),
    ("note", "x" * 1001, "The note has 1001 characters, 1000 is the most"),
    ("note", "a\x07", "The note has invisible control characters"),
]


def test_what_cannot_be_used_is_said_and_nothing_typed_is_lost(
    order_id: int, minh: Visitor
) -> None:
    path = f"orders/{order_id}/claim"
    form = fields_of(minh.get(path).text) | {"note": "box was torn"}
    for name, typed, sentence in TROUBLES:
        answer = minh.post(f"{path}?lang=en", form | {name: typed})
        assert answer.status_code in (400, 409)
        assert sentence in text_of(answer.text)
        assert 'aria-invalid="true"' in answer.text or answer.status_code == 409
        kept = fields_of(answer.text)
        assert kept[name] == typed
        assert kept["note"] == typed if name == "note" else "box was torn"
    assert claims_of(minh.get("claims", state="all")) == []
    again = minh.post(path, kept | {"note": "box was torn"})
    assert again.status_code == 303


def test_a_step_that_lacks_its_amount_keeps_what_was_typed(
    order_id: int, minh: Visitor, database: Database
) -> None:
    claim = opened(minh, order_id)
    step(minh, claim, "sent")
    answer = step(minh, claim, "paid", paid_amount="lots", note="by bank")
    assert answer.status_code == 400
    assert "“lots” không phải số tiền" in text_of(answer.text)
    assert "by bank" in answer.text and "<details open>" in answer.text
    assert state_of(database) == "sent"


def test_a_double_click_does_it_once(
    order_id: int, minh: Visitor, database: Database
) -> None:
    path = f"orders/{order_id}/claim"
    form = fields_of(minh.get(path).text)
    first, second = minh.post(path, form), minh.post(path, form)
    assert first.location == second.location
    fields = fields_of(minh.get("claims/1").text)
    sent = {"key": fields["key"], "version": fields["version"], "to": "sent"}
    answers = [minh.post("claims/1/step", sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    with database.read() as session:
        assert len(session.get_one(Claim, 1).events) == 2


def test_two_people_do_not_overrule_each_other(
    order_id: int, minh: Visitor, visit: Callable[..., Visitor], database: Database
) -> None:
    claim = opened(minh, order_id)
    hoa = visit("hoa@example.vn", "admin")
    seen = fields_of(hoa.get(claim).text)
    step(minh, claim, "sent")
    keys = {name: seen[name] for name in ("key", "version")}
    answer = hoa.post(f"{claim}/step?lang=en", {**keys, "to": "withdrawn"})
    assert answer.status_code == 409
    assert "The claim was changed since this page was made" in text_of(answer.text)
    assert state_of(database) == "sent"


def test_a_form_of_yesterday_changes_nothing(
    order_id: int, minh: Visitor, visit: Callable[..., Visitor], clock: MovableClock
) -> None:
    path = f"orders/{order_id}/claim"
    form = fields_of(minh.get(path).text) | {"note": "box was torn"}
    clock.now = NOW + timedelta(hours=13)
    late = visit("minh@example.vn", "supervisor")
    answer = late.post(path, form)
    assert answer.status_code == 400 and "box was torn" in answer.text
    assert claims_of(late.get("claims")) == []
    assert late.post(path, fields_of(answer.text)).status_code == 303


def test_a_second_claim_about_the_same_leads_to_the_first(
    order_id: int, minh: Visitor
) -> None:
    path = f"orders/{order_id}/claim"
    form = fields_of(minh.get(path).text)
    claim = opened(minh, order_id)
    assert minh.post(path, form).location.endswith(claim)
    assert minh.get(path).location.endswith(claim)


def test_what_a_live_claim_says_can_be_changed(order_id: int, minh: Visitor) -> None:
    claim = opened(minh, order_id)
    fields = fields_of(minh.get(claim).text)
    changed = {
        name: fields[name] for name in ("key", "version", "units", "currency", "note")
    } | {"amount": "100000", "case_number": "K-1"}
    assert minh.post(f"{claim}/changes", changed).status_code == 303
    text = text_of(minh.get(claim, lang="en").text)
    assert "₫100,000" in text and "Case number: – → K-1" in text


def test_goods_that_come_are_shown_and_the_claim_withdrawn_or_kept(
    order_id: int, minh: Visitor, clerk: Visitor, database: Database
) -> None:
    claim = opened(minh, order_id)
    clerk.book(order_id, with_quantities(clerk.form(order_id), "1"))
    page = minh.get(claim, lang="en").text
    assert "1 unit came since this claim was opened" in text_of(page)
    assert "R000001" in page
    assert claims_of(minh.get("claims", state="came")) == ["C000001"]
    fields = fields_of(page)
    kept = minh.post(f"{claim}/keep", {k: fields[k] for k in ("key", "version")})
    assert kept.status_code == 303
    assert "came since" not in minh.get(claim, lang="en").text
    assert claims_of(minh.get("claims", state="came")) == []
    assert state_of(database) == "draft"


def test_damaged_units_are_claimed_from_the_page_of_the_order(
    order_id: int, minh: Visitor, clerk: Visitor
) -> None:
    clerk.book(order_id, with_quantities(clerk.form(order_id), "1", "1"))
    assert f"orders/{order_id}/claim" in minh.get(f"orders/{order_id}").text
    assert f"orders/{order_id}/claim" not in clerk.get(f"orders/{order_id}").text
    choices = minh.get(f"orders/{order_id}/claim", lang="en")
    assert "What is the claim about?" in choices.text
    links = re.findall(r'class="button" href="[^"]*(claim\?[^"]*)"', choices.text)
    assert len(links) == 2
    damaged = next(link for link in links if "damaged" in link).replace("&amp;", "&")
    url = f"{minh.desk}orders/{order_id}/{damaged}"
    answer = minh.client.post(url, data=fields_of(minh.client.get(url).text))
    assert answer.status_code == 303
    shown = plain(minh.get(f"orders/{order_id}", lang="en"))
    assert "C000001 Draft Came back damaged ₫99,000" in shown


def test_the_receipt_form_leads_to_what_was_lost(order_id: int, clerk: Visitor) -> None:
    assert "/found" not in clerk.get(f"orders/{order_id}/receipt").text
    clerk.book(order_id, with_quantities(clerk.form(order_id), "1", "0", "1"))
    page = clerk.get(f"orders/{order_id}/receipt").text
    assert f"orders/{order_id}/found" in page


def test_a_written_off_return_keeps_its_claim(
    order_id: int, minh: Visitor, clerk: Visitor, database: Database
) -> None:
    claim = opened(minh, order_id)
    clerk.book(order_id, with_quantities(clerk.form(order_id), "0", "0", "3"))
    with database.read() as session:
        assert session.get_one(ExpectedReturn, 1).state == "written_off"
    assert "came since" not in minh.get(claim, lang="en").text
    assert step(minh, claim, "sent").status_code == 303
