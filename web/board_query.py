"""Reads the board's filter from the address, where it can be bookmarked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from stock.board_totals import open_carriers, open_currencies
from stock.claim_desk.board_filter import ClaimFilter
from stock.currencies import CURRENCIES
from stock.models import ClaimState, Shop
from stock.selection import Selection, Sort
from stock.shops import all_shops
from web.access import current_reader
from web.amounts import read_amount
from web.claims.words import CLAIM_STATES
from web.desk import current_desk
from web.formats import money
from web.language import gettext, lazy_gettext, ngettext
from web.typed import typed_code
from web.words import CHANNELS, Words, word

UNKNOWN_CARRIER = "-"
MOST_DAYS = 3650
FIELDS = (
    "channel",
    "shop",
    "carrier",
    "days",
    "value",
    "currency",
    "due",
    "claim",
    "sort",
)

SORTS: Mapping[str, tuple[Sort, bool]] = MappingProxyType(
    {
        "age": (Sort.AGE, False),
        "-age": (Sort.AGE, True),
        "claim": (Sort.CLAIM, False),
        "-claim": (Sort.CLAIM, True),
        "value": (Sort.VALUE, True),
        "-value": (Sort.VALUE, False),
        "carrier": (Sort.CARRIER, False),
        "shop": (Sort.SHOP, False),
    }
)
SORT_WORDS: Words = MappingProxyType(
    {
        "age": lazy_gettext("Oldest first"),
        "-age": lazy_gettext("Newest first"),
        "claim": lazy_gettext("Deadline: soonest first"),
        "-claim": lazy_gettext("Deadline: latest first"),
        "value": lazy_gettext("Value: highest first"),
        "-value": lazy_gettext("Value: lowest first"),
        "carrier": lazy_gettext("By carrier"),
        "shop": lazy_gettext("By shop"),
    }
)
CLAIM_WORDS: Words = MappingProxyType(
    {
        ClaimFilter.NONE: lazy_gettext("Not claimed yet"),
        ClaimFilter.LIVE: lazy_gettext("Claim under way"),
        ClaimFilter.DRAFT: CLAIM_STATES[ClaimState.DRAFT],
        ClaimFilter.SENT: CLAIM_STATES[ClaimState.SENT],
        ClaimFilter.ACCEPTED: CLAIM_STATES[ClaimState.ACCEPTED],
        ClaimFilter.REFUSED: CLAIM_STATES[ClaimState.REFUSED],
        ClaimFilter.PAID: CLAIM_STATES[ClaimState.PAID],
    }
)
DUES = ("over", "near", "far")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One filter in effect, with the address's fields when it is taken off."""

    label: str
    without: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardQuery:
    """What an address asks of the board, and what may be asked of it."""

    typed: Mapping[str, str]
    """The fields as they came, without the empty ones."""
    troubles: Mapping[str, str] = field(default_factory=dict)
    """A sentence for each field that cannot be used; the others hold."""
    selection: Selection
    shops: Sequence[Shop]
    carriers: Sequence[str]
    currencies: Sequence[str]

    @property
    def is_narrowed(self) -> bool:
        """Whether less than everything is asked for."""
        return any(name != "sort" for name in self.typed)

    @property
    def channels(self) -> Sequence[str]:
        """The channels that there are shops of."""
        return sorted({shop.channel for shop in self.shops})

    @property
    def sort(self) -> str:
        """The name of the order."""
        name = self.typed.get("sort", "age")
        return name if name in SORTS else "age"

    @property
    def chips(self) -> Sequence[Chip]:
        """The filters in effect, each with the way to take it off."""
        return [
            Chip(label=self._label(name), without=self.but(name))
            for name in self.typed
            if name not in ("sort", "currency") and name not in self.troubles
        ]

    def but(self, *names: str, **changes: str) -> Mapping[str, str]:
        """Return the fields without some, and with others changed."""
        kept = {k: v for k, v in self.typed.items() if k not in names}
        return {**kept, **changes}

    def _label(self, name: str) -> str:
        text = self.typed[name]
        match name:
            case "channel":
                return word(CHANNELS, text)
            case "carrier" if text == UNKNOWN_CARRIER:
                return gettext("Carrier unknown")
            case "days":
                return gettext("Age %(days)s+ days", days=int(text))
            case "value":
                least = self.selection.least_value or Decimal(0)
                currency = self.selection.currency or self._only_currency
                return gettext("From %(value)s", value=money(least, currency))
            case "due":
                return word(due_words(), text)
            case "claim":
                return word(CLAIM_WORDS, text)
            case _:
                return text

    @property
    def _only_currency(self) -> str:
        return self.currencies[0] if len(self.currencies) == 1 else ""


