from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from stock.models import AuditEntry
from stock.reports import Fulfilment
from stock.session import Database
from tests.web.api.program import Program, kind_of, receipt_of
from tests.web.conftest import RecordingBell
from tests.web.seller import Seller


def test_a_receipt_raises_stock_and_rings_for_every_shop_that_sells_the_article(
    program: Program, seller: Seller, order_id: int, bell: RecordingBell
) -> None:
    answer = program.book({"tracking_number": "SPX1"})

    assert answer.status_code == 201
    assert answer.location == f"/api/v1/receipts/{answer.json['id']}"
    assert seller.available() == 9
    assert bell.rung == ["one", "two"]
    told = program.read(f"/receipts/{answer.json['id']}")
    assert told == answer.json
    assert told["by"] == "lan@example.vn"
    assert [(x["sku"], x["good"], x["damaged"]) for x in told["lines"]] == [
        ("MUG", 2, 1)
    ]


@pytest.mark.parametrize(
    "name",
    [{"number": "a1"}, {"number": "A1", "shop": "one"}, {"tracking_number": " spx1 "}],
    ids=str,
)
def test_an_order_is_named_by_its_number_or_its_parcel(
    program: Program, order_id: int, name: dict[str, object]
) -> None:
    assert program.book(name).json["order_id"] == order_id


def test_an_order_is_named_by_its_id(program: Program, order_id: int) -> None:
    assert program.book({"id": order_id}).json["order_number"] == "A1"


def test_a_number_of_two_shops_is_asked_back(program: Program, seller: Seller) -> None:
    one = seller.order("B1", 3, tracking="SPX7")
    seller.order("B2", 3, tracking="SPX7", shop="two")

    answer = program.book({"tracking_number": "SPX7"})

    assert (answer.status_code, kind_of(answer)) == (409, "ambiguous-reference")
    assert f"one B1 ({one})" in answer.json["orders"]


def test_an_expected_return_of_another_order_is_not_there(
    program: Program, seller: Seller, order_id: int
) -> None:
    seller.order("A2", 1)
    (other,) = program.read("/expected-returns", search="A2")["items"]
    body = receipt_of({"id": order_id}, expected_return_id=other["id"])

    answer = program.post("/receipts", body)

    assert (answer.status_code, kind_of(answer)) == (404, "unknown-return")


def test_the_opened_return_is_settled_first(program: Program, seller: Seller) -> None:
    order_id = seller.order_units("A3", "MUG", "MUG", ending=None)
    seller.announce_units("A3", "R-1", "unit-1")
    opened = seller.announce_units("A3", "R-2", "unit-2")
    body = receipt_of(
        {"id": order_id},
        expected_return_id=opened,
        lines=[{"sku": "MUG", "good": 1}],
    )

    assert program.post("/receipts", body).status_code == 201
    assert seller.return_states() == {"R-1": "awaiting", "R-2": "received"}


def _too_many(seller: Seller) -> tuple[int, list[dict[str, object]]]:
    return seller.order("C1", 2), [{"sku": "MUG", "good": 3}]


def _not_left(seller: Seller) -> tuple[int, list[dict[str, object]]]:
    order = seller.order("C2", 1, fulfilment=Fulfilment.NOT_SHIPPED, ending=None)
    return order, [{"sku": "MUG", "good": 1}]


def _not_of_it(seller: Seller) -> tuple[int, list[dict[str, object]]]:
    return seller.order("C3", 1), [{"sku": "CAP", "good": 1}]


@pytest.mark.parametrize(
    ("scene", "status", "kind"),
    [
        (_too_many, 409, "receipt-too-large"),
        (_not_left, 409, "never-left"),
        (_not_of_it, 404, "unknown-sku"),
    ],
)
def test_what_the_door_refuses_is_told_and_nothing_is_booked(
    program: Program,
    seller: Seller,
    bell: RecordingBell,
    scene: Callable[[Seller], tuple[int, list[dict[str, object]]]],
    status: int,
    kind: str,
) -> None:
    order_id, lines = scene(seller)

    answer = program.post("/receipts", receipt_of({"id": order_id}, lines=lines))

    assert (answer.status_code, kind_of(answer)) == (status, kind)
    assert seller.receipts() == []
    assert bell.rung == []


