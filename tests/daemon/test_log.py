"""Logs and screens: what happened, and never a secret."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

import pytest

from daemon.log import HIDDEN, hide_secrets
from tests.daemon.desk import Desk
from tests.daemon.places import CHECKOUT
from tests.daemon.processes import Truestock
from tests.sandbox.driver import Control, Seller

CANARY = "canary-7f3a"


@pytest.mark.parametrize(
    "name",
    [
        "token",
        "access_token",
        "partner_key",
        "sign",
        "Authorization",
        "password",
        "client_secret",
        "credentials",
        "signature",
    ],
)
def test_what_is_named_like_a_secret_is_hidden_at_any_depth(name: str) -> None:
    event = {"event": "call", "sent": [{"headers": {name: CANARY}}], name: CANARY}

    told = hide_secrets(None, "info", event)

    assert CANARY not in repr(told)
    assert told[name] == HIDDEN


@pytest.mark.parametrize("name", ["shop", "order", "signed_at", "keyboard", "event"])
def test_what_is_no_secret_is_told(name: str) -> None:
    assert hide_secrets(None, "info", {name: "plain"}) == {name: "plain"}


def test_a_shops_secrets_never_reach_the_output(
    truestock: Truestock, seller: Seller, control: Control
) -> None:
    secrets = [
        str(seller.settings[name])
        for name in ("partner_key", "access_token", "refresh_token")
    ]
    truestock.say("init")
    truestock.say(
        "shop",
        "add",
        "shopee",
        "s1",
        "--settings",
        "-",
        given=json.dumps(seller.settings),
    )
    control.fault("order/get_order_list", "status_500")
    done = truestock.run("sync", "s1", expect=1)
    told = done.stdout + done.stderr + truestock.say("shop", "list", "--json")

    assert not [secret for secret in secrets if secret in told]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_written_down_at_a_failing_shop_holds_no_secret(
    opened: Desk, seller: Seller, control: Control, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    control.fault("", "reset", times=1)
    opened.make_due()

    opened.work_due()

    told = opened.shop().last_error + caplog.text
    assert opened.shop().last_error
    assert str(seller.settings["access_token"]) not in told
    assert str(seller.settings["partner_key"]) not in told


def test_settings_lie_sealed_in_the_database(opened: Desk, seller: Seller) -> None:
    sealed = opened.shop().sealed_settings

    assert str(seller.settings["partner_key"]).encode() not in bytes(sealed)


def test_logs_are_one_json_document_a_line() -> None:
    program = (
        "import structlog; from daemon.log import configure_logs; configure_logs();"
        "structlog.get_logger('x').info('moved', order='1', token='canary-7f3a')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )

    line = json.loads(done.stderr)
    assert line["event"] == "moved"
    assert line["token"] == HIDDEN
