"""The keys of issuers, and that nothing opens when judging a launch breaks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from daemon.settings import SettingError, Settings, read_settings
from stock.session import Database
from tests.web.issuer import (
    KEYS,
    OTHER_SECRET,
    SECRET,
    encoded,
    launch,
    signed,
    with_keys,
)
from tests.web.seller import NOW, Seller
from tests.web.visitor import Visitor
from web import create_app


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_keys(settings)


def test_whatever_fails_while_a_token_is_judged_is_a_refusal(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_keywords: object) -> None:
        raise RuntimeError("broken")

    for broken in (
        "web.launches._keys_of",
        "web.launches._judged_times",
        "web.sessions.use_launch",
        "web.sessions.grant_launch",
        "web.sessions.start_session",
    ):
        with monkeypatch.context() as patch:
            patch.setattr(broken, fail)
            answer = launch(app, signed())
        assert answer.status_code == 500 and "Location" not in answer.headers, broken


def test_whatever_fails_behind_the_door_is_a_refusal(
    app: Flask,
    visit: Callable[..., Visitor],
    seller: Seller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order_id = seller.order("ORDER-NOT-TOLD")
    visitor = visit()

    def fail(*_args: object, **_keywords: object) -> None:
        raise RuntimeError("broken")

    for broken in ("web.access.read_session", "web.access.demand", "web.access.needed"):
        with monkeypatch.context() as patch:
            patch.setattr(broken, fail)
            answer = visitor.get(f"orders/{order_id}")
        assert answer.status_code == 500, broken
        assert "ORDER-NOT-TOLD" not in answer.text, broken


@pytest.mark.parametrize(
    "keys",
    [
        "odoo",
        "=" + encoded(SECRET),
        "odoo=",
        "odoo=%%%",
        f"odoo={encoded(b'x' * 31)}",
        f"odoo=ed25519:{encoded(b'x' * 33)}",
        f"truestock={encoded(SECRET)}",
    ],
)
def test_a_key_that_cannot_be_used_is_told_without_showing_it(
    tmp_path: object, keys: str
) -> None:
    with pytest.raises(SettingError, match="TRUESTOCK_LAUNCH_KEYS") as refused:
        read_settings({"TRUESTOCK_VAR": str(tmp_path), "TRUESTOCK_LAUNCH_KEYS": keys})
    assert encoded(SECRET) not in str(refused.value)


def test_an_issuer_may_have_two_keys_while_they_are_rotated(
    app: Flask, settings: Settings, database: Database
) -> None:
    both = with_keys(settings, f"odoo={encoded(OTHER_SECRET)},{KEYS}")
    rotating = create_app(both, database=database, now=lambda: NOW)
    for number, key in enumerate((SECRET, OTHER_SECRET)):
        assert launch(rotating, signed(key, jti=f"{number}")).status_code == 303
    assert SECRET.decode() not in repr(both) and encoded(SECRET) not in repr(both)