def test_too_many_units_are_told_in_numbers(program: Program, seller: Seller) -> None:
    order_id, lines = _too_many(seller)

    told = program.post("/receipts", receipt_of({"id": order_id}, lines=lines)).json

    assert (told["sku"], told["asked"], told["out"]) == ("MUG", 3, 2)
    assert told["order"] == "C1"


def test_a_warehouse_that_is_none_is_named(program: Program, order_id: int) -> None:
    body = receipt_of({"id": order_id}, warehouse="MOON")

    answer = program.post("/receipts", body)

    assert (answer.status_code, kind_of(answer)) == (404, "unknown-warehouse")
    assert answer.json["warehouse"] == "MOON"


def test_a_second_person_takes_a_receipt_back_once(
    program: Program, seller: Seller, order_id: int, bell: RecordingBell
) -> None:
    receipt = program.book({"id": order_id}).json["id"]
    path = f"/receipts/{receipt}/reversal"

    same = program.post(path, {"by": " LAN@example.vn".strip(), "reason": "x"}, "r1")
    answer = program.post(path, {"by": "minh", "reason": "wrong box"}, "r2")
    again = program.post(path, {"by": "hoa", "reason": "wrong box"}, "r3")

    assert (same.status_code, kind_of(same)) == (409, "same-person")
    assert answer.status_code == 201
    assert answer.location == f"/api/v1/receipts/{receipt}"
    assert answer.json["reversal"]["by"] == "minh"
    assert (again.status_code, kind_of(again)) == (409, "already-reversed")
    assert seller.available() == 7
    assert bell.rung == ["one", "two"] * 2


def test_units_that_were_sold_since_are_not_taken_back(
    program: Program, seller: Seller, order_id: int
) -> None:
    receipt = program.book({"id": order_id}).json["id"]
    seller.order("D1", 8, ending=None)

    answer = program.post(
        f"/receipts/{receipt}/reversal", {"by": "minh", "reason": "wrong box"}, "r"
    )

    assert (answer.status_code, kind_of(answer)) == (409, "units-gone")
    assert (answer.json["asked"], answer.json["held"]) == (2, 1)
    assert program.read(f"/receipts/{receipt}")["reversal"] is None


def test_a_receipt_of_lost_units_has_nothing_to_take_back(
    program: Program, order_id: int
) -> None:
    body = receipt_of({"id": order_id}, lines=[{"sku": "MUG", "lost": 1}])
    receipt = program.post("/receipts", body).json["id"]

    answer = program.post(
        f"/receipts/{receipt}/reversal", {"by": "minh", "reason": "x"}, "r"
    )

    assert kind_of(answer) == "nothing-to-reverse"


def test_a_count_brings_the_shelf_to_what_was_counted(
    program: Program, seller: Seller, bell: RecordingBell
) -> None:
    answer = program.post("/stocktakes", _count(("MUG", "MAIN", 4)))

    assert answer.status_code == 201
    assert seller.available() == 4
    assert answer.json["lines"] == [
        {"sku": "MUG", "warehouse": "MAIN", "quantity": 4, "change": -6}
    ]
    assert program.read(f"/stocktakes/{answer.json['id']}") == answer.json
    assert bell.rung == ["one", "two"]


def test_every_row_of_a_count_is_judged_and_one_bad_row_refuses_all(
    program: Program, seller: Seller
) -> None:
    rows = [
        ("MUG", "MAIN", 4),
        ("NO", "MAIN", 1),
        ("MUG", "MOON", 1),
        ("MUG", "MAIN", 5),
    ]

    answer = program.post("/stocktakes", _count(*rows))

    assert (answer.status_code, kind_of(answer)) == (409, "stocktake-refused")
    assert [error["pointer"] for error in answer.json["errors"]] == [
        "#/rows/1/sku",
        "#/rows/2/warehouse",
        "#/rows/3",
    ]
    assert seller.available() == 10


def test_what_a_program_wrote_stands_in_the_audit_log(
    program: Program, database: Database, order_id: int
) -> None:
    program.book({"id": order_id})

    with database.read() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()[-1]
    assert (entry.actor, entry.action) == ("erp", "done by program")
    assert (entry.object, entry.detail) == ("receipt R000001", {"by": "lan@example.vn"})


def _count(*rows: tuple[str, str, int]) -> dict[str, object]:
    return {
        "document": "kiểm kê tháng 11",
        "by": "lan",
        "rows": [
            {"sku": sku, "warehouse": code, "quantity": n} for sku, code, n in rows
        ],
    }
