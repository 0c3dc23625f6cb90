"""Commands that write: receipts, stocktakes, warehouses; and the proof of it all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon.played import Played, csv, play


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with play(tmp_path_factory.mktemp("commands")) as installation:
        yield installation


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
        ("A", "--line 'A' names no units"),
        ("A:-1", "--line 'A:-1' names no units"),
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
        (("A,,7", "B,MAIN,1,000"), "row 3: more cells than the first line has"),
        (("A,,7", "B,,"), "row 3: '' is not a whole number"),
        (("A,,7", ",,1"), "row 3: the SKU '' is empty"),
        (("A,,7", "B\u202e,,1"), "holds characters that nobody sees"),
        (("A,,7", f"{'L' * 101},,1"), "is longer than 100 characters"),
        ((), "counts nothing"),
    ],
)
def test_one_bad_row_refuses_a_whole_stocktake(
    played: Played, tmp_path: Path, rows: tuple[str, ...], told: str
) -> None:
    assert told in played.run.refuse("stock", "count", str(csv(tmp_path, *rows)))
    shown = played.run.json("stock", "show", "A")
    assert shown["warehouses"]["MAIN"]["available"] == 2


def test_each_bad_row_of_a_stocktake_is_named(played: Played, tmp_path: Path) -> None:
    rows = [f"NONE-{number},,1" for number in range(80)]

    told = played.run.refuse("stock", "count", str(csv(tmp_path, *rows)))

    assert [n for n in range(2, 82) if f"row {n}: " not in told] == []


def test_new_skus_are_judged_like_others(played: Played, tmp_path: Path) -> None:
    path = str(csv(tmp_path, "NEW-1,,4", f"{'L' * 101},,1", "B\0D,,2"))

    told = played.run.refuse("stock", "count", path, "--new-skus")

    assert "row 3: " in told
    assert "row 4: " in told
    assert "unknown SKU" in played.run.refuse("stock", "show", "NEW-1")


def test_a_file_that_is_not_there_is_refused_by_name(
    played: Played, tmp_path: Path
) -> None:
    away = str(tmp_path / "away")

    assert f"{away} cannot be read" in played.run.refuse("stock", "count", away)
    added = ("shop", "add", "shopee", "s9", "--settings", away)
    assert f"{away} cannot be read" in played.run.refuse(*added)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("n" * 101, "is longer than 100 characters"),
        ("lan\u202ehoa", "holds characters that nobody sees"),
        (" ", "is empty"),
    ],
)
@pytest.mark.parametrize("option", ["--by", "--key"])
def test_a_name_that_cannot_be_kept_is_wrong_usage(
    played: Played, option: str, name: str, told: str
) -> None:
    command = ["return", "receive", played.returning, "--line", "A:1", "--by", "lan"]

    assert told in played.run.refuse(*command, option, name, expect=2)


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
