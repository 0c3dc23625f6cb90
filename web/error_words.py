"""Says in the reader's words what went wrong at a channel; the rest is for experts.

What is noted of an error begins with the name of its class, and goes on in English or
in whatever the channel wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from flask import Flask

from connector.refused_refunds import ALL_GIVEN_BACK, NOT_PAID
from stock.models import RefundDue, SetAside, SetAsideReason
from stock.models.orders import RefundDueState
from stock.shops import QUEUE_TROUBLE
from web.access import current_reader
from web.language import gettext, lazy_gettext
from web.permissions import Permission
from web.words import Words

ERRORS: Words = MappingProxyType(
    {
        "ConnectorError": lazy_gettext(
            "The shop cannot be worked for. An administrator must look."
        ),
        "TransientError": lazy_gettext(
            "The channel cannot be reached. It is tried again by itself."
        ),
        "RateLimited": lazy_gettext(
            "The channel asked for a pause. It goes on by itself."
        ),
        "UnexpectedAnswer": lazy_gettext(
            "The channel answered something that it should not. It is asked again by"
            " itself."
        ),
        "OutcomeUnknown": lazy_gettext(
            "The channel's answer got lost. What it did is looked up, then it goes on"
            " by itself."
        ),
        "PermanentError": lazy_gettext(
            "The channel refused. An administrator must look."
        ),
        "AuthenticationError": lazy_gettext(
            "The channel does not accept the access any more. An administrator must"
            " give it again."
        ),
        "AuthorizationLost": lazy_gettext(
            "The seller must give access again, on the shop's page."
        ),
        "SettingsError": lazy_gettext(
            "A setting of the shop is missing or wrong. An administrator must connect"
            " it again."
        ),
        "WebhookRefused": lazy_gettext(
            "A message came that the channel has not signed. It was thrown away."
        ),
        "UnmappedStatus": lazy_gettext(
            "The channel uses a status that nobody knows yet. Nothing was guessed."
        ),
        "VaultError": lazy_gettext(
            "The shop's settings cannot be opened with the present key. An"
            " administrator must look."
        ),
        "internal": lazy_gettext(
            "Something went wrong in Truestock itself. It is tried again; whoever looks"
            " after it finds it in the log."
        ),
    }
)
"""By the class of the error."""

_OWN: Words = MappingProxyType(
    {
        "the channel took the number and shows another": lazy_gettext(
            "The channel took the number and shows another one. It is sent again."
        ),
        "the channel does not show this listing": lazy_gettext(
            "The channel does not show this listing any more."
        ),
        NOT_PAID: lazy_gettext("The buyer has not paid: there is nothing to pay back."),
        ALL_GIVEN_BACK: lazy_gettext("All was paid back before."),
        "access was given for another shop than this one": lazy_gettext(
            "Access was given for another shop than this one."
        ),
        "access was given, but not for this shop": lazy_gettext(
            "Access was given, but not for this shop."
        ),
    }
)
"""By our own English, where no class is noted."""

_DUES: Words = MappingProxyType(
    {
        RefundDueState.OWED: lazy_gettext(
            "It could not be started yet and is tried again by itself."
        ),
        RefundDueState.REFUSED: lazy_gettext(
            "The channel does not pay it back: somebody must look."
        ),
    }
)
_NOT_KNOWN_THERE = " does not know it"
_SEES_DETAILS = Permission.REVERSE
"""Whoever answers for the work of others may read what is not in his language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What went wrong: a sentence for everybody, and what was noted, for some."""

    sentence: str
    raw: str = ""

    @property
    def detail(self) -> str:
        """What was noted, if the reader is to see it."""
        return self.raw if current_reader().may(_SEES_DETAILS) else ""


def install_error_words(app: Flask) -> None:
    """Give templates the words for what was noted of errors."""
    app.jinja_env.filters.update(
        shop_error=shop_error,
        listing_error=listing_error,
        due_error=due_error,
        refusal_error=refusal_error,
        access_error=access_error,
        aside_error=aside_error,
    )


def shop_error(text: str) -> Noted:
    """Say what stops the work at a shop."""
    if text.startswith(QUEUE_TROUBLE):
        queue = gettext(
            "The channel's queue of messages cannot be read. Orders are found without"
            " it, a little later."
        )
        return Noted(sentence=queue, raw=text.removeprefix(QUEUE_TROUBLE))
    return _noted(text, gettext("Something is wrong. An administrator must look."))


def listing_error(text: str) -> Noted:
    """Say why a channel does not have our number yet."""
    return _noted(
        text, gettext("The channel has not taken the number. It is sent again.")
    )


def due_error(due: RefundDue) -> Noted:
    """Say why a refund that is owed was not paid."""
    return _noted(due.last_error, str(_DUES.get(due.state, "")))


def refusal_error(text: str) -> Noted:
    """Say why a refund was refused."""
    return _noted(text, str(_DUES[RefundDueState.REFUSED]))


def access_error(text: str) -> Noted:
    """Say why a channel gave no access."""
    return _noted(text, gettext("The channel gave no access. Make a new link."))


def aside_error(record: SetAside) -> Noted:
    """Say what was noted with a record, besides its reason."""
    if record.reason == SetAsideReason.UNMAPPED_SKU and record.report.get("lines"):
        return Noted(sentence="")
    if record.detail.endswith(_NOT_KNOWN_THERE):
        gone = gettext("The channel does not know it any more.")
        return Noted(sentence=gone, raw=record.detail)
    return Noted(sentence="", raw=record.detail)


def _noted(text: str, otherwise: str) -> Noted:
    name, _, rest = text.partition(": ")
    for own in (text, rest):
        if own in _OWN:
            return Noted(sentence=str(_OWN[own]))
    if name in ERRORS:
        return Noted(sentence=str(ERRORS[name]), raw=rest)
    return Noted(sentence=otherwise, raw=text)
