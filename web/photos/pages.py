"""Photos behind the door: added, shown, and removed from what is still a draft."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.models import Photo
from stock.people import is_same_person
from stock.photo_files import PhotoFileMissing
from stock.photos import (
    MOST_PHOTOS,
    PhotoStays,
    Subject,
    SubjectKind,
    find_photo,
    is_draft,
    photos_of,
    subject_of,
)
from web.access import current_reader, desk_blueprint
from web.desk import current_desk
from web.errors import FieldsRefused, RecordMissing
from web.formats import moment
from web.journal import write_entry
from web.language import gettext
from web.permissions import Permission, needs
from web.photos.files import photo_files
from web.photos.strips import PAGE, photo_strip
from web.photos.subjects import check_subject, page_of
from web.photos.uploads import (
    KEY_FIELD,
    UploadRefused,
    check_key,
    remove,
    take_in,
)
from web.tokens import issue_page_key

JSON = "application/json"
Read = Callable[[str], bytes]

blueprint = desk_blueprint("photos")


@blueprint.app_template_global("photo_alt")
def photo_alt(photo: Photo) -> str:
    """Return what a screen reader says of a photo."""
    return gettext(
        "Photo by %(who)s, %(when)s", who=photo.added_by, when=moment(photo.added_at)
    )


@blueprint.post(
    "/photos/of/<any(order, sheet_parcel, receipt, orphan):kind>/<id:subject_id>"
)
@needs(Permission.BOOK)
def add_photo(kind: str, subject_id: int) -> ResponseReturnValue:
    """Attach the sent photos to one thing; the same picture again is one photo."""
    subject = Subject(SubjectKind(kind), subject_id)
    with current_desk().database.read() as session:
        check_subject(session, subject, booking=True)
    try:
        added = take_in(subject)
    except UploadRefused as refusal:
        return _refused(subject, refusal)
    with current_desk().database.read() as session:
        if _wants_json():
            return _told(added, left=MOST_PHOTOS - len(photos_of(session, subject)))
        return redirect(page_of(session, subject).address, 303)


@blueprint.get("/photos/<id:photo_id>")
@needs(Permission.LOOK)
def show_page(photo_id: int) -> ResponseReturnValue:
    """Show one photo, whose it is, and the digest that proves it."""
    with current_desk().database.read() as session:
        return _page(session, _named_photo(session, photo_id)), 200


@blueprint.get("/photos/<id:photo_id>.jpg")
@needs(Permission.LOOK)
def show_photo(photo_id: int) -> ResponseReturnValue:
    """Send the picture itself."""
    with current_desk().database.read() as session:
        photo = _named_photo(session, photo_id)
    return _picture(photo, photo_files().read, photo.sha256)


@blueprint.get("/photos/<id:photo_id>.small.jpg")
@needs(Permission.LOOK)
def show_small(photo_id: int) -> ResponseReturnValue:
    """Send the picture's thumbnail."""
    with current_desk().database.read() as session:
        photo = _named_photo(session, photo_id)
    return _picture(photo, photo_files().read_small, f"{photo.sha256}-small")


@blueprint.post("/photos/<id:photo_id>/remove")
@needs(Permission.BOOK)
def remove_photo(photo_id: int) -> ResponseReturnValue:
    """Remove a photo from what is still a draft; only who added it may."""
    for name, values in request.form.lists():
        if name != KEY_FIELD or len(values) != 1:
            raise FieldsRefused(name)
    with current_desk().database.read() as session:
        photo = _named_photo(session, photo_id, booking=True)
        address = page_of(session, subject_of(photo)).address
        try:
            check_key()
        except UploadRefused as refusal:
            return _page(session, photo, refusal.sentence), refusal.status
    try:
        remove(photo)
    except PhotoStays as refusal:
        with current_desk().database.read() as session:
            return _page(session, photo, _stays(refusal)), 409
    return redirect(address, 303)


def _named_photo(session: Session, photo_id: int, *, booking: bool = False) -> Photo:
    photo = find_photo(session, photo_id)
    if photo is None:
        raise RecordMissing("photo")
    check_subject(session, subject_of(photo), booking=booking)
    return photo


def _picture(photo: Photo, read: Read, mark: str) -> ResponseReturnValue:
    try:
        content = read(photo.sha256)
    except PhotoFileMissing as error:
        write_entry("photo file missing", level=logging.ERROR, cause=error)
        raise RecordMissing("photo") from None
    response = Response(content, mimetype="image/jpeg")
    response.headers["Content-Disposition"] = f'inline; filename="photo-{photo.id}.jpg"'
    response.set_etag(mark)
    return response.make_conditional(request)


def _page(session: Session, photo: Photo, trouble: str = "") -> str:
    desk = current_desk()
    reader = current_reader()
    subject = subject_of(photo)
    is_removable = (
        reader.may(Permission.BOOK)
        and is_same_person(photo.added_by, reader.user)
        and is_draft(session, subject)
    )
    return render_template(
        "photos/photo.html",
        photo=photo,
        subject=page_of(session, subject),
        trouble=trouble,
        key=issue_page_key(desk.settings, reader, PAGE, desk.now())
        if is_removable
        else "",
    )


def _refused(subject: Subject, refusal: UploadRefused) -> ResponseReturnValue:
    if _wants_json():
        return {"trouble": refusal.sentence}, refusal.status
    with current_desk().database.read() as session:
        page = render_template(
            "photos/refused.html",
            trouble=refusal.sentence,
            strip=photo_strip(session, subject),
            subject=page_of(session, subject),
        )
    return page, refusal.status


def _told(photos: Sequence[Photo], *, left: int) -> ResponseReturnValue:
    told = [
        {
            "id": photo.id,
            "href": url_for(".show_page", photo_id=photo.id),
            "small": url_for(".show_small", photo_id=photo.id),
            "alt": photo_alt(photo),
        }
        for photo in photos
    ]
    return {"photos": told, "left": left}


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", JSON]) == JSON


def _stays(refusal: PhotoStays) -> str:
    if refusal.is_evidence:
        return gettext("This photo is evidence by now. It was not removed.")
    return gettext(
        "Only %(who)s, who added it, may remove this photo.", who=refusal.added_by
    )
