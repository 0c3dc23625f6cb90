"""Tokens: how they are given, how they age, and what they open."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.servers import Sandbox
from tests.sandbox.driver import Control, Json
from tests.sandbox.haravan.driver import Store

BACK = "https://app.example/back"


@pytest.fixture
def ageing() -> Iterator[Store]:
    """A shop in a sandbox of its own, whose clock may be moved."""
    with Sandbox(port=0, seed=1) as running:
        control = Control(running.url)
        settings = control.post("haravan/shops", shop="s1")["settings"]
        yield Store(control, "s1", settings)


def call(store: Store, token: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return store.send("GET", "/com/shop.json", headers=headers)


def consent(store: Store, **changed: str) -> requests.Response:
    query = {
        "response_mode": "query",
        "response_type": "code",
        "scope": "openid org userinfo grant_service offline_access com.read_shop",
        "client_id": store.settings["client_id"],
        "redirect_uri": BACK,
        "state": "s",
        "orgid": store.settings["org_id"],
    }
    return requests.get(
        f"{store.settings['auth_url']}/connect/authorize",
        params=query | changed,
        allow_redirects=False,
        timeout=5,
    )


def code_of(store: Store, **changed: str) -> str:
    answer = consent(store, **changed)
    assert answer.status_code == 302, answer.text
    given = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert given["state"] == ["s"]
    return given["code"][0]


def exchange(store: Store, code: str, back: str = BACK) -> requests.Response:
    return store.token(grant_type="authorization_code", code=code, redirect_uri=back)


def claims(token: str) -> Json:
    part = token.split(".")[1]
    said: Json = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return said


def test_the_settings_are_what_a_client_must_be_told(store: Store) -> None:
    kinds = {name: type(value) for name, value in store.settings.items()}
    assert kinds == {
        "base_url": str,
        "auth_url": str,
        "access_token": str,
        "refresh_token": str,
        "expires_in": int,
        "client_id": str,
        "client_secret": str,
        "location_id": str,
        "org_id": str,
    }


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic {}", "{}"])
def test_without_a_good_bearer_token_nothing_opens(store: Store, header: str) -> None:
    sent = {"Authorization": header.format(store.settings["access_token"])}
    answer = store.send("GET", "/com/orders.json", headers=sent)
    assert (answer.status_code, answer.json()) == (401, {"errors": "Unauthorized"})


def test_an_access_token_ages_and_is_renewed(ageing: Store) -> None:
    old = ageing.settings["access_token"]
    ageing.control.clock(ageing.settings["expires_in"] - 60)
    assert call(ageing, old).status_code == 200
    ageing.control.clock(61)
    assert call(ageing, old).status_code == 401
    refresh = ageing.settings["refresh_token"]
    answer = ageing.token(grant_type="refresh_token", refresh_token=refresh)
    assert answer.headers["Cache-Control"] == "no-store"
    pair = answer.json()
    assert (pair["token_type"], pair["expires_in"]) == ("Bearer", 86400)
    assert call(ageing, pair["access_token"]).status_code == 200
    assert call(ageing, old).status_code == 401


def test_a_refresh_token_is_good_once(ageing: Store) -> None:
    refresh = ageing.settings["refresh_token"]
    first = ageing.token(grant_type="refresh_token", refresh_token=refresh)
    again = ageing.token(grant_type="refresh_token", refresh_token=refresh)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})
    follower = first.json()["refresh_token"]
    assert follower != refresh
    # What was given out before lives out its time.
    assert call(ageing, ageing.settings["access_token"]).status_code == 200
    ageing.control.clock(30 * 86400)
    answer = ageing.token(grant_type="refresh_token", refresh_token=follower)
    assert answer.json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "client_secret": "x"}, "invalid_client"),
        ({"grant_type": "refresh_token", "client_id": "x"}, "invalid_client"),
    ],
)
def test_an_exchange_is_refused_in_the_words_of_oauth(
    store: Store, form: dict[str, str], error: str
) -> None:
    answer = store.token(**form)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_the_client_may_name_itself_in_the_header(store: Store) -> None:
    answer = requests.post(
        f"{store.settings['auth_url']}/connect/token",
        data={
            "grant_type": "refresh_token",
            "refresh_token": store.settings["refresh_token"],
        },
        auth=(store.settings["client_id"], store.settings["client_secret"]),
        timeout=5,
    )
    assert answer.status_code == 200


def test_a_code_is_exchanged_once_for_what_was_agreed_to(store: Store) -> None:
    code = code_of(store)
    assert exchange(store, code, f"{BACK}/else").json() == {"error": "invalid_grant"}
    given = exchange(store, code).json()
    assert given["scope"].split()[-1] == "com.read_shop"
    assert claims(given["id_token"])["orgid"] == store.settings["org_id"]
    assert call(store, given["access_token"]).status_code == 200
    assert exchange(store, code).json() == {"error": "invalid_grant"}


def test_a_code_grows_old(ageing: Store) -> None:
    code = code_of(ageing)
    ageing.control.clock(301)
    assert exchange(ageing, code).json() == {"error": "invalid_grant"}


def test_without_offline_access_there_is_no_refresh_token(store: Store) -> None:
    code = code_of(store, scope="openid com.read_shop")
    given = exchange(store, code).json()
    assert "refresh_token" not in given
    assert call(store, given["access_token"]).status_code == 200


def test_what_was_not_granted_is_forbidden(store: Store) -> None:
    token = exchange(store, code_of(store, scope="openid com.read_orders")).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    order = store.order(A=1)
    for method, path, status in (
        ("GET", "/com/orders.json", 200),
        ("GET", "/com/locations.json", 403),
        ("GET", "/api/subscribe", 403),
        ("POST", "/com/inventories/adjustorset.json", 403),
        ("POST", f"/com/orders/{order}/cancel.json", 403),
    ):
        answer = store.send(method, path, None, {}, headers=headers)
        assert answer.status_code == status, path
    assert answer.json() == {"errors": "Forbidden"}
    assert store.detail(order)["cancelled_status"] == "uncancelled"


def test_the_usual_consent_is_a_form_that_the_browser_posts(store: Store) -> None:
    answer = consent(
        store, response_mode="form_post", response_type="code id_token", nonce="n1"
    )
    assert answer.status_code == 200
    page = answer.text
    assert f'action="{BACK}"' in page
    assert all(f'name="{name}"' in page for name in ("code", "id_token", "state"))
    token = page.split('name="id_token" value="')[1].split('"')[0]
    assert claims(token)["nonce"] == "n1"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "x"}, "unauthorized_client"),
        ({"redirect_uri": "javascript:x"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_type": "code id_token"}, "invalid_request"),
        ({"scope": "com.read_orders"}, "invalid_scope"),
        ({"orgid": "1"}, "access_denied"),
    ],
)
def test_a_consent_that_was_asked_for_wrongly_is_refused(
    store: Store, changed: dict[str, str], error: str
) -> None:
    answer = consent(store, **changed)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_a_private_app_has_a_token_that_never_ages(ageing: Store) -> None:
    page = f"{ageing.settings['base_url']}/admin/private_apps"
    sent = {"org_id": ageing.settings["org_id"]}
    answer = requests.post(page, data=sent, timeout=5)
    assert answer.status_code == 201
    token = answer.json()["access_token"]
    ageing.control.clock(400 * 86400)
    assert call(ageing, token).status_code == 200
    assert call(ageing, ageing.settings["access_token"]).status_code == 401
    headers = {"Authorization": f"Bearer {token}"}
    assert ageing.send("GET", "/api/subscribe", headers=headers).status_code == 403
    assert requests.post(page, data={"org_id": "1"}, timeout=5).status_code == 404


def test_shops_share_the_app_and_nothing_else(
    open_store: Callable[..., Any],
) -> None:
    first, second = open_store(), open_store()
    assert first.settings["client_secret"] == second.settings["client_secret"]
    for name in ("access_token", "refresh_token", "org_id", "location_id"):
        assert first.settings[name] != second.settings[name]
    order = first.order(A=1)
    assert second.send("GET", f"/com/orders/{order}.json").status_code == 404
