"""Takes photos in: read, judged, encoded anew, stored, and attached to one thing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from stock.models import Photo
from stock.photo_files import PhotoFiles
from stock.photos import (
    LONGEST_FILE_NAME,
    MOST_PHOTOS,
    Picture,
    Subject,
    TooManyPhotos,
    add_photos,
    is_kept,
    remove_photo,
)
from web.access import current_reader
from web.desk import current_desk
from web.errors import FieldsRefused, TokenRefused
from web.language import gettext
from web.photos.encoding import (
    Encoded,
    HeicPhoto,
    PhotoRefused,
    PhotoTooLarge,
    encode,
)
from web.photos.files import photo_files
from web.photos.strips import PAGE
from web.tokens import read_page_key

LARGEST_UPLOAD_BYTES = 24 * 1024 * 1024
"""All photos of one request; the page's script sends some hundred kB."""
FIELD = "photo"
KEY_FIELD = "photo_key"
"""Its own name: the pages that include a strip have forms with keys of theirs."""


class UploadRefused(Exception):
    """Photos were not taken in; ``sentence`` says why, to whoever sent them."""

    def __init__(self, sentence: str, status: int) -> None:
        self.sentence = sentence
        self.status = status
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class _Upload:
    encoded: Encoded
    file_name: str


def check_key() -> None:
    """Let only go on a form that this reader was shown.  Raises ``UploadRefused``."""
    desk = current_desk()
    value = request.form.get(KEY_FIELD, "")
    try:
        read_page_key(desk.settings, value, current_reader(), PAGE, desk.now())
    except TokenRefused:
        sentence = gettext(
            "This page was open for too long. Reload it and take the photo again."
        )
        raise UploadRefused(sentence, 403) from None


def take_in(subject: Subject) -> Sequence[Photo]:
    """Attach the photos of this request to a thing.  Raises ``UploadRefused``."""
    return _attach(subject, [_encoded(file) for file in _sent_files()])


def remove(photo: Photo) -> None:
    """Remove a photo in the reader's name, its file too.  Raises ``PhotoStays``."""
    desk = current_desk()
    files = photo_files()

    def work(session: Session) -> None:
        kept = session.get_one(Photo, photo.id)
        remove_photo(session, kept, actor=current_reader().user)

    with files.held():
        desk.database.run(work)
        _drop_unkept(files, [photo.sha256])


def _sent_files() -> Sequence[FileStorage]:
    # Far smaller requests are taken everywhere else, and here unless they hold files:
    # fields alone could be as many as letters in them.
    if request.mimetype == "multipart/form-data":
        request.max_content_length = LARGEST_UPLOAD_BYTES
    try:
        names = {*request.form, *request.files}
    except RequestEntityTooLarge:
        most = LARGEST_UPLOAD_BYTES // 1024 // 1024
        sentence = gettext(
            "These photos are larger than %(most)s MB together. Send fewer at a time.",
            most=most,
        )
        raise UploadRefused(sentence, 413) from None
    for name in names - {KEY_FIELD, FIELD}:
        raise FieldsRefused(name)
    check_key()
    sent = [file for file in request.files.getlist(FIELD) if file.filename]
    if not sent:
        raise UploadRefused(gettext("Choose a photo first, then send it."), 400)
    if len(sent) > MOST_PHOTOS:
        raise UploadRefused(_too_many(), 400)
    return sent


def _encoded(file: FileStorage) -> _Upload:
    try:
        encoded = encode(file.stream.read())
    except PhotoRefused as refusal:
        raise UploadRefused(_sentence(refusal), 400) from None
    return _Upload(encoded, shortened(file.filename or ""))


def _attach(subject: Subject, uploads: Sequence[_Upload]) -> Sequence[Photo]:
    desk = current_desk()
    files = photo_files()
    with files.held():
        pictures = [_store(files, upload) for upload in uploads]

        def work(session: Session) -> Sequence[Photo]:
            return add_photos(
                session,
                subject,
                pictures,
                actor=current_reader().user,
                now=desk.now(),
            )

        with _dropping_unkept(files, pictures):
            return desk.database.run(work)


def _store(files: PhotoFiles, upload: _Upload) -> Picture:
    sha256 = files.store(upload.encoded.content)
    files.store_small(sha256, upload.encoded.small)
    return Picture(
        sha256=sha256,
        width=upload.encoded.width,
        height=upload.encoded.height,
        size=len(upload.encoded.content),
        file_name=upload.file_name,
    )


@contextmanager
def _dropping_unkept(files: PhotoFiles, pictures: Sequence[Picture]) -> Iterator[None]:
    try:
        yield
    except TooManyPhotos:
        _drop_unkept(files, [picture.sha256 for picture in pictures])
        raise UploadRefused(_too_many(), 409) from None


def _drop_unkept(files: PhotoFiles, digests: Sequence[str]) -> None:
    with current_desk().database.read() as session:
        for sha256 in digests:
            if not is_kept(session, sha256):
                files.remove(sha256)


def shortened(name: str) -> str:
    """Return a file's name without its folders, fit to be shown, its ending kept."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        x for x in last if unicodedata.category(x)[0] not in "CZ" or x == " "
    )
    if len(kept) <= LONGEST_FILE_NAME:
        return kept.strip()
    stem, dot, ending = kept.rpartition(".")
    if not dot or len(ending) > 5:
        return kept[:LONGEST_FILE_NAME].strip()
    return f"{stem[: LONGEST_FILE_NAME - len(ending) - 2]}….{ending}".strip()


def _sentence(refusal: PhotoRefused) -> str:
    if isinstance(refusal, HeicPhoto):
        return gettext(
            "This photo is in Apple's HEIC format. On the phone choose Settings,"
            " Camera, Formats, Most Compatible, and take it again."
        )
    if isinstance(refusal, PhotoTooLarge):
        return gettext(
            "This picture has too many pixels. Take it with the phone's normal camera."
        )
    return gettext(
        "This file is no photo that can be read. Send a JPEG, PNG or WebP picture."
    )


def _too_many() -> str:
    return gettext(
        "%(most)s photos are the most here. Nothing was added; choose the best ones.",
        most=MOST_PHOTOS,
    )
