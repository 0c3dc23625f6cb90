"""Reads Truestock's books while the story goes on, and keeps every message of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select

from daemon.office import Office
from daemon.translate import order_report, return_report
from stock import audit, levels, orders, returns, shops
from stock.board import open_returns
from stock.models import ExpectedReturn, Listing, Movement, Refund
from stock.reports import OrderReport, ReturnReport


@dataclass(slots=True)
class Ledger:
    """The books of one SKU, sold by several shops."""

    office: Office
    shops: Sequence[str]
    sku: str
    _orders: dict[str, list[str]] = field(default_factory=dict)
    """The story's orders, by shop."""
    _messages: list[tuple[str, OrderReport | ReturnReport]] = field(
        default_factory=list
    )

    def remember(self, shop: str, order_id: str) -> None:
        """Keep what the channel says of this order from now on."""
        self._orders.setdefault(shop, []).append(order_id)

    def on_hand_and_available(self) -> tuple[int, int]:
        """Return the units in the building, and those free to sell."""
        with self.office.database.read() as session:
            sku = levels.find_sku(session, self.sku)
            held = levels.levels_of(session, sku).values()
            return sum(x.on_hand for x in held), sum(x.available for x in held)

    def awaited(self, order_id: str) -> int:
        """Return how many units of an order should come back."""
        with self.office.database.read() as session:
            found = open_returns(session, search=order_id)
            return sum(item.units for item in found)

    def refund(self, order_id: str) -> str | None:
        """Return what was refunded for an order, as a person reads it."""
        with self.office.database.read() as session:
            found = session.scalars(
                select(Refund).where(Refund.channel_order_id == order_id)
            ).first()
        return f"{found.amount:,.0f} {found.currency}" if found else None

    def read_since(self, moment: datetime) -> bool:
        """Say whether a whole round at each shop has begun and ended since then."""
        with self.office.database.read() as session:
            found = [shops.find_shop(session, name) for name in self.shops]
        return all(
            shop.orders_sweep_at
            and shop.last_sync_at
            and moment < shop.orders_sweep_at < shop.last_sync_at
            for shop in found
        )

    def phantom_units(self) -> int:
        """Return the units that the channel added by itself and that were undone."""
        with self.office.database.read() as session:
            return session.scalar(select(func.sum(Listing.phantom_units))) or 0

    def fingerprint(self) -> tuple[int, ...]:
        """Return what must not change when nothing happens: movements and papers."""
        with self.office.database.read() as session:
            return tuple(
                session.scalar(select(func.count()).select_from(table)) or 0
                for table in (Movement, ExpectedReturn, Refund)
            )

    def broken_invariants(self) -> list[str]:
        """Return the sentences that are not true of the books."""
        with self.office.database.read() as session:
            findings = audit.examine(session)
        return [f.invariant.sentence for f in findings if not f.holds]

    def listen(self) -> None:
        """Keep what the channels say of all orders now, as they say it on the wire."""
        for name, order_ids in self._orders.items():
            with self.office.database.read() as session:
                shop = shops.find_shop(session, name)
            connector = self.office.connect(shop)
            with closing(connector.transport):
                told = connector.fetch_orders(order_ids)
                since = self.office.now() - timedelta(days=1)
                claims = connector.read_returns(since=since)
            self._messages += [(name, order_report(order)) for order in told.items]
            self._messages += [(name, return_report(claim)) for claim in claims.items]

    def hear_everything_again(self, chance: random.Random) -> int:
        """Take in each message of the story again, doubled and shuffled."""
        messages = self._messages * 2
        chance.shuffle(messages)
        for shop, message in messages:
            self._take_in(shop, message)
        return len(messages)

    def _take_in(self, name: str, message: OrderReport | ReturnReport) -> None:
        now = self.office.now()
        with self.office.database.write() as session:
            shop = shops.find_shop(session, name)
            if isinstance(message, OrderReport):
                orders.take_in(session, shop, [message], now=now)
            else:
                returns.take_in(session, shop, [message], now=now)
