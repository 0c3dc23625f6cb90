"""One claim: how it stands, what was done with it, and the next steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.claim_desk.arrivals import arrived_since
from stock.claim_desk.demands import amend, most_units
from stock.claim_desk.errors import (
    AlreadyClaimed,
    ClaimChanged,
    ClaimEnded,
    MoreThanClaimable,
    StepRefused,
)
from stock.claim_desk.events import Hand, Written, claim_by_key
from stock.claim_desk.stepping import keep, take_step
from stock.claim_desk.steps import STEPS
from stock.errors import IdempotencyConflict, StockError
from stock.models import Claim, ClaimState
from stock.photos import Subject, SubjectKind, evidence_of_order
from stock.receipt_history import receipts_of
from web.access import current_reader, desk_blueprint
from web.amounts import amount_text, read_amount
from web.claims.entry import (
    DEMAND_FIELDS,
    DemandEntry,
    Typed,
    amount_trouble,
    case_trouble,
    demand_of,
    note_trouble,
    page_key,
    read_demand,
    read_fields,
    sent_key,
    stale_sentence,
    too_many,
)
from web.claims.history import history_of
from web.claims.named import named_claim, row_of
from web.claims.words import step_word
from web.desk import current_desk
from web.errors import FieldsRefused
from web.language import gettext
from web.permissions import Permission, needs
from web.photos.strips import evidence_strip

_STEP_FIELDS = ("key", "version", "to", "note", "case_number", "paid_amount")

blueprint = desk_blueprint("claims")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepForm:
    """One next step, with what was typed for it."""

    to: ClaimState
    label: str
    asks_case_number: bool
    asks_paid_amount: bool
    typed: Typed
    troubles: Typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Forms that came back: what was typed, and what is wrong in them."""

    to: str = ""
    typed: Typed | None = None
    troubles: Typed | None = None
    demand: DemandEntry | None = None
    trouble: str = ""
    key: str = ""


@blueprint.get("/claims/<id:claim_id>")
@needs(Permission.LOOK)
def show_claim(claim_id: int) -> ResponseReturnValue:
    """Show one claim with everything that was done with it."""
    with current_desk().database.read() as session:
        return _page(session, named_claim(session, claim_id), Filled())


@blueprint.post("/claims/<id:claim_id>/step")
@needs(Permission.CLAIM)
def step(claim_id: int) -> ResponseReturnValue:
    """Bring the claim on, or show the form again with what is wrong in it."""
    typed = read_fields(_STEP_FIELDS)
    if typed["to"] not in set(ClaimState):
        raise FieldsRefused("to")
    to = ClaimState(typed["to"])
    troubles = _step_troubles(to, typed)
    paid = read_amount(typed["paid_amount"].strip())
    return _change(
        claim_id,
        typed,
        Filled(to=to, typed=typed, troubles=troubles),
        lambda session, hand: take_step(
            session,
            claim_id,
            to,
            hand=hand,
            note=typed["note"],
            case_number=typed["case_number"] if to is ClaimState.SENT else None,
            paid_amount=paid if to is ClaimState.PAID else None,
        ),
    )


@blueprint.post("/claims/<id:claim_id>/changes")
@needs(Permission.CLAIM)
def change(claim_id: int) -> ResponseReturnValue:
    """Change what the claim says, or show the form again."""
    typed = read_fields(("key", "version", *DEMAND_FIELDS))
    entry = read_demand(typed)
    return _change(
        claim_id,
        typed,
        Filled(demand=entry, troubles=entry.troubles),
        lambda session, hand: amend(session, claim_id, entry.demand(), hand=hand),
    )


@blueprint.post("/claims/<id:claim_id>/keep")
@needs(Permission.CLAIM)
def hold_on(claim_id: int) -> ResponseReturnValue:
    """Hold on to the claim although goods came."""
    typed = read_fields(("key", "version"))
    return _change(
        claim_id,
        typed,
        Filled(),
        lambda session, hand: keep(session, claim_id, hand=hand),
    )


def claim_page_name(claim_id: int) -> str:
    """Return what the keys of a claim's page are made for."""
    return f"claim {claim_id}"


