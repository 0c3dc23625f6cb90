"""Stock writes: all rows or none."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphql import GraphQLError

from sandbox.channel import Json
from sandbox.shopify.catalogue import Variant
from sandbox.shopify.formats import gid, graph_time, number_in_gid
from sandbox.shopify.inventory import HIGHEST, LOWEST

from .connections import MOST_ROWS
from .schema import is_strict
from .session import Session
from .stock_nodes import InventoryItemNode, LocationNode, is_location
from .user_errors import user_error

_REASONS = (
    "correction",
    "cycle_count_available",
    "damaged",
    "movement_canceled",
    "movement_created",
    "movement_received",
    "movement_updated",
    "other",
    "promotion",
    "quality_control",
    "received",
    "reservation_created",
    "reservation_deleted",
    "reservation_updated",
    "restock",
    "safety_stock",
    "shrinkage",
)
_URI = re.compile(r"[a-zA-Z][\w+.-]*://\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One change as it was asked for, with what it leads to.

    ``expected`` is what the client believes the number to be; ``None`` when it does
    not want that compared.
    """

    path: tuple[str, ...]
    variant: Variant | None
    at_location: bool
    before: int
    after: int
    expected: int | None
    stale_code: str


class StockMutations:
    """``inventorySetQuantities`` and ``inventoryAdjustQuantities``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def set(self, input: Mapping[str, object]) -> Json:
        """Write absolute numbers of ``available`` or ``on_hand``."""
        rows = _rows(input["quantities"], "quantities", self._session)
        name = str(input["name"])
        errors = self._general(input)
        if name not in ("available", "on_hand"):
            message = "The quantity name must be either 'available' or 'on_hand'."
            errors.insert(0, user_error(["input", "name"], message, "INVALID_NAME"))
        ignored = input.get("ignoreCompareQuantity") is True
        asked = [self._row(each, i, name, ignored) for i, each in enumerate(rows)]
        errors += _repeated(rows)
        for row, sent in zip(asked, rows, strict=True):
            errors += _identity_errors(row)
            errors += _bound_errors(row, "quantity", name == "on_hand")
            if not errors and _compare_is_missing(sent, ignored, self._session):
                errors.append(
                    user_error(
                        (*row.path, "compareQuantity"),
                        "The compareQuantity argument must be given to each quantity "
                        "or ignored using ignoreCompareQuantity.",
                        "COMPARE_QUANTITY_REQUIRED",
                    )
                )
        return self._carry_out(input, asked, errors, name)

    def adjust(self, input: Mapping[str, object]) -> Json:
        """Add to ``available``; the states that are not played cannot be adjusted."""
        rows = _rows(input["changes"], "changes", self._session)
        errors = self._general(input)
        if input["name"] != "available":
            message = (
                "The specified quantity name is invalid. Valid values are: available."
            )
            code = "INVALID_QUANTITY_NAME"
            errors.insert(0, user_error(["input", "name"], message, code))
        asked = [self._change(each, i) for i, each in enumerate(rows)]
        for row in asked:
            errors += _identity_errors(row)
            errors += _bound_errors(row, "delta", False)
        return self._carry_out(input, asked, errors, "available")

    def _general(self, input: Mapping[str, object]) -> list[Json]:
        errors: list[Json] = []
        if input["reason"] not in _REASONS:
            message = (
                "The specified reason is invalid. Valid values are: "
                + ", ".join(_REASONS)
                + "."
            )
            errors.append(user_error(["input", "reason"], message, "INVALID_REASON"))
        uri = input.get("referenceDocumentUri")
        if isinstance(uri, str) and not _URI.fullmatch(uri):
            message = "The specified reference document is invalid."
            field = ["input", "referenceDocumentUri"]
            errors.append(user_error(field, message, "INVALID_REFERENCE_DOCUMENT"))
        return errors

    def _row(
        self, sent: Mapping[str, object], index: int, name: str, ignored: bool
    ) -> Row:
        variant = self._variant(sent)
        after = _whole(sent["quantity"])
        before = 0
        if variant is not None:
            listing = variant.listing
            before = variant.on_hand if name == "on_hand" else listing.sellable
        expected, stale_code = _expected(sent, ignored)
        return Row(
            path=("input", "quantities", str(index)),
            variant=variant,
            at_location=is_location(self._session, str(sent["locationId"])),
            before=before,
            after=after,
            expected=expected,
            stale_code=stale_code,
        )

    def _change(self, sent: Mapping[str, object], index: int) -> Row:
        variant = self._variant(sent)
        before = 0 if variant is None else variant.listing.sellable
        expected, stale_code = _expected(sent, False)
        return Row(
            path=("input", "changes", str(index)),
            variant=variant,
            at_location=is_location(self._session, str(sent["locationId"])),
            before=before,
            after=before + _whole(sent["delta"]),
            expected=expected,
            stale_code=stale_code,
        )

    def _variant(self, sent: Mapping[str, object]) -> Variant | None:
        number = number_in_gid(str(sent["inventoryItemId"]), "InventoryItem")
        catalogue = self._session.shopify.catalogue
        return catalogue.by_inventory_item(self._session.shop, number or 0)

    def _carry_out(
        self,
        input: Mapping[str, object],
        rows: Sequence[Row],
        errors: list[Json],
        name: str,
    ) -> Json:
        if not errors:
            errors = [error for row in rows for error in _stale_errors(row)]
        if not errors and rows and self._session.fails_in_part:
            errors = [_not_stocked(rows[0])]
        if errors:
            return {"inventoryAdjustmentGroup": None, "userErrors": errors}
        group = self._group(input, rows)
        if self._session.applies:
            for row in rows:
                self._write(row, name)
        return {"inventoryAdjustmentGroup": group, "userErrors": []}

    def _write(self, row: Row, name: str) -> None:
        assert row.variant is not None, "unknown items were refused"
        held_back = row.variant.committed if name == "on_hand" else 0
        self._session.shopify.inventory.write(
            self._session.shop,
            row.variant,
            row.after - held_back,
            request=self._session.request_id,
        )

    def _group(
        self, input: Mapping[str, object], rows: Sequence[Row]
    ) -> "AdjustmentGroup | None":
        changed = [row for row in rows if row.after != row.before]
        if not changed:
            return None
        return AdjustmentGroup(self._session, input, changed)


class AdjustmentGroup:
    """What one write changed; on hand follows available."""

    graphql_type = "InventoryAdjustmentGroup"

    def __init__(
        self, session: Session, input: Mapping[str, object], rows: Sequence[Row]
    ) -> None:
        world = session.shopify.world
        self.id = gid("InventoryAdjustmentGroup", world.identifiers.passing(12))
        self.created_at = graph_time(world.clock.stamp())
        self.reason = input["reason"]
        self.reference_document_uri = input.get("referenceDocumentUri")
        self._changes: list[Json] = [
            {
                "name": name,
                "delta": row.after - row.before,
                "item": InventoryItemNode(session, row.variant),
                "ledgerDocumentUri": None,
                "location": LocationNode(session),
                "quantityAfterChange": None,
            }
            for row in rows
            if row.variant is not None
            for name in ("available", "on_hand")
        ]

    def changes(
        self, quantity_names: list[str] | None = None, **_: object
    ) -> list[Json]:
        """The changes by state."""
        return [
            each
            for each in self._changes
            if quantity_names is None or each["name"] in quantity_names
        ]


def _rows(sent: object, name: str, session: Session) -> list[Mapping[str, object]]:
    assert isinstance(sent, list), "the schema asks for a list"
    if len(sent) > MOST_ROWS:
        raise GraphQLError(
            f"The input array size of {len(sent)} is greater than the maximum allowed "
            f"of {MOST_ROWS}.",
            extensions={"code": "MAX_INPUT_SIZE_EXCEEDED"},
        )
    if is_strict(session.version):
        for row in sent:
            if "changeFromQuantity" not in row:
                type_ = (
                    "InventoryQuantityInput"
                    if name == "quantities"
                    else "InventoryChangeInput"
                )
                raise GraphQLError(
                    f"{type_} must include the following argument: changeFromQuantity.",
                    extensions={"code": "INVALID_FIELD_ARGUMENTS"},
                )
    return sent


def _expected(sent: Mapping[str, object], ignored: bool) -> tuple[int | None, str]:
    if "changeFromQuantity" in sent:
        value = sent["changeFromQuantity"]
        return value if isinstance(value, int) else None, "CHANGE_FROM_QUANTITY_STALE"
    value = sent.get("compareQuantity")
    compared = isinstance(value, int) and not ignored
    return value if compared and isinstance(value, int) else None, (
        "COMPARE_QUANTITY_STALE"
    )


def _compare_is_missing(
    sent: Mapping[str, object], ignored: bool, session: Session
) -> bool:
    named = "changeFromQuantity" in sent or sent.get("compareQuantity") is not None
    return not (named or ignored or is_strict(session.version))


def _identity_errors(row: Row) -> list[Json]:
    errors: list[Json] = []
    if row.variant is None:
        message = "The specified inventory item could not be found."
        field = (*row.path, "inventoryItemId")
        errors.append(user_error(field, message, "INVALID_INVENTORY_ITEM"))
    if not row.at_location:
        message = "The specified location could not be found."
        field = (*row.path, "locationId")
        errors.append(user_error(field, message, "INVALID_LOCATION"))
    return errors


def _bound_errors(row: Row, field: str, never_negative: bool) -> list[Json]:
    path = (*row.path, field)
    if never_negative and row.after < 0:
        message = "The quantity can't be negative."
        return [user_error(path, message, "INVALID_QUANTITY_NEGATIVE")]
    if row.after > HIGHEST:
        message = f"The quantity can't be higher than {HIGHEST:,}."
        return [user_error(path, message, "INVALID_QUANTITY_TOO_HIGH")]
    if row.after < LOWEST:
        message = f"The quantity can't be lower than {LOWEST:,}."
        return [user_error(path, message, "INVALID_QUANTITY_TOO_LOW")]
    return []


def _repeated(rows: Sequence[Mapping[str, object]]) -> list[Json]:
    pairs = [(each["inventoryItemId"], each["locationId"]) for each in rows]
    return [
        user_error(
            ["input", "quantities", str(index), "locationId"],
            "The combination of inventoryItemId and locationId must be unique.",
            "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR",
        )
        for index, pair in enumerate(pairs)
        if pairs.count(pair) > 1
    ]


def _stale_errors(row: Row) -> list[Json]:
    if row.expected is None or row.expected == row.before:
        return []
    is_new = row.stale_code == "CHANGE_FROM_QUANTITY_STALE"
    name = "changeFromQuantity" if is_new else "compareQuantity"
    message = f"The {name} value does not match persisted value."
    return [user_error((*row.path, name), message, row.stale_code)]


def _not_stocked(row: Row) -> Json:
    message = "The specified inventory item is not stocked at the location."
    field = (*row.path, "locationId")
    return user_error(field, message, "ITEM_NOT_STOCKED_AT_LOCATION")


def _whole(value: object) -> int:
    assert isinstance(value, int), "the schema asks for a whole number"
    return value
