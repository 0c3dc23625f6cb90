"""Settings change while others change them too, and nothing is lost of either."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector import MemorySettings, PermanentError, Settings, TransientError
from connector.rotation import change_settings, renewed_ahead


class Contested(MemorySettings):
    """A store in which somebody else is quicker, as often as told."""

    def __init__(self, settings: Settings, times: int) -> None:
        super().__init__(settings)
        self._times = times

    def rotate(
        self, stale: Settings, renew: Callable[[Settings], Settings]
    ) -> Settings:
        if self._times:
            self._times -= 1
            super().rotate(self.read(), lambda old: {**old, "theirs": self._times})
        return super().rotate(stale, renew)


def test_a_change_is_made_once_and_on_top_of_somebody_elses() -> None:
    store = Contested({"kept": 1}, times=3)
    made: list[Settings] = []

    def change(current: Settings) -> Settings:
        made.append(current)
        return {**current, "ours": 1}

    assert change_settings(store, change) == {"kept": 1, "theirs": 0, "ours": 1}
    assert store.read() == {"kept": 1, "theirs": 0, "ours": 1}
    assert made == [{"kept": 1, "theirs": 0}]


def test_whoever_never_gets_a_turn_may_try_again_later() -> None:
    store = Contested({}, times=100)
    with pytest.raises(TransientError, match="by somebody else"):
        change_settings(store, lambda current: {**current, "ours": 1})
    assert "ours" not in store.read()


def test_a_change_that_fails_is_not_repeated() -> None:
    calls: list[Settings] = []

    def change(current: Settings) -> Settings:
        calls.append(current)
        raise PermanentError("the code is used up")

    with pytest.raises(PermanentError, match="used up"):
        change_settings(MemorySettings({}), change)
    assert len(calls) == 1


def broken(_current: Settings) -> Settings:
    raise TransientError("the channel is down")


def test_an_old_token_does_while_nobody_can_renew_it() -> None:
    store = MemorySettings({"token": "old"})
    stored = store.read()
    assert renewed_ahead(store, stored, broken, still_works=True) == {"token": "old"}


def test_a_token_that_has_ended_does_not() -> None:
    store = MemorySettings({"token": "old"})
    with pytest.raises(TransientError, match="is down"):
        renewed_ahead(store, store.read(), broken, still_works=False)


def test_a_refused_renewal_is_told_although_the_old_token_works() -> None:
    def refused(_current: Settings) -> Settings:
        raise PermanentError("the seller took access back")

    store = MemorySettings({"token": "old"})
    with pytest.raises(PermanentError, match="took access back"):
        renewed_ahead(store, store.read(), refused, still_works=True)
