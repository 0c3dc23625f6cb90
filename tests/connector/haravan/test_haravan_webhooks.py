"""Messages are believed only when signed for this shop, and then only as a hint."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from connector import HintKind, WebhookRefused, WebhookRequest
from connector.haravan import HaravanConnector
from connector.haravan.signing import webhook_signature

SECRET = "canary-client-secret"
BODY = json.dumps({"id": 800501, "name": "#100501"}).encode()


def signed_elsewhere(secret: str, body: bytes) -> str:
    """Compute the signature a second way, with another library."""
    code = HMAC(secret.encode(), SHA256())
    code.update(body)
    return base64.b64encode(code.finalize()).decode()


def message(
    body: bytes = BODY, topic: str = "orders/updated", **headers: str
) -> WebhookRequest:
    told = {
        "X-Haravan-Topic": topic,
        "X-Haravan-Org-Id": "77",
        "X-Haravan-HmacSha256": signed_elsewhere(SECRET, body),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return WebhookRequest(
        url="https://us.example/hooks/shop",
        headers={name: value for name, value in told.items() if value},
        body=body,
    )


@pytest.mark.parametrize("body", [b"", BODY, "Đã giao".encode(), bytes(range(256))])
def test_signatures_agree_with_another_computation(body: bytes) -> None:
    for secret in (SECRET, "khoá bí mật", "x" * 100):
        ours = webhook_signature(secret, body).decode()
        assert ours == signed_elsewhere(secret, body)


def test_a_signature_agrees_with_the_standards_vector() -> None:
    # RFC 4231, test case 2.
    digest = bytes.fromhex(
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
    found = webhook_signature("Jefe", b"what do ya want for nothing?")
    assert base64.b64decode(found) == digest


@pytest.mark.parametrize(
    ("topic", "kind", "order_id"),
    [
        ("orders/create", HintKind.ORDER, "800501"),
        ("orders/updated", HintKind.ORDER, "800501"),
        ("orders/paid", HintKind.ORDER, "800501"),
        ("orders/cancelled", HintKind.ORDER, "800501"),
        ("orders/fulfilled", HintKind.ORDER, "800501"),
        ("Orders/Updated", HintKind.ORDER, "800501"),
        ("products/update", HintKind.STOCK, ""),
        ("app/uninstalled", HintKind.AUTHORIZATION, ""),
        ("shop/update", HintKind.OTHER, ""),
        ("app_subscriptions/update", HintKind.OTHER, ""),
        ("", HintKind.OTHER, ""),
    ],
)
def test_a_topic_becomes_a_hint(
    haravan: HaravanConnector, topic: str, kind: HintKind, order_id: str
) -> None:
    (hint,) = haravan.read_webhook(message(topic=topic))
    assert (hint.kind, hint.order_id) == (kind, order_id)
    assert hint.event_key


def test_an_order_may_be_wrapped(haravan: HaravanConnector) -> None:
    body = json.dumps({"order": {"id": 800501}}).encode()
    assert haravan.read_webhook(message(body))[0].order_id == "800501"


@pytest.mark.parametrize(
    ("topic", "item_id"), [("products/update", "800501"), ("orders/updated", "")]
)
def test_a_message_about_a_product_names_it(
    haravan: HaravanConnector, topic: str, item_id: str
) -> None:
    assert haravan.read_webhook(message(topic=topic))[0].item_id == item_id


@pytest.mark.parametrize(
    "name",
    [
        "X-Haravan-HmacSha256",
        "x-haravan-hmacsha256",
        "x-haravan-hmac-sha256",
        "X-Haravan-Hmac-Sha256",
    ],
)
def test_both_spellings_of_the_signatures_header_count(
    haravan: HaravanConnector, name: str
) -> None:
    headers = {name: signed_elsewhere(SECRET, BODY), "X-Haravan-Topic": "orders/paid"}
    request = WebhookRequest(url="https://us.example", headers=headers, body=BODY)
    assert haravan.read_webhook(request)[0].order_id == "800501"


@pytest.mark.parametrize(
    "request_",
    [
        message(X_Haravan_HmacSha256=""),
        message(X_Haravan_HmacSha256="AAAA"),
        message(X_Haravan_HmacSha256="ü"),
        message(X_Haravan_HmacSha256=signed_elsewhere("other", BODY)),
        message(X_Haravan_HmacSha256=signed_elsewhere(SECRET, BODY + b" ")),
        # Two that differ: whoever signed one of them did not send this.
        message(X_Haravan_Hmac_Sha256="AAAA"),
        message(b"not JSON"),
        message(b"[]"),
    ],
)
def test_any_doubt_is_a_refusal(
    haravan: HaravanConnector, request_: WebhookRequest
) -> None:
    with pytest.raises(WebhookRefused) as raised:
        haravan.read_webhook(request_)
    assert "canary" not in str(raised.value)


def test_nothing_is_believed_without_a_secret(
    haravan: HaravanConnector, enter: Callable[..., None]
) -> None:
    enter(client_secret="", client_id="")
    empty = message(X_Haravan_HmacSha256=signed_elsewhere("", BODY))
    with pytest.raises(WebhookRefused):
        haravan.read_webhook(empty)


def test_a_message_for_another_shop_of_the_app_is_refused(
    haravan: HaravanConnector, enter: Callable[..., None]
) -> None:
    enter(org_id="77")
    assert haravan.read_webhook(message())
    for other in ("78", "", "7"):
        with pytest.raises(WebhookRefused):
            haravan.read_webhook(message(X_Haravan_Org_Id=other))


def test_one_event_has_one_key_and_another_event_another(
    haravan: HaravanConnector,
) -> None:
    first = haravan.read_webhook(message())[0].event_key
    assert haravan.read_webhook(message())[0].event_key == first
    other = json.dumps({"id": 800501, "name": "changed"}).encode()
    assert haravan.read_webhook(message(other))[0].event_key != first


@pytest.mark.parametrize("number", [None, "", "../9", -1, 1.5, [], {}])
def test_an_order_without_a_number_is_still_a_hint(
    haravan: HaravanConnector, number: Any
) -> None:
    body = json.dumps({"id": number}).encode()
    (hint,) = haravan.read_webhook(message(body))
    assert (hint.kind, hint.order_id) == (HintKind.ORDER, "")


CHALLENGE = {
    "hub.mode": "subscribe",
    "hub.verify_token": "canary-verify",
    "hub.challenge": "8d3f-echo",
}


def test_the_question_for_the_address_is_answered_with_its_challenge(
    haravan: HaravanConnector,
) -> None:
    assert haravan.answer_challenge(CHALLENGE) == "8d3f-echo"


@pytest.mark.parametrize(
    "changes",
    [
        {"hub.verify_token": "wrong"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "ü"},
        {"hub.mode": "unsubscribe"},
    ],
)
def test_a_question_without_our_verify_token_gets_no_answer(
    haravan: HaravanConnector, changes: dict[str, str]
) -> None:
    with pytest.raises(WebhookRefused) as raised:
        haravan.answer_challenge({**CHALLENGE, **changes})
    assert "canary" not in str(raised.value)


def test_without_a_verify_token_of_ours_no_question_is_answered(
    haravan: HaravanConnector, enter: Callable[..., None]
) -> None:
    enter(verify_token="")
    with pytest.raises(WebhookRefused):
        haravan.answer_challenge({**CHALLENGE, "hub.verify_token": ""})
