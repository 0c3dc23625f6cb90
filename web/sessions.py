"""Opens the page for a launch or a sign-in, and finds out who looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from daemon.links import PURPOSE
from daemon.settings import Settings
from stock.errors import LaunchUsed, UnknownShop, UnknownWarehouse
from stock.launches import grant_launch, use_launch
from stock.person_sessions import find_session, start_session
from stock.session import Database
from web.errors import TokenRefused
from web.launches import Launch, read_launch
from web.tokens import Reader

LONGEST_SECRET = 100
SESSION = "session"


@dataclass(frozen=True, slots=True)
class Opened:
    """A page that a launch has just opened."""

    access: str
    """The secret part of its address."""
    launch: Launch


def exchange_token(
    database: Database, settings: Settings, token: str, now: datetime
) -> Opened:
    """Open the page for a launch token, once.

    Raises ``TokenRefused``, and ``stock.errors.PersonDisabled``.
    """
    launch = read_launch(settings, token, now)

    def work(session: Session) -> str:
        # What it gives is judged first: a refused one may be used again.
        grant = grant_launch(
            session,
            user=launch.user,
            role=launch.role,
            shown_name=launch.shown_name,
            shops=launch.shops,
            warehouses=launch.warehouses,
        )
        use_launch(session, launch.issuer, launch.id, ends_at=launch.ends_at, now=now)
        return start_session(session, grant, now=now)

    try:
        return Opened(database.run(work), launch)
    except (LaunchUsed, UnknownShop, UnknownWarehouse) as refusal:
        raise TokenRefused(PURPOSE, why=str(refusal)) from None


def read_session(database: Database, value: str, now: datetime) -> Reader:
    """Return whose page this is.  Raises ``TokenRefused``."""
    if not 0 < len(value) <= LONGEST_SECRET or not value.isascii():
        raise TokenRefused(SESSION)
    with database.read() as session:
        grant = find_session(session, value, now=now)
    if grant is None:
        raise TokenRefused(SESSION, expired=True)
    return Reader(
        user=grant.user,
        shown_name=grant.shown_name,
        role=grant.role,
        shop_ids=grant.shop_ids,
        warehouse_ids=grant.warehouse_ids,
        person_id=grant.person_id,
    )
