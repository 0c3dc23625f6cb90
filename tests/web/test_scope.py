"""Who is bound to a shop or a warehouse: numbers, shared articles, where to book."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stock import levels, orphans, people, stocktakes
from stock.models import Listing, ListingComponent, Order, Role
from stock.orphans import OrphanReport
from stock.session import Database
from stock.stocktakes import Counted
from tests.web.ledger import deliver
from tests.web.seller import COUNTED_AT, NOW, Seller
from tests.web.visitor import Visitor, quantity_field, tells, text_of, with_quantities

Visit = Callable[..., Visitor]


@pytest.fixture
def both(seller: Seller) -> Seller:
    """Two shops that sell the same cup; the second one packs in a house of its own."""
    seller.order("A1", 1, shop="one", tracking="SPXA")
    seller.pack_in("two", "HANOI")
    seller.order("B1", 2, shop="two", tracking="SPXB", note="Bưu điện B")
    return seller


def test_lists_counts_and_sums_are_of_the_persons_shops(
    both: Seller, visit: Visit
) -> None:
    both.order("A2", shop="one", fulfilment=None)
    both.order("B2", shop="two", fulfilment=None)
    one, two, all_ = visit(shops=["one"]), visit(shops=["two"]), visit()
    for visitor, own, other in ((one, "A", "B"), (two, "B", "A")):
        for path in ("", "waiting", "board.csv", "drift"):
            page = visitor.get(path).text
            assert not tells(page, f"{other}1"), path
            assert not tells(page, f"{other}2"), path
        assert (
            f"{own}1" in visitor.get().text and f"{own}2" in visitor.get("waiting").text
        )
    assert "99.000" in one.get().text and "297.000" not in one.get().text
    assert "198.000" in two.get().text and "297.000" in all_.get().text
    assert "Bưu điện B" not in one.get().text and "Bưu điện B" in two.get().text


def test_a_person_of_no_shop_sees_nothing_and_no_error(
    both: Seller, visit: Visit, database: Database
) -> None:
    with database.write() as session:
        people.add_person(
            session,
            name="lan",
            role=Role.CLERK,
            actor="minh",
            now=NOW,
            shop_ids=[],
            warehouse_ids=[],
        )
    lan = visit("lan")
    for path in (
        "",
        "waiting",
        "board.csv",
        "drift",
        "stock",
        "?sort=claim",
        "?sort=value",
    ):
        answer = lan.client.get(lan.desk + path)
        assert answer.status_code == 200, path
        for word in ("A1", "B1", "MUG", "one"):
            assert f">{word}<" not in answer.text
    assert lan.get("stock/MUG").status_code == 404


def test_a_search_finds_nothing_of_another_shop(both: Seller, visit: Visit) -> None:
    one = visit(shops=["one"])
    assert one.get(q="SPXA").status_code == 303
    for number in ("SPXB", "B1"):
        answer = one.get(q=number)
        assert answer.status_code == 200 and not tells(answer.text, "two")
    # The cup is both shops': only the first one's parcel is meant.
    assert one.get(q="MUG").location.endswith("/orders/1/receipt")
    assert visit().get(q="MUG").status_code == 200


def test_a_shared_article_is_shown_without_the_other_shops_papers(
    both: Seller, visit: Visit, database: Database
) -> None:
    boss = visit("boss-of-two", "supervisor", shops=["two"])
    order_id = 2
    fields = with_quantities(boss.form(order_id), "1", lost="0")
    boss.book(order_id, fields | {"note": "a note of two"})
    deliver(database, [5])
    one, two = (visit(shops=[name]).get("stock/MUG").text for name in ("one", "two"))
    told = text_of(one)
    for secret in ("B1", "boss-of-two", "a note of two", "R000001", "· two"):
        assert secret not in told, secret
        assert secret in text_of(two) or secret == "a note of two"
    # The numbers are those of the shelf, and they add up: each movement is there.
    assert one.count('class="move"') == two.count('class="move"')
    assert "gian hàng khác" in told


def test_an_article_of_other_shops_alone_is_not_there(
    both: Seller, visit: Visit
) -> None:
    both.sell("two", "POT", "Ấm trà", "8934567890999")
    both.count("POT", 4)
    one = visit(shops=["one"])
    for path in ("stock/POT", "stock?sku=POT"):
        assert one.client.get(one.desk + path).status_code == 404
    for text in ("POT", "8934567890999", "trà"):
        assert "Ấm trà" not in one.get("stock", q=text).text
    assert "Ấm trà" not in one.get("stock").text
    assert "Ấm trà" in visit(shops=["two"]).get("stock/POT").text


def test_an_article_that_was_sold_once_stays_the_shops_business(
    both: Seller, visit: Visit, database: Database
) -> None:
    with database.write() as session:
        for part in session.query(ListingComponent).join(Listing).all():
            session.delete(part)
    assert visit(shops=["one"]).get("stock/MUG").status_code == 200


def test_a_stocktake_shows_the_articles_of_the_persons_shops(
    both: Seller, visit: Visit, database: Database
) -> None:
    both.sell("two", "POT", "Ấm trà")
    with database.write() as session:
        place = levels.find_warehouse(session, "MAIN")
        counted = [
            Counted(levels.find_sku(session, code), place, 5) for code in ("MUG", "POT")
        ]
        mixed = stocktakes.post_stocktake(
            session, counted, document="mixed", actor="minh", now=COUNTED_AT
        )
        other = stocktakes.post_stocktake(
            session, counted[1:], document="other", actor="minh", now=COUNTED_AT
        )
        session.flush()
        ids = mixed.id, other.id
    one = visit(shops=["one"])
    page = one.get(f"stocktakes/{ids[0]}").text
    assert tells(page, "MUG") and not tells(page, "POT")
    assert one.get(f"stocktakes/{ids[1]}").status_code == 404


def test_goods_come_only_into_the_clerks_own_warehouse(
    both: Seller, visit: Visit
) -> None:
    clerk = visit(warehouses=["HANOI"])
    form = clerk.form(1)
    # It was packed in MAIN; this clerk stands in HANOI.
    assert form["warehouse"] == "HANOI"
    page = clerk.get("orders/1/receipt").text
    assert 'value="HANOI"' in page and 'value="MAIN"' not in page
    refused = clerk.book(1, form | {"warehouse": "MAIN"})
    assert refused.status_code == 400
    assert "Không có kho “MAIN”" in text_of(refused.text)
    assert clerk.book(1, form).status_code == 303
    with both.database.read() as session:
        hanoi = levels.find_warehouse(session, "HANOI").id
    assert [receipt.warehouse_id for receipt in both.receipts()] == [hanoi]


def test_what_was_lost_is_found_in_ones_own_warehouse_only(
    both: Seller, visit: Visit
) -> None:
    clerk, other = visit(), visit("hoa", warehouses=["HANOI"])
    form = clerk.form(1)
    clerk.book(1, form | {quantity_field(form, "good"): "0"} | _lost(form, "1"))
    page = other.get("orders/1/found").text
    assert 'value="HANOI"' in page and 'value="MAIN"' not in page


def _lost(form: dict[str, str], units: str) -> dict[str, str]:
    return {quantity_field(form, "lost"): units}


def test_a_receipt_of_another_warehouse_is_not_reversed(
    both: Seller, visit: Visit
) -> None:
    clerk = visit()
    clerk.book(1, clerk.form(1))
    boss = visit("boss", "supervisor", warehouses=["HANOI"])
    shown = boss.get("receipts/1")
    assert shown.status_code == 200 and "receipts/1/reversal" not in shown.text
    assert boss.get("receipts/1/reversal").status_code == 404
    assert boss.post("receipts/1/reversal", {"reason": "x"}).status_code == 404
    own = visit("boss", "supervisor", warehouses=["MAIN"])
    assert "receipts/1/reversal" in own.get("receipts/1").text


def test_where_units_are_is_said_by_who_works_there(both: Seller, visit: Visit) -> None:
    order_id = both.order("A3", shop="one", fulfilment=None)
    other = visit(warehouses=["HANOI"])
    page = other.get(f"orders/{order_id}")
    assert page.status_code == 200 and 'name="answer"' not in page.text
    assert (
        other.post(f"orders/{order_id}/decide", {"answer": "here"}).status_code == 404
    )
    assert 'name="answer"' in visit(warehouses=["MAIN"]).get(f"orders/{order_id}").text


def test_an_unexpected_parcel_is_of_who_works_there_until_it_is_matched(
    both: Seller, visit: Visit, database: Database
) -> None:
    with database.write() as session:
        place = levels.find_warehouse(session, "MAIN").id
        for number in (1, 2):
            report = OrphanReport(warehouse_id=place, code=f"LABEL{number}")
            orphans.take_in(session, report, key=f"k{number}", actor="hoa", now=NOW)
        order = session.get_one(Order, 2)
        orphans.match(session, 1, order, key="m", actor="hoa", now=NOW)
    one, two = visit(shops=["one"]), visit(shops=["two"])
    elsewhere = visit(warehouses=["HANOI"])
    assert one.get("orphans/2").status_code == two.get("orphans/2").status_code == 200
    assert elsewhere.get("orphans/2").status_code == 404
    assert one.get("orphans/1").status_code == 404
    assert two.get("orphans/1").status_code == 200
    assert "LABEL1" not in one.get("orphans", show="decided").text
    assert "LABEL1" in two.get("orphans", show="decided").text
    with database.write() as session:
        orphans.reopen(session, 1, reason="wrong", key="r", actor="hoa", now=NOW)
    assert not tells(one.get("orphans/1").text, "B1")
    assert "B1" in two.get("orphans/1").text
