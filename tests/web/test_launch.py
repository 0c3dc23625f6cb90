"""Launch tokens of an ERP: what opens the page, and everything that does not."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import jwt
import pytest
from flask import Flask

from daemon.links import issue_token
from daemon.settings import Settings
from stock import people
from stock.models import Role, UsedLaunch
from stock.session import Database
from tests.web.conftest import MovableClock
from tests.web.issuer import (
    AT,
    MISSING,
    OTHER_SECRET,
    PRIVATE,
    PUBLIC,
    SECRET,
    claims,
    encoded,
    hand_signed,
    launch,
    segment,
    signed,
    with_keys,
)
from tests.web.seller import NOW, Seller
from tests.web.visitor import tells, text_of


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_keys(settings)


def test_a_token_of_the_erp_opens_the_page_in_its_persons_name(
    app: Flask, seller: Seller
) -> None:
    token = signed(name="Nguyễn Thị Lan", lang="en")
    opened = launch(app, token, due="over")
    page = app.test_client().get(opened.location)
    assert opened.status_code == 303 and "due=over" in opened.location
    assert "Nguyễn Thị Lan" in page.text and ">Warehouse clerk<" in page.text


def test_an_issuer_may_sign_with_a_private_key_of_its_own(app: Flask) -> None:
    token = signed(PRIVATE, "EdDSA", iss="tryton")
    assert launch(app, token).status_code == 303
    assert launch(app, signed(PRIVATE, "EdDSA", iss="odoo")).status_code == 403


def test_a_token_opens_the_page_once(app: Flask, clock: MovableClock) -> None:
    token = signed()
    assert launch(app, token).status_code == 303
    assert launch(app, token).status_code == 403
    assert app.test_client().get(f"/open?token={token}").status_code == 403
    # Another issuer may well give the same number.
    assert launch(app, signed(OTHER_SECRET, iss="erpnext")).status_code == 303


def test_who_only_asks_for_the_head_leaves_the_token_good(app: Flask) -> None:
    token = signed()
    client = app.test_client(use_cookies=False)
    for _ in range(2):
        looked = client.head(f"/open?token={token}")
        assert looked.status_code == 200 and "Location" not in looked.headers
    assert client.get(f"/open?token={token}").status_code == 303


def test_of_many_at_once_one_opens_the_page(app: Flask) -> None:
    token = signed()
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: launch(app, token).status_code, range(8)))
    assert sorted(statuses) == [303, *[403] * 7]


def test_used_ones_are_forgotten_once_their_age_refuses_them(
    app: Flask, database: Database, clock: MovableClock
) -> None:
    first = signed()
    assert launch(app, first).status_code == 303
    for seconds in (60, 90, 91):
        clock.now = NOW + timedelta(seconds=seconds)
        assert launch(app, first).status_code == 403
    clock.now = NOW + timedelta(hours=1)
    later: dict[str, Any] = {"iat": AT + 3600, "exp": AT + 3660, "jti": "later"}
    assert launch(app, signed(**later)).status_code == 303
    with database.read() as session:
        assert session.query(UsedLaunch).count() == 1


def test_a_little_difference_between_clocks_is_no_harm(
    app: Flask, clock: MovableClock
) -> None:
    for number, (seconds, status) in enumerate(
        [(-31, 403), (-30, 303), (90, 303), (91, 403)]
    ):
        clock.now = NOW + timedelta(seconds=seconds)
        token = signed(jti=f"token {number}")
        assert launch(app, token).status_code == status, seconds


WRONG: dict[str, tuple[object, ...]] = {
    "iss": ("", "nobody", "erpnext", "truestock", None, 1, ["odoo"]),
    "aud": (
        "",
        "https://other.example.vn",
        "https://stock.example.vn/",
        ["https://stock.example.vn"],
        ["https://stock.example.vn", "https://other.example.vn"],
        None,
        1,
    ),
    "sub": ("", " ", "a\nb", "x" * 101, None, 1, ["lan"]),
    "purpose": ("", "form", "desk", None, 1, ["open"]),
    "role": ("", "boss", "Clerk", None, 1, ["clerk"]),
    "jti": ("", "x" * 201, "a\x00b", None, 1, ["x"]),
    "iat": (0, AT + 31, AT - 1, "now", str(AT), None, True, [AT], 1e300),
    "exp": (0, AT, AT - 1, AT + 61, AT + 10**9, "soon", None, True, 1e300),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_claim_is_needed_and_judged(app: Flask, name: str) -> None:
    for wrong in (*WRONG[name], MISSING):
        token = hand_signed(claims(**{name: wrong}))
        assert launch(app, token).status_code == 403, wrong


ODD: tuple[tuple[str, object], ...] = (
    ("nbf", AT + 31),
    ("nbf", "soon"),
    ("name", ""),
    ("name", "a\nb"),
    ("shop", "nowhere"),
    ("shop", []),
    ("shop", [""]),
    ("shop", {"one": 1}),
    ("warehouse", "NOWHERE"),
    ("warehouse", [1]),
    ("warehouse", ["MAIN"] * 201),
    ("document", ""),
    ("document", "x" * 101),
    ("lang", "fr"),
    ("lang", ["vi"]),
)


def test_what_may_be_left_out_is_judged_too(app: Flask, seller: Seller) -> None:
    for name, wrong in ODD:
        answer = launch(app, hand_signed(claims(**{name: wrong})))
        assert answer.status_code == 403, (name, wrong)


def test_an_unsigned_token_is_refused(app: Flask) -> None:
    signature = hand_signed(claims()).rpartition(".")[2]
    for alg in ("none", "None", "NONE", "nOnE", "", None):
        parts = ({"alg": alg, "typ": "JWT"}, claims())
        head = b".".join(segment(json.dumps(x).encode()) for x in parts).decode()
        for tail in ("", signature, "AA"):
            assert launch(app, f"{head}.{tail}").status_code == 403, (alg, tail)


def test_a_public_key_is_no_shared_secret(app: Flask) -> None:
    body = claims(iss="tryton")
    spellings = (PUBLIC, encoded(PUBLIC).encode(), PUBLIC.hex().encode())
    for key in spellings:
        assert launch(app, hand_signed(body, key=key)).status_code == 403


def test_another_key_is_refused_also_another_issuers(app: Flask) -> None:
    for key in (b"\x00", b"x" * 32, OTHER_SECRET, SECRET[:-1]):
        assert launch(app, hand_signed(claims(), key=key)).status_code == 403, key


def test_the_algorithm_follows_from_the_key_and_not_from_the_token(
    app: Flask,
) -> None:
    for algorithm in ("HS384", "HS512"):
        signer = jwt.get_algorithm_by_name(algorithm)
        parts = ({"alg": algorithm, "typ": "JWT"}, claims())
        head = b".".join(segment(json.dumps(x).encode()) for x in parts)
        token = b".".join((head, segment(signer.sign(head, SECRET)))).decode()
        assert launch(app, token).status_code == 403, algorithm


HEADERS: tuple[dict[str, object], ...] = (
    {"jku": "https://evil.example.vn/keys"},
    {"jwk": {"kty": "oct", "k": encoded(b"x" * 32)}},
    {"x5u": "https://evil.example.vn/cert"},
    {"x5c": ["AAAA"]},
    {"crit": ["exp"]},
    {"crit": ["b64"], "b64": False},
    {"zip": "DEF"},
)


def test_a_token_that_brings_its_own_key_or_rules_is_refused(app: Flask) -> None:
    for header in HEADERS:
        full = {"alg": "HS256", "typ": "JWT", **header}
        assert launch(app, hand_signed(claims(), full)).status_code == 403, header


def test_a_key_is_never_found_by_what_the_token_calls_it(app: Flask) -> None:
    for kid in ("../../dev/null", "' OR 1=1 --", "erpnext", "1"):
        full: dict[str, object] = {"alg": "HS256", "typ": "JWT", "kid": kid}
        for key in (b"", b"\x00", OTHER_SECRET):
            assert launch(app, hand_signed(claims(), full, key)).status_code == 403
        good = hand_signed(claims(jti=kid), full)
        assert launch(app, good).status_code == 303


NO_TOKENS = (
    "",
    ".",
    "..",
    "x",
    "\x00",
    "é",
    "a" * 5000,
    "eyJhbGciOiJub25lIn0.e30.",
    "e30.e30.e30",
    "W10.W10.W10",
    "e30.e30.e30.e30.e30",
    hand_signed([]),
    hand_signed("open"),
    hand_signed({}),
)


def test_what_is_no_token_is_refused(app: Flask) -> None:
    for token in NO_TOKENS:
        assert launch(app, token).status_code == 403, token


def test_a_document_opens_right_there(app: Flask, seller: Seller) -> None:
    order_id = seller.order("A1", 3, tracking="SPX1")
    client = app.test_client()
    opened = launch(app, signed(document="SPX1"))
    found = client.get(opened.location)
    assert found.status_code == 303
    assert f"/orders/{order_id}/receipt" in found.location


def test_a_launch_binds_to_shops_and_warehouses(app: Flask, seller: Seller) -> None:
    seller.order("A1", shop="one")
    seller.order("B1", shop="two")
    client = app.test_client()
    opened = launch(app, signed(shop="two", warehouse=["MAIN"]))
    page = client.get(opened.location).text
    assert tells(page, "B1") and not tells(page, "A1")


def add(database: Database, name: str, role: Role, **bounds: Any) -> None:
    with database.write() as session:
        people.add_person(
            session, name=name, role=role, actor="minh", now=NOW, **bounds
        )


def test_a_launch_never_gives_more_than_is_noted_here(
    app: Flask, database: Database, seller: Seller
) -> None:
    seller.order("A1", shop="one")
    seller.order("B1", shop="two")
    add(database, "Lan", Role.VIEWER, shop_ids=[seller.shop("two").id])
    client = app.test_client()
    opened = launch(app, signed(role="admin", sub="LAN"))
    page = text_of(client.get(opened.location).text)
    assert "Lan Xem" in page or "Người xem" in page
    assert tells(page, "B1") and not tells(page, "A1")
    both = launch(app, signed(shop="one", jti="second"))
    narrowed = client.get(both.location).text
    assert not tells(narrowed, "B1") and not tells(narrowed, "A1")


def test_a_launch_may_give_less_than_is_noted_here(
    app: Flask, database: Database, seller: Seller
) -> None:
    add(database, "lan", Role.ADMIN)
    opened = launch(app, signed(role="viewer"))
    order_id = seller.order("A1")
    path = opened.location + f"orders/{order_id}/receipt"
    assert app.test_client().post(path, data={}).status_code == 403


def test_a_disabled_person_is_not_let_in_by_any_issuer(
    app: Flask, database: Database, settings: Settings
) -> None:
    add(database, "Lan", Role.CLERK)
    with database.write() as session:
        person = people.named_person(session, "lan")
        people.disable(session, person, actor="minh", now=NOW)
    refused = launch(app, signed())
    assert refused.status_code == 403 and "không còn được vào" in refused.text
    assert launch(app, issue_token(settings, " lan", "clerk", NOW)).status_code == 403
