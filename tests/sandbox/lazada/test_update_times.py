"""When update times move, shown on a wall clock that the test moves."""

import pytest

from sandbox.clock import Clock
from sandbox.lazada import LazadaChannel
from sandbox.lazada.trade_orders import TradeOrder, trade_order
from sandbox.listings import AutoRestock, NewItem
from sandbox.shops import Shop
from sandbox.world import World

START = 1_700_000_000


class Played:
    """A world whose wall clock stands still until it is moved."""

    def __init__(self) -> None:
        self.at = START
        self.world = World(1, Clock(lambda: float(self.at)))
        self.lazada = LazadaChannel(self.world)
        self.world.channels = {"lazada": self.lazada}
        self.shop: Shop = self.world.open_shop("lazada", "s1", AutoRestock.NEVER, None)
        self.lazada.open_shop(self.shop, "http://127.0.0.1:1")
        item = NewItem(sku="A", quantity=2, name="A", barcode="")
        self.lazada.list_items(self.shop, [item])
        self.world.sales.take_off(self.shop, {"A": 2})
        placed = self.lazada.place(self.shop, {"A": 2}, cod=False, unpaid=False)
        self.order: TradeOrder = trade_order(placed)

    def wait(self, seconds: int) -> None:
        self.at += seconds
        self.world.advance(0)

    def do(self, action: str, units: dict[str, int] | None = None) -> None:
        self.lazada.act(self.shop, self.order, action, units)


@pytest.mark.parametrize(
    "actions",
    [
        ("pack", "arrange", "pick_up", "deliver", "complete"),
        ("arrange", "pick_up", "fail_delivery", "turn_back", "arrive_back"),
        ("ask_cancel",),
        ("cancel",),
        ("arrange", "pick_up", "lose"),
        ("arrange", "pick_up", "deliver", "request_return", "send_back", "refund"),
    ],
)
def test_every_step_moves_the_update_time(actions: tuple[str, ...]) -> None:
    played = Played()
    for action in actions:
        played.wait(60)
        played.do(action)
        assert played.order.updated_at == played.at, action
        assert {item.updated_at for item in played.order.items} == {played.at}


def test_a_step_of_one_unit_leaves_the_others_time_alone() -> None:
    played = Played()
    played.wait(60)
    played.do("arrange", {"A": 1})
    times = sorted(item.updated_at for item in played.order.items)
    assert times == [START, START + 60]


def test_settlement_moves_the_update_time_long_after_delivery() -> None:
    played = Played()
    for action in ("arrange", "pick_up", "deliver"):
        played.do(action)
    played.wait(8 * 86400)
    assert {item.status for item in played.order.items} == {"delivered"}
    assert played.order.updated_at == START + 8 * 86400
    assert played.order.parcels[0].delivered_at == START


def test_a_returned_unit_is_not_settled() -> None:
    played = Played()
    for action in ("arrange", "pick_up", "deliver", "request_return", "refund"):
        played.do(action)
    played.wait(8 * 86400)
    assert played.order.updated_at == START
