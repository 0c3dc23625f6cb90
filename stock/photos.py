"""Photos as evidence: each is of one thing, and stays once that thing is decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import Select, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from stock._upsert import insert_missing
from stock.errors import StockError
from stock.models import (
    Orphan,
    OrphanState,
    Photo,
    Receipt,
    SheetParcel,
    SheetParcelState,
)
from stock.people import is_same_person
from stock.readable import readable_text

MOST_PHOTOS = 12
"""Photos of one thing."""
LONGEST_FILE_NAME = 80


class SubjectKind(StrEnum):
    """What a photo can be of."""

    ORDER = "order"
    SHEET_PARCEL = "sheet_parcel"
    RECEIPT = "receipt"
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True)
class Subject:
    """The one thing that a photo is of."""

    kind: SubjectKind
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photo's file as it was stored."""

    sha256: str
    width: int
    height: int
    size: int
    file_name: str = ""


class TooManyPhotos(StockError):
    """More photos of one thing than it may have."""

    def __init__(self, *, held: int, asked: int) -> None:
        self.held = held
        self.asked = asked
        self.most = MOST_PHOTOS
        super().__init__(f"{asked} photos beside {held}: {MOST_PHOTOS} is the most")


class PhotoStays(StockError):
    """A photo was to be removed that is somebody else's, or evidence by now."""

    def __init__(self, photo_id: int, *, added_by: str, is_evidence: bool) -> None:
        self.photo_id = photo_id
        self.added_by = added_by
        self.is_evidence = is_evidence
        super().__init__(f"photo {photo_id} of {added_by} stays")


Column = InstrumentedAttribute[int | None]

_COLUMNS: Mapping[SubjectKind, Column] = MappingProxyType(
    {
        SubjectKind.ORDER: Photo.order_id,
        SubjectKind.SHEET_PARCEL: Photo.sheet_parcel_id,
        SubjectKind.RECEIPT: Photo.receipt_id,
        SubjectKind.ORPHAN: Photo.orphan_id,
    }
)


def subject_of(photo: Photo) -> Subject:
    """Return what a photo is of."""
    for kind, column in _COLUMNS.items():
        subject_id: int | None = getattr(photo, column.key)
        if subject_id is not None:
            return Subject(kind, subject_id)
    raise AssertionError("the database lets no photo be of nothing")


def add_photos(
    session: Session,
    subject: Subject,
    pictures: Sequence[Picture],
    *,
    actor: str,
    now: datetime,
) -> Sequence[Photo]:
    """Attach stored pictures to a thing; one that it has already is not added again.

    Hold the folder of the files meanwhile, so that nobody else adds too many.  Raises
    ``TooManyPhotos``; then nothing was added.
    """
    wanted = {picture.sha256: picture for picture in pictures}
    known = {photo.sha256 for photo in photos_of(session, subject)}
    fresh = wanted.keys() - known
    if fresh and len(known) + len(fresh) > MOST_PHOTOS:
        raise TooManyPhotos(held=len(known), asked=len(fresh))
    rows = [
        {
            "sha256": picture.sha256,
            "width": picture.width,
            "height": picture.height,
            "size": picture.size,
            "file_name": readable_text(picture.file_name, LONGEST_FILE_NAME),
            "added_by": actor,
            "added_at": now,
            _COLUMNS[subject.kind].key: subject.id,
        }
        for sha256, picture in wanted.items()
        if sha256 in fresh
    ]
    insert_missing(session, Photo, rows)
    return [x for x in photos_of(session, subject) if x.sha256 in wanted]


def remove_photo(session: Session, photo: Photo, *, actor: str) -> None:
    """Remove a photo from what is still a draft, in the name of who added it.

    Raises ``PhotoStays`` for somebody else's, and for one that is evidence: of an
    order, of a receipt, of a posted parcel, of an orphan that was decided about.
    """
    is_evidence = not is_draft(session, subject_of(photo), lock=True)
    if is_evidence or not is_same_person(photo.added_by, actor):
        raise PhotoStays(photo.id, added_by=photo.added_by, is_evidence=is_evidence)
    session.delete(photo)
    session.flush()


def is_draft(session: Session, subject: Subject, *, lock: bool = False) -> bool:
    """Say whether photos of a thing may still be removed; ``lock`` keeps it so."""
    if subject.kind is SubjectKind.SHEET_PARCEL:
        query = select(SheetParcel.id).where(
            SheetParcel.id == subject.id, SheetParcel.state == SheetParcelState.DRAFT
        )
    elif subject.kind is SubjectKind.ORPHAN:
        query = select(Orphan.id).where(
            Orphan.id == subject.id, Orphan.state == OrphanState.OPEN
        )
    else:
        return False
    return session.scalar(query.with_for_update() if lock else query) is not None


def find_photo(session: Session, photo_id: int) -> Photo | None:
    """Return the photo with this id."""
    return session.get(Photo, photo_id)


def is_kept(session: Session, sha256: str) -> bool:
    """Say whether any record names this file."""
    query = select(Photo.id).where(Photo.sha256 == sha256).limit(1)
    return session.scalar(query) is not None


def photos_of(session: Session, subject: Subject) -> Sequence[Photo]:
    """Return the photos of a thing, oldest first."""
    return photos_of_many(session, subject.kind, [subject.id])[subject.id]


def photos_of_many(
    session: Session, kind: SubjectKind, ids: Iterable[int]
) -> Mapping[int, Sequence[Photo]]:
    """Return the photos of things of one kind by their ids, oldest first."""
    column = _COLUMNS[kind]
    found: dict[int, list[Photo]] = {subject_id: [] for subject_id in ids}
    if found:
        query = select(Photo).where(column.in_(found)).order_by(Photo.id)
        for photo in session.scalars(query):
            found[getattr(photo, column.key)].append(photo)
    return found


def evidence_of_order(session: Session, order_id: int) -> Sequence[Photo]:
    """Return all photos of an order, oldest first.

    Its own, those of its receipts, of its parcels on return sheets, and of the orphans
    that turned out to be its.
    """
    receipts = select(Receipt.id).where(Receipt.order_id == order_id)
    parcels = (
        select(SheetParcel.id)
        .where(SheetParcel.order_id == order_id)
        .where(SheetParcel.state != SheetParcelState.TAKEN_OFF)
    )
    orphans = select(Orphan.id).where(Orphan.order_id == order_id)
    return _oldest_first(
        session,
        select(Photo.id).where(Photo.order_id == order_id),
        select(Photo.id).where(Photo.receipt_id.in_(receipts)),
        select(Photo.id).where(Photo.sheet_parcel_id.in_(parcels)),
        select(Photo.id).where(Photo.orphan_id.in_(orphans)),
    )


def evidence_of_receipt(session: Session, receipt_id: int) -> Sequence[Photo]:
    """Return a receipt's photos, and those of the sheet's parcel that it was."""
    parcels = select(SheetParcel.id).where(SheetParcel.receipt_id == receipt_id)
    return _oldest_first(
        session,
        select(Photo.id).where(Photo.receipt_id == receipt_id),
        select(Photo.id).where(Photo.sheet_parcel_id.in_(parcels)),
    )


def _oldest_first(session: Session, *ids: Select[int]) -> Sequence[Photo]:
    # A look-up by each index: one condition with "or" would read every photo there is.
    query = select(Photo).where(Photo.id.in_(union(*ids))).order_by(Photo.id)
    return session.scalars(query).all()