def _change(
    claim_id: int,
    typed: Typed,
    filled: Filled,
    write: Callable[[Session, Hand], Written],
) -> ResponseReturnValue:
    desk = current_desk()
    name, value = claim_page_name(claim_id), typed["key"]
    key = sent_key(name, value)
    with desk.database.read() as session:
        claim = named_claim(session, claim_id)
        if not key:
            if claim_by_key(session, sent_key(name, value, late=True)):
                return _to_claim(claim_id)
            return _again(session, claim, filled, stale_sentence(), 400)
        if filled.troubles and claim_by_key(session, key):
            return _to_claim(claim_id)
        if filled.troubles:
            return _again(session, claim, filled, "", 400, key=value)
    version = typed["version"]
    hand = Hand(
        actor=current_reader().user,
        now=desk.now(),
        key=key,
        version=int(version) if version.isascii() and version.isdigit() else 0,
    )
    try:
        desk.database.run(lambda session: write(session, hand))
    except (
        AlreadyClaimed,
        ClaimChanged,
        ClaimEnded,
        IdempotencyConflict,
        MoreThanClaimable,
        StepRefused,
    ) as refusal:
        with desk.database.read() as session:
            claim = named_claim(session, claim_id)
            return _again(session, claim, filled, _sentence(refusal), 409)
    return _to_claim(claim_id)


def _again(
    session: Session,
    claim: Claim,
    filled: Filled,
    trouble: str,
    status: int,
    *,
    key: str = "",
) -> ResponseReturnValue:
    shown = Filled(
        to=filled.to,
        typed=filled.typed,
        troubles=filled.troubles,
        demand=filled.demand,
        trouble=trouble,
        key=key,
    )
    return _page(session, claim, shown, status)


def _page(
    session: Session, claim: Claim, filled: Filled, status: int = 200
) -> ResponseReturnValue:
    came = arrived_since(session, [claim]).get(claim.id, 0)
    page = render_template(
        "claims/claim.html",
        claim=claim,
        row=row_of(claim.expected_return),
        came=came,
        came_with=_receipts_since(session, claim) if came else [],
        steps=_steps(claim, filled),
        open_step=filled.to,
        demand=filled.demand or demand_of(claim),
        is_changing=filled.demand is not None,
        most_units=most_units(session, claim),
        history=history_of(claim),
        photos=evidence_strip(
            Subject(SubjectKind.ORDER, claim.order_id),
            evidence_of_order(session, claim.order_id),
        ),
        trouble=filled.trouble,
        key=filled.key or page_key(claim_page_name(claim.id)),
    )
    return page, status


def _receipts_since(session: Session, claim: Claim) -> Sequence[object]:
    return [
        receipt
        for receipt in receipts_of(session, claim.order)
        if receipt.posted_at >= claim.opened_at and receipt.reversal is None
    ]


def _steps(claim: Claim, filled: Filled) -> Sequence[StepForm]:
    blank = {
        "note": "",
        "case_number": claim.case_number,
        "paid_amount": amount_text(claim.amount),
    }
    return [
        StepForm(
            to=to,
            label=step_word(claim.state, to),
            asks_case_number=to is ClaimState.SENT,
            asks_paid_amount=to is ClaimState.PAID,
            typed=filled.typed if filled.to == to and filled.typed else blank,
            troubles=(filled.troubles or {}) if filled.to == to else {},
        )
        for to in STEPS[ClaimState(claim.state)]
    ]


def _step_troubles(to: ClaimState, typed: Typed) -> Typed:
    found = {"note": note_trouble(typed["note"])}
    if to is ClaimState.SENT:
        found["case_number"] = case_trouble(typed["case_number"])
    if to is ClaimState.PAID:
        found["paid_amount"] = amount_trouble(typed["paid_amount"])
    return {name: sentence for name, sentence in found.items() if sentence}


def _to_claim(claim_id: int) -> ResponseReturnValue:
    return redirect(url_for(".show_claim", claim_id=claim_id), 303)


def _sentence(refusal: StockError) -> str:
    match refusal:
        case AlreadyClaimed():
            return gettext(
                "Another claim about the same units is under way: C%(number)s. Nothing"
                " was changed.",
                number=f"{refusal.claim_id:06d}",
            )
        case MoreThanClaimable():
            return too_many(refusal)
        case _:
            return gettext(
                "The claim was changed since this page was made. What you sent changed"
                " nothing: look at it again."
            )
