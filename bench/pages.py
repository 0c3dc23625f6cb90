"""What every page of the desk costs when very many returns are open.

``python -m bench.pages`` lets a shop live through one record of each kind, fills a
sheet with forty parcels and a page with orders that wait, and opens every page with
1,000 and with 100,000 open returns.  It prints how many times as long a page takes
then, and ends with 1 when one takes much longer.
"""

from __future__ import annotations

import argparse
import logging
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import quote

from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bench.board import FEW, MANY, vacuum
from daemon.settings import read_settings
from stock.models import (
    ExpectedReturn,
    ExpectedReturnLine,
    Order,
    OrderLine,
    Parcel,
    Sku,
)
from stock.models.base import Base
from stock.schema import upgrade
from stock.session import Database
from tests.postgresql import running
from tests.web.conftest import RecordingBell
from tests.web.pages import BEFORE_THE_DOOR, Address, all_pages
from tests.web.seller import NOW, Seller
from tests.web.sheet_desk import SheetDesk
from tests.web.twins import Twin
from tests.web.visitor import Visitor
from web import create_app

RUNS, TRIES = 3, 3
MOST_TIMES, MOST_LONGER = 2.5, 0.005
"""A page may take so many times as long, or so many seconds longer."""
WAITING, ON_A_SHEET, SOLD_BEFORE = 60, 40, 3_000
WORD = "apple"
SEARCHES: Mapping[str, str] = {
    "search by order number": "N77",
    "search by tracking number": "T77",
    "search by SKU": f"{WORD}-mug",
    "search by barcode": f"{WORD}-barcode",
    "search by a SKU that is in no return": "OLD",
    "search by what nobody knows": "nobody knows",
}
Record = TypeVar("Record", Order, Parcel)
PERSONAL = frozenset({"password.show_form"})
"""Pages that only who has signed in with a password has."""
SOLD_FROM, OPEN_FROM = 1_000_000, 2_000_000
"""Ids that nothing else has."""
_BATCH = 5_000
_DESK = re.compile(r"^/desk/[^/]+/")


@dataclass(frozen=True, slots=True)
class Shown:
    """A desk over one database, and the address of each of its pages."""

    client: FlaskClient
    paths: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Times:
    """How long a page takes with few open returns and with many, in seconds."""

    few: float
    many: float

    @property
    def ratio(self) -> float:
        """How many times as long it takes with many."""
        return self.many / self.few

    @property
    def grows(self) -> bool:
        """Whether it takes longer than noise explains."""
        return self.ratio > MOST_TIMES and self.many - self.few > MOST_LONGER


