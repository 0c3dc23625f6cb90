"""Says in words what claims hold in codes."""

from __future__ import annotations

from types import MappingProxyType

from flask import Flask

from stock.models import ClaimCause, ClaimEventKind, ClaimState
from web.language import lazy_gettext
from web.words import Words, word

CLAIM_STATES: Words = MappingProxyType(
    {
        ClaimState.DRAFT: lazy_gettext("Claim: draft"),
        ClaimState.SENT: lazy_gettext("Claim: sent"),
        ClaimState.ACCEPTED: lazy_gettext("Claim: accepted"),
        ClaimState.REFUSED: lazy_gettext("Claim: refused"),
        ClaimState.PAID: lazy_gettext("Claim: paid"),
        ClaimState.WITHDRAWN: lazy_gettext("Claim: withdrawn"),
    }
)
"""As they are read among other things, on the board."""

STATES: Words = MappingProxyType(
    {
        ClaimState.DRAFT: lazy_gettext("Draft"),
        ClaimState.SENT: lazy_gettext("Sent"),
        ClaimState.ACCEPTED: lazy_gettext("Accepted"),
        ClaimState.REFUSED: lazy_gettext("Refused"),
        ClaimState.PAID: lazy_gettext("Paid"),
        ClaimState.WITHDRAWN: lazy_gettext("Claim withdrawn"),
    }
)

CAUSES: Words = MappingProxyType(
    {
        ClaimCause.NOT_BACK: lazy_gettext("Did not come back"),
        ClaimCause.DAMAGED: lazy_gettext("Came back damaged"),
        ClaimCause.WRONG_ITEM: lazy_gettext("Another article was in the parcel"),
        ClaimCause.MISSING: lazy_gettext("Missing from the parcel"),
    }
)

STEP_WORDS: Words = MappingProxyType(
    {
        ClaimState.SENT: lazy_gettext("Sent to the channel"),
        ClaimState.ACCEPTED: lazy_gettext("The channel accepts it"),
        ClaimState.PAID: lazy_gettext("The channel has paid"),
        ClaimState.REFUSED: lazy_gettext("The channel refuses it"),
        ClaimState.WITHDRAWN: lazy_gettext("Withdraw the claim"),
    }
)
"""What leads into a state, on a button."""

APPEAL = lazy_gettext("Send again: appeal")
NOT_PAID = lazy_gettext("Not paid after all")

EVENT_KINDS: Words = MappingProxyType(
    {
        ClaimEventKind.OPENED: lazy_gettext("Claim opened"),
        ClaimEventKind.CHANGED: lazy_gettext("Claim changed"),
        ClaimEventKind.KEPT: lazy_gettext("Goods came, the claim is kept"),
        ClaimEventKind.PACK_MADE: lazy_gettext("Evidence pack made"),
    }
)

FIELD_WORDS: Words = MappingProxyType(
    {
        "units": lazy_gettext("Units"),
        "amount": lazy_gettext("Amount"),
        "currency": lazy_gettext("Currency"),
        "case_number": lazy_gettext("Case number"),
        "note": lazy_gettext("What happened"),
    }
)


def install_claim_words(app: Flask) -> None:
    """Give templates the words of this file."""
    app.jinja_env.filters.update(
        claim_word=lambda code: word(STATES, code),
        claim_chip=lambda code: word(CLAIM_STATES, code),
        cause_word=lambda code: word(CAUSES, code),
    )


def step_word(state: str, to: str) -> str:
    """Say what a person does who brings a claim from one state into another."""
    if state == ClaimState.REFUSED and to == ClaimState.SENT:
        return str(APPEAL)
    if state == ClaimState.PAID and to == ClaimState.ACCEPTED:
        return str(NOT_PAID)
    return word(STEP_WORDS, to)
