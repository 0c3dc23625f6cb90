"""Keys of programs at the command line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.daemon.played import Played, play


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with play(tmp_path_factory.mktemp("keys")) as installation:
        yield installation


def test_a_key_is_shown_once_and_listed_without_itself(played: Played) -> None:
    key = played.run.say(
        "key", "add", "erp", "--scope", "orders:read", "--scope", "stock:read"
    ).strip()

    assert key.startswith("tsk_")
    told = played.run.say("key", "list")
    assert key not in told
    assert "erp" in told
    assert "orders:read stock:read" in told
    (row,) = [x for x in played.run.json("key", "list") if x["name"] == "erp"]
    assert key.startswith(row["prefix"])
    assert (row["shops"], row["warehouses"], row["revoked_at"]) == (None, None, None)


def test_a_key_is_bound_to_shops_and_warehouses(played: Played) -> None:
    bounds = ("--shop", "s1", "--warehouse", "MAIN")
    played.run.say("key", "add", "bound", "--scope", "orders:read", *bounds)

    (row,) = [x for x in played.run.json("key", "list") if x["name"] == "bound"]
    assert (row["shops"], row["warehouses"]) == (["s1"], ["MAIN"])


def test_a_revoked_key_is_shown_as_such_and_its_name_stays_taken(
    played: Played,
) -> None:
    played.run.say("key", "add", "old", "--scope", "orders:read")
    played.run.say("key", "revoke", "old")

    (row,) = [x for x in played.run.json("key", "list") if x["name"] == "old"]
    assert row["revoked_at"]
    refused = played.run.refuse("key", "add", "old", "--scope", "orders:read")
    assert "there is a key 'old' already" in refused


def test_what_cannot_be_is_refused_in_a_sentence(played: Played) -> None:
    assert "unknown shop" in played.run.refuse(
        "key", "add", "x", "--scope", "orders:read", "--shop", "nowhere"
    )
    assert "unknown key 'none'" in played.run.refuse("key", "revoke", "none")
    assert "orders:write" in played.run.refuse(
        "key", "add", "x", "--scope", "orders:write", expect=2
    )
    assert "--scope" in played.run.refuse("key", "add", "x", expect=2)
