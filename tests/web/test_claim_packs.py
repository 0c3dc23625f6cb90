"""Evidence packs: what is in them, that they can be checked, and always the same."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from daemon.settings import Settings
from stock.levels import find_warehouse
from stock.models import Claim, Order, Receipt
from stock.photo_files import PhotoFiles
from stock.photos import Picture, Subject, SubjectKind, add_photos
from stock.reversals import reverse_receipt
from stock.session import Database
from stock.sheets import Clerk, Counts, judge, open_sheet, post_parcel, put_on
from tests.web.conftest import MovableClock
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor, fields_of
from web.claims import packs, zipping
from web.claims.zipping import safe_name

PHOTO = b"\xff\xd8 a photo of a torn box \xff\xd9"
FACTS = [
    *("amount", "case_number", "cause", "channel", "currency", "lines", "note"),
    *("number", "opened_at", "opened_by", "order", "order_currency", "ordered_at"),
    *("parcels", "photos", "photos_left_out", "receipts", "refunds", "returns"),
    *("sheets", "shop", "state", "timeline", "units"),
]
"""All that a pack tells: nothing of the buyer."""

OTHER = b"\xff\xd8 a photo of its label \xff\xd9"


@pytest.fixture
def minh(visit: Callable[..., Visitor]) -> Visitor:
    """A supervisor, who may claim."""
    return visit("minh@example.vn", "supervisor")


@pytest.fixture
def claimed(
    order_id: int, minh: Visitor, database: Database, settings: Settings
) -> int:
    """A claim for a parcel of which a sheet says one damaged, one missing."""
    _judge_on_sheet(database)
    _take_photos(database, settings, order_id, PHOTO, OTHER)
    path = f"orders/{order_id}/claim?cause=missing&return=1"
    url = minh.desk + path
    form = fields_of(minh.client.get(url).text)
    assert form["units"] == "1", "one is missing"
    answer = minh.client.post(url, data=form | {"note": "The box was torn."})
    assert answer.status_code == 303
    return 1


def _judge_on_sheet(database: Database) -> None:
    by = Clerk(name="lan@example.vn")
    with database.write() as session:
        place = find_warehouse(session, "MAIN").id
        sheet = open_sheet(
            session, key="crate", warehouse_id=place, by=by, now=NOW, carrier="SPX"
        )
        put = put_on(session, sheet.id, "SPX1", key="first", by=by, now=NOW)
        line = session.scalars(select(Order)).one().lines[0]
        judged = judge(
            session,
            put.parcel.id,
            {f"{line.sku_id}-{place}": Counts(good=1, damaged=1, missing=1)},
            version=put.parcel.version,
            by=by,
            now=NOW,
            note="wet on one side",
        )
        post_parcel(session, judged.id, version=judged.version, by=by, now=NOW)


def _take_photos(
    database: Database, settings: Settings, order_id: int, *contents: bytes
) -> None:
    files = PhotoFiles(settings.var / "photos")
    with database.write() as session:
        pictures = [
            Picture(sha256=files.store(x), width=4, height=3, size=len(x))
            for x in contents
        ]
        subject = Subject(SubjectKind.ORDER, order_id)
        add_photos(session, subject, pictures, actor="lan@example.vn", now=NOW)


def pack_of(minh: Visitor, claim_id: int, lang: str = "en") -> TestResponse:
    """Make a pack from the claim's page."""
    key = fields_of(minh.get(f"claims/{claim_id}").text)["key"]
    return read(minh.post(f"claims/{claim_id}/pack?lang={lang}", {"key": key}))


def read(answer: TestResponse) -> TestResponse:
    """Read a pack to its end, as a browser does."""
    assert answer.status_code == 200
    assert answer.data.startswith(b"PK")
    answer.close()
    return answer


def files_of(answer: TestResponse) -> dict[str, bytes]:
    """Return a pack's files by their names."""
    with ZipFile(io.BytesIO(answer.data)) as zip_file:
        assert zip_file.testzip() is None
        return {name: zip_file.read(name) for name in zip_file.namelist()}


def facts_of(answer: TestResponse) -> dict[str, Any]:
    """Return the facts of a pack."""
    facts: dict[str, Any] = json.loads(files_of(answer)["timeline.json"])
    return facts


def test_a_pack_holds_timeline_receipts_judgement_and_photos(
    claimed: int, minh: Visitor
) -> None:
    answer = pack_of(minh, claimed)
    assert answer.headers["Content-Type"] == "application/zip"
    name = "attachment; filename=C000001-A1.zip"
    assert answer.headers["Content-Disposition"] == name
    facts = facts_of(answer)
    assert (facts["order"], facts["cause"], facts["amount"]) == (
        "A1",
        "missing",
        "99000",
    )
    assert facts["parcels"][0]["number"] == "SPX1"
    (receipt,) = facts["receipts"]
    assert (receipt["number"], receipt["actor"]) == ("R000001", "lan@example.vn")
    assert receipt["lines"][0] == {
        "sku": "MUG", "good": 1, "damaged": 1, "lost": 0, "found_again": 0,
    }  # fmt: skip
    (sheet,) = facts["sheets"]
    assert (sheet["sheet"], sheet["code"], sheet["receipt"]) == (
        "S000001",
        "SPX1",
        "R000001",
    )
    assert sheet["lines"][0]["missing"] == 1
    assert len(facts["photos"]) == 2
    kinds = [happened["kind"] for happened in facts["timeline"]]
    assert {"receipt", "judged", "draft"} <= set(kinds)
    moments = [happened["at"] for happened in facts["timeline"]]
    assert moments == sorted(moments)
    page = files_of(answer)["timeline.html"].decode()
    assert "The box was torn." in page and "wet on one side" in page
    assert "Missing from the parcel" in page and "16:00" in page
    assert (
        "Thiếu trong kiện"
        in files_of(pack_of(minh, claimed, "vi"))["timeline.html"].decode()
    )


