"""Endpoints that want to be told, and what the database wrote down for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from stock import endpoints, outbox
from stock.models import HookEndpoint, HookEvent, HookMessage, Shop
from stock.outbox import Claimed
from tests.stock.world import NOW, World

ALL = tuple(HookEvent)
POSTED, REVERSED, CHANGED = ALL


def pause_twice(attempts: int) -> timedelta | None:
    """Wait a minute after the first attempt and after the second; three in all."""
    return timedelta(minutes=1) if attempts < 3 else None


class Listener:
    """One endpoint."""

    def __init__(
        self,
        world: World,
        *events: HookEvent,
        shops: Sequence[Shop] = (),
        url: str = "https://erp.example.vn/hook",
    ) -> None:
        self.world = world
        self.database = world.database
        with self.database.write() as session:
            endpoint, self.secret = endpoints.add_endpoint(
                session,
                world.vault,
                url=url,
                events=events or ALL,
                shops=shops,
                now=NOW,
            )
            self.id = endpoint.id

    def read(self) -> HookEndpoint:
        """Return the endpoint as it is."""
        with self.database.read() as session:
            return endpoints.find_endpoint(session, self.id)

    def messages(self, event: HookEvent | None = None) -> list[HookMessage]:
        """Return what was written down, the first first."""
        with self.database.read() as session:
            found = session.scalars(
                select(HookMessage)
                .where(HookMessage.endpoint_id == self.id)
                .order_by(HookMessage.id)
            ).all()
        return [one for one in found if event in (None, one.event)]

    def states(self) -> list[tuple[str, str]]:
        """Return the event and the state of each."""
        return [(str(one.event), str(one.state)) for one in self.messages()]

    def claim(self, now: datetime = NOW) -> Claimed | None:
        """Begin to tell the next message."""
        with self.database.write() as session:
            return outbox.claim_next(
                session,
                endpoints.find_endpoint(session, self.id),
                pause_after=pause_twice,
                now=now,
            )

    def expect(self, now: datetime = NOW) -> Claimed:
        """Begin to tell a message that must be there."""
        claimed = self.claim(now)
        assert claimed is not None
        return claimed

    def told(self, claimed: Claimed, now: datetime = NOW) -> None:
        """Say that the receiver took it."""
        with self.database.write() as session:
            outbox.record_told(session, claimed, status=200, now=now)

    def failed(self, claimed: Claimed, *, not_before: datetime | None = None) -> None:
        """Say that it did not."""
        with self.database.write() as session:
            outbox.record_failure(
                session,
                claimed,
                status=500,
                error="answered 500",
                not_before=not_before,
                pause_after=pause_twice,
            )

    def due(self, now: datetime = NOW) -> bool:
        """Say whether the clock would find it."""
        with self.database.read() as session:
            return self.id in outbox.due_endpoints(session, now)
