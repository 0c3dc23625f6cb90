"""Photos go in through the door and come out as nothing but pictures."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from daemon.settings import Settings
from stock import sheets
from stock.photos import MOST_PHOTOS, SubjectKind
from stock.sheets import Clerk
from tests.web import pictures
from tests.web.photographer import (
    JSON,
    add,
    kept,
    key_of,
    send,
    sheet_parcel,
    stored,
)
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor, fields_of, text_of, with_quantities
from web.photos.uploads import shortened


def test_a_photo_is_added_without_script_and_shown_on_the_orders_page(
    seller: Seller, clerk: Visitor, order_id: int, settings: Settings
) -> None:
    answer = add(clerk, order_id, pictures.located(100, 50))
    page = clerk.follow(answer)
    assert "photos/1.small.jpg" in page.text
    assert 'capture="environment"' in page.text
    [photo] = kept(seller)
    assert (photo.added_by, photo.added_at) == ("lan@example.vn", NOW)
    assert (photo.width, photo.height, photo.file_name) == (100, 50, "IMG_1.jpg")
    whole = clerk.get("photos/1.jpg")
    assert photo.size == len(whole.data)
    assert {path.name for path in stored(settings)} == {
        f"{photo.sha256}.jpg",
        f"{photo.sha256}.small.jpg",
    }
    image = Image.open(BytesIO(whole.data))
    assert dict(image.getexif()) == {} and image.size == (100, 50)
    about = clerk.get("photos/1")
    assert photo.sha256 in about.text and "lan@example.vn" in about.text
    assert f"orders/{order_id}" in about.text


def test_the_script_is_told_what_it_needs(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    key = key_of(clerk, f"orders/{order_id}")
    path = f"photos/of/order/{order_id}"
    answer = send(clerk, path, pictures.picture(), key=key, headers=JSON)
    again = send(clerk, path, pictures.picture(), key=key, headers=JSON)
    assert answer.status_code == 200 and answer.json == again.json
    assert answer.json is not None and answer.json["left"] == MOST_PHOTOS - 1
    [told] = answer.json["photos"]
    assert clerk.client.get(told["small"]).mimetype == "image/jpeg"
    assert clerk.client.get(told["href"]).status_code == 200
    assert "lan@example.vn" in told["alt"]
    assert len(kept(seller)) == 1
    refused = send(clerk, path, b"no photo", key=key, headers=JSON)
    assert refused.status_code == 400 and refused.json is not None
    assert "JPEG" in refused.json["trouble"]


@pytest.mark.parametrize("path", ["photos/1.jpg", "photos/1.small.jpg"])
def test_a_picture_is_sent_as_nothing_but_a_picture(
    clerk: Visitor, order_id: int, path: str
) -> None:
    add(clerk, order_id, pictures.polyglot(), name="page.html")
    answer = clerk.get(path)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == 'inline; filename="photo-1.jpg"'
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.data[:3] == b"\xff\xd8\xff" and b"script" not in answer.data


def test_a_browser_asks_again_and_is_told_to_use_what_it_has(
    clerk: Visitor, order_id: int
) -> None:
    add(clerk, order_id)
    first = clerk.get("photos/1.small.jpg")
    assert first.headers["Cache-Control"] == "private, no-cache"
    mark = {"If-None-Match": first.headers["ETag"]}
    again = clerk.client.get(clerk.desk + "photos/1.small.jpg", headers=mark)
    assert (again.status_code, again.data) == (304, b"")


def test_photos_of_a_receipt_are_added_on_its_page(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    form = with_quantities(clerk.form(order_id), "3")
    clerk.follow(clerk.book(order_id, form))
    key = key_of(clerk, "receipts/1")
    answer = send(clerk, "photos/of/receipt/1", pictures.picture(), key=key)
    assert "photos/1.small.jpg" in clerk.follow(answer).text
    assert "photos/1.small.jpg" in clerk.get(f"orders/{order_id}").text


def test_photos_of_a_sheets_parcel_reach_its_receipt_and_its_order(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    parcel_id = sheet_parcel(seller)
    key = key_of(clerk, f"orders/{order_id}")
    path = f"photos/of/sheet_parcel/{parcel_id}"
    sent = send(clerk, path, pictures.picture(), key=key, headers=JSON)
    assert sent.status_code == 200
    with seller.database.write() as session:
        by = Clerk("lan@example.vn")
        posted = sheets.post_parcel(session, parcel_id, version=1, by=by, now=NOW)
    for page in (f"receipts/{posted.receipt_id}", f"orders/{order_id}"):
        assert "photos/1.small.jpg" in clerk.get(page).text


REFUSED: list[tuple[bytes, str]] = [
    (b"", "JPEG, PNG hoặc WebP"),
    (b"<script>alert(1)</script>", "JPEG, PNG hoặc WebP"),
    (pictures.HEIC, "HEIC"),
    (pictures.bomb(), "quá nhiều điểm ảnh"),
]


def test_what_is_no_photo_is_refused_with_a_sentence_and_leaves_nothing(
    seller: Seller, clerk: Visitor, order_id: int, settings: Settings
) -> None:
    for content, sentence in REFUSED:
        answer = add(clerk, order_id, content)
        assert answer.status_code == 400
        assert sentence in text_of(answer.text)
        assert fields_of(answer.text)["photo_key"]
    mixed = add(clerk, order_id, pictures.picture(), b"junk")
    assert mixed.status_code == 400
    assert kept(seller) == [] and stored(settings) == []


def test_a_form_without_a_photo_says_so(clerk: Visitor, order_id: int) -> None:
    key = key_of(clerk, f"orders/{order_id}")
    answer = send(clerk, f"photos/of/order/{order_id}", b"", key=key, name="")
    assert answer.status_code == 400
    assert "Hãy chọn ảnh trước" in text_of(answer.text)


def test_huge_uploads_are_refused_and_other_forms_stay_small(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    huge = bytes(25 * 1024 * 1024)
    answer = add(clerk, order_id, huge)
    assert answer.status_code == 413 and "24 MB" in answer.text
    key = key_of(clerk, f"orders/{order_id}")
    path = f"photos/of/order/{order_id}"
    told = send(clerk, path, huge, key=key, headers=JSON)
    assert told.status_code == 413 and told.json is not None
    assert "24 MB" in told.json["trouble"]
    decide = clerk.post(f"orders/{order_id}/decide", {"answer": "x" * 300_000})
    assert decide.status_code == 413
    big_text = clerk.post(path, {"photo_key": "x" * 300_000})
    assert big_text.status_code == 413
    assert kept(seller) == []


def test_a_photo_larger_than_other_forms_may_be_is_taken(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    large = pictures.picture() + bytes(2 * 1024 * 1024)
    assert add(clerk, order_id, large).status_code == 303
    assert kept(seller)[0].size < 10_000


def test_there_is_room_for_so_many_photos_and_no_more(
    seller: Seller, clerk: Visitor, order_id: int, settings: Settings
) -> None:
    shots = [pictures.picture(20 + n, 20) for n in range(MOST_PHOTOS + 1)]
    too_many = add(clerk, order_id, *shots)
    assert too_many.status_code == 400 and kept(seller) == []
    assert add(clerk, order_id, *shots[:-1]).status_code == 303
    page = clerk.get(f"orders/{order_id}")
    assert "Không thêm được ảnh nữa" in page.text
    assert 'type="file"' not in page.text
    key = key_of(clerk, f"orders/{seller.order('B1')}")
    answer = send(clerk, f"photos/of/order/{order_id}", shots[-1], key=key)
    assert answer.status_code == 409
    assert f"{MOST_PHOTOS} ảnh" in text_of(answer.text)
    assert len(kept(seller)) == MOST_PHOTOS
    assert len(stored(settings)) == 2 * MOST_PHOTOS


NAMES = [
    ("../../../etc/passwd", "passwd"),
    ("C:\\photos\\broken.jpg", "broken.jpg"),
    ("<img src=x onerror=alert(1)>.jpg", "<img src=x onerror=alert(1)>.jpg"),
    ("gnp\u202egpj.exe", "gnpgpj.exe"),
    ("a\x00\x07b\n.jpg", "ab.jpg"),
    ("x" * 300 + ".jpeg", "x" * 74 + "….jpeg"),
    ("y" * 300, "y" * 80),
    ("..", ".."),
    ("", ""),
]


@pytest.mark.parametrize(("name", "shown"), NAMES)
def test_a_files_name_is_for_people_only(name: str, shown: str) -> None:
    assert shortened(name) == shown


def test_a_files_name_is_never_an_address_nor_markup(
    seller: Seller, clerk: Visitor, order_id: int, settings: Settings
) -> None:
    for name in ("<b>1</b>", "../../../../tmp/x.jpg"):
        add(clerk, order_id, pictures.picture(len(name), 9), name=name)
    assert [path.parent.parent.name for path in stored(settings)] == ["photos"] * 4
    page = clerk.get("photos/1").text
    assert "<b>1</b>" not in page
    assert "x.jpg" in clerk.get("photos/2").text


@pytest.mark.parametrize("path", ["photos/of/folder/1", "photos/of/order/0"])
def test_a_photo_is_of_something_that_there_is(clerk: Visitor, path: str) -> None:
    assert clerk.post(path, {}).status_code == 404


@pytest.mark.parametrize("kind", SubjectKind)
def test_a_photo_of_nothing_is_refused(
    seller: Seller, clerk: Visitor, order_id: int, kind: str
) -> None:
    key = key_of(clerk, f"orders/{order_id}")
    answer = send(clerk, f"photos/of/{kind}/99", pictures.picture(), key=key)
    assert answer.status_code == 404 and kept(seller) == []
