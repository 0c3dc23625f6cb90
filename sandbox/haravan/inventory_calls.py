"""Calls about stock and where it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.channel import Json

from .catalogue import Variant
from .channel import Haravan
from .formats import timestamp
from .inventory import available
from .store import AdjustedLine, Adjustment, Store
from .times import milliseconds
from .wire import Call, Reply, bad_request, invalid, is_within, not_found, number, words
from .wire import rows as rows_in

_MOST_IDS = 50
_MOST_LEVELS = 250
_MOST_LINES = 200
_TYPES = ("adjust", "set")
_REASONS = (
    "newproduct",
    "returned",
    "productionofgoods",
    "damaged",
    "shrinkage",
    "promotion",
    "transfer",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    variant: Variant
    quantity: int


class InventoryCalls:
    """``inventory_locations.json`` and ``inventories/…``."""

    def __init__(self, haravan: Haravan) -> None:
        self._world = haravan.world
        self._numbers = haravan.numbers
        self._inventory = haravan.inventory

    def levels(self, call: Call) -> Reply:
        """Stock by location; there are no pages, only ids to go on from."""
        locations = call.numbers("location_ids", _MOST_IDS)
        variants = call.numbers("variant_ids", _MOST_IDS)
        since, least = call.whole("since_id", 0), call.moment("updated_at_min")
        by = call.choice("order", ("id", "updated_at"), "id")
        direction = call.choice("direction", ("asc", "desc"), "asc")
        found = [
            (level_id, moment, shown)
            for level_id, moment, shown in _levels(call.store)
            if (not locations or shown["loc_id"] in locations)
            and (not variants or shown["variant_id"] in variants)
            and level_id > since
            and is_within(least, moment, None)
        ]
        found.sort(
            key=lambda row: row[:1] if by == "id" else (row[1], row[0]),
            reverse=direction == "desc",
        )
        limit = min(call.whole("limit", _MOST_LEVELS, least=1), _MOST_LEVELS)
        return Reply(body={"inventory_locations": [row[2] for row in found[:limit]]})

    def adjust_or_set(self, call: Call) -> Reply:
        """Add to the available numbers of a location, or override them.

        Without a type it adds.  The same request twice adds twice: nothing tells one
        from another.
        """
        sent = call.part("inventory")
        location_id = _location(call.store, sent)
        kind = _word(sent, "type", _TYPES, "adjust")
        reason = _word(sent, "reason", _REASONS, "newproduct")
        wishes = _wishes(call.store, sent)
        if kind == "set" and any(wish.quantity < 0 for wish in wishes):
            raise invalid("quantity", "must be 0 or more")
        if call.fails_in_part:
            wishes = wishes[1:]
        adjustment = self._new_adjustment(call.store, sent, location_id, reason)
        for wish in wishes:
            delta = self._apply(call, wish, location_id, kind)
            adjustment.lines.append(
                AdjustedLine(
                    id=self._numbers.next(),
                    variant=wish.variant,
                    quantity=delta,
                )
            )
        return Reply(body={"inventory": _adjustment_json(adjustment)}, status=201)

    def adjustments(self, call: Call) -> Reply:
        """What was booked, newest first."""
        shown = [_adjustment_json(each) for each in call.page(_adjustments(call))]
        return Reply(body={"adjustments": shown})

    def adjustment_count(self, call: Call) -> Reply:
        """How much was booked."""
        return Reply(body={"count": len(_adjustments(call))})

    def adjustment(self, call: Call, adjustment_id: int) -> Reply:
        """One booking."""
        found = call.store.adjustments.get(adjustment_id)
        if found is None:
            raise not_found()
        return Reply(body={"adjustment": _adjustment_json(found)})

    def _apply(self, call: Call, wish: _Wish, location_id: int, kind: str) -> int:
        before = available(call.store, wish.variant, location_id)
        after = wish.quantity if kind == "set" else before + wish.quantity
        self._inventory.write(
            call.store, wish.variant, location_id, after, call.request_id
        )
        return after - before

    def _new_adjustment(
        self, store: Store, sent: Mapping[str, object], location_id: int, reason: str
    ) -> Adjustment:
        adjustment = Adjustment(
            id=self._numbers.next(),
            number=f"IA{store.next_adjustment_number}",
            at=milliseconds(self._world),
            location_id=location_id,
            reason=reason,
            note=words(sent, "note"),
            tags=words(sent, "tags"),
            lines=[],
        )
        store.next_adjustment_number += 1
        store.adjustments[adjustment.id] = adjustment
        return adjustment


def _levels(store: Store) -> list[tuple[int, int, Json]]:
    rows: list[tuple[int, int, Json]] = []
    for variant in store.variants.values():
        sellable, committed = variant.listing.sellable, variant.committed
        for level_id, location_id, numbers, at in (
            (
                variant.level_id,
                store.location_id,
                (sellable + committed, committed, sellable),
                variant.updated_at,
            ),
            (
                variant.transit_level_id,
                store.transit_location_id,
                (variant.in_transit, 0, variant.in_transit),
                variant.transit_updated_at,
            ),
        ):
            on_hand, promised, free = numbers
            shown: Json = {
                "id": level_id,
                "loc_id": location_id,
                "product_id": int(variant.listing.item_id),
                "variant_id": variant.id,
                "qty_onhand": on_hand,
                "qty_commited": promised,
                "qty_incoming": 0,
                "qty_available": free,
                "updated_at": timestamp(at),
            }
            rows.append((level_id, at, shown))
    return rows


def _location(store: Store, sent: Mapping[str, object]) -> int:
    location_id = number(sent, "location_id")
    if location_id not in (store.location_id, store.transit_location_id):
        raise invalid("location_id", f"{location_id} is no location of this shop")
    return location_id


def _word(
    sent: Mapping[str, object], name: str, known: tuple[str, ...], default: str
) -> str:
    word = words(sent, name) or default
    if word not in known:
        raise invalid(name, f"must be one of {', '.join(known)}")
    return word


def _wishes(store: Store, sent: Mapping[str, object]) -> list[_Wish]:
    found = rows_in(sent, "line_items")
    if not found:
        raise bad_request("line_items is required")
    if len(found) > _MOST_LINES:
        raise invalid("line_items", f"takes {_MOST_LINES} items at the most")
    return [
        _Wish(variant=_variant(store, row), quantity=number(row, "quantity"))
        for row in found
    ]


def _variant(store: Store, row: Mapping[str, object]) -> Variant:
    variant = store.variants.get(number(row, "product_variant_id"))
    product_id = number(row, "product_id")
    if variant is None or variant.listing.item_id != str(product_id):
        raise invalid("product_variant_id", "is no variant of this product")
    return variant


def _adjustments(call: Call) -> list[Adjustment]:
    since, location_id = call.whole("since_id", 0), call.whole("location_id", 0)
    found = [
        each
        for each in call.store.adjustments.values()
        if each.id > since and location_id in (0, each.location_id)
    ]
    return found[::-1]


def _adjustment_json(adjustment: Adjustment) -> Json:
    return {
        "id": adjustment.id,
        "created_at": timestamp(adjustment.at),
        "updated_at": timestamp(adjustment.at),
        "adjust_number": adjustment.number,
        "tran_date": timestamp(adjustment.at),
        "location_id": adjustment.location_id,
        # What is kept is the difference; which type the request had is forgotten.
        "type": None,
        "total_quantity": sum(line.quantity for line in adjustment.lines),
        "reason": adjustment.reason,
        "note": adjustment.note,
        "total_cost": 0.0,
        "tags": adjustment.tags,
        "line_items": [
            {
                "id": line.id,
                "product_id": int(line.variant.listing.item_id),
                "product_variant_id": line.variant.id,
                "quantity": line.quantity,
                "cost_amount": 0.0,
                "sku": None,
                "barcode": None,
            }
            for line in adjustment.lines
        ],
    }
