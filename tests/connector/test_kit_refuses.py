"""The kit refuses wrong connectors, each by the rule that is named for its mistake."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
WRONG = Path(__file__).with_name("wrong_connectors.py")


def broken_rules(suite: str) -> list[str]:
    """Run the kit against one wrong connector and return the rules that failed."""
    command = [sys.executable, "-m", "pytest", f"{WRONG}::{suite}", "-q", "-rf"]
    command += ["-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return re.findall(rf"^FAILED .*::{suite}::(\w+)", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("suite", "rule"),
    [
        ("TestRestocksOnCancel", "test_reading_a_cancelled_order_writes_no_stock"),
        ("TestDropsReturns", "test_a_return_that_exists_is_told"),
        (
            "TestAddsInsteadOfSetting",
            "test_setting_the_same_number_twice_changes_nothing",
        ),
        (
            "TestCallsLeftNotShipped",
            "test_a_cancel_while_awaiting_pickup_is_told_as_left",
        ),
        (
            "TestTakesSilenceForSuccess",
            "test_a_lost_answer_to_a_write_is_an_unknown_outcome",
        ),
        ("TestTellsItsToken", "test_no_secret_is_told_in_any_text"),
    ],
)
def test_a_wrong_connector_breaks_exactly_the_rule_named_for_it(
    suite: str, rule: str
) -> None:
    assert broken_rules(suite) == [rule]
