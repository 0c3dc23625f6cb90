"""Receivers that are away, or gone, or sick; workers that die; and nothing is lost."""

from __future__ import annotations

from datetime import timedelta

import requests
import responses

from daemon.office import Office
from daemon.tell import LONGEST_REST
from daemon.ticker import pass_on, tick
from stock import endpoints
from stock.models import HookState
from tests.daemon.desk import Clock
from tests.daemon.silence import SilentBell
from tests.daemon.telling.teller import URL, Ears, Teller
from tests.stock.listeners import POSTED
from tests.stock.world import World


def test_410_switches_the_endpoint_off_until_a_person_resumes_it(
    teller: Teller, receiver: responses.RequestsMock
) -> None:
    receiver.post(URL, status=410)
    teller.book(2)
    teller.tell()
    teller.book()
    teller.later()

    assert len(receiver.calls) == 1
    assert teller.endpoint.state == HookState.OFF
    assert "410" in teller.endpoint.reason
    assert teller.states == ["owed", "owed"]

    receiver.replace(responses.POST, URL, status=200)
    with teller.office.database.write() as session:
        endpoints.resume(endpoints.find_endpoint(session, teller.id))
    teller.tell()
    assert teller.states == ["told", "told"]


def test_one_bad_message_does_not_keep_the_others_waiting(
    teller: Teller, receiver: responses.RequestsMock
) -> None:
    teller.book(6)
    bad = {f"_{one.subject_id}_" for one in teller.listener.messages()[:4]}

    def judge(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        is_bad = any(part in str(request.headers["webhook-id"]) for part in bad)
        return (422 if is_bad else 200), {}, ""

    receiver.add_callback(responses.POST, URL, callback=judge)

    teller.tell()

    assert teller.states == ["owed"] * 4 + ["told"] * 2
    assert teller.endpoint.failing_since is None
    assert teller.endpoint.wait_until is None


def test_an_endpoint_that_is_away_is_not_tried_with_all_that_waits(
    teller: Teller, receiver: responses.RequestsMock
) -> None:
    receiver.post(URL, body=requests.ConnectionError())
    teller.book(6)

    teller.tell()

    assert len(receiver.calls) == 1
    assert teller.endpoint.wait_until is not None


def test_a_message_that_gets_no_answer_does_not_keep_the_others_waiting(
    teller: Teller, receiver: responses.RequestsMock
) -> None:
    teller.book(4)
    bad = f"_{teller.listener.messages()[0].subject_id}_"

    def judge(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        if bad in str(request.headers["webhook-id"]):
            raise requests.ReadTimeout
        return 200, {}, ""

    receiver.add_callback(responses.POST, URL, callback=judge)

    for _ in range(3):
        teller.later(timedelta(seconds=10))

    assert teller.states == ["owed"] + ["told"] * 3
    assert len(receiver.calls) <= 6


def test_what_waited_for_an_endpoint_is_told_as_soon_as_it_is_back(
    teller: Teller, receiver: responses.RequestsMock
) -> None:
    receiver.post(URL, body=requests.ConnectionError())
    teller.book(2)
    for _ in range(12):
        teller.later(timedelta(hours=3))
    waiting = teller.listener.messages()
    soon = teller.clock.now() + timedelta(hours=1)
    assert all(one.due_at is not None and one.due_at > soon for one in waiting)
    receiver.replace(responses.POST, URL, status=200)
    teller.book()

    teller.later(LONGEST_REST * 1.2)

    assert teller.states == ["told"] * 3


def test_a_paused_endpoint_is_told_when_it_goes_on(
    teller: Teller, receiver: responses.RequestsMock
) -> None:
    receiver.post(URL)
    with teller.office.database.write() as session:
        endpoints.pause(endpoints.find_endpoint(session, teller.id))
    teller.book()
    teller.tell()
    assert len(receiver.calls) == 0

    with teller.office.database.write() as session:
        endpoints.resume(endpoints.find_endpoint(session, teller.id))
    teller.tell()

    assert teller.states == ["told"]


def test_a_name_that_moved_into_our_own_network_is_not_called(
    office: Office, clock: Clock, world: World, receiver: responses.RequestsMock
) -> None:
    teller = Teller(office, clock, world, POSTED)
    with office.database.write() as session:
        endpoints.find_endpoint(session, teller.id).url = "https://127.0.0.1/hook"
    teller.book()

    teller.tell()

    assert len(receiver.calls) == 0
    assert "inner address" in teller.endpoint.last_answer


def test_a_lost_key_fails_this_endpoint_and_no_other(
    teller: Teller, receiver: responses.RequestsMock, office: Office, clock: Clock
) -> None:
    other = Teller(office, clock, teller.world, POSTED)
    receiver.post(URL)
    with office.database.write() as session:
        spoilt = endpoints.find_endpoint(session, teller.id)
        spoilt.sealed_secrets = b"junk"
    teller.book()

    tick(office, SilentBell())
    tick(office, SilentBell())

    assert len(receiver.calls) == 1
    assert other.states == ["told"]
    assert teller.states == ["owed"]
    assert "TRUESTOCK_CREDENTIALS_KEY" in teller.endpoint.last_answer
    assert teller.endpoint.failures == 1


def test_somebody_elses_work_is_left_alone_and_their_death_survived(
    teller: Teller, receiver: responses.RequestsMock
) -> None:
    receiver.post(URL)
    teller.book()
    database = teller.office.database
    dead = database.run(lambda s: endpoints.take_lease(s, teller.id))
    assert dead is not None
    teller.tell()
    assert len(receiver.calls) == 0

    database.run(lambda s: endpoints.release_lease(s, teller.id, dead))
    teller.tell()
    assert teller.states == ["told"]


def test_who_lost_the_lease_while_sending_writes_nothing(
    teller: Teller, receiver: responses.RequestsMock
) -> None:
    def overtake(_request: object) -> tuple[int, dict[str, str], str]:
        with teller.office.database.write() as session:
            endpoints.find_endpoint(session, teller.id).lease_token = "another"
        return 200, {}, ""

    receiver.add_callback(responses.POST, URL, callback=overtake)
    teller.book()

    teller.tell()

    assert teller.states == ["owed"]
    assert teller.endpoint.lease_token == "another"


def test_the_clock_and_a_shops_work_ring_for_who_is_owed(teller: Teller) -> None:
    idle, ears = Ears(), Ears()
    tick(teller.office, idle)
    assert idle.endpoints == []

    teller.book()
    tick(teller.office, ears)
    pass_on(teller.office, ears, "any")

    assert ears.endpoints == [teller.id, teller.id]


def test_without_redis_the_clock_tells(
    teller: Teller, receiver: responses.RequestsMock
) -> None:
    receiver.post(URL)
    teller.book(3)

    tick(teller.office, SilentBell())

    assert teller.states == ["told"] * 3
