"""The sheet on paper: what the carrier's man signs, with numbers to scan."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from barcode.charsets import code128  # type: ignore[import-untyped]

from tests.web.seller import Seller
from tests.web.sheet_desk import SheetDesk
from tests.web.visitor import Visitor, text_of
from web.sheets.bars import QUIET_MODULES, bars_of

_STROKE = re.compile(r"M(\d+) 0h(\d+)v1h-\d+z")
_SYMBOLS = {pattern: value for value, pattern in enumerate(code128.CODES)}
_STARTS = {code128.START_CODES[name]: name for name in "ABC"}
_STOP = 106
_SYMBOLS[code128.STOP] = _STOP


def test_the_paper_has_all_that_both_sides_sign_for(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    seller.order("A2", 2, tracking="SPX2")
    desk = SheetDesk(clerk)
    desk.scan("SPX1")
    desk.scan("SPX2")
    names = [name for name in desk.form("/parcels/2") if "-" in name]
    units = dict(zip(names, ("1", "1", "0", "0", "0"), strict=True))
    desk.change(2, "save", **units, note="Hộp móp góc")
    desk.send(
        f"{desk.path}/describe",
        {
            "key": desk.key,
            "warehouse": "1",
            "carrier": "SPX Express",
            "note": "Thùng 2",
        },
    )
    page = clerk.get(f"{desk.path}/print").text
    text = text_of(page)
    for told in (
        "Phiếu nhận hàng hoàn S000001",
        "16:00 22/11/2026",
        "SPX Express",
        "MAIN",
        "Thùng 2",
        "SPX2",
        "Hộp móp góc",
        "Cốc sứ trắng",
        "Bên giao (đơn vị vận chuyển)",
        "Bên nhận (kho)",
        "Ký, ghi rõ họ tên",
    ):
        assert told in text
    totals = re.findall(r'<td class="figure">(\d+)</td>', page.split("totals")[1])
    assert totals == ["5", "4", "1", "0", "0", "0"]
    assert page.count("<svg") == 3
    assert "style=" not in page


def test_the_paper_is_in_the_clerks_language(
    seller: Seller, clerk: Visitor, order_id: int
) -> None:
    desk = SheetDesk(clerk)
    desk.scan("SPX1")
    page = clerk.get(f"{desk.path}/print", lang="en").text
    assert "Received by the warehouse" in page and "Return sheet S000001" in page


@pytest.mark.parametrize(
    "text", ["S000001", "SPXVN0123456789A", "2611140KX8F2QM", "12345", "GHN-a/b 7", "1"]
)
def test_a_scanner_reads_back_what_the_bars_were_made_of(text: str) -> None:
    bars = bars_of(text)
    assert bars is not None
    assert read(bars.path) == text
    assert bars.modules > 2 * QUIET_MODULES
    last = [int(x) for x in re.findall(r"M(\d+) ", bars.path)][-1]
    assert last < bars.modules - QUIET_MODULES


@pytest.mark.parametrize("text", ["", "Đơn 7", "A\x07", "x" * 60])
def test_what_has_no_bars_is_printed_in_letters_only(text: str) -> None:
    assert bars_of(text) is None


def read(path: str) -> str:
    """Return the text of bars, with the check digit proved."""
    values = _values(path)
    assert values[-1] == _STOP
    check = values[0] + sum(n * value for n, value in enumerate(values[1:-2], start=1))
    assert check % 103 == values[-2]
    return _text(values[0], values[1:-2])


def _values(path: str) -> Sequence[int]:
    pattern = ["0"] * 2000
    end = 0
    for start, width in ((int(a), int(b)) for a, b in _STROKE.findall(path)):
        pattern[start : start + width] = "1" * width
        end = start + width
    # The stop symbol ends with a bar of two modules that no other symbol has.
    modules = "".join(pattern[QUIET_MODULES : end - 2])
    return [_SYMBOLS[modules[at : at + 11]] for at in range(0, len(modules), 11)]


def _text(start: int, values: Sequence[int]) -> str:
    name = _STARTS[start]
    text = ""
    for value in values:
        if name == "C" and value < 100:
            text += f"{value:02d}"
        elif name in "AB" and value < 96:
            text += chr(value + 32 if name == "B" or value < 64 else value - 64)
        else:
            name = {99: "C", 100: "B", 101: "A"}[value]
    return text
