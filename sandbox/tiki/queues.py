"""Event queues: events flow in, and are pulled out until they are acknowledged."""

from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from sandbox.channel import Json
from sandbox.world import World

from .accounts import Account, App
from .statuses import EventType
from .times import milliseconds

_LARGEST_BATCH = 50
_KEPT_SECONDS = 7 * 86400
_SUBSCRIBED_AFTER_SECONDS = 5


@dataclass(kw_only=True)
class Subscription:
    """One seller's events of one type, routed into a queue."""

    code: str
    account: Account
    type: EventType
    starts_at: float
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Queued:
    due: float
    body: Json


@dataclass(kw_only=True, eq=False)
class EventQueue:
    """A queue of one app; what lies before ``confirmed`` is gone for good."""

    code: str
    name: str
    secret: str
    app: App
    subscriptions: list[Subscription] = field(default_factory=list)
    events: list[_Queued] = field(default_factory=list)
    confirmed: int = 0
    given: dict[str, int] = field(default_factory=dict)

    def confirm(self, ack_id: str) -> bool:
        """Take a batch as received; an id that was never given says no."""
        if ack_id not in self.given:
            return False
        self.confirmed = max(self.confirmed, self.given[ack_id])
        return True

    def batch(self, now: float, ack_id: str) -> list[Json]:
        """The oldest events that nobody confirmed, under an id to confirm them by.

        One that is not due yet holds back those behind it.
        """
        end = self.confirmed
        chosen: list[Json] = []
        for queued in islice(self.events, self.confirmed, None):
            if queued.due > now or len(chosen) == _LARGEST_BATCH:
                break
            end += 1
            if now - queued.due < _KEPT_SECONDS:
                chosen.append(queued.body)
        self.given[ack_id] = end
        return chosen


class Queues:
    """Every queue, and the way from what happens into them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.by_code: dict[str, EventQueue] = {}

    def create(self, app: App, name: str) -> EventQueue:
        """A new queue that nothing flows into yet."""
        queue = EventQueue(
            code=self.new_id(),
            name=name,
            secret=self._world.identifiers.passing(),
            app=app,
        )
        self.by_code[queue.code] = queue
        return queue

    def of(self, app: App) -> list[EventQueue]:
        """The queues of one app, oldest first."""
        return [queue for queue in self.by_code.values() if queue.app is app]

    def subscribe(
        self,
        queue: EventQueue,
        account: Account,
        type_: EventType,
        after: float = _SUBSCRIBED_AFTER_SECONDS,
    ) -> Subscription:
        """Route a seller's events of one type into a queue, a few seconds from now.

        Asking again gives the subscription that is there.
        """
        for known in queue.subscriptions:
            if known.account is account and known.type is type_:
                return known
        subscription = Subscription(
            code=self.new_id(),
            account=account,
            type=type_,
            starts_at=self._world.clock.now() + after,
        )
        queue.subscriptions.append(subscription)
        return subscription

    def publish(
        self, account: Account, type_: EventType, payload: Json, version: str = "v1"
    ) -> None:
        """Put an event into every queue that this seller's events flow into.

        The sandbox's webhook modes work here too: events can be missing, doubled or
        late.  A queue keeps its order, so nothing overtakes.
        """
        now = self._world.clock.now()
        for queue in self.by_code.values():
            if not _wants(queue, account, type_, now):
                continue
            body: Json = {
                "id": self.new_id(),
                "sid": account.sid,
                "created_at": milliseconds(self._world.clock.wall()),
                "payload": payload,
                "type": type_.value,
                "version": version,
            }
            for delay in self._world.courier.copies():
                queue.events.append(_Queued(due=now + delay, body=body))

    def new_id(self) -> str:
        """An id as queues, subscriptions, events and batches carry it."""
        return str(UUID(hex=self._world.identifiers.passing(), version=4))


def _wants(queue: EventQueue, account: Account, type_: EventType, now: float) -> bool:
    return any(
        each.active
        and each.account is account
        and each.type is type_
        and each.starts_at <= now
        for each in queue.subscriptions
    )
