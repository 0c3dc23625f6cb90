"""One source for each value, and no value taken for another."""

from __future__ import annotations

import json

from tests.web.api.program import Program, kind_of, receipt_of
from tests.web.seller import Seller

PAYLOADS = (
    "' OR 1=1 --",
    "MUG'; DROP TABLE sku; --",
    "%",
    "_",
    "\\",
    "=1+1",
    "${7*7}",
    "{{7*7}}",
    "../../etc/passwd",
)

SEARCHED = (
    ("/orders", "shop"),
    ("/stock-levels", "sku"),
    ("/stock-levels", "warehouse"),
    ("/movements", "sku"),
)


def changed(**values: object) -> dict[str, object]:
    """Return a receipt's body with other values."""
    return receipt_of({"id": 1}) | values


def line(**values: object) -> list[dict[str, object]]:
    """Return a receipt's only line."""
    return [{"sku": "MUG", "good": 1, **values}]


BODIES: list[tuple[object, str]] = [
    (changed(lines=line(good=True)), "#/lines/0/good"),
    (changed(lines=line(good="1")), "#/lines/0/good"),
    (changed(lines=line(good=1.5)), "#/lines/0/good"),
    (changed(lines=line(good=1e300)), "#/lines/0/good"),
    (changed(lines=line(good=2.0**53)), "#/lines/0/good"),
    (changed(lines=line(good=-1)), "#/lines/0/good"),
    (changed(lines=line(good=10_000_000)), "#/lines/0/good"),
    (changed(lines=line(good=10**30)), "#/lines/0/good"),
    (changed(lines=line(good=None)), "#/lines/0/good"),
    (changed(lines=line(good=[1])), "#/lines/0/good"),
    (changed(lines=line(received=1)), "#/lines/0/received"),
    (changed(lines=line(sku=7)), "#/lines/0/sku"),
    (changed(lines=line(sku="")), "#/lines/0/sku"),
    (changed(lines=line(sku="M\0G")), "#/lines/0/sku"),
    (changed(lines=line(sku="M" * 101)), "#/lines/0/sku"),
    (changed(lines=line(sku="\ud800")), "#/lines/0/sku"),
    (changed(lines=[]), "#/lines"),
    (changed(lines={}), "#/lines"),
    (changed(lines=line() * 501), "#/lines"),
    (changed(lines=[{"sku": "MUG"}]), "#/lines"),
    (changed(order={"id": 1, "number": "A1"}), "#/order"),
    (changed(order={}), "#/order"),
    (changed(order=1), "#/order"),
    (changed(order={"id": True}), "#/order/id"),
    (changed(order={"id": 0}), "#/order/id"),
    (changed(order={"id": 2**53}), "#/order/id"),
    (changed(order={"number": "A1", "shop": 1}), "#/order/shop"),
    (changed(order={"id": 1, "shop": "one"}), "#/order/shop"),
    (changed(by=" "), "#/by"),
    (changed(by="lan\n"), "#/by"),
    (changed(by="lan\u200b"), "#/by"),
    (changed(by="\u3000"), "#/by"),
    (changed(note="x" * 501), "#/note"),
    (changed(note="a\0b"), "#/note"),
    (changed(note=None), "#/note"),
    (changed(posted_at="2020-01-01T00:00:00Z"), "#/posted_at"),
    (changed(**{"a/b~c": 1}), "#/a~1b~0c"),
    ([changed()], "#"),
    ("{}", "#"),
    (None, "#"),
]


def test_what_is_not_exactly_as_described_is_refused_where_it_stands(
    program: Program, seller: Seller, order_id: int
) -> None:
    for body, pointer in BODIES:
        answer = program.send("/receipts", json.dumps(body))

        assert (answer.status_code, kind_of(answer)) == (422, "invalid-request")
        assert pointer in [error["pointer"] for error in answer.json["errors"]]
    assert seller.receipts() == []


BROKEN = [
    b"",
    b"{",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b"{'a': 1}",
    b'{"a": 1} {"a": 2}',
    b'{"lines": NaN}',
    b'{"lines": [Infinity]}',
    b'{"lines": -Infinity}',
    b'{"order": {"id": 1}, "order": {"id": 2}}',
    b'{"lines": [{"sku": "MUG", "good": 1, "good": 2}]}',
    b'{"order": {"id": 1e999999999}, "order": 1}',
    b'{"order": {"id": 0e-999999999999999999999}, "order": 1}',
    b'{"order": {"id": 0e999999999999999999999}, "order": 1}',
    b'{"order": {"id": ' + b"9" * 5000 + b"}}",
    b"[" * 5000,
    b"[" * 11 + b"]" * 11,
    b'{"a":' * 100 + b"1" + b"}" * 100,
]


