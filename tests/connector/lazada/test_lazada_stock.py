"""Lazada's stock: absolute numbers, a result for each SKU, and no trimming."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

import pytest
import requests
import responses

from connector import (
    AuthenticationError,
    ListingRef,
    MemorySettings,
    OutcomeUnknown,
    RateLimited,
    StockResult,
    StockUpdate,
    WriteOutcome,
)
from connector.lazada import LazadaConnector

WRITE = "product/stock/sellable/update"
WRITE_URL = f"https://api.lazada.vn/rest/{WRITE}"
BLACK = ListingRef(item_id="2700000001", variant_id="8800000001")
WHITE = ListingRef(item_id="2700000001", variant_id="8800000002")
PURSE = ListingRef(item_id="2700000002", variant_id="8800000003")


def update(listing: ListingRef, quantity: int = 3) -> StockUpdate:
    return StockUpdate(listing=listing, quantity=quantity)


def outcomes(results: Any) -> list[WriteOutcome]:
    return [result.outcome for result in results]


def many(count: int) -> list[StockUpdate]:
    return [
        update(ListingRef(item_id=str(1000 + n), variant_id=str(5000 + n)), n)
        for n in range(count)
    ]


class Shelf:
    """Takes stock as Lazada does: one bad SKU refuses the call.

    ``partly`` says whether the good SKUs of a refused call are set none the less, and
    ``naming`` whether the refusal says which SKU was bad by its id.
    """

    def __init__(
        self, bad: Mapping[str, Any], *, partly: bool = False, naming: str = "sku_id"
    ) -> None:
        self.bad = bad
        self.partly = partly
        self.naming = naming
        self.numbers: dict[str, int] = {}
        self.calls: list[list[str]] = []

    def respond(self, carried: Mapping[str, str]) -> Any:
        root = ElementTree.fromstring(carried["payload"])
        wanted = {
            str(sku.findtext("SkuId")): int(sku.findtext("SellableQuantity") or "")
            for sku in root.iter("Sku")
        }
        self.calls.append(list(wanted))
        refused = [one for one in wanted if one in self.bad]
        if not refused or self.partly:
            self.numbers.update(
                (one, count) for one, count in wanted.items() if one not in self.bad
            )
        if not refused:
            return {"code": "0", "data": {}}
        detail = [{self.naming: one, **self.bad[one]} for one in refused]
        return {"code": "501", "type": "ISP", "message": "E501", "detail": detail}


NEGATIVE = {"message": "Negative sellable on inventory stock"}


def test_numbers_are_set_in_one_call_in_lazadas_xml(
    lazada: LazadaConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
    calls: Callable[[str], list[Any]],
    sent: Callable[[Any], dict[str, str]],
) -> None:
    answer(WRITE, reply("stock_accepted"), method="POST")
    results = lazada.write_stock([update(PURSE, 0), update(BLACK, 7)])
    assert results == [
        StockResult(listing=PURSE, outcome=WriteOutcome.ACCEPTED),
        StockResult(listing=BLACK, outcome=WriteOutcome.ACCEPTED),
    ]
    (call,) = calls("sellable/update")
    assert sent(call)["payload"] == (
        "<Request><Product><Skus>"
        "<Sku><ItemId>2700000002</ItemId><SkuId>8800000003</SkuId>"
        "<SellableQuantity>0</SellableQuantity></Sku>"
        "<Sku><ItemId>2700000001</ItemId><SkuId>8800000001</SkuId>"
        "<SellableQuantity>7</SellableQuantity></Sku>"
        "</Skus></Product></Request>"
    )
    assert "payload" not in call.url


def test_a_warehouse_is_named_where_the_seller_has_several(
    lazada: LazadaConnector,
    store: MemorySettings,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
    calls: Callable[[str], list[Any]],
    sent: Callable[[Any], dict[str, str]],
) -> None:
    store.rotate(store.read(), lambda old: {**old, "warehouse_code": "VN<1>&2"})
    answer(WRITE, reply("stock_accepted"), method="POST")
    lazada.write_stock([update(BLACK, 7)])
    payload = sent(calls("sellable/update")[0])["payload"]
    inventory = ElementTree.fromstring(payload).find(".//MultiWarehouseInventory")
    assert inventory is not None
    assert inventory.findtext("WarehouseCode") == "VN<1>&2"
    assert inventory.findtext("SellableQuantity") == "7"


def test_a_call_names_at_most_fifty(
    lazada: LazadaConnector, play: Callable[..., None]
) -> None:
    shelf = Shelf({})
    play(WRITE, shelf.respond, "POST")
    updates = many(120)
    results = lazada.write_stock(updates)
    assert [result.listing for result in results] == [one.listing for one in updates]
    assert [len(call) for call in shelf.calls] == [50, 50, 20]
    assert shelf.numbers == {str(5000 + n): n for n in range(120)}


@pytest.mark.parametrize("partly", [True, False])
@pytest.mark.parametrize("naming", ["sku_id", "SkuId", "seller_sku"])
def test_a_bad_sku_spoils_no_other_whatever_the_refusal_names(
    lazada: LazadaConnector, play: Callable[..., None], partly: bool, naming: str
) -> None:
    bad = {"5007": NEGATIVE, "5031": {"message": "SKU not found", "code": "207"}}
    shelf = Shelf(bad, partly=partly, naming=naming)
    play(WRITE, shelf.respond, "POST")
    results = lazada.write_stock(many(50))
    for number, result in enumerate(results):
        good = number not in (7, 31)
        expected = WriteOutcome.ACCEPTED if good else WriteOutcome.REFUSED
        assert result.outcome is expected
        assert bool(result.detail) is not good
    assert shelf.numbers == {str(5000 + n): n for n in range(50) if n not in (7, 31)}
    assert len(shelf.calls) <= 30


def test_skus_that_a_refusal_names_are_not_asked_for_again(
    lazada: LazadaConnector, play: Callable[..., None]
) -> None:
    shelf = Shelf({"8800000001": NEGATIVE, "8800000002": NEGATIVE})
    play(WRITE, shelf.respond, "POST")
    results = lazada.write_stock([update(BLACK), update(WHITE)])
    assert outcomes(results) == [WriteOutcome.REFUSED] * 2
    assert len(shelf.calls) == 1


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        ("212", "", WriteOutcome.REFUSED),
        ("501", "Negative sellable on inventory stock", WriteOutcome.REFUSED),
        ("4152", "negative quantity", WriteOutcome.REFUSED),
        ("207", "SKU not found", WriteOutcome.REFUSED),
        ("208", "item not found", WriteOutcome.REFUSED),
        ("204", "too many SKUs", WriteOutcome.REFUSED),
        ("4225", "semi-managed seller", WriteOutcome.REFUSED),
        ("4170", "campaign period: may not be lowered", WriteOutcome.LATER),
        ("E4170", "", WriteOutcome.LATER),
        ("501", "in campaign period", WriteOutcome.LATER),
    ],
)
def test_each_refusal_of_a_number_is_sorted(
    lazada: LazadaConnector,
    answer: Callable[..., None],
    code: str,
    message: str,
    expected: WriteOutcome,
) -> None:
    refusal = {"code": code, "type": "ISP", "message": message}
    answer(WRITE, refusal, method="POST")
    (result,) = lazada.write_stock([update(BLACK)])
    assert result.outcome is expected
    assert code in result.detail


def test_the_reason_of_a_summary_stands_in_its_detail(
    lazada: LazadaConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    answer(WRITE, reply("stock_refused"), method="POST")
    (result,) = lazada.write_stock([update(WHITE, 0)])
    assert result.outcome is WriteOutcome.REFUSED
    assert "campaign has locked" in result.detail
    assert "Negative sellable" in result.detail


def test_what_concerns_the_whole_shop_is_not_asked_for_each_sku(
    lazada: LazadaConnector, answer: Callable[..., None], calls: Callable[..., Any]
) -> None:
    for code in ("4225", "InsufficientPermission"):
        answer(WRITE, {"code": code, "type": "ISV", "message": "no"}, method="POST")
        results = lazada.write_stock(many(20))
        assert set(outcomes(results)) == {WriteOutcome.REFUSED}
    assert len(calls("sellable/update")) == 2


@pytest.mark.parametrize(
    "updates",
    [
        [update(BLACK, -1)],
        [update(BLACK, 10_000_000)],
        [update(ListingRef(item_id="27", variant_id=""), 1)],
        [update(ListingRef(item_id="<x>", variant_id="1"), 1)],
        [update(ListingRef(item_id="1", variant_id="１２"), 1)],
    ],
)
def test_an_impossible_number_or_listing_is_refused_without_a_call(
    lazada: LazadaConnector, updates: list[StockUpdate]
) -> None:
    (result,) = lazada.write_stock(updates)
    assert result.outcome is WriteOutcome.REFUSED
    assert result.detail


def test_an_impossible_number_spoils_no_other(
    lazada: LazadaConnector, play: Callable[..., None]
) -> None:
    shelf = Shelf({})
    play(WRITE, shelf.respond, "POST")
    results = lazada.write_stock([update(BLACK, -1), update(WHITE, 2)])
    assert outcomes(results) == [WriteOutcome.REFUSED, WriteOutcome.ACCEPTED]
    assert shelf.numbers == {"8800000002": 2}


def test_a_success_may_still_complain_of_a_sku(
    lazada: LazadaConnector, answer: Callable[..., None]
) -> None:
    detail = [{"sku_id": 8800000002, **NEGATIVE}]
    answer(WRITE, {"code": "0", "data": {}, "detail": detail}, method="POST")
    results = lazada.write_stock([update(BLACK), update(WHITE)])
    assert outcomes(results) == [WriteOutcome.ACCEPTED, WriteOutcome.REFUSED]
    detail = [{"seller_sku": "MU-TRANG", **NEGATIVE}]
    answer(WRITE, {"code": "0", "data": {}, "detail": detail}, method="POST")
    results = lazada.write_stock([update(BLACK), update(WHITE)])
    assert outcomes(results) == [WriteOutcome.UNKNOWN] * 2


@pytest.mark.parametrize(
    "lost",
    [
        {"body": requests.ReadTimeout()},
        {"status": 502, "body": ""},
        {"status": 200, "body": "<html>busy</html>"},
        {"status": 200, "json": {"unexpected": True}},
        {"status": 200, "json": {"code": "1000", "type": "ISP", "message": ""}},
    ],
)
def test_a_lost_answer_is_an_unknown_outcome(
    lazada: LazadaConnector, edge: responses.RequestsMock, lost: dict[str, Any]
) -> None:
    edge.add("POST", WRITE_URL, **lost)
    with pytest.raises(OutcomeUnknown):
        lazada.write_stock([update(BLACK), update(WHITE)])


def test_an_answer_lost_among_others_leaves_its_own_unknown(
    lazada: LazadaConnector, edge: responses.RequestsMock
) -> None:
    edge.add("POST", WRITE_URL, json={"code": "0", "data": {}})
    edge.add("POST", WRITE_URL, body=requests.ReadTimeout())
    results = lazada.write_stock(many(60))
    assert set(outcomes(results[:50])) == {WriteOutcome.ACCEPTED}
    assert set(outcomes(results[50:])) == {WriteOutcome.UNKNOWN}


def test_once_throttled_the_rest_is_for_later(
    lazada: LazadaConnector,
    edge: responses.RequestsMock,
    calls: Callable[[str], list[Any]],
) -> None:
    edge.add("POST", WRITE_URL, json={"code": "0", "data": {}})
    edge.add("POST", WRITE_URL, json={"code": "901", "type": "ISP", "message": ""})
    results = lazada.write_stock(many(150))
    assert set(outcomes(results[:50])) == {WriteOutcome.ACCEPTED}
    assert set(outcomes(results[50:])) == {WriteOutcome.LATER}
    assert len(calls("sellable/update")) == 2


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, {}, RateLimited),
        (200, {"code": "901", "type": "ISP", "message": ""}, RateLimited),
        (200, {"code": "IncompleteSignature", "type": "ISV"}, AuthenticationError),
    ],
)
def test_a_write_that_got_nowhere_raises(
    lazada: LazadaConnector,
    answer: Callable[..., None],
    status: int,
    body: Any,
    expected: type[Exception],
) -> None:
    answer(WRITE, body, method="POST", status=status)
    with pytest.raises(expected):
        lazada.write_stock([update(BLACK), update(WHITE)])


def test_no_write_ever_names_a_difference(
    lazada: LazadaConnector,
    play: Callable[..., None],
    calls: Callable[[str], list[Any]],
) -> None:
    shelf = Shelf({})
    play(WRITE, shelf.respond, "POST")
    for _ in range(3):
        lazada.write_stock([update(BLACK, 5)])
    assert shelf.numbers == {"8800000001": 5}
    assert not re.search("adjust", " ".join(call.url for call in calls("update")))
