"""Opening a claim, from a row of the board or the page of an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.claim_desk.demands import open_claim
from stock.claim_desk.errors import (
    AlreadyClaimed,
    MoreThanClaimable,
    NothingToClaim,
)
from stock.claim_desk.events import Hand, Written, claim_by_key
from stock.claim_desk.subjects import Subject, subjects_of
from stock.errors import IdempotencyConflict, StockError
from stock.models import ClaimCause, Order
from web.access import check_shop, current_reader, desk_blueprint
from web.asked import asked_id
from web.claims.entry import (
    DEMAND_FIELDS,
    DemandEntry,
    page_key,
    preset,
    read_demand,
    read_fields,
    sent_key,
    stale_sentence,
    too_many,
)
from web.claims.named import row_of
from web.desk import current_desk
from web.language import gettext
from web.permissions import Permission, needs
from web.records import named_order

blueprint = desk_blueprint("claim_forms")


@blueprint.get("/orders/<id:order_id>/claim")
@needs(Permission.CLAIM)
def show_form(order_id: int) -> ResponseReturnValue:
    """Show the form for what the address names, or ask what the claim is about."""
    with current_desk().database.read() as session:
        order = _order(session, order_id)
        subjects = subjects_of(session, order)
        return _page(order, subjects, _chosen(subjects))


@blueprint.post("/orders/<id:order_id>/claim")
@needs(Permission.CLAIM)
def book(order_id: int) -> ResponseReturnValue:
    """Open the claim, or show the form again with what is wrong in it."""
    typed = read_fields(("key", *DEMAND_FIELDS))
    entry = read_demand(typed)
    with current_desk().database.read() as session:
        order = _order(session, order_id)
        subjects = subjects_of(session, order)
        subject = _chosen(subjects)
        value = typed["key"]
        key = sent_key(_name(order), value)
        known = claim_by_key(session, sent_key(_name(order), value, late=True))
        if known is not None and (not key or not subject or entry.troubles):
            return _to_claim(known)
        if not key:
            trouble = stale_sentence()
            return _page(order, subjects, subject, entry, trouble, status=400)
        if subject is None:
            return _page(order, subjects, None, entry, _nothing(), status=409)
        if entry.troubles:
            return _page(order, subjects, subject, entry, key=value, status=400)
    return _open(order_id, subject, entry, key)


def _open(
    order_id: int, subject: Subject, entry: DemandEntry, key: str
) -> ResponseReturnValue:
    desk = current_desk()

    def work(session: Session) -> Written:
        return open_claim(
            session,
            _order(session, order_id),
            entry.demand(),
            cause=subject.cause,
            expected_return_id=subject.expected.id if subject.expected else None,
            hand=Hand(actor=current_reader().user, now=desk.now(), key=key),
        )

    try:
        return _to_claim(desk.database.run(work).claim_id)
    except AlreadyClaimed as refusal:
        return _to_claim(refusal.claim_id)
    except (IdempotencyConflict, MoreThanClaimable, NothingToClaim) as refusal:
        with desk.database.read() as session:
            known = claim_by_key(session, key)
            if known is not None:
                return _to_claim(known)
            order = _order(session, order_id)
            subjects = subjects_of(session, order)
            trouble = _sentence(refusal)
            chosen = _chosen(subjects)
            return _page(order, subjects, chosen, entry, trouble, status=409)


def _order(session: Session, order_id: int) -> Order:
    order = named_order(session, order_id)
    check_shop(order.shop_id, "order")
    return order


def _name(order: Order) -> str:
    return f"claim for order {order.id}"


def _chosen(subjects: Sequence[Subject]) -> Subject | None:
    """Return what the address names; the only one needs no naming."""
    return_id, cause = asked_id("return"), request.args.get("cause", "")
    if return_id is None and not cause:
        return subjects[0] if len(subjects) == 1 else None
    for subject in subjects:
        own_id = subject.expected.id if subject.expected else None
        if own_id == return_id and cause in ("", subject.cause):
            return subject
    return None


def _page(
    order: Order,
    subjects: Sequence[Subject],
    subject: Subject | None,
    entry: DemandEntry | None = None,
    trouble: str = "",
    *,
    key: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    if subject is not None and entry is None:
        if subject.live_claim_id is not None:
            return _to_claim(subject.live_claim_id)
        entry = preset(subject.units, subject.value, subject.currency)
    page = render_template(
        "claims/form.html",
        order=order,
        subjects=subjects,
        subject=subject,
        subject_fields=_fields,
        row=row_of(subject.expected) if subject else None,
        entry=entry,
        trouble=trouble,
        key=key or page_key(_name(order)),
    )
    return page, status


def _fields(subject: Subject) -> dict[str, Any]:
    """Return what an address names a subject by."""
    return_id = subject.expected.id if subject.expected else None
    return {"return": return_id, "cause": ClaimCause(subject.cause).value}


def _to_claim(claim_id: int) -> ResponseReturnValue:
    return redirect(url_for("claims.show_claim", claim_id=claim_id), 303)


def _nothing() -> str:
    return gettext(
        "There is nothing of that kind to claim for any more. Nothing was opened."
    )


def _sentence(refusal: StockError) -> str:
    if isinstance(refusal, MoreThanClaimable):
        return too_many(refusal)
    return _nothing()
