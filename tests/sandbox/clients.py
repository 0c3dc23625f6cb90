"""Tries client libraries of others on the sandbox: ``python -m tests.sandbox.clients``.

Each lists the orders of a shop and writes one number, which must then be what buyers
see.  Needs the package index: the libraries are installed, at the versions that the
sandbox's page names, into an environment that goes away again.  Ends with 1 when one of
them is not understood.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

from sandbox.servers import Sandbox
from tests.sandbox.driver import Control

CLIENTS = {
    "shopee": "pyshopee==1.4.0",
    "lazada": "lazop_sdk==1.0.3",
    "tiktok": "tiktok-shop-api==0.1.0",
    "shopify": "ShopifyAPI==12.7.0",
    "woocommerce": "WooCommerce==3.0.0",
}
UNDECLARED = ("selenium==4.51.0",)
"""What ``pyshopee`` imports and does not ask for."""
SKU, BEFORE, AFTER = "MUG", 9, 4
CALLS = Path(__file__).with_name("client_calls.py")


def main() -> int:
    """Install, try each, and say what was understood."""
    with tempfile.TemporaryDirectory() as folder, Sandbox(port=0, seed=1) as sandbox:
        python = install(Path(folder))
        control = Control(sandbox.url)
        verdicts = [is_understood(python, control, channel) for channel in CLIENTS]
    return 0 if all(verdicts) else 1


def install(folder: Path) -> Path:
    """Return the interpreter of a new environment with all libraries."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    wanted = [*CLIENTS.values(), *UNDECLARED]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True)
    return python


def is_understood(python: Path, control: Control, channel: str) -> bool:
    """Try one library in a process of its own, and tell how it went."""
    given = open_shop(control, channel)
    done = subprocess.run(
        [python, str(CALLS), channel],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    shown = control.get(f"{channel}/stock", shop="s1")[SKU]
    listed = done.returncode == 0 and given["order"] in done.stdout
    written = shown == AFTER
    print(f"{CLIENTS[channel]:<26} list {told(listed)}   write {told(written)}")
    if not (listed and written):
        print(done.stdout[-500:] + done.stderr[-2000:], file=sys.stderr)
    return listed and written


def open_shop(control: Control, channel: str) -> dict[str, Any]:
    """Return what a library must know: credentials, one listing, one order."""
    opened = control.post(f"{channel}/shops", shop="s1")
    item = {"sku": SKU, "quantity": BEFORE + 1}
    answer = control.post(f"{channel}/items", shop="s1", items=[item])
    lines = [{"sku": SKU, "quantity": 1}]
    placed = control.post(f"{channel}/orders", shop="s1", lines=lines)
    return {
        "settings": opened["settings"],
        "listing": answer["listings"][0],
        "order": placed["orders"][0],
        "quantity": AFTER,
    }


def told(is_so: bool) -> str:
    """Say it in a word."""
    return "ok" if is_so else "FAILED"


if __name__ == "__main__":
    sys.exit(main())
