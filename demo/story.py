"""The story of the main job, each step checked against what must be so."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

from connector.registry import connector_class
from daemon.office import Office, open_office
from daemon.settings import read_settings
from demo.clerk import Clerk
from demo.ledger import Ledger
from demo.machinery import Machinery
from demo.market import Market
from demo.numbers import Numbers
from demo.screen import Screen

CHANNELS = ("shopee", "lazada", "tiktok", "haravan")
"""Where the one article is sold; the first one's buyers change their minds most."""
SKU = "AO-THUN-TRANG-L"
STEP_SECONDS = 30.0


class StoryFailed(Exception):
    """Something was not as it must be; the text says what."""


@dataclass(slots=True)
class _Stage:
    machinery: Machinery
    markets: Sequence[Market]
    ledger: Ledger
    clerk: Clerk
    screen: Screen
    naive: int
    """What a sync that restocks on every cancel would show."""
    phantom: int = 0

    @property
    def market(self) -> Market:
        return self.markets[0]

    def numbers(self) -> Numbers:
        on_hand, available = self.ledger.on_hand_and_available()
        shown = tuple(market.shown(SKU) for market in self.markets)
        return Numbers(on_hand, available, shown)

    def step(self, what: str, on_hand: int, available: int) -> None:
        """Wait until all numbers are so, keep the messages, and print them."""
        wanted = Numbers(on_hand, available, (available,) * len(self.markets))
        self.until(
            lambda: self.numbers() == wanted,
            lambda: f"{what}: wanted {wanted}, found {self.numbers()}",
        )
        self.ledger.listen()
        self.screen.step(what, wanted)

    def until(self, is_so: Callable[[], bool], complaint: Callable[[], str]) -> None:
        deadline = time.monotonic() + STEP_SECONDS
        while not is_so():
            if time.monotonic() > deadline:
                raise StoryFailed(complaint())
            time.sleep(0.1)

    def expect(self, is_so: bool, complaint: str) -> None:
        if not is_so:
            raise StoryFailed(complaint)

    def buy(self, quantity: int, market: Market | None = None) -> str:
        chosen = market or self.market
        order = chosen.buy(SKU, quantity)
        self.ledger.remember(chosen.shop, order)
        self.naive -= quantity
        return order

    def backs_out(self, quantity: int, available: int) -> None:
        """Note what a naive sync would have sold again."""
        self.naive += quantity
        extra = self.naive - available
        self.phantom = max(self.phantom, extra)
        self.screen.naive(
            f"a naive sync would now show {self.naive}: {extra} phantom units for sale"
        )

    def received(self, quantity: int) -> None:
        # The naive sync has added good and damaged long ago.
        self.naive -= quantity


def titles() -> list[str]:
    """Return the names of the story's channels, as people know them."""
    return [connector_class(channel).title for channel in CHANNELS]


def play(machinery: Machinery, screen: Screen) -> None:
    """Play the story.  Raises ``StoryFailed`` at the first thing that is not so."""
    screen.title()
    office = open_office(read_settings(machinery.environment))
    with closing(office.database):
        stage = _open_stage(machinery, screen, office)
        _buyer_takes_three(stage)
        order = _parcel_leaves(stage)
        _buyer_refuses(stage, order)
        _clerk_books(stage, order)
        _cancelled_before_shipping(stage)
        _returned_after_delivery(stage)
        _cancelled_while_awaiting_pickup(stage)
        _turned_back_in_transit(stage)
        _another_channels_parcel(stage)
        _everything_again(stage)
        _judge(stage)


def _open_stage(machinery: Machinery, screen: Screen, office: Office) -> _Stage:
    markets = [machinery.market(channel) for channel in CHANNELS]
    with ThreadPoolExecutor(len(markets)) as pool:
        # Each as an admin would do it, all at once to be quick.
        for _ in pool.map(lambda market: _connect(machinery, screen, market), markets):
            pass
    rows = f"sku,warehouse,quantity\n{SKU},MAIN,10\n"
    count = machinery.write_file("count.csv", rows)
    screen.command("stock count count.csv --by lan")
    with ThreadPoolExecutor() as pool:
        link = pool.submit(machinery.link)
        machinery.truestock("stock", "count", count, "--by", "lan")
    return _Stage(
        machinery=machinery,
        markets=markets,
        ledger=Ledger(office=office, shops=[x.shop for x in markets], sku=SKU),
        clerk=Clerk(link.result()),
        screen=screen,
        naive=10,
    )


