"""What the tests of all channels share: a moment, the HTTP edge and a sandbox."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import responses

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def edge() -> Iterator[responses.RequestsMock]:
    """The HTTP edge: what is not answered here does not exist."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def calls(edge: responses.RequestsMock) -> Callable[[str], list[Any]]:
    """Return the requests made so far whose path ends with a text."""
    return lambda ending: [
        call.request
        for call in edge.calls
        if str(call.request.url).partition("?")[0].endswith(ending)
    ]


@pytest.fixture(scope="session")
def control_url() -> Iterator[str]:
    """The address of a sandbox that plays all channels in a process of its own."""
    command = [sys.executable, "-m", "sandbox", "--port", "0"]
    process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    ready = process.stdout.readline().split()
    addresses = dict(word.split("=", 1) for word in ready if "=" in word)
    assert "control" in addresses, f"the sandbox did not start: {ready}"
    yield addresses["control"]
    process.terminate()
    process.wait(timeout=10)
    process.stdout.close()
