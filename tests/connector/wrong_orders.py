"""Connectors that tell orders wrongly; ``test_kit_refuses.py`` runs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from connector.conformance.memory import MemoryConnector
from connector.values import (
    ChannelOrder,
    ChannelOrderLine,
    Ending,
    Page,
    Portion,
    Stage,
)
from tests.connector.wrong import Wrong


class Tells(MemoryConnector):
    """Tells each order by its ``tell``, in a page and in a look-up alike."""

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        page = super().read_orders(since=since, cursor=cursor)
        return replace(page, items=tuple(map(self.tell, page.items)))

    def fetch_orders(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        page = super().fetch_orders(order_ids)
        return replace(page, items=tuple(map(self.tell, page.items)))

    def tell(self, order: ChannelOrder) -> ChannelOrder:
        return replace(order, lines=tuple(map(self.tell_line, order.lines)))

    def tell_line(self, line: ChannelOrderLine) -> ChannelOrderLine:
        (portion,) = line.portions
        return replace(line, portions=(self.tell_portion(portion),))

    def tell_portion(self, portion: Portion) -> Portion:
        return portion


class TakesACancelOnItsWayForHere(Tells):
    """Tells a parcel that is cancelled on its way as goods on the shelf."""

    def tell_portion(self, portion: Portion) -> Portion:
        if (portion.stage, portion.ending) != (Stage.IN_TRANSIT, Ending.CANCELLED):
            return portion
        return replace(portion, stage=Stage.NOT_SHIPPED)


class TestTakesACancelOnItsWayForHere(Wrong):
    kind = TakesACancelOnItsWayForHere


class TakesACancelAfterDeliveryForHere(Tells):
    """Tells what the buyer has, and cancelled, as goods on the shelf."""

    def tell_portion(self, portion: Portion) -> Portion:
        if (portion.stage, portion.ending) != (Stage.DELIVERED, Ending.CANCELLED):
            return portion
        return replace(portion, stage=Stage.NOT_SHIPPED)


class TestTakesACancelAfterDeliveryForHere(Wrong):
    kind = TakesACancelAfterDeliveryForHere


class TakesACancelForGone(Tells):
    """Never releases what was cancelled on the shelf."""

    def tell_portion(self, portion: Portion) -> Portion:
        if (portion.stage, portion.ending) != (Stage.NOT_SHIPPED, Ending.CANCELLED):
            return portion
        return replace(portion, stage=Stage.AWAITING_PICKUP)


class TestTakesACancelForGone(Wrong):
    kind = TakesACancelForGone


class TakesLostForRefused(Tells):
    """Waits for a parcel that will not come back."""

    def tell_portion(self, portion: Portion) -> Portion:
        if portion.ending is not Ending.LOST:
            return portion
        return replace(portion, ending=Ending.DELIVERY_FAILED)


class TestTakesLostForRefused(Wrong):
    kind = TakesLostForRefused


class LeavesAStepOut(Tells):
    """Tells a parcel as being with the carrier as soon as it is packed."""

    def tell_portion(self, portion: Portion) -> Portion:
        if portion.stage is not Stage.AWAITING_PICKUP:
            return portion
        return replace(portion, stage=Stage.IN_TRANSIT)


class TestLeavesAStepOut(Wrong):
    kind = LeavesAStepOut


class LosesTheParcel(Tells):
    """Does not tell the number under which a parcel comes back."""

    def tell(self, order: ChannelOrder) -> ChannelOrder:
        return replace(order, parcels=())


class TestLosesTheParcel(Wrong):
    kind = LosesTheParcel


class CountsOrdersAsOneUnit(Tells):
    """Takes each line for one unit."""

    def tell_line(self, line: ChannelOrderLine) -> ChannelOrderLine:
        (portion,) = line.portions
        return replace(line, quantity=1, portions=(replace(portion, quantity=1),))


class TestCountsOrdersAsOneUnit(Wrong):
    kind = CountsOrdersAsOneUnit


class AddsPortionsWrongly(Tells):
    """Forgets one unit of three."""

    def tell_portion(self, portion: Portion) -> Portion:
        return replace(portion, quantity=2) if portion.quantity == 3 else portion


class TestAddsPortionsWrongly(Wrong):
    kind = AddsPortionsWrongly


class NamesLinesAnew(Tells):
    """Names a line by its state, so that it is another one after a cancel."""

    def tell_line(self, line: ChannelOrderLine) -> ChannelOrderLine:
        (portion,) = line.portions
        return replace(line, line_id=f"{line.line_id}-{portion.ending}")


class TestNamesLinesAnew(Wrong):
    kind = NamesLinesAnew
