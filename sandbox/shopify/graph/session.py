"""What one request knows while it is answered."""

from dataclasses import dataclass

from sandbox.shopify.accounts import ORDERS_SEEN_SECONDS, Account
from sandbox.shopify.channel import Shopify
from sandbox.shopify.records import Purchase
from sandbox.shops import Shop


@dataclass(frozen=True, kw_only=True)
class Session:
    """One request of one shop's app.

    ``applies`` is false when a fault wants success without effect, ``fails_in_part``
    when it wants the first row of a batch refused.
    """

    shopify: Shopify
    account: Account
    version: str
    now: float
    request_id: str
    applies: bool
    fails_in_part: bool

    @property
    def shop(self) -> Shop:
        """The shop that the token was given for."""
        return self.account.shop

    def purchases(self) -> list[Purchase]:
        """The orders of the last sixty days; older ones need another scope."""
        oldest = self.shopify.world.clock.now() - ORDERS_SEEN_SECONDS
        return [
            each
            for each in self.shopify.purchases(self.shop).values()
            if each.order.placed_at >= oldest
        ]

    def purchase(self, id_: int | None) -> Purchase | None:
        """One order, if it is not too old to be seen."""
        found = self.shopify.purchases(self.shop).get(id_ or 0)
        oldest = self.shopify.world.clock.now() - ORDERS_SEEN_SECONDS
        if found is None or found.order.placed_at < oldest:
            return None
        return found
