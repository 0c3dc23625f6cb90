"""Calls of the webhook host: a shop begins and ends what the app is told."""

from sandbox.channel import Json

from .channel import Haravan
from .webhooks import TOPICS
from .wire import Call, Reply


class WebhookCalls:
    """``/api/subscribe``: the whole app at once, no topic by itself."""

    def __init__(self, haravan: Haravan) -> None:
        self._webhooks = haravan.webhooks

    def subscribe(self, call: Call) -> Reply:
        """Begin to send to the app's address; twice is once."""
        call.store.subscribed = True
        return Reply(body=_envelope("Subscribe success"))

    def unsubscribe(self, call: Call) -> Reply:
        """Stop sending."""
        call.store.subscribed = False
        return Reply(body=_envelope("Unsubscribe success"))

    def list(self, call: Call) -> Reply:
        """What is sent where."""
        address = self._webhooks.address(call.store)
        data: list[Json] = []
        if address is not None:
            data = [
                {"id": f"{call.store.org_id}-{index}", "event": topic, "url": address}
                for index, topic in enumerate(TOPICS, start=1)
            ]
        return Reply(body={"data": data, **_envelope("")})


def _envelope(message: str) -> Json:
    return {"error": False, "message": message, "error_Code": None}
