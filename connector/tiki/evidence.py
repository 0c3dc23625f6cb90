"""Decides from Tiki's evidence where the goods of an order line are.

The words are those of the Open API's order status page (both columns of values), of
order items and of operation models.  A cancelled order does not say where its goods
are; its history of statuses and Tiki's own withdrawals do.  ``README.md`` has the same
table with what is proven and what is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connector.errors import UnmappedStatus
from connector.fate import Fate
from connector.values import Ending, Stage

CANCELED = "canceled"
CLOSED = "closed"
RETURNED = "returned"

DROPSHIP = "dropship"
TIKI_DELIVERY = "tiki_delivery"
INSTOCK = "instock"
"""Inventory of Tiki's own warehouse (Fulfilment by Tiki): never ours to count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """What an order as a whole says about its goods.

    ``history`` holds the plain words of its statuses; ``None`` stands for "not told".
    ``way_back`` is a waybill for the way back, ``carrier`` holds the carrier's words.
    """

    status: str
    history: frozenset[str] | None
    fulfillment_type: str = DROPSHIP
    picked_up_claim: bool = False
    way_back: bool = False
    carrier: frozenset[str] = frozenset()
    every_line_declined: bool = False

    @property
    def was_delivered(self) -> bool:
        """Whether the buyer had the goods at some time."""
        return Stage.DELIVERED in self.stages

    @property
    def lost(self) -> bool:
        return bool(_LOST.intersection(self.carrier))

    @property
    def turned_back(self) -> bool:
        """Whether the carrier says that the parcel is on its way back, or is back."""
        return bool(_TURNED_BACK.intersection(self.carrier))

    @property
    def is_back(self) -> bool:
        """Whether the carrier says that the parcel is back."""
        return bool(_BACK.intersection(self.carrier))

    @property
    def cancelled(self) -> bool:
        if self.status == CLOSED:
            return CANCELED in (self.history or ())
        return self.status == CANCELED

    @property
    def never_arrived(self) -> bool:
        """Whether the goods turned back or were lost before the buyer had them.

        An order that came back says so only with its history: else the buyer may have
        returned a part of it.
        """
        if self.history is None or self.was_delivered:
            return False
        if RETURNED in (self.status, *(self.history if self.status == CLOSED else ())):
            return True
        return Stage.IN_TRANSIT in self.stages and (self.lost or self.turned_back)

    @property
    def stages(self) -> set[Stage]:
        """Return every stage that a status, now or before, is evidence of."""
        words = {self.status, *(self.history or ())}
        packer_is_tiki = self.fulfillment_type == TIKI_DELIVERY
        return {_stage_of(word, packer_is_tiki) for word in words}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """What one order line says about its goods.

    ``doubtful`` marks hints without a documented meaning: none proves that goods left,
    and none of them may be there when goods are said to be here.
    """

    confirmation: str = ""
    at_tiki: bool = False
    doubtful: bool = False


STATUSES: Mapping[str, Stage] = {
    "queueing": Stage.NOT_SHIPPED,
    "waiting_payment": Stage.NOT_SHIPPED,
    "payment_review": Stage.NOT_SHIPPED,
    "paid": Stage.NOT_SHIPPED,
    "processing": Stage.NOT_SHIPPED,
    # The seller has confirmed, with a time for the pickup: out of the books.
    "picking": Stage.AWAITING_PICKUP,
    "packaging": Stage.AWAITING_PICKUP,
    "finished_packing": Stage.AWAITING_PICKUP,
    "ready_to_ship": Stage.AWAITING_PICKUP,
    "handover_to_partner": Stage.IN_TRANSIT,
    "shipping": Stage.IN_TRANSIT,
    "successful_delivery": Stage.DELIVERED,
    "delivered": Stage.DELIVERED,
    "complete": Stage.DELIVERED,
    RETURNED: Stage.IN_TRANSIT,
    CANCELED: Stage.UNKNOWN,
    "holded": Stage.UNKNOWN,
    CLOSED: Stage.UNKNOWN,
}

# The same page has a second word for most of them, which other pages use.
_OTHER_WORDS: Mapping[str, str] = {
    "cho_in": "queueing",
    "doi_thanh_toan": "waiting_payment",
    "da_thanh_toan": "paid",
    "dang_lay_hang": "picking",
    "dang_dong_goi": "packaging",
    "dong_goi_xong": "finished_packing",
    "len_ke": "ready_to_ship",
    "ban_giao_doi_tac": "handover_to_partner",
    "dang_van_chuyen": "shipping",
    "giao_hang_thanh_cong": "successful_delivery",
}

# Where Tiki packs, it packs in its own warehouse: the goods are with it by then.
_PACKED_BY_TIKI = {"packaging", "finished_packing", "ready_to_ship"}

# Of the last mile (shipment statuses and reasons of Tiki's own carrier).
_BACK = frozenset({"returned"})
_TURNED_BACK = _BACK | {"returning", "return_failed"}
_LOST = frozenset({"lost", "lost_parcel"})

# Of an item: the seller will not send it.
DECLINED = "seller_canceled"
_READY = "ready_to_pick"

_RANK = (Stage.NOT_SHIPPED, Stage.AWAITING_PICKUP, Stage.IN_TRANSIT, Stage.DELIVERED)


def plain(word: str) -> str:
    """Return a status in the one word that the tables have for it."""
    low = word.strip().lower()
    return _OTHER_WORDS.get(low, low)


def check_known(status: str) -> None:
    """Raise ``UnmappedStatus`` for a status that the table does not have."""
    if plain(status) not in STATUSES:
        raise UnmappedStatus(status)


def fate_of(order: OrderFacts, line: LineFacts) -> Fate:
    """Return where a line's goods are, as far as there is evidence."""
    if line.confirmation == DECLINED:
        return Fate(_declined(order, line), Ending.CANCELLED)
    stage = _furthest({*order.stages, *_line_stages(line)})
    if order.status == CLOSED and stage is Stage.NOT_SHIPPED:
        # It has ended, and nothing says what became of goods that never went.
        stage = Stage.UNKNOWN
    if order.status == RETURNED:
        return Fate(stage, None if order.was_delivered else _failed(order))
    if order.cancelled:
        return _cancelled(order, line, stage)
    if stage is Stage.IN_TRANSIT and (order.lost or order.turned_back):
        return Fate(stage, _failed(order))
    return Fate(stage)


