"""The fields that a mutation begins with, and their idempotency keys."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo, get_directive_values

from sandbox.channel import Json
from sandbox.shopify.idempotency import (
    KEPT_SECONDS,
    MESSAGES,
    MISMATCH,
    PREVIOUS_FAILED,
    REQUIRED,
    Attempt,
    canonical,
)

from .connections import bad_request
from .order_mutations import OrderMutations
from .return_mutations import ReturnMutations
from .schema import is_strict
from .session import Session
from .stock_mutations import StockMutations
from .webhook_mutations import WebhookMutations

_Handler = Callable[..., Json]


class Mutations:
    """Everything that can be changed in one shop."""

    def __init__(self, session: Session) -> None:
        self._session = session
        orders, returns = OrderMutations(session), ReturnMutations(session)
        stock, webhooks = StockMutations(session), WebhookMutations(session)
        self._handlers: Mapping[str, _Handler] = {
            "inventoryAdjustQuantities": stock.adjust,
            "inventorySetQuantities": stock.set,
            "orderCancel": orders.cancel,
            "refundCreate": orders.refund,
            "returnApproveRequest": returns.approve,
            "returnClose": returns.close,
            "returnCreate": returns.create,
            "returnDeclineRequest": returns.turn_down,
            "reverseFulfillmentOrderDispose": returns.dispose,
            "webhookSubscriptionCreate": webhooks.create,
            "webhookSubscriptionDelete": webhooks.delete,
        }

    def perform(self, info: GraphQLResolveInfo[Session], arguments: Json) -> Json:
        """Run one mutation, or answer again what its key was answered before."""
        name = info.field_name
        key = _key(info)
        if name not in REQUIRED:
            return self._handlers[name](**arguments)
        if key is None:
            if is_strict(self._session.version):
                raise bad_request(
                    "The @idempotent directive is required for this mutation but was "
                    "not provided."
                )
            return self._handlers[name](**arguments)
        return self._once(name, key, arguments)

    def _once(self, name: str, key: str, arguments: Json) -> Json:
        session = self._session
        attempts, shop = session.shopify.attempts, session.shop.name
        parameters = canonical(arguments)
        earlier = attempts.earlier(shop, name, key, session.now)
        if earlier is not None:
            return _again(name, earlier, parameters)
        payload = self._handlers[name](**arguments)
        if session.applies:
            attempts.remember(
                shop,
                name,
                key,
                Attempt(
                    parameters=parameters,
                    payload=payload,
                    succeeded=not payload["userErrors"],
                    good_until=session.now + KEPT_SECONDS,
                ),
            )
        return payload


def _again(name: str, earlier: Attempt, parameters: str) -> Json:
    if earlier.parameters != parameters:
        return _refusal(name, MISMATCH)
    if not earlier.succeeded:
        return _refusal(name, PREVIOUS_FAILED)
    return earlier.payload


def _refusal(name: str, code: str) -> Json:
    error: Json = {"field": None, "message": MESSAGES[code]}
    # The general user error of refunds has no code.
    if name != "refundCreate":
        error["code"] = code
    return {"userErrors": [error]}


def _key(info: GraphQLResolveInfo[Session]) -> str | None:
    directive = info.schema.get_directive("idempotent")
    assert directive is not None, "the schema defines it"
    values: dict[str, Any] | None = get_directive_values(
        directive, info.field_nodes[0], info.variable_values
    )
    if values is None:
        return None
    key = values["key"]
    if not isinstance(key, str) or not key:
        raise GraphQLError("The idempotency key must not be blank.")
    return key
