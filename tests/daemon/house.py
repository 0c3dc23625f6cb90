"""An installation whose one article is sold by a shop on each channel, as processes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.daemon.processes import Processes, Truestock, wait_for
from tests.sandbox.driver import Control

SKU = "MUG"
PATIENCE_SECONDS = 60.0
_PAID_BACK = {"pending", "done"}
_HEARD = re.compile(r'"POST /hooks/(\S+) HTTP/1\.\d" (\d{3})')


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What people, buyers and channels do, and what everybody then sees."""

    run: Truestock
    control: Control
    channels: Sequence[str]

    def open(self, web_url: str, units: int, count_file: Path) -> None:
        """Connect a shop of each channel, list the article, and count it in."""
        for channel in self.channels:
            self._connect(channel, f"{web_url}/hooks/{channel}", units)
        count_file.write_text(f"sku,quantity\n{SKU},{units}\n")
        self.run.say("stock", "count", str(count_file), "--by", "lan")

    def order(self, channel: str, quantity: int) -> str:
        """Let a buyer order and pay."""
        lines = [{"sku": SKU, "quantity": quantity}]
        answer = self.control.post(f"{channel}/orders", shop=channel, lines=lines)
        return str(answer["orders"][0])

    def do(self, channel: str, order: str, *actions: str) -> None:
        """Let things happen to an order."""
        for action in actions:
            self.control.post(f"{channel}/orders/{order}/do", action=action)

    def ask(self, channels: Iterable[str]) -> None:
        """Have a round done at channels that do not send what we wait for."""
        for channel in channels:
            self._round(channel)

    def shown(self) -> dict[str, int]:
        """Return what buyers see, by channel."""
        return {
            name: self.control.get(f"{name}/stock", shop=name)[SKU]
            for name in self.channels
        }

    def level(self) -> dict[str, int]:
        """Return where the units are, by the ledger."""
        warehouses = self.run.json("stock", "show", SKU)["warehouses"]
        found: dict[str, int] = warehouses["MAIN"]
        return found

    def settles(self, *, available: int, out: int = 0, damaged: int = 0) -> None:
        """Wait until the ledger and every channel say so."""
        wanted = dict.fromkeys(self.channels, available)
        told: dict[str, Any] = {}

        def is_so() -> bool:
            told["shown"] = self.shown()
            if told["shown"] != wanted:
                return False
            told["level"] = level = self.level()
            found = level["available"], level["out"], level["damaged"]
            return found == (available, out, damaged)

        self._until(is_so, lambda: f"wanted {available}, {out}, {damaged}: {told}")

    def awaits(self, wanted: Mapping[str, int]) -> None:
        """Wait until so many units of these orders are expected back."""
        told: dict[str, int] = {}

        def is_so() -> bool:
            rows = self.run.json("return", "list")
            told.update({row["order"]: row["units"] for row in rows})
            return all(told.get(order) == units for order, units in wanted.items())

        self._until(is_so, lambda: f"wanted back {wanted}: {told}")

    def pays_back(self, channel: str, order: str) -> None:
        """Wait until an order shows that its buyer gets money back."""
        told: list[Any] = []

        def is_so() -> bool:
            told.append(self.run.json("order", "show", channel, order)["refunds"])
            return any(
                refund["state"] in _PAID_BACK and float(refund["amount"]) > 0
                for refund in told[-1]
            )

        self._until(is_so, lambda: f"{channel} {order} shows no refund: {told[-1]}")

    def receives(self, order: str, good: int, damaged: int = 0) -> None:
        """Let a clerk book what came back."""
        line = f"{SKU}:{good}:{damaged}"
        self.run.say("return", "receive", order, "--line", line, "--by", "lan")

    def heard(self) -> list[tuple[str, str]]:
        """Return whose messages came so far, each with the web page's answer."""
        return _HEARD.findall(Processes.said(self.run, "web"))

    def _round(self, channel: str) -> None:
        told: list[str] = []

        def is_done() -> bool:
            # The worker may have the shop in hand.
            done = self.run.ask("sync", channel)
            told.append(done.stderr)
            return done.returncode == 0

        self._until(is_done, lambda: f"{channel}: {told[-1]}")

    def _connect(self, channel: str, hook: str, units: int) -> None:
        opened = self.control.post(
            f"{channel}/shops", shop=channel, auto_restock="on_cancel", webhook_url=hook
        )
        item = {"sku": SKU, "quantity": units, "name": "Mug"}
        self.control.post(f"{channel}/items", shop=channel, items=[item])
        adding = ("shop", "add", channel, channel, "--settings", "-")
        self.run.say(*adding, given=json.dumps(opened))
        self.run.say("listings", "import", channel)

    def _until(self, is_so: Callable[[], bool], complaint: Callable[[], str]) -> None:
        try:
            wait_for(is_so, seconds=PATIENCE_SECONDS)
        except AssertionError:
            raise AssertionError(complaint()) from None
