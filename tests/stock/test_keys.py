from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from stock import keys
from stock.models import ApiKey, AuditEntry
from stock.models.keys import Scope
from stock.session import Database

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SECRETS = ["first-secret-of-the-installation"]


def made(database: Database, name: str = "erp") -> str:
    with database.write() as session:
        return keys.add_key(
            session,
            SECRETS,
            name=name,
            scopes=[Scope.STOCK_READ, Scope.ORDERS_READ, Scope.STOCK_READ],
            actor="admin",
            now=NOW,
        ).text


def opened(database: Database, key: str, secrets: list[str] = SECRETS) -> str | None:
    with database.read() as session:
        found = keys.find_key(session, secrets, key)
        return found.name if found else None


def test_a_key_opens_and_its_text_is_nowhere(database: Database) -> None:
    key = made(database)

    assert key.startswith("tsk_")
    assert opened(database, key) == "erp"
    with database.read() as session:
        row = session.execute(text("SELECT * FROM api_key")).one()
    secret = key.rpartition("_")[2]
    assert not any(secret in str(value) for value in row)


def test_a_copy_of_the_table_tries_no_key_out_without_the_secret(
    database: Database,
) -> None:
    key = made(database)

    assert opened(database, key, ["secret-of-another-installation"]) is None


def test_one_letter_more_less_or_other_opens_nothing(database: Database) -> None:
    key = made(database)
    other = "A" if key[-1] != "A" else "B"

    for wrong in (key[:-1], key + "A", key[:-1] + other, key.upper(), key[4:], ""):
        assert opened(database, wrong) is None


@pytest.mark.parametrize("odd", ["tsk_", "tsk__", "tsk_é_x", "tsk_" + "0" * 5000])
def test_what_is_no_key_is_not_looked_for(database: Database, odd: str) -> None:
    assert opened(database, odd) is None


def test_a_key_survives_a_new_secret_and_follows_it_when_it_is_used(
    database: Database,
) -> None:
    key = made(database)
    fresh = "second-secret-of-the-installation"

    assert opened(database, key, [fresh, *SECRETS]) == "erp"
    with database.write() as session:
        found = session.scalars(select(ApiKey)).one()
        keys.note_use(session, [fresh, *SECRETS], found.id, key, NOW)

    assert opened(database, key, [fresh]) == "erp"
    assert opened(database, key, SECRETS) is None


def test_a_revoked_key_opens_nothing_and_keeps_its_name(database: Database) -> None:
    key = made(database)

    with database.write() as session:
        keys.revoke_key(session, "erp", actor="admin", now=NOW)
        keys.revoke_key(session, "erp", actor="admin", now=NOW + timedelta(days=1))

    assert opened(database, key) is None
    with database.read() as session:
        (found,) = keys.list_keys(session)
    assert found.revoked_at == NOW
    with pytest.raises(keys.KeyExists):
        made(database)


def test_a_key_is_revoked_by_its_open_part_too(database: Database) -> None:
    key = made(database)

    with database.write() as session:
        keys.revoke_key(session, key.split("_")[1], actor="admin", now=NOW)

    assert opened(database, key) is None


def test_revoking_what_is_not_there_says_so(database: Database) -> None:
    with pytest.raises(keys.UnknownApiKey), database.write() as session:
        keys.revoke_key(session, "none", actor="admin", now=NOW)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 101, "zero\u200bwidth"])
def test_a_name_that_nobody_could_read_is_refused(
    database: Database, name: str
) -> None:
    with pytest.raises(keys.KeyNameRefused):
        made(database, name)


def test_a_key_that_may_do_nothing_is_refused(database: Database) -> None:
    with pytest.raises(keys.NoScope), database.write() as session:
        keys.add_key(session, SECRETS, name="x", scopes=[], actor="me", now=NOW)


def test_who_made_and_revoked_a_key_is_remembered(database: Database) -> None:
    key = made(database)
    with database.write() as session:
        keys.revoke_key(session, "erp", actor="other", now=NOW)

    with database.read() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        told = [(x.actor, x.action, x.object, x.detail) for x in entries]
    assert told == [
        ("admin", "key added", "erp", {"scopes": "orders:read stock:read"}),
        ("other", "key revoked", "erp", {}),
    ]
    assert key not in str(told)
