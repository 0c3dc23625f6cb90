"""How TikTok Shop's returns are listed: by change, and again when a parcel moves."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import responses

from connector import ChannelReturn, ReturnPhase, TransientError
from connector.tiktok import TikTokConnector

RETURN = "4035100000000000001"
RETURNS = "return_refund/202602/returns/search"
RMAS = "return_refund/202604/rma/search"
EMPTY = {"code": 0, "message": "Success", "data": {}}
SHIPPED_BACK, ARRIVED = ReturnPhase.SHIPPED_BACK, ReturnPhase.ARRIVED


def read_all(tiktok: TikTokConnector, since: datetime) -> list[ChannelReturn]:
    found: list[ChannelReturn] = []
    cursor: str | None = None
    while True:
        page = tiktok.read_returns(since=since, cursor=cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_returns_are_read_by_time_of_change(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
    now: datetime,
) -> None:
    answer(RETURNS, reply("returns"))
    answer(RMAS, reply("rmas"))
    answer("order/202507/orders", reply("order_detail"))
    since = now - timedelta(days=30)
    (found,) = read_all(tiktok, since)
    assert found.phase is SHIPPED_BACK
    first = calls("returns/search")[0]
    assert json.loads(first.body) == {"update_time_ge": int(since.timestamp())}
    assert "sort_field=update_time" in first.url
    assert "sort_order=ASC" in first.url


def test_an_arrival_brings_its_return_again_though_the_return_did_not_change(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    edge: responses.RequestsMock,
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
    now: datetime,
) -> None:
    body, rmas = reply("returns"), reply("rmas")
    rmas["data"]["return_merchandise_authorizations"][0]["status"] = (
        "PENDING_PACKAGE_REVIEW"
    )

    def only_by_id(request: Any) -> tuple[int, dict[str, str], str]:
        asked = json.loads(request.body)
        return 200, {}, json.dumps(body if "return_ids" in asked else EMPTY)

    url = f"https://open-api.tiktokglobalshop.com/{RETURNS}"
    edge.add_callback("POST", url, callback=only_by_id)
    answer(RMAS, rmas)
    answer("order/202507/orders", reply("order_detail"))
    since = now - timedelta(hours=1)
    (found,) = read_all(tiktok, since)
    assert (found.return_id, found.phase) == (RETURN, ARRIVED)
    asked = json.loads(calls("rma/search")[0].body)
    assert asked["filters"]["time"]["update_time"] == {
        "min_unix_time_inclusive": int(since.timestamp()),
        "max_unix_time_exclusive": int(now.timestamp()) + 1,
    }
    assert asked["sort"] == {"sort_field": "UPDATE_TIME", "sort_order": "ASC"}


def test_authorisations_are_read_to_their_last_page(
    tiktok: TikTokConnector,
    edge: responses.RequestsMock,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
    now: datetime,
) -> None:
    tokens: list[str] = []

    def paged(request: Any) -> tuple[int, dict[str, str], str]:
        body = reply("rmas")
        token = json.loads(request.body)["pagination"].get("page_token", "")
        tokens.append(token)
        body["data"]["next_page_token"] = "" if token else "p2"
        return 200, {}, json.dumps(body)

    edge.add_callback(
        "POST", f"https://open-api.tiktokglobalshop.com/{RMAS}", callback=paged
    )
    answer(RETURNS, EMPTY)
    assert read_all(tiktok, now - timedelta(hours=1)) == []
    assert tokens == ["", "p2"]


def test_a_region_without_authorisations_still_has_returns(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
    now: datetime,
) -> None:
    answer(RETURNS, reply("returns"))
    answer(RMAS, {"code": 7, "message": "not available in your region"})
    answer("order/202507/orders", reply("order_detail"))
    since = now - timedelta(days=30)
    assert [one.phase for one in read_all(tiktok, since)] == [SHIPPED_BACK]
    answer(RMAS, {}, status=500)
    with pytest.raises(TransientError):
        read_all(tiktok, since)
