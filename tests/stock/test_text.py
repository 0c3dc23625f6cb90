"""What channels write is refused with a reason or kept, the same on both databases."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from stock import receipts, set_aside
from stock.errors import UnreadableReport
from stock.models import ExpectedReturn, OrderLine, Receipt, SetAside, SetAsideReason
from stock.receipts import Found
from stock.reports import LineReport
from tests.stock.stories import (
    DELIVERED,
    NOT_SHIPPED,
    buyer_return,
    line,
    order,
    portion,
    refund,
    simple_order,
)
from tests.stock.world import CLERK, NOW, World, listed, unique

UNKEEPABLE = ["nul\0byte", "half \ud83d emoji", "\udcff", "x" * 10_000_000]
FAITHFUL = [
    "Cốc sứ",
    unicodedata.normalize("NFD", "Cốc sứ"),
    "\u200bzero\u200dwidth",
    "\u202eright to left",
    "🎁🇻🇳",
    "' OR 1=1 --",
    "%s {0} \\ \n\t",
]
ORDER = "ORDER"


def _short(text: str) -> str:
    return ascii(text[:20])


def _line(**changes: object) -> LineReport:
    bought = line("MUG", portion(1, NOT_SHIPPED))
    return replace(bought, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", UNKEEPABLE, ids=_short)
@pytest.mark.parametrize("field", ["line_id", "item_id", "variant_id"])
def test_a_line_with_an_unkeepable_name_is_refused(
    world: World, field: str, text: str
) -> None:
    with pytest.raises(UnreadableReport) as refusal:
        world.tell(order(ORDER, _line(**{field: text})))

    assert refusal.value.field == field


@pytest.mark.parametrize("text", ["", *UNKEEPABLE], ids=_short)
def test_an_order_with_an_unkeepable_name_is_refused(world: World, text: str) -> None:
    with pytest.raises(UnreadableReport) as refusal:
        world.tell(simple_order(text, "MUG"))

    assert refusal.value.field == "order_id"


@pytest.mark.parametrize("text", UNKEEPABLE, ids=_short)
def test_a_return_with_an_unkeepable_name_is_refused(world: World, text: str) -> None:
    with pytest.raises(UnreadableReport) as refusal:
        world.tell_return(buyer_return(ORDER, "MUG", return_id=text))

    assert refusal.value.field == "return_id"


@pytest.mark.parametrize("text", UNKEEPABLE, ids=_short)
def test_what_only_people_read_is_made_fit_to_be_kept(world: World, text: str) -> None:
    told = replace(order(ORDER, _line(title=text)), raw_status=text, reason=text)

    world.tell(told)

    title = world.line_of(ORDER).title
    assert len(title) == min(len(text), 300)
    assert title.encode() and "\0" not in title


@pytest.mark.parametrize("text", FAITHFUL, ids=_short)
def test_any_other_text_is_kept_as_it_is(world: World, text: str) -> None:
    world.tell(order(ORDER, _line(title=text, line_id=text)))

    with world.database.read() as session:
        kept = session.scalars(select(OrderLine)).one()
    assert (kept.title, kept.channel_line_id) == (text, text)


def test_two_spellings_of_one_letter_are_two_names(world: World) -> None:
    composed = unicodedata.normalize("NFC", "Cốc")
    split = unicodedata.normalize("NFD", "Cốc")

    world.tell(simple_order(composed, "MUG"))
    world.tell(simple_order(split, "MUG"))

    assert world.level("MUG").committed == 2


@pytest.mark.parametrize("quantity", [-1, 10**9, 10**30, True, 1.5])
def test_odd_quantities_are_refused(world: World, quantity: int) -> None:
    with pytest.raises(UnreadableReport) as refusal:
        world.tell(order(ORDER, _line(quantity=quantity)))

    assert refusal.value.field == "quantity"


def test_a_line_of_nothing_moves_nothing(world: World) -> None:
    world.tell(order(ORDER, _line(quantity=0, portions=())))

    assert world.level("MUG").available == 10


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e20"])
def test_what_is_no_money_is_refused(world: World, amount: str) -> None:
    with pytest.raises(UnreadableReport):
        world.tell(order(ORDER, _line(unit_price=Decimal(amount))))


def test_an_unknown_refund_state_is_refused(world: World) -> None:
    with pytest.raises(UnreadableReport):
        world.tell(order(ORDER, _line(), refund=refund(state="maybe")))


def test_thousands_of_lines_are_refused(world: World) -> None:
    with pytest.raises(UnreadableReport):
        world.tell(order(ORDER, *[_line()] * 10_000))


@pytest.mark.parametrize("text", UNKEEPABLE, ids=_short)
def test_even_an_unkeepable_order_can_be_set_aside(world: World, text: str) -> None:
    with world.database.write() as session:
        set_aside.put_aside(
            session,
            world.shop,
            kind=set_aside.ORDER,
            record_id=text,
            reason=SetAsideReason.REFUSED,
            detail=text,
            now=NOW,
        )

    with world.database.read() as session:
        assert session.scalars(select(SetAside)).one().detail


@pytest.mark.parametrize("text", UNKEEPABLE, ids=_short)
def test_a_return_for_an_odd_reason_is_kept(world: World, text: str) -> None:
    world.tell(simple_order(ORDER, "MUG", DELIVERED))

    world.tell_return(replace(buyer_return(ORDER, "MUG", minute=1), reason=text))

    with world.database.read() as session:
        assert len(session.scalars(select(ExpectedReturn)).one().reason) <= 300


@pytest.mark.parametrize("text", UNKEEPABLE, ids=_short)
def test_a_listing_with_an_odd_title_is_kept(world: World, text: str) -> None:
    world.list_items(replace(listed("VASE"), title=text, barcode=text))

    assert len(world.listing("VASE").title) <= 300


@pytest.mark.parametrize("text", UNKEEPABLE, ids=_short)
def test_a_note_of_a_clerk_is_kept(world: World, text: str) -> None:
    world.tell(simple_order(ORDER, "MUG", DELIVERED))
    line_id = world.line_of(ORDER).id

    with world.database.write() as session:
        receipts.record_receipt(
            session,
            world.find_order(session, ORDER),
            [Found(order_line_id=line_id, good=1)],
            key=unique("key"),
            warehouse_id=world.shop.warehouse_id,
            actor=CLERK,
            now=NOW,
            note_text=text,
        )

    with world.database.read() as session:
        assert len(session.scalars(select(Receipt)).one().note) <= 500
