"""What ``docs/webhooks.md`` promises and shows is what happens."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from daemon.hook_message import TEST_EVENT, compose, signed_headers
from daemon.hook_sender import DEADLINE_SECONDS
from daemon.tell import PAUSES
from stock.models import HookEvent
from stock.outbox import TOLD_KEPT
from tests.daemon.places import CHECKOUT

PAGE = (CHECKOUT / "docs" / "webhooks.md").read_text("utf-8")
OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="

Verify = Callable[[str, Mapping[str, str], bytes], bool]


def snippet(language: str) -> str:
    """Return the program that the page shows."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def in_python(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    shown: dict[str, Any] = {}
    exec(snippet("python"), shown)
    return bool(shown["is_ours"](secret, headers, body))


def in_node(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    given = json.dumps([secret, dict(headers), body.decode()])
    program = (
        f"{snippet('javascript')}\nconst [s, h, b] = {given};"
        "console.log(isOurs(s, h, Buffer.from(b)));"
    )
    done = subprocess.run(
        ["node", "-e", program], capture_output=True, text=True, check=True
    )
    return done.stdout.strip() == "true"


needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="no node here")


@pytest.mark.parametrize("verify", [in_python, pytest.param(in_node, marks=needs_node)])
def test_the_page_shows_how_to_verify(verify: Verify) -> None:
    now = datetime.now(UTC)
    body = compose("truestock.test", now, {})
    headers = signed_headers("m1", body, secrets=[NEW, OLD], now=now)
    stale = signed_headers("m1", body, secrets=[NEW], now=now - timedelta(minutes=6))

    assert verify(NEW, headers, body)
    assert verify(OLD, headers, body)
    assert not verify(OLD, signed_headers("m1", body, secrets=[NEW], now=now), body)
    assert not verify(NEW, headers, body + b" ")
    assert not verify(NEW, stale, body)


def test_the_page_names_every_event() -> None:
    named = set(re.findall(r"^\| `([a-z]+\.[a-z]+)` \|", PAGE, re.MULTILINE))

    assert named == {event.value for event in HookEvent} | {TEST_EVENT}


def test_the_page_tells_the_schedule_as_it_is() -> None:
    rows = re.findall(r"^\| (\d+) \| (\d+) (second|minute|hour)s? \|", PAGE, re.M)
    told = [timedelta(**{f"{unit}s": int(many)}) for _, many, unit in rows]

    assert tuple(told) == PAUSES
    assert f"within {DEADLINE_SECONDS:g} seconds" in PAGE
    assert f"after {TOLD_KEPT.days} days" in PAGE
