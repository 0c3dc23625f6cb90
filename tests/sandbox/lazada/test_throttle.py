"""The inventory limit, on a wall clock that stands still."""

import time

from sandbox.clock import Clock
from sandbox.servers import Sandbox
from tests.sandbox.driver import Control
from tests.sandbox.lazada.driver import Seller

READ = "/seller/get"


def test_a_second_holds_fifty_inventory_calls_of_each_seller() -> None:
    now = [time.time()]
    with Sandbox(port=0, seed=1, clock=Clock(lambda: now[0])) as running:
        control = Control(running.url)
        sellers = []
        for name in ("s1", "s2"):
            settings = control.post("lazada/shops", shop=name)["settings"]
            sellers.append(Seller(control, name, settings))
            sellers[-1].sell(A=1)
        first, second = sellers
        assert {first.write_stock(A=n)["code"] for n in range(50)} == {"0"}
        refused = first.write_stock(A=99)
        assert (refused["code"], refused["type"]) == ("901", "ISP")
        assert first.stock()["A"] == 49
        assert first.get(READ)["code"] == second.write_stock(A=7)["code"] == "0"
        now[0] += 1
        assert first.write_stock(A=99)["code"] == "0"
