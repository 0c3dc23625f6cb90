"""Everything the sandbox holds, behind one lock."""

from threading import Event, RLock

from .agenda import Agenda
from .channel import Channel
from .clock import Clock
from .faults import Faults
from .identifiers import Identifiers
from .listings import AutoRestock
from .orders import Order
from .refusals import NotAllowed, Unknown
from .sales import Sales
from .shops import Shop
from .webhooks import Courier


class World:
    """The state of one sandbox process; hold ``lock`` while reading or changing it."""

    def __init__(self, seed: int | None = None, clock: Clock | None = None) -> None:
        self.lock = RLock()
        self.stopping = Event()
        self.clock = clock or Clock()
        self.identifiers = Identifiers(seed)
        self.agenda = Agenda(self.clock, self.lock)
        self.faults = Faults()
        self.courier = Courier(self.clock, seed)
        self.sales = Sales(self.clock, self.agenda)
        self.channels: dict[str, Channel] = {}
        self.shops: dict[tuple[str, str], Shop] = {}

    def start(self) -> None:
        """Start what runs by itself: scheduled things and webhooks."""
        self.agenda.start()
        self.courier.start()

    def stop(self) -> None:
        """Let go of every held request and stop what runs by itself."""
        self.stopping.set()
        self.agenda.stop()
        self.courier.stop()

    def advance(self, seconds: float) -> None:
        """Move the clock and do at once what has become due.

        A message on its way arrives or fails first, so that its next try follows the
        clock that is moved now.
        """
        self.courier.rest()
        with self.lock:
            self.clock.advance(seconds)
            self.agenda.run_due()
        self.courier.look()

    def channel(self, name: str) -> Channel:
        """A channel that this sandbox runs."""
        if name not in self.channels:
            running = ", ".join(sorted(self.channels))
            raise Unknown(
                f"channel: {name!r} is not served by this sandbox; it serves {running}"
            )
        return self.channels[name]

    def shop(self, channel: str, name: str) -> Shop:
        """A shop that was opened on a channel."""
        self.channel(channel)
        if (channel, name) not in self.shops:
            raise Unknown(f"shop: {channel} has no shop named {name!r}")
        return self.shops[channel, name]

    def open_shop(
        self,
        channel: str,
        name: str,
        auto_restock: AutoRestock,
        webhook_url: str | None,
    ) -> Shop:
        """Open a shop under a name that is still free on its channel."""
        if (channel, name) in self.shops:
            raise NotAllowed(f"shop: {channel} already has a shop named {name!r}")
        shop = Shop(
            channel=channel,
            name=name,
            auto_restock=auto_restock,
            webhook_url=webhook_url,
            opened_at=self.clock.stamp(),
        )
        self.shops[channel, name] = shop
        return shop

    def order(self, channel: str, order_id: str) -> tuple[Shop, Order]:
        """An order and the shop that it was placed in."""
        self.channel(channel)
        for shop in self.shops.values():
            if shop.channel == channel and order_id in shop.orders:
                return shop, shop.orders[order_id]
        raise Unknown(f"order: {channel} has no order {order_id!r}")
