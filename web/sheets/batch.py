"""Takes what the page's script did, at once or when its connection is back."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.sheets import (
    Action,
    Answer,
    Describe,
    Judge,
    ParcelView,
    Post,
    Put,
    Refusal,
    SheetView,
    apply_actions,
    whole_sheet,
)
from web.desk import current_desk
from web.errors import FieldsRefused
from web.language import gettext
from web.permissions import Permission, needs
from web.sheets.cards import Card, parcel_of
from web.sheets.page import render_cards, render_questions
from web.sheets.parsing import read_batch
from web.sheets.room import blueprint, current_clerk, read_key, ring
from web.sheets.sentences import (
    QUESTIONS,
    Said,
    Tone,
    counts_words,
    said_of_post,
    said_of_put,
    said_of_refusal,
)
from web.strict_json import JsonRefused, parse_json


@blueprint.post("/sheets/<id:sheet_id>/actions")
@needs(Permission.BOOK)
def take_actions(sheet_id: int) -> ResponseReturnValue:
    """Apply a list of actions, each once, and answer with what the page shows."""
    desk, clerk = current_desk(), current_clerk()
    batch = read_batch(_sent(), sheet_id)
    read_key(batch.key, sheet_id)
    told = apply_actions(desk.database, batch.actions, by=clerk, now=desk.now())
    ring([x.receipt_id for x in told if x.receipt_id and not x.replayed])
    with desk.database.read() as session:
        sheet = whole_sheet(session, sheet_id, by=clerk)
        return _answer(session, sheet, batch.actions, told, batch.key)


def _sent() -> object:
    try:
        return parse_json(request.get_data(cache=False)) if request.is_json else None
    except JsonRefused as refusal:
        raise FieldsRefused("actions") from refusal


def _answer(
    session: Session,
    sheet: SheetView,
    actions: Sequence[Action],
    told: Sequence[Answer],
    key: str,
) -> dict[str, object]:
    asked = [
        action.code
        for action, answer in zip(actions, told, strict=True)
        if isinstance(action, Put) and answer.error in QUESTIONS
    ]
    return {
        "answers": [
            _as_json(sheet, action, answer)
            for action, answer in zip(actions, told, strict=True)
        ],
        "cards": render_cards(session, sheet, _cards(sheet, actions, told), key),
        "asked": render_questions(session, sheet, asked, key),
        "totals": counts_words(sheet.totals.counts),
        "parcels": sheet.totals.parcels,
        "drafts": sheet.totals.drafts,
        "state": sheet.state,
        "warehouse": sheet.warehouse.code,
        "carrier": sheet.carrier or gettext("Carrier not named"),
    }


def _as_json(sheet: SheetView, action: Action, answer: Answer) -> dict[str, object]:
    parcel = parcel_of(sheet, answer.parcel_id)
    said = _said(action, answer, parcel)
    return {
        "id": answer.id,
        "applied": answer.applied,
        "error": answer.error,
        "parcel": answer.parcel_id,
        "on_sheet": parcel is not None,
        "is_question": answer.error in QUESTIONS,
        "tone": said.tone,
        "words": said.words,
    }


def _said(action: Action, answer: Answer, parcel: ParcelView | None) -> Said:
    if answer.error:
        return said_of_refusal(Refusal(answer.error, answer.facts))
    if isinstance(action, Describe):
        return Said(tone=Tone.COUNTED, words=gettext("Saved"))
    if parcel is None:
        return Said(tone=Tone.COUNTED, words=gettext("Taken off the sheet"))
    if isinstance(action, Post):
        return said_of_post(parcel, current_clerk().name)
    if isinstance(action, Put):
        return said_of_put(parcel, is_new=answer.is_new)
    words = f"{parcel.code}: {counts_words(parcel.counts)}"
    return Said(tone=Tone.COUNTED, words=words)


def _cards(
    sheet: SheetView, actions: Sequence[Action], told: Sequence[Answer]
) -> Sequence[Card]:
    """Return the card of each parcel that was answered about, once."""
    cards: dict[int, Card] = {}
    for action, answer in zip(actions, told, strict=True):
        parcel = parcel_of(sheet, answer.parcel_id)
        if parcel is None:
            continue
        trouble, refused = "", None
        if answer.error and not isinstance(action, Put):
            trouble = said_of_refusal(Refusal(answer.error, answer.facts)).words
            refused = action.units if isinstance(action, Judge) else None
        known = cards.get(parcel.id)
        if known is None or trouble:
            cards[parcel.id] = Card(
                parcel=parcel,
                is_open=True,
                trouble=trouble,
                refused=refused or (known.refused if known else None),
            )
    return list(cards.values())
