"""The page of one unexpected parcel."""

from __future__ import annotations

from flask import render_template
from sqlalchemy.orm import Session

from stock.models import Orphan, OrphanState
from stock.photos import Subject, SubjectKind
from web.access import current_reader
from web.desk import current_desk
from web.orphans.keys import issue_key, page_name
from web.orphans.suggestions import known_by_now, named_items, search_orders
from web.permissions import Permission
from web.photos.strips import photo_strip


def show(
    session: Session,
    orphan: Orphan,
    *,
    search: str = "",
    reason: str = "",
    trouble: str = "",
    of_reason: str = "",
) -> str:
    """Return the page; ``reason`` keeps what was typed, ``of_reason`` judges it."""
    is_open = orphan.state == OrphanState.OPEN
    reader = current_reader()
    places = reader.warehouse_ids
    is_at_hand = places is None or orphan.warehouse_id in places
    may_decide = is_at_hand and reader.may(Permission.BOOK)
    return render_template(
        "orphans/orphan.html",
        orphan=orphan,
        items=named_items(session, orphan),
        strip=photo_strip(
            session, Subject(SubjectKind.ORPHAN, orphan.id), may_add=is_at_hand
        ),
        is_open=is_open,
        may_decide=may_decide,
        known=known_by_now(session, orphan) if is_open else (),
        search=search,
        found=search_orders(session, search) if is_open and search else (),
        reason=reason,
        trouble=trouble,
        of_reason=of_reason,
        now=current_desk().now(),
        key=issue_key(page_name(orphan.id)) if may_decide else "",
    )