def main() -> int:
    """Measure on both databases; 1 when a page grows with the open returns."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--many", type=int, default=MANY, help="open returns")
    options = parser.parse_args()
    # The page's own log would be most of what is printed.
    logging.disable(logging.CRITICAL)
    growing = False
    if options.only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            places = iter(range(2))
            growing |= _compare(
                "SQLite", lambda: f"sqlite:///{folder}/{next(places)}.db", options.many
            )
    if options.only != "sqlite":
        with running(durable=False) as server:
            growing |= _compare(
                "PostgreSQL", lambda: server.url(server.create()), options.many
            )
    return 1 if growing else 0


def _compare(name: str, new_database: Callable[[], str], many: int) -> bool:
    with ExitStack() as stack:
        few_shown = _shown(stack, new_database(), FEW)
        many_shown = _shown(stack, new_database(), many)
        times = {
            page: _measure(few_shown, many_shown, page) for page in few_shown.paths
        }
    print(_row(f"{name}, {len(times)} pages", [x.ratio for x in times.values()]))
    for page in sorted(times, key=lambda page: -times[page].ratio)[:5]:
        print(f"    {_line(page, times[page])}")
    growing = [page for page, found in times.items() if found.grows]
    for page in growing:
        print(f"    GROWS: {_line(page, times[page])}")
    return bool(growing)


def _row(name: str, ratios: Sequence[float]) -> str:
    ninth = statistics.quantiles(ratios, n=10)[-1]
    return f"{name:<34}{statistics.median(ratios):5.2f}  nine of ten within {ninth:.2f}"


def _line(page: str, found: Times) -> str:
    longer = (found.many - found.few) * 1000
    return f"{found.ratio:5.1f}  {longer:+7.1f} ms  {page}"


def _measure(few: Shown, many: Shown, page: str) -> Times:
    """Open a page of both; once more where it is slow: noise does not stay."""
    for _ in range(TRIES):
        found = _measure_once(few, many, page)
        if not found.grows:
            break
    return found


def _measure_once(few: Shown, many: Shown, page: str) -> Times:
    # By turns, so that noise hits both.
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(RUNS + 1):
        for shown, seconds in zip((few, many), found, strict=True):
            seconds.append(_seconds(shown.client, shown.paths[page]))
    # The first time only warms up.
    return Times(*(statistics.median(seconds[1:]) for seconds in found))


def _seconds(client: FlaskClient, path: str) -> float:
    started = time.perf_counter()
    answer = client.get(path)
    answer.get_data()
    seconds = time.perf_counter() - started
    assert answer.status_code in (200, 303), (path, answer.status)
    return seconds


def _shown(stack: ExitStack, url: str, count: int) -> Shown:
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    settings = read_settings({"TRUESTOCK_VAR": folder})
    database = Database(url)
    stack.callback(database.close)
    upgrade(database)
    app = create_app(settings, database=database, bell=RecordingBell(), now=lambda: NOW)
    twin = Twin(app, database, settings, WORD)
    twin.live()
    _let_orders_wait(Seller(database, settings), twin.shop)
    pages = all_pages(app, database, twin)
    _fill(database, count)
    sheet = _fill_sheet(twin)
    paths = dict(_paths(pages, twin.visitor("admin", bound=False, name="all"), sheet))
    return Shown(app.test_client(use_cookies=False), paths)


def _paths(
    pages: Sequence[Address], somebody: Visitor, sheet: str
) -> Iterator[tuple[str, str]]:
    """Yield each page as who found it sees it, and as somebody who sees all shops."""
    seen: Counter[str] = Counter()
    for page in pages:
        if page.endpoint in BEFORE_THE_DOOR:
            continue
        seen[page.endpoint] += 1
        name = f"{page.endpoint}, {seen[page.endpoint]}"
        yield name, page.path
        if page.endpoint not in PERSONAL:
            yield f"{name}, all shops", somebody.desk + _DESK.sub("", page.path)
    yield f"a sheet with {ON_A_SHEET} parcels", somebody.desk + sheet
    yield f"a print with {ON_A_SHEET} parcels", f"{somebody.desk}{sheet}/print"
    for name, code in SEARCHES.items():
        yield name, f"{somebody.desk}?q={quote(code)}"


def _let_orders_wait(seller: Seller, shop: str) -> None:
    seller.sell(shop, "OLD", "Old")
    for number in range(WAITING):
        seller.order(f"W{number}", sku="OLD", fulfilment=None, shop=shop)


def _fill_sheet(twin: Twin) -> str:
    desk = SheetDesk(twin.visitor("clerk"))
    for number in range(ON_A_SHEET):
        desk.scan(f"T{number}")
    assert f"T{ON_A_SHEET - 1}" in desk.text
    return desk.path


def _fill(database: Database, count: int) -> None:
    """Open as many returns like the first one, and sell OLD before them."""
    for first in range(0, SOLD_BEFORE, _BATCH):
        ids = range(SOLD_FROM + first, SOLD_FROM + min(first + _BATCH, SOLD_BEFORE))
        with database.write() as session:
            old = session.scalars(select(Sku.id).where(Sku.code == "OLD")).one()
            _sell(session, _like(session, Order), "Z", ids, old)
    for first in range(0, count, _BATCH):
        ids = range(OPEN_FROM + first, OPEN_FROM + min(first + _BATCH, count))
        with database.write() as session:
            order = _like(session, Order)
            _sell(session, order, "N", ids, order.lines[0].sku_id)
            _open(session, order.expected_returns[0], ids, count)
            parcel = _like(session, Parcel)
            session.execute(insert(Parcel), [_copy_parcel(parcel, x) for x in ids])
        # Else PostgreSQL looks foreign keys up as if there were none yet.
        vacuum(database)


def _like(session: Session, kind: type[Record]) -> Record:
    named = select(kind).filter_by(channel_order_id=f"{WORD}-open")
    return session.scalars(named).one()


def _sell(
    session: Session, like: Order, letter: str, ids: Sequence[int], sku_id: int
) -> None:
    numbers = [(x, _number(letter, x)) for x in ids]
    orders = [_copy(like, id=x, channel_order_id=number) for x, number in numbers]
    session.execute(insert(Order), orders)
    lines = [_copy(like.lines[0], id=x, order_id=x, sku_id=sku_id) for x in ids]
    session.execute(insert(OrderLine), lines)


def _open(
    session: Session, like: ExpectedReturn, ids: Sequence[int], count: int
) -> None:
    returns = [
        _copy(
            like,
            id=x,
            order_id=x,
            channel_order_id=_number("N", x),
            # Over a fortnight, however many they are.
            opened_at=NOW - timedelta(minutes=(x - OPEN_FROM) * 20_000 // count),
        )
        for x in ids
    ]
    session.execute(insert(ExpectedReturn), returns)
    line = like.lines[0]
    lines = [_copy(line, expected_return_id=x, order_line_id=x) for x in ids]
    session.execute(insert(ExpectedReturnLine), lines)


def _copy_parcel(like: Parcel, record_id: int) -> dict[str, Any]:
    return _copy(
        like,
        id=record_id,
        channel_order_id=_number("N", record_id),
        number=_number("T", record_id),
    )


def _number(letter: str, record_id: int) -> str:
    return f"{letter}{record_id % SOLD_FROM}"


def _copy(row: Base, **changes: Any) -> dict[str, Any]:
    columns = (column.key for column in row.__table__.columns if column.key != "id")
    return {name: getattr(row, name) for name in columns} | changes


if __name__ == "__main__":
    sys.exit(main())
