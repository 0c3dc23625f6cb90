"""TikTok Shop's webhooks: where they go and how they are signed."""

import json

from sandbox.channel import Json
from sandbox.shops import Shop
from sandbox.webhooks import Letter
from sandbox.world import World

from .accounts import REFRESH_SECONDS, Account, Accounts
from .signing import sign, webhook_base
from .statuses import Topic

# One observer's account of the retries; the marketplace does not publish them.
RETRY_AFTER = (30.0, 60.0, 120.0)
_WARNED_AHEAD = 30 * 86400
_DAY = 86400


class Webhooks:
    """Posts what happened to the address that the shop registered for it.

    An event without an address of its own goes to the one that stands in the portal.
    """

    def __init__(self, world: World, accounts: Accounts) -> None:
        self._world = world
        self._accounts = accounts

    def wanted(self, shop: Shop, topic: Topic) -> bool:
        """Whether anybody is told about this kind of event."""
        return self._address(shop, topic) is not None

    def shop_id(self, shop: Shop) -> str:
        """How the marketplace numbers a shop."""
        return self._accounts.of(shop).shop_id

    def post(self, shop: Shop, topic: Topic, data: Json) -> None:
        """Sign one event and hand it to the courier."""
        address = self._address(shop, topic)
        if address is None:
            return
        app = self._accounts.app
        message: Json = {
            "type": topic.value,
            "tts_notification_id": str(int(self._world.identifiers.passing(15), 16)),
            "shop_id": self.shop_id(shop),
            "timestamp": self._world.clock.stamp(),
            "data": data,
        }
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
        self._world.courier.post(
            Letter(
                url=address,
                body=body,
                headers={
                    "Authorization": sign(app.secret, webhook_base(app.key, body)),
                    "Content-Type": "application/json",
                },
                retry_after=RETRY_AFTER,
                needs_empty_answer=False,
                answer_within=5.0,
                lost=_forget,
            )
        )

    def watch_authorization(self, account: Account) -> None:
        """Warn every day of the month before the authorization ends."""
        self._warn_in(account, REFRESH_SECONDS - _WARNED_AHEAD)

    def _warn_in(self, account: Account, delay: float) -> None:
        self._world.agenda.add(delay, lambda: self._warn(account))

    def _warn(self, account: Account) -> None:
        left = account.refresh_good_until - self._world.clock.now()
        if left > _WARNED_AHEAD:
            self._warn_in(account, left - _WARNED_AHEAD)
            return
        # An authorization that has ended can be renewed, and then ends once more.
        self._warn_in(account, _DAY)
        if left <= 0:
            return
        ends = int(self._world.clock.wall() + left)
        self.post(
            account.shop,
            Topic.UPCOMING_AUTHORIZATION_EXPIRATION,
            {
                "message": f"The authorization of shop {account.shop_id} ends in "
                f"{int(left // _DAY)} days.",
                "expiration_time": str(ends),
            },
        )

    def _address(self, shop: Shop, topic: Topic) -> str | None:
        registered = self._accounts.of(shop).webhooks.get(topic.name)
        return shop.webhook_url if registered is None else registered.address


def _forget() -> None:
    """Nothing keeps webhooks that nobody took: whoever missed them must poll."""
