"""Tokens, signatures and the consent page."""

import base64
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.shopify.signing import redirect_signature, webhook_signature
from tests.sandbox.shopify.driver import Store

SHOP = "{ shop { name myshopifyDomain currencyCode } }"


def test_a_redirect_signs_as_published() -> None:
    parameters = {
        "code": "0907a61c0c8d55e99db179b68161bc00",
        "shop": "some-shop.myshopify.com",
        "timestamp": "1337178173",
        "hmac": "left out",
    }
    assert redirect_signature("hush", parameters) == (
        "4712bf92ffc2917d15a2f5a273e39f0116667419aa4b6ac0b3baaf26fa3c4d20"
    )


def test_a_webhook_signs_its_raw_body_in_base64() -> None:
    published = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    signature = webhook_signature("Jefe", b"what do ya want for nothing?")
    assert base64.b64decode(signature).hex() == published


def test_the_settings_are_what_a_client_must_be_told(store: Store) -> None:
    assert {name: type(value) for name, value in store.settings.items()} == {
        "base_url": str,
        "api_version": str,
        "access_token": str,
        "client_id": str,
        "client_secret": str,
        "location_id": str,
    }


def test_a_good_token_is_let_in(store: Store) -> None:
    assert store.data(SHOP)["shop"] == {
        "name": store.name,
        "myshopifyDomain": f"{store.name.replace(' ', '-')}.myshopify.com",
        "currencyCode": "VND",
    }


@pytest.mark.parametrize("token", ["", "shpat_wrong"])
def test_any_other_token_is_refused(store: Store, token: str) -> None:
    answer = store.send(SHOP, headers={"X-Shopify-Access-Token": token})
    assert answer.status_code == 401
    assert answer.json()["errors"].startswith("[API] Invalid API key or access token")


def test_a_token_opens_its_own_shop_only(
    store: Store, open_store: Callable[..., Store]
) -> None:
    other = open_store()
    assert other.data(SHOP)["shop"]["name"] == other.name
    order = store.buy(A=1)
    found = other.data("query ($id: ID!) { order(id: $id) { id } }", id=f"{order}")
    assert found["order"] is None


def test_tokens_do_not_expire(own_store: Store) -> None:
    own_store.control.clock(400 * 86400)
    assert own_store.data(SHOP)["shop"]["name"] == own_store.name


def test_a_version_has_a_form_and_an_end(store: Store) -> None:
    assert store.send(SHOP, version="2026-13").status_code == 404
    answer = store.send(SHOP, version="2024-10")
    assert answer.headers["X-Shopify-API-Version"] == "2026-01"


class Consent:
    """A browser at the consent page of one app."""

    def __init__(self, store: Store) -> None:
        self.settings = store.settings

    def agree(self, **replaced: str) -> requests.Response:
        query = {
            "client_id": self.settings["client_id"],
            "scope": "read_orders",
            "redirect_uri": "http://127.0.0.1:9/back?from=shopify",
            "state": "abc",
        } | replaced
        return requests.get(
            f"{self.settings['base_url']}/admin/oauth/authorize",
            params=query,
            allow_redirects=False,
            timeout=5,
        )

    def exchange(self, code: str, **replaced: str) -> requests.Response:
        names = ("client_id", "client_secret")
        sent = {name: self.settings[name] for name in names} | {"code": code} | replaced
        url = f"{self.settings['base_url']}/admin/oauth/access_token"
        return requests.post(url, json=sent, timeout=5)


@pytest.fixture
def consent(store: Store) -> Consent:
    return Consent(store)


def code_of(answer: requests.Response) -> str:
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def test_the_consent_page_sends_back_with_a_signed_code(consent: Consent) -> None:
    answer = consent.agree()
    assert answer.status_code == 302
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    given = {name: values[0] for name, values in query.items()}
    assert given.pop("from") == "shopify"
    assert given["state"] == "abc"
    assert given["shop"].endswith(".myshopify.com")
    signature = given.pop("hmac")
    assert signature == redirect_signature(consent.settings["client_secret"], given)


def test_a_code_buys_a_token_once(consent: Consent, store: Store) -> None:
    code = code_of(consent.agree())
    assert consent.exchange(code, client_secret="wrong").status_code == 400
    given = consent.exchange(code)
    assert "write_inventory" in given.json()["scope"].split(",")
    store.settings["access_token"] = given.json()["access_token"]
    assert store.data(SHOP)["shop"]["name"] == store.name
    again = consent.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_request")


def test_a_code_ages(own_store: Store) -> None:
    consent = Consent(own_store)
    code = code_of(consent.agree())
    own_store.control.clock(601)
    assert consent.exchange(code).status_code == 400


@pytest.mark.parametrize(
    "replaced", [{"client_id": "unknown"}, {"redirect_uri": "not an address"}]
)
def test_a_wrong_consent_link_is_refused(
    consent: Consent, replaced: dict[str, str]
) -> None:
    assert consent.agree(**replaced).status_code == 400