def _connect(machinery: Machinery, screen: Screen, market: Market) -> None:
    settings = market.open_shop(f"{machinery.web_url}/hooks/{market.shop}")
    market.list_item(SKU, 10, "Áo thun trắng, cỡ L")
    adding = ("shop", "add", market.channel, market.shop, "--settings", "-")
    screen.command(" ".join(adding))
    machinery.truestock(*adding, given=json.dumps(settings))
    screen.command(f"listings import {market.shop}")
    machinery.truestock("listings", "import", market.shop)


def _buyer_takes_three(stage: _Stage) -> None:
    stage.screen.chapter("Ten units are counted in; a buyer takes three")
    stage.step("counted in", 10, 10)


def _parcel_leaves(stage: _Stage) -> str:
    order = stage.buy(3)
    stage.step("a buyer orders 3", 10, 7)
    stage.market.do(order, "arrange")
    stage.step("packed, awaiting pickup (Chờ lấy hàng)", 7, 7)
    stage.market.do(order, "pick_up")
    stage.step("with the carrier (Đang giao hàng)", 7, 7)
    return order


def _buyer_refuses(stage: _Stage, order: str) -> None:
    stage.screen.chapter("The buyer refuses the parcel; Shopee adds the three back")
    stage.market.do(order, "fail_delivery")
    stage.screen.remark(f"Shopee by itself now shows {stage.market.shown(SKU)}")
    _wait_for_return(stage, order, 3)
    stage.step("Truestock puts Shopee back", 7, 7)
    stage.backs_out(3, 7)
    stage.screen.remark(f"refund recorded: {stage.ledger.refund(order)}")
    stage.screen.remark("3 units are expected back; nothing moves until they are here")


def _clerk_books(stage: _Stage, order: str) -> None:
    stage.screen.chapter("The parcel arrives; a clerk books two good and one damaged")
    page = stage.clerk.receive(order, good=2, damaged=1)
    stage.received(1)
    stage.step("return receipt posted (phiếu nhập hàng hoàn)", 10, 9)
    _wait_for_page(stage, page, 9)
    stage.screen.remark(
        "one receipt, and every channel has risen: the page confirms it"
    )


def _cancelled_before_shipping(stage: _Stage) -> None:
    stage.screen.chapter("For contrast: an order that has not shipped is cancelled")
    order = stage.buy(2)
    stage.step("a buyer orders 2", 10, 7)
    stage.market.do(order, "cancel")
    stage.naive += 2
    stage.step("cancelled (Chưa giao hàng): back at once", 10, 9)
    stage.expect(not stage.ledger.awaited(order), f"order {order} awaits a return")


def _returned_after_delivery(stage: _Stage) -> None:
    stage.screen.chapter("The same, starting from delivered")
    order = stage.buy(1)
    stage.step("a buyer orders 1", 10, 8)
    for action in ("arrange", "pick_up", "deliver"):
        stage.market.do(order, action)
    stage.step("delivered (Đã giao hàng)", 9, 8)
    stage.market.do(order, "request_return")
    stage.market.do(order, "refund")
    _wait_for_return(stage, order, 1)
    stage.step("returned and refunded: nothing moves", 9, 8)
    stage.backs_out(1, 8)
    for action in ("send_back", "arrive_back"):
        stage.market.do(order, action)
    stage.step("the carrier says it is back: nothing moves", 9, 8)
    stage.clerk.receive(order, good=1)
    stage.step("the clerk confirms: one scan, no typing", 10, 9)


