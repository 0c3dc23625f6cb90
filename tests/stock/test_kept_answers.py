from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from stock import keys
from stock.errors import IdempotencyConflict
from stock.kept_answers import (
    KEPT_FOR,
    LONGEST_WORK,
    Answered,
    Asked,
    Claim,
    UnderWay,
    claim,
    keep,
    let_go,
)
from stock.models.keys import Scope
from stock.session import Database

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DONE = Answered(status=201, body="{}", location="/there")


@pytest.fixture
def asked(database: Database) -> Asked:
    with database.write() as session:
        made = keys.add_key(
            session,
            ["s" * 32],
            name="erp",
            scopes=[Scope.STOCK_READ],
            actor="me",
            now=NOW,
        )
        return Asked(api_key_id=made.key.id, request_key="k", content="c" * 64)


def claimed(database: Database, asked: Asked, now: datetime = NOW) -> Claim:
    with database.write() as session:
        held = claim(session, asked, now)
    assert isinstance(held, Claim)
    return held


def test_an_answer_is_given_again(database: Database, asked: Asked) -> None:
    held = claimed(database, asked)
    with database.write() as session:
        keep(session, held, DONE)

    with database.write() as session:
        assert claim(session, asked, NOW) == DONE


def test_who_was_taken_over_cannot_keep_an_answer(
    database: Database, asked: Asked
) -> None:
    slow = claimed(database, asked)
    quick = claimed(database, asked, NOW + LONGEST_WORK)

    with pytest.raises(UnderWay), database.write() as session:
        keep(session, slow, DONE)
    with database.write() as session:
        let_go(session, slow)
    with database.write() as session:
        keep(session, quick, DONE)


def test_what_is_under_way_is_not_claimed_twice(
    database: Database, asked: Asked
) -> None:
    claimed(database, asked)
    almost = NOW + LONGEST_WORK - timedelta(seconds=1)

    with pytest.raises(UnderWay), database.write() as session:
        claim(session, asked, almost)


def test_another_content_under_the_key_is_a_conflict(
    database: Database, asked: Asked
) -> None:
    claimed(database, asked)
    other = Asked(api_key_id=asked.api_key_id, request_key="k", content="d" * 64)

    with pytest.raises(IdempotencyConflict), database.write() as session:
        claim(session, other, NOW)


def test_what_was_let_go_is_free_and_what_was_answered_is_not(
    database: Database, asked: Asked
) -> None:
    with database.write() as session:
        let_go(session, claimed_in(session, asked))
    held = claimed(database, asked)
    with database.write() as session:
        keep(session, held, DONE)
        let_go(session, held)

    with database.write() as session:
        assert claim(session, asked, NOW) == DONE


def test_an_old_answer_is_forgotten(database: Database, asked: Asked) -> None:
    held = claimed(database, asked)
    with database.write() as session:
        keep(session, held, DONE)

    later = claimed(database, asked, NOW + KEPT_FOR + timedelta(seconds=1))

    assert later.token != held.token


def claimed_in(session: Session, asked: Asked) -> Claim:
    held = claim(session, asked, NOW)
    assert isinstance(held, Claim)
    return held
