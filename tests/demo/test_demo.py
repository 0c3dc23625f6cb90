"""The demo is the acceptance test: the whole story on real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A demo that is played once; whatever happens, it is let clean up after itself."""
    with subprocess.Popen(
        [sys.executable, "-m", "demo", "--once"],
        cwd=CHECKOUT,
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        yield running
        if running.poll() is None:
            running.terminate()
            running.communicate(timeout=60)


def test_the_story_ends_with_a_verdict_and_leaves_nothing_behind(
    demo: subprocess.Popen[str], tmp_path: Path
) -> None:
    told, _ = demo.communicate(timeout=180)

    assert demo.returncode == 0, told
    assert "No phantom stock" in told
    assert not list(tmp_path.glob("truestock-demo-*"))


def test_whoever_stops_it_before_the_verdict_is_not_told_that_all_is_well(
    demo: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert demo.stdout is not None
    assert demo.stdout.readline()

    demo.terminate()
    told, _ = demo.communicate(timeout=60)

    assert demo.returncode == 130
    assert "Stopped, and cleaned up." in told
    assert "No phantom stock" not in told
    assert not list(tmp_path.glob("truestock-demo-*"))
