"""Lazada's signatures: against published vectors, and computed a second time."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import pytest

from connector.lazada import LazadaConnector
from connector.lazada.signing import push_signature, sign

COMMON = {
    "app_key": "123456",
    "timestamp": "1700000000000",
    "sign_method": "sha256",
    "access_token": "test-token",
}


@pytest.mark.parametrize(
    ("secret", "path", "parameters", "expected"),
    [
        # The HTTP request sample of the developer's guide.
        (
            "helloworld",
            "/order/get",
            {
                "access_token": "test",
                "app_key": "123456",
                "order_id": "1234",
                "sign_method": "sha256",
                "timestamp": "1517820392000",
            },
            "4190D32361CFB9581350222F345CB77F3B19F0E31D162316848A2C1FFD5FAB4A",
        ),
        # The guide's example of sorting, with a secret that the guide leaves open.
        (
            "secret",
            "/test/api",
            {"foo": "1", "bar": "2", "foo_bar": "3", "foobar": "4"},
            "C9E42CE09BA9FE95ECCB17111AA4E3F41D1C82F000435219C75936A427D9C945",
        ),
        # The unit test of a client for another language.
        (
            "test-secret",
            "/order/cancel",
            COMMON,
            "91375F42B474CECEE7172759B6400E74F10FBB6E9E9E145EA2A27DFA17556B18",
        ),
        # Two that independent clients agree on.
        (
            "test-secret",
            "/orders/get",
            {
                **COMMON,
                "update_after": "2026-01-01T00:00:00+07:00",
                "limit": "100",
                "offset": "0",
                "sort_by": "updated_at",
                "sort_direction": "ASC",
            },
            "29A7643BC8101216CD87964FDBED7EC38EA8259B214AA1DD900648398350DDC2",
        ),
        (
            "test-secret",
            "/product/stock/sellable/update",
            {
                **COMMON,
                "payload": "<Request><Product><Skus><Sku><ItemId>234234234</ItemId>"
                "<SkuId>234</SkuId><SellableQuantity>20</SellableQuantity></Sku>"
                "</Skus></Product></Request>",
            },
            "4332E67A777BC6DCE1FB52931216726C5E17ED8840753E7E595EBCBEA6C0F8BE",
        ),
    ],
)
def test_a_published_signature_is_ours_in_upper_case(
    secret: str, path: str, parameters: dict[str, str], expected: str
) -> None:
    assert sign(secret, path, parameters) == expected


def test_a_push_is_signed_in_lower_case_over_key_and_body() -> None:
    body = (
        b'{"seller_id":"1234567","message_type":0,"data":{"order_status":"unpaid",'
        b'"trade_order_id":"260422900198363","trade_order_line_id":"260422900298363",'
        b'"status_update_time":1603698638},"timestamp":1603766859530,'
        b'"site":"lazada_vn"}'
    )
    expected = b"59e04e1b1f307b7180fd58126161907cd20d33ac17cbce90ec2ae19907e701e6"
    assert push_signature("3412gyo124goi3124", "123456", body) == expected


def test_empty_parameters_and_the_signature_itself_are_not_signed() -> None:
    more = {**COMMON, "status": "", "sign": "0" * 64}
    assert sign("s", "/orders/get", more) == sign("s", "/orders/get", COMMON)


def second_computation(secret: str, path: str, sent: dict[str, str]) -> str:
    signed = path
    for name in sorted(set(sent) - {"sign"}):
        signed += name + sent[name]
    mac = hmac.new(secret.encode("utf-8"), digestmod=hashlib.sha256)
    mac.update(signed.encode("utf-8"))
    return mac.hexdigest().upper()


def test_what_travels_is_what_was_signed(
    lazada: LazadaConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
    sent: Callable[[Any], dict[str, str]],
) -> None:
    answer("seller/get", reply("seller"))
    lazada.identify()
    (request,) = calls("seller/get")
    carried = sent(request)
    expected = second_computation("canary-app-secret", "/seller/get", carried)
    assert carried["sign"] == expected
    assert carried["timestamp"] == "1793606400000"
    assert carried["sign_method"] == "sha256"
    assert carried["access_token"] == "canary-access-1"
    assert "canary-app-secret" not in request.url


def test_special_signs_are_signed_before_they_are_encoded(
    lazada: LazadaConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
    sent: Callable[[Any], dict[str, str]],
    now: Any,
) -> None:
    listed = reply("orders_list")
    listed["data"] = {"countTotal": 0, "orders": []}
    answer("orders/get", listed)
    lazada.read_orders(since=now.replace(hour=1))
    (request,) = calls("orders/get")
    carried = sent(request)
    assert "%2B00%3A00" in request.url
    assert carried["update_after"].endswith("+00:00")
    expected = second_computation("canary-app-secret", "/orders/get", carried)
    assert carried["sign"] == expected
