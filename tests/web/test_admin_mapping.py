"""Listings without a SKU: suggestions, one tap, bundles, new SKUs, many at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from stock import mapping, set_aside, shops
from stock.admin.suggestions import Why, suggest
from stock.models import Listing, ListingState, Sku
from stock.offers import numbers
from stock.reports import ListingReport
from stock.session import Database
from tests.web.admin_forms import fill, form_of, log_of, send, words_of
from tests.web.conftest import RecordingBell
from tests.web.ledger import counting, listing_of
from tests.web.seller import BARCODE, NOW, Seller
from tests.web.visitor import Visitor

ADMIN = "minh@example.vn"
PAGE = "admin/listings"
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

Offer = Callable[..., int]


@pytest.fixture
def admin(seller: Seller, visit: Callable[..., Visitor]) -> Visitor:
    return visit(ADMIN, "admin")


@pytest.fixture
def offer(seller: Seller, database: Database) -> Offer:
    """Puts a listing into a shop that stands for no SKU; returns its id."""

    def put(item: str, title: str, *, sku: str = "", shop: str = "two") -> int:
        with database.write() as session:
            listing = Listing(
                shop_id=shops.find_shop(session, shop).id,
                item_id=item,
                channel_sku=sku,
                title=title,
                state=ListingState.UNMAPPED,
                components=[],
            )
            session.add(listing)
            session.flush()
            return listing.id

    return put


def stands_for(database: Database, listing_id: int) -> dict[str, int]:
    with database.read() as session:
        listing = session.get_one(Listing, listing_id)
        return {part.sku.code: part.quantity for part in listing.components}


def test_a_code_in_another_spelling_maps_with_one_tap(
    admin: Visitor,
    seller: Seller,
    database: Database,
    offer: Offer,
    bell: RecordingBell,
) -> None:
    seller.sell("one", "TEA-POT.01", "Ấm trà")
    listing = offer("77", "Một cái ấm", sku="tea pot 01")
    page = admin.get(PAGE).text
    assert "TEA-POT.01" in page and "cùng mã" in page
    (value,) = re.findall(rf'name="only" value="({listing}:[^"]+)"', page)
    shown = admin.follow(admin.post(PAGE, form_of(page, PAGE) | {"only": value}))

    assert "Đã ghép 1 sản phẩm" in shown.text
    assert stands_for(database, listing) == {"TEA-POT.01": 1}
    assert bell.rung == ["two"]
    assert log_of(database) == [(ADMIN, "listing mapped", "two · 77")]


def test_orders_that_waited_are_read_in_the_next_round_which_begins_at_once(
    admin: Visitor, seller: Seller, database: Database, offer: Offer
) -> None:
    listing = offer("77", "Cốc", sku="m-u-g")
    seller.change_shop("two", sync_due_at=NOW.replace(hour=23))
    page = admin.get(PAGE).text
    (value,) = re.findall(rf'name="only" value="({listing}:[^"]+)"', page)
    admin.post(PAGE, form_of(page, PAGE) | {"only": value})
    assert seller.shop("two").sync_due_at == NOW
    with database.read() as session:
        assert numbers(session, [listing])[listing].quantity == 10


def test_suggestions_come_by_code_by_barcode_and_by_name(
    seller: Seller, database: Database, offer: Offer
) -> None:
    seller.sell("one", "TS-L", "Áo thun cotton nam đen size L")
    seller.sell("one", "TS-M", "Áo thun cotton nam đen size M")
    by_code = offer("1", "Gì đó", sku="ts/l")
    by_barcode = offer("2", "Gì đó", sku=BARCODE)
    by_name = offer("3", "Áo thun nam cotton đen L form rộng")
    by_nothing = offer("4", "Nến thơm lavender")
    with database.read() as session:
        listings = session.scalars(
            select(Listing).where(Listing.state == ListingState.UNMAPPED)
        ).all()
        found = {
            key: [(x.sku.code, x.why) for x in some]
            for key, some in suggest(session, listings).items()
        }
    assert found[by_code] == [("TS-L", Why.CODE)]
    assert found[by_barcode] == [("MUG", Why.BARCODE)]
    assert found[by_name][0] == ("TS-L", Why.NAME)
    assert found[by_nothing] == []


def test_the_barcode_of_the_catalogue_is_kept_for_a_suggestion(
    seller: Seller, database: Database
) -> None:
    report = ListingReport(
        item_id="9", variant_id="", sku="", title="?", quantity=0, barcode=BARCODE
    )
    with database.write() as session:
        shop = shops.find_shop(session, "two")
        mapping.import_listings(session, shop, [report], now=NOW)
        listing = mapping.find_listing(session, shop, "9", "")
        assert listing is not None
        ((only,),) = suggest(session, [listing]).values()
    assert (only.sku.code, only.why) == ("MUG", Why.BARCODE)


def test_a_renamed_sku_is_suggested_by_its_new_name(
    seller: Seller, database: Database, offer: Offer
) -> None:
    listing = offer("3", "Bình giữ nhiệt 500ml")
    with database.write() as session:
        session.scalars(select(Sku)).one().name = "Bình giữ nhiệt inox 500ml"
    with database.read() as session:
        found = suggest(session, [session.get_one(Listing, listing)])
    assert [x.sku.code for x in found[listing]] == ["MUG"]


def test_all_sure_ones_of_the_page_are_mapped_at_once(
    admin: Visitor, seller: Seller, database: Database, offer: Offer
) -> None:
    sure = [offer("1", "Cốc", sku="mug!"), offer("2", "Cốc", sku="M_U_G")]
    unsure = offer("3", "Cốc sứ trắng mới")
    page = admin.get(PAGE).text
    assert "Ghép 2 mục chắc chắn" in page
    shown = admin.follow(admin.post(PAGE, form_of(page, PAGE)))
    assert "Đã ghép 2 sản phẩm" in shown.text
    assert [stands_for(database, one) for one in sure] == [{"MUG": 1}] * 2
    assert stands_for(database, unsure) == {}


def test_two_skus_that_fit_are_never_sure(
    admin: Visitor, seller: Seller, offer: Offer
) -> None:
    seller.sell("one", "MU-G", "Cốc khác")
    for item in ("1", "2"):
        offer(item, "Cốc", sku="mug.")
    page = admin.get(PAGE).text
    assert "chắc chắn" not in page
    assert page.count('name="only"') == 4


def test_what_somebody_mapped_meanwhile_is_passed_over_and_told(
    admin: Visitor, seller: Seller, database: Database, offer: Offer
) -> None:
    first, second = offer("1", "Cốc", sku="mug!"), offer("2", "Cốc", sku="mug?")
    seller.sell("one", "OTHER")
    fields = fill(admin, PAGE, PAGE)
    one = f"{PAGE}/{first}"
    send(admin, one, one, **{"sku-1": "OTHER", "units-1": "2"})
    shown = admin.follow(admin.post(PAGE, fields))
    assert "Đã ghép 1 sản phẩm" in shown.text and "Bỏ qua 1" in shown.text
    assert stands_for(database, first) == {"OTHER": 2}
    assert stands_for(database, second) == {"MUG": 1}
    again = admin.follow(admin.post(PAGE, fields))
    assert "Đã ghép 1 sản phẩm" in again.text
    assert len(log_of(database)) == 2


def test_a_bundle_stands_for_several_units_of_several_skus(
    admin: Visitor, seller: Seller, database: Database, offer: Offer
) -> None:
    seller.sell("one", "LID", "Nắp", "893777")
    listing = offer("5", "Bộ cốc có nắp")
    address = f"{PAGE}/{listing}"
    typed = {"sku-1": "MUG", "units-1": "2", "sku-2": "893777", "units-2": "1"}
    page = admin.follow(send(admin, address, address, **typed))
    assert "Đã ghép 1 sản phẩm" in page.text
    assert stands_for(database, listing) == {"MUG": 2, "LID": 1}
    told = words_of(admin.get("admin/log", lang="en").text)
    assert "Stands for – → MUG*2 + LID*1" in told


@SQLITE
@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"sku-1": "NOPE", "units-1": "1"}, "Không có SKU “NOPE”."),
        ({"sku-1": "MUG", "units-1": "0"}, "ít nhất 1 đơn vị"),
        ({"sku-1": "MUG", "units-1": "hai"}, "“hai”"),
        ({"sku-1": "", "units-1": "1"}, "Nhập ít nhất một SKU."),
    ],
)
def test_a_component_that_cannot_be_gets_a_sentence_and_stays(
    admin: Visitor,
    database: Database,
    offer: Offer,
    typed: dict[str, str],
    told: str,
) -> None:
    listing = offer("5", "Bộ")
    address = f"{PAGE}/{listing}"
    answer = send(admin, address, address, **typed)
    assert answer.status_code == 400 and told in words_of(answer.text)
    assert f'value="{typed["sku-1"]}"' in answer.text
    assert stands_for(database, listing) == {}


def test_a_new_sku_is_made_and_mapped_once(
    admin: Visitor, database: Database, offer: Offer
) -> None:
    listing = offer("5", "Nến thơm", sku="NEN-5")
    address = f"{PAGE}/{listing}"
    fields = fill(admin, address, f"{address}/new-sku", barcode="8931")
    assert (fields["code"], fields["name"]) == ("NEN-5", "Nến thơm")
    for _ in range(2):
        admin.follow(admin.post(f"{address}/new-sku", fields))
    assert stands_for(database, listing) == {"NEN-5": 1}
    assert [action for _, action, _ in log_of(database)] == [
        "SKU made",
        "listing mapped",
    ]


@SQLITE
@pytest.mark.parametrize(
    ("code", "told"),
    [("MUG", "Đã có SKU “MUG”"), ("--", "Mã có từ 1 đến 100"), ("", "Mã có từ 1")],
)
def test_a_code_that_is_taken_or_empty_makes_no_sku(
    admin: Visitor, database: Database, offer: Offer, code: str, told: str
) -> None:
    listing = offer("5", "Nến thơm")
    address = f"{PAGE}/{listing}"
    answer = send(admin, address, f"{address}/new-sku", code=code)
    assert answer.status_code == 409 and told in words_of(answer.text)
    assert log_of(database) == []


def test_of_two_who_map_one_listing_the_second_sees_the_first(
    admin: Visitor, seller: Seller, database: Database
) -> None:
    seller.sell("one", "OTHER")
    address = f"{PAGE}/{listing_of(database, 'two')}"
    fields = fill(admin, address, address) | {"sku-1": "MUG", "units-1": "3"}
    send(admin, address, address, **{"sku-1": "OTHER", "units-1": "1"})
    answer = admin.post(address, fields)
    assert answer.status_code == 409
    assert "Có người vừa sửa sản phẩm này" in words_of(answer.text)
    assert stands_for(database, listing_of(database, "two")) == {"OTHER": 1}


def test_a_listing_has_rules_of_its_own_and_can_rest(
    admin: Visitor, seller: Seller, database: Database
) -> None:
    listing = listing_of(database, "two")
    address = f"{PAGE}/{listing}"
    old = fill(admin, address, f"{address}/rules", buffer="9")
    rules = {"buffer": "1", "share": "50", "paused": "on"}
    admin.follow(send(admin, address, f"{address}/rules", **rules))
    with database.read() as session:
        found = session.get_one(Listing, listing)
        assert (found.buffer, found.share, found.paused) == (1, 50, True)
    assert admin.post(f"{address}/rules", old).status_code == 409
    bad = send(admin, address, f"{address}/rules", share="120")
    assert bad.status_code == 400 and 'value="120"' in bad.text
    fields = fill(admin, address, f"{address}/rules", buffer="", share="")
    del fields["paused"]
    admin.follow(admin.post(f"{address}/rules", fields))
    with database.read() as session:
        found = session.get_one(Listing, listing)
        assert (found.buffer, found.share, found.paused) == (None, None, False)
    assert [action for _, action, _ in log_of(database)] == ["listing rules set"] * 2


def test_a_search_and_the_shops_narrow_the_page(
    admin: Visitor, seller: Seller, offer: Offer
) -> None:
    offer("1", "Nến thơm", shop="one")
    offer("2", "Nến cốc", shop="two")
    offer("3", "Khăn", shop="two")
    rows = re.compile(r'id="listing-')
    assert len(rows.findall(admin.get(PAGE).text)) == 3
    assert len(rows.findall(admin.get(PAGE, shop="2").text)) == 2
    assert len(rows.findall(admin.get(PAGE, shop="2", q="nến").text)) == 1
    assert "Không tìm thấy" in admin.get(PAGE, q="MUG").text
    assert "Cốc sứ trắng" in admin.get(PAGE, q="MUG", all="1").text


def test_the_page_is_cut_by_key_and_asks_as_much_of_many_as_of_few(
    admin: Visitor, database: Database, offer: Offer
) -> None:
    for number in range(45):
        offer(f"n{number}", f"Bình nước {number}", sku="MUG-X")
    with counting(database) as first:
        page = admin.get(PAGE).text
    assert page.count('id="listing-') == 20
    with counting(database) as second:
        page = admin.get(PAGE, after="22").text
    assert page.count('id="listing-') == 20
    assert len(first) == len(second) < 50
    assert admin.get(PAGE, after="42").text.count('id="listing-') == 5


def test_another_shops_listing_is_not_there(
    seller: Seller, visit: Callable[..., Visitor], offer: Offer
) -> None:
    listing = offer("1", "Nến thơm", sku="mug!", shop="two")
    bound = visit("hoa", "admin", shops=["one"])
    assert "Nến thơm" not in bound.get(PAGE).text
    assert bound.get(f"{PAGE}/{listing}").status_code == 404
    assert bound.get(PAGE, shop="2").status_code == 404
    assert bound.post(f"{PAGE}/{listing}", {"key": "x"}).status_code == 404


def test_a_set_aside_line_leads_to_its_listing(
    admin: Visitor, seller: Seller, database: Database, offer: Offer
) -> None:
    listing = offer("GIFT", "Quà", shop="one")
    seller.order("A9", 2, sku="GIFT", ending=None)
    page = admin.get("set-aside").text
    assert "2&nbsp;× GIFT" in page and "q=GIFT" in page
    assert f"listing-{listing}" in admin.get(PAGE, shop="1", q="GIFT").text
    with database.read() as session:
        assert len(set_aside.all_records(session)) == 1
