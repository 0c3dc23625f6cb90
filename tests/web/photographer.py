"""Sends photos as a browser does, and looks at what was kept of them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from sqlalchemy import select
from werkzeug.test import TestResponse

from daemon.settings import Settings
from stock import sheets
from stock.models import Photo
from stock.sheets import Clerk
from tests.web import pictures
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor, fields_of

JSON = {"Accept": "application/json"}


def key_of(visitor: Visitor, path: str) -> str:
    """Return the key of the strip on a page."""
    return fields_of(visitor.get(path).text)["photo_key"]


def send(
    visitor: Visitor,
    path: str,
    *contents: bytes,
    key: str,
    name: str = "IMG_1.jpg",
    headers: dict[str, str] | None = None,
) -> TestResponse:
    """Send photos as a browser does."""
    fields = {
        "photo_key": key,
        "photo": [(BytesIO(content), name) for content in contents],
    }
    sent = visitor.client.post(visitor.desk + path, data=fields, headers=headers or {})
    # The test client puts large bodies into a file and leaves it open.
    sent.request.environ["wsgi.input"].close()
    return sent


def add(
    visitor: Visitor, order_id: int, *contents: bytes, name: str = "IMG_1.jpg"
) -> TestResponse:
    """Send photos of an order, as the strip on its page would."""
    key = key_of(visitor, f"orders/{order_id}")
    sent = contents or (pictures.picture(),)
    path = f"photos/of/order/{order_id}"
    return send(visitor, path, *sent, key=key, name=name)


def kept(seller: Seller) -> list[Photo]:
    with seller.database.read() as session:
        return list(session.scalars(select(Photo).order_by(Photo.id)))


def stored(settings: Settings) -> list[Path]:
    return sorted((settings.var / "photos").rglob("*.jpg"))


def sheet_parcel(seller: Seller, code: str = "SPX1", warehouse: int = 1) -> int:
    """Put a parcel on a sheet; return its id."""
    by = Clerk("lan@example.vn")
    with seller.database.write() as session:
        sheet = sheets.open_sheet(
            session, key="s", warehouse_id=warehouse, by=by, now=NOW
        )
        put = sheets.put_on(session, sheet.id, code, key="p", by=by, now=NOW)
        return put.parcel.id
