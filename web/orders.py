"""One order: where its units are, what happened, and what a person must decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock import parcels
from stock.claim_desk.listing import claims_of_order
from stock.claim_desk.subjects import subjects_of
from stock.errors import NothingWaiting
from stock.models import Order, OrderEvent, Receipt
from stock.orders import decide_waiting
from stock.orphan_list import orphans_of_order
from stock.photos import Subject, SubjectKind, evidence_of_order
from stock.receipt_history import receipts_of
from web.access import current_reader, desk_blueprint
from web.desk import current_desk
from web.error_words import Noted, refusal_error
from web.errors import FieldsRefused, TokenRefused, WebError
from web.formats import money_text
from web.language import gettext
from web.permissions import Permission, needs
from web.photos.strips import evidence_strip
from web.records import (
    check_order_warehouses,
    line_levels,
    named_order,
    shops_listing,
)
from web.skus import PackedSku, packed_skus
from web.tokens import issue_form_key, read_form_key
from web.words import DUE_STATES, EVENTS, FULFILMENTS, word

ANSWERS = {"here": True, "gone": False}

blueprint = desk_blueprint("orders")


class WaitingChanged(WebError):
    """Other units wait for a decision than the person was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One line of an order's timeline."""

    at: datetime
    title: str
    detail: str
    actor: str
    receipt: Receipt | None
    refusal: Noted | None
    """Why a refund was refused, if that is what the line is about."""


@blueprint.get("/orders/<id:order_id>")
@needs(Permission.LOOK)
def show_order(order_id: int) -> ResponseReturnValue:
    """Show one order with everything that is known of it."""
    with current_desk().database.read() as session:
        return _page(session, named_order(session, order_id))


@blueprint.post("/orders/<id:order_id>/decide")
@needs(Permission.BOOK)
def decide(order_id: int) -> ResponseReturnValue:
    """Say where an order's waiting units are, in the reader's name."""
    reader = current_reader()
    desk = current_desk()
    fields = {name: values for name, values in request.form.lists()}
    if any(name not in ("key", "answer") or len(v) != 1 for name, v in fields.items()):
        raise FieldsRefused(", ".join(fields))
    answer = request.form.get("answer", "")
    if answer not in ANSWERS:
        raise FieldsRefused("answer")

    def work(session: Session) -> Sequence[str]:
        order = named_order(session, order_id)
        check_order_warehouses(order)
        key = read_form_key(
            desk.settings, request.form.get("key", ""), reader, order_id, desk.now()
        )
        decided = decide_waiting(
            session,
            order,
            still_here=ANSWERS[answer],
            actor=reader.user,
            now=desk.now(),
        )
        if decided != key.waiting:
            raise WaitingChanged
        return shops_listing(session, [line.sku_id for line in order.lines])

    try:
        shops = desk.database.run(work)
    except (NothingWaiting, TokenRefused, WaitingChanged) as refusal:
        with desk.database.read() as session:
            order = named_order(session, order_id)
            return _page(session, order, trouble=_sentence(refusal)), 409
    for shop in shops:
        desk.bell.ring(shop)
    return redirect(url_for(".show_order", order_id=order_id), 303)


def _page(session: Session, order: Order, *, trouble: str = "") -> str:
    desk = current_desk()
    waiting = sum(line.waiting for line in order.lines)
    receipts = receipts_of(session, order)
    return render_template(
        "order.html",
        order=order,
        skus=[(packed, _whereabouts(packed)) for packed in packed_skus(order).values()],
        parcels=parcels.numbers_of(session, order),
        receipts=receipts,
        dues=[due for due in order.refund_dues if due.state in DUE_STATES],
        out=sum(level.out for level in line_levels(order.lines)),
        waiting=waiting,
        may_decide=all(
            current_reader().books_into(line.warehouse_id)
            for line in order.lines
            if line.waiting
        ),
        timeline=[_entry(event, receipts) for event in order.events],
        claims=claims_of_order(session, order.id),
        is_claimable=current_reader().may(Permission.CLAIM)
        and any(x.live_claim_id is None for x in subjects_of(session, order)),
        photos_of_it=evidence_strip(
            Subject(SubjectKind.ORDER, order.id),
            evidence_of_order(session, order.id),
        ),
        orphans=orphans_of_order(session, order.id),
        trouble=trouble,
        key=issue_form_key(
            desk.settings, current_reader(), order.id, desk.now(), waiting=waiting
        ),
    )


def _whereabouts(packed: PackedSku) -> Sequence[int]:
    """Return the figures of the table of units, column by column."""
    levels = line_levels(packed.lines)
    return (
        sum(line.quantity for line in packed.lines),
        sum(level.committed for level in levels),
        sum(level.out for level in levels),
        sum(level.received for level in levels),
        sum(level.damaged for level in levels),
        sum(level.lost for level in levels),
    )


def _entry(event: OrderEvent, receipts: Sequence[Receipt]) -> TimelineEntry:
    number, _, reason = event.detail.partition(": ")
    named = [receipt for receipt in receipts if receipt.number == number]
    return TimelineEntry(
        at=event.happened_at,
        title=word(EVENTS, event.kind),
        detail=reason if named else event_detail(event.kind, event.detail),
        actor=event.actor,
        receipt=named[0] if named else None,
        refusal=(
            refusal_error(event.detail) if event.kind == "refund_refused" else None
        ),
    )


def event_detail(kind: str, detail: str) -> str:
    """Say what a line of a timeline is about, in the reader's language."""
    match kind:
        case "fulfilment":
            return word(FULFILMENTS, detail)
        case "refund" | "refund_owed":
            return money_text(detail)
        case "refund_refused":
            return refusal_error(detail).sentence
        case "still_here" | "gone":
            return gettext("Units: %(units)s", units=detail)
        case _:
            return detail


def _sentence(refusal: Exception) -> str:
    if isinstance(refusal, NothingWaiting):
        return gettext("This is decided already; the timeline below says by whom.")
    if isinstance(refusal, WaitingChanged):
        return gettext(
            "The channel has told more since this page was made. Nothing was changed:"
            " look at the units again."
        )
    return gettext(
        "This page was open for too long. Nothing was changed: decide again."
    )
