"""The keys of the forms about unexpected parcels."""

from __future__ import annotations

from web.access import current_reader
from web.desk import current_desk
from web.tokens import issue_page_key, read_page_key


def page_name(orphan_id: int) -> str:
    """Return what the keys of one parcel's forms are bound to."""
    return f"orphan {orphan_id}"


def issue_key(page: str) -> str:
    """Return the key of the forms that the reader is about to see."""
    desk = current_desk()
    return issue_page_key(desk.settings, current_reader(), page, desk.now())


def read_key(value: str, page: str, *, late: bool = False) -> str:
    """Return under which key a form's deed is done, once.  Raises ``TokenRefused``."""
    desk = current_desk()
    reader = current_reader()
    key = read_page_key(desk.settings, value, reader, page, desk.now(), late=late)
    return f"page:{key.id}"
