"""Says in words what records hold in codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from flask import Flask

from stock.models import ExpectedReturn, ReturnState
from stock.reports import Fulfilment, ReturnPhase
from web.language import gettext, lazy_gettext
from web.permissions import Role

Words = Mapping[str, object]

FULFILMENTS: Words = MappingProxyType(
    {
        Fulfilment.NOT_SHIPPED: lazy_gettext("Not shipped"),
        Fulfilment.AWAITING_PICKUP: lazy_gettext("Awaiting pickup"),
        Fulfilment.IN_TRANSIT: lazy_gettext("In transit"),
        Fulfilment.DELIVERED: lazy_gettext("Delivered"),
    }
)

RETURN_STATES: Words = MappingProxyType(
    {
        ReturnState.AWAITING: lazy_gettext("Awaiting goods"),
        ReturnState.PARTLY_RECEIVED: lazy_gettext("Partly received"),
        ReturnState.RECEIVED: lazy_gettext("Received"),
        ReturnState.WRITTEN_OFF: lazy_gettext("Written off"),
        ReturnState.WITHDRAWN: lazy_gettext("Withdrawn"),
        ReturnState.NO_GOODS: lazy_gettext("Refund only, no goods"),
    }
)

PHASES: Words = MappingProxyType(
    {
        ReturnPhase.REQUESTED: lazy_gettext("Requested"),
        ReturnPhase.APPROVED: lazy_gettext("Approved"),
        ReturnPhase.SHIPPED_BACK: lazy_gettext("On its way back"),
        ReturnPhase.ARRIVED: lazy_gettext("Arrived, says the carrier"),
        ReturnPhase.CLOSED: lazy_gettext("Closed by the channel"),
        ReturnPhase.WITHDRAWN: lazy_gettext("Withdrawn"),
    }
)

REFUND_STATES: Words = MappingProxyType(
    {
        "pending": lazy_gettext("Refund under way"),
        "done": lazy_gettext("Refunded"),
        "refused": lazy_gettext("Refund refused"),
    }
)

DUE_STATES: Words = MappingProxyType(
    {
        "owed": lazy_gettext("To be refunded"),
        "refused": lazy_gettext("Not refunded: look at the channel"),
    }
)

DIRECTIONS: Words = MappingProxyType(
    {
        "forward": lazy_gettext("Outbound"),
        "return": lazy_gettext("Return"),
        "return_to_sender": lazy_gettext("Back to sender"),
    }
)

EVENTS: Words = MappingProxyType(
    {
        "fulfilment": lazy_gettext("Shipping status"),
        "cancelled": lazy_gettext("Cancelled"),
        "refund": lazy_gettext("Refund told by the channel"),
        "refund_owed": lazy_gettext("Refund owed to the buyer"),
        "refund_refused": lazy_gettext("The channel refused to refund"),
        "return": lazy_gettext("Return announced"),
        "receipt": lazy_gettext("Return receipt booked"),
        "reversal": lazy_gettext("Return receipt reversed"),
        "still_here": lazy_gettext("Found still in the warehouse"),
        "gone": lazy_gettext("Confirmed as gone, return expected"),
        "orphan_matched": lazy_gettext("Unexpected parcel matched"),
        "orphan_reopened": lazy_gettext("Unexpected parcel taken off again"),
    }
)

ROLES: Words = MappingProxyType(
    {
        Role.VIEWER: lazy_gettext("Viewer"),
        Role.CLERK: lazy_gettext("Warehouse clerk"),
        Role.SUPERVISOR: lazy_gettext("Supervisor"),
        Role.ADMIN: lazy_gettext("Administrator"),
    }
)

CHANNELS: Words = MappingProxyType(
    {
        "haravan": "Haravan",
        "lazada": "Lazada",
        "shopee": "Shopee",
        "shopify": "Shopify",
        "tiki": "Tiki",
        "tiktok": "TikTok Shop",
        "woocommerce": "WooCommerce",
    }
)


def install_words(app: Flask) -> None:
    """Give templates the words of this file."""
    app.jinja_env.filters.update(
        fulfilment_word=_from(FULFILMENTS),
        return_word=_from(RETURN_STATES),
        phase_word=_from(PHASES),
        refund_word=_from(REFUND_STATES),
        due_word=_from(DUE_STATES),
        direction_word=_from(DIRECTIONS),
        event_word=_from(EVENTS),
        role_word=_from(ROLES),
        channel_word=_from(CHANNELS),
        return_cause=return_cause,
    )


def word(words: Words, code: str) -> str:
    """Return the word for a code; one that has none stands for itself."""
    return str(words.get(code, code.replace("_", " ")))


def return_cause(expected: ExpectedReturn) -> str:
    """Say why the goods of an expected return should come back."""
    if expected.return_id:
        return gettext("Buyer returns")
    return gettext("Cancelled or not delivered")


def _from(words: Words) -> Callable[[str], str]:
    return lambda code: word(words, code)
