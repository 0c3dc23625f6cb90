"""``return reverse``: a second person takes a receipt back, and the channel follows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon.played import Played, csv, play


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with play(tmp_path_factory.mktemp("reversals")) as installation:
        yield installation


@pytest.fixture(scope="module")
def number(played: Played) -> str:
    """A receipt of the two A and the one B that came back; lan booked it."""
    command = ("return", "receive", played.returning, "--line", "A:2", "--line", "B:1")
    said = played.run.say(*command, "--by", "lan")
    played.run.say("sync", "s1")
    assert played.seller.stock() == {"A": 4, "B": 5}
    found = re.search(r"R\d{6}", said)
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("reference", "options", "told"),
    [
        ("R999999", ("--reason", "twice", "--by", "minh"), "unknown return receipt"),
        ("", ("--reason", " ", "--by", "minh"), "takes a reason: say it with --reason"),
        ("", ("--reason", "twice", "--by", "lan"), "a second person must answer"),
        ("", ("--reason", "twice", "--by", "LAN "), "a second person must answer"),
    ],
)
def test_a_reversal_that_cannot_be_is_refused(
    played: Played, number: str, reference: str, options: tuple[str, ...], told: str
) -> None:
    refusal = played.run.refuse("return", "reverse", reference or number, *options)

    assert told in refusal
    assert played.run.json("stock", "show", "A")["warehouses"]["MAIN"]["out"] == 0


def test_units_that_are_no_longer_there_are_not_taken_back(
    played: Played, number: str, tmp_path: Path
) -> None:
    played.run.say("stock", "count", str(csv(tmp_path, "A,,1")), "--by", "lan")

    told = played.run.refuse(
        "return", "reverse", number, "--reason", "twice", "--by", "minh"
    )

    assert "put 2 units of A into 'available' in MAIN, 1 are still there" in told
    assert "nothing was reversed; correct the shelf" in told
    played.run.say("stock", "count", str(csv(tmp_path, "A,,4")), "--by", "lan")


def test_one_key_reverses_once_and_the_channel_follows(
    played: Played, number: str
) -> None:
    command = ("return", "reverse", number, "--reason", "parcel of another shop")
    signed = (*command, "--by", "minh", "--key", "k1")

    first = played.run.say(*signed)
    second = played.run.say(*signed)
    played.run.say("sync", "s1")

    assert first == f"Receipt {number} is reversed.\n"
    assert second == f"Receipt {number} is already reversed.\n"
    assert played.seller.stock() == {"A": 2, "B": 4}
    (awaited,) = played.run.json("return", "list")
    assert (awaited["order"], awaited["units"]) == (played.returning, 3)
    assert "was reversed already, by minh" in played.run.refuse(*command, "--by", "hoa")
    last = played.run.json("stock", "why", "A")["movements"][-1]
    assert (last["what"], last["quantity"], last["by"]) == (
        "reverse restock",
        2,
        "minh",
    )
    assert last["document"] == f"reversal of receipt {number}"
    assert last["reason"] == "parcel of another shop"
    assert played.run.json("check")["clean"] is True


def test_what_was_taken_back_can_be_received_anew(played: Played, number: str) -> None:
    command = (
        "return",
        "receive",
        played.returning,
        "--line",
        "A:1:1",
        "--line",
        "B:1",
    )

    played.run.say(*command, "--by", "lan")

    assert played.run.say("return", "list") == "Nothing is awaited.\n"
    assert played.run.json("check")["clean"] is True