def read_query(
    session: Session, args: MultiDict[str, str], *, search: str = ""
) -> BoardQuery:
    """Return what an address asks of the board."""
    seen = current_reader().shop_ids
    shops = sorted(
        (shop for shop in all_shops(session) if seen is None or shop.id in seen),
        key=lambda shop: (shop.channel, shop.name),
    )
    currencies = open_currencies(session, shop_ids=seen)
    texts = {name: typed_code(args.get(name, "")) for name in FIELDS}
    typed = {name: text for name, text in texts.items() if text}
    troubles = _troubles(typed, shops, currencies)
    good = {name: text for name, text in typed.items() if name not in troubles}
    return BoardQuery(
        typed=typed,
        troubles=troubles,
        selection=_selection(good, shops, search),
        shops=shops,
        carriers=open_carriers(session, shop_ids=seen),
        currencies=currencies,
    )


def due_words() -> Mapping[str, str]:
    """Return what a deadline may be, in the words of the choice."""
    days = current_desk().settings.claim_windows.near_days
    return {
        "over": gettext("Overdue"),
        "near": ngettext("%(num)s day left or less", "%(num)s days left or less", days),
        "far": ngettext(
            "More than %(num)s day left", "More than %(num)s days left", days
        ),
    }


def _selection(
    good: Mapping[str, str], shops: Sequence[Shop], search: str
) -> Selection:
    desk = current_desk()
    now = desk.now()
    carrier = good.get("carrier")
    near = now + desk.settings.claim_windows.near
    bounds = {"over": (None, now), "near": (now, near), "far": (near, None)}
    due_after, due_until = bounds.get(good.get("due", ""), (None, None))
    sort, descending = SORTS[good.get("sort", "age")]
    days = good.get("days")
    return Selection(
        search=search,
        shop_ids=_shop_ids(good, shops),
        carrier="" if carrier == UNKNOWN_CARRIER else carrier,
        opened_until=now - timedelta(days=int(days)) if days else None,
        currency=good.get("currency", "").upper() or None,
        least_value=read_amount(good["value"]) if "value" in good else None,
        due_after=due_after,
        due_until=due_until,
        claim=ClaimFilter(good["claim"]) if "claim" in good else None,
        sort=sort,
        descending=descending,
        windows={
            shop.id: desk.settings.claim_windows.of(shop.channel) for shop in shops
        },
    )


def _shop_ids(good: Mapping[str, str], shops: Sequence[Shop]) -> Sequence[int] | None:
    is_bound = current_reader().shop_ids is not None
    if not is_bound and "channel" not in good and "shop" not in good:
        return None
    return [
        shop.id
        for shop in shops
        if good.get("channel", shop.channel) == shop.channel
        if good.get("shop", shop.name) == shop.name
    ]


def _troubles(
    typed: Mapping[str, str], shops: Sequence[Shop], currencies: Sequence[str]
) -> Mapping[str, str]:
    judges: Mapping[str, Callable[[str], bool]] = {
        "channel": lambda text: text in {shop.channel for shop in shops},
        "shop": lambda text: text in {shop.name for shop in shops},
        "days": _is_days,
        "value": lambda text: read_amount(text) is not None,
        "currency": lambda text: text.upper() in CURRENCIES,
        "due": lambda text: text in DUES,
        "claim": lambda text: text in CLAIM_WORDS,
        "sort": lambda text: text in SORTS,
    }
    troubles = {
        name: _sentence(name, typed[name])
        for name, is_good in judges.items()
        if name in typed and not is_good(typed[name])
    }
    is_told = "currency" in typed or len(currencies) < 2
    if "value" in typed and "value" not in troubles and not is_told:
        troubles["value"] = gettext(
            "Say in which currency: amounts of several are at risk."
        )
    return troubles


def _is_days(text: str) -> bool:
    is_number = text.isascii() and text.isdigit() and len(text) < 5
    return is_number and int(text) <= MOST_DAYS


def _sentence(name: str, text: str) -> str:
    given = text[:40] + ("…" if len(text) > 40 else "")
    match name:
        case "channel":
            return gettext(
                "There is no shop of “%(given)s” here. Choose a channel from the list.",
                given=given,
            )
        case "shop":
            return gettext(
                "There is no shop “%(given)s” here. Choose one from the list.",
                given=given,
            )
        case "days":
            return gettext(
                "“%(given)s” is not a number of days. Write one from 0 to %(most)s.",
                given=given,
                most=MOST_DAYS,
            )
        case "value":
            return gettext(
                "“%(given)s” is not an amount. Write it like 500000.", given=given
            )
        case _:
            return gettext(
                "“%(given)s” is not in this list. Choose from it.", given=given
            )
