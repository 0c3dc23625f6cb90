"""The kit refuses wrong connectors, each by the rule that is named for its mistake."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from connector.conformance import ConnectorConformance

CHECKOUT = Path(__file__).parents[2]
WRONG = sorted(Path(__file__).parent.glob("wrong_*.py"))

RULES: dict[str, set[str]] = {
    "TestRestocksOnCancel": {"test_reading_a_cancelled_order_writes_no_stock"},
    "TestDropsReturns": {
        "test_many_returns_are_read_none_missing",
        "test_a_return_that_exists_is_told",
    },
    "TestAddsInsteadOfSetting": {
        "test_a_full_batch_is_written_whole",
        "test_setting_the_same_number_twice_changes_nothing",
        "test_a_number_changed_by_others_is_not_overwritten_unseen",
    },
    "TestCallsLeftNotShipped": {
        "test_a_cancel_while_awaiting_pickup_is_told_as_left",
        "test_a_cancel_on_its_way_is_told_as_left",
        "test_a_cancel_after_delivery_is_told_as_left",
    },
    "TestTakesSilenceForSuccess": {
        "test_a_lost_answer_to_a_write_is_an_unknown_outcome"
    },
    "TestTellsItsToken": {"test_no_secret_is_told_in_any_text"},
    "TestDropsFailedDeliveries": {"test_a_failed_delivery_is_told_as_on_its_way_back"},
    "TestLosesAnItemOfAPartlyRefusedBatch": {
        "test_a_batch_that_is_refused_in_part_loses_no_item"
    },
    "TestTakesSilenceForFailure": {
        "test_a_lost_answer_to_a_write_is_an_unknown_outcome"
    },
    "TestIgnoresThePause": {"test_a_pause_that_the_channel_names_is_passed_on"},
    "TestEndsEarly": {"test_many_orders_are_read_none_missing"},
    "TestNeverEnds": {
        "test_a_large_catalogue_is_read_none_missing",
        "test_the_catalogue_lists_everything_once",
        "test_reading_stock_leaves_unknown_listings_out",
        "test_no_listing_is_told_twice",
    },
    "TestTellsNaiveTimes": {"test_times_are_aware_and_money_has_a_currency"},
    "TestLogsItsToken": {
        "test_no_secret_is_told_in_any_text",
        "test_no_secret_is_told_when_credentials_are_refused",
    },
    "TestRestocksOnRefund": {"test_a_refund_gives_money_back_and_no_stock"},
    "TestPaysTwice": {
        "test_the_same_refund_is_paid_once",
        "test_a_refund_whose_answer_was_lost_is_not_paid_again",
    },
    "TestOverwritesUnseen": {
        "test_a_number_changed_by_others_is_not_overwritten_unseen"
    },
    "TestBelievesAnybody": {
        "test_one_changed_byte_is_refused",
        "test_a_message_without_its_signature_is_refused",
    },
    "TestTakesACancelOnItsWayForHere": {"test_a_cancel_on_its_way_is_told_as_left"},
    "TestTakesACancelAfterDeliveryForHere": {
        "test_a_cancel_after_delivery_is_told_as_left"
    },
    "TestTakesACancelForGone": {"test_a_cancel_on_the_shelf_is_told_as_not_shipped"},
    "TestTakesLostForRefused": {"test_a_lost_parcel_is_told_as_lost"},
    "TestLeavesAStepOut": {"test_each_step_of_a_delivery_is_told"},
    "TestLosesTheParcel": {"test_a_failed_delivery_is_told_as_on_its_way_back"},
    "TestCountsOrdersAsOneUnit": {
        "test_an_order_is_read_with_what_was_bought",
        "test_each_step_of_a_delivery_is_told",
        "test_a_cancel_on_the_shelf_is_told_as_not_shipped",
        "test_a_failed_delivery_is_told_as_on_its_way_back",
        "test_a_lost_parcel_is_told_as_lost",
    },
    "TestAddsPortionsWrongly": {"test_portions_are_positive_and_add_up"},
    "TestNamesLinesAnew": {"test_an_order_seen_twice_has_the_same_names"},
    "TestEndsItsCatalogueEarly": {"test_a_large_catalogue_is_read_none_missing"},
    "TestEndsItsReturnsEarly": {"test_many_returns_are_read_none_missing"},
    "TestLooksUpTheFirstOnly": {"test_many_orders_are_looked_up_none_missing"},
    "TestReadsTheFirstNumbersOnly": {"test_many_numbers_are_read_none_missing"},
    "TestListsTwice": {
        "test_the_catalogue_lists_everything_once",
        "test_no_listing_is_told_twice",
    },
    "TestTakesUnknownForNone": {"test_reading_stock_leaves_unknown_listings_out"},
    "TestForgetsUnknownOrders": {"test_an_order_that_nobody_knows_is_set_aside"},
    "TestLooksUpOneAtATime": {
        "test_a_look_up_tells_what_a_page_told_under_the_same_names"
    },
    "TestTellsOldOrders": {"test_nothing_is_told_from_before_the_asked_moment"},
    "TestTellsNaiveTimesOfReturns": {"test_times_of_a_return_are_aware"},
    "TestTellsANaiveDeadline": {"test_times_of_a_return_are_aware"},
    "TestTellsNaiveTimesInALookUp": {"test_times_are_aware_and_money_has_a_currency"},
    "TestRestocksOnALookUp": {"test_reading_a_return_writes_no_stock"},
    "TestRestocksOnReturns": {"test_reading_a_return_writes_no_stock"},
    "TestTakesArrivedForSentBack": {
        "test_a_return_on_its_way_and_arrived_are_told_apart"
    },
    "TestNamesReturnsByTheirPhase": {"test_a_return_seen_twice_has_the_same_name"},
    "TestTellsItsTokenInAnUnknownOutcome": {
        "test_no_secret_is_told_when_a_write_goes_wrong"
    },
    "TestTellsItsTokenInAResult": {"test_no_secret_is_told_when_a_write_goes_wrong"},
    "TestTellsWhatItWanted": {"test_no_secret_is_told_when_a_message_is_refused"},
    "TestTellsItsTokenBehindAnError": {
        "test_no_secret_is_told_when_credentials_are_refused"
    },
    "TestHintsAtNothing": {"test_a_message_of_the_channel_hints_at_its_order"},
    "TestCountsMessages": {"test_a_message_told_twice_has_the_same_key"},
    "TestForgetsWhatTheQueueNames": {"test_the_queue_of_events_names_what_happened"},
    "TestSaysNothingOfALostWrite": {
        "test_a_lost_answer_to_a_write_is_an_unknown_outcome"
    },
    "TestIgnoresThePauseOfAWrite": {"test_a_pause_named_to_a_write_is_passed_on"},
    "TestIgnoresThePauseOfAChange": {"test_a_pause_named_to_a_write_is_passed_on"},
    "TestWritesTheFirstOnly": {"test_a_full_batch_is_written_whole"},
    "TestAcceptsWithoutWriting": {"test_a_number_that_was_set_is_read_back"},
    "TestTellsResultsInItsOwnOrder": {"test_results_come_in_the_order_of_the_updates"},
    "TestLetsOneSpoilAll": {"test_an_unknown_listing_does_not_spoil_its_batch"},
    "TestTrimsNumbers": {"test_an_impossible_number_is_refused_and_never_trimmed"},
    "TestPaysBackWhatWasNeverPaid": {
        "test_cash_that_was_never_collected_is_not_paid_back",
        "test_an_order_that_was_never_paid_is_not_paid_back",
    },
    "TestAsksToPayBackWhatWasNeverPaid": {
        "test_cash_that_was_never_collected_is_not_paid_back",
        "test_an_order_that_was_never_paid_is_not_paid_back",
    },
    "TestHidesThrottling": {
        "test_throttling_names_a_positive_wait",
        "test_a_pause_that_the_channel_names_is_passed_on",
    },
    "TestTakesAPageForPeopleForNone": {"test_a_page_for_people_is_no_answer"},
    "TestNeverRenews": {"test_an_expired_token_is_renewed_unseen"},
    "TestBelievesItsToken": {"test_refused_credentials_are_an_authentication_error"},
    "TestKnowsNoShop": {"test_the_credentials_are_proven_by_a_call"},
}
"""The rules that each wrong connector breaks, and no others."""


@pytest.fixture(scope="module")
def broken() -> dict[str, set[str]]:
    """Run the kit against all wrong connectors; return the rules that failed."""
    command = [sys.executable, "-m", "pytest", *map(str, WRONG), "-q", "-rf", "--tb=no"]
    command += ["-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    failed: dict[str, set[str]] = {}
    for suite, rule in re.findall(
        r"^FAILED .*::(Test\w+)::(\w+)", done.stdout, re.MULTILINE
    ):
        failed.setdefault(suite, set()).add(rule)
    return failed


@pytest.mark.parametrize("suite", RULES)
def test_a_wrong_connector_breaks_exactly_the_rules_named_for_it(
    suite: str, broken: dict[str, set[str]]
) -> None:
    assert broken.get(suite) == RULES[suite]


def test_each_wrong_connector_is_looked_at(broken: dict[str, set[str]]) -> None:
    assert broken.keys() == RULES.keys()


def test_each_rule_refuses_somebody() -> None:
    rules = {name for name in dir(ConnectorConformance) if name.startswith("test_")}

    assert set().union(*RULES.values()) == rules
