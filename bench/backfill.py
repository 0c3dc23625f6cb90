"""What a shop's first reading costs, and whether a kill in its middle loses an order.

``python -m bench.backfill --orders 100000`` fills a shop of the sandbox's Shopee with
orders of the last eighty days, reads it by ``sync``, kills that once, starts it again,
and prints orders, time and peak memory.  Ends with 1 when an order is missing or the
books are wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from daemon.settings import read_settings
from sandbox.clock import Clock
from sandbox.servers import Sandbox
from stock.models import Order
from stock.session import Database
from tests.daemon.processes import Truestock, quick_commands
from tests.sandbox.driver import Control

SHOP, SKU = "s1", "MUG"
DAYS = 80
KILLED_AFTER = 0.15
"""The part of the orders after which the first process is killed."""
_SLICES = 100
_ENOUGH_UNITS = 1_000_000
_POLL_SECONDS = 0.1


def main() -> int:
    """Fill, read, kill, read on, compare."""
    parser = argparse.ArgumentParser(prog="python -m bench.backfill")
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument(
        "--pace", type=float, help="requests a second; default: the channel's own"
    )
    given = parser.parse_args()
    past = _Past()
    with (
        tempfile.TemporaryDirectory() as folder,
        Sandbox(port=0, seed=1, clock=Clock(past.wall)) as sandbox,
        quick_commands(),
    ):
        run = Truestock(Path(folder) / "var", BACKFILL_DAYS=str(DAYS + 5))
        control = Control(sandbox.url)
        _connect(run, control, given.pace)
        placed = _place(control, past, given.orders)
        return _judge(run, placed, _read(run, given.orders))


class _Past:
    """A wall clock that stands back while orders are placed."""

    def __init__(self) -> None:
        self.behind = 0.0

    def wall(self) -> float:
        return time.time() - self.behind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What reading took."""

    killed_at: int
    seconds: float
    peak_megabytes: float


def _connect(run: Truestock, control: Control, pace: float | None) -> None:
    settings = control.post("shopee/shops", shop=SHOP)["settings"]
    if pace is not None:
        settings["requests_per_second"] = pace
    item = {"sku": SKU, "quantity": _ENOUGH_UNITS}
    control.post("shopee/items", shop=SHOP, items=[item])
    run.say("init")
    adding = ("shop", "add", "shopee", SHOP, "--settings", "-")
    run.say(*adding, given=json.dumps(settings))
    run.say("listings", "import", SHOP)


def _place(control: Control, past: _Past, wanted: int) -> set[str]:
    """Let buyers order evenly over the days; return the orders' numbers."""
    placed: set[str] = set()
    for n in range(_SLICES):
        past.behind = (1 - n / _SLICES) * DAYS * 86400
        count = wanted * (n + 1) // _SLICES - wanted * n // _SLICES
        if count:
            line = {"sku": SKU, "quantity": 1}
            answer = control.post("shopee/orders", shop=SHOP, lines=[line], count=count)
            placed.update(answer["orders"])
    past.behind = 0.0
    return placed


def _read(run: Truestock, wanted: int) -> _Read:
    database = Database(read_settings(run.environment).database_url)
    with closing(database):
        started = time.monotonic()
        first = _start(run)
        while _taken_in(database) < wanted * KILLED_AFTER and not _has_ended(first):
            time.sleep(_POLL_SECONDS)
        os.kill(first.pid, signal.SIGKILL)
        peaks = [_end(first)]
        if first.returncode != -signal.SIGKILL:
            raise RuntimeError(
                "it ended before it could be killed: ask for more orders"
            )
        killed_at = _taken_in(database)
        peaks.append(_read_to_the_end(run))
        return _Read(
            killed_at=killed_at,
            seconds=time.monotonic() - started,
            peak_megabytes=max(peaks),
        )


def _read_to_the_end(run: Truestock) -> float:
    """Read on, as soon as the dead process's hold on the shop has lapsed."""
    while True:
        process = _start(run)
        peak = _end(process)
        if process.returncode == 0:
            return peak
        told = _log(run).read_text()
        if "somebody else works on shop" not in told:
            raise RuntimeError(told)
        _log(run).unlink()
        time.sleep(1)


def _start(run: Truestock) -> subprocess.Popen[bytes]:
    with _log(run).open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "daemon", "sync", SHOP],
            env=run.environment,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    # Its end stays to be waited for: what it has used is told only once.
    flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, process.pid, flags) is not None


def _end(process: subprocess.Popen[bytes]) -> float:
    """Wait for a process; return the most memory that it has held, in megabytes."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / 1024


def _log(run: Truestock) -> Path:
    return run.var / "sync.log"


def _taken_in(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Order)) or 0


def _missing(run: Truestock, placed: set[str]) -> Sequence[str]:
    database = Database(read_settings(run.environment).database_url)
    with closing(database), database.read() as session:
        return sorted(
            placed.difference(session.scalars(select(Order.channel_order_id)))
        )


def _judge(run: Truestock, placed: set[str], done: _Read) -> int:
    missing = _missing(run, placed)
    clean = run.ask("check").returncode == 0
    print(f"orders            {len(placed)}, {len(placed) - len(missing)} taken in")
    print(f"killed after      {done.killed_at}")
    print(f"time              {done.seconds:.0f} s, with what the kill cost")
    print(f"pace              {len(placed) / done.seconds:.0f} orders a second")
    print(f"peak memory       {done.peak_megabytes:.0f} MB")
    print(f"check             {'clean' if clean else 'FAILED'}")
    if missing:
        print(f"MISSING           {', '.join(missing[:10])}")
    return 0 if clean and not missing else 1


if __name__ == "__main__":
    sys.exit(main())
