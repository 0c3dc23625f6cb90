"""The sandbox's signatures against published vectors, and what it lets in."""

import time

import pytest
import requests

from sandbox.lazada.signing import api_base, push_signature, sign
from tests.sandbox.lazada.driver import Seller
from tests.sandbox.lazada.driver import sign as sign_by_hand

COMMON = {"app_key": "123456", "sign_method": "sha256"}


@pytest.mark.parametrize(
    ("secret", "path", "parameters", "expected"),
    [
        (
            "helloworld",
            "/order/get",
            {
                **COMMON,
                "access_token": "test",
                "order_id": "1234",
                "timestamp": "1517820392000",
            },
            "4190D32361CFB9581350222F345CB77F3B19F0E31D162316848A2C1FFD5FAB4A",
        ),
        (
            "secret",
            "/test/api",
            {"foo": "1", "bar": "2", "foo_bar": "3", "foobar": "4"},
            "C9E42CE09BA9FE95ECCB17111AA4E3F41D1C82F000435219C75936A427D9C945",
        ),
        (
            "test-secret",
            "/order/cancel",
            {**COMMON, "access_token": "test-token", "timestamp": "1700000000000"},
            "91375F42B474CECEE7172759B6400E74F10FBB6E9E9E145EA2A27DFA17556B18",
        ),
        (
            "test-secret",
            "/orders/get",
            {
                **COMMON,
                "access_token": "test-token",
                "timestamp": "1700000000000",
                "update_after": "2026-01-01T00:00:00+07:00",
                "limit": "100",
                "offset": "0",
                "sort_by": "updated_at",
                "sort_direction": "ASC",
            },
            "29A7643BC8101216CD87964FDBED7EC38EA8259B214AA1DD900648398350DDC2",
        ),
    ],
)
def test_a_call_signs_as_published(
    secret: str, path: str, parameters: dict[str, str], expected: str
) -> None:
    assert sign(secret, api_base(path, parameters)) == expected


def test_empty_values_and_the_signature_itself_are_not_signed() -> None:
    plain = api_base("/order/get", {"order_id": "1"})
    assert api_base("/order/get", {"order_id": "1", "sign": "X", "a": ""}) == plain


def test_a_push_signs_key_and_raw_body_in_lower_case() -> None:
    body = (
        b'{"seller_id":"1234567","message_type":0,"data":{"order_status":"unpaid",'
        b'"trade_order_id":"260422900198363","trade_order_line_id":"260422900298363",'
        b'"status_update_time":1603698638},"timestamp":1603766859530,'
        b'"site":"lazada_vn"}'
    )
    assert push_signature("123456", "3412gyo124goi3124", body) == (
        "59e04e1b1f307b7180fd58126161907cd20d33ac17cbce90ec2ae19907e701e6"
    )


def refusal(seller: Seller, **replaced: object) -> tuple[str, str]:
    answer = seller.call("GET", "/seller/get", {}, **replaced)
    return answer["code"], answer.get("type", "")


def test_a_call_that_is_signed_right_is_answered(seller: Seller) -> None:
    card = seller.get("/seller/get")
    assert card["code"] == "0"
    assert str(card["data"]["seller_id"]) == seller.settings["seller_id"]
    assert card["request_id"]


def test_a_wrong_signature_is_refused_with_status_200(seller: Seller) -> None:
    seller.settings["app_secret"] = "0" * 32
    assert refusal(seller) == ("IncompleteSignature", "ISV")


def test_lowercase_hex_is_refused(seller: Seller) -> None:
    given = seller.signed("/seller/get", {})
    url = seller.settings["base_url"] + "/seller/get"
    upper = requests.get(url, params=given, timeout=5).json()
    lower = requests.get(
        url, params={**given, "sign": given["sign"].lower()}, timeout=5
    ).json()
    assert (upper["code"], lower["code"]) == ("0", "IncompleteSignature")


def test_every_parameter_is_signed(seller: Seller) -> None:
    given = seller.signed("/order/get", {"order_id": "1"})
    url = seller.settings["base_url"] + "/order/get"
    answer = requests.get(url, params={**given, "order_id": "2"}, timeout=5).json()
    assert answer["code"] == "IncompleteSignature"


def test_the_path_is_signed_without_rest(seller: Seller) -> None:
    with_rest = seller.signed("/rest/seller/get", {})
    url = seller.settings["base_url"] + "/seller/get"
    answer = requests.get(url, params=with_rest, timeout=5).json()
    assert answer["code"] == "IncompleteSignature"


@pytest.mark.parametrize("name", ["app_key", "timestamp", "sign_method"])
def test_a_missing_parameter_is_named(seller: Seller, name: str) -> None:
    answer = seller.call("GET", "/seller/get", {}, **{name: ""})
    assert answer["code"] == "MissingParameter"
    assert f'"{name}"' in answer["message"]


@pytest.mark.parametrize("hours", [-2.1, 2.1])
def test_a_timestamp_two_hours_off_is_refused(seller: Seller, hours: float) -> None:
    stale = int((time.time() + hours * 3600) * 1000)
    assert refusal(seller, timestamp=stale) == ("IllegalTimestamp", "ISV")


def test_a_timestamp_in_seconds_is_refused(seller: Seller) -> None:
    assert refusal(seller, timestamp=int(time.time()))[0] == "IllegalTimestamp"


def test_an_unknown_app_is_refused(seller: Seller) -> None:
    assert refusal(seller, app_key="1")[0] == "InvalidAppKey"


def test_parameters_of_a_post_may_stand_in_the_query(seller: Seller) -> None:
    path = "/product/stock/sellable/update"
    given = seller.signed(path, {"payload": seller.payload(A=3)})
    url = seller.settings["base_url"] + path
    assert requests.post(url, params=given, timeout=5).json()["code"] == "0"
    assert seller.stock()["A"] == 3


def test_a_json_copy_of_the_query_needs_no_signature_of_its_own(
    seller: Seller,
) -> None:
    path = "/product/stock/sellable/update"
    given = seller.signed(path, {"payload": seller.payload(A=3)})
    url = seller.settings["base_url"] + path
    answer = requests.post(url, params=given, json=given, timeout=5).json()
    assert answer["code"] == "0"
    assert seller.stock()["A"] == 3


def test_a_json_body_of_a_reverse_call_breaks_the_signature(seller: Seller) -> None:
    path = "/order/reverse/cancel/create"
    given = seller.signed(path, {"order_id": "1"})
    url = seller.settings["base_url"] + path
    answer = requests.post(url, params=given, json={"a": 1}, timeout=5).json()
    assert answer["code"] == "IncompleteSignature"
    body = b'{"a": 1}'
    secret = str(seller.settings["app_secret"])
    given["sign"] = sign_by_hand(secret, api_base(path, given, body))
    answer = requests.post(
        url,
        params=given,
        data=body,
        headers={"Content-Type": "application/json"},
        timeout=5,
    ).json()
    assert answer["code"] != "IncompleteSignature"


def test_a_call_by_the_wrong_method_is_refused(seller: Seller) -> None:
    answer = seller.post("/order/reverse/return/detail/list", reverse_order_id=1)
    assert answer["code"] == "UnsupportedHTTPMethod"


def test_a_path_that_is_not_an_api_is_refused(seller: Seller) -> None:
    assert seller.get("/no/such/call")["code"] == "InvalidApiPath"
    elsewhere = seller.settings["base_url"].removesuffix("/rest") + "/elsewhere"
    assert requests.get(elsewhere, timeout=5).status_code == 404
