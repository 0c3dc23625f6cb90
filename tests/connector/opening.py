"""Opens a connector for a shop that the sandbox plays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from connector import Connector, MemorySettings, Transport
from connector.conformance.sandbox import SandboxWorld

Opened = TypeVar("Opened", bound=Connector)


def present() -> datetime:
    """Return the present moment, as a connector's clock does."""
    return datetime.now(UTC)


def opened(
    kind: type[Opened], world: SandboxWorld, changes: Mapping[str, Any]
) -> Opened:
    """Return a connector with the settings of a world's shop, some of them changed."""
    entered = {**world.settings, **changes}
    settings = MemorySettings(kind.prepare_settings(entered, present()))
    transport = Transport(requests_per_second=1000, deadline_seconds=3)
    return kind(settings, transport, present)