def test_every_file_can_be_checked_against_the_hash_in_the_claim(
    claimed: int, minh: Visitor, database: Database, tmp_path: Path
) -> None:
    answer = pack_of(minh, claimed)
    files = files_of(answer)
    with ZipFile(io.BytesIO(answer.data)) as zip_file:
        zip_file.extractall(tmp_path / "pack")
    subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"],
        cwd=tmp_path / "pack",
        check=True,
    )
    listed = files["SHA256SUMS"].decode().splitlines()
    assert [line.split("  ")[1] for line in listed] == sorted(
        set(files) - {"SHA256SUMS"}
    )
    for content in (PHOTO, OTHER):
        assert files[f"photos/{hashlib.sha256(content).hexdigest()}.jpg"] == content
    manifest = hashlib.sha256(files["SHA256SUMS"]).hexdigest()
    with database.read() as session:
        made = session.get_one(Claim, claimed).events[-1]
        assert (made.kind, made.actor) == ("pack_made", "minh@example.vn")
        assert made.detail == {"manifest": manifest, "files": 4}
    assert manifest in minh.get(f"claims/{claimed}").text


def test_the_same_facts_give_the_same_bytes(
    claimed: int,
    minh: Visitor,
    visit: Callable[..., Visitor],
    clock: MovableClock,
    database: Database,
) -> None:
    first = pack_of(minh, claimed)
    clock.now = NOW + timedelta(days=30)
    hoa = visit("hoa@example.vn", "admin")
    assert pack_of(hoa, claimed).data == first.data
    fields = fields_of(hoa.get(f"claims/{claimed}").text)
    sent = {"key": fields["key"], "version": fields["version"], "to": "sent"}
    assert hoa.post(f"claims/{claimed}/step", sent).status_code == 303
    assert pack_of(hoa, claimed).data != first.data


def test_a_pack_asked_for_twice_with_one_key_is_one_event(
    claimed: int, minh: Visitor, database: Database
) -> None:
    key = {"key": fields_of(minh.get(f"claims/{claimed}").text)["key"]}
    first, second = (read(minh.post(f"claims/{claimed}/pack", key)) for _ in range(2))
    assert first.data == second.data
    with database.read() as session:
        events = session.get_one(Claim, claimed).events
        assert [event.kind for event in events] == ["opened", "pack_made"]
    assert minh.post(f"claims/{claimed}/pack", {"key": "x"}).status_code == 303


def test_a_reversal_is_told_with_who_and_why(
    claimed: int, minh: Visitor, database: Database
) -> None:
    with database.write() as session:
        reverse_receipt(
            session,
            session.get_one(Receipt, 1),
            key="reversal",
            reason="counted the wrong box",
            actor="hoa@example.vn",
            now=NOW,
        )
    (receipt,) = facts_of(pack_of(minh, claimed))["receipts"]
    assert receipt["reversed_by"] == "hoa@example.vn"
    assert receipt["reversed_why"] == "counted the wrong box"


def test_a_photo_whose_file_is_gone_or_altered_is_named_as_left_out(
    claimed: int, minh: Visitor, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = hashlib.sha256(PHOTO).hexdigest()
    PhotoFiles(settings.var / "photos").path(gone).write_bytes(b"another picture")
    answer = pack_of(minh, claimed)
    assert facts_of(answer)["photos_left_out"] == [gone]
    assert f"photos/{gone}.jpg" not in files_of(answer)
    assert (
        "Photos that are not in this pack" in files_of(answer)["timeline.html"].decode()
    )
    monkeypatch.setattr(packs, "MOST_PHOTO_BYTES", 3)
    assert len(facts_of(pack_of(minh, claimed))["photos_left_out"]) == 2


def test_nothing_of_the_buyer_or_of_other_claims_is_in_a_pack(
    claimed: int, seller: Seller, minh: Visitor
) -> None:
    seller.order("B7", 1)
    answer = pack_of(minh, claimed)
    told = b"".join(files_of(answer).values()).decode("utf-8", "replace")
    assert "B7" not in told
    assert sorted(facts_of(answer)) == FACTS


def test_markup_in_what_others_wrote_stays_text(
    seller: Seller, minh: Visitor, settings: Settings
) -> None:
    order_id = seller.order("<b>A/../9", 1, tracking="<script>x")
    path = f"orders/{order_id}/claim"
    minh.post(path, fields_of(minh.get(path).text) | {"note": "<img src=x>"})
    answer = pack_of(minh, 1)
    page = files_of(answer)["timeline.html"].decode()
    assert "<script>" not in page and "<img src=x>" not in page and "<b>A" not in page
    assert re.search(
        r"filename=C000001-b-A-9\.zip", answer.headers["Content-Disposition"]
    )


@pytest.mark.parametrize(
    ("order", "name"),
    [
        ("2611140KX8F2QM", "2611140KX8F2QM"),
        ("../../etc/passwd", "etc-passwd"),
        ("Đơn số 1", "on-so-1"),
        ("\u202e\x00", "order"),
        ("x" * 300, "x" * 60),
        ("CON.", "CON"),
    ],
)
def test_names_of_files_are_safe(order: str, name: str) -> None:
    assert safe_name(order) == name


def test_a_large_pack_waits_in_a_file_and_is_the_same(
    claimed: int, minh: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = pack_of(minh, claimed).data
    monkeypatch.setattr(zipping, "SPOOLED_BYTES", 100)
    assert pack_of(minh, claimed).data == small
