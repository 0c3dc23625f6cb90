"""What a person can do about a refusal, said after the sentence that names it."""

from __future__ import annotations

from connector.errors import (
    AuthenticationError,
    OutcomeUnknown,
    RateLimited,
    TransientError,
)
from daemon.shift import Busy
from stock import errors
from stock.allotments import InvalidAllotment
from stock.endpoints import UnknownEndpoint
from stock.keys import KeyExists, KeyNameRefused, UnknownApiKey
from stock.shops import ShopExists

WAYS_OUT: tuple[tuple[type[Exception], str], ...] = (
    (errors.UnknownSku, "SKUs come with `./truestock listings import SHOP`"),
    (errors.UnknownWarehouse, "`./truestock warehouse list` shows them"),
    (errors.UnknownShop, "`./truestock shop list` shows them"),
    (UnknownEndpoint, "`./truestock hook list` shows them"),
    (ShopExists, "choose another name"),
    (KeyExists, "choose another name: a name means one key for good"),
    (KeyNameRefused, "it has 1 to 100 visible characters"),
    (UnknownApiKey, "`./truestock key list` shows them"),
    (
        errors.UnknownOrder,
        "check the number, or read the shop first: `./truestock sync SHOP`",
    ),
    (errors.AmbiguousReference, "name one of the orders"),
    (
        errors.NeverLeft,
        "an order that has not left gives its stock back when it is cancelled",
    ),
    (
        errors.ReceiptTooLarge,
        "`./truestock order show SHOP ORDER` shows what is out and what was booked",
    ),
    (errors.EmptyReceipt, "count good, damaged or lost units: --line SKU:GOOD"),
    (errors.IdempotencyConflict, "a new receipt takes a new key"),
    (
        errors.UnknownReceipt,
        "`./truestock return receive` and the page say it: R000012",
    ),
    (errors.ReasonMissing, "say it with --reason"),
    (errors.SamePerson, "a second person must answer for it: --by NAME"),
    (errors.AlreadyReversed, "what came back can be received anew"),
    (errors.NothingToReverse, "there is nothing on the shelf to correct"),
    (
        errors.UnitsGone,
        "nothing was reversed; correct the shelf: `./truestock stock count FILE`",
    ),
    (InvalidAllotment, "nothing was changed"),
    (errors.NothingWaiting, "nothing needs to be decided"),
    (errors.UnknownPerson, "`./truestock person list` shows them"),
    (errors.PersonExists, "`./truestock person set` changes somebody"),
    (errors.LastAdmin, "make somebody else an administrator first"),
    (errors.VaultError, "set the key that was used when the shop was added"),
    (Busy, "the work goes on there; look again in a minute"),
    (AuthenticationError, "give access again: `./truestock shop authorize SHOP`"),
    (RateLimited, "the channel asked for a pause; it is tried again by itself"),
    (OutcomeUnknown, "nothing is lost: it stays owed and is read back"),
    (TransientError, "nothing is lost: it is tried again by itself"),
)
"""The most specific class first."""


def way_out(error: Exception) -> str:
    """Return what can be done about an error, or nothing where it says so itself."""
    return next((hint for kind, hint in WAYS_OUT if isinstance(error, kind)), "")
