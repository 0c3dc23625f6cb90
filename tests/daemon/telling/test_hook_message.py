"""Messages as they travel: signed as Standard Webhooks says, and verified so."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from daemon.hook_message import body_of, compose, signed_headers
from stock.models import HookEvent
from stock.news import Counted, DocumentNews, StockNews

AT = datetime(2026, 11, 22, 9, 0, 30, 250_000, tzinfo=UTC)
OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="


def test_the_published_vector_is_met() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)

    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        secrets=[OLD],
        now=at,
    )

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_while_a_secret_is_changed_either_one_verifies(secret: str) -> None:
    body = compose("truestock.test", AT, {"text": "tồn thật"})
    headers = signed_headers("m1", body, secrets=[NEW, OLD], now=datetime.now(UTC))

    told = Webhook(secret).verify(body, dict(headers))

    assert told["data"] == {"text": "tồn thật"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body, headers: (body + b" ", headers),
        lambda body, headers: (body, headers | {"webhook-id": "m2"}),
        lambda body, headers: (
            body,
            headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)},
        ),
    ],
)
def test_whoever_changes_a_message_on_its_way_is_found_out(spoil: object) -> None:
    assert callable(spoil)
    body = compose("truestock.test", AT, {})
    headers = signed_headers("m1", body, secrets=[NEW], now=datetime.now(UTC))

    changed, claimed = spoil(body, dict(headers))

    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(changed, claimed)


def test_a_message_that_was_kept_for_later_is_refused() -> None:
    then = datetime.now(UTC) - timedelta(minutes=6)
    body = compose("truestock.test", AT, {})
    headers = signed_headers("m1", body, secrets=[NEW], now=then)

    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(body, dict(headers))


def test_a_receipt_as_it_is_told() -> None:
    news = DocumentNews(
        event=HookEvent.RECEIPT_POSTED,
        happened_at=AT,
        receipt="R000012",
        order="2611-1",
        shop="s1",
        channel="shopee",
        warehouse="MAIN",
        actor="lan",
        reason="",
        lines=[Counted(sku="A", good=2, damaged=1, lost=0)],
    )

    assert json.loads(body_of(news)) == {
        "type": "receipt.posted",
        "timestamp": "2026-11-22T09:00:30.250Z",
        "data": {
            "receipt": "R000012",
            "order": "2611-1",
            "shop": "s1",
            "channel": "shopee",
            "warehouse": "MAIN",
            "by": "lan",
            "lines": [{"sku": "A", "good": 2, "damaged": 1, "lost": 0}],
        },
    }


def test_a_number_as_it_is_told() -> None:
    news = StockNews(
        happened_at=AT, sku="A", version=7, available={"MAIN": 3, "HANOI": -1}
    )

    assert json.loads(body_of(news)) == {
        "type": "stock.changed",
        "timestamp": "2026-11-22T09:00:30.250Z",
        "data": {
            "sku": "A",
            "version": 7,
            "available": 2,
            "warehouses": {"MAIN": {"available": 3}, "HANOI": {"available": -1}},
        },
    }
