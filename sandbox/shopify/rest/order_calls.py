"""Orders, their fulfilments and their cancel."""

from collections.abc import Mapping, Sequence

from sandbox.channel import Json
from sandbox.shopify import standing
from sandbox.shopify.cancellations import Terms
from sandbox.shopify.formats import parse_time
from sandbox.shopify.records import Purchase

from .order_json import OrderJson
from .paging import Page, filters, page
from .wire import Answer, Call, RestError, not_found

_PROGRESS = {
    "shipped": ("FULFILLED",),
    "fulfilled": ("FULFILLED",),
    "partial": ("PARTIALLY_FULFILLED",),
    "unshipped": ("UNFULFILLED",),
    "unfulfilled": ("UNFULFILLED", "PARTIALLY_FULFILLED"),
}


class OrderCalls:
    """``orders.json`` and below."""

    def list(self, call: Call) -> Answer:
        """Orders; without ``status`` only the open ones."""
        found = page(_found(call), lambda each: each.id, call.query)
        writer = _writer(call)
        orders = [writer.order(each) for each in found.rows]
        return Answer(
            body={"orders": _chosen(call, orders)},
            links=links(found),
        )

    def count(self, call: Call) -> Answer:
        """How many orders the same filters would list."""
        return Answer(body={"count": len(_found(call))})

    def show(self, call: Call) -> Answer:
        """One order."""
        order = _writer(call).order(purchase_of(call))
        return Answer(body={"order": _chosen(call, [order])[0]})

    def fulfillments(self, call: Call) -> Answer:
        """The fulfilments of an order."""
        purchase, writer = purchase_of(call), _writer(call)
        rows = [writer.fulfillment(purchase, each) for each in purchase.fulfillments]
        return Answer(body={"fulfillments": rows})

    def cancel(self, call: Call) -> Answer:
        """Cancel at once; ``restock`` counts, and money goes back if asked for."""
        purchase = purchase_of(call)
        shopify, shop = call.session.shopify, call.session.shop
        problem = shopify.cancellations.problem(purchase)
        if problem is not None:
            raise RestError(422, {"base": [problem]})
        restock = call.body.get("restock") is True
        terms = Terms(
            reason=str(call.body.get("reason") or "other").upper(),
            restock_here=restock,
            restock_gone=restock,
            refund="amount" in call.body or "refund" in call.body,
        )
        if call.session.applies:
            with shopify.chronicle.entry(shop, purchase, "cancel.json"):
                shopify.cancellations.carry_out(shop, purchase, terms)
        order = _writer(call).order(purchase)
        return Answer(body={"notice": "order has been cancelled", "order": order})


def purchase_of(call: Call) -> Purchase:
    """The order that the path names."""
    purchase = call.session.purchase(call.numbers["order_id"])
    if purchase is None:
        raise not_found()
    return purchase


def links(found: Page[Purchase]) -> dict[str, str]:
    """The neighbouring pages of a list, by relation."""
    named = {"previous": found.previous, "next": found.following}
    return {name: info for name, info in named.items() if info is not None}


def _writer(call: Call) -> OrderJson:
    session = call.session
    return session.shopify.announcements.json_of(session.shop)


def _chosen(call: Call, rows: Sequence[Json]) -> list[Json]:
    if not call.query.get("fields"):
        return list(rows)
    names = call.query["fields"].split(",")
    return [{name: row[name] for name in names if name in row} for row in rows]


def _found(call: Call) -> list[Purchase]:
    kept = filters(call.query)
    rows = [
        each
        for each in call.session.purchases()
        if _status_fits(each, kept.get("status", "open"))
        and _ids_fit(each, kept.get("ids"))
        and int(kept.get("since_id", "0") or 0) < each.id
        and _progress_fits(each, kept.get("fulfillment_status", "any"))
        and kept.get("financial_status", "any")
        in ("any", standing.financial_status(each).lower())
        and _times_fit(each.order.updated_at, "updated_at", kept)
        and _times_fit(each.order.placed_at, "created_at", kept)
    ]
    by_update = kept.get("order", "").startswith("updated_at")
    rows.sort(
        key=lambda each: (
            each.order.updated_at if by_update else each.order.placed_at,
            each.id,
        ),
        reverse=not kept.get("order", "").endswith(" asc"),
    )
    return rows


def _status_fits(purchase: Purchase, status: str) -> bool:
    if status == "any":
        return True
    if status == "cancelled":
        return bool(purchase.cancelled_at)
    if status == "closed":
        return bool(purchase.closed_at)
    return not purchase.closed_at and not purchase.cancelled_at


def _ids_fit(purchase: Purchase, ids: str | None) -> bool:
    return ids is None or str(purchase.id) in ids.split(",")


def _progress_fits(purchase: Purchase, wanted: str) -> bool:
    if wanted == "any":
        return True
    return standing.fulfillment_progress(purchase) in _PROGRESS.get(wanted, ())


def _times_fit(stamp: int, name: str, kept: Mapping[str, str]) -> bool:
    least, most = kept.get(f"{name}_min"), kept.get(f"{name}_max")
    for text in (least, most):
        if text is not None and parse_time(text) is None:
            raise RestError(400, {name: "Invalid value."})
    after = least is None or stamp >= (parse_time(least) or 0)
    return after and (most is None or stamp <= (parse_time(most) or 0))
