"""Who watches long work sees a bar where there is a total, and a count elsewhere."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.daemon.places import CHECKOUT
from tests.daemon.played import Played, add, play
from tests.daemon.processes import Truestock
from tests.sandbox.driver import Seller

BAR = "━"
ORDERS = 5


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with play(tmp_path_factory.mktemp("progress")) as installation:
        yield installation


def watched(run: Truestock, *arguments: str) -> list[str]:
    """Return what a person at a terminal sees of a command, frame by frame."""
    ours, its = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "daemon", *arguments],
        cwd=CHECKOUT,
        env={**run.environment, "TERM": "xterm", "COLUMNS": "100"},
        stdout=subprocess.DEVNULL,
        stderr=its,
    ) as process:
        os.close(its)
        seen = read_all(ours)
    assert process.returncode == 0, seen
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "\n", seen)
    return [" ".join(line.split()) for line in plain.splitlines() if line.strip()]


def read_all(terminal: int) -> str:
    parts = []
    try:
        while part := os.read(terminal, 65536):
            parts.append(part)
    except OSError:
        # How a terminal says that its last writer has gone.
        pass
    os.close(terminal)
    return b"".join(parts).decode()


def connected(played: Played, name: str) -> None:
    """Open one more shop, in which buyers have ordered."""
    control = played.seller.control
    answer = control.post("shopee/shops", shop=name, auto_restock="never")
    seller = Seller(control, name, answer["settings"])
    seller.sell(A=20)
    for _ in range(ORDERS):
        seller.order(A=1)
    add(played.run, name, answer)


def test_a_catalogue_is_counted_until_its_size_is_known(played: Played) -> None:
    connected(played, "s2")

    first = watched(played.run, "listings", "import", "s2")
    again = watched(played.run, "listings", "import", "s2")

    assert "listings 1" in first
    assert BAR not in "".join(first)
    assert "1/1" in again
    assert BAR in "".join(again)


def test_comparing_knows_how_much_there_is_to_do(played: Played) -> None:
    seen = watched(played.run, "reconcile", "s1")

    assert "2/2" in seen
    assert BAR in "".join(seen)


def test_a_first_reading_guesses_how_many_orders_there_will_be(played: Played) -> None:
    connected(played, "s3")

    seen = watched(played.run, "sync", "s3")

    assert f"{ORDERS}/{ORDERS}" in seen
    assert BAR in "".join(seen)


def test_what_nobody_knows_is_counted(played: Played) -> None:
    # What changed since the last round is read once more; more than that no one knows.
    seen = watched(played.run, "sync", "s1")

    assert "orders 2" in seen
    assert BAR not in "".join(seen)


def test_a_total_that_was_too_low_gives_way_to_the_count(played: Played) -> None:
    played.seller.sell(C=1)

    seen = watched(played.run, "listings", "import", "s1")

    assert seen[-1] == "listings 3"


def test_nobody_is_shown_a_bar_who_does_not_watch(played: Played) -> None:
    assert played.run.run("reconcile", "s1").stderr == ""
