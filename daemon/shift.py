"""One worker's hold on one shop: its lease, its deadline, who is told of progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy.orm import Session

from connector import Connector
from daemon.heartbeat import heartbeat
from daemon.office import Office
from stock import shops
from stock.errors import StockError
from stock.models import Shop

Result = TypeVar("Result")


class Busy(StockError):
    """Somebody else works on this shop at the moment."""

    def __init__(self, shop: str) -> None:
        self.shop = shop
        super().__init__(f"somebody else works on shop {shop!r}")


Progress = Callable[[str, int], None]
"""Where long work says how far it has come: so many more pieces of what."""


def silent(_what: str, _advance: int) -> None:
    """Tell nobody."""


class Line:
    """The way to a shop's channel, opened when somebody first needs it."""

    def __init__(self, connect: Callable[[], Connector]) -> None:
        self._connect = connect
        self._connector: Connector | None = None

    @property
    def connector(self) -> Connector:
        """What speaks for the shop; any error of its settings is raised here."""
        if self._connector is None:
            self._connector = self._connect()
        return self._connector

    def close(self) -> None:
        """Close the connections, if there are any."""
        if self._connector is not None:
            self._connector.transport.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A held lease on a shop; all writes of its work go through ``write``.

    The lease is renewed while the work waits for the channel.  Once it is lost, the
    next write and the next request raise ``LeaseLost``.
    """

    office: Office
    shop_name: str
    token: str
    line: Line = field(repr=False)
    ends_at: float
    progress: Progress = silent

    @property
    def connector(self) -> Connector:
        """What speaks for the shop."""
        return self.line.connector

    def write(self, work: Callable[[Session, Shop], Result]) -> Result:
        """Do ``work`` in one transaction that commits only while the lease is ours."""

        def fenced(session: Session) -> Result:
            shops.keep_lease(session, self.shop_name, self.token)
            return work(session, shops.find_shop(session, self.shop_name))

        return self.office.database.run(fenced)

    def read(self, work: Callable[[Session, Shop], Result]) -> Result:
        """Look something up; nothing is kept."""
        with self.office.database.read() as session:
            return work(session, shops.find_shop(session, self.shop_name))

    @property
    def is_over(self) -> bool:
        """Whether it is time to stop at the next row."""
        return self.office.monotonic() >= self.ends_at


@contextmanager
def shift(
    office: Office,
    shop_name: str,
    *,
    seconds: float,
    progress: Progress = silent,
) -> Iterator[Shift]:
    """Hold a shop for a while.  Raises ``Busy`` when somebody else does."""
    with office.database.read() as session:
        shop = shops.find_shop(session, shop_name)
    token = office.database.run(lambda s: shops.take_lease(s, shop_name))
    if token is None:
        raise Busy(shop_name)

    def renew() -> None:
        office.database.run(lambda s: shops.keep_lease(s, shop_name, token))

    def connect() -> Connector:
        connector = office.connect(shop)
        connector.transport.check_before_each(still_ours)
        return connector

    try:
        with heartbeat(renew) as still_ours, closing(Line(connect)) as line:
            yield Shift(
                office=office,
                shop_name=shop_name,
                token=token,
                line=line,
                ends_at=office.monotonic() + seconds,
                progress=progress,
            )
    finally:
        office.database.run(lambda s: shops.release_lease(s, shop_name, token))
