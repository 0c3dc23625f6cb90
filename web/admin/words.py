"""Says in words what the admin pages hold in codes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Flask

from stock.admin.glance import DueWork
from stock.admin.retries import Outcome
from stock.admin.suggestions import Suggestion, Why
from stock.models import (
    ListingState,
    RefundMode,
    SetAsideReason,
    Shop,
    ShopState,
)
from web.admin.audit_words import ACTIONS, DETAILS, detail_rows, detail_text
from web.language import gettext, lazy_gettext, ngettext
from web.words import Words, word

REASONS: Words = MappingProxyType(
    {
        SetAsideReason.UNMAPPED_SKU: lazy_gettext("Stands for no SKU yet"),
        SetAsideReason.UNKNOWN_STATUS: lazy_gettext("Unknown status"),
        SetAsideReason.UNREADABLE: lazy_gettext("Unreadable"),
        SetAsideReason.REFUSED: lazy_gettext("Refused by the ledger"),
    }
)

WAYS_OUT: Words = MappingProxyType(
    {
        SetAsideReason.UNMAPPED_SKU: lazy_gettext(
            "Map the listing; the order then flows by itself."
        ),
        SetAsideReason.UNKNOWN_STATUS: lazy_gettext(
            "The channel used a word that nobody knows yet. Report it to whoever looks"
            " after Truestock."
        ),
        SetAsideReason.UNREADABLE: lazy_gettext(
            "The channel's answer was broken. It is asked again each round."
        ),
        SetAsideReason.REFUSED: lazy_gettext(
            "The numbers of the channel contradict what is known here."
        ),
    }
)

OUTCOMES: Words = MappingProxyType(
    {
        Outcome.WAITING: lazy_gettext("Being tried"),
        Outcome.TAKEN_IN: lazy_gettext("Taken in"),
        Outcome.STILL_ASIDE: lazy_gettext("Still set aside"),
        Outcome.NOT_TOLD: lazy_gettext("The channel does not tell of it any more"),
    }
)

DUE_WORK: Words = MappingProxyType(
    {
        DueWork.ROUND: lazy_gettext("Reading orders"),
        DueWork.COMPARISON: lazy_gettext("Comparing stock"),
        DueWork.MESSAGES: lazy_gettext("Messages of the channel"),
        DueWork.REFUNDS: lazy_gettext("Refunds owed"),
    }
)

REFUND_MODES: Words = MappingProxyType(
    {
        RefundMode.CHANNEL: lazy_gettext("The channel refunds by itself"),
        RefundMode.AUTOMATIC: lazy_gettext("Start them at once"),
        RefundMode.BY_HAND: lazy_gettext("Only show them"),
    }
)

LISTING_STATES: Words = MappingProxyType(
    {
        ListingState.MAPPED: lazy_gettext("Mapped"),
        ListingState.UNMAPPED: lazy_gettext("Without SKU"),
        ListingState.AMBIGUOUS: lazy_gettext("Several SKUs fit"),
        ListingState.IGNORED: lazy_gettext("Kept out"),
    }
)

KINDS: Words = MappingProxyType(
    {"order": lazy_gettext("Order"), "return": lazy_gettext("Return")}
)

_ACCESS_ERRORS = ("AuthenticationError", "AuthorizationLost")


def install_admin_words(app: Flask) -> None:
    """Give templates the words of the admin pages."""
    for name, words in (
        ("reason_word", REASONS),
        ("way_out_word", WAYS_OUT),
        ("outcome_word", OUTCOMES),
        ("due_work_word", DUE_WORK),
        ("refund_mode_word", REFUND_MODES),
        ("listing_state_word", LISTING_STATES),
        ("kind_word", KINDS),
        ("action_word", ACTIONS),
        ("detail_word", DETAILS),
    ):
        app.jinja_env.filters[name] = _from(words)
    app.jinja_env.filters.update(
        shop_state=shop_state,
        shop_state_word=shop_state_word,
        why_word=why_word,
        detail_rows=detail_rows,
        detail_text=detail_text,
    )


def shop_state(shop: Shop) -> str:
    """Return how a shop is doing: running, trying, access, paused or stopped."""
    if shop.state == ShopState.STOPPED:
        return "stopped"
    if shop.state == ShopState.PAUSED:
        lost = shop.last_error.startswith(_ACCESS_ERRORS)
        return "access" if lost else "paused"
    return "trying" if shop.last_error else "running"


def shop_state_word(shop: Shop) -> str:
    """Say how a shop is doing."""
    return {
        "running": gettext("Running"),
        "trying": gettext("Trying again"),
        "access": gettext("Needs access again"),
        "paused": gettext("Paused"),
        "stopped": gettext("Stopped by a person"),
    }[shop_state(shop)]


def why_word(suggestion: Suggestion) -> str:
    """Say what makes a SKU likely."""
    match suggestion.why:
        case Why.CODE:
            return gettext("same code")
        case Why.BARCODE:
            return gettext("same barcode")
        case Why.NAME:
            return gettext("name %(percent)s %% alike", percent=suggestion.likeness)


def said(outcome: Mapping[str, Any] | None) -> str:
    """Say what came of a form."""
    if outcome is None:
        return ""
    match outcome.get("did"):
        case "mapped":
            return _mapped(int(outcome["mapped"]), int(outcome["passed"]))
        case "nothing":
            return gettext("Nothing had to be changed.")
        case "rules":
            return gettext("Saved. The channel hears the new numbers by itself.")
        case "saved":
            return gettext("Saved.")
        case "stopped":
            return gettext("Stopped. Nothing is read or sent until it goes on.")
        case "resumed":
            return gettext("It goes on.")
        case "answered":
            return gettext("The answer is being checked with the channel.")
        case "added":
            return gettext("%(name)s was added.", name=outcome["name"])
        case "disabled":
            return gettext("%(name)s may not come in any more.", name=outcome["name"])
        case "enabled":
            return gettext("%(name)s may come in again.", name=outcome["name"])
        case _:
            return ""


def _mapped(mapped: int, passed: int) -> str:
    told = ngettext(
        "%(num)s listing was mapped. Orders that waited for it flow by themselves.",
        "%(num)s listings were mapped. Orders that waited for them flow by themselves.",
        mapped,
    )
    if not passed:
        return told
    return (
        told
        + " "
        + ngettext(
            "%(num)s was passed over: somebody had mapped it meanwhile.",
            "%(num)s were passed over: somebody had mapped them meanwhile.",
            passed,
        )
    )


def _from(words: Words):  # type: ignore[no-untyped-def]
    return lambda code: word(words, code)
