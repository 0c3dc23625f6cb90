"""Telling endpoints: claimed, told, tried again, given up, forgotten."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread

import pytest

from stock import endpoints, outbox
from stock.endpoints import UnknownEndpoint, active_secrets, rotate_secret
from stock.errors import LeaseLost, VaultError
from stock.guard import post
from stock.models import HookEndpoint
from stock.news import StockNews
from tests.stock.listeners import CHANGED, POSTED, Listener
from tests.stock.stories import DELIVERED, simple_order
from tests.stock.world import NOW, World, unique

MINUTE = timedelta(minutes=1)
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def listener(world: World) -> Listener:
    """An endpoint that wants all."""
    return Listener(world)


@pytest.fixture
def receipts(world: World) -> Listener:
    """An endpoint that wants receipts."""
    return Listener(world, POSTED)


@pytest.fixture
def stock(world: World) -> Listener:
    """An endpoint that wants numbers."""
    return Listener(world, CHANGED)


def book(world: World, times: int = 1) -> None:
    """Post receipts, each of a good mug."""
    for _ in range(times):
        order_id = unique("order")
        world.tell(simple_order(order_id, "MUG", DELIVERED))
        world.receive(order_id, "MUG", good=1)


def test_what_is_owed_is_found_until_it_is_told(
    world: World, receipts: Listener
) -> None:
    assert not receipts.due()
    book(world)
    assert receipts.due()

    receipts.told(receipts.expect())

    assert not receipts.due()
    assert receipts.states() == [("receipt.posted", "told")]
    assert receipts.claim() is None


def test_receipts_are_told_in_the_order_in_which_they_were_posted(
    world: World, receipts: Listener
) -> None:
    book(world, times=3)
    owed = [m.id for m in receipts.messages()]

    claimed = [receipts.expect().message_id for _ in owed]

    assert claimed == owed


def test_an_attempt_without_an_end_is_made_again_by_the_same_id(
    world: World, receipts: Listener
) -> None:
    book(world)
    first = receipts.expect()
    assert receipts.claim() is None

    again = receipts.expect(NOW + MINUTE)

    assert again.webhook_id == first.webhook_id
    assert (first.attempts, again.attempts) == (1, 2)
    assert again.news == first.news


def test_ids_are_unlike_for_each_message_and_each_endpoint(
    world: World, listener: Listener
) -> None:
    other = Listener(world)
    book(world, times=2)

    ids = {
        one.expect().webhook_id
        for one in (listener, other)
        for _ in range(len(one.messages()))
    }

    assert len(ids) == len(listener.messages()) + len(other.messages()) == 6
    assert not [one for one in ids if "." in one]


def test_the_last_attempt_is_the_last(world: World, receipts: Listener) -> None:
    book(world)
    for attempt in range(3):
        claimed = receipts.expect(NOW + attempt * MINUTE)
        receipts.failed(claimed)

    assert receipts.states() == [("receipt.posted", "dead")]
    assert receipts.messages()[0].last_error == "answered 500"
    assert not receipts.due(NOW + timedelta(days=9))


def test_a_message_that_kills_whoever_tells_it_is_given_up(
    world: World, receipts: Listener
) -> None:
    book(world)
    for attempt in range(3):
        assert receipts.expect(NOW + attempt * MINUTE).news is not None

    assert receipts.expect(NOW + 3 * MINUTE).news is None

    assert receipts.states() == [("receipt.posted", "dead")]


def test_what_was_given_up_is_tried_anew_when_a_person_says_so(
    world: World, receipts: Listener
) -> None:
    book(world)
    for attempt in range(3):
        receipts.failed(receipts.expect(NOW + attempt * MINUTE))

    with receipts.database.write() as session:
        endpoint = endpoints.find_endpoint(session, receipts.id)
        assert outbox.retry_all(session, endpoint) == 1

    assert receipts.due()
    assert receipts.expect().attempts == 1


def test_a_receivers_wish_to_wait_is_respected(
    world: World, receipts: Listener
) -> None:
    book(world)
    later = NOW + timedelta(hours=1)

    receipts.failed(receipts.expect(), not_before=later)

    assert receipts.claim(later - MINUTE) is None
    assert receipts.claim(later) is not None


def test_an_endpoint_that_answers_again_gets_what_waited_uncounted(
    world: World, receipts: Listener
) -> None:
    book(world, times=2)
    first, second = receipts.expect(), receipts.expect()
    receipts.failed(first, not_before=NOW + timedelta(days=1))
    receipts.failed(second, not_before=NOW + timedelta(days=1))

    with receipts.database.write() as session:
        outbox.hurry(session, receipts.id)

    again = receipts.expect()
    assert (again.message_id, again.attempts) == (first.message_id, 1)


def test_a_number_that_changed_while_it_was_told_is_told_again(
    world: World, stock: Listener
) -> None:
    world.count("MUG", 9)
    before = stock.expect()

    world.count("MUG", 7)
    stock.told(before)

    after = stock.expect()
    assert isinstance(before.news, StockNews)
    assert isinstance(after.news, StockNews)
    assert before.news.available == {"MAIN": 9}
    assert after.news.available == {"MAIN": 7}
    assert after.news.version > before.news.version
    assert after.webhook_id != before.webhook_id


def test_a_late_failure_spoils_no_newer_number(world: World, stock: Listener) -> None:
    world.count("MUG", 9)
    before = stock.expect()
    world.count("MUG", 7)

    stock.failed(before)

    assert stock.expect().attempts == 1


def test_many_changes_are_one_message_with_the_newest_number(
    world: World, stock: Listener
) -> None:
    for units in range(20, 40):
        world.count("MUG", units)

    news = stock.expect().news

    assert isinstance(news, StockNews)
    assert news.available == {"MAIN": 39}
    assert stock.claim() is None


def test_a_number_that_was_given_up_is_owed_again_when_it_changes(
    world: World, stock: Listener
) -> None:
    world.count("MUG", 9)
    for attempt in range(3):
        stock.failed(stock.expect(NOW + attempt * MINUTE))
    assert stock.states() == [("stock.changed", "dead")]

    world.count("MUG", 7)

    assert stock.expect().attempts == 1


def test_what_was_told_long_ago_is_forgotten_but_never_a_version(
    world: World, listener: Listener
) -> None:
    book(world, times=2)
    while (claimed := listener.claim()) is not None:
        listener.told(claimed)
    (version,) = {m.version for m in listener.messages(CHANGED)}
    later = NOW + outbox.TOLD_KEPT + MINUTE

    with listener.database.write() as session:
        endpoint = endpoints.find_endpoint(session, listener.id)
        assert outbox.sweep(session, endpoint, later) == 2
        assert outbox.sweep(session, endpoint, later) == 0

    assert listener.states() == [("stock.changed", "told")]
    assert listener.messages(CHANGED)[0].version == version


def test_how_an_endpoint_stands(world: World, receipts: Listener) -> None:
    book(world)
    for attempt in range(3):
        receipts.failed(receipts.expect(NOW + attempt * MINUTE))
    book(world, times=3)
    receipts.told(receipts.expect())

    with receipts.database.read() as session:
        found = endpoints.find_endpoint(session, receipts.id)
        standing = endpoints.standing_of(session, found)

    assert (standing.owed, standing.dead) == (2, 1)
    assert standing.oldest_owed_at == NOW


def test_an_endpoint_that_is_removed_takes_all_with_it(
    world: World, listener: Listener
) -> None:
    book(world)

    with listener.database.write() as session:
        endpoints.remove_endpoint(session, listener.id)

    book(world)
    assert listener.messages() == []
    with pytest.raises(UnknownEndpoint):
        listener.read()


def test_of_two_who_want_to_tell_an_endpoint_one_may(listener: Listener) -> None:
    database = listener.database
    token = database.run(lambda s: endpoints.take_lease(s, listener.id))
    assert token is not None

    assert database.run(lambda s: endpoints.take_lease(s, listener.id)) is None
    with pytest.raises(LeaseLost):
        database.run(lambda s: endpoints.keep_lease(s, listener.id, "another"))

    database.run(lambda s: endpoints.release_lease(s, listener.id, token))
    assert database.run(lambda s: endpoints.take_lease(s, listener.id)) is not None


def test_a_secret_is_random_and_lies_sealed(world: World, listener: Listener) -> None:
    other = Listener(world)

    assert listener.secret.startswith("whsec_")
    assert listener.secret != other.secret
    assert listener.secret.encode() not in bytes(listener.read().sealed_secrets)


def test_a_secret_copied_to_another_endpoint_does_not_open(
    world: World, listener: Listener
) -> None:
    other = Listener(world).read()
    other.sealed_secrets = listener.read().sealed_secrets

    with pytest.raises(VaultError):
        active_secrets(world.vault, other, NOW)


def test_while_a_secret_is_changed_two_are_active_and_then_one(
    world: World, listener: Listener
) -> None:
    def active(endpoint: HookEndpoint, after: timedelta) -> list[str]:
        return list(active_secrets(world.vault, endpoint, NOW + after))

    endpoint = listener.read()
    day = timedelta(days=1)

    fresh = rotate_secret(world.vault, endpoint, keep=day, now=NOW)
    assert active(endpoint, timedelta()) == [fresh, listener.secret]
    assert active(endpoint, day) == [fresh]

    newest = rotate_secret(world.vault, endpoint, keep=day, now=NOW)
    assert active(endpoint, timedelta()) == [newest, fresh]


@on_postgresql
def test_removing_an_endpoint_never_spoils_a_receipt(
    world: World, listener: Listener
) -> None:
    booked, removing = Event(), Event()

    def remove() -> None:
        booked.wait(10)
        removing.set()
        world.database.run(lambda s: endpoints.remove_endpoint(s, listener.id))

    other = Thread(target=remove)
    other.start()
    with world.database.write() as session:
        post(session, [world.receive_units("MUG", 1)])
        booked.set()
        removing.wait(10)
        other.join(0.3)
        assert other.is_alive(), "the removal waits for the receipt"
    other.join(10)

    book(world)
    assert listener.messages() == []
    assert world.broken_invariants() == []


@on_postgresql
def test_a_receipt_in_the_middle_of_a_removal_is_booked(
    world: World, listener: Listener
) -> None:
    poster = Thread(target=lambda: world.count("MUG", 33))
    with world.database.write() as session:
        endpoints.remove_endpoint(session, listener.id)
        session.flush()
        poster.start()
        poster.join(0.3)
        assert poster.is_alive(), "the receipt waits for the removal"
    poster.join(10)

    assert world.level("MUG").available == 33
    assert listener.messages() == []
