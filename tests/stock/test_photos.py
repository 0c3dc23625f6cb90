"""A photo is of one thing, is found again from its order, and stays as evidence."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from stock.models import Photo
from stock.orphans import OrphanReport, hand_back, match, take_in
from stock.photos import (
    MOST_PHOTOS,
    PhotoStays,
    Picture,
    Subject,
    SubjectKind,
    TooManyPhotos,
    add_photos,
    evidence_of_order,
    evidence_of_receipt,
    find_photo,
    is_kept,
    photos_of,
    photos_of_many,
    remove_photo,
    subject_of,
)
from tests.stock.crate import come_back, open_crate
from tests.stock.stories import IN_TRANSIT, simple_order
from tests.stock.world import CLERK, NOW, SUPERVISOR, World, unique


def picture(letter: str = "a", name: str = "IMG_1.jpg") -> Picture:
    return Picture(sha256=letter * 64, width=20, height=10, size=999, file_name=name)


def add(world: World, subject: Subject, *letters: str, actor: str = CLERK) -> list[int]:
    """Attach photos; return their ids."""
    with world.database.write() as session:
        pictures = [picture(letter) for letter in letters]
        added = add_photos(session, subject, pictures, actor=actor, now=NOW)
        return [photo.id for photo in added]


def remove(world: World, photo_id: int, actor: str = CLERK) -> None:
    with world.database.write() as session:
        remove_photo(session, session.get_one(Photo, photo_id), actor=actor)


def order_subject(world: World, number: str = "A1") -> Subject:
    """Return an order whose one unit has left."""
    world.tell(simple_order(number, "MUG", IN_TRANSIT))
    with world.database.read() as session:
        return Subject(SubjectKind.ORDER, world.find_order(session, number).id)


def orphan_subject(world: World) -> Subject:
    """Return an open orphan."""
    with world.database.write() as session:
        report = OrphanReport(warehouse_id=world.shop.warehouse_id, code="LOST1")
        taken = take_in(session, report, key=unique("o"), actor=CLERK, now=NOW)
    return Subject(SubjectKind.ORPHAN, taken.orphan_id)


def digests(world: World, subject: Subject) -> list[str]:
    with world.database.read() as session:
        return [photo.sha256[0] for photo in photos_of(session, subject)]


def test_a_photo_says_of_what_by_whom_and_when(world: World) -> None:
    subject = order_subject(world)
    [photo_id] = add(world, subject, "a")
    with world.database.read() as session:
        photo = find_photo(session, photo_id)
        assert photo is not None
        assert subject_of(photo) == subject
        assert (photo.added_by, photo.added_at) == (CLERK, NOW)
        assert (photo.width, photo.height, photo.size) == (20, 10, 999)
        assert photo.file_name == "IMG_1.jpg"


def test_the_same_picture_again_is_one_photo(world: World) -> None:
    subject = order_subject(world)
    first = add(world, subject, "a", "b")
    assert add(world, subject, "b", "b", actor=SUPERVISOR) == first[1:]
    assert digests(world, subject) == ["a", "b"]


def test_one_picture_may_be_of_two_things(world: World) -> None:
    one, two = order_subject(world, "A1"), order_subject(world, "A2")
    assert add(world, one, "a") != add(world, two, "a")


def test_a_thing_has_no_more_photos_than_it_may(world: World) -> None:
    subject = order_subject(world)
    letters = "0123456789abcdef"[:MOST_PHOTOS]
    add(world, subject, *letters)
    with pytest.raises(TooManyPhotos) as refusal:
        add(world, subject, "f")
    assert (refusal.value.held, refusal.value.asked) == (MOST_PHOTOS, 1)
    add(world, subject, "0")
    assert len(digests(world, subject)) == MOST_PHOTOS


def test_photos_of_many_things_are_told_apart(world: World) -> None:
    one, two = order_subject(world, "A1"), order_subject(world, "A2")
    add(world, one, "a", "b")
    with world.database.read() as session:
        found = photos_of_many(session, SubjectKind.ORDER, [one.id, two.id])
        assert {k: [x.sha256[0] for x in v] for k, v in found.items()} == {
            one.id: ["a", "b"],
            two.id: [],
        }
        assert photos_of_many(session, SubjectKind.ORDER, []) == {}


def test_the_photos_of_a_parcel_are_found_from_its_receipt_and_its_order(
    world: World,
) -> None:
    crate = open_crate(world)
    parcel = crate.put(come_back(world, "A1")).parcel
    other = crate.put(come_back(world, "A2")).parcel
    add(world, Subject(SubjectKind.SHEET_PARCEL, parcel.id), "a")
    add(world, Subject(SubjectKind.SHEET_PARCEL, other.id), "d")
    receipt_id = crate.post(parcel.id).receipt_id
    assert receipt_id is not None
    add(world, Subject(SubjectKind.RECEIPT, receipt_id), "b")
    orphan = orphan_subject(world)
    add(world, orphan, "c")
    with world.database.write() as session:
        order = world.find_order(session, "A1")
        match(session, orphan.id, order, key="m", actor=CLERK, now=NOW)
    add(world, Subject(SubjectKind.ORDER, order.id), "e")

    with world.database.read() as session:
        of_receipt = evidence_of_receipt(session, receipt_id)
        of_order = evidence_of_order(session, order.id)
    assert [photo.sha256[0] for photo in of_receipt] == ["a", "b"]
    assert [photo.sha256[0] for photo in of_order] == ["a", "b", "c", "e"]


def test_a_parcel_that_was_taken_off_leaves_no_evidence(world: World) -> None:
    crate = open_crate(world)
    parcel = crate.put(come_back(world, "A1")).parcel
    add(world, Subject(SubjectKind.SHEET_PARCEL, parcel.id), "a")
    crate.take_off(parcel.id, version=1)
    with world.database.read() as session:
        order = world.find_order(session, "A1")
        assert evidence_of_order(session, order.id) == []


def test_who_added_a_photo_may_remove_it_from_a_draft(world: World) -> None:
    crate = open_crate(world)
    parcel = Subject(
        SubjectKind.SHEET_PARCEL, crate.put(come_back(world, "A1")).parcel.id
    )
    orphan = orphan_subject(world)
    for subject in (parcel, orphan):
        [photo_id] = add(world, subject, "a")
        remove(world, photo_id, " LAN@example.vn")
        assert digests(world, subject) == []
    with world.database.read() as session:
        assert not is_kept(session, "a" * 64)


def test_nobody_else_may_remove_it(world: World) -> None:
    orphan = orphan_subject(world)
    [photo_id] = add(world, orphan, "a")
    with pytest.raises(PhotoStays) as refusal:
        remove(world, photo_id, SUPERVISOR)
    assert (refusal.value.added_by, refusal.value.is_evidence) == (CLERK, False)
    assert digests(world, orphan) == ["a"]


def evidence(world: World) -> list[int]:
    """Return photos of an order, a receipt, a posted parcel and a decided orphan."""
    crate = open_crate(world)
    parcel = crate.put(come_back(world, "A1")).parcel
    of_parcel = add(world, Subject(SubjectKind.SHEET_PARCEL, parcel.id), "a")
    receipt_id = crate.post(parcel.id).receipt_id
    assert receipt_id is not None
    orphan = orphan_subject(world)
    of_orphan = add(world, orphan, "b")
    with world.database.write() as session:
        hand_back(session, orphan.id, reason="not ours", key="h", actor=CLERK, now=NOW)
    return [
        *of_parcel,
        *of_orphan,
        *add(world, Subject(SubjectKind.RECEIPT, receipt_id), "c"),
        *add(world, order_subject(world, "A2"), "d"),
    ]


def test_what_is_evidence_stays(world: World) -> None:
    for photo_id in evidence(world):
        with pytest.raises(PhotoStays) as refusal:
            remove(world, photo_id)
        assert refusal.value.is_evidence


def test_the_database_keeps_evidence_from_whoever_comes_past_us(world: World) -> None:
    photos = evidence(world)
    for statement in (
        *(f"DELETE FROM photo WHERE id = {photo_id}" for photo_id in photos),
        "UPDATE photo SET sha256 = 'x'",
        f"UPDATE photo SET added_by = 'x' WHERE id = {photos[0]}",
        "UPDATE orphan_decision SET reason = 'x'",
        "DELETE FROM orphan_decision",
    ):
        with pytest.raises(DatabaseError), world.database.write() as session:
            session.execute(text(statement))
    with world.database.read() as session:
        assert len(session.scalars(select(Photo)).all()) == len(photos)


@pytest.mark.parametrize("columns", ["", ", order_id, receipt_id"])
def test_the_database_lets_no_photo_be_of_nothing_or_of_two_things(
    world: World, columns: str
) -> None:
    world.tell(simple_order("A1", "MUG", IN_TRANSIT))
    receipt = world.receive("A1", "MUG", good=1)
    values = f', (SELECT max(id) FROM "order"), {receipt.receipt_id}'
    with pytest.raises(DatabaseError), world.database.write() as session:
        session.execute(
            text(
                "INSERT INTO photo (sha256, width, height, size, file_name, added_by,"
                f" added_at{columns}) VALUES ('a', 1, 1, 1, '', 'x',"
                f" '2026-11-22 09:00:00'{values if columns else ''})"
            )
        )
