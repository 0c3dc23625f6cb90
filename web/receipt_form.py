"""What the receipt form shows: each SKU that is out, preset so that Enter books it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock import parcels, receipts
from stock.board import OPEN_STATES
from stock.models import ExpectedReturn, Order, Receipt
from stock.receipt_history import receipts_of
from web.access import current_reader
from web.desk import current_desk
from web.entry import CONDITIONS, Entry, quantities_of, unreadable
from web.language import gettext
from web.orphans.counts import orphans_named_by
from web.records import line_levels, open_warehouses, preset_warehouse
from web.skus import PackedSku, packed_skus
from web.tokens import issue_form_key
from web.typed import typed_code


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSku:
    """One SKU in the form, however many lines of the order are about it."""

    packed: PackedSku
    out: int
    expected: int
    typed: Mapping[str, str]
    trouble: str = ""

    @property
    def at_fault(self) -> Collection[str]:
        """The conditions whose typed quantity is at fault."""
        if not self.trouble:
            return ()
        return unreadable(self.typed) or [
            c for c in CONDITIONS if self.typed[c].strip("0 ")
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """What the form has to say besides its fields."""

    troubles: Sequence[str] = ()
    of_skus: Mapping[str, str] = field(default_factory=dict)
    unknown_code: str = ""
    hint: str = ""


def show(
    session: Session,
    order: Order,
    *,
    return_id: int | None = None,
    entry: Entry | None = None,
    notices: Notices | None = None,
    note: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    """Return the form page, or the page that says why nothing can be received.

    An ``entry`` keeps what was typed, and its key while that is good; without one the
    ``note`` is preset.
    """
    notices = notices or Notices()
    booked = receipts_of(session, order)
    chosen = _chosen_return(order, return_id)
    skus = _form_skus(session, order, chosen, entry, notices)
    if not skus:
        return _nothing_out(order, booked, notices), status
    desk = current_desk()
    warehouses = open_warehouses(session)
    packed = skus[0].packed.warehouse.code
    key = entry.key if entry and entry.key else ""
    page = render_template(
        "receipt_form.html",
        order=order,
        tracking_numbers=parcels.numbers_of(session, order),
        expected=chosen,
        is_announced=any(item.expected for item in skus),
        skus=skus,
        conditions=CONDITIONS,
        warehouses=warehouses,
        warehouse=entry.warehouse if entry else preset_warehouse(warehouses, packed),
        note=entry.note if entry else note,
        orphans=orphans_named_by(session, order),
        key=key
        or issue_form_key(
            desk.settings,
            current_reader(),
            order.id,
            desk.now(),
            expected_return_id=chosen.id if chosen else None,
        ),
        notices=notices,
        receipts=booked,
    )
    return page, status


def count_scanned(
    session: Session, order: Order, entry: Entry
) -> tuple[Entry, Notices]:
    """Add a scanned item to the good units; it never books."""
    code = typed_code(entry.scan)
    wanted = code.casefold()
    meant = [
        packed
        for name, packed in packed_skus(order).items()
        if name in entry.typed
        and wanted in (packed.sku.code.casefold(), packed.sku.barcode.casefold())
    ]
    if not meant:
        return entry.with_typed(entry.typed), _other_code(session, order, code)
    counted, of_skus = quantities_of(entry)
    if of_skus:
        return entry.with_typed(entry.typed), unreadable_notices(of_skus)
    out = units_out(session, order)
    for packed in meant:
        name = packed.name
        if sum(counted[name].values()) < out[name]:
            good = counted[name]["good"] + 1
            hint = gettext("%(sku)s: %(good)s good", sku=packed.sku.code, good=good)
            row = {**entry.typed[name], "good": str(good)}
            return entry.with_typed({**entry.typed, name: row}), Notices(hint=hint)
    hint = gettext(
        "%(sku)s: all units are counted already. To count by scanning, press"
        " “Count from zero” first.",
        sku=meant[0].sku.code,
    )
    return entry.with_typed(entry.typed), Notices(troubles=[hint])


def count_from_zero(entry: Entry) -> Entry:
    """Return the form with every quantity at zero."""
    return entry.with_typed(
        {name: dict.fromkeys(CONDITIONS, "0") for name in entry.typed}
    )


def units_out(session: Session, order: Order) -> Mapping[str, int]:
    """Return the units that are out, by the names of the packed SKUs."""
    out = {line.id: units for line, units in receipts.receivable(session, order)}
    return {name: packed.sum_of(out) for name, packed in packed_skus(order).items()}


def unreadable_notices(
    of_skus: Mapping[str, str], troubles: Sequence[str] = ()
) -> Notices:
    """Return what to say of a form; ``of_skus`` names quantities that are no number."""
    if of_skus:
        unread = gettext(
            "A quantity cannot be read. Nothing was booked; correct it below."
        )
        troubles = [*troubles, unread]
    return Notices(troubles=troubles, of_skus=of_skus)


def _other_code(session: Session, order: Order, code: str) -> Notices:
    if order.id in [found.id for found in parcels.find_orders(session, code)]:
        return Notices(
            hint=gettext(
                "This parcel is open already. To book it, press Enter without scanning."
            )
        )
    return Notices(unknown_code=code)


def _chosen_return(order: Order, return_id: int | None) -> ExpectedReturn | None:
    open_returns = [x for x in order.expected_returns if x.state in OPEN_STATES]
    chosen = [x for x in open_returns if x.id == return_id]
    if chosen:
        return chosen[0]
    return open_returns[0] if len(open_returns) == 1 else None


def _form_skus(
    session: Session,
    order: Order,
    chosen: ExpectedReturn | None,
    entry: Entry | None,
    notices: Notices,
) -> Sequence[FormSku]:
    out = {line.id: units for line, units in receipts.receivable(session, order)}
    expected = _expected_units(order, chosen, out)
    # Nothing is announced, yet somebody holds the parcel: take it that all is in it.
    preset = expected if any(expected.values()) else out
    skus = []
    for name, packed in packed_skus(order).items():
        typed = entry.typed.get(name) if entry else None
        if not packed.sum_of(out) and not _has_units(typed):
            continue
        good = str(packed.sum_of(preset))
        skus.append(
            FormSku(
                packed=packed,
                out=packed.sum_of(out),
                expected=packed.sum_of(expected),
                typed=typed or {"good": good, "damaged": "0", "lost": "0"},
                trouble=notices.of_skus.get(name, ""),
            )
        )
    return skus


def _expected_units(
    order: Order, chosen: ExpectedReturn | None, out: Mapping[int, int]
) -> Mapping[int, int]:
    expected: Counter[int] = Counter()
    for item in [chosen] if chosen else order.expected_returns:
        if item.state in OPEN_STATES:
            for line in item.lines:
                expected[line.order_line_id] += max(0, line.open)
    return Counter(
        {
            line_id: min(units, out.get(line_id, 0))
            for line_id, units in expected.items()
        }
    )


def _has_units(typed: Mapping[str, str] | None) -> bool:
    return typed is not None and any(text.strip("0 ") for text in typed.values())


def _nothing_out(order: Order, booked: Sequence[Receipt], notices: Notices) -> str:
    return render_template(
        "nothing_out.html",
        order=order,
        receipts=booked,
        notices=notices,
        committed=sum(level.committed for level in line_levels(order.lines)),
        waiting=sum(line.waiting for line in order.lines),
    )
