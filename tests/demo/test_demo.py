"""The demo is the acceptance test: the whole story on real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def test_the_story_ends_with_a_verdict_and_leaves_nothing_behind(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "demo", "--once"],
        cwd=CHECKOUT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No phantom stock" in done.stdout
    assert not list(tmp_path.glob("truestock-demo-*"))


def test_whoever_stops_it_before_the_verdict_is_not_told_that_all_is_well(
    tmp_path: Path,
) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "demo", "--once"],
        cwd=CHECKOUT,
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline()

    running.terminate()
    told, _ = running.communicate(timeout=60)

    assert running.returncode == 130
    assert "Stopped, and cleaned up." in told
    assert "No phantom stock" not in told
    assert not list(tmp_path.glob("truestock-demo-*"))
