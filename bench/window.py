"""How long a sale on one channel can be sold again on the others; real processes.

``python -m bench.window`` prints, in seconds, how long it takes from a sale on one
channel until the last of the others shows the lower number.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Sequence

import requests

from demo.machinery import Machinery
from demo.market import Market

SKU = "MUG"
UNITS = 500
CHANNELS = ("shopee", "lazada", "tiktok", "haravan")
PATIENCE_SECONDS = 150.0
_POLL_SECONDS = 0.02


def main() -> int:
    """Measure with the default rhythm, with messages of the channels and without."""
    rhythm = {"TICK_SECONDS": "5", "SYNC_SECONDS": "60", "RECONCILE_SECONDS": "900"}
    for title, mode, sales in (("with messages", "normal", 40), ("without", "off", 8)):
        with Machinery(**rhythm) as machinery:
            markets = _open(machinery)
            _deliver_messages(machinery, mode)
            seconds = [_sell(markets, n) for n in range(sales)]
        print(f"{title:<16}{_told(seconds)}")
    return 0


def _open(machinery: Machinery) -> Sequence[Market]:
    markets = [machinery.market(channel) for channel in CHANNELS]
    for market in markets:
        settings = market.open_shop(f"{machinery.web_url}/hooks/{market.shop}")
        market.list_item(SKU, UNITS, "Mug")
        adding = ("shop", "add", market.channel, market.shop, "--settings", "-")
        machinery.truestock(*adding, given=json.dumps(settings))
        machinery.truestock("listings", "import", market.shop)
    rows = f"sku,quantity\n{SKU},{UNITS}\n"
    machinery.truestock("stock", "count", machinery.write_file("count.csv", rows))
    _wait_until(markets, UNITS)
    return markets


def _deliver_messages(machinery: Machinery, mode: str) -> None:
    url = f"{machinery.sandbox_url}/_control/webhooks"
    requests.post(url, json={"mode": mode}, timeout=10).raise_for_status()


def _sell(markets: Sequence[Market], number: int) -> float:
    """Sell one unit on a channel; return how long the others showed one too many."""
    before = markets[0].shown(SKU)
    markets[number % len(markets)].buy(SKU, 1)
    started = time.monotonic()
    _wait_until(markets, before - 1)
    return time.monotonic() - started


def _wait_until(markets: Sequence[Market], units: int) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while any(market.shown(SKU) != units for market in markets):
        if time.monotonic() > ends:
            raise TimeoutError(f"not all channels came to show {units}")
        time.sleep(_POLL_SECONDS)


def _told(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    nine_of_ten = ordered[int(len(ordered) * 0.9) - 1]
    return (
        f"median {statistics.median(ordered):.2f} s, nine of ten within"
        f" {nine_of_ten:.2f} s, longest {ordered[-1]:.2f} s ({len(ordered)} sales)"
    )


if __name__ == "__main__":
    sys.exit(main())
