"""Words of connectors and of the stock room: each has its counterpart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector import values
from connector.values import Stage
from daemon.translate import listing_report, order_report, return_report
from stock import reports
from stock.reports import Fulfilment
from tests.daemon.scripted import coming_back, later, sold

LEFT = [Stage.AWAITING_PICKUP, Stage.IN_TRANSIT, Stage.DELIVERED]


@pytest.mark.parametrize("stage", Stage)
def test_each_stage_is_told_as_the_same_fulfilment_or_as_unknown(stage: Stage) -> None:
    (line,) = order_report(sold("1", stage=stage)).lines
    told = line.portions[0].fulfilment

    assert (told or "unknown") == stage.value


@pytest.mark.parametrize("stage", Stage)
def test_units_have_left_from_awaiting_pickup_on(stage: Stage) -> None:
    (line,) = order_report(sold("1", stage=stage)).lines
    told = line.portions[0].fulfilment

    assert (told is not None and told.left_warehouse) == (stage in LEFT)


@pytest.mark.parametrize("ending", values.Ending)
def test_each_ending_is_told_by_its_own_word(ending: values.Ending) -> None:
    order = later(sold("1"), Stage.IN_TRANSIT, ending)

    (line,) = order_report(order).lines

    assert line.portions[0].ending is reports.Ending(ending.value)


@pytest.mark.parametrize("phase", values.ReturnPhase)
def test_each_phase_is_told_by_its_own_word(phase: values.ReturnPhase) -> None:
    told = return_report(replace(coming_back("R", "1"), phase=phase))

    assert told.phase is reports.ReturnPhase(phase.value)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({s.value for s in Stage} - {"unknown"}, {f.value for f in Fulfilment}),
        ({e.value for e in values.Ending}, {e.value for e in reports.Ending}),
        ({p.value for p in values.ReturnPhase}, {p.value for p in reports.ReturnPhase}),
    ],
    ids=["stages", "endings", "phases"],
)
def test_neither_room_has_a_word_that_the_other_lacks(
    theirs: set[str], ours: set[str]
) -> None:
    assert theirs == ours


def test_a_listing_keeps_everything_that_it_says() -> None:
    told = values.ChannelListing(
        listing=values.ListingRef(item_id="1", variant_id="2"),
        sku="A",
        title="Áo thun",
        quantity=7,
        barcode="893",
        fulfilled_by_channel=True,
    )

    assert listing_report(told) == reports.ListingReport(
        item_id="1",
        variant_id="2",
        sku="A",
        title="Áo thun",
        quantity=7,
        barcode="893",
        fulfilled_by_channel=True,
    )
