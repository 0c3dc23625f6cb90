"""One tap takes a photo; a dead line keeps it until it can be sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page, Request, expect
from sqlalchemy import select

from daemon.links import issue_token
from daemon.settings import Settings
from stock.models import Photo
from stock.sheets import Action, Clerk, Open, Put, apply_actions, post_sheet
from tests.web import browsing, pictures
from tests.web.browsing import complaints_of
from tests.web.seller import NOW, Seller

address = browsing.address
browser = browsing.browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


NOTE_WHAT_IS_SHOWN_WHEN_SENDING = """() => {
  const send = window.fetch;
  window.fetch = (...asked) => {
    window.shownWhenSending = document.querySelectorAll(".photo-waiting img").length;
    return send(...asked);
  };
}"""


LOSE_ANSWERS = """() => {
  const send = window.fetch;
  window.fetch = async (...asked) => {
    await send(...asked);
    throw new TypeError("the line is dead");
  };
}"""


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A photo as a phone makes it: some MB."""
    path = tmp_path / "IMG_2046.jpg"
    noise = Image.effect_noise((1500, 1000), 90).resize((3000, 2000)).convert("RGB")
    noise.save(path, "JPEG", quality=98)
    return path


@pytest.fixture
def page(
    browser: Browser, address: str, settings: Settings, seller: Seller
) -> Iterator[Page]:
    """The page of an unexpected parcel, on a phone."""
    context = browser.new_context(viewport=browsing.PHONE, locale="vi-VN")
    page = context.new_page()
    page.goto(f"{address}/open?token={issue_token(settings, 'lan', 'clerk', NOW)}")
    page.keyboard.type("SPX404\n")
    page.get_by_role("link", name="Nhận vào như kiện lạ").click()
    page.get_by_role("button", name="Nhận vào").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kiện lạ U000001")
    yield page
    context.close()


def kept(seller: Seller) -> list[Photo]:
    with seller.database.read() as session:
        return list(session.scalars(select(Photo)))


def test_one_tap_shows_a_photo_at_once_and_sends_it_small(
    page: Page, seller: Seller, large: Path
) -> None:
    complaints = complaints_of(page)
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    page.evaluate(NOTE_WHAT_IS_SHOWN_WHEN_SENDING)
    page.get_by_label("Thêm ảnh").set_input_files(large)
    image = page.get_by_role("img", name="Ảnh của lan")
    expect(image).to_be_visible()
    assert image.evaluate("async (x) => { await x.decode(); return x.naturalWidth }")
    assert page.evaluate("shownWhenSending") == 1
    [upload] = [request for request in sent if request.method == "POST"]
    assert int(upload.all_headers()["content-length"]) < large.stat().st_size / 2
    [photo] = kept(seller)
    assert (photo.width, photo.height) == (2000, 1333)
    assert photo.file_name == "IMG_2046.jpg"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints == []

    image.click()
    expect(page.get_by_text(photo.sha256)).to_be_visible()
    page.get_by_role("button", name="Xóa ảnh này").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kiện lạ U000001")
    assert kept(seller) == []


