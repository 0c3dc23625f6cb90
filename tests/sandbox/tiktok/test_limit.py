"""A test shop's requests are counted by the hour, where it was opened with a limit."""

from __future__ import annotations

from collections.abc import Callable

from tests.sandbox.driver import Control
from tests.sandbox.tiktok.driver import Shop

READ = "/logistics/202309/warehouses"


def statuses(shop: Shop, times: int) -> list[int]:
    return [shop.send("GET", READ).status_code for _ in range(times)]


def test_beyond_the_limit_a_shop_waits_for_its_hour(
    open_tiktok: Callable[..., Shop], control: Control
) -> None:
    shop = open_tiktok(requests_per_hour=3)

    assert statuses(shop, 4) == [200, 200, 200, 429]
    refused = shop.send("GET", READ)
    assert refused.json()["code"] == 36009002
    assert "Retry-After" not in refused.headers

    control.clock(3500)
    assert statuses(shop, 1) == [429]
    control.clock(200)
    assert statuses(shop, 4) == [200, 200, 200, 429]


def test_each_shop_has_an_hour_of_its_own(open_tiktok: Callable[..., Shop]) -> None:
    one, other = (open_tiktok(requests_per_hour=1) for _ in range(2))

    assert statuses(one, 2) == [200, 429]
    assert statuses(other, 2) == [200, 429]


def test_who_cannot_prove_who_they_are_uses_nothing_up(
    open_tiktok: Callable[..., Shop],
) -> None:
    shop = open_tiktok(requests_per_hour=1)
    guess = {"x-tts-access-token": "guess"}

    assert shop.send("GET", READ, headers=guess).status_code == 401
    assert statuses(shop, 1) == [200]


def test_without_a_limit_nobody_waits(open_tiktok: Callable[..., Shop]) -> None:
    assert set(statuses(open_tiktok(), 50)) == {200}


def test_a_limit_is_a_whole_number_of_a_channel_that_has_one(control: Control) -> None:
    for wrong in (0, -1, "1000", 1.5, True):
        control.post("tiktok/shops", expect=400, shop="x", requests_per_hour=wrong)
    answer = control.post("shopee/shops", expect=400, shop="x", requests_per_hour=1000)
    assert answer["error"].startswith("requests_per_hour:")
