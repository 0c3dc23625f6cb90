"""The page of one sheet: the scan field, a card for each parcel, what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.photos import SubjectKind
from stock.scope import warehouses
from stock.sheets import Condition, SheetView, whole_sheet
from web.access import current_reader
from web.asked import asked_id
from web.desk import current_desk
from web.permissions import Permission, needs
from web.photos.strips import Strip, photo_strips
from web.sheets.cards import Card, cards_of, parcel_of, questions
from web.sheets.room import blueprint, current_clerk, issue_key, may_change
from web.sheets.sentences import Said, counts_words, said_of_count, said_of_put
from web.typed import typed_code

blueprint.add_app_template_filter(counts_words, "counts_words")


@blueprint.get("/sheets/<id:sheet_id>")
@needs(Permission.LOOK)
def show_sheet(sheet_id: int) -> ResponseReturnValue:
    """Show a sheet; the address may name the parcel and the codes in question."""
    with current_desk().database.read() as session:
        sheet = whole_sheet(session, sheet_id, by=current_clerk())
        return render_sheet(
            session, sheet, opened=asked_id("parcel"), said=_said(sheet)
        )


@blueprint.get("/sheets/<id:sheet_id>/asked")
@needs(Permission.LOOK)
def show_asked(sheet_id: int) -> ResponseReturnValue:
    """Tell the page's script what is known of codes that are not on the sheet."""
    with current_desk().database.read() as session:
        sheet = whole_sheet(session, sheet_id, by=current_clerk())
        key = issue_key(sheet_id)
        return {"asked": render_questions(session, sheet, asked_codes(), key)}


def render_sheet(
    session: Session,
    sheet: SheetView,
    *,
    opened: int | None = None,
    said: Said | None = None,
    changed: Iterable[Card] = (),
    troubles: Sequence[str] = (),
    described: Mapping[str, str] | None = None,
) -> str:
    """Return the page of a sheet; ``described`` keeps what was typed at its foot."""
    asked = questions(session, sheet.id, asked_codes())
    if said is None and asked:
        said = asked[-1].said
    cards = cards_of(sheet, opened=opened, changed=changed)
    return render_template(
        "sheets/sheet.html",
        sheet=sheet,
        cards=cards,
        strips=strips_of(session, sheet, [card.parcel.id for card in cards]),
        open_card=next((x for x in cards if x.is_open and x.is_draft), None),
        questions=asked,
        said=said,
        troubles=troubles,
        described=described or {},
        conditions=list(Condition),
        may_change=may_change(sheet),
        takes_orphans=takes_orphans(),
        warehouses=warehouses(session, current_reader().warehouse_ids),
        key=issue_key(sheet.id),
    )


def render_cards(
    session: Session, sheet: SheetView, cards: Iterable[Card], key: str
) -> dict[int, str]:
    """Return the cards of some parcels, by the parcels' ids."""
    shown = list(cards)
    strips = strips_of(session, sheet, [card.parcel.id for card in shown])
    return {
        card.parcel.id: render_template(
            "sheets/card.html",
            sheet=sheet,
            card=card,
            strips=strips,
            conditions=list(Condition),
            may_change=may_change(sheet),
            key=key,
        )
        for card in shown
    }


def render_questions(
    session: Session, sheet: SheetView, codes: Iterable[str], key: str
) -> list[dict[str, str]]:
    """Return the cards of codes that are not on the sheet."""
    return [
        {
            "code": question.looked_up.code,
            "tone": question.said.tone,
            "words": question.said.words,
            "html": render_template(
                "sheets/question.html",
                sheet=sheet,
                question=question,
                may_change=may_change(sheet),
                takes_orphans=takes_orphans(),
                key=key,
            ),
        }
        for question in questions(session, sheet.id, codes)
    ]


def strips_of(
    session: Session, sheet: SheetView, parcel_ids: Iterable[int]
) -> Mapping[int, Strip]:
    """Return the photo strips of parcels, by the parcels' ids."""
    return photo_strips(
        session, SubjectKind.SHEET_PARCEL, parcel_ids, may_add=may_change(sheet)
    )


def takes_orphans() -> bool:
    """Say whether parcels that nobody expected can be taken in."""
    return "orphans.show_form" in current_app.view_functions


def asked_codes() -> Sequence[str]:
    """Return the codes that the address asks about."""
    return [typed_code(code) for code in request.args.getlist("code")]


def _said(sheet: SheetView) -> Said | None:
    parcel = parcel_of(sheet, asked_id("parcel"))
    counted = typed_code(request.args.get("counted", ""))
    if parcel is None:
        return None
    if counted:
        units = sum(x.counts.good for x in parcel.lines if x.sku == counted)
        return said_of_count(counted, units)
    if "new" in request.args or "put" in request.args:
        return said_of_put(parcel, is_new="new" in request.args)
    return None