def _cancelled(order: OrderFacts, line: LineFacts, stage: Stage) -> Fate:
    if stage is Stage.NOT_SHIPPED and not _proven_here(order, line):
        return Fate(Stage.UNKNOWN, Ending.CANCELLED)
    back = order.way_back or order.turned_back
    if stage is Stage.IN_TRANSIT and (order.lost or back):
        return Fate(stage, _failed(order))
    return Fate(stage, Ending.CANCELLED)


def _failed(order: OrderFacts) -> Ending:
    return Ending.LOST if order.lost else Ending.DELIVERY_FAILED


def _declined(order: OrderFacts, line: LineFacts) -> Stage:
    """Return where goods are that the seller said there are none of."""
    left = _furthest(order.stages) in _RANK[1:]
    if line.at_tiki or line.doubtful or (left and order.every_line_declined):
        return Stage.UNKNOWN
    return Stage.NOT_SHIPPED


def _line_stages(line: LineFacts) -> set[Stage]:
    stages = set()
    if line.confirmation == _READY:
        stages.add(Stage.AWAITING_PICKUP)
    if line.at_tiki:
        stages.add(Stage.IN_TRANSIT)
    return stages


def _proven_here(order: OrderFacts, line: LineFacts) -> bool:
    """Whether there is positive evidence that cancelled goods never left the shelf.

    The whole history says so, in words that we know, and nothing speaks against it.
    """
    if order.history is None or order.status not in order.history:
        return False
    if any(word not in STATUSES for word in order.history):
        return False
    claims = order.picked_up_claim or order.way_back or order.turned_back or order.lost
    return not (line.doubtful or claims)


def _stage_of(word: str, packer_is_tiki: bool) -> Stage:
    if packer_is_tiki and word in _PACKED_BY_TIKI:
        return Stage.IN_TRANSIT
    return STATUSES.get(word, Stage.UNKNOWN)


def _furthest(stages: Iterable[Stage]) -> Stage:
    known = [stage for stage in stages if stage is not Stage.UNKNOWN]
    return max(known, key=_RANK.index, default=Stage.UNKNOWN)
