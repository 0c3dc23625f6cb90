"""Whatever lies in a crate, its sheet books what receipts by hand would book."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stock import sheets
from stock.errors import ReceiptTooLarge, StockError
from stock.receipts import FoundSku, record_receipt, spread_over_lines
from stock.sheets import Counts, Put, SheetState
from stock.sheets.matching import match_order
from tests.stock.crate import LAN, Crate, open_crate
from tests.stock.stories import DELIVERED, buyer_return, line, order, portion
from tests.stock.world import CLERK, NOW, World, unique

BUCKETS = ("available", "committed", "out", "damaged", "lost", "outside")


@dataclass(frozen=True)
class Story:
    """One order, what is announced of it, and what lay in its parcel."""

    first_line: int
    second_line: int
    announced: int
    counts: Counts
    earlier: int
    """Units that somebody receives after the parcel was put on."""

    @property
    def quantity(self) -> int:
        """Units that were sold."""
        return self.first_line + self.second_line


@st.composite
def _stories(draw: st.DrawFn) -> Story:
    first, second = draw(st.integers(1, 4)), draw(st.integers(0, 3))
    room = first + second
    announced, earlier = draw(st.integers(0, room)), draw(st.integers(0, room))
    units = {}
    for condition in draw(st.permutations(list(sheets.Condition))):
        units[condition] = draw(st.integers(0, room))
        room -= units[condition]
    return Story(first, second, announced, Counts(**units), earlier % 3)


def _sell(world: World, item: str, story: Story) -> str:
    order_id = unique("order")
    lines = [line(item, portion(story.first_line, DELIVERED), line_id="a")]
    if story.second_line:
        lines.append(line(item, portion(story.second_line, DELIVERED), line_id="b"))
    world.tell(order(order_id, *lines))
    if story.announced:
        world.tell_return(buyer_return(order_id, item, story.announced, minute=1))
    return order_id


def _receive_earlier(world: World, order_id: str, item: str, story: Story) -> None:
    if story.earlier:
        world.receive(order_id, item, good=min(story.earlier, story.quantity))


def _on_sheet(world: World, crate: Crate, item: str, story: Story) -> str:
    order_id = _sell(world, item, story)
    parcel = crate.put(order_id).parcel
    head = crate.judge(parcel.id, story.counts, version=1)
    # What it says already is no change.
    assert head.version in (1, 2)
    _receive_earlier(world, order_id, item, story)
    return order_id


def _by_hand(world: World, item: str, story: Story) -> tuple[str, StockError | None]:
    order_id = _sell(world, item, story)
    with world.database.read() as session:
        sold = world.find_order(session, order_id)
        meant = match_order(session, sold, order_id).meant
    _receive_earlier(world, order_id, item, story)
    counts = story.counts
    found = FoundSku(
        sku=item, good=counts.good, damaged=counts.damaged, lost=counts.lost
    )
    if not found.total:
        return order_id, None
    opened = meant.id if meant else None
    try:
        with world.database.write() as session:
            sold = world.find_order(session, order_id)
            record_receipt(
                session,
                sold,
                spread_over_lines(session, sold, [found], expected_return_id=opened),
                key=unique("by-hand"),
                warehouse_id=world.shop.warehouse_id,
                actor=CLERK,
                now=NOW,
                expected_return_id=opened,
            )
    except ReceiptTooLarge as refusal:
        return order_id, refusal
    return order_id, None


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(stories=st.lists(_stories(), min_size=1, max_size=5))
def test_posting_a_sheet_is_posting_its_receipts_by_hand(
    world: World, stories: list[Story]
) -> None:
    ours, theirs = unique("OURS"), unique("THEIRS")
    world.stock(ours, 10)
    world.stock(theirs, 10)
    crate = open_crate(world)

    sheet = [_on_sheet(world, crate, ours, story) for story in stories]
    hand = [_by_hand(world, theirs, story) for story in stories]
    answers = crate.post_all()

    judged = [story.counts.total > 0 for story in stories]
    for answer, is_judged, (_, refusal) in zip(answers, judged, hand, strict=True):
        if is_judged:
            assert type(answer.error) is type(refusal)
    levels = [world.level(item) for item in (ours, theirs)]
    for bucket in BUCKETS:
        assert getattr(levels[0], bucket) == getattr(levels[1], bucket), bucket
    for sold, (by_hand, _) in zip(sheet, hand, strict=True):
        assert world.return_states(sold) == world.return_states(by_hand)
    drafts = sum(answer.error is not None for answer in answers)
    assert (crate.view().state is SheetState.DRAFT) == (drafts > 0)
    assert world.broken_invariants() == []


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(st.sampled_from(["put", "judge", "off", "post", "again"])),
)
def test_whatever_a_browser_repeats_a_parcel_is_booked_once(
    world: World, steps: list[str]
) -> None:
    item = unique("MUG")
    world.stock(item, 5)
    story = Story(2, 0, 2, Counts(), 0)
    order_id = _sell(world, item, story)
    crate = open_crate(world)
    sent: list[sheets.Action] = []
    put = ""
    for number, step in enumerate(steps):
        name = unique("action")
        if step == "put" or not put:
            put = name
            sent.append(Put(id=name, sheet=crate.sheet_id, code=order_id))
        elif step == "judge":
            named = f"{world.sku(item).id}-{world.shop.warehouse_id}"
            counts = {named: Counts(good=1, wrong=number % 2)}
            judged = sheets.Judge(id=name, parcel=put, version=1, units=counts)
            sent.append(judged)
        elif step == "off":
            sent.append(sheets.TakeOff(id=name, parcel=put, version=1))
        elif step == "post":
            sent.append(sheets.Post(id=name, parcel=put, version=None))
        else:
            sheets.apply_actions(world.database, sent, by=LAN, now=NOW)

    first = crate.apply(*sent)
    before = world.level(item), crate.view()

    assert [answer.again() for answer in first] == list(crate.apply(*sent))
    assert (world.level(item).available, crate.view()) == (
        before[0].available,
        before[1],
    )
    level = world.level(item)
    assert level.out + level.available + level.damaged == 5
    assert world.broken_invariants() == []
