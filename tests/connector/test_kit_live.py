"""The kit reads a live shop, which it never changes: here the sandbox is taken for one.

The rules that run then are the ones that the README of this room names.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from connector.conformance import CannotHappen
from connector.conformance.sandbox import SandboxWorld
from connector.registry import BUILT_IN
from sandbox.channel import PORT_OFFSETS

CHECKOUT = Path(__file__).parents[2]
README = CHECKOUT / "connector" / "README.md"
LIVE = Path(__file__).with_name("live_shops.py")
PLAYED = sorted(BUILT_IN.keys() & PORT_OFFSETS.keys())
NO_RETURNS = {"test_times_of_a_return_are_aware"}
"""Told by every channel but those where a return begins with a refund."""
WITHOUT_RETURNS = ("haravan", "woocommerce")
PATIENCE_SECONDS = 120


def named_in_the_readme() -> set[str]:
    """Return the rules that are said to run against a live shop."""
    told = README.read_text("utf-8").partition("## Against a live shop")[2]
    return set(re.findall(r"`(test_\w+)`", told.partition("\n## ")[0]))


class Shops:
    """A furnished shop on each channel, and all that the sandbox knows of them."""

    def __init__(self, control_url: str) -> None:
        self._control_url = control_url
        self.worlds = {
            channel: SandboxWorld(control_url, channel, "live") for channel in PLAYED
        }
        self._orders = {name: furnish(one) for name, one in self.worlds.items()}

    def state(self) -> dict[str, object]:
        """Return orders, numbers and writes, as only the control API tells them."""
        return {
            channel: (
                self._asked(f"{channel}/orders/{self._orders[channel]}"),
                self._asked(f"{channel}/stock?shop=live"),
                self._asked(f"{channel}/writes?shop=live"),
            )
            for channel in PLAYED
        }

    def _asked(self, path: str) -> object:
        answer = requests.get(f"{self._control_url}/_control/{path}", timeout=10)
        answer.raise_for_status()
        return answer.json()


def furnish(world: SandboxWorld) -> str:
    """Let something be sold, delivered and, where that is known, sent back."""
    world.add_item("MUG", 9)
    order_id = world.place_order({"MUG": 2})
    for step in (world.arrange, world.pick_up, world.deliver):
        step(order_id)
    with suppress(CannotHappen):
        world.request_return(order_id, {"MUG": 2})
    return order_id


@pytest.fixture(scope="module")
def shops(control_url: str) -> Shops:
    return Shops(control_url)


@pytest.fixture(scope="module")
def told(shops: Shops, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Run the kit on all shops by their addresses alone; return what pytest said."""
    place = tmp_path_factory.mktemp("live") / "shops.json"
    settings = {name: dict(world.settings) for name, world in shops.worlds.items()}
    place.write_text(json.dumps(settings), "utf-8")
    before = shops.state()
    command = [sys.executable, "-m", "pytest", str(LIVE), "-q", "-rA"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        cwd=CHECKOUT,
        env={**os.environ, "LIVE_SHOPS": str(place)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert shops.state() == before, "a live shop was changed"
    return done.stdout


@pytest.mark.parametrize("channel", PLAYED)
def test_the_rules_that_only_read_run_and_no_others(channel: str, told: str) -> None:
    passed = re.findall(rf"^PASSED .*::(\w+)\[{channel}\]$", told, re.MULTILINE)
    untold = NO_RETURNS if channel in WITHOUT_RETURNS else set()

    assert set(passed) == named_in_the_readme() - untold


def test_each_other_rule_is_skipped_with_its_reason(told: str) -> None:
    reasons = re.findall(r"^SKIPPED .*?: (.*)$", told, re.MULTILINE)

    assert any("nobody makes things happen in a live shop" in one for one in reasons)
