"""What a page of the board costs when very many returns are open.

``python -m bench.board`` asks for every order of the board under every filter, for
somebody who sees all shops and for somebody bound to a small one, once with 1,000 and
once with 100,000 open returns.  It prints how many times as long a page takes then.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice, product
from typing import Any

from sqlalchemy import insert, select, text

from daemon.settings import read_settings
from stock.models import ExpectedReturn
from stock.schema import upgrade
from stock.session import Database
from stock.shops import find_shop
from tests.postgresql import running
from tests.web.conftest import RecordingBell
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor
from web import create_app
from web.board_query import SORTS

FEW, MANY = 1_000, 100_000
TRIES = 5
FILTERS: Mapping[str, str] = {
    "all": "",
    "of a small shop": "shop=small",
    "of a rare carrier": "carrier=RARE",
    "of a common carrier": "carrier=GHN",
    "older than half a year": "days=180",
    "older than two days": "days=2",
    "worth much": "value=100000000&currency=VND",
    "in a rare currency": "currency=USD",
    "overdue": "due=over",
    "soon due": "due=near",
    "due later": "due=far",
    "claimed": "claim=live",
    "not claimed": "claim=none",
}
_BATCH = 10_000

Page = tuple[str, str, str]
"""Who reads, under which filter, in which order."""


def main() -> int:
    """Measure on both databases; deadlines that channels told, and that none told."""
    parser = argparse.ArgumentParser(prog="python -m bench.board", description=__doc__)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    only = parser.parse_args().only
    # The page's own log would be most of what is printed.
    logging.disable(logging.CRITICAL)
    if only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            places = iter(range(4))
            _compare("SQLite", lambda: f"sqlite:///{folder}/{next(places)}.db")
    if only != "sqlite":
        with running(durable=False) as server:
            _compare("PostgreSQL", lambda: server.url(server.create()))
    return 0


def _compare(name: str, new_database: Any) -> None:
    for told in (True, False):
        few = _measure(new_database(), FEW, told=told)
        many = _measure(new_database(), MANY, told=told)
        ratios = {page: many[page] / few[page] for page in few}
        print(_row(f"{name}, deadlines {'told' if told else 'not told'}", ratios))
        for page in sorted(ratios, key=lambda page: -ratios[page])[:3]:
            print(f"    {ratios[page]:5.1f}  {', '.join(page)}")


def _row(name: str, ratios: Mapping[Page, float]) -> str:
    found = sorted(ratios.values())
    ninth = statistics.quantiles(found, n=10)[-1]
    return f"{name:<34}{statistics.median(found):5.2f}  nine of ten within {ninth:.2f}"


def _measure(url: str, count: int, *, told: bool) -> Mapping[Page, float]:
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings({"TRUESTOCK_VAR": folder})
        database = Database(url)
        seller = Seller(database, settings)
        _fill(seller, count, told=told)
        app = create_app(
            settings, database=database, bell=RecordingBell(), now=lambda: NOW
        )
        found = {}
        for who, shops in (("sees all", ()), ("bound to a small shop", ("small",))):
            visitor = Visitor(app, settings, who, "supervisor", NOW, shops=shops)
            for (wish, query), order in product(FILTERS.items(), SORTS):
                if shops and query.startswith("shop="):
                    continue
                path = f"{visitor.desk}?sort={order}&{query}"
                found[who, wish, order] = _fastest(visitor, path)
        database.close()
    return found


def _fastest(visitor: Visitor, path: str) -> float:
    seconds = []
    for _ in range(TRIES):
        started = time.perf_counter()
        answer = visitor.client.get(path)
        answer.get_data()
        seconds.append(time.perf_counter() - started)
        assert answer.status_code == 200, (path, answer.status)
    return min(seconds)


def _fill(seller: Seller, count: int, *, told: bool) -> None:
    upgrade(seller.database)
    for name in ("large", "small", "other"):
        seller.open_shop(name)
        seller.sell(name, "MUG", "Mug")
    seller.count("MUG", 1000)
    for number in range(60):
        seller.order(f"A{number:02d}", 2, shop="large")
    for number in range(3):
        seller.order(f"B{number}", 2, shop="small")
    with seller.database.write() as session:
        first = session.scalars(select(ExpectedReturn).order_by("id")).first()
        assert first is not None
        columns = [c.key for c in ExpectedReturn.__table__.columns if c.key != "id"]
        like = {name: getattr(first, name) for name in columns}
        other = find_shop(session, "other").id
        rows = _returns(like, other, count, told=told)
        while batch := list(islice(rows, _BATCH)):
            session.execute(insert(ExpectedReturn), batch)
    vacuum(seller.database)


def vacuum(database: Database) -> None:
    """Let PostgreSQL know what was filled in, as it would after some minutes."""
    if database.engine.dialect.name == "postgresql":
        engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _returns(
    like: Mapping[str, Any], other: int, count: int, *, told: bool
) -> Iterator[dict[str, Any]]:
    """Yield many returns of two shops, and among them some of each rare kind."""
    price = like["value_at_risk"]
    rare: Sequence[dict[str, Any]] = (
        {"carrier": "RARE"},
        {"value_at_risk": price * 5000},
        {"currency": "USD"},
        {"opened_at": NOW - timedelta(days=400)},
        {"claim_before": NOW - timedelta(days=2)},
        {"claim_before": None if told else NOW + timedelta(days=9)},
    )
    for number in range(count):
        # Over a fortnight, however many they are.
        opened_at = NOW - timedelta(minutes=number * 20_000 // count)
        yield {
            **like,
            "return_id": f"R{number}",
            "order_id": like["order_id"] + number % 40,
            "shop_id": (like["shop_id"], other)[number % 2],
            "opened_at": opened_at,
            "carrier": ("GHN", "SPX", "J&T", "Ninja Van", "VTP")[number % 5],
            "claim_before": opened_at + timedelta(days=16) if told else None,
            "value_at_risk": price * (1 + number % 50),
            **(rare[number % len(rare)] if number < 3 * len(rare) else {}),
        }


if __name__ == "__main__":
    sys.exit(main())
