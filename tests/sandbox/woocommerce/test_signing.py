"""Keys and signatures: published vectors, and what a site lets in."""

import time
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, SIGNATURE_TYPE_QUERY, Client

from sandbox.woocommerce.php import parse_query, signed_pairs, to_json
from sandbox.woocommerce.signing import (
    base_string,
    oauth_signature,
    webhook_signature,
)
from tests.sandbox.driver import Control
from tests.sandbox.woocommerce.driver import Seller

AUTH = "woocommerce_rest_authentication_error"


def test_the_base_string_is_that_of_rfc_5849() -> None:
    pairs = [
        *parse_qsl("b5=%3D%253D&a3=a&c%40=&a2=r%20b", keep_blank_values=True),
        *parse_qsl("c2&a3=2+q", keep_blank_values=True),
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
    ]
    assert base_string("POST", "http://example.com/request", pairs) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q"
        "%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_"
        "key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_m"
        "ethod%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk"
        "9d7dh3k39sjv7"
    )


def test_the_signature_is_that_of_rfc_5849() -> None:
    pairs = [
        ("file", "vacation.jpg"),
        ("size", "original"),
        ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
        ("oauth_token", "nnch734d00sl2jdk"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131202"),
        ("oauth_nonce", "chapoH"),
    ]
    base = base_string("GET", "http://photos.example.net/photos", pairs)
    secrets = "kd94hf93k423kf44", "pfkkdhi9sl3r4s00"
    signature = oauth_signature("HMAC-SHA1", base, *secrets)
    assert signature == "MdpQcU8iPSUjWoN/UDMsK2sui9I="


def test_the_webhook_digest_is_that_of_rfc_4231() -> None:
    signature = webhook_signature("Jefe", b"what do ya want for nothing?")
    assert signature == "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="


def test_arrays_are_signed_with_their_index() -> None:
    pairs = signed_pairs(parse_query("include[]=7&include[]=8&page=1&page=2"))
    assert pairs == [("include[0]", "7"), ("include[1]", "8"), ("page", "2")]


def test_json_is_written_as_php_writes_it() -> None:
    assert to_json({"a/b": ["\u20ab", 1.5]}) == '{"a\\/b":["\\u20ab",1.5]}'


def test_a_signed_call_is_answered(seller: Seller) -> None:
    assert seller.get("orders", search="Thủ Đức & co", per_page=5) == []


def test_the_oauth_library_signs_what_the_site_accepts(seller: Seller) -> None:
    client = Client(
        seller.settings["consumer_key"],
        client_secret=seller.settings["consumer_secret"],
        signature_method=SIGNATURE_HMAC_SHA256,
        signature_type=SIGNATURE_TYPE_QUERY,
    )
    url, _, _ = client.sign(
        seller.api + "orders?status=any&modified_after=2026-01-01T00%3A00%3A00"
    )
    assert requests.get(url, timeout=5).status_code == 200


def refusal(seller: Seller, **replaced: Any) -> tuple[int, str, str]:
    query = seller.signed("GET", "orders", {}, **replaced)
    answer = requests.get(seller.api + "orders", params=query, timeout=5)
    body = answer.json()
    return answer.status_code, body.get("code", ""), body.get("message", "")


def test_sha1_is_accepted_and_anything_else_is_not(seller: Seller) -> None:
    query = seller.signed("GET", "orders", {}, oauth_signature_method="HMAC-SHA1")
    answer = requests.get(seller.api + "orders", params=query, timeout=5)
    assert answer.status_code == 200
    query["oauth_signature_method"] = "PLAINTEXT"
    answer = requests.get(seller.api + "orders", params=query, timeout=5)
    assert (answer.status_code, answer.json()["message"]) == (
        401,
        "Invalid signature - signature method is invalid.",
    )


def test_a_wrong_secret_is_refused(seller: Seller) -> None:
    seller.settings["consumer_secret"] = "cs_wrong"
    message = "Invalid signature - provided signature does not match."
    assert refusal(seller) == (401, AUTH, message)


def test_an_unknown_key_is_refused(seller: Seller) -> None:
    answer = refusal(seller, oauth_consumer_key="ck_nobody")
    assert answer == (401, AUTH, "Consumer key is invalid.")


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_timestamp_a_quarter_off_is_refused(seller: Seller, minutes: int) -> None:
    stale = str(int(time.time()) + minutes * 60)
    assert refusal(seller, oauth_timestamp=stale) == (401, AUTH, "Invalid timestamp.")


def test_advancing_the_clock_does_not_age_signatures(
    seller: Seller, control: Control
) -> None:
    control.clock(3600)
    assert seller.get("orders") == []


def test_a_nonce_is_used_once(seller: Seller) -> None:
    query = seller.signed("GET", "orders", {})
    codes = [
        requests.get(seller.api + "orders", params=query, timeout=5) for _ in range(2)
    ]
    assert [answer.status_code for answer in codes] == [200, 401]
    assert codes[1].json()["message"] == (
        "Invalid nonce - nonce has already been used."
    )


def test_a_request_altered_after_signing_is_refused(seller: Seller) -> None:
    query = seller.signed("GET", "orders", {"page": 1})
    answer = requests.get(
        seller.api + "orders", params={**query, "page": "2"}, timeout=5
    )
    assert answer.status_code == 401


def test_the_site_signs_its_own_address(seller: Seller) -> None:
    seller.settings["base_url"] = seller.settings["base_url"].replace(
        "127.0.0.1", "localhost"
    )
    assert refusal(seller)[0] == 401


def test_brackets_without_an_index_are_not_what_the_site_signs(seller: Seller) -> None:
    def answer(name: str) -> int:
        query = seller.signed("GET", "orders", {name: "7"})
        return requests.get(seller.api + "orders", params=query, timeout=5).status_code

    assert (answer("include[]"), answer("include[0]"), answer("include")) == (
        401,
        200,
        200,
    )


def test_missing_oauth_parameters_are_named(seller: Seller) -> None:
    query = seller.signed("GET", "orders", {})
    del query["oauth_nonce"], query["oauth_timestamp"]
    answer = requests.get(seller.api + "orders", params=query, timeout=5).json()
    assert answer["code"] == "woocommerce_rest_authentication_missing_parameter"
    assert answer["message"] == (
        "Missing OAuth parameters oauth_timestamp, oauth_nonce"
    )


def plain(seller: Seller, **more: Any) -> tuple[int, str]:
    answer = requests.get(seller.api + "orders", timeout=5, **more)
    return answer.status_code, "" if answer.ok else answer.json()["code"]


def test_plain_keys_count_over_https_alone(seller: Seller) -> None:
    keys = seller.settings["consumer_key"], seller.settings["consumer_secret"]
    https = {"X-Forwarded-Proto": "https"}
    in_query = {"consumer_key": keys[0], "consumer_secret": keys[1]}
    stranger = (401, "woocommerce_rest_cannot_view")
    assert plain(seller, auth=keys) == stranger
    assert plain(seller, params=in_query) == stranger
    assert plain(seller, auth=keys, headers=https) == (200, "")
    assert plain(seller, params=in_query, headers=https) == (200, "")
    assert plain(seller, auth=(keys[0], "cs_wrong"), headers=https) == (401, AUTH)
    assert plain(seller, auth=("ck_nobody", keys[1]), headers=https) == stranger


def test_a_stranger_is_told_what_is_forbidden(seller: Seller) -> None:
    def code(method: str, path: str) -> str:
        answer = requests.request(method, seller.api + path, json={}, timeout=5)
        assert answer.status_code == 401
        return str(answer.json()["code"]).removeprefix("woocommerce_rest_cannot_")

    assert code("GET", "orders") == "view"
    assert code("PUT", "orders/1") == "edit"
    assert code("POST", "products/batch") == "batch"
    assert code("POST", "webhooks") == "create"


def test_one_site_does_not_see_another(seller: Seller, open_shop: Any) -> None:
    order = seller.order(A=1)
    other = open_shop()
    assert other.error("GET", f"orders/{order}") == (
        404,
        "woocommerce_rest_shop_order_invalid_id",
    )


def test_anybody_may_read_the_index(seller: Seller) -> None:
    answer = requests.get(f"{seller.settings['base_url']}/wp-json/", timeout=5)
    assert answer.json()["timezone_string"] == "Asia/Ho_Chi_Minh"


def test_a_path_that_is_not_routed_is_no_route(seller: Seller) -> None:
    assert seller.error("GET", "shipments") == (404, "rest_no_route")
    assert seller.error("DELETE", "orders") == (404, "rest_no_route")


def test_settings_are_exactly_what_was_agreed(seller: Seller) -> None:
    assert list(seller.settings) == [
        "base_url",
        "consumer_key",
        "consumer_secret",
        "webhook_secret",
    ]
