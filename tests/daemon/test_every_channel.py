"""The main job on each channel, by real processes: one article, sold everywhere.

Nothing is found by looking: the next round is ten minutes away.  What Truestock knows,
each channel's own messages have told it, every one of them twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from connector.registry import BUILT_IN
from sandbox.channel import PORT_OFFSETS
from tests.daemon.house import House
from tests.daemon.processes import Processes, Truestock, free_port
from tests.postgresql import PostgreSQL
from tests.sandbox.driver import Control

UNITS = 200
CHANNELS = sorted(BUILT_IN.keys() & PORT_OFFSETS.keys())
SILENT = ["tiki"]
"""Keeps its messages until somebody fetches them."""
UNTOLD_RETURNS = ["haravan", "woocommerce"]
"""Messages speak of orders alone: what comes back is found in the next round."""
UNTOLD_REFUNDS = ["tiki"]
"""Nothing in its API tells what a buyer gets back after delivery."""
HANDED_BACK = {
    # These know no return: what comes back is what somebody refunds.
    "haravan": ("request_return", "refund"),
    "woocommerce": ("refund",),
}
"""What a buyer and a seller do when goods come back after delivery."""
USUALLY = ("request_return", "send_back")
CALLED_OFF = {
    "haravan": "cancel",
    "shopify": "cancel",
    "tiki": "cancel",
    "tiktok": "auto_cancel",
    "woocommerce": "cancel",
}
"""How an order is cancelled whose parcel is with the carrier, where that happens."""


@pytest.fixture(scope="module")
def house(
    postgresql: PostgreSQL,
    _postgresql_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("every-channel")
    name = postgresql.create(template=_postgresql_template)
    port = free_port()
    with Processes() as processes:
        run = Truestock(
            folder / "var",
            DATABASE_URL=postgresql.url(name),
            REDIS_URL=f"unix://{processes.redis(folder)}",
            BASE_URL=f"http://127.0.0.1:{port}",
            TICK_SECONDS="1",
            SYNC_SECONDS="600",
            RECONCILE_SECONDS="600",
        )
        run.say("init")
        processes.web(run, port)
        house = House(
            run=run,
            control=Control(processes.sandbox(folder, seed=3)),
            channels=CHANNELS,
        )
        house.open(f"http://127.0.0.1:{port}", UNITS, folder / "count.csv")
        processes.truestock(run, "ticker")
        processes.truestock(run, "worker")
        house.settles(available=UNITS)
        house.control.post("webhooks", mode="duplicate")
        yield house
    postgresql.drop(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """What buyers of one channel do; each order is paid."""

    channel: str
    refused: str
    returned: str
    packed: str
    kept: str
    called_off: str
    """Cancelled while its parcel is with the carrier; empty where nobody may."""

    @property
    def turned_back(self) -> dict[str, int]:
        """How many units of which orders come back without having been delivered."""
        orders = {self.refused: REFUSED, self.packed: PACKED}
        return orders | ({self.called_off: CALLED} if self.called_off else {})

    @property
    def left(self) -> dict[str, int]:
        """How many units of which orders leave the house."""
        return self.turned_back | {self.returned: RETURNED}


REFUSED, RETURNED, PACKED, KEPT, CALLED = 3, 2, 1, 1, 2
DAMAGED = 1
"""Of the refused units."""


def test_the_whole_story_on_every_channel_at_once(house: House) -> None:
    earlier = len(house.heard())
    sales = [sell(house, channel) for channel in CHANNELS]
    house.ask(SILENT)
    left = sum(sum(sold.left.values()) for sold in sales)
    house.settles(available=UNITS - left - KEPT * len(sales))

    for sold in sales:
        leave(house, sold)
    house.ask(SILENT)
    house.settles(available=UNITS - left - KEPT * len(sales), out=left)

    for sold in sales:
        back_out(house, sold)
    house.ask(SILENT)
    for sold in sales:
        house.awaits(sold.turned_back)
        for order in (*sold.turned_back, sold.kept):
            house.pays_back(sold.channel, order)
    house.settles(available=UNITS - left, out=left)
    house.ask(UNTOLD_RETURNS)
    for sold in sales:
        house.awaits({sold.returned: RETURNED})
        if sold.channel not in UNTOLD_REFUNDS:
            house.pays_back(sold.channel, sold.returned)

    for sold in sales:
        house.receives(sold.refused, REFUSED - DAMAGED, DAMAGED)
    damaged = DAMAGED * len(sales)
    out = left - REFUSED * len(sales)
    house.settles(available=UNITS - out - damaged, out=out, damaged=damaged)
    for sold in sales:
        for order in set(sold.left) - {sold.refused}:
            house.receives(order, sold.left[order])
    house.settles(available=UNITS - damaged, damaged=damaged)

    assert house.run.json("check")["clean"] is True
    each_channel_was_heard(house.heard()[earlier:])


def sell(house: House, channel: str) -> Sold:
    return Sold(
        channel=channel,
        refused=house.order(channel, REFUSED),
        returned=house.order(channel, RETURNED),
        packed=house.order(channel, PACKED),
        kept=house.order(channel, KEPT),
        called_off=house.order(channel, CALLED) if channel in CALLED_OFF else "",
    )


def leave(house: House, sold: Sold) -> None:
    house.do(sold.channel, sold.refused, "arrange", "pick_up")
    house.do(sold.channel, sold.returned, "arrange", "pick_up", "deliver")
    house.do(sold.channel, sold.packed, "arrange")
    if sold.called_off:
        house.do(sold.channel, sold.called_off, "arrange", "pick_up")


def back_out(house: House, sold: Sold) -> None:
    house.do(sold.channel, sold.refused, "fail_delivery")
    house.do(sold.channel, sold.returned, *HANDED_BACK.get(sold.channel, USUALLY))
    house.do(sold.channel, sold.packed, "cancel")
    house.do(sold.channel, sold.kept, "cancel")
    if sold.called_off:
        house.do(sold.channel, sold.called_off, CALLED_OFF[sold.channel])


def each_channel_was_heard(messages: Sequence[tuple[str, str]]) -> None:
    assert {channel for channel, _ in messages} == set(CHANNELS) - set(SILENT)
    assert {answer for _, answer in messages} == {"200"}, messages
