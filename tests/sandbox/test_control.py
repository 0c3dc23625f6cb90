"""The control API's own manners, and the process that serves it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from sandbox.channel import PORT_OFFSETS
from sandbox.servers import CHANNELS, Sandbox
from tests.sandbox.driver import Control, Json, Seller, lines

CHECKOUT = Path(__file__).parents[2]
ONE_LINE = [{"sku": "A", "quantity": 1}]


def test_health_lists_exactly_what_runs(sandbox: Sandbox, control: Control) -> None:
    health = control.get("health")
    built = {build(sandbox.world).name for build in CHANNELS}
    assert health == {
        "ok": True,
        "channels": {
            name: f"http://127.0.0.1:{sandbox.port + offset}"
            for name, offset in PORT_OFFSETS.items()
            if name in built
        },
    }


def test_the_settings_are_what_a_client_must_be_told(seller: Seller) -> None:
    kinds = {name: type(value) for name, value in seller.settings.items()}
    assert kinds == {
        "base_url": str,
        "partner_id": int,
        "partner_key": str,
        "push_partner_key": str,
        "shop_id": int,
        "access_token": str,
        "refresh_token": str,
        "expire_in": int,
    }


def test_shops_share_the_app_and_nothing_else(
    open_shop: Callable[..., Seller],
) -> None:
    first, second = open_shop("s1").settings, open_shop("s2").settings
    assert first["partner_key"] == second["partner_key"]
    for name in ("shop_id", "access_token", "refresh_token"):
        assert first[name] != second[name]


def test_a_name_or_sku_that_is_taken_is_refused(
    seller: Seller, control: Control
) -> None:
    control.post("shopee/shops", expect=409, shop="s1")
    items = [{"sku": "NEW", "quantity": 1}, {"sku": "A", "quantity": 1}]
    control.post("shopee/items", expect=409, shop="s1", items=items)
    assert "NEW" not in seller.stock()


@pytest.mark.parametrize(
    ("path", "body", "status", "named"),
    [
        ("amazon/shops", {"shop": "x"}, 404, "amazon"),
        ("shopee/shops", {}, 400, "shop"),
        ("shopee/shops", {"shop": "x", "auto_restock": "often"}, 400, "auto_restock"),
        ("shopee/shops", {"shop": "x", "webhook_url": "ftp://x"}, 400, "webhook_url"),
        ("shopee/items", {"shop": "s1", "items": []}, 400, "items"),
        ("shopee/items", {"shop": "x", "items": ONE_LINE}, 404, "shop"),
        (
            "shopee/items",
            {"shop": "s1", "items": [{"sku": "N", "quantity": -1}]},
            400,
            "quantity",
        ),
        ("shopee/orders", {"shop": "s1"}, 400, "lines"),
        ("shopee/orders", {"shop": "s1", "lines": lines({"Z": 1})}, 404, "sku"),
        ("shopee/orders", {"shop": "s1", "lines": lines({"A": 0})}, 400, "quantity"),
        ("shopee/orders", {"shop": "s1", "lines": ONE_LINE, "cod": 1}, 400, "cod"),
        ("shopee/orders", {"shop": "s1", "lines": ONE_LINE, "count": 0}, 400, "count"),
        ("shopee/orders/none/do", {"action": "cancel"}, 404, "order"),
        ("faults", {"channel": "shopee", "match": "/", "kind": "x"}, 400, "kind"),
        ("faults", {"channel": "shopee", "match": "x", "kind": "drip"}, 400, "match"),
        ("faults", {"channel": "ebay", "match": "/", "kind": "drip"}, 404, "ebay"),
        ("webhooks", {"mode": "loud"}, 400, "mode"),
        ("clock", {"advance_seconds": -1}, 400, "advance_seconds"),
        ("clock", {}, 400, "advance_seconds"),
    ],
)
def test_bad_input_gets_a_sentence_that_names_the_field(
    seller: Seller, control: Control, path: str, body: Json, status: int, named: str
) -> None:
    answer = control.post(path, expect=status, **body)
    assert named in answer["error"]


def test_an_action_that_does_not_exist_is_bad_input(
    seller: Seller, control: Control
) -> None:
    order = seller.order(A=1)
    path = f"shopee/orders/{order}/do"
    assert "arrange" in control.post(path, expect=400, action="fly")["error"]
    answer = control.post(path, expect=400, action="cancel", lines=lines({"B": 1}))
    assert "no line" in answer["error"]


def test_a_shop_must_be_named_in_the_query(control: Control) -> None:
    for name, status in (("", 400), ("nobody", 404)):
        answer = requests.get(
            f"{control.url}/_control/shopee/stock", params={"shop": name}, timeout=5
        )
        assert answer.status_code == status


def test_a_sku_named_twice_counts_together(seller: Seller, control: Control) -> None:
    answer = control.post("shopee/orders", shop="s1", lines=[*ONE_LINE, *ONE_LINE])
    view = control.get(f"shopee/orders/{answer['orders'][0]}")
    assert [line["quantity"] for line in view["lines"]] == [2]


def test_the_same_seed_gives_the_same_world() -> None:
    def story() -> list[object]:
        with Sandbox(port=0, seed=42) as running:
            control = Control(running.url)
            answer = control.post("shopee/shops", shop="s1")
            seller = Seller(control, "s1", answer["settings"])
            seller.sell(A=5, B=5)
            listings = list(seller.listings.values())
            return [seller.settings["partner_key"], listings, seller.order(A=1)]

    assert story() == story()


def test_the_process_says_when_it_is_ready_and_stops_cleanly() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", "0", "--seed", "3"],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        ready = process.stdout.readline()
        address = ready.split("control=")[1].split()[0]
        assert Control(address).get("health")["ok"] is True
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
        assert process.stderr.read() == ""


def test_a_port_that_is_taken_is_reported(sandbox: Sandbox) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "sandbox", "--port", str(sandbox.port)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=10,
    )
    assert finished.returncode == 1
    assert "cannot listen" in finished.stderr
