"""Calls about the addresses that a shop registered for events."""

from sandbox.channel import Json

from .accounts import Registration
from .channel import TikTok
from .statuses import REGISTRABLE
from .wire import Call, Fields, invalid


class EventCalls:
    """``event/*/webhooks``."""

    def __init__(self, tiktok: TikTok) -> None:
        self._clock = tiktok.world.clock

    def webhooks(self, call: Call) -> Json:
        """What is registered for this shop; the portal's address is not among it."""
        registered = call.shop_account.webhooks
        return {
            "webhooks": [
                {
                    "event_type": event_type,
                    "address": each.address,
                    "create_time": each.created_at,
                    "update_time": each.updated_at,
                }
                for event_type, each in registered.items()
            ],
            "total_count": len(registered),
        }

    def register(self, call: Call) -> Json:
        """Set the address of one event, in place of the one before."""
        fields = call.fields()
        event_type, address = _event_type(fields), fields.text("address")
        if not address.startswith(("http://", "https://")):
            raise invalid("The `address` must be a URL.")
        registered = call.shop_account.webhooks
        if call.applies:
            now = self._clock.stamp()
            before = registered.get(event_type)
            registered[event_type] = Registration(
                address=address,
                created_at=now if before is None else before.created_at,
                updated_at=now,
            )
        return {}

    def forget(self, call: Call) -> Json:
        """Drop the address of one event."""
        event_type = _event_type(call.fields())
        if call.applies:
            call.shop_account.webhooks.pop(event_type, None)
        return {}


def _event_type(fields: Fields) -> str:
    event_type = fields.text("event_type")
    if event_type not in REGISTRABLE:
        raise invalid("The `event_type` is not supported.")
    return event_type
