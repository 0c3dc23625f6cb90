"""Takes in what channels push: verified on the raw bytes, kept, followed up later."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException, NotFound, Unauthorized

from connector.base import Settings as ShopSettings
from connector.errors import ConnectorError, PermanentError
from connector.registry import connector_class
from connector.transport import Transport
from connector.values import Hint, WebhookRequest
from stock import inbox, shops
from stock.errors import UnknownShop, VaultError
from stock.vault import Vault
from web.desk import current_desk

LARGEST_MESSAGE_BYTES = 1024 * 1024

blueprint = Blueprint("hooks", __name__)


@blueprint.post("/hooks/<name>")
def receive(name: str) -> ResponseReturnValue:
    """Keep a channel's message and answer 200 once it is safe."""
    request.max_content_length = LARGEST_MESSAGE_BYTES
    desk = current_desk()
    body = request.get_data(cache=False)
    hints = _verify(name, body)

    def keep(session: Session) -> None:
        shop = shops.find_shop(session, name)
        for hint in hints:
            inbox.store(
                session,
                shop,
                event_key=hint.event_key,
                kind=hint.kind,
                order_id=hint.order_id,
                return_id=hint.return_id,
                now=desk.now(),
            )

    desk.database.run(keep)
    desk.bell.ring(name)
    # WooCommerce takes a ping for heard only when the answer is exactly 200.
    return "", 200


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


def _verify(name: str, body: bytes) -> Sequence[Hint]:
    """Return what a message hints at; any doubt about it is a refusal."""
    desk = current_desk()
    vault = Vault(desk.settings.credentials_keys)
    url = desk.settings.base_url + url_for(".receive", name=name)
    message = WebhookRequest(url=url, headers=dict(request.headers), body=body)
    try:
        with desk.database.read() as session:
            channel = shops.find_shop(session, name).channel
            settings = shops.read_settings(session, vault, name)
        connector = connector_class(channel)(
            _ReadOnlySettings(settings), Transport(now=desk.now), desk.now
        )
        return connector.read_webhook(message)
    except UnknownShop:
        raise NotFound from None
    except (ConnectorError, VaultError, NotImplementedError):
        raise Unauthorized from None