def _cancelled_while_awaiting_pickup(stage: _Stage) -> None:
    stage.screen.chapter("The same, starting from awaiting pickup")
    order = stage.buy(2)
    stage.step("a buyer orders 2", 10, 7)
    stage.market.do(order, "arrange")
    stage.step("packed, awaiting pickup (Chờ lấy hàng)", 8, 7)
    stage.market.do(order, "cancel")
    _wait_for_return(stage, order, 2)
    stage.step("cancelled and refunded: nothing moves", 8, 7)
    stage.backs_out(2, 7)
    stage.clerk.receive(order, good=2)
    stage.step("the clerk takes it off the packing table", 10, 9)


def _turned_back_in_transit(stage: _Stage) -> None:
    stage.screen.chapter("The same, returned while in transit")
    order = stage.buy(2)
    for action in ("arrange", "pick_up"):
        stage.market.do(order, action)
    stage.step("a buyer orders 2, with the carrier", 8, 7)
    stage.market.do(order, "request_return")
    _wait_for_return(stage, order, 2)
    stage.step("turned back and refunded: nothing moves", 8, 7)
    stage.backs_out(2, 7)
    stage.market.do(order, "arrive_back")
    stage.clerk.receive(order, good=2)
    stage.step("the clerk confirms", 10, 9)


def _another_channels_parcel(stage: _Stage) -> None:
    other = stage.markets[1]
    title = titles()[1]
    stage.screen.chapter(f"A parcel of {title} comes back: all channels rise together")
    order = stage.buy(2, other)
    stage.step(f"a buyer on {title} orders 2", 10, 7)
    for action in ("arrange", "pick_up"):
        other.do(order, action)
    stage.step("with the carrier", 8, 7)
    other.do(order, "fail_delivery")
    _wait_for_units(stage, order, 2)
    stage.step("turned back: nothing moves", 8, 7)
    stage.clerk.receive(order, good=2)
    stage.step("the clerk confirms: all rise by 2", 10, 9)


def _everything_again(stage: _Stage) -> None:
    stage.screen.chapter("Every message of the story again, doubled and shuffled")
    # The daemon may still be hearing the last news for the first time.
    since = stage.ledger.office.now()
    stage.until(
        lambda: stage.ledger.read_since(since),
        lambda: "the daemon has stopped reading the shop",
    )
    before = stage.ledger.fingerprint()
    heard = stage.ledger.hear_everything_again(random.Random(7))
    stage.step(f"{heard} messages heard again", 10, 9)
    stage.expect(
        stage.ledger.fingerprint() == before,
        "hearing the same messages again has changed the books",
    )


def _judge(stage: _Stage) -> None:
    broken = stage.ledger.broken_invariants()
    stage.expect(not broken, f"the books are wrong: {broken}")
    stage.machinery.truestock("check")
    caught = stage.ledger.phantom_units()
    stage.expect(caught > 0, "the channel restocked, and nobody noticed")
    last = Numbers(10, 9, (9,) * len(stage.markets))
    stage.expect(stage.numbers() == last, f"in the end {stage.numbers()}")
    stage.screen.verdict(
        [
            "10 units in the building: 9 good on the shelf, 1 damaged",
            f"the ledger, {' and '.join([', '.join(titles()[:-1]), titles()[-1]])}"
            " all show 9, and agreed after every step",
            f"{caught} phantom units that channels added by themselves were taken off",
            f"at its worst a naive sync would have sold {stage.phantom} units too many",
            "a replay of every message changed nothing",
            "./truestock check: every invariant of the ledger holds",
        ]
    )


def _wait_for_units(stage: _Stage, order: str, units: int) -> None:
    stage.until(
        lambda: stage.ledger.awaited(order) == units,
        lambda: (
            f"order {order} should await {units} units,"
            f" it awaits {stage.ledger.awaited(order)}"
        ),
    )


def _wait_for_return(stage: _Stage, order: str, units: int) -> None:
    _wait_for_units(stage, order, units)
    stage.until(
        lambda: stage.ledger.refund(order) is not None,
        lambda: f"no refund of order {order} was recorded",
    )


def _wait_for_page(stage: _Stage, page: str, quantity: int) -> None:
    stage.until(
        lambda: stage.clerk.sees_confirmed(page, quantity),
        lambda: f"the page {page} does not show {quantity} as confirmed",
    )
