"""Long lists go by an index, however far somebody has paged."""

from __future__ import annotations

import re
from datetime import timedelta

from stock import feeds
from tests.stock.comebacks import Comeback, many, send_back
from tests.stock.plans import plan_of, watched
from tests.stock.world import NOW, World

WHOLE_TABLE = r"SCAN (?!\(|heads|anon|CONSTANT|COMPOUND)|Seq Scan"


def test_each_shops_orders_are_read_by_index_up_to_a_page(world: World) -> None:
    second = world.open_shop()
    world.stock("MUG", 10, shop=second)
    send_back(world, Comeback(order_id="S1", shop=second))
    many(world, 300)
    since = NOW - timedelta(days=3)

    for after in (None, (NOW - timedelta(days=1), 40)):
        with watched(world.database) as told, world.database.read() as session:
            found = feeds.orders_page(
                session, shop_ids=None, since=since, after=after, limit=2
            )
        assert len(found.items) <= 2
        plan = plan_of(world.database, next(x for x in told if "UNION" in x[0]))
        assert len(re.findall("ix_order_updated", plan)) >= 2, plan
        assert not re.search(WHOLE_TABLE, plan), plan
