"""The command line as scripts use it: names, keys, exit codes, sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon.played import Played, play
from tests.daemon.processes import Truestock


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with play(tmp_path_factory.mktemp("commands")) as installation:
        yield installation


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
    assert "no channel 'ebay'; known are: " in played.run.refuse(*unknown, given=given)


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


def test_what_is_set_aside_is_shown_with_its_reason(played: Played) -> None:
    assert "Nothing is set aside" in played.run.say("order", "set-aside", "s1")
    played.seller.sell(STRANGE=3)
    order = played.seller.order(STRANGE=1)
    played.run.say("sync", "s1")

    (row,) = played.run.json("order", "set-aside")
    assert (row["shop"], row["kind"], row["record"]) == ("s1", "order", order)
    assert row["reason"] == "unmapped_sku"
    assert "STRANGE" in row["detail"]
    assert order in played.run.say("order", "set-aside", "s1")
    assert played.run.json("shop", "list")[0]["set_aside"] == 1

    played.run.say("listings", "import", "s1")
    played.run.say("sync", "s1")
    assert played.run.json("order", "set-aside") == []
