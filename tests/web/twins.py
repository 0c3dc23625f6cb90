"""Two shops with the same kinds of records, told apart by a word in each of theirs.

A new kind of record gets its place in ``Twin.live``: then the twin test finds it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from daemon.settings import Settings
from stock import (
    levels,
    listings,
    mapping,
    orders,
    people,
    returns,
    set_aside,
    shops,
    stocktakes,
)
from stock.models import Listing, Order, Role, SetAsideReason, Warehouse
from stock.reports import (
    Ending,
    Fulfilment,
    LineReport,
    ListingReport,
    OrderReport,
    ParcelReport,
    Portion,
    RefundReport,
    ReturnLineReport,
    ReturnPhase,
    ReturnReport,
)
from stock.session import Database
from stock.stocktakes import Counted
from stock.vault import Vault
from tests.web import pictures
from tests.web.crawl import forms_of, links_of
from tests.web.seller import COUNTED_AT, NOW
from tests.web.visitor import Visitor, with_quantities

OPENED_AT = NOW - timedelta(days=30)
"""So long ago that the right to claim is over, and goods may be written off."""

IN_TRANSIT = Fulfilment.IN_TRANSIT


class Twin:
    """One of the two; whatever text is its own holds its word."""

    def __init__(
        self, app: Flask, database: Database, settings: Settings, word: str
    ) -> None:
        self._app = app
        self._database = database
        self._settings = settings
        self.word = word
        self.shop = f"{word}-shop"
        self.warehouse = f"{word}-house"
        self.sku = f"{word}-mug"
        self.values: dict[str, int] = {}
        """Of parameters that no link names."""
        self.starts: list[str] = []
        """Addresses with forms that no link leads to."""

    def live(self) -> None:
        """Make one record of each kind."""
        self._write(self._open)
        self._write(self._count)
        for name in ("open", "back", "undone", "lost", "sheet", "draft", "claimed"):
            self._order(name)
        self._order("waiting", fulfilment=None)
        self._write(self._announce)
        self._write(self._tell_of_channel)
        self._receive("back", good="2", damaged="1")
        self._receive("undone", good="3")
        self._reverse("undone")
        self._receive("lost", good="0", lost="3")
        self._claim("claimed")
        self._fill_sheet("sheet", post=True)
        self._fill_sheet("draft", post=False)
        self._take_orphan_in("matched")
        self._take_orphan_in("orphan")
        self._photograph()
        self._write(self._add_person)
        self._try_again()

    def visitor(self, role: str, *, bound: bool = True, name: str = "") -> Visitor:
        """Return somebody of this shop."""
        return Visitor(
            self._app,
            self._settings,
            name or f"{self.word} {role}",
            role,
            NOW,
            shops=[self.shop] if bound else [],
            warehouses=[self.warehouse] if bound else [],
        )

    def order_id(self, name: str) -> int:
        """Return the id of one of the orders."""
        with self._database.read() as session:
            number = Order.channel_order_id == f"{self.word}-{name}"
            return session.scalars(select(Order.id).where(number)).one()

    def _open(self, session: Session) -> None:
        house = Warehouse(code=self.warehouse, name=f"{self.word} warehouse")
        session.add(house)
        session.flush()
        shop = shops.add_shop(
            session,
            Vault(self._settings.credentials_keys),
            name=self.shop,
            channel="shopee",
            external_id=self.shop,
            settings={},
            now=COUNTED_AT,
            orders_since=COUNTED_AT,
        )
        shop.warehouse_id = house.id
        known = ListingReport(
            item_id=self.sku,
            variant_id="",
            sku=self.sku,
            title=f"{self.word} mug",
            quantity=0,
            barcode=f"{self.word}-barcode",
        )
        unknown = ListingReport(
            item_id=f"{self.word}-plate",
            variant_id="",
            sku="",
            title=f"{self.word} plate",
            quantity=0,
        )
        mapping.import_listings(session, shop, [known, unknown], now=NOW)

    def _count(self, session: Session) -> None:
        counted = Counted(
            levels.find_sku(session, self.sku),
            levels.find_warehouse(session, self.warehouse),
            100,
        )
        stocktakes.post_stocktake(
            session,
            [counted],
            document=f"{self.word} count",
            actor=f"{self.word} counter",
            now=COUNTED_AT,
        )

    def _order(self, name: str, fulfilment: Fulfilment | None = IN_TRANSIT) -> None:
        number = f"{self.word}-{name}"
        portion = Portion(quantity=3, fulfilment=fulfilment, ending=Ending.CANCELLED)
        line = LineReport(
            line_id="1",
            item_id=self.sku,
            variant_id="",
            sku=self.sku,
            title=f"{self.word} mug",
            quantity=3,
            unit_price=Decimal(99000),
            portions=(portion,),
        )
        report = OrderReport(
            order_id=number,
            ordered_at=OPENED_AT - timedelta(days=3),
            updated_at=OPENED_AT,
            raw_status=f"{self.word} status",
            currency="VND",
            total=Decimal(297000),
            lines=(line,),
            parcels=(
                ParcelReport(
                    number=f"{number}-parcel",
                    direction="forward",
                    carrier=f"{self.word} express",
                ),
            ),
            refunds=(
                RefundReport(
                    refund_id=f"{number}-refund",
                    amount=Decimal(297000),
                    currency="VND",
                    state="done",
                ),
            ),
            reason=f"{self.word} reason",
        )
        self._write(
            lambda session: orders.take_in(
                session, shops.find_shop(session, self.shop), [report], now=OPENED_AT
            )
        )

    def _announce(self, session: Session) -> None:
        report = ReturnReport(
            return_id=f"{self.word}-return",
            order_id=f"{self.word}-open",
            updated_at=OPENED_AT,
            phase=ReturnPhase.APPROVED,
            goods_come_back=True,
            lines=(ReturnLineReport(item_id=self.sku, variant_id="", quantity=1),),
        )
        shop = shops.find_shop(session, self.shop)
        returns.take_in(session, shop, [report], now=OPENED_AT)

    def _tell_of_channel(self, session: Session) -> None:
        shop = shops.find_shop(session, self.shop)
        shop.last_error = f"{self.word} trouble"
        set_aside.put_aside(
            session,
            shop,
            kind=set_aside.ORDER,
            record_id=f"{self.word}-odd",
            reason=SetAsideReason.UNMAPPED_SKU,
            detail=f"{self.word} detail",
            now=NOW,
        )
        named = Listing.item_id == self.sku
        listing = session.scalars(select(Listing).where(named)).one()
        listing.pushed_version = listing.wanted_version
        listing.last_error = f"{self.word} listing trouble"
        session.flush()
        listings.record_seen(session, listing.id, 7777, now=NOW)

    def _add_person(self, session: Session) -> None:
        people.add_person(
            session,
            name=f"{self.word} person",
            role=Role.CLERK,
            actor=f"{self.word} admin",
            now=NOW,
            password=f"{self.word} password",
            shop_ids=[shops.find_shop(session, self.shop).id],
            warehouse_ids=[levels.find_warehouse(session, self.warehouse).id],
        )
        session.flush()
        person = people.named_person(session, f"{self.word} person")
        self.values["person_id"] = person.id

    def _receive(
        self, name: str, *, good: str, damaged: str = "0", lost: str = "0"
    ) -> None:
        clerk, order_id = self.visitor("clerk"), self.order_id(name)
        fields = with_quantities(clerk.form(order_id), good, damaged, lost)
        booked = clerk.book(order_id, fields | {"note": f"{self.word} note"})
        assert booked.status_code == 303, booked.text

    def _reverse(self, name: str) -> None:
        boss = self.visitor("supervisor")
        page = boss.get(f"orders/{self.order_id(name)}").text
        path = next(x for x in _links(page) if x.endswith("/reversal"))
        self._send(boss, path, reason=f"{self.word} mistake")

    def _claim(self, name: str) -> None:
        path = f"orders/{self.order_id(name)}/claim"
        self._send(self.visitor("supervisor"), path, note=f"{self.word} claim")

    def _fill_sheet(self, name: str, *, post: bool) -> None:
        clerk = self.visitor("clerk")
        opened = self._send(clerk, "sheets", "sheets", carrier=f"{self.word} express")
        path = opened.partition("/sheets/")[2].partition("?")[0]
        sheet = f"sheets/{path}"
        self._send(clerk, sheet, "scan", code=f"{self.word}-{name}")
        self._draft = sheet
        if post:
            self._send(clerk, f"{sheet}/post", "post")

    def _take_orphan_in(self, name: str) -> None:
        clerk = self.visitor("clerk")
        code = f"{self.word}-{name}"
        opened = self._send(
            clerk,
            f"orphans/new?code={code}",
            "orphans",
            code=code,
            contents=f"{self.word} things",
        )
        path = "orphans/" + opened.partition("/orphans/")[2].partition("?")[0]
        if name == "matched":
            self._send(clerk, f"{path}?q={self.word}-claimed", "match")
        else:
            self.starts.append(f"{path}?q={self.word}-claimed")

    def _photograph(self) -> None:
        """Add a photo to each kind of thing of ours that may have one."""
        clerk = self.visitor("clerk")
        for path in (f"orders/{self.order_id('open')}", *self.starts, self._draft):
            forms = forms_of(clerk.client.get(clerk.desk + path).text)
            form = next(form for form in forms if "/photos/of/" in form.path)
            data = {"photo_key": form.fields["photo_key"], "photo": [self._picture()]}
            sent = clerk.client.post(form.path, data=data)
            sent.request.environ["wsgi.input"].close()
            assert sent.status_code == 303, sent.text

    def _picture(self) -> tuple[BytesIO, str]:
        return BytesIO(pictures.picture()), f"{self.word}.jpg"

    def _try_again(self) -> None:
        admin = self.visitor("admin")
        place = self._send(admin, "set-aside", "set-aside")
        trial = place.rpartition("/tries/")[2].partition("?")[0]
        self.values["trial_id"] = int(trial)

    def _send(self, visitor: Visitor, path: str, ending: str = "", **typed: str) -> str:
        """Fill in a page's form and return where that leads."""
        page = visitor.client.get(visitor.desk + path)
        assert page.status_code == 200, (path, page.text)
        forms = [
            x for x in forms_of(page.text) if _plain(x.path).endswith(ending or path)
        ]
        assert forms, f"{path} has no form for {ending or path}"
        form = next((x for x in forms if typed.keys() <= x.fields.keys()), forms[0])
        sent = visitor.client.post(form.path, data={**form.fields, **typed})
        assert sent.status_code == 303, (path, sent.text)
        return str(sent.location)

    def _write(self, work: Callable[[Session], object]) -> None:
        with self._database.write() as session:
            work(session)


def _links(page: str) -> list[str]:
    return [link.partition("/desk/")[2].partition("/")[2] for link in links_of(page)]


def _plain(path: str) -> str:
    return path.partition("?")[0]
