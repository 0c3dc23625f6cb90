"""Calls about event queues."""

from sandbox.channel import Json

from .accounts import App
from .channel import Tiki
from .queues import EventQueue, Subscription
from .statuses import EventType
from .wire import Call, WireError


class QueueCalls:
    """``/v1/queues``: a queue is the app's, what flows into it is a seller's."""

    def __init__(self, tiki: Tiki) -> None:
        self._tiki = tiki
        self._queues = tiki.queues

    def listed(self, call: Call) -> list[Json]:
        """The app's queues."""
        return [_queue(queue) for queue in self._queues.of(_itself(call))]

    def create(self, call: Call) -> Json:
        """A new queue."""
        app = _itself(call)
        name = call.body.get("name")
        if not isinstance(name, str) or not name:
            raise WireError(400, "name must not be empty")
        queue = self._queues.create(app, name)
        if not call.applies:
            del self._queues.by_code[queue.code]
        return _queue(queue)

    def subscriptions(self, call: Call) -> list[Json]:
        """What flows into a queue."""
        queue = self._find(call)
        return [_subscription(each) for each in queue.subscriptions]

    def subscribe(self, call: Call) -> Json:
        """Let a seller's events flow into a queue, with that seller's token."""
        queue, account = self._find(call), call.token.account
        if account is None:
            raise WireError(401, "The token is not linked with any sellers")
        named = call.body.get("event_type")
        if named not in list(EventType):
            raise WireError(400, "event_type is not valid")
        before = list(queue.subscriptions)
        subscription = self._queues.subscribe(queue, account, EventType(str(named)))
        if not call.applies:
            queue.subscriptions = before
        return _subscription(subscription)

    def pull(self, call: Call) -> Json:
        """Confirm the batch before, and take the next one."""
        app, queue = _itself(call), self._find(call)
        if queue.app is not app:
            raise WireError(404, "Queue not found")
        acknowledged = call.body.get("ack_id")
        if acknowledged is not None and not isinstance(acknowledged, str):
            raise WireError(400, "ack_id must be a string")
        if acknowledged and call.applies and not queue.confirm(acknowledged):
            raise WireError(400, "ack_id is not valid")
        ack_id = self._queues.new_id()
        return {"ack_id": ack_id, "events": queue.batch(call.now, ack_id)}

    def _find(self, call: Call) -> EventQueue:
        queue = self._queues.by_code.get(call.place["code"])
        if queue is None or queue.app is not call.token.app:
            raise WireError(404, "Queue not found")
        return queue


def _itself(call: Call) -> App:
    # An in-house app has no other token than its own.
    app = call.token.app
    if call.token.account is not None and app.owner is None:
        raise WireError(403, "Queues belong to the client, use its own credentials")
    return app


def _queue(queue: EventQueue) -> Json:
    return {
        "code": queue.code,
        "name": queue.name,
        "status": "ACTIVE",
        "secret": queue.secret,
    }


def _subscription(subscription: Subscription) -> Json:
    return {
        "code": subscription.code,
        "active": subscription.active,
        "event_type": subscription.type.value,
        "sid": subscription.account.sid,
    }
