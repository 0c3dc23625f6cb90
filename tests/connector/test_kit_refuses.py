"""The kit refuses wrong connectors, each by the rule that is named for its mistake."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
WRONG = Path(__file__).with_name("wrong_connectors.py")


RULES: dict[str, set[str]] = {
    "TestRestocksOnCancel": {"test_reading_a_cancelled_order_writes_no_stock"},
    "TestDropsReturns": {"test_a_return_that_exists_is_told"},
    "TestDropsFailedDeliveries": {"test_a_failed_delivery_is_told_as_on_its_way_back"},
    "TestAddsInsteadOfSetting": {
        "test_setting_the_same_number_twice_changes_nothing",
        "test_a_number_changed_by_others_is_not_overwritten_unseen",
    },
    "TestCallsLeftNotShipped": {"test_a_cancel_while_awaiting_pickup_is_told_as_left"},
    "TestLosesAnItemOfAPartlyRefusedBatch": {
        "test_a_batch_that_is_refused_in_part_loses_no_item"
    },
    "TestTakesSilenceForSuccess": {
        "test_a_lost_answer_to_a_write_is_an_unknown_outcome"
    },
    "TestTakesSilenceForFailure": {
        "test_a_lost_answer_to_a_write_is_an_unknown_outcome"
    },
    "TestIgnoresThePause": {"test_a_pause_that_the_channel_names_is_passed_on"},
    "TestEndsEarly": {"test_many_orders_are_read_none_missing"},
    "TestNeverEnds": {"test_the_catalogue_lists_everything_once"},
    "TestTellsNaiveTimes": {"test_times_are_aware_and_money_has_a_currency"},
    "TestTellsItsToken": {"test_no_secret_is_told_in_any_text"},
    "TestLogsItsToken": {"test_no_secret_is_told_in_any_text"},
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
}
"""The rules that each wrong connector breaks, and no others."""


@pytest.fixture(scope="module")
def broken() -> dict[str, set[str]]:
    """Run the kit against all wrong connectors; return the rules that failed."""
    command = [sys.executable, "-m", "pytest", str(WRONG), "-q", "-rf"]
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
