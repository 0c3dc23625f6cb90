"""The evidence pack: what proves a claim, in one file for the seller centre."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from flask import redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.claim_desk.events import Hand, note_pack
from stock.claim_desk.evidence import Evidence, Happened, PhotoFact, evidence_of
from stock.photo_files import PhotoFileMissing
from web.access import current_reader, desk_blueprint
from web.claims.entry import read_fields, sent_key
from web.claims.named import named_claim
from web.claims.pages import claim_page_name
from web.claims.words import STATES
from web.claims.zipping import Pack, as_json, safe_name, write_pack
from web.desk import current_desk
from web.language import gettext, lazy_gettext
from web.orders import event_detail
from web.permissions import Permission, needs
from web.photos.files import photo_files
from web.words import EVENTS, word

MOST_PHOTO_BYTES = 200 * 1024 * 1024
"""Photos beyond are named in the pack, and left out."""

_JUDGED = lazy_gettext("Judged on a return sheet")

blueprint = desk_blueprint("claim_packs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Photos:
    """The photos of a pack: those in it, and those that could not go in."""

    inside: Sequence[PhotoFact]
    left_out: Sequence[PhotoFact]


@blueprint.post("/claims/<id:claim_id>/pack")
@needs(Permission.CLAIM)
def make(claim_id: int) -> ResponseReturnValue:
    """Send the pack, and keep its hash with the claim."""
    desk = current_desk()
    typed = read_fields(("key",))
    key = sent_key(claim_page_name(claim_id), typed["key"])
    with desk.database.read() as session:
        evidence = evidence_of(session, named_claim(session, claim_id))
    if not key:
        return redirect(url_for("claims.show_claim", claim_id=claim_id), 303)
    pack = _pack(evidence)
    hand = Hand(actor=current_reader().user, now=desk.now(), key=key)

    def work(session: Session) -> None:
        note_pack(session, claim_id, pack.manifest_hash, files=pack.files, hand=hand)

    with ExitStack() as undone:
        undone.callback(pack.file.close)
        desk.database.run(work)
        # From here on the answer closes it.
        undone.pop_all()
    return send_file(
        pack.ready(),
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"{evidence.number}-{safe_name(evidence.order)}.zip",
        etag=False,
    )


def _pack(evidence: Evidence) -> Pack:
    photos = _readable_photos(evidence.photos)
    return write_pack(_files(evidence, photos))


def _files(evidence: Evidence, photos: Photos) -> Iterator[tuple[str, bytes]]:
    files = photo_files()
    for photo in photos.inside:
        yield photo_name(photo), files.read(photo.sha256)
    page = render_template(
        "claims/pack.html",
        evidence=evidence,
        photos=photos,
        photo_name=photo_name,
        timeline=[(x, *_told(x)) for x in evidence.timeline],
    )
    yield "timeline.html", page.encode()
    left_out = [photo.sha256 for photo in photos.left_out]
    yield "timeline.json", as_json(evidence, photos_left_out=left_out)


def photo_name(photo: PhotoFact) -> str:
    """Return what a photo is called in the pack."""
    return f"photos/{photo.sha256}.jpg"


def _readable_photos(found: Sequence[PhotoFact]) -> Photos:
    """Say which photos can go in: their files are whole, and all fit together."""
    inside, left_out, room = [], [], MOST_PHOTO_BYTES
    files = photo_files()
    for photo in found:
        try:
            size = len(files.read(photo.sha256))
        except PhotoFileMissing:
            size = room + 1
        if size > room:
            left_out.append(photo)
        else:
            room -= size
            inside.append(photo)
    return Photos(inside=inside, left_out=left_out)


def _told(happened: Happened) -> tuple[str, str]:
    """Return what happened in words, and its detail."""
    match happened.source:
        case "claim":
            state = word(STATES, happened.kind)
            return gettext("Claim: %(state)s", state=state), ""
        case "sheet":
            return str(_JUDGED), happened.detail
        case _:
            title = word(EVENTS, happened.kind)
            return title, event_detail(happened.kind, happened.detail)
