"""Calls about pushes that nobody took."""

from sandbox.channel import Json

from .channel import Shopee
from .pushes import LostPush
from .wire import Answer, Call

_PAGE = 100


class PushCalls:
    """``push/*``; the queue is the app's, not a shop's."""

    def __init__(self, shopee: Shopee) -> None:
        self._pushes = shopee.pushes

    def lost(self, call: Call) -> Answer:
        """The earliest hundred; confirm them to see the next."""
        lost = self._pushes.lost()
        page = lost[:_PAGE]
        return {
            "push_message_list": [_message(push) for push in page],
            "has_next_page": len(lost) > _PAGE,
            "last_message_id": page[-1].id if page else 0,
        }

    def confirm(self, call: Call) -> Answer:
        """Take everything up to one message off the queue."""
        last_id = call.body_number("last_message_id")
        if call.applies:
            self._pushes.confirm(last_id)
        return {}


def _message(push: LostPush) -> Json:
    return {
        "shop_id": push.body["shop_id"],
        "code": push.body["code"],
        "timestamp": push.body["timestamp"],
        "data": push.body,
    }
