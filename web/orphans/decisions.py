"""What a person decides about an unexpected parcel: whose it is, or that it is gone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.errors import IdempotencyConflict
from stock.orphans import (
    LONGEST_TEXT,
    OrphanDecided,
    hand_back,
    match,
    reopen,
)
from web.access import current_reader, desk_blueprint
from web.desk import current_desk
from web.errors import FieldsRefused, TokenRefused
from web.language import gettext
from web.orphans.keys import page_name, read_key
from web.orphans.page import show
from web.orphans.records import named_orphan
from web.permissions import Permission, needs
from web.records import named_order
from web.routing import LARGEST_ID
from web.typed import holds_control_characters

blueprint = desk_blueprint("orphan_decisions")


class Deed(Protocol):
    """Decides about an orphan under a key, in one transaction."""

    def __call__(self, session: Session, key: str) -> None: ...


@blueprint.post("/orphans/<id:orphan_id>/match")
@needs(Permission.BOOK)
def match_parcel(orphan_id: int) -> ResponseReturnValue:
    """Say which order a parcel belongs to, and go on to that order's receipt."""
    _check_fields({"key", "order"})
    order_id = _order_id()
    desk = current_desk()

    def work(session: Session, key: str) -> None:
        named_orphan(session, orphan_id, booking=True)
        order = named_order(session, order_id)
        actor = current_reader().user
        match(session, orphan_id, order, key=key, actor=actor, now=desk.now())

    receipt = url_for("receipts.show_form", order_id=order_id, orphan=orphan_id)
    return _decide(orphan_id, work, to=receipt)


@blueprint.post("/orphans/<id:orphan_id>/hand-back")
@needs(Permission.BOOK)
def hand_parcel_back(orphan_id: int) -> ResponseReturnValue:
    """Say that a parcel left the building again, and why."""
    return _decide_with_reason(orphan_id, hand_back)


@blueprint.post("/orphans/<id:orphan_id>/reopen")
@needs(Permission.BOOK)
def reopen_parcel(orphan_id: int) -> ResponseReturnValue:
    """Take a wrong decision back."""
    return _decide_with_reason(orphan_id, reopen)


class _Reasoned(Protocol):
    def __call__(
        self,
        session: Session,
        orphan_id: int,
        *,
        reason: str,
        key: str,
        actor: str,
        now: datetime,
    ) -> None: ...


def _decide_with_reason(orphan_id: int, decision: _Reasoned) -> ResponseReturnValue:
    _check_fields({"key", "reason"})
    reason = request.form.get("reason", "").replace("\r\n", "\n")
    desk = current_desk()
    if trouble := _reason_trouble(reason):
        with desk.database.read() as session:
            orphan = named_orphan(session, orphan_id, booking=True)
            return show(session, orphan, reason=reason, of_reason=trouble), 400

    def work(session: Session, key: str) -> None:
        named_orphan(session, orphan_id, booking=True)
        actor = current_reader().user
        decision(
            session, orphan_id, reason=reason, key=key, actor=actor, now=desk.now()
        )

    return _decide(
        orphan_id, work, to=url_for("orphans.show_orphan", orphan_id=orphan_id)
    )


def _decide(orphan_id: int, work: Deed, *, to: str) -> ResponseReturnValue:
    desk = current_desk()
    try:
        key = read_key(request.form.get("key", ""), page_name(orphan_id))
        desk.database.run(lambda session: work(session, key))
    except (IdempotencyConflict, OrphanDecided, TokenRefused) as refusal:
        with desk.database.read() as session:
            page = show(
                session,
                named_orphan(session, orphan_id, booking=True),
                reason=request.form.get("reason", ""),
                trouble=_sentence(refusal),
            )
        return page, 409
    return redirect(to, 303)


def _check_fields(known: Collection[str]) -> None:
    for name, values in request.form.lists():
        if name not in known or len(values) != 1:
            raise FieldsRefused(name)


def _order_id() -> int:
    text = request.form.get("order", "")
    if not (text.isascii() and text.isdigit() and len(text) < 17):
        raise FieldsRefused("order")
    return min(int(text), LARGEST_ID)


def _reason_trouble(reason: str) -> str:
    if not reason.strip():
        return gettext("Write why, so that the next one knows.")
    if len(reason) > LONGEST_TEXT:
        return gettext(
            "This has %(length)s characters, %(most)s is the most. Shorten it.",
            length=len(reason),
            most=LONGEST_TEXT,
        )
    if holds_control_characters(reason):
        return gettext(
            "This has invisible control characters. Delete it and type it again."
        )
    return ""


def _sentence(refusal: Exception) -> str:
    if isinstance(refusal, TokenRefused):
        return gettext(
            "This page was open for too long. Nothing was changed: decide again."
        )
    return gettext(
        "Somebody has decided about this parcel already; below is who and when."
        " Nothing was changed."
    )
