"""Unexpected parcels: listed, taken in, and shown one by one."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock import orphan_list
from stock.errors import IdempotencyConflict
from stock.models import Warehouse
from stock.orphans import (
    NothingTold,
    OrphanReport,
    TakenInAlready,
    find_by_key,
    take_in,
)
from stock.photos import SubjectKind, photos_of_many
from stock.scope import warehouses
from web.access import current_reader, desk_blueprint
from web.asked import asked_id
from web.desk import current_desk
from web.errors import TokenRefused
from web.language import gettext
from web.orphans.counts import open_orphans, orphans_coded
from web.orphans.entry import Entry, Read, judge, read_entry
from web.orphans.keys import issue_key, read_key
from web.orphans.page import show
from web.orphans.records import named_orphan
from web.permissions import Permission, needs
from web.typed import typed_code

PAGE = "orphans"
PAGE_ROWS = 50

blueprint = desk_blueprint("orphans")


@blueprint.get("/orphans")
@needs(Permission.LOOK)
def show_list() -> ResponseReturnValue:
    """Show the parcels that wait, oldest first; or those that were decided about."""
    reader = current_reader()
    is_open = request.args.get("show", "") != "decided"
    with current_desk().database.read() as session:
        found = orphan_list.list_orphans(
            session,
            is_open=is_open,
            warehouse_ids=reader.warehouse_ids,
            shop_ids=reader.shop_ids,
            limit=PAGE_ROWS + 1,
            after_id=asked_id("after"),
        )
        shown = found[:PAGE_ROWS]
        codes = [orphan.code for orphan in shown] if is_open else []
        return render_template(
            "orphans/list.html",
            orphans=shown,
            is_open=is_open,
            known=orphan_list.orders_by_code(session, codes, shop_ids=reader.shop_ids),
            photos=photos_of_many(
                session, SubjectKind.ORPHAN, [orphan.id for orphan in shown]
            ),
            open_count=open_orphans(session),
            now=current_desk().now(),
            next_after=shown[-1].id if len(found) > PAGE_ROWS else None,
        )


@blueprint.get("/orphans/new")
@needs(Permission.BOOK)
def show_form() -> ResponseReturnValue:
    """Ask for the label, then show the form with what was scanned.

    A scanner presses Enter after the label: that must not send an unfinished form.
    """
    if "code" not in request.args:
        return render_template("orphans/scan.html")
    entry = Entry(
        code=typed_code(request.args.get("code", "")),
        warehouse=typed_code(request.args.get("warehouse", "")),
    )
    with current_desk().database.read() as session:
        return _form(session, entry, Read())


@blueprint.post("/orphans")
@needs(Permission.BOOK)
def take_parcel_in() -> ResponseReturnValue:
    """Keep the parcel, or show the form again with what is wrong in it."""
    entry = read_entry(request.form)
    with current_desk().database.read() as session:
        key = _read_key(entry)
        if key is None:
            return _stale(session, entry)
        read = judge(entry, [place.code for place in _places(session)])
        if read.troubles:
            return _form(session, entry, read), 400
    return _record(entry, key, read)


@blueprint.get("/orphans/<id:orphan_id>")
@needs(Permission.LOOK)
def show_orphan(orphan_id: int) -> ResponseReturnValue:
    """Show one parcel: what it is, its photos, and whose it could be."""
    search = typed_code(request.args.get("q", ""))
    with current_desk().database.read() as session:
        return show(session, named_orphan(session, orphan_id), search=search)


def _record(entry: Entry, key: str, read: Read) -> ResponseReturnValue:
    desk = current_desk()

    def work(session: Session) -> int:
        places = {place.code: place.id for place in _places(session)}
        report = OrphanReport(
            warehouse_id=places[entry.warehouse],
            code=typed_code(entry.code),
            carrier=entry.carrier,
            contents=entry.contents,
            note=entry.note,
            items=read.items,
        )
        taken = take_in(
            session,
            report,
            key=key,
            actor=current_reader().user,
            now=desk.now(),
            again=entry.again == "yes",
        )
        return taken.orphan_id

    try:
        orphan_id = desk.database.run(work)
    except TakenInAlready as refusal:
        with desk.database.read() as session:
            return _form(session, entry, read, twin_id=refusal.orphan_id), 409
    except (IdempotencyConflict, NothingTold):
        with desk.database.read() as session:
            trouble = gettext(
                "This form was sent before with other words. Nothing was kept this"
                " time. Look at the list: what came first is there."
            )
            return _form(session, entry, read, trouble=trouble), 409
    return redirect(url_for(".show_orphan", orphan_id=orphan_id), 303)


def _form(
    session: Session,
    entry: Entry,
    read: Read,
    *,
    trouble: str = "",
    twin_id: int | None = None,
) -> str:
    places = _places(session)
    code = typed_code(entry.code)
    shop_ids = current_reader().shop_ids
    known = orphan_list.orders_by_code(session, [code], shop_ids=shop_ids)
    return render_template(
        "orphans/form.html",
        entry=entry,
        of_fields=read.troubles,
        trouble=trouble,
        is_refused=twin_id is not None,
        twins=orphans_coded(session, code),
        known=known.get(code, []),
        warehouses=places,
        warehouse=entry.warehouse or (places[0].code if places else ""),
        key=issue_key(PAGE),
    )


def _places(session: Session) -> Sequence[Warehouse]:
    return warehouses(session, current_reader().warehouse_ids)


def _read_key(entry: Entry, *, late: bool = False) -> str | None:
    """Return the key under which a form's parcel is kept; nothing when it is over."""
    try:
        return read_key(entry.key, PAGE, late=late)
    except TokenRefused:
        return None


def _stale(session: Session, entry: Entry) -> ResponseReturnValue:
    """Answer a form whose key is over or not ours: show what it kept, or anew."""
    key = _read_key(entry, late=True)
    earlier = find_by_key(session, key) if key else None
    if earlier is not None:
        return redirect(url_for(".show_orphan", orphan_id=earlier.id), 303)
    trouble = gettext(
        "This form was open for too long, or was made for somebody else. Nothing was"
        " kept. Check it and send it again."
    )
    return _form(session, entry, Read(), trouble=trouble), 400