def test_what_json_says_badly_or_twice_is_refused(
    program: Program, seller: Seller
) -> None:
    for raw in BROKEN:
        answer = program.send("/receipts", raw)

        assert (answer.status_code, kind_of(answer)) == (400, "malformed-request")


def test_a_whole_number_is_one_however_it_is_written(
    program: Program, order_id: int
) -> None:
    body = json.dumps(receipt_of({"id": order_id}, lines=line(good=77)))

    answer = program.send("/receipts", body.replace("77", "2.0e0"))

    assert answer.json["lines"][0]["good"] == 2


def test_what_is_nearly_a_whole_number_is_none(program: Program, order_id: int) -> None:
    body = json.dumps(receipt_of({"id": order_id}, lines=line(good=77)))

    for number in ("1.00000000000000000001", "1e-400", "2.9999999999999999999"):
        assert program.send("/receipts", body.replace("77", number)).status_code == 422


def test_brackets_in_texts_are_no_depth(program: Program, order_id: int) -> None:
    body = receipt_of({"id": order_id}, note='[[[[[[[[[[[["\\[[[[[[[[[[[[')

    assert program.post("/receipts", body).status_code == 201


QUERIES = [
    ("limit=0", "limit"),
    ("limit=201", "limit"),
    ("limit=1.0", "limit"),
    ("limit=%201", "limit"),
    ("limit=%2B1", "limit"),
    ("limit=1_0", "limit"),
    ("limit=%D9%A3", "limit"),
    ("limit=", "limit"),
    ("limit=true", "limit"),
    ("limit=5&limit=5", "limit"),
    ("updated_since=yesterday", "updated_since"),
    ("updated_since=2026-11-22", "updated_since"),
    ("updated_since=2026-11-22T00:00:00", "updated_since"),
    ("updated_since=2026-11-22T00:00:00+07:00", "updated_since"),
    ("updated_since=2026-13-22T00:00:00Z", "updated_since"),
    ("shop=%00", "shop"),
    ("shop=one&shop=two", "shop"),
    ("lang=en", "lang"),
    ("access_token=x", "access_token"),
    ("cursor=%20", "cursor"),
]


def test_a_parameter_that_is_none_or_comes_twice_is_refused(program: Program) -> None:
    for query, parameter in QUERIES:
        answer = program.get(f"/orders?{query}")

        assert (answer.status_code, kind_of(answer)) == (422, "invalid-request")
        assert [x["parameter"] for x in answer.json["errors"]] == [parameter]


MOMENTS = [
    "2026-11-22T09:00:00Z",
    "2026-11-22t09:00:00.123456789z",
    "0001-01-01T00:00:00%2B23:59",
    "9999-12-31T23:59:60-23:59",
    "2016-12-31T23:59:60Z",
]


def test_every_moment_of_the_standard_is_understood(program: Program) -> None:
    for moment in MOMENTS:
        assert program.get(f"/orders?updated_since={moment}").status_code == 200
        assert program.get(f"/receipts?since={moment}").status_code == 200
        assert program.get(f"/movements?sku=MUG&until={moment}").status_code == 200


def test_a_text_is_only_a_text_wherever_it_is_searched_for(
    program: Program, order_id: int
) -> None:
    for n, payload in enumerate(PAYLOADS):
        assert program.all("/expected-returns", search=payload) == []
        assert program.all("/expected-returns", carrier=payload) == []
        assert program.all("/refunds", order_number=payload) == []
        for path, name in SEARCHED:
            assert program.get(path, **{name: payload}).status_code == 404
        assert program.get("/skus/" + payload.replace("%", "%25")).status_code == 404
        assert kind_of(program.book({"number": payload}, str(n))) == "unknown-order"
    assert program.read("/skus/MUG")["units"]["out"] == 3


def test_an_odd_code_in_the_address_is_not_there(program: Program) -> None:
    for code in ("%00", "a%00b", "%ED%A0%80", "M" * 3000, "a/b", "%2F"):
        answer = program.get(f"/skus/{code}")

        assert answer.status_code == 404
        assert kind_of(answer) in ("unknown-sku", "not-found")


def test_an_odd_idempotency_key_is_refused(program: Program, order_id: int) -> None:
    for key in ("a b", "a,b", "\u00e9", "x" * 129, '"quoted"'):
        answer = program.book({"id": order_id}, key)

        assert kind_of(answer) == "invalid-request"
        assert answer.json["errors"][0]["header"] == "Idempotency-Key"


def test_without_an_idempotency_key_nothing_is_done(
    program: Program, seller: Seller, order_id: int
) -> None:
    answer = program.client.post(
        "/api/v1/receipts", json=receipt_of({"id": order_id}), headers=program.headers
    )

    assert (answer.status_code, kind_of(answer)) == (400, "idempotency-key-missing")
    assert seller.receipts() == []
