"""Lets a launch open the page once, with no more than the person may here."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from stock.errors import LaunchUsed, PersonDisabled, UnknownShop, UnknownWarehouse
from stock.models import Role, Shop, UsedLaunch, Warehouse
from stock.people import find_person
from stock.person_sessions import Grant

_RANKS = {role: rank for rank, role in enumerate(Role)}


def use_launch(
    session: Session, issuer: str, launch_id: str, *, ends_at: datetime, now: datetime
) -> None:
    """Note that a launch was used.  Raises ``LaunchUsed`` the second time.

    Those that are refused for their age by now are forgotten on the way.
    """
    session.execute(delete(UsedLaunch).where(UsedLaunch.ends_at < now))
    named = f"{len(issuer)}:{issuer}:{launch_id}"
    row = {"digest": hashlib.sha256(named.encode()).hexdigest(), "ends_at": ends_at}
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    noted = insert(UsedLaunch).values(row).on_conflict_do_nothing()
    if session.scalar(noted.returning(UsedLaunch.digest)) is None:
        raise LaunchUsed(issuer)


def grant_launch(
    session: Session,
    *,
    user: str,
    role: Role,
    shown_name: str = "",
    shops: Sequence[str] | None = None,
    warehouses: Sequence[str] | None = None,
) -> Grant:
    """Return what a launch gives: never more than what is noted of the person here.

    Raises ``PersonDisabled``, ``UnknownShop`` or ``UnknownWarehouse``.
    """
    shop_ids = None if shops is None else _shop_ids(session, shops)
    warehouse_ids = None if warehouses is None else _warehouse_ids(session, warehouses)
    person = find_person(session, user)
    if person is not None:
        if person.disabled_at is not None:
            raise PersonDisabled(person.name)
        user = person.name
        role = min(role, Role(person.role), key=_RANKS.__getitem__)
        shop_ids = _narrower(shop_ids, person.shop_ids)
        warehouse_ids = _narrower(warehouse_ids, person.warehouse_ids)
    return Grant(
        user=user,
        role=role,
        shown_name=shown_name,
        shop_ids=shop_ids,
        warehouse_ids=warehouse_ids,
    )


def _narrower(
    asked: frozenset[int] | None, allowed: Collection[int] | None
) -> frozenset[int] | None:
    if allowed is None:
        return asked
    return frozenset(allowed) if asked is None else asked.intersection(allowed)


def _shop_ids(session: Session, names: Sequence[str]) -> frozenset[int]:
    rows = session.execute(select(Shop.name, Shop.id).where(Shop.name.in_(names)))
    ids = {name: shop_id for name, shop_id in rows}
    for name in names:
        if name not in ids:
            raise UnknownShop(name)
    return frozenset(ids.values())


def _warehouse_ids(session: Session, codes: Sequence[str]) -> frozenset[int]:
    rows = session.execute(
        select(Warehouse.code, Warehouse.id).where(Warehouse.code.in_(codes))
    )
    ids = {code: warehouse_id for code, warehouse_id in rows}
    for code in codes:
        if code not in ids:
            raise UnknownWarehouse(code)
    return frozenset(ids.values())
