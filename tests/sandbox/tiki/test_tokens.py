"""Consent, tokens, their ends, and what each of them is good for."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.servers import Sandbox
from sandbox.tiki import TikiChannel
from tests.sandbox.driver import Control
from tests.sandbox.tiki.driver import Shop

ME = "v2/sellers/me"
BACK = "https://app.example.com/tiki?step=2"


def consent(shop: Shop, **replaced: str) -> requests.Response:
    asked = {
        "response_type": "code",
        "client_id": shop.settings["client_id"],
        "redirect_uri": BACK,
        "scope": "offline product order inventory",
        "state": "x&y",
        "shop": shop.name,
    }
    return requests.get(
        f"{shop.settings['base_url']}/sc/oauth2/auth",
        params=asked | replaced,
        allow_redirects=False,
        timeout=5,
    )


def code_of(answer: requests.Response) -> str:
    assert answer.status_code == 302, answer.text
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def exchange(shop: Shop, code: str, **replaced: Any) -> requests.Response:
    form: dict[str, Any] = {"code": code, "redirect_uri": BACK} | replaced
    return shop.token(grant_type="authorization_code", **form)


def test_the_settings_are_what_a_client_must_be_told(shop: Shop) -> None:
    kinds = {name: type(value) for name, value in shop.settings.items()}
    assert kinds == {
        "base_url": str,
        "client_id": str,
        "client_secret": str,
        "access_token": str,
        "refresh_token": str,
        "expires_in": int,
        "queue_code": str,
        "warehouse_id": int,
    }
    assert shop.settings["expires_in"] == 3600


def test_the_seller_is_sent_back_with_a_code_and_the_state(shop: Shop) -> None:
    sent_to = urlsplit(consent(shop).headers["Location"])
    assert sent_to.netloc == "app.example.com"
    query = parse_qs(sent_to.query)
    assert (query["step"], query["state"]) == (["2"], ["x&y"])
    assert len(query["code"]) == 1


def test_a_code_gives_tokens_for_the_seller_who_agreed(
    open_tiki: Callable[..., Shop],
) -> None:
    shop, other = open_tiki(), open_tiki()
    answer = exchange(shop, code_of(consent(shop))).json()
    assert set(answer) == {
        "access_token",
        "expires_in",
        "refresh_token",
        "scope",
        "token_type",
    }
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 3600)
    seen = [
        each.send("GET", ME, token=answer["access_token"]).json()["name"]
        for each in (shop, other)
    ]
    assert seen == [shop.name, shop.name]


def test_a_code_is_good_for_one_exchange_and_ten_minutes(
    shop: Shop, control: Control
) -> None:
    code = code_of(consent(shop))
    wrong = exchange(shop, code, redirect_uri="https://app.example.com/other")
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    assert exchange(shop, code).status_code == 200
    assert exchange(shop, code).json()["error"] == "invalid_grant"
    late = code_of(consent(shop))
    control.clock(601)
    assert exchange(shop, late).json()["error"] == "invalid_grant"


def test_without_offline_there_is_no_refresh_token(shop: Shop) -> None:
    code = code_of(consent(shop, scope="order"))
    assert "refresh_token" not in exchange(shop, code).json()


@pytest.mark.parametrize(
    ("replaced", "error"),
    [
        ({"client_id": "1"}, "invalid_client"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"redirect_uri": "app.example.com"}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
    ],
)
def test_the_consent_page_refuses_what_it_does_not_know(
    shop: Shop, replaced: dict[str, str], error: str
) -> None:
    answer = consent(shop, **replaced)
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] == error


@pytest.mark.parametrize("basic", [True, False])
def test_a_refresh_token_is_replaced_on_use(shop: Shop, basic: bool) -> None:
    old = shop.settings["refresh_token"]
    first = shop.token(basic, grant_type="refresh_token", refresh_token=old)
    assert first.status_code == 200
    assert first.json()["refresh_token"] != old
    again = shop.token(basic, grant_type="refresh_token", refresh_token=old)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert shop.send("GET", ME, token=first.json()["access_token"]).status_code == 200
    assert shop.get(ME)["name"] == shop.name


def test_a_refresh_that_was_answered_and_not_applied_left_the_old_token_good(
    shop: Shop, control: Control
) -> None:
    control.post(
        "faults",
        channel="tiki",
        match="/sc/oauth2/token",
        kind="accepted_not_applied",
    )
    form = {
        "grant_type": "refresh_token",
        "refresh_token": shop.settings["refresh_token"],
    }
    pretended = shop.token(**form).json()["access_token"]
    assert shop.send("GET", ME, token=pretended).status_code == 401
    assert shop.token(**form).status_code == 200


def test_tokens_end_on_the_clock_that_advances(shop: Shop, control: Control) -> None:
    control.clock(3590)
    assert shop.send("GET", ME).status_code == 200
    control.clock(20)
    status, sentence = shop.error("GET", ME)
    assert (status, "expired" in sentence) == (401, True)
    form = {
        "grant_type": "refresh_token",
        "refresh_token": shop.settings["refresh_token"],
    }
    renewed = shop.token(**form).json()
    assert shop.send("GET", ME, token=renewed["access_token"]).status_code == 200
    control.clock(30 * 86400)
    form["refresh_token"] = renewed["refresh_token"]
    assert shop.token(**form).json()["error"] == "invalid_grant"


def test_a_wrong_secret_or_grant_is_refused(shop: Shop) -> None:
    assert shop.token(grant_type="password").json()["error"] == (
        "unsupported_grant_type"
    )
    shop.settings["client_secret"] = "0" * 32
    for basic in (True, False):
        answer = shop.token(basic, grant_type="client_credentials")
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("headers", [{}, {"tiki-api": "k"}, {"Authorization": "Basic"}])
def test_a_call_without_a_bearer_token_is_refused(
    shop: Shop, headers: dict[str, str]
) -> None:
    url = f"{shop.settings['base_url']}/integration/{ME}"
    answer = requests.get(url, headers=headers, timeout=5)
    assert (answer.status_code, list(answer.json())) == (401, ["errors"])


def test_the_public_apps_own_token_speaks_for_no_seller(shop: Shop) -> None:
    answer = shop.send("GET", "v2/orders", token=shop.app_token())
    assert answer.status_code == 401
    assert "not linked" in answer.json()["errors"][0]


def test_a_scope_that_was_not_granted_is_missing(shop: Shop) -> None:
    answer = exchange(shop, code_of(consent(shop, scope="offline order"))).json()
    codes = [
        shop.send("GET", path, token=answer["access_token"]).status_code
        for path in ("v2/orders", "v2.1/products", ME)
    ]
    assert codes == [200, 403, 200]


def test_an_in_house_app_asks_again_with_its_own_secret(
    shop: Shop, sandbox: Sandbox
) -> None:
    channel: Any = sandbox.world.channels["tiki"]
    assert isinstance(channel, TikiChannel)
    app = channel.accounts.by_name[shop.name].in_house
    shop.settings |= {"client_id": app.client_id, "client_secret": app.client_secret}
    answer = shop.token(grant_type="client_credentials").json()
    assert "refresh_token" not in answer
    for path in (ME, "v2/orders", "v1/queues"):
        answered = shop.send("GET", path, token=answer["access_token"])
        assert answered.status_code == 200, path


def test_token_requests_are_counted_for_their_seller(
    shop: Shop, control: Control
) -> None:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": shop.settings["refresh_token"],
    }
    shop.token(**form)
    counted = control.get("tiki/requests", shop=shop.name)
    assert counted["/sc/oauth2/token"] == {"ok": 1, "refused": 0}
