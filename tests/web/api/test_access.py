"""Who may what: keys, scopes, shops and warehouses; what is not declared is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from stock import keys
from stock.models import ApiKey, Listing
from stock.models.keys import Scope
from stock.session import Database
from tests.web.api.program import LINES, Program, kind_of, receipt_of
from tests.web.conftest import MovableClock
from tests.web.seller import Seller
from web.api.operations import OPERATIONS, Operation

Connect = Callable[..., Program]
BODIES: dict[str, dict[str, object]] = {
    "create_receipt": receipt_of({"id": 1}),
    "create_reversal": {"by": "minh", "reason": "wrong box"},
    "create_stocktake": {
        "document": "count",
        "by": "lan",
        "rows": [{"sku": "MUG", "warehouse": "MAIN", "quantity": 1}],
    },
}


def address(operation: Operation) -> str:
    """Return an address of an operation."""
    path = operation.path.replace("{sku}", "MUG")
    for name in operation.places:
        path = path.replace(f"{{{name}}}", "1")
    return path + ("?sku=MUG" if operation.name == "list_movements" else "")


def ask(program: Program, operation: Operation) -> object:
    """Ask for an operation."""
    if operation.creates:
        return program.post(address(operation), BODIES[operation.name]).status_code
    return program.get(address(operation)).status_code


def test_each_operation_is_refused_without_a_key_and_without_its_scope(
    app: Flask, connect: Connect, order_id: int
) -> None:
    nobody = Program(app, "tsk_000000000000_x")
    for name, operation in OPERATIONS.items():
        assert operation.scope is not None
        others = connect(f"no {name}", scopes=set(Scope) - {operation.scope})
        own = connect(f"only {name}", scopes={operation.scope})

        assert ask(nobody, operation) == 401
        assert ask(others, operation) == 403
        assert ask(own, operation) not in (401, 403)


def test_every_address_under_the_interface_is_an_operation_or_its_description(
    app: Flask,
) -> None:
    rules = [x for x in app.url_map.iter_rules() if x.rule.startswith("/api")]
    names = {rule.endpoint.removeprefix("api.") for rule in rules}

    assert names == {*OPERATIONS, "openapi"}
    for rule in rules:
        assert rule.endpoint.startswith("api.")
        assert (rule.methods or set()) <= {"GET", "HEAD", "POST"}


def test_an_operation_that_declares_no_scope_is_nobodys(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = replace(OPERATIONS["list_shops"], scope=None)
    monkeypatch.setitem(OPERATIONS, "list_shops", bare)

    answer = program.get("/shops")

    assert (answer.status_code, kind_of(answer)) == (403, "scope-missing")


def test_an_address_that_is_no_operation_is_nobodys(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(OPERATIONS, "list_shops")

    assert program.get("/shops").status_code == 403


NO_KEYS = (
    "",
    "Bearer",
    "Bearer ",
    "Basic dXNlcjpwYXNz",
    "Bearer tsk_0123456789ab_notours",
    "Bearer \u00e9",
    "tsk_0123456789ab_x",
)


def test_what_is_no_valid_key_is_told_how_to_show_one(program: Program) -> None:
    for header in NO_KEYS:
        answer = program.client.get("/api/v1/shops", headers={"Authorization": header})

        assert (answer.status_code, kind_of(answer)) == (401, "unauthorized")
        challenge = answer.headers["WWW-Authenticate"]
        assert challenge.startswith('Bearer realm="truestock"')


def test_two_keys_at_once_are_none(program: Program) -> None:
    headers = [("Authorization", f"Bearer {program.key}")] * 2

    answer = program.client.get("/api/v1/shops", headers=headers)

    assert answer.status_code == 401


def test_a_key_in_the_address_opens_nothing(program: Program) -> None:
    answer = program.client.get(f"/api/v1/shops?key={program.key}")

    assert answer.status_code == 401


def test_a_session_of_a_person_opens_nothing_here(
    program: Program, visit: Callable[..., object]
) -> None:
    desk = visit(role="admin").desk  # type: ignore[attr-defined]
    session = desk.rstrip("/").rpartition("/")[2]

    headers = {"Authorization": f"Bearer {session}"}
    assert program.client.get("/api/v1/shops", headers=headers).status_code == 401


def test_a_revoked_key_is_over_at_once(
    program: Program, database: Database, clock: MovableClock
) -> None:
    program.read("/shops")
    with database.write() as session:
        keys.revoke_key(session, "erp", actor="admin", now=clock.now)

    assert program.get("/shops").status_code == 401


def test_the_last_use_is_written_once_in_a_while(
    program: Program, database: Database, clock: MovableClock
) -> None:
    def last_used() -> object:
        with database.read() as session:
            return session.scalars(select(ApiKey)).one().last_used_at

    began = clock.now
    program.read("/shops")
    clock.now += timedelta(minutes=9)
    program.read("/shops")
    assert last_used() == began
    clock.now += timedelta(minutes=1)
    program.read("/shops")
    assert last_used() == clock.now


def test_a_key_is_in_no_log(
    program: Program, order_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    program.book({"id": order_id})
    program.client.get("/api/v1/shops", headers={"Authorization": program.key})

    assert caplog.records
    assert program.key.rpartition("_")[2] not in caplog.text


@pytest.fixture
def twins(seller: Seller) -> dict[str, int]:
    """Two shops built alike, each with an article of its own besides the shared one."""
    found = {}
    for shop in ("one", "two"):
        seller.sell(shop, f"CAP-{shop}")
        seller.count(f"CAP-{shop}", 5)
        found[shop] = seller.order(
            f"T-{shop}", 3, tracking=f"SPX-{shop}", shop=shop, sku=f"CAP-{shop}"
        )
    return found


def test_a_key_of_one_shop_sees_nothing_of_its_twin(
    connect: Connect, program: Program, twins: dict[str, int]
) -> None:
    for shop in ("one", "two"):
        body = receipt_of(
            {"id": twins[shop]}, lines=[{"sku": f"CAP-{shop}", "good": 1}]
        )
        assert program.post("/receipts", body, shop).status_code == 201
    own = connect("one", shops=["one"])

    seen = {
        path: own.get(path).text
        for path in (
            "/stock-levels",
            "/orders",
            "/refunds",
            "/expected-returns",
            "/receipts",
            "/listings",
            "/drifts",
            "/shops",
        )
    }

    for path, told in seen.items():
        assert '"two"' not in told, path
        assert "T-two" not in told, path
        assert "CAP-two" not in told, path
    assert "T-one" in seen["/orders"]
    assert "T-one" in seen["/receipts"]
    assert "CAP-one" in seen["/stock-levels"]


def test_a_record_of_the_twin_is_not_there_whatever_names_it(
    connect: Connect, program: Program, seller: Seller, twins: dict[str, int]
) -> None:
    body = receipt_of({"id": twins["two"]}, lines=[{"sku": "CAP-two", "good": 1}])
    receipt = program.post("/receipts", body).json["id"]
    own = connect("one", shops=["one"])
    two = twins["two"]
    line = [{"sku": "CAP-two", "good": 1}]

    answers = [
        own.get(f"/orders/{two}"),
        own.get(f"/receipts/{receipt}"),
        own.get("/skus/CAP-two"),
        own.get("/movements", sku="CAP-two"),
        own.get("/stock-levels", sku="CAP-two"),
        own.get("/listings", sku="CAP-two"),
        *(
            own.get(path, shop="two")
            for path in (
                "/orders",
                "/refunds",
                "/expected-returns",
                "/receipts",
                "/listings",
                "/drifts",
            )
        ),
        own.post("/receipts", receipt_of({"id": two}, lines=line), "1"),
        own.post("/receipts", receipt_of({"number": "T-two"}, lines=line), "2"),
        own.post(
            "/receipts", receipt_of({"tracking_number": "SPX-two"}, lines=line), "3"
        ),
        own.post(
            "/receipts", receipt_of({"number": "T-two", "shop": "two"}, lines=line), "4"
        ),
        own.post(
            f"/receipts/{receipt}/reversal", {"by": "minh", "reason": "wrong"}, "5"
        ),
    ]

    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert own.all("/receipts", order_id=two) == []
    assert own.all("/refunds", order_number="T-two") == []
    assert own.all("/expected-returns", search="T-two") == []
    assert own.all("/expected-returns", search="CAP-two") == []
    assert len(seller.receipts()) == 1
    assert program.read(f"/receipts/{receipt}")["reversal"] is None


def test_what_is_not_there_and_what_is_not_ones_own_look_alike(
    connect: Connect, twins: dict[str, int]
) -> None:
    own = connect("one", shops=["one"])

    theirs = own.get(f"/orders/{twins['two']}").text
    nobodys = own.get("/orders/999999").text

    assert theirs.replace(str(twins["two"]), "X") == nobodys.replace("999999", "X")


def test_the_twins_article_cannot_be_counted(
    connect: Connect, seller: Seller, twins: dict[str, int]
) -> None:
    own = connect("one", shops=["one"])
    body = BODIES["create_stocktake"] | {
        "rows": [{"sku": "CAP-two", "warehouse": "MAIN", "quantity": 1}]
    }

    assert kind_of(own.post("/stocktakes", body)) == "stocktake-refused"
    assert seller.available("CAP-two") == 2


def test_a_count_of_the_twins_article_is_not_there(
    connect: Connect, program: Program, twins: dict[str, int]
) -> None:
    body = BODIES["create_stocktake"] | {
        "rows": [{"sku": "CAP-two", "warehouse": "MAIN", "quantity": 1}]
    }
    counted = program.post("/stocktakes", body).json["id"]

    assert program.get(f"/stocktakes/{counted}").status_code == 200
    answer = connect("one", shops=["one"]).get(f"/stocktakes/{counted}")
    assert (answer.status_code, kind_of(answer)) == (404, "unknown-stocktake")


def test_of_a_shared_article_the_twins_papers_are_not_told(
    connect: Connect, seller: Seller, order_id: int
) -> None:
    seller.order("SECRET-2", 1, shop="two")
    own = connect("one", shops=["one"])

    told = own.all("/movements", sku="MUG")

    assert "SECRET-2" not in str(told)
    assert any(x["paper"] and x["paper"]["name"] == "A1" for x in told)
    hidden = [x for x in told if x["paper"] is None]
    assert {(x["what"], x["by"], x["reason"]) for x in hidden} == {
        ("commit", None, None),
        ("ship", None, None),
    }


def test_a_key_bound_to_a_warehouse_books_nowhere_else(
    connect: Connect, program: Program, seller: Seller, order_id: int
) -> None:
    seller.pack_in("two", "HANOI")
    bound = connect("hanoi", warehouses=["HANOI"])
    main = program.book({"id": order_id}).json["id"]
    other = seller.order("A2", 3)

    refused = [
        bound.post("/receipts", receipt_of({"id": other}, lines=LINES), "1"),
        bound.post(
            f"/receipts/{main}/reversal", {"by": "minh", "reason": "wrong"}, "2"
        ),
    ]
    count = bound.post("/stocktakes", BODIES["create_stocktake"], "3")
    allowed = bound.post("/receipts", receipt_of({"id": other}, warehouse="HANOI"), "4")

    assert [(x.status_code, kind_of(x)) for x in refused] == [
        (404, "unknown-warehouse")
    ] * 2
    assert kind_of(count) == "stocktake-refused"
    assert allowed.status_code == 201
    assert bound.get(f"/receipts/{main}").status_code == 200


def test_no_secret_of_a_shop_is_told(
    program: Program, seller: Seller, database: Database
) -> None:
    seller.open_shop("three", partner_key="canary-secret")
    with database.write() as session:
        for listing in session.scalars(select(Listing)):
            listing.last_error = "refused"

    told = "".join(
        program.get(path).text for path in ("/shops", "/listings", "/orders")
    )

    assert "canary" not in told
    assert "sealed" not in told
