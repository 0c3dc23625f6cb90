"""Who may add, see and remove photos; what is evidence stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

from daemon.settings import Settings
from stock.models import Warehouse
from stock.photos import Subject, SubjectKind, photos_of
from tests.web import pictures
from tests.web.conftest import MovableClock
from tests.web.photographer import (
    JSON,
    add,
    kept,
    key_of,
    send,
    sheet_parcel,
    stored,
)
from tests.web.seller import Seller
from tests.web.visitor import Visitor, fields_of, text_of


def test_a_viewer_sees_photos_but_adds_and_removes_none(
    seller: Seller, clerk: Visitor, order_id: int, visit: Callable[..., Visitor]
) -> None:
    add(clerk, order_id)
    viewer = visit("xem", "viewer")
    page = viewer.get(f"orders/{order_id}")
    assert "photos/1.small.jpg" in page.text and 'type="file"' not in page.text
    assert viewer.get("photos/1.jpg").status_code == 200
    for path in (f"photos/of/order/{order_id}", "photos/1/remove"):
        assert viewer.post(path, {}).status_code == 403


def test_another_shops_photos_are_not_there(
    seller: Seller, clerk: Visitor, order_id: int, visit: Callable[..., Visitor]
) -> None:
    add(clerk, order_id)
    mine = seller.order("B1", shop="two")
    parcel_id = sheet_parcel(seller)
    stranger = visit("bay", "admin", shops=["two"])
    key = key_of(stranger, f"orders/{mine}")
    for path in ("photos/1", "photos/1.jpg", "photos/1.small.jpg"):
        assert stranger.get(path).status_code == 404
    for subject in (f"order/{order_id}", f"sheet_parcel/{parcel_id}"):
        path = f"photos/of/{subject}"
        answer = send(stranger, path, pictures.picture(), key=key)
        assert answer.status_code == 404
    removed = stranger.post("photos/1/remove", {"photo_key": key})
    assert removed.status_code == 404
    assert len(kept(seller)) == 1


def test_who_may_not_book_into_a_warehouse_adds_no_photo_there(
    seller: Seller, clerk: Visitor, order_id: int, visit: Callable[..., Visitor]
) -> None:
    with seller.database.write() as session:
        session.add(Warehouse(code="HANOI", name="HANOI"))
    parcel_id = sheet_parcel(seller)
    stranger = visit("bay", "clerk", warehouses=["HANOI"])
    key = key_of(stranger, f"orders/{order_id}")
    answer = send(
        stranger, f"photos/of/sheet_parcel/{parcel_id}", pictures.picture(), key=key
    )
    assert answer.status_code == 404 and kept(seller) == []


def test_without_a_key_of_ones_own_nothing_is_added(
    seller: Seller,
    clerk: Visitor,
    order_id: int,
    visit: Callable[..., Visitor],
    clock: MovableClock,
) -> None:
    path = f"photos/of/order/{order_id}"
    mine = key_of(clerk, f"orders/{order_id}")
    theirs = key_of(visit("minh"), f"orders/{order_id}")
    form_key = fields_of(clerk.get(f"orders/{order_id}/receipt").text)["key"]
    for key in ("", "x", theirs, form_key):
        answer = send(clerk, path, pictures.picture(), key=key)
        assert answer.status_code == 403
        assert "chụp lại ảnh" in text_of(answer.text)
    clock.now += timedelta(hours=13)
    later = visit("lan@example.vn")
    assert send(later, path, pictures.picture(), key=mine).status_code == 403
    odd = {"photo_key": mine, "photo": (BytesIO(b"x"), "x"), "order_id": "7"}
    assert clerk.client.post(clerk.desk + path, data=odd).status_code == 403
    assert kept(seller) == []


def test_a_photo_of_a_draft_is_removed_by_who_added_it(
    seller: Seller, clerk: Visitor, order_id: int, settings: Settings
) -> None:
    parcel_id = sheet_parcel(seller)
    key = key_of(clerk, f"orders/{order_id}")
    path = f"photos/of/sheet_parcel/{parcel_id}"
    send(clerk, path, pictures.picture(), key=key, headers=JSON)
    other = Subject(SubjectKind.ORDER, order_id)
    add(clerk, order_id, pictures.picture(30, 30))
    fields = fields_of(clerk.get("photos/1").text)
    assert clerk.post("photos/1/remove", fields).status_code == 303
    with seller.database.read() as session:
        assert len(photos_of(session, other)) == 1
    assert [photo.id for photo in kept(seller)] == [2]
    assert len(stored(settings)) == 2
    assert clerk.get("photos/1.jpg").status_code == 404


def test_a_file_that_another_photo_needs_stays(
    seller: Seller, clerk: Visitor, order_id: int, settings: Settings
) -> None:
    parcel_id = sheet_parcel(seller)
    key = key_of(clerk, f"orders/{order_id}")
    path = f"photos/of/sheet_parcel/{parcel_id}"
    send(clerk, path, pictures.picture(), key=key, headers=JSON)
    add(clerk, order_id)
    clerk.post("photos/1/remove", {"photo_key": key})
    assert clerk.get("photos/2.jpg").status_code == 200
    assert len(stored(settings)) == 2


def test_evidence_and_other_peoples_photos_stay(
    seller: Seller, clerk: Visitor, order_id: int, visit: Callable[..., Visitor]
) -> None:
    add(clerk, order_id)
    parcel_id = sheet_parcel(seller)
    key = key_of(clerk, f"orders/{order_id}")
    path = f"photos/of/sheet_parcel/{parcel_id}"
    send(clerk, path, pictures.picture(), key=key, headers=JSON)
    assert "photos/1/remove" not in clerk.get("photos/1").text
    assert clerk.post("photos/1/remove", {"photo_key": key}).status_code == 409
    minh = visit("minh@example.vn", "admin")
    assert "photos/2/remove" not in minh.get("photos/2").text
    theirs = key_of(minh, f"orders/{order_id}")
    answer = minh.post("photos/2/remove", {"photo_key": theirs})
    assert answer.status_code == 409 and "Chỉ lan@example.vn" in text_of(answer.text)
    assert clerk.post("photos/2/remove", {"photo_key": "x"}).status_code == 403
    assert clerk.post("photos/2/remove", {"odd": "x"}).status_code == 400
    assert len(kept(seller)) == 2


def test_a_file_that_is_lost_or_altered_is_not_shown(
    seller: Seller, clerk: Visitor, order_id: int, settings: Settings
) -> None:
    add(clerk, order_id)
    [photo] = kept(seller)
    [whole] = [x for x in stored(settings) if x.name == f"{photo.sha256}.jpg"]
    whole.write_bytes(pictures.picture(9, 9))
    assert clerk.get("photos/1.jpg").status_code == 404
    whole.unlink()
    assert clerk.get("photos/1.jpg").status_code == 404
    assert clerk.get("photos/1").status_code == 200
