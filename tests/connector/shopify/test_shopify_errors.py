"""Each of Shopify's refusals becomes the class that says what to do next."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import responses

from connector import (
    AuthenticationError,
    ConnectorError,
    ListingRef,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    TransientError,
    UnexpectedAnswer,
)
from connector.shopify import ShopifyConnector
from connector.shopify.refusals import (
    Refused,
    TokenRefused,
    TooExpensive,
    error_for,
    error_for_status,
)
from tests.connector.shopify.conftest import BASE_URL, GRAPHQL, Graph

TOKEN_URL = f"{BASE_URL}/admin/oauth/access_token"
SHIRT = ListingRef(item_id="8200000000001", variant_id="46100000000001")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("THROTTLED", RateLimited),
        ("ACCESS_DENIED", AuthenticationError),
        ("SHOP_INACTIVE", AuthenticationError),
        ("FORBIDDEN", AuthenticationError),
        ("UNAUTHENTICATED", TokenRefused),
        ("MAX_COST_EXCEEDED", TooExpensive),
        ("INTERNAL_SERVER_ERROR", TransientError),
        ("SERVICE_UNAVAILABLE", TransientError),
        ("TIMEOUT", TransientError),
        ("BAD_REQUEST", Refused),
        ("undefinedField", Refused),
    ],
)
def test_a_code_becomes_its_class(code: str, expected: type[ConnectorError]) -> None:
    error = error_for(code, "no", changes_state=False, pause_seconds=3)
    assert type(error) is expected


@pytest.mark.parametrize(
    "code", ["INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT"]
)
def test_a_failure_inside_shopify_leaves_a_change_unknown(code: str) -> None:
    error = error_for(code, "", changes_state=True, pause_seconds=3)
    assert type(error) is OutcomeUnknown


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, Refused),
        (401, TokenRefused),
        (402, AuthenticationError),
        (403, AuthenticationError),
        (404, Refused),
        (406, Refused),
        (423, RateLimited),
        (430, RateLimited),
    ],
)
def test_a_status_becomes_its_class(
    status: int, expected: type[ConnectorError]
) -> None:
    assert type(error_for_status(status, "no")) is expected


def test_throttling_waits_until_a_whole_page_is_affordable(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    graph.answer("Shop", "throttled")
    with pytest.raises(RateLimited) as raised:
        shopify.identify()
    assert raised.value.retry_after_seconds == pytest.approx(19.8)


@pytest.mark.parametrize(
    "cost",
    [
        None,
        {},
        {"throttleStatus": {"maximumAvailable": 10, "currentlyAvailable": 1}},
        {
            "throttleStatus": {
                "maximumAvailable": 1000,
                "currentlyAvailable": 0,
                "restoreRate": 0,
            }
        },
    ],
)
def test_throttling_without_numbers_still_waits(
    shopify: ShopifyConnector, graph: Graph, cost: Any
) -> None:
    graph.answer(
        "Shop", {"errors": [{"message": "Throttled"}], "extensions": {"cost": cost}}
    )
    with pytest.raises(RateLimited) as raised:
        shopify.identify()
    assert raised.value.retry_after_seconds >= 1


def test_the_channels_own_pause_is_kept(
    shopify: ShopifyConnector, edge: responses.RequestsMock
) -> None:
    edge.post(GRAPHQL, status=429, headers={"Retry-After": "7"})
    with pytest.raises(RateLimited) as raised:
        shopify.identify()
    assert raised.value.retry_after_seconds == 7


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"unexpected": True}, UnexpectedAnswer),
        ({"data": None}, UnexpectedAnswer),
        ({"data": {"shop": None}}, UnexpectedAnswer),
        ({"data": {"shop": {"name": "no domain"}}}, UnexpectedAnswer),
        ((200, []), UnexpectedAnswer),
        ((404, {"errors": "Not Found"}), PermanentError),
        ((403, {"errors": "[API] This action requires approval"}), AuthenticationError),
        ((500, {}), TransientError),
        ((400, None), PermanentError),
        ({"errors": "text instead of a list"}, PermanentError),
        ({"errors": [{"message": "Field 'x' doesn't exist"}]}, PermanentError),
        ({"errors": ["not an object"]}, PermanentError),
    ],
)
def test_an_answer_is_taken_for_what_it_is(
    shopify: ShopifyConnector,
    graph: Graph,
    answer: Any,
    expected: type[ConnectorError],
) -> None:
    graph.answer("Shop", answer)
    with pytest.raises(expected):
        shopify.identify()


def test_an_error_names_the_request_and_no_secret(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    message = "no such thing for canary-access-1 and canary-client-secret"
    graph.answer("Shop", {"errors": [{"message": message}]})
    with pytest.raises(PermanentError) as raised:
        shopify.identify()
    assert raised.value.request_id == "r-77"
    assert "no such thing" in str(raised.value)
    assert "canary" not in str(raised.value)


def test_no_secret_hangs_on_a_broken_connection(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    graph.answer("Shop", requests.ConnectionError("canary-access-1"))
    with pytest.raises(TransientError) as raised:
        shopify.identify()
    told = [str(raised.value), repr(raised.value.__context__)]
    assert not any("canary" in text for text in told)


def test_the_token_and_the_version_travel_with_each_call(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    graph.answer("Shop", "shop")
    identity = shopify.identify()
    assert (identity.shop_id, identity.name) == ("vai-moc.myshopify.com", "Vải Mộc")
    assert graph.tokens == ["canary-access-1"]
