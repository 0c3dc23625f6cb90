"""The main job on each channel, by real processes: one article, sold everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from connector.registry import BUILT_IN
from sandbox.servers import Sandbox
from tests.daemon.processes import Processes, Truestock, wait_for
from tests.postgresql import PostgreSQL
from tests.sandbox.driver import Control

SKU = "MUG"
UNITS = 100
CHANNELS = sorted(BUILT_IN)
HANDED_BACK = {
    # These know no return: what comes back is what somebody refunds.
    "haravan": ("request_return", "refund"),
    "woocommerce": ("refund",),
}
"""What a buyer and a seller do when goods come back after delivery."""
USUALLY = ("request_return", "send_back")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """An installation whose one article is listed by a shop on each channel."""

    run: Truestock
    control: Control

    def order(self, channel: str, quantity: int) -> str:
        lines = [{"sku": SKU, "quantity": quantity}]
        answer = self.control.post(f"{channel}/orders", shop=channel, lines=lines)
        return str(answer["orders"][0])

    def do(self, channel: str, order: str, *actions: str) -> None:
        for action in actions:
            self.control.post(f"{channel}/orders/{order}/do", action=action)

    def shown(self) -> dict[str, int]:
        """Return what buyers see, by channel."""
        return {
            name: self.control.get(f"{name}/stock", shop=name)[SKU] for name in CHANNELS
        }

    def level(self) -> dict[str, int]:
        warehouses = self.run.json("stock", "show", SKU)["warehouses"]
        found: dict[str, int] = warehouses["MAIN"]
        return found

    def settles(self, *, available: int, out: int = 0) -> None:
        """Wait until the ledger and every channel say so."""
        wanted = dict.fromkeys(CHANNELS, available)
        told: dict[str, Any] = {}

        def is_so() -> bool:
            told["shown"] = self.shown()
            if told["shown"] != wanted:
                return False
            told["level"] = level = self.level()
            return (level["available"], level["out"]) == (available, out)

        try:
            wait_for(is_so, seconds=60)
        except AssertionError:
            raise AssertionError(f"wanted {available} and {out}: {told}") from None

    def awaits(self, order: str, units: int) -> None:
        """Wait until an order's units are expected back."""

        def expected() -> int:
            rows = self.run.json("return", "list")
            return sum(row["units"] for row in rows if row["order"] == order)

        wait_for(lambda: expected() == units, seconds=60)

    def receives(self, order: str, units: int) -> None:
        line = f"{SKU}:{units}"
        self.run.say("return", "receive", order, "--line", line, "--by", "lan")


@pytest.fixture(scope="module")
def house(
    postgresql: PostgreSQL,
    _postgresql_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("every-channel")
    name = postgresql.create(template=_postgresql_template)
    with Sandbox(port=0, seed=3) as sandbox, Processes() as processes:
        run = Truestock(
            folder / "var",
            DATABASE_URL=postgresql.url(name),
            REDIS_URL=f"unix://{processes.redis(folder)}",
            TICK_SECONDS="1",
            SYNC_SECONDS="1",
            RECONCILE_SECONDS="5",
        )
        run.say("init")
        house = House(run=run, control=Control(sandbox.url))
        for channel in CHANNELS:
            connect(house, channel)
        counted = folder / "count.csv"
        counted.write_text(f"sku,quantity\n{SKU},{UNITS}\n")
        run.say("stock", "count", str(counted), "--by", "lan")
        processes.truestock(run, "ticker")
        processes.truestock(run, "worker")
        house.settles(available=UNITS)
        yield house
    postgresql.drop(name)


def connect(house: House, channel: str) -> None:
    opened = house.control.post(
        f"{channel}/shops", shop=channel, auto_restock="on_cancel", webhook_url=None
    )
    item = {"sku": SKU, "quantity": UNITS, "name": "Mug"}
    house.control.post(f"{channel}/items", shop=channel, items=[item])
    adding = ("shop", "add", channel, channel, "--settings", "-")
    house.run.say(*adding, given=json.dumps(opened))
    house.run.say("listings", "import", channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """What buyers of one channel do: refuse, hand back, cancel late, cancel early."""

    channel: str
    refused: str
    returned: str
    packed: str
    kept: str


REFUSED, RETURNED, PACKED, KEPT = 3, 2, 1, 1
LEFT = REFUSED + RETURNED + PACKED


def test_the_whole_story_on_every_channel_at_once(house: House) -> None:
    sales = [sell(house, channel) for channel in CHANNELS]
    many = len(CHANNELS)
    house.settles(available=UNITS - many * (LEFT + KEPT))

    for sold in sales:
        house.do(sold.channel, sold.refused, "arrange", "pick_up")
        house.do(sold.channel, sold.returned, "arrange", "pick_up", "deliver")
        house.do(sold.channel, sold.packed, "arrange")
    house.settles(available=UNITS - many * (LEFT + KEPT), out=many * LEFT)

    for sold in sales:
        house.do(sold.channel, sold.refused, "fail_delivery")
        house.do(sold.channel, sold.returned, *HANDED_BACK.get(sold.channel, USUALLY))
        house.do(sold.channel, sold.packed, "cancel")
        house.do(sold.channel, sold.kept, "cancel")
    for sold in sales:
        house.awaits(sold.refused, REFUSED)
        house.awaits(sold.returned, RETURNED)
        house.awaits(sold.packed, PACKED)
    house.settles(available=UNITS - many * LEFT, out=many * LEFT)

    for sold in sales:
        house.receives(sold.refused, REFUSED)
    house.settles(
        available=UNITS - many * (LEFT - REFUSED), out=many * (LEFT - REFUSED)
    )
    for sold in sales:
        house.receives(sold.returned, RETURNED)
        house.receives(sold.packed, PACKED)
    house.settles(available=UNITS)
    assert house.run.json("check")["clean"] is True


def sell(house: House, channel: str) -> Sold:
    return Sold(
        channel=channel,
        refused=house.order(channel, REFUSED),
        returned=house.order(channel, RETURNED),
        packed=house.order(channel, PACKED),
        kept=house.order(channel, KEPT),
    )
