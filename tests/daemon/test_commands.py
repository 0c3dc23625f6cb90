"""The command line as scripts use it: names, options, keys, exit codes, sentences."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.servers import Sandbox
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


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("commands")
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


def test_init_can_be_repeated(truestock: Truestock) -> None:
    first = truestock.say("init")

    assert truestock.say("init") == first
    assert "truestock.db" in first


def test_no_command_works_before_init(truestock: Truestock) -> None:
    assert "./truestock init" in truestock.refuse("shop", "list")


def test_wrong_settings_are_refused_in_one_sentence(tmp_path: Path) -> None:
    run = Truestock(tmp_path / "var", LANGUAGE="fr")

    assert run.refuse("init") == "truestock: TRUESTOCK_LANGUAGE is one of vi, en\n"


def test_a_database_that_is_away_is_told_in_one_sentence(tmp_path: Path) -> None:
    away = "postgresql://nobody:canary-password@127.0.0.1:1/none"
    run = Truestock(tmp_path / "var", DATABASE_URL=away)

    told = run.refuse("shop", "list")

    assert told.startswith("truestock: the database does not answer")
    assert "canary" not in told


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-command",),
        ("shop", "add", "shopee"),
        ("stock", "show"),
        ("return", "receive", "1", "--line", "A:1"),
        ("order", "decide", "s1", "1", "perhaps"),
        ("run", "--port", "0"),
    ],
    ids=lambda arguments: " ".join(arguments),
)
def test_wrong_usage_is_exit_2(
    truestock: Truestock, arguments: tuple[str, ...]
) -> None:
    assert "Usage: truestock" in truestock.refuse(*arguments, expect=2)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("stock", "show", "NONE"), "unknown SKU 'NONE'"),
        (("stock", "why", "NONE"), "unknown SKU 'NONE'"),
        (("sync", "nowhere"), "unknown shop 'nowhere'"),
        (("reconcile", "nowhere"), "unknown shop 'nowhere'"),
        (("listings", "import", "nowhere"), "unknown shop 'nowhere'"),
        (("shop", "authorize", "nowhere"), "unknown shop 'nowhere'"),
        (("order", "show", "s1", "none"), "no order or parcel goes by 'none'"),
        (("order", "decide", "s1", "none", "gone"), "goes by 'none'"),
        (("listings", "map", "s1", "9:9", "A"), "./truestock listings import s1"),
        (("stock", "why", "A", "--at", "noon"), "--at 'noon' is not a time"),
        (("return", "receive", "none", "--line", "A:1", "--by", "lan"), "'none'"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else "",
)
def test_what_is_not_there_is_named(
    played: Played, arguments: tuple[str, ...], told: str
) -> None:
    assert told in played.run.refuse(*arguments)


def test_shops_are_listed_with_what_they_owe(played: Played) -> None:
    (shop,) = played.run.json("shop", "list")

    assert (shop["name"], shop["channel"], shop["state"]) == ("s1", "shopee", "active")
    assert shop["owed"] == 0
    assert shop["last_sync_at"].endswith("+07:00")
    assert "s1" in played.run.say("shop", "list")


def test_a_shop_gives_access_on_its_channels_page(played: Played) -> None:
    assert played.run.say("shop", "authorize", "s1").startswith("http")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ("{}", "truestock: "),
        (None, "did not accept the settings"),
    ],
)
def test_settings_that_do_not_work_connect_no_shop(
    played: Played, settings: str | None, told: str
) -> None:
    wrong = json.dumps({**played.settings, "access_token": "wrong", "shop_id": 1})
    command = ("shop", "add", "shopee", "s9", "--settings", "-")

    assert told in played.run.refuse(*command, given=settings or wrong)
    assert len(played.run.json("shop", "list")) == 1


def test_a_name_is_given_once_and_a_channel_must_exist(played: Played) -> None:
    given = json.dumps(played.settings)
    again = ("shop", "add", "shopee", "s1", "--settings", "-")
    unknown = ("shop", "add", "ebay", "s2", "--settings", "-")

    assert "there is a shop 's1' already" in played.run.refuse(*again, given=given)
    assert "known are: shopee" in played.run.refuse(*unknown, given=given)


def test_stock_is_shown_by_warehouse_and_listing(played: Played) -> None:
    shown = played.run.json("stock", "show", "A")

    assert shown["sku"] == "A"
    assert shown["warehouses"] == {
        "MAIN": {
            "available": 2,
            "committed": 1,
            "out": 2,
            "damaged": 0,
            "lost": 0,
            "on_hand": 3,
        }
    }
    (listing,) = shown["listings"]
    assert {key: listing[key] for key in ("shop", "wanted", "pushed", "seen")} == {
        "shop": "s1",
        "wanted": 2,
        "pushed": 2,
        "seen": 2,
    }
    assert listing["state"] == "confirmed"
    assert "MAIN" in played.run.say("stock", "show", "A")


def test_every_unit_is_explained(played: Played) -> None:
    why = played.run.json("stock", "why", "A")

    assert why["available"] == 2
    first = why["movements"][0]
    assert (first["quantity"], first["by"]) == (5, "lan")
    assert first["document"] == "stocktake count.csv"
    assert all(row["what"] and row["at"] for row in why["movements"])


def test_stock_is_told_as_it_was(played: Played) -> None:
    assert played.run.json("stock", "why", "A", "--at", "2020-01-01")["available"] == 0


def test_an_order_shows_where_its_units_are(played: Played) -> None:
    shown = played.run.json("order", "show", "s1", played.returning)

    assert shown["order"] == played.returning
    assert shown["fulfilment"] == "in_transit"
    assert shown["cancelled"] is True
    keys = ("sku", "quantity", "committed", "out", "received", "damaged", "lost")
    lines = [tuple(line[key] for key in keys) for line in shown["lines"]]
    assert lines == [("A", 2, 0, 2, 0, 0, 0), ("B", 1, 0, 1, 0, 0, 0)]
    assert isinstance(shown["refunds"], list)
    assert [told["state"] for told in shown["returns"]] == ["awaiting"]


def test_an_order_with_nothing_in_question_needs_no_decision(played: Played) -> None:
    told = played.run.refuse("order", "decide", "s1", played.sold, "gone")

    assert "no units waiting" in told


def test_what_should_come_back_is_listed(played: Played) -> None:
    (row,) = played.run.json("return", "list")

    assert (row["order"], row["shop"], row["units"]) == (played.returning, "s1", 3)
    assert row["tracking_numbers"]
    assert {"value", "age_days", "claim_deadline"} <= row.keys()
    assert played.returning in played.run.say("return", "list")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("A:3", "3 units of A asked for, 2 are out"),
        ("C:1", "unknown SKU 'C'"),
        ("A", "'A' is not a whole number"),
        ("A:-1", "'-1' is not a whole number"),
        ("A:1:1:1", "3 units of A asked for"),
        ("A:99999999999", "is not a whole number"),
    ],
)
def test_a_receipt_that_cannot_be_is_refused_whole(
    played: Played, line: str, told: str
) -> None:
    command = ("return", "receive", played.returning, "--line", "B:1", "--line", line)

    assert told in played.run.refuse(*command, "--by", "lan")
    assert played.run.json("stock", "show", "B")["warehouses"]["MAIN"]["out"] == 1


def test_a_second_warehouse_is_added_once(played: Played) -> None:
    played.run.say("warehouse", "add", "SHED")

    codes = [row["code"] for row in played.run.json("warehouse", "list")]
    assert codes == ["MAIN", "SHED"]
    told = played.run.refuse("warehouse", "add", "SHED")
    assert "there is a warehouse 'SHED' already" in told


def test_numbers_are_compared_with_the_channel(played: Played) -> None:
    assert "Compared 2 listings of s1: 0 were not our number." in played.run.say(
        "reconcile", "s1"
    )


def test_the_catalogue_is_counted_by_state(played: Played) -> None:
    header, row = played.run.say("listings", "import", "s1").splitlines()

    assert header.split() == ["mapped", "unmapped", "ambiguous", "ignored"]
    assert row.split() == ["2", "0", "0", "0"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (("A,,7", "NONE,,1"), "row 3: unknown SKU 'NONE'"),
        (("A,,7", "B,,-1"), "row 3: '-1' is not a whole number"),
        (("A,,7", "B,,1.5"), "row 3: '1.5' is not a whole number"),
        (("A,,7", "B,NOWHERE,1"), "row 3: unknown warehouse 'NOWHERE'"),
        (("A,,7", "A,MAIN,8"), "row 3: A in MAIN was counted before"),
        ((), "counts nothing"),
    ],
)
def test_one_bad_row_refuses_a_whole_stocktake(
    played: Played, tmp_path: Path, rows: tuple[str, ...], told: str
) -> None:
    assert told in played.run.refuse("stock", "count", str(csv(tmp_path, *rows)))
    shown = played.run.json("stock", "show", "A")
    assert shown["warehouses"]["MAIN"]["available"] == 2


def test_a_stocktake_can_bring_new_skus(played: Played, tmp_path: Path) -> None:
    path = csv(tmp_path, "ÁO-1,,4")

    played.run.say("stock", "count", str(path), "--new-skus")

    shown = played.run.json("stock", "show", "ÁO-1")
    assert shown["warehouses"]["MAIN"]["on_hand"] == 4


def test_one_key_is_one_receipt_and_the_channel_follows(played: Played) -> None:
    tracking = played.run.json("return", "list")[0]["tracking_numbers"][0]
    command = ("return", "receive", tracking, "--line", "A:1:1", "--line", "B:0:0:1")
    signed = (*command, "--key", "k1", "--by", "lan", "--warehouse", "MAIN")

    first = played.run.say(*signed)
    second = played.run.say(*signed)
    played.run.say("sync", "s1")

    assert "already" not in first
    assert "already" in second
    assert played.seller.stock() == {"A": 3, "B": 4}
    shown = played.run.json("order", "show", "s1", played.returning)
    line = shown["lines"][0]
    assert (line["received"], line["damaged"], line["out"]) == (1, 1, 0)
    other = (*command, "--line", "A:1", "--key", "k1", "--by", "lan")
    assert "used before with other content" in played.run.refuse(*other)
    assert played.run.say("return", "list") == "Nothing is awaited.\n"


def test_the_ledger_is_proven_and_damage_is_named(
    played: Played, tmp_path: Path
) -> None:
    assert played.run.json("check")["clean"] is True
    damage(played.run.var / "truestock.db")

    told = played.run.refuse("check")
    done = played.run.run("check", "--json", expect=1)

    assert "each stock level is the sum of its movements: not so for" in told
    broken = [i for i in json.loads(done.stdout)["invariants"] if not i["holds"]]
    assert broken[0]["name"] == "levels_follow"
    assert broken[0]["offenders"]


def damage(path: Path) -> None:
    """Change a level behind everybody's back, with the triggers taken off."""
    with sqlite3.connect(path) as database:
        found = database.execute("SELECT name FROM sqlite_master WHERE type='trigger'")
        for (name,) in found.fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE stock_level SET available = available + 1")
    database.close()