def test_what_a_dead_line_kept_back_is_sent_when_it_is_back(
    page: Page, seller: Seller, tmp_path: Path
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(pictures.picture(kind="PNG"))
    page.context.set_offline(True)
    page.get_by_label("Thêm ảnh").set_input_files(path)
    expect(page.get_by_role("status")).to_contain_text("mất mạng")
    expect(page.get_by_role("button", name="Gửi lại")).to_be_visible()
    assert kept(seller) == []
    page.context.set_offline(False)
    expect(page.get_by_role("img", name="Ảnh của lan")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("")
    assert len(kept(seller)) == 1


def close_without_a_line(page: Page, path: Path) -> str:
    """Take a photo while the line is dead, close the page, and return its address."""
    path.write_bytes(pictures.picture(kind="PNG"))
    page.context.set_offline(True)
    page.get_by_label("Thêm ảnh").set_input_files(path)
    expect(page.get_by_role("status")).to_contain_text("mất mạng")
    wait_for_kept(page, 1)
    address = page.url
    page.close(run_before_unload=False)
    return address


def wait_for_kept(page: Page, count: int) -> None:
    """Wait until the browser keeps so many photos of Lan's."""
    page.wait_for_function(
        "count => PhotoStore.of('lan').then((kept) => kept.length === count)", arg=count
    )


def test_a_closed_page_loses_no_photo(
    page: Page, seller: Seller, tmp_path: Path
) -> None:
    context = page.context
    address = close_without_a_line(page, tmp_path / "a.png")
    context.set_offline(False)
    board = context.new_page()
    board.goto(address.split("orphans/")[0])
    expect(board.get_by_text("1 ảnh đang chờ trong trình duyệt này.")).to_be_visible()
    assert kept(seller) == []

    board.get_by_role("link", name="Kiện lạ U000001").click()
    expect(board.get_by_role("img", name="Ảnh của lan")).to_be_visible()
    expect(board.locator(".photo-waiting")).to_have_count(0)
    assert len(kept(seller)) == 1
    board.goto(address.split("orphans/")[0])
    expect(board.get_by_role("heading", level=1)).to_be_visible()
    wait_for_kept(board, 0)
    expect(board.locator("[data-photo-waits]")).to_be_hidden()


def test_a_photo_whose_answer_was_lost_is_sent_again_and_is_one_photo(
    page: Page, seller: Seller, tmp_path: Path
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(pictures.picture(kind="PNG"))
    page.evaluate(LOSE_ANSWERS)
    page.get_by_label("Thêm ảnh").set_input_files(path)
    expect(page.get_by_role("status")).to_contain_text("mất mạng")
    wait_for_kept(page, 1)
    assert len(kept(seller)) == 1
    with page.expect_response("**/photos/of/**") as again:
        page.reload()
    assert again.value.ok
    expect(page.locator(".photo-waiting")).to_have_count(0)
    expect(page.get_by_role("img", name="Ảnh của lan")).to_have_count(1)
    assert len(kept(seller)) == 1


def test_a_photo_that_came_too_late_can_be_saved(
    page: Page, seller: Seller, tmp_path: Path
) -> None:
    seller.order("A1", 1, tracking="SPX000001")
    by = Clerk("lan")
    actions: list[Action] = [
        Open(id="open", warehouse_id=1),
        Put(id="put", sheet="open", code="SPX000001"),
    ]
    apply_actions(seller.database, actions, by=by, now=NOW)
    page.get_by_role("link", name="Phiếu nhận").click()
    page.get_by_role("link", name="S000001").click()
    page.locator("#parcel-1 summary").click()
    path = tmp_path / "a.png"
    path.write_bytes(pictures.picture(kind="PNG"))
    page.context.set_offline(True)
    page.get_by_label("Thêm ảnh").set_input_files(path)
    waiting = page.locator("#parcel-1 .photo-waiting")
    expect(waiting).to_have_attribute("data-state", "failed")
    wait_for_kept(page, 1)
    address, context = page.url, page.context
    page.close(run_before_unload=False)
    post_sheet(seller.database, 1, by=Clerk("minh"), now=NOW)

    context.set_offline(False)
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_text("ở đây không thêm ảnh được nữa")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Lưu ảnh").click()
    with Image.open(saved.value.path()) as picture:
        assert picture.format == "PNG"
    page.get_by_role("button", name="Bỏ ảnh").click()
    expect(page.locator(".photo-waiting")).to_have_count(0)
    wait_for_kept(page, 0)
    assert kept(seller) == []


def test_photos_of_somebody_else_stay_theirs(
    page: Page, address: str, settings: Settings, seller: Seller, tmp_path: Path
) -> None:
    context = page.context
    left = close_without_a_line(page, tmp_path / "a.png")
    context.set_offline(False)
    other = context.new_page()
    other.goto(f"{address}/open?token={issue_token(settings, 'minh', 'clerk', NOW)}")
    expect(other.get_by_role("heading", level=1)).to_be_visible()
    assert other.evaluate("PhotoStore.of('lan').then((kept) => kept.length)") == 1
    expect(other.locator("[data-photo-waits]")).to_be_hidden()
    desk = re.sub(r"\?.*", "", other.url)
    other.goto(desk + "orphans/" + left.split("orphans/")[1])
    expect(other.get_by_role("heading", level=1)).to_have_text("Kiện lạ U000001")
    assert other.evaluate("PhotoStore.of('minh').then((kept) => kept.length)") == 0
    expect(other.locator(".photo-waiting")).to_have_count(0)
    assert kept(seller) == []


def test_what_the_server_refuses_is_said_and_can_be_taken_off(
    page: Page, seller: Seller, tmp_path: Path
) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(pictures.HEIC)
    page.get_by_label("Thêm ảnh").set_input_files(path)
    expect(page.get_by_role("status")).to_contain_text("HEIC")
    for button in page.locator(".photos button:visible, .photo-add").all():
        box = button.bounding_box()
        assert box is not None and box["height"] >= 44 and box["width"] >= 44
    page.get_by_role("button", name="Bỏ ảnh").click()
    expect(page.locator(".photo-waiting")).to_have_count(0)
    expect(page.get_by_role("status")).to_have_text("")
    assert kept(seller) == []


def test_without_script_the_form_sends_the_photo(
    browser: Browser,
    address: str,
    app: Flask,
    settings: Settings,
    seller: Seller,
    tmp_path: Path,
) -> None:
    order_id = seller.order("A1")
    path = tmp_path / "a.jpg"
    path.write_bytes(pictures.located())
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/open?token={issue_token(settings, 'lan', 'clerk', NOW)}")
    page.goto(f"{page.url}orders/{order_id}")
    page.get_by_label("Thêm ảnh").set_input_files(path)
    page.get_by_role("button", name="Gửi").click()
    expect(page.get_by_role("img", name="Ảnh của lan")).to_be_visible()
    assert len(kept(seller)) == 1
    context.close()
