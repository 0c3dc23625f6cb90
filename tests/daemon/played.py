"""One installation in which a small story was played, for commands to tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daemon.settings import read_settings
from sandbox.servers import Sandbox
from stock.audit_log import list_audit
from stock.session import Database
from tests.daemon.processes import Truestock
from tests.sandbox.driver import Control, Seller


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """An installation with one shop and two orders; one of them comes back."""

    run: Truestock
    seller: Seller
    sold: str
    returning: str
    settings: dict[str, Any]

    @property
    def audited(self) -> list[tuple[str, str, dict[str, str]]]:
        """What the audit log holds: action, object and details, oldest first."""
        database = Database(read_settings(self.run.environment).database_url)
        with closing(database), database.read() as session:
            entries = list_audit(session, limit=100)[::-1]
            return [(x.action, x.object, dict(x.detail)) for x in entries]


@contextmanager
def play(folder: Path) -> Iterator[Played]:
    """Connect, count, sell, and let one parcel turn back."""
    run = Truestock(folder / "var", TIME_ZONE="Asia/Ho_Chi_Minh")
    with Sandbox(port=0, seed=1) as sandbox:
        control = Control(sandbox.url)
        answer = control.post("shopee/shops", shop="s1", auto_restock="never")
        seller = Seller(control, "s1", answer["settings"])
        seller.sell(A=5, B=5)
        run.say("init")
        # The sandbox's answer fits as it is.
        add(run, "s1", answer)
        run.say("listings", "import", "s1")
        run.say("stock", "count", str(csv(folder, "A,MAIN,5", "B,,5")), "--by", "lan")
        run.say("sync", "s1")
        sold, returning = seller.order(A=1), seller.order(A=2, B=1)
        seller.do(returning, "arrange", "pick_up", "fail_delivery")
        run.say("sync", "s1")
        yield Played(
            run=run,
            seller=seller,
            sold=sold,
            returning=returning,
            settings=answer["settings"],
        )


def add(run: Truestock, name: str, settings: object) -> str:
    """Connect a shop with settings from stdin."""
    return run.say(
        *("shop", "add", "shopee", name, "--settings", "-"), given=json.dumps(settings)
    )


def csv(folder: Path, *rows: str) -> Path:
    """Write a stocktake."""
    path = folder / "count.csv"
    path.write_text("\n".join(["sku,warehouse,quantity", *rows]) + "\n", "utf-8")
    return path
