"""Commands that look after the addresses that are told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.daemon.played import Played, play
from tests.daemon.telling.receiver import ErpReceiver, erp_receiver


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with play(tmp_path_factory.mktemp("hooks")) as installation:
        environment = installation.run.environment
        environment["TRUESTOCK_HOOK_NETWORKS"] = "127.0.0.0/8"
        yield installation


@pytest.fixture
def receiver() -> Iterator[ErpReceiver]:
    with erp_receiver() as running:
        yield running


@pytest.fixture
def endpoint(played: Played, receiver: ErpReceiver) -> Iterator[str]:
    """An endpoint's number."""
    added = played.run.json("hook", "add", f"{receiver.url}?key=canary")
    yield str(added["id"])
    played.run.ask("hook", "remove", str(added["id"]))


def row(played: Played) -> dict[str, object]:
    (found,) = played.run.json("hook", "list")
    assert isinstance(found, dict)
    return found


def test_a_new_endpoint_is_shown_with_all_that_an_admin_asks(
    played: Played, receiver: ErpReceiver, endpoint: str
) -> None:
    assert row(played) == {
        "id": int(endpoint),
        "url": receiver.url,
        "events": ["receipt.posted", "receipt.reversed", "stock.changed"],
        "shops": [],
        "state": "on",
        "reason": "",
        "owed": 0,
        "oldest_owed_at": None,
        "dead": 0,
        "failing_since": None,
        "waits_until": None,
        "last_status": None,
        "last_answer": "",
        "last_answer_at": None,
    }
    assert "canary" not in played.run.say("hook", "list")


def test_an_endpoint_wants_some_events_of_some_shops(
    played: Played, receiver: ErpReceiver
) -> None:
    command = ("hook", "add", receiver.url, "--event", "receipt.posted", "--shop")
    told = played.run.say(*command, "s1")

    assert "whsec_" in told
    assert row(played)["events"] == ["receipt.posted"]
    assert row(played)["shops"] == ["s1"]
    assert "shop list" in played.run.refuse(*command, "nobody")
    assert played.run.refuse("hook", "add", "x", "--event", "all", expect=2)
    played.run.say("hook", "remove", str(row(played)["id"]))
    assert "No endpoint yet" in played.run.say("hook", "list")


@pytest.mark.parametrize(
    "url",
    ["https://10.0.0.1/", "http://8.8.4.4/", "https://u:canary@8.8.4.4/", "nonsense"],
)
def test_an_address_that_may_not_be_called_is_refused(played: Played, url: str) -> None:
    said = played.run.refuse("hook", "add", url)

    assert "Nothing was saved" in said
    assert "canary" not in said


def test_a_test_message_shows_how_the_receiver_answers(
    played: Played, receiver: ErpReceiver, endpoint: str
) -> None:
    assert "answered 204" in played.run.say("hook", "test", endpoint)
    assert "was told all" in played.run.say("hook", "show", endpoint)
    assert b'"type":"truestock.test"' in receiver.deliveries[0].body

    receiver.status = 401
    assert "answered 401" in played.run.refuse("hook", "test", endpoint)


def test_an_endpoint_is_paused_and_goes_on(played: Played, endpoint: str) -> None:
    assert "is paused" in played.run.say("hook", "set", endpoint, "--pause")
    assert row(played)["state"] == "paused"

    assert "is on" in played.run.say("hook", "set", endpoint, "--resume")
    assert row(played)["state"] == "on"

    for nonsense in ((), ("--pause", "--resume")):
        played.run.refuse("hook", "set", endpoint, *nonsense, expect=2)


def test_a_secret_is_changed_without_a_gap(
    played: Played, receiver: ErpReceiver
) -> None:
    first = played.run.json("hook", "add", receiver.url)
    number, old = str(first["id"]), str(first["secret"])

    told = played.run.say("hook", "set", number, "--rotate-secret")
    new = told.split()[-1]
    played.run.say("hook", "test", number)
    played.run.say("hook", "set", number, "--rotate-secret", "--keep-hours", "0")

    assert receiver.deliveries[0].read(old) == receiver.deliveries[0].read(new)
    assert len(receiver.deliveries[0].headers["webhook-signature"].split()) == 2
    played.run.say("hook", "test", number)
    assert len(receiver.deliveries[1].headers["webhook-signature"].split()) == 1
    played.run.say("hook", "remove", number)


def test_what_is_owed_to_a_paused_endpoint_is_counted(
    played: Played, endpoint: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    played.run.say("hook", "set", endpoint, "--pause")
    file = tmp_path_factory.mktemp("count") / "count.csv"
    file.write_text("sku,quantity\nB,77\n")

    played.run.say("stock", "count", str(file))

    assert row(played)["owed"] == 1
    (message,) = played.run.json("hook", "show", endpoint)
    assert (message["event"], message["state"]) == ("stock.changed", "owed")
    assert message["due_at"] == "now"
    assert str(message["id"]) in played.run.say("hook", "show", endpoint)
    assert row(played)["oldest_owed_at"]
    assert "1 messages" in played.run.say("hook", "retry", endpoint)


@pytest.mark.parametrize("command", ["show", "set", "remove", "test", "retry"])
def test_an_endpoint_that_is_not_there_is_named(played: Played, command: str) -> None:
    more = ("--pause",) if command == "set" else ()

    said = played.run.refuse("hook", command, "999", *more)

    assert "no endpoint 999" in said
    assert "hook list" in said


def test_who_changed_an_address_is_written_down(
    played: Played, receiver: ErpReceiver
) -> None:
    command = ("hook", "add", f"{receiver.url}?key=canary", "--event", "stock.changed")
    endpoint = str(played.run.json(*command, "--shop", "s1")["id"])
    played.run.say("hook", "set", endpoint, "--pause", "--rotate-secret")
    played.run.say("hook", "set", endpoint, "--resume")
    played.run.say("hook", "remove", endpoint)
    named = f"{endpoint} · {receiver.url}"
    assert [x for x in played.audited if x[1] == named] == [
        ("endpoint added", named, {"events": "stock.changed", "shops": "s1"}),
        ("endpoint paused", named, {}),
        ("endpoint secret set", named, {}),
        ("endpoint resumed", named, {}),
        ("endpoint removed", named, {}),
    ]
    assert "canary" not in str(played.audited)
    assert "whsec_" not in str(played.audited)
