from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import update

from stock import shops
from stock.errors import LeaseLost, UnknownShop, VaultError
from stock.models import Listing, Shop
from stock.shops import ShopExists
from stock.vault import Vault
from tests.stock.world import NOW, World


def _lease(world: World) -> str | None:
    with world.database.write() as session:
        return shops.take_lease(session, world.shop.name)


def _let_it_expire(world: World) -> None:
    with world.database.write() as session:
        session.execute(update(Shop).values(lease_until=NOW - timedelta(days=999)))


LATER = NOW + timedelta(hours=1)


def _set(world: World, **values: object) -> None:
    with world.database.write() as session:
        session.execute(update(Shop).values(**values))


def _due(world: World) -> list[str]:
    with world.database.read() as session:
        return [shop.name for shop in shops.due_shops(session, NOW)]


def test_a_name_is_given_once(world: World) -> None:
    with pytest.raises(ShopExists) as refusal, world.database.write() as session:
        shops.add_shop(
            session,
            world.vault,
            name=world.shop.name,
            channel="lazada",
            external_id="2",
            settings={},
            now=NOW,
            orders_since=NOW,
        )

    assert refusal.value.name == world.shop.name


def test_an_unknown_shop_is_named(world: World) -> None:
    with pytest.raises(UnknownShop) as refusal, world.database.read() as session:
        shops.find_shop(session, "nowhere")

    assert refusal.value.shop == "nowhere"


def test_only_one_worker_holds_the_lease(world: World) -> None:
    assert _lease(world) is not None
    assert _lease(world) is None


def test_a_lease_that_ran_out_can_be_taken(world: World) -> None:
    first = _lease(world)
    _let_it_expire(world)

    second = _lease(world)

    assert second is not None and second != first


def test_who_lost_the_lease_cannot_commit(world: World) -> None:
    late = _lease(world) or ""
    _let_it_expire(world)
    _lease(world)

    with pytest.raises(LeaseLost), world.database.write() as session:
        shops.keep_lease(session, world.shop.name, late)


def test_the_holder_may_go_on(world: World) -> None:
    token = _lease(world) or ""

    with world.database.write() as session:
        shops.keep_lease(session, world.shop.name, token)

    assert _lease(world) is None


def test_a_lease_given_back_is_free(world: World) -> None:
    token = _lease(world) or ""

    with world.database.write() as session:
        shops.release_lease(session, world.shop.name, token)

    assert _lease(world) is not None


def test_a_lost_lease_cannot_be_given_back(world: World) -> None:
    late = _lease(world) or ""
    _let_it_expire(world)
    _lease(world)

    with world.database.write() as session:
        shops.release_lease(session, world.shop.name, late)

    assert _lease(world) is None


def test_a_shop_whose_round_has_come_is_due(world: World) -> None:
    _set(world, sync_due_at=NOW)

    assert _due(world) == [world.shop.name]


def test_a_shop_that_owes_a_push_is_due(world: World) -> None:
    _set(world, sync_due_at=LATER, reconcile_due_at=LATER)

    assert _due(world) == [world.shop.name]


def test_a_shop_with_nothing_to_do_is_not_due(world: World) -> None:
    _set(world, sync_due_at=LATER, reconcile_due_at=LATER)
    with world.database.write() as session:
        session.execute(update(Listing).values(pushed_version=Listing.wanted_version))

    assert _due(world) == []


def test_a_shop_that_must_wait_is_not_due_whatever_it_owes(world: World) -> None:
    _set(world, sync_due_at=LATER, reconcile_due_at=NOW, last_error="RateLimited")

    assert _due(world) == []


def test_settings_open_for_their_own_shop_only(world: World) -> None:
    other = world.open_shop()
    with world.database.write() as session:
        copied = shops.find_shop(session, world.shop.name).sealed_settings
        shops.find_shop(session, other.name).sealed_settings = copied

    with pytest.raises(VaultError), world.database.read() as session:
        shops.read_settings(session, world.vault, other.name)


def test_what_is_stored_does_not_show_the_secret(world: World) -> None:
    assert b"secret" not in world.shop.sealed_settings


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    sealed = Vault([old]).seal("owner", {"token": 1})

    both = Vault([new, old])

    assert both.open("owner", sealed) == {"token": 1}
    assert Vault([new]).open("owner", both.seal("owner", {"token": 2})) == {"token": 2}


def test_a_key_that_was_taken_away_opens_nothing() -> None:
    sealed = Vault([Fernet.generate_key().decode()]).seal("owner", {})

    with pytest.raises(VaultError):
        Vault([Fernet.generate_key().decode()]).open("owner", sealed)


def test_two_workers_renew_a_token_once(world: World) -> None:
    renewals: list[Mapping[str, Any]] = []
    gate = threading.Barrier(2)
    answers: list[dict[str, Any]] = []

    def renew(current: Mapping[str, Any]) -> Mapping[str, Any]:
        renewals.append(current)
        return {"token": f"renewed {len(renewals)}"}

    def work() -> None:
        gate.wait()
        with world.database.write() as session:
            answers.append(
                shops.rotate_settings(
                    session, world.vault, world.shop.name, {"token": "secret"}, renew
                )
            )

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(renewals) == 1
    assert answers == [{"token": "renewed 1"}] * 2
