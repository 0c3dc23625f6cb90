"""Rules about secrets: none leaves in an error, a result, a ``repr`` or the log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from connector.base import Connector
from connector.conformance.rules import (
    NOWHERE,
    Rules,
    happen,
    long_ago,
    messages_of,
)
from connector.conformance.world import CannotHappen, Fault, World
from connector.errors import ConnectorError
from connector.values import StockUpdate


class SecretRules(Rules):
    """What is told where people and logs can read it."""

    def test_no_secret_is_told_in_any_text(
        self, connector: Connector, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        secrets = _secrets(connector)
        told = [repr(connector), repr(connector.transport)]
        connector.identify()
        for _ in _each_fault(world):
            told += _said_by(lambda: connector.read_orders(since=long_ago()))
        _assert_untold(secrets | _secrets(connector), told, caplog)

    def test_no_secret_is_told_when_a_write_goes_wrong(
        self, connector: Connector, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        secrets = _secrets(connector)
        numbers = {
            happen(lambda: world.add_item("WRITTEN", 0)): 3,
            happen(lambda: world.add_item("MINUS", 0)): -1,
            NOWHERE: 3,
        }
        updates = [StockUpdate(listing=x, quantity=n) for x, n in numbers.items()]
        told = _said_by(lambda: connector.write_stock(updates))
        for _ in _each_fault(world):
            told += _said_by(lambda: connector.write_stock(updates))
        _assert_untold(secrets | _secrets(connector), told, caplog)

    def test_no_secret_is_told_when_a_message_is_refused(
        self, connector: Connector, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        _, messages = messages_of(connector, world)
        told: list[str] = []
        for message in messages:
            for wrong in (replace(message, headers={}), replace(message, body=b"{}")):
                told += _said_by(lambda wrong=wrong: connector.read_webhook(wrong))  # type: ignore[misc]
        _assert_untold(_secrets(connector), told, caplog)

    def test_no_secret_is_told_when_credentials_are_refused(
        self, refused_connector: Connector, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        told = _said_by(refused_connector.identify)
        _assert_untold(_secrets(refused_connector), told, caplog)


def _each_fault(world: World) -> Iterator[Fault]:
    """Cause each fault that can be, one after the other."""
    for fault in Fault:
        with suppress(CannotHappen):
            world.cause(fault)
            yield fault


def _said_by(action: Callable[[], object]) -> list[str]:
    """Return what comes of it as text, be it a value or an error."""
    try:
        return [repr(action())]
    except ConnectorError as error:
        return list(_texts_of(error))


def _texts_of(error: BaseException | None) -> Iterator[str]:
    """Return what an error tells, and all that hang on to it."""
    if error is not None:
        yield from (str(error), repr(error), repr(vars(error)))
        yield from _texts_of(error.__cause__)
        yield from _texts_of(error.__context__)


def _secrets(connector: Connector) -> set[str]:
    settings = connector.settings.read()
    return {str(settings.get(name) or "") for name in connector.secret_settings} - {""}


def _assert_untold(
    secrets: Iterable[str], told: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    told = [*told, *(record.getMessage() for record in caplog.records)]
    for secret in secrets:
        assert not any(secret in text for text in told), "a secret was told"
