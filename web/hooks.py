"""Takes in what channels push: verified on the raw bytes, kept, followed up later."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException, NotFound, Unauthorized

from connector.base import Connector
from connector.base import Settings as ShopSettings
from connector.errors import ConnectorError, PermanentError
from connector.registry import connector_class
from connector.transport import Transport
from connector.values import Hint, WebhookRequest
from stock import inbox, shops
from stock.errors import VaultError
from stock.vault import Vault
from web.desk import current_desk

LARGEST_MESSAGE_BYTES = 1024 * 1024

blueprint = Blueprint("hooks", __name__)


@blueprint.post("/hooks/<name>")
def receive(name: str) -> ResponseReturnValue:
    """Keep a channel's message and answer 200 once it is safe.

    The name is a shop's, or a channel's: an app of several shops has one address for
    all of them, and each message says, signed, whose it is.
    """
    request.max_content_length = LARGEST_MESSAGE_BYTES
    desk = current_desk()
    body = request.get_data(cache=False)
    shop_name, hints = _verify(name, body)

    def keep(session: Session) -> None:
        shop = shops.find_shop(session, shop_name)
        for hint in hints:
            inbox.store(
                session,
                shop,
                event_key=hint.event_key,
                kind=hint.kind,
                order_id=hint.order_id,
                return_id=hint.return_id,
                item_id=hint.item_id,
                now=desk.now(),
            )

    desk.database.run(keep)
    desk.bell.ring(shop_name)
    # WooCommerce takes a ping for heard only when the answer is exactly 200.
    return "", 200


@blueprint.get("/hooks/<name>")
def answer(name: str) -> ResponseReturnValue:
    """Answer a channel that asks, before it sends messages, whether this is ours."""
    query = request.args.to_dict()
    for shop_name, channel in _addressed(name):
        try:
            word = _open(shop_name, channel).answer_challenge(query)
        except (ConnectorError, VaultError, NotImplementedError):
            continue
        return Response(word, content_type="text/plain; charset=utf-8")
    raise Unauthorized


@blueprint.errorhandler(HTTPException)
def refuse(error: HTTPException) -> ResponseReturnValue:
    """Refuse a message without a word: its sender may be anybody."""
    return "", error.code or 500


class _ReadOnlySettings:
    """A shop's settings for as long as one message is verified."""

    def __init__(self, settings: ShopSettings) -> None:
        self._settings = settings

    def read(self) -> ShopSettings:
        return self._settings

    def rotate(
        self, stale: ShopSettings, renew: Callable[[ShopSettings], ShopSettings]
    ) -> ShopSettings:
        raise PermanentError("the web page verifies messages and calls no channel")


def _verify(name: str, body: bytes) -> tuple[str, Sequence[Hint]]:
    """Return whose message it is and what it hints at; any doubt is a refusal."""
    url = current_desk().settings.base_url + url_for(".receive", name=name)
    message = WebhookRequest(url=url, headers=dict(request.headers), body=body)
    for shop_name, channel in _addressed(name):
        try:
            return shop_name, _open(shop_name, channel).read_webhook(message)
        except (ConnectorError, VaultError, NotImplementedError):
            continue
    raise Unauthorized


def _addressed(name: str) -> Sequence[tuple[str, str]]:
    """Return the shops that an address stands for, each with its channel."""
    with current_desk().database.read() as session:
        found = [
            (shop.name, shop.channel)
            for shop in shops.all_shops(session)
            if name in (shop.name, shop.channel)
        ]
    if not found:
        raise NotFound
    return found


def _open(shop_name: str, channel: str) -> Connector:
    """Return a connector that can read messages and calls no channel."""
    desk = current_desk()
    vault = Vault(desk.settings.credentials_keys)
    with desk.database.read() as session:
        settings = shops.read_settings(session, vault, shop_name)
    return connector_class(channel)(
        _ReadOnlySettings(settings), Transport(now=desk.now), desk.now
    )
