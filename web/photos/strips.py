"""The strip of photos that other pages include, with a button that adds to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import g
from sqlalchemy.orm import Session

from stock.models import Photo
from stock.photos import (
    MOST_PHOTOS,
    Subject,
    SubjectKind,
    photos_of,
    photos_of_many,
    subject_of,
)
from web.access import current_reader
from web.desk import current_desk
from web.permissions import Permission
from web.tokens import issue_page_key

PAGE = "photos"
"""What the key of each strip's form is for; the strips of a page share one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """Photos in a row, and what they are added to."""

    subject: Subject
    photos: Sequence[Photo]
    key: str
    """Empty for who may only look."""
    is_full: bool

    @property
    def may_add(self) -> bool:
        """Whether the reader may add a photo, and there is room for one."""
        return bool(self.key) and not self.is_full


def photo_strip(session: Session, subject: Subject, *, may_add: bool = True) -> Strip:
    """Return the strip of one thing's own photos."""
    return evidence_strip(subject, photos_of(session, subject), may_add=may_add)


def photo_strips(
    session: Session, kind: SubjectKind, ids: Iterable[int], *, may_add: bool = True
) -> Mapping[int, Strip]:
    """Return the strips of many things of one kind, by their ids."""
    found = photos_of_many(session, kind, ids)
    return {
        subject_id: evidence_strip(Subject(kind, subject_id), photos, may_add=may_add)
        for subject_id, photos in found.items()
    }


def evidence_strip(
    subject: Subject, photos: Sequence[Photo], *, may_add: bool = True
) -> Strip:
    """Return a strip that shows these photos and adds to one thing.

    ``may_add`` says whether the thing is the reader's to book; the role is asked here.
    """
    own = [photo for photo in photos if subject_of(photo) == subject]
    is_booking = may_add and current_reader().may(Permission.BOOK)
    return Strip(
        subject=subject,
        photos=photos,
        key=_key() if is_booking else "",
        is_full=len(own) >= MOST_PHOTOS,
    )


def _key() -> str:
    if "photo_key" not in g:
        desk = current_desk()
        g.photo_key = issue_page_key(desk.settings, current_reader(), PAGE, desk.now())
    key: str = g.photo_key
    return key
