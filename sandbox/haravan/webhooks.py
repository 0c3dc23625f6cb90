"""Webhooks: where they go, how they are signed and sent."""

from sandbox.webhooks import Letter
from sandbox.world import World

from .accounts import App
from .formats import to_json
from .signing import webhook_signature
from .store import Announcement, Store

TOPICS = (
    "app/uninstalled",
    "orders/cancelled",
    "orders/create",
    "orders/fulfilled",
    "orders/paid",
    "orders/updated",
    "products/create",
    "products/update",
)

# Nothing is published about retries; these are few, so that polling has work to do.
RETRY_AFTER = (60.0, 300.0, 1800.0)
_ANSWER_WITHIN = 5.0


class Webhooks:
    """Posts what a shop has to tell to the app's address."""

    def __init__(self, world: World, app: App) -> None:
        self._world = world
        self._app = app

    def address(self, store: Store) -> str | None:
        """Where a shop's webhooks go, if it is subscribed.

        The address that the shop was opened with counts as verified; any other is the
        app's own, which had to answer the challenge.
        """
        if not store.subscribed:
            return None
        return store.shop.webhook_url or self._app.callback_url

    def flush(self, store: Store) -> None:
        """Send what was noted since the last time."""
        announcements, store.announcements = store.announcements, []
        address = self.address(store)
        if address is not None:
            for each in announcements:
                self._post(store, address, each)

    def _post(self, store: Store, address: str, announcement: Announcement) -> None:
        body = to_json(announcement.body).encode()
        self._world.courier.post(
            Letter(
                url=address,
                body=body,
                headers={
                    "Content-Type": "application/json",
                    "X-Haravan-Topic": announcement.topic,
                    "X-Haravan-Org-Id": str(store.org_id),
                    "X-Haravan-HmacSha256": webhook_signature(
                        self._app.client_secret, body
                    ),
                },
                retry_after=RETRY_AFTER,
                needs_empty_answer=False,
                answer_within=_ANSWER_WITHIN,
                lost=_forget,
            )
        )


def _forget() -> None:
    """Nothing keeps a webhook that nobody took."""
