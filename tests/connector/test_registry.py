"""Connectors are found by name; settings rotate once, whoever asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from typing import Any

import pytest

import connector
from connector import (
    Connector,
    MemorySettings,
    Settings,
    Transport,
    UnknownChannel,
    channel_names,
    connector_class,
    open_connector,
    registry,
)
from connector.conformance.memory import MemoryConnector
from connector.shopee import ShopeeConnector

MEMORY = EntryPoint(
    name="memory",
    value="connector.conformance.memory:MemoryConnector",
    group=registry.ENTRY_POINT_GROUP,
)


def test_the_table_is_in_alphabetical_order() -> None:
    assert list(registry.BUILT_IN) == sorted(registry.BUILT_IN)


@pytest.mark.parametrize("name", list(registry.BUILT_IN))
def test_every_built_in_connector_states_who_it_is(name: str) -> None:
    found = connector_class(name)
    assert issubclass(found, Connector)
    assert found.channel == name
    assert found.title
    assert found.secret_settings
    assert found.capabilities.write_batch > 0


def test_an_unknown_channel_is_told_with_the_known_ones() -> None:
    with pytest.raises(UnknownChannel, match="shopee") as raised:
        connector_class("bazaar")
    assert raised.value.name == "bazaar"


def test_an_installed_connector_is_found_after_the_built_in_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "entry_points", lambda group: [MEMORY])
    assert connector_class("memory") is MemoryConnector
    assert channel_names() == sorted([*registry.BUILT_IN, "memory"])


def test_a_connector_under_another_name_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = EntryPoint(name="bazaar", value=MEMORY.value, group=MEMORY.group)
    monkeypatch.setattr(registry, "entry_points", lambda group: [wrong])
    with pytest.raises(TypeError, match="bazaar"):
        connector_class("bazaar")


def test_a_connector_is_opened_with_the_rate_of_its_shop() -> None:
    settings = MemorySettings({"requests_per_second": 3})
    opened = open_connector("shopee", settings, lambda: datetime.now(UTC))
    assert isinstance(opened, ShopeeConnector)
    assert opened.settings is settings


@pytest.mark.parametrize(
    ("channel", "given", "wanted"),
    [
        ("shopee", {}, {"burst": None}),
        ("shopee", {"requests_per_second": 3}, {"requests_per_second": 3.0}),
        ("haravan", {"requests_per_second": 4}, {"burst": 40}),
    ],
)
def test_a_shop_is_asked_at_the_pace_of_its_channel(
    monkeypatch: pytest.MonkeyPatch,
    channel: str,
    given: Settings,
    wanted: Mapping[str, object],
) -> None:
    paces: list[Mapping[str, object]] = []

    def note(**pace: object) -> Transport:
        paces.append(pace)
        return Transport()

    monkeypatch.setattr(registry, "Transport", note)
    open_connector(channel, MemorySettings(given), lambda: datetime.now(UTC))
    [pace] = paces
    assert wanted.items() <= pace.items()


def test_the_public_names_are_sorted_and_exist() -> None:
    assert connector.__all__ == sorted(connector.__all__)
    assert all(hasattr(connector, name) for name in connector.__all__)


def test_settings_rotate_once_however_many_ask() -> None:
    store = MemorySettings({"token": "old", "note": "kept"})
    stale = store.read()
    renewals: list[Settings] = []

    def renew(current: Settings) -> Settings:
        renewals.append(current)
        time.sleep(0.02)
        return {**current, "token": "new"}

    results: list[Settings] = []
    threads = [
        threading.Thread(target=lambda: results.append(store.rotate(stale, renew)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(renewals) == 1
    assert results == [{"token": "new", "note": "kept"}] * 8


def test_stored_settings_do_not_change_behind_the_store() -> None:
    given: dict[str, Any] = {"token": "old"}
    store = MemorySettings(given)
    given["token"] = "other"
    assert store.read() == {"token": "old"}
