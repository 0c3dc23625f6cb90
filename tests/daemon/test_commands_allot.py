"""Commands that say how much of our stock a shop or a listing may show."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.daemon.played import Played, play


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with play(tmp_path_factory.mktemp("allotments")) as installation:
        yield installation


def listing_of(played: Played, sku: str) -> dict[str, object]:
    rows = played.run.json("listings", "show", "s1")
    (row,) = [row for row in rows if row["stands_for"] == f"{sku}*1"]
    assert isinstance(row, dict)
    return row


def test_a_shop_keeps_units_back_and_its_channel_hears_of_it(played: Played) -> None:
    told = played.run.say("shop", "set", "s1", "--buffer", "1", "--share", "80")

    assert "keeps 1 back, shows at most 80 %, sells from all warehouses" in told
    played.run.say("sync", "s1")
    assert played.seller.stock()["B"] == 3
    assert "MAIN" in told
    played.run.say("shop", "set", "s1", "--buffer", "0", "--share", "100")
    played.run.say("sync", "s1")
    assert played.seller.stock()["B"] == 4


def test_a_listing_is_paused_and_resumed(played: Played) -> None:
    name = str(listing_of(played, "B")["listing"])

    assert "paused" in played.run.say("listings", "set", "s1", name, "--pause")
    assert listing_of(played, "B")["state"] == "paused"
    played.run.say("shop", "set", "s1", "--buffer", "4")
    played.run.say("sync", "s1")
    assert played.seller.stock()["B"] == 4
    assert played.run.json("stock", "show", "B")["listings"][0]["state"] == "paused"

    played.run.say("listings", "set", "s1", name, "--resume")
    played.run.say("sync", "s1")
    assert played.seller.stock()["B"] == 0
    played.run.say("shop", "set", "s1", "--buffer", "0")


def test_a_listing_has_a_rule_of_its_own_or_its_shops(played: Played) -> None:
    name = str(listing_of(played, "A")["listing"])

    told = played.run.say("listings", "set", "s1", name, "--buffer", "2")
    assert "keeps 2 back, shows at most 100 %." in told
    told = played.run.say("listings", "set", "s1", name, "--as-shop")
    assert "keeps 0 back, shows at most 100 % (as its shop)." in told
    written = [x for x in played.audited if x[1] == f"s1 · {name}"]
    assert [(action, told["buffer"]) for action, _, told in written] == [
        ("listing rules set", "as shop → 2"),
        ("listing rules set", "2 → as shop"),
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("shop", "set", "s1", "--share", "101"), "share 101 is not possible"),
        (("shop", "set", "s1", "--buffer", "-1"), "buffer -1 is not possible"),
        (("shop", "set", "s1", "--packs-in", "MOON"), "MOON"),
        (("shop", "set", "nowhere", "--share", "5"), "unknown shop 'nowhere'"),
        (("listings", "set", "s1", "9:9", "--pause"), "has no listing 9:9"),
        (("listings", "show", "nowhere"), "unknown shop 'nowhere'"),
    ],
    ids=lambda value: " ".join(value[:4]) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_is_refused_and_named(
    played: Played, arguments: tuple[str, ...], told: str
) -> None:
    assert told in played.run.refuse(*arguments)


def test_a_shop_sells_from_the_warehouses_it_names(played: Played) -> None:
    played.run.say("warehouse", "add", "SHED")

    told = played.run.say("shop", "set", "s1", "--sells-from", "SHED")
    assert "sells from SHED" in told
    assert listing_of(played, "B")["wanted"] == 0
    (shop,) = played.run.json("shop", "list")
    assert (shop["sells_from"], shop["packs_in"]) == (["SHED"], "MAIN")

    played.run.say("shop", "set", "s1", "--sells-from-all")
    assert listing_of(played, "B")["wanted"] == 4


def test_a_shop_is_stopped_and_goes_on(played: Played) -> None:
    played.run.say("shop", "set", "s1", "--pause")
    (shop,) = played.run.json("shop", "list")
    assert shop["state"] == "stopped"

    played.run.say("shop", "set", "s1", "--resume")
    (shop,) = played.run.json("shop", "list")
    assert shop["state"] == "active"
