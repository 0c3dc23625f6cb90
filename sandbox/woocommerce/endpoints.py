"""The routes that are played, and the batches behind some of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.channel import Json

from .channel import Woocommerce
from .fulfilment_calls import FulfilmentCalls
from .order_calls import OrderCalls
from .product_calls import ProductCalls
from .refund_calls import RefundCalls
from .site_calls import FEATURE, SiteCalls
from .webhook_calls import WebhookCalls
from .wire import Call, Reply, WireError

API = "/wp-json/wc/v3/"

_READ = ("GET",)
_CREATE = ("POST",)
_EDIT = ("PUT", "PATCH", "POST")
_DELETE = ("DELETE",)
_MOST_ROWS = 100

_Handler = Callable[..., Reply]
_WriteRow = Callable[..., Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One route, and what it tells somebody without a key."""

    path: str
    methods: tuple[str, ...]
    handler: _Handler

    @property
    def stranger(self) -> WireError:
        """The refusal of a request that brings no key."""
        verb, sentence = _STRANGERS[self._kind]
        return WireError(f"woocommerce_rest_cannot_{verb}", f"Sorry, {sentence}.", 401)

    @property
    def _kind(self) -> str:
        if self.path.endswith("/batch"):
            return "batch"
        if self.methods == _READ:
            return "view" if self.path.endswith(">") else "list"
        return {_CREATE: "create", _EDIT: "edit", _DELETE: "delete"}[self.methods]


_STRANGERS = {
    "list": ("view", "you cannot list resources"),
    "view": ("view", "you cannot view this resource"),
    "create": ("create", "you are not allowed to create resources"),
    "edit": ("edit", "you are not allowed to edit this resource"),
    "delete": ("delete", "you are not allowed to delete this resource"),
    "batch": ("batch", "you are not allowed to batch manipulate this resource"),
}


def endpoints(woocommerce: Woocommerce) -> list[Endpoint]:
    """Every route with its handler."""
    orders, products = OrderCalls(woocommerce), ProductCalls(woocommerce)
    refunds, hooks = RefundCalls(woocommerce), WebhookCalls(woocommerce)
    fulfilments, site = FulfilmentCalls(woocommerce), SiteCalls()
    order, product = "orders/<int:order_id>", "products/<int:product_id>"
    variation = f"{product}/variations/<int:variation_id>"
    refund = f"{order}/refunds/<int:refund_id>"
    fulfilment = f"{order}/fulfillments/<int:fulfilment_id>"
    webhook = "webhooks/<int:webhook_id>"
    feature = f"settings/advanced/{FEATURE}"
    routes: list[tuple[str, tuple[str, ...], _Handler]] = [
        ("orders", _READ, orders.list),
        ("orders/batch", _EDIT, _batch(orders.batch_update)),
        (order, _READ, orders.get),
        (order, _EDIT, orders.update),
        (order, _DELETE, orders.delete),
        (f"{order}/refunds", _READ, refunds.list),
        (f"{order}/refunds", _CREATE, refunds.create),
        (refund, _READ, refunds.get),
        (refund, _DELETE, refunds.delete),
        (f"{order}/fulfillments", _READ, fulfilments.list),
        (f"{order}/fulfillments", _CREATE, fulfilments.create),
        (fulfilment, _READ, fulfilments.get),
        ("products", _READ, products.list),
        ("products/batch", _EDIT, _batch(products.batch_update)),
        (product, _READ, products.get),
        (product, _EDIT, products.update),
        (f"{product}/variations", _READ, products.variations),
        (
            f"{product}/variations/batch",
            _EDIT,
            _batch(products.batch_update_variation),
        ),
        (variation, _READ, products.variation),
        (variation, _EDIT, products.update_variation),
        ("webhooks", _READ, hooks.list),
        ("webhooks", _CREATE, hooks.create),
        (webhook, _READ, hooks.get),
        (webhook, _EDIT, hooks.update),
        (webhook, _DELETE, hooks.delete),
        ("system_status", _READ, site.system_status),
        (feature, _READ, site.feature),
        (feature, _EDIT, site.set_feature),
    ]
    return [
        Endpoint(path=API + path, methods=methods, handler=handler)
        for path, methods, handler in routes
    ]


def _batch(write_row: _WriteRow) -> _Handler:
    def answer(call: Call, **numbers: int) -> Reply:
        sent = {name: _rows(call.body.get(name)) for name in _VERBS}
        if sum(len(rows) for rows in sent.values()) > _MOST_ROWS:
            raise WireError(
                "woocommerce_rest_request_entity_too_large",
                f"Unable to accept more than {_MOST_ROWS} items for this request.",
                413,
            )
        answered: dict[str, list[Json]] = {
            name: [_not_played(row) for row in sent[name]]
            for name in ("create", "delete")
            if sent[name]
        }
        if sent["update"]:
            answered["update"] = [
                _answer_row(call, write_row, row, numbers, first=index == 0)
                for index, row in enumerate(sent["update"])
            ]
        return Reply(body=answered)

    return answer


_VERBS = ("create", "update", "delete")


def _answer_row(
    call: Call,
    write_row: _WriteRow,
    row: object,
    numbers: Mapping[str, int],
    *,
    first: bool,
) -> Json:
    fields = row if isinstance(row, dict) else {}
    try:
        if first and call.fails_in_part:
            raise WireError(
                "db_update_error", "Could not update post in the database.", 500
            )
        return write_row(call, row=fields, **numbers)
    except WireError as error:
        return {"id": fields.get("id"), "error": error.body}


def _not_played(row: object) -> Json:
    number = row if isinstance(row, int) else 0
    refused = WireError(
        "woocommerce_rest_cannot_batch", "This sandbox updates rows only.", 501
    )
    return {"id": number, "error": refused.body}


def _rows(value: object) -> list[object]:
    return value if isinstance(value, list) else []
