"""What the receipt form shows: each line that is out, preset so that Enter books it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock import levels, parcels, receipts
from stock.board import OPEN_STATES
from stock.models import ExpectedReturn, Order, OrderLine, Receipt
from stock.receipt_history import receipts_of
from web.access import current_reader
from web.desk import current_desk
from web.entry import CONDITIONS, Entry, quantities_of, unreadable
from web.language import gettext
from web.records import line_levels
from web.tokens import issue_form_key
from web.typed import typed_code


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLine:
    """One order line in the form."""

    line: OrderLine
    out: int
    expected: int
    typed: Mapping[str, str]
    trouble: str = ""

    @property
    def unreadable(self) -> Collection[str]:
        """The conditions whose typed quantity is at fault."""
        return unreadable(self.typed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """What the form has to say besides its fields."""

    troubles: Sequence[str] = ()
    of_lines: Mapping[int, str] = field(default_factory=dict)
    unknown_code: str = ""
    hint: str = ""


def show(
    session: Session,
    order: Order,
    *,
    return_id: int | None = None,
    entry: Entry | None = None,
    notices: Notices | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """Return the form page, or the page that says why nothing can be received.

    An ``entry`` keeps what was typed, and its key while that is good.
    """
    notices = notices or Notices()
    booked = receipts_of(session, order)
    chosen = _chosen_return(order, return_id)
    lines = _form_lines(session, order, chosen, entry, notices)
    if not lines:
        return _nothing_out(order, booked, notices), status
    desk = current_desk()
    key = entry.key if entry and entry.key else ""
    page = render_template(
        "receipt_form.html",
        order=order,
        tracking_numbers=parcels.numbers_of(session, order),
        expected=chosen,
        is_announced=any(line.expected for line in lines),
        lines=lines,
        conditions=CONDITIONS,
        warehouses=levels.all_warehouses(session),
        warehouse=entry.warehouse if entry else lines[0].line.warehouse.code,
        note=entry.note if entry else "",
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
    lines = [
        line
        for line in order.lines
        if line.id in entry.typed
        and wanted in (line.sku.code.casefold(), line.sku.barcode.casefold())
    ]
    if not lines:
        return entry.with_typed(entry.typed), _other_code(session, order, code)
    found, troubles = quantities_of(entry)
    if troubles:
        return entry.with_typed(entry.typed), Notices(of_lines=troubles)
    totals = {item.order_line_id: item for item in found}
    out = {level.order_line_id: level.out for level in line_levels(order)}
    for line in lines:
        if totals[line.id].total < out.get(line.id, 0):
            good = totals[line.id].good + 1
            hint = gettext("%(sku)s: %(good)s good", sku=line.sku.code, good=good)
            row = {**entry.typed[line.id], "good": str(good)}
            return entry.with_typed({**entry.typed, line.id: row}), Notices(hint=hint)
    hint = gettext(
        "%(sku)s: all units are counted already. To count by scanning, press"
        " “Count from zero” first.",
        sku=lines[0].sku.code,
    )
    return entry.with_typed(entry.typed), Notices(troubles=[hint])


def count_from_zero(entry: Entry) -> Entry:
    """Return the form with every quantity at zero."""
    return entry.with_typed(
        {line_id: dict.fromkeys(CONDITIONS, "0") for line_id in entry.typed}
    )


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


def _form_lines(
    session: Session,
    order: Order,
    chosen: ExpectedReturn | None,
    entry: Entry | None,
    notices: Notices,
) -> Sequence[FormLine]:
    out = {line.id: units for line, units in receipts.receivable(session, order)}
    expected = _expected_units(order, chosen, out)
    # Nothing is announced, yet somebody holds the parcel: take it that all is in it.
    preset = expected if any(expected.values()) else out
    lines = []
    for line in order.lines:
        typed = entry.typed.get(line.id) if entry else None
        if line.id not in out and not _has_units(typed):
            continue
        lines.append(
            FormLine(
                line=line,
                out=out.get(line.id, 0),
                expected=expected[line.id],
                typed=typed
                or {"good": str(preset[line.id]), "damaged": "0", "lost": "0"},
                trouble=notices.of_lines.get(line.id, ""),
            )
        )
    return lines


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
        committed=sum(level.committed for level in line_levels(order)),
        waiting=sum(line.waiting for line in order.lines),
    )
